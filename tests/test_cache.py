"""The cache: what is found is what was kept, and nothing is rendered twice."""

import json
import multiprocessing
import os
import pickle
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from test_output import full_disk, names, written

from studio.cli import main
from studio.errors import RenderError, UserError
from studio.output.tables import as_yaml
from studio.plan import staging
from studio.read import assets, folders
from studio.read.spec import load
from studio.read.words import everything
from studio.render import inputs, order
from studio.render.cache import Cache, Entry
from studio.render.order import make
from studio.render.quality import Quality
from studio.render.worker import render_step

ROOT = Path(__file__).resolve().parent.parent
FILM = """
title: Short
scenes: [{scene: qkv, steps: [one_token, all_tokens]}, {act: Next}, {scene: attention_matrix, steps: [equation]}]
sentence: the cat
pace: 10
"""
SHORT = ["pace=10", "sentence=the cat", "steps=[equation]"]
ENTRY = Entry(movie=bytes(range(256)) * 20, picture=b"\n\n", frames=7, caption="Ä\n", seconds=1.4, digests={"trace_digest": "1"},
              shows={"x": [[0]]}, tensors=[{"name": "x", "parts": []}])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def render(*args):
    """What `animformer render --json` says of the short film at a tiny size, and its exit code."""
    Path("film.yaml").exists() or Path("film.yaml").write_text(FILM)
    result = CliRunner().invoke(main, ["render", "film.yaml", "--size", "160x90", "--fps", "5", "-j", "1", "--json", *args])
    return json.loads(result.stdout) | {"code": result.exit_code, "said": result.stderr}


def drawn(*args):
    """How many clips are rendered, and how many found."""
    found = render(*args)
    return found["rendered"], found["cached"]


# What is kept

def test_what_is_found_is_what_was_kept():
    cache = Cache()
    assert cache.get("qkv.blend.0") is None
    key = f"qkv.blend.{'0' * 32}"
    cache.put(key, ENTRY)
    assert cache.get(key) == ENTRY and cache.get(key.replace("0", "1")) is None
    assert [path.name for path in cache.store.folder.iterdir()] == [f"{key}.clip"]


def test_what_is_not_whole_is_not_found_and_goes():
    cache, key = Cache(), f"qkv.blend.{'0' * 32}"
    cache.put(key, ENTRY)
    path = cache.store.folder / f"{key}.clip"
    whole, random = path.read_bytes(), np.random.default_rng(0)
    for length in (0, 1, 31, 32, 33, 60, len(whole) - 1, *random.integers(0, len(whole), 20)):
        path.write_bytes(whole[:length])
        assert cache.get(key) is None and not path.exists()
    for bit in random.integers(0, 8 * len(whole), 100):
        flipped = np.frombuffer(whole, np.uint8).copy()
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped.tobytes())
        assert cache.get(key) is None and not path.exists()
    path.write_bytes(whole + b"more")
    assert cache.get(key) is None
    path.write_bytes(whole)
    assert cache.get(key) == ENTRY


def test_the_longest_unused_goes_first(monkeypatch):
    cache = Cache()
    all_keys = [f"qkv.blend.{number:032}" for number in range(5)]
    for number, key in enumerate(all_keys):
        cache.put(key, ENTRY)
        os.utime(cache.store.folder / f"{key}.clip", (number, number))
    size = cache.info()["bytes"] // 5
    assert cache.get(all_keys[0]) == ENTRY    # now the last used
    monkeypatch.setenv("ANIMFORMER_CACHE_LIMIT", str(3.5 * size / 1e9))
    cache = Cache()
    cache.trim()
    assert cache.info()["clips"] == 5         # nothing has been kept, so nothing goes
    cache.put(all_keys[0].replace("0", "f"), ENTRY)
    cache.trim()
    kept = {path.name.split(".")[2] for path in cache.store.folder.iterdir()}
    assert kept == {key.split(".")[2] for key in (all_keys[0], all_keys[4], all_keys[0].replace("0", "f"))}
    assert cache.info() == {"folder": str(cache.store.folder), "clips": 3, "bytes": 3 * size, "limit": int(3.5 * size)}


def test_what_killed_processes_left_in_the_cache_goes():
    cache = Cache()
    left = cache.store.folder / f".animformer-{'0' * 32}.clip"
    left.parent.mkdir()
    left.write_text("half")
    cache.put(f"qkv.blend.{'0' * 32}", ENTRY)
    cache.trim()
    assert not left.exists() and cache.info()["clips"] == 1


