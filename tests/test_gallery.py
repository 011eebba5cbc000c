"""The page of what has been rendered: what is on it, how it is searched, and what it makes of hostile texts."""

import json
import os
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import faked
import numpy as np
import pytest
from click.testing import CliRunner
from test_faults_text import HOSTILE

from studio import cli
from studio.errors import UserError
from studio.output.film import render_film
from studio.output.gallery import make_gallery
from studio.plan import staging
from studio.read.spec import load
from studio.render.quality import Quality

SMALL = Quality("small", 160, 90, 5)
PART = {"place": ["head 0"], "rows": ["a<b", "c"], "columns": [], "values": [[0.25, "-inf"], [-1.5, None]]}
TENSOR = {"name": "x.scores", "axes": ["head", "query", "key"], "shape": [2, 2, 3], "meaning": "what <it> says", "formula": "a & b",
          "parts": [PART]}


class Page(HTMLParser):
    """All texts, and what is linked to."""

    def __init__(self, path: Path):
        super().__init__()
        self.texts, self.links, self.tags, self.inside = [], [], [], ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        self.inside = tag
        self.tags.append(tag)
        self.links += [unquote(value, errors="surrogateescape") for name, value in attributes if name in ("src", "href", "poster")]

    def handle_data(self, data):
        if self.inside not in ("style", "script"):
            self.texts.append(data)


