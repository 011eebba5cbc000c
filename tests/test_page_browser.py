"""The page as a user has it, in Chromium: what is typed and picked is in the YAML, and what is seen is of the trace."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import av
import axe_core_python
import processes
import pytest
from PIL import Image
from pptx import Presentation
from processes import alive, children

from studio.plan import staging
from studio.read.spec import load

ROOT = Path(__file__).resolve().parent.parent
MINE = "scene: qkv\nsentence: the old dog sleeps   # four words\nfocus: dog\nsteps: [one_token, all_tokens]\n"
SECONDS = 120
until = partial(processes.until, seconds=SECONDS)
pytestmark = pytest.mark.slow


@pytest.fixture
def mine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    return tmp_path / "mine.yaml"


@pytest.fixture
def served(mine):
    """A process that serves the page of a YAML, and its address; nothing is left of it."""
    with TemporaryDirectory(prefix="t-", dir="/tmp") as temporary:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": temporary}
        process = subprocess.Popen([sys.executable, "-m", "studio", "studio", "mine.yaml"], env=environment, stderr=subprocess.PIPE,
                                   text=True, start_new_session=True)
        try:
            yield process, process.stderr.readline().strip()
        finally:
            running = descendants(process.pid)
            os.killpg(process.pid, signal.SIGINT)
            try:
                rest = process.communicate(timeout=30)[1]
            finally:
                process.kill()
        assert process.returncode == 130 and "Traceback" not in rest, rest
        until(lambda: not any(map(alive, running)))
        assert running and not os.listdir(temporary)


@pytest.fixture
def address(served):
    return served[1]


def descendants(pid):
    return [pid, *(below for child in children(pid) for below in descendants(child))]


@pytest.fixture
def open_page(address, browser):
    """Opens the page in a tab, and waits until all is drawn; nothing may go wrong in it."""
    wrong = []

    def open_tab(place=""):
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("request", lambda request: request.url.startswith((address, "blob:", "data:")) or wrong.append(request.url))
        tab.goto(address + place)
        ready(tab)
        return tab

    yield open_tab
    assert not wrong


def ready(tab):
    tab.wait_for_selector("#status.ready", timeout=1000 * SECONDS)
    tab.wait_for_selector("#board li:not(.stale)")


def picture(tab):
    """The mean colours of 32 × 18 tiles of the still."""
    return tab.evaluate("""async () => {
        const still = document.getElementById("still");
        await still.decode();
        const context = new OffscreenCanvas(32, 18).getContext("2d");
        context.drawImage(still, 0, 0, 32, 18);
        return Array.from(context.getImageData(0, 0, 32, 18).data);
    }""")


def said(mine, key):
    found = re.search(rf"^{key}: (.*)$", mine.read_text(encoding="utf-8"), re.M)
    return found and found[1]


def stop_playing(tab):
    tab.evaluate("document.getElementById('clip').dispatchEvent(new Event('ended'))")


def click_on(tab, tensor):
    """Clicks in the middle of the first entry of a tensor that the still shows; returns its index."""
    key = re.search(r"shot/(.*)\.png", tab.get_attribute("#still", "src"))[1]
    regions = tab.evaluate("async (key) => (await fetch(`shot/${key}.json`)).json()", key)
    region = next(region for region in regions if region["tensor"] == tensor and all(isinstance(at, int) for at in region["index"]))
    room, (left, top, right, bottom) = tab.query_selector("#glass").bounding_box(), region["box"]
    tab.mouse.click(room["x"] + (left + right) / 2 * room["width"], room["y"] + (top + bottom) / 2 * room["height"])
    return region["index"]


def test_a_sentence_is_typed_and_the_picture_is_another(open_page, mine):
    tab = open_page()
    before, source = picture(tab), tab.get_attribute("#still", "src")
    tab.fill("#sentence", "the black dog runs")
    until(lambda: said(mine, "sentence") == "the black dog runs   # four words")
    until(lambda: tab.get_attribute("#still", "src") != source)
    ready(tab)
    assert sum(map(abs, (a - b for a, b in zip(before, picture(tab), strict=True)))) > 500 and said(mine, "focus") == "dog"
    tab.fill("#sentence", "the cat sleeps")
    until(lambda: said(mine, "focus") is None and (said(mine, "sentence") or "").startswith("the cat sleeps"))


def test_a_mistake_is_marked_where_it_stands_and_the_picture_stays(open_page, mine):
    tab = open_page()
    source = tab.get_attribute("#still", "src")
    tab.click(".cm-line:nth-child(3)")
    tab.keyboard.press("End")
    for key in ("Backspace", "Backspace", "g", "o"):
        tab.keyboard.press(key)
    tab.wait_for_selector(".cm-lintRange-error", timeout=1000 * SECONDS)
    assert tab.inner_text(".cm-lintRange-error") == "dgo" and "did you mean 'dog'?" in tab.inner_text("#problems")
    assert tab.get_attribute("#still", "src") == source and tab.is_visible("#still")
    tab.keyboard.press("Control+z")
    tab.wait_for_selector("#problems li", state="detached", timeout=1000 * SECONDS)
    ready(tab)


def test_a_head_is_picked(open_page, mine):
    tab = open_page()
    source = tab.get_attribute("#still", "src")
    tab.click(".field.head button[data-value='3']")
    until(lambda: said(mine, "head") == "3")
    until(lambda: tab.get_attribute("#still", "src") != source)
    assert tab.get_attribute(".field.head button[data-value='3']", "aria-pressed") == "true"
    tab.click(".field.focus button[data-token='sleeps']")
    until(lambda: said(mine, "focus") == "sleeps")


def test_a_cell_says_what_it_is(open_page):
    tab = open_page("#step=mine/all_tokens")
    stop_playing(tab)
    index = click_on(tab, "encoder.0.self_attention.query")
    tab.wait_for_selector("#entry .value", timeout=1000 * SECONDS)
    value = staging.trace(load("mine.yaml"))["encoder.0.self_attention.query"][tuple(index)]
    assert tab.inner_text("#entry .value") == f"{float(value):.3f}".replace("-", "−")
    assert [each.inner_text() for each in tab.query_selector_all(".operand button")] == [
        "encoder.0.self_attention.input", "weights.encoder.0.self_attention.W_Q", "weights.encoder.0.self_attention.b_Q"]
    assert tab.inner_text("#entry .sum").endswith(tab.inner_text("#entry .value"))
    tab.click("#entry h2 button")
    tab.wait_for_selector("#matrix td")
    assert len(tab.query_selector_all("#matrix td")) == 16 and tab.is_hidden("#entry")


def test_who_comes_back_is_where_they_were(open_page):
    tab = open_page()
    tab.click("#board li:nth-child(2) button")
    tab.fill("#search", "scaled")
    tab.click("#names button[data-name='encoder.0.self_attention.scaled_scores']")
    tab.select_option(".axis select", "2")
    until(lambda: "at=%5B2%5D" in tab.evaluate("location.hash"))
    tab.reload()
    ready(tab)
    assert tab.get_attribute("#board li:nth-child(2) button", "aria-current") == "true"
    tab.wait_for_selector("#matrix h2", timeout=1000 * SECONDS)
    assert tab.inner_text("#matrix h2").endswith("scaled_scores") and tab.input_value(".axis select") == "2"


def test_two_tabs_show_one_file(open_page, mine):
    one, other = open_page(), open_page()
    one.bring_to_front()
    one.click(".field.head button[data-value='2']")
    until(lambda: said(mine, "head") == "2")
    other.bring_to_front()
    until(lambda: "head: 2" in other.inner_text(".cm-content"))
    other.route("**/text", lambda route: None if route.request.method == "GET" else route.continue_())
    mine.write_text(MINE.replace("dog sleeps", "cat sleeps").replace("focus: dog", "focus: cat"), encoding="utf-8")
    other.click(".cm-line:nth-child(4)")
    other.keyboard.press("End")
    other.keyboard.type("  # mine")
    other.wait_for_selector("#elsewhere button", timeout=1000 * SECONDS)
    assert "cat sleeps" in mine.read_text(encoding="utf-8")
    other.click("#elsewhere button:first-of-type")
    until(lambda: "cat sleeps" in other.inner_text(".cm-content") and "mine" not in other.inner_text(".cm-content"))


@pytest.mark.parametrize("kind, name", [("mp4", "mine.mp4"), ("gif", "01-one_token.gif"), ("pptx", "deck.pptx")])
def test_what_is_taken_along_can_be_opened(open_page, mine, kind, name):
    mine.write_text(MINE.replace("[one_token, all_tokens]", "[one_token]"), encoding="utf-8")
    tab = open_page()
    with tab.expect_download(timeout=2000 * SECONDS) as download:
        tab.click(f"#downloads button[data-kind='{kind}']")
    file = Path(download.value.path())
    assert download.value.suggested_filename == name
    assert {path.name for path in mine.parent.iterdir()} == {"mine.yaml", "out"}
    if kind == "mp4":
        with av.open(file) as movie:
            video = movie.streams.video[0]
            assert (video.width, video.height) == (1920, 1080) and sum(1 for _ in movie.decode(video=0)) > 30
    elif kind == "gif":
        assert Image.open(file).n_frames > 30
    else:
        assert any(part.endswith(".mp4") for part in zipfile.ZipFile(file).namelist()) and len(Presentation(file).slides) >= 1


@pytest.mark.parametrize("seconds", [0, 2, 6])
def test_what_is_being_made_ends_with_the_server(served, seconds):
    """Whether it has just begun, loads what it needs, or draws."""
    body = json.dumps({"kind": "mp4", "step": "mine/one_token"}).encode()

    def begun():
        with suppress(HTTPError):
            return urlopen(Request(f"{served[1]}make", body)).status == 202

    until(begun)
    time.sleep(seconds)


def test_everybody_can_use_it(open_page):
    """What axe-core finds that keeps people from it: names, contrast, order."""
    tab = open_page()
    click_somewhere(tab)
    tab.evaluate((Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run()")["violations"]
    assert not [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found if rule["impact"] in ("serious", "critical")]


def click_somewhere(tab):
    """Opens what opens: a tensor, an entry of it."""
    tab.click("#names button[data-name='encoder.0.self_attention.weights']")
    tab.click("#matrix td")
    tab.wait_for_selector("#entry .value", timeout=1000 * SECONDS)


def test_both_languages_and_the_theme_of_the_film(open_page, mine):
    tab = open_page()
    assert "Followed" in tab.inner_text("#controls")
    tab.select_option("#language", "zh")
    until(lambda: "关注的词" in tab.inner_text("#controls"))
    dark = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.select_option("#theme", "light")
    until(lambda: tab.evaluate("getComputedStyle(document.body).backgroundColor") != dark)
    assert said(mine, "language") == "zh" and said(mine, "theme") == "light"