@pytest.mark.parametrize("said", ["lots", "nan", "1e999"])
def test_a_limit_that_is_none(said, monkeypatch):
    monkeypatch.setenv("ANIMFORMER_CACHE_LIMIT", said)
    with pytest.raises(UserError, match="ANIMFORMER_CACHE_LIMIT: .* is no number of gigabytes; for example"):
        Cache()


@pytest.mark.parametrize("fault", ["no folder", "full"])
def test_a_cache_that_cannot_be_written_to_is_said_once(fault, monkeypatch):
    if fault == "no folder":
        Path("file").write_text("")
        monkeypatch.setenv("ANIMFORMER_CACHE", "file/cache")
    cache = Cache()
    with full_disk(1000 if fault == "full" else 10**9), pytest.warns(UserWarning, match="is not kept for the next time: ") as warned:
        for number in range(3):
            cache.put(f"qkv.blend.{number:032}", ENTRY)
    cache.trim()
    assert len(warned) == 1
    assert cache.info()["clips"] == 0 and (fault == "no folder" or list(cache.store.folder.iterdir()) == [])


def test_lengths_are_remembered():
    cache = Cache()
    for number, seconds in enumerate((3.0, 5.0)):
        key = f"qkv.blend.{number:032}"
        cache.put(key, replace(ENTRY, seconds=seconds))
        os.utime(cache.store.folder / f"{key}.clip", (number, number))
    (cache.store.folder / f"qkv.other.{'0' * 32}.clip").write_text("not a clip")
    assert (cache.seconds("qkv", "blend"), cache.seconds("qkv", "other")) == (5.0, None)


def _hammer(seed):
    cache, random, found = Cache(), np.random.default_rng(seed), Counter()
    for number in random.integers(0, 4, 60):
        key = f"qkv.blend.{number:032}"
        entry = replace(ENTRY, movie=bytes([number]) * 30_000)
        found[cache.get(key) in (None, entry)] += 1
        cache.put(key, entry)
        cache.trim()
    return found


def test_many_processes_at_once(monkeypatch):
    monkeypatch.setenv("ANIMFORMER_CACHE_LIMIT", str(100_000 / 1e9))   # three of four
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_hammer, range(2)) == [{True: 60}] * 2
    assert Cache().info()["bytes"] <= 100_000 and not [name for name in names(Cache().store.folder) if name.startswith(".")]


# Orders

def an_order(*overrides, scene="attention_matrix"):
    return order.order_of(load(scene, [*SHORT, *overrides]), "equation", Quality("tiny", 160, 90, 5))


def test_an_order_that_would_be_made_from_something_else_is_refused():
    right = an_order()
    other = right.inputs | {"code": right.inputs["code"] | {"scenes.base.scene": "0"}, "versions": {}}
    with pytest.raises(UserError, match=r"attention_matrix/equation: code.scenes.base.scene, versions.animformer, .* not the same on"):
        make(replace(right, inputs=other))


@pytest.mark.parametrize("scene", ["attention_matrix", "mine/matrix"])
def test_an_order_can_carry_the_user_s_own_files(scene):
    Path("mine/fonts").mkdir(parents=True)
    theme = (assets.THEMES / "light.yaml").read_text("utf-8")
    Path("mine/themes").mkdir()
    Path("mine/themes/theme.yaml").write_text(f"{theme}\nfonts: [../fonts/a.ttf]\n", "utf-8")
    shutil.copy(inputs.font_files()[0], "mine/fonts/a.ttf")
    Path("mine/de.yaml").write_text(as_yaml(everything("en", [folders.folder("attention_matrix")])), "utf-8")
    shutil.copy(assets.weights_files("translator")[0], "mine/weights.npz")
    shutil.copytree(folders.SCENES / "attention_matrix", "mine/matrix")
    words = everything("en", [folders.folder("mine/matrix")])
    Path("mine/matrix/words.de.yaml").write_text(as_yaml(words["scenes"]["matrix"]), "utf-8")
    own = an_order("theme=mine/themes/theme.yaml", "language=mine/de.yaml", "model.weights=mine", scene=scene)
    expected, carrying = make(own), order.carrying(own)
    shutil.rmtree("mine")
    assert make(pickle.loads(pickle.dumps(carrying))) == expected
    with pytest.raises((UserError, OSError)):
        make(own)
    assert order.carrying(an_order()).carried == {}


