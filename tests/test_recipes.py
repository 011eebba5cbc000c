"""The recipes for slides and pages, as they are written down, tried in a browser."""

import re
from pathlib import Path

import pytest

from scenes.base.spec import SceneSpec
from studio.output.film import render_film
from studio.read.assets import ASSETS
from studio.read.spec import load
from studio.render.formats import chosen
from studio.render.quality import Quality

PAGE = (Path(__file__).resolve().parent.parent / "docs/slides.md").read_text("utf-8")
RECIPES = re.findall(r"```html\n(.*?)```", PAGE, re.S)
SMALL = Quality("small", 160, 90, 10)
PLAYS = "(v => v.currentTime > 0.2 && !v.paused)(document.querySelector('video'))"


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """The files that the recipes name, transparent where they have to be."""
    out = tmp_path_factory.mktemp("clips")
    spec: SceneSpec = load("qkv/blend")
    for names, options in ((["webm"], {"transparent": True}), (["mp4"], {})):
        render_film(spec, SMALL, out, 1, formats=chosen(names, **options))
    return out


def opened(html, clips, browser):
    """A page in the folder of the clips, from which nothing is asked that is not there."""
    (clips / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{html}", encoding="utf-8")
    page = browser.new_page()
    page.failed = []
    page.on("requestfailed", lambda request: page.failed.append(request.url))
    page.goto((clips / "page.html").as_uri())
    return page


def test_a_web_page_plays_its_clips(clips, browser):
    recipes = [recipe for recipe in RECIPES if "<section>" not in recipe]
    assert len(recipes) == 2
    for recipe in recipes:
        page = opened(recipe, clips, browser)
        page.wait_for_function(PLAYS)
        assert not page.failed


def test_reveal_plays_the_clip_of_its_slide(clips, browser):
    (recipe,) = (recipe for recipe in RECIPES if "<section>" in recipe)
    reveal = (ASSETS / "deck/reveal.js").read_text("utf-8")
    deck = f'<div class="reveal"><div class="slides"><section>First</section>{recipe}</div></div><script>{reveal}</script>'
    page = opened(f"{deck}<script>Reveal.initialize()</script>", clips, browser)
    page.wait_for_function("Reveal.isReady()")
    assert page.evaluate("document.querySelector('video').paused")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(PLAYS)
    assert not page.failed
