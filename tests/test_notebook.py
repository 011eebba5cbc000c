"""Notebooks: what a cell shows is in the notebook, and in the page that is made of it."""

import base64
import re
from io import BytesIO

import av
import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

from studio.errors import UserError
from studio.notebook import Shown, show

SMALL = {"quality": "preview", "pace": 10, "sentence": "the cat sleeps"}
CELL = """from studio.notebook import show
show("keys/key", quality="preview", pace=10, sentence="the cat sleeps", loop=True)"""


def seconds(movie):
    with av.open(BytesIO(movie)) as file:
        return file.duration / av.time_base


def test_a_cell_shows_a_clip_and_prints_its_last_frame():
    clip = show("keys/key", loop=True, **SMALL)
    shown = clip._repr_mimebundle_()
    embedded = re.fullmatch(r'<video [^>]*controls autoplay muted playsinline loop [^>]*src="data:video/mp4;base64,([^"]+)"></video>',
                            shown["text/html"])[1]
    assert base64.b64decode(embedded) == clip.data and seconds(clip.data) > 0.5
    assert base64.b64decode(shown["image/png"]) == clip.picture and clip.said in shown["text/plain"] and clip.said


def test_a_still_a_gif_and_a_scene():
    still, gif = (show("keys/key", format=format, **SMALL) for format in ("png", "gif"))
    assert still.data == still.picture and "<img" in still._repr_mimebundle_()["text/html"]
    with Image.open(BytesIO(gif.data)) as picture:
        assert picture.n_frames > 1
    whole = show("keys", steps=["key", "grid"], **SMALL)
    assert seconds(whole.data) > seconds(show("keys/key", **SMALL).data) and whole.said.startswith(still.said)


def test_keys_go_over_the_yaml():
    clip = show("keys/key", **SMALL | {"language": "zh", "captions": {"key": {"zh": "<b>一</b>"}}})
    assert clip.said == "<b>一</b>" and "&lt;b&gt;一" in clip._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("arguments, message", [
    ({"target": "nowhere"}, "unknown target"),
    ({"target": "keys", "format": "gif"}, "gif is of one step at a time; name one of keys/key, keys/grid"),
    ({"target": "keys/key", "format": "mov"}, "no browser shows mov"),
    ({"target": "keys/key", "quality": "best"}, "there is no quality 'best'"),
    ({"target": "keys/key", "sentnce": "a"}, "did you mean 'sentence'?"),
    ({"target": "keys/key", "model": {"seed": "x"}}, "model.seed"),
])
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(UserError, match=re.escape(message)):
        show(**arguments)


def test_a_caption_cannot_leave_its_place():
    shown = Shown(b"", "gif", b"", '"><script>', False)._repr_mimebundle_()["text/html"]
    assert shown.count("<") == 1 and "<script" not in shown


@pytest.mark.slow
def test_a_notebook_that_is_run_and_made_into_a_page_plays_the_clip(tmp_path, monkeypatch, browser):
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": "."}}).execute()
    nbformat.write(notebook, tmp_path / "clip.ipynb")
    page, _ = HTMLExporter().from_notebook_node(nbformat.read(tmp_path / "clip.ipynb", as_version=4))
    movie = base64.b64decode(re.search(r'src="data:video/mp4;base64,([^"]+)"', page)[1])
    assert seconds(movie) > 0.5
    (tmp_path / "clip.html").write_text(page, encoding="utf-8")
    opened = browser.new_page()
    opened.goto((tmp_path / "clip.html").as_uri(), wait_until="domcontentloaded")
    opened.wait_for_function("document.querySelector('video').currentTime > 0.1")