def described(folder: Path, scene: str, step: str, caption: str, **said) -> Path:
    """A clip that is as good as none, with its description."""
    path = folder / "clips" / scene / f"01-{step}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".mp4").write_bytes(faked.movie(4, faked.TINY))
    path.with_suffix(".png").write_bytes(faked._black(faked.TINY))
    steps = [{"id": f"{scene}/{step}", "caption": caption}]
    written = {"id": scene, "title": f"Of {scene}", "theme": "dark", "language": "en", "seconds": 2.0, "steps": steps,
               "tensors": [TENSOR]} | said
    path.write_bytes(json.dumps(written).encode(errors="backslashreplace"))
    return path


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Two steps as they are rendered, with the page of them."""
    out = tmp_path_factory.mktemp("rendered")
    for name in ("keys/key", "qkv/blend"):
        scene, _, step = name.partition("/")
        render_film(load(scene, [f"steps=[{step}]"]), SMALL, out, 1)
    return make_gallery(out)


def test_every_clip_is_there_with_its_caption_its_files_and_the_values_of_what_it_shows(rendered):
    page = Page(rendered)
    for path in rendered.parent.glob("clips/*/*.json"):
        said = json.loads(path.read_text("utf-8"))
        assert said["steps"][0]["caption"] in page.texts and said["steps"][0]["id"] in " ".join(page.texts)
        trace = staging.trace(load(said["id"]))
        assert said["tensors"], path
        for tensor in said["tensors"]:
            assert tensor["name"] in page.texts and tensor["meaning"] in " ".join(page.texts)
            view = trace[tensor["name"]]
            for part in tensor["parts"]:
                whole = view[tuple(int(place.split()[1]) for place in part["place"])] if part["place"] else view
                values = whole.values.reshape(-1, whole.shape[-1])[: len(part["values"]), : len(part["values"][0])]
                assert np.allclose(part["values"], values, rtol=1e-5, atol=1e-5)
    shown = {tensor["name"] for tensor in json.loads((rendered.parent / "clips/qkv/01-blend.json").read_text("utf-8"))["tensors"]}
    assert "encoder.0.self_attention.weights" in shown and not any(name.startswith("weights.") for name in shown)
    files = {link for link in page.links if not link.startswith("data:")}
    assert files and all((rendered.parent / link).is_file() and not link.startswith(("/", "http")) for link in files)


def test_scenes_stand_in_the_order_of_the_film(tmp_path):
    for scene in ("recap", "aaa", "embeddings", "overview"):
        described(tmp_path, scene, "one", f"Caption of {scene}.")
    captions = [text for text in Page(make_gallery(tmp_path)).texts if text.startswith("Caption of ")]
    assert captions == [f"Caption of {scene}." for scene in ("overview", "embeddings", "recap", "aaa")]


def test_hostile_texts_and_names_are_shown_as_they_are(tmp_path):
    names = ["a:b", "%41", "a b#c?d", "'\"<i>", "一", os.fsdecode(b"a\xffb")]
    for name in names:
        for number, caption in enumerate(HOSTILE):
            described(tmp_path, name, f"step_{number}", caption, title=caption)
    page = Page(make_gallery(tmp_path))
    for caption in HOSTILE:
        assert page.texts.count(caption) >= len(names) or len(caption.splitlines()) > 1, caption
    assert {"script"} == {tag for tag in page.tags if tag in ("script", "b", "i", "img", "iframe")} and page.tags.count("script") == 1
    assert all((tmp_path / link).is_file() for link in page.links if not link.startswith("data:"))
    assert "a<b" in page.texts and "what <it> says" in " ".join(page.texts) and "-inf" in page.texts


def test_what_is_no_description_is_passed_over_and_nothing_at_all_is_said(tmp_path):
    good = described(tmp_path, "qkv", "one", "Right.")
    for number, content in enumerate(("[]", "{", "{}", '{"id": 1}', "\x00")):
        path = good.with_name(f"0{number + 2}-bad.json")
        path.write_text(content)
        path.with_suffix(".mp4").write_bytes(b"")
    described(tmp_path, "keys", "gone", "Gone.").with_suffix(".mp4").unlink()
    (tmp_path / "clips/keys/01-gone.png").unlink()
    page = Page(make_gallery(tmp_path))
    assert page.tags.count("article") == 1 and "Gone." not in page.texts
    with pytest.raises(UserError, match="no clips have been rendered to here"):
        make_gallery(tmp_path / "clips")
    done = CliRunner().invoke(cli.main, ["gallery", "-o", str(tmp_path / "nowhere")])
    assert done.exit_code == 2 and "no clips" in done.output and not (tmp_path / "nowhere").exists()


def test_a_page_in_chinese_and_in_a_theme_that_is_gone(tmp_path):
    described(tmp_path, "qkv", "one", "查询", language="zh", theme=str(tmp_path / "gone.yaml"))
    page = make_gallery(tmp_path).read_text("utf-8")
    assert '<html lang="zh">' in page and "已渲染的内容" in page and "搜索" in page


def test_nothing_on_the_page_is_forbidden_by_its_own_policy(rendered, browser):
    page, wrong = browser.new_page(), []
    page.on("console", lambda message: wrong.append(message.text))
    page.goto(rendered.as_uri())
    assert page.evaluate("document.querySelector('video').play().then(() => document.fonts.ready).then(() => document.fonts.size)")
    assert page.evaluate("fetch('https://example.org/').then(() => 'fetched', () => 'refused')") == "refused"
    assert wrong and all("example.org" in text for text in wrong)


def test_a_browser_searches_copies_and_plays_without_a_network(rendered, browser):
    page = browser.new_page(viewport={"width": 1200, "height": 800}, bypass_csp=True)            # which a test's own functions need
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(rendered.as_uri())
    seen = "[...document.querySelectorAll('article')].filter(a => a.offsetParent).length"
    assert page.evaluate(seen) == 2
    assert page.evaluate("document.fonts.ready.then(() => [...document.fonts].every(f => f.status == 'loaded'))")
    page.keyboard.press("/")
    page.keyboard.type("BLEND")
    assert page.evaluate(seen) == 1
    page.keyboard.type(" nowhere")
    assert page.evaluate(seen) == 0 and page.locator("#nothing").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate(seen) == 2
    page.locator("article button").first.press("Enter")
    page.wait_for_function("document.getElementById('said').textContent == 'Copied'")
    page.locator("#search").focus()
    page.keyboard.press("Control+V")
    copied = page.locator("#search").input_value()
    assert copied in map(str, rendered.parent.glob("clips/*/*.*")), copied
    page.keyboard.press("Escape")
    page.locator("video").first.press("Space")
    page.wait_for_function("document.querySelector('video').currentTime > 0.2")
    assert not wrong and all(url.startswith(("file:", "data:", "blob:")) for url in asked)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    axe = (Path(__import__("axe_core_python").__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    assert not [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")], found
