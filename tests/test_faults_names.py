"""Names: what the project makes and what the user calls so keep apart; nothing is made twice or lost because of a name."""

import json
import shutil
from pathlib import Path

import av
import faked
import pytest
from faked import TINY

from scenes.base.spec import CardSpec
from studio.errors import UserError
from studio.output.film import render_film
from studio.plan.film import CARDS, loaded, parts_of, side_by_side
from studio.read.spec import load
from studio.render.cache import Cache

OWN = Path(__file__).parent / "own_scene/temperature"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def film_of(*names: str, title: str = "title: Mine\n") -> Path:
    return write("film.yaml", f"{title}scenes: [{', '.join(names)}]\n")


# What the project calls so, and what the user does

@pytest.mark.parametrize("names", [
    ("opening", "act"), ("cards-opening", "cards_opening", "cards-act-1"), ("card", "cards", "1"), ("film", "storyboard"),
])
def test_a_scene_may_be_called_anything(names):
    for name in names:
        write(f"mine/{name}.yaml", "scene: recap\nsteps: [machine]\n")
    film_of(f"mine/{names[0]}.yaml", "{act: More}", *(f"mine/{name}.yaml" for name in names[1:]))
    with faked.drawing():
        result = render_film(load("film.yaml"), TINY, Path("out"), 1, cache=Cache())
    described = json.loads(Path("out/film.json").read_text())
    assert [scene["id"] for scene in described["scenes"]] == [*names]
    assert all(Path(f"out/clips/{name}/01-machine.mp4").is_file() and Path(f"out/scenes/{name}.mp4").is_file() for name in names)
    assert result.rendered >= 1 and result.cached >= 0
    assert result.rendered + result.cached == sum(len(part.wanted) for part in parts_of(load("film.yaml")))
    with av.open("out/film.mp4") as file:
        assert file.streams.video[0].frames == described["frames"]
        assert len(file.chapters()) == len(names)


def test_cards_have_names_that_no_scene_can_have():
    film_of("qkv", "{act: Second}", "recap")
    cards = [part.name for part in parts_of(load("film.yaml")) if isinstance(part, CardSpec)]
    assert cards == [f"{CARDS}/opening", f"{CARDS}/act/1"]


# Two of one name

SAME = r"b/tiny\.yaml: its files would be those of a/tiny\.yaml, which has the same name; render it with another --output"


@pytest.mark.parametrize("one, other", [
    ("scene: qkv\n", "scene: recap\n"), ("scene: qkv\n", "scene: qkv\n"), ("scenes: [qkv]\n", "scenes: [recap]\n"),
    ("scenes: [qkv]\n", "scenes: [qkv]\n"),
])
def test_two_targets_of_one_name_are_refused(one, other):
    write("a/tiny.yaml", one)
    write("b/tiny.yaml", other)
    with pytest.raises(UserError, match=SAME):
        loaded(["a/tiny.yaml", "b/tiny.yaml"])
    assert len(loaded(["a/tiny.yaml", "./a/../a/tiny.yaml"])) == 1


@pytest.mark.parametrize("other", ["Tiny", "caf\u00e9", "stra\u00dfe"])
def test_names_that_are_one_to_some_file_system_are_refused(other):
    same = {"Tiny": "tiny", "caf\u00e9": "cafe\u0301", "stra\u00dfe": "STRASSE"}[other]
    for name in (other, same):
        write(f"{name}.yaml", "scene: qkv\n")
    with pytest.raises(UserError, match="which has the same name"):
        loaded([f"{other}.yaml", f"{same}.yaml"])
    film_of(f"{other}.yaml", f"{same}.yaml")
    with pytest.raises(UserError, match="is in the film already"):
        load("film.yaml")


def test_a_scene_that_a_film_tells_otherwise_is_not_made_over_the_scene_itself():
    film_of("{scene: qkv, pace: 2}", "recap")
    with pytest.raises(UserError, match=r"film\.yaml: qkv: its files would be those of .*scene\.yaml, which has the same name"):
        loaded(["qkv", "film.yaml"])
    assert [spec.name for spec in loaded(["film.yaml", "recap/block"])] == ["film", "recap"]
    assert [spec.name for spec in side_by_side(loaded(["film.yaml", "recap/block"]), "deck").scenes] == ["qkv", "recap"]


def test_a_step_that_a_scene_leaves_out_is_not_made_over_the_scene():
    shutil.copytree(OWN, "temperature", ignore=shutil.ignore_patterns("__pycache__"))
    with Path("temperature/scene.yaml").open("a") as file:
        file.write("steps: [as_it_is, cold]\n")
    assert loaded(["temperature/hot"])[0].steps == ("hot",)
    with pytest.raises(UserError, match="which has the same name"):
        loaded(["temperature", "temperature/hot"])


def test_a_film_and_a_scene_may_have_one_name():
    write("a/tiny.yaml", "scenes: [recap]\n")
    write("b/tiny.yaml", "scene: qkv\n")
    assert [spec.name for spec in loaded(["a/tiny.yaml", "b/tiny.yaml"])] == ["tiny", "tiny"]


# Nothing is drawn twice

@pytest.mark.parametrize("cache", [None, "cache"])
def test_what_looks_the_same_is_drawn_once(cache):
    for name in ("one", "two"):
        write(f"{name}.yaml", "scene: recap\nsteps: [machine, block]\n")
    film_of("one.yaml", "two.yaml")
    with faked.drawing() as drawn:
        result = render_film(load("film.yaml"), TINY, Path("out"), 1, cache=cache and Cache())
    assert [name for name in drawn if not name.startswith(CARDS)] == ["one/machine", "one/block"]
    assert (result.rendered, result.cached) == (len(drawn), 2)
    for step in ("01-machine", "02-block"):
        assert Path(f"out/clips/one/{step}.mp4").read_bytes() == Path(f"out/clips/two/{step}.mp4").read_bytes()


# What a video is called

def test_videos_say_their_titles():
    film_of("recap", title="title: {en: Mine & yours <all>, zh: 我的}\n")
    with faked.drawing():
        render_film(load("film.yaml"), TINY, Path("out"), 1)
    for file, title in (("film", "Mine & yours <all>"), ("scenes/recap", json.loads(Path("out/scenes/recap.json").read_text())["title"])):
        with av.open(f"out/{file}.mp4") as video:
            assert video.metadata["title"] == title
    film_of("recap", title="title: {en: Another, zh: 我的}\n")
    with faked.drawing():
        render_film(load("film.yaml"), TINY, Path("out"), 1)
    with av.open("out/film.mp4") as video:
        assert video.metadata["title"] == "Another"