def test_a_clip_that_is_not_whole_is_refused():
    clip = render_step(an_order())
    an_order().format.check(clip, an_order().quality)
    movie = clip.movie
    holes = movie[: len(movie) // 2] + bytes(len(movie) // 4) + movie[len(movie) // 2 + len(movie) // 4:]
    for broken in (movie[: len(movie) * 2 // 3], movie[:100], b"", holes):
        with pytest.raises(RenderError):
            an_order().format.check(replace(clip, movie=broken), an_order().quality)
    with pytest.raises(RenderError, match=f"has {clip.frames} frames in .* s, not {clip.frames + 1}"):
        an_order().format.check(replace(clip, frames=clip.frames + 1), an_order().quality)
    with pytest.raises(RenderError):
        an_order().format.check(clip, replace(an_order().quality, fps=6))


# The command

def test_what_has_not_changed_is_not_rendered_again(monkeypatch):
    found = render()
    assert (found["code"], found["rendered"], found["cached"]) == (0, 5, 0)          # three steps and two cards
    before, film = written(Path("out")), Path("out/film.mp4").read_bytes()
    monkeypatch.setattr(staging, "_trace", lambda *_: pytest.fail("a forward pass"))
    again = render()
    assert (again["code"], again["rendered"], again["cached"], again["frames"]) == (0, 0, 5, found["frames"])
    assert written(Path("out")) == before and again["files"] == found["files"]
    assert "rendering film 2/5 qkv/one_token (cached)\n" in again["said"]
    shutil.rmtree("out")
    assert render()["rendered"] == 0 and Path("out/film.mp4").read_bytes() == film
    monkeypatch.undo()


def test_what_has_changed_is_rendered_again():
    render()
    Path("film.yaml").write_text(FILM.replace("all_tokens]", "all_tokens], captions: {all_tokens: {en: Mine.}}"))
    found = render()
    assert (found["code"], found["rendered"], found["cached"]) == (0, 1, 4)
    assert "rendering film 5/5 qkv/all_tokens\n" in found["said"]
    said = json.loads(Path("out/film.json").read_text("utf-8"))
    assert said["scenes"][0]["steps"][1]["caption"] == "Mine." and said["frames"] == found["frames"]
    Path("film.yaml").write_text(FILM.replace("[equation]", "[equation], pace: 9"))
    assert drawn() == (2, 3)              # the card before it has its pace
    assert drawn("--set", "sentence=a cat") == (3, 2)
    assert drawn("--compact") == (5, 0) and drawn("--compact") == (0, 5) and drawn() == (0, 5)
    assert drawn("--no-cache") == (5, 0)


def test_a_broken_entry_is_rendered_again(folder):
    render()
    expected = {name: (folder / "out" / name).read_bytes() for name in names(folder / "out")}
    truncated, flipped, *_ = sorted(Cache().store.folder.iterdir())
    truncated.write_bytes(truncated.read_bytes()[:-100])
    flipped.write_bytes(flipped.read_bytes()[:-1] + b"?")
    shutil.rmtree("out")
    found = render()
    assert (found["code"], found["rendered"], found["cached"]) == (0, 2, 3)
    assert {name: (folder / "out" / name).read_bytes() for name in names(folder / "out")} == expected
    assert render()["cached"] == 5


def test_nothing_is_kept_if_nothing_is_to_be_kept():
    render("--no-cache")
    assert Cache().info()["clips"] == 0


def test_cache_info_and_clear():
    cache = Cache()
    cache.put(f"qkv.blend.{'0' * 32}", ENTRY)
    (cache.store.folder / "notes.txt").write_text("the user's")
    shown = CliRunner().invoke(main, ["cache"])
    assert shown.stdout == f"{cache.store.folder}: 1 clip, 0.0 of 4000 MB\n"
    found = json.loads(CliRunner().invoke(main, ["cache", "info", "--json"]).stdout)
    assert found == cache.info() and found["bytes"] > len(ENTRY.movie)
    assert json.loads(CliRunner().invoke(main, ["cache", "clear", "--json"]).stdout)["clips"] == 0
    assert names(cache.store.folder) == ["notes.txt"]
    assert CliRunner().invoke(main, ["cache", "clean"]).exit_code == 2
