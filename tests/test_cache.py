"""The cache: what makes a clip another one and what does not, and that what is found is what was kept."""

import json
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from test_output import full_disk, names, written
from test_render import TINY

import scenes
from studio import assets, plan
from studio.cli import main
from studio.errors import RenderError, UserError
from studio.render import inputs, order
from studio.render.cache import Cache, Entry
from studio.render.order import make
from studio.render.quality import Quality
from studio.render.worker import render_step
from studio.spec import SceneSpec, load

ROOT = Path(__file__).resolve().parent.parent
QKV = scenes.find("qkv").step_names()
ALL = {f"{scene}/{step}" for scene in ("qkv", "attention_matrix") for step in scenes.find(scene).step_names()}
FILM = """
title: Short
scenes: [{scene: qkv, steps: [one_token, all_tokens]}, {scene: attention_matrix, steps: [equation]}]
sentence: the cat
pace: 10
"""
SHORT = ["pace=10", "sentence=the cat", "steps=[equation]"]
ENTRY = Entry(movie=bytes(range(256)) * 20, picture=b"\n\n", frames=7, caption="Ä\n", seconds=1.4, digests={"trace_digest": "1"})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keys(*overrides, target="film.yaml", quality=TINY):
    """The key of every clip, by `scene/step`."""
    Path("film.yaml").exists() or Path("film.yaml").write_text("scenes: [qkv, attention_matrix]\n")
    return {
        f"{spec.name}/{step}": inputs.key(spec.scene, step, inputs.of(spec, step, quality))
        for spec in plan.scenes_of(load(target, overrides)) for step in spec.wanted
    }


def changed(before, after):
    return {name for name in before.keys() | after if before.get(name) != after.get(name)}


def of(scene, *steps):
    return {f"{scene}/{step}" for step in steps or scenes.find(scene).step_names()}


def render(*args):
    """What `animformer render --json` says of the short film at a tiny size, and its exit code."""
    Path("film.yaml").exists() or Path("film.yaml").write_text(FILM)
    result = CliRunner().invoke(main, ["render", "film.yaml", "--size", "160x90", "--fps", "5", "-j", "1", "--json", *args])
    return json.loads(result.stdout) | {"code": result.exit_code, "said": result.stderr}


def drawn(*args):
    """How many clips are rendered, and how many found."""
    found = render(*args)
    return found["rendered"], found["cached"]


# What makes a clip another one

@pytest.mark.parametrize("override, expected", [
    ("sentence=a dog sleeps", ALL),
    ("pace=2", ALL),
    ("theme=light", ALL),
    ("language=zh", ALL),
    ("decimals=1", ALL),
    ("head=1", ALL),
    ("model.weights=random", ALL),
    ("captions.blend.en=Mine", of("qkv", "blend")),
    ("captions.blend.zh=我的", set()),
    ("focus=black", set()),
])
def test_what_a_film_says_of_all_its_scenes(override, expected):
    target = "qkv" if override.startswith("captions") else "film.yaml"
    assert changed(keys(target=target), keys(override, target=target)) == expected


def test_what_a_film_says_of_one_scene():
    before = keys()
    for said in ("pace: 2", "sentence: a dog", "block: 1", "theme: light"):
        Path("film.yaml").write_text(f"scenes: [qkv, {{scene: attention_matrix, {said}}}]")
        assert changed(before, keys()) == of("attention_matrix"), said


def test_another_step_more_and_every_counter_is_another():
    before, after = keys(target="qkv"), keys("steps=[one_token, blend]", target="qkv")
    assert changed(before, after) == of("qkv")
    assert changed(after, keys("steps=[one_token, weighted_sum]", target="qkv")) >= of("qkv", "blend", "weighted_sum")
    assert keys(target="qkv/blend") == {"qkv/blend": before["qkv/blend"]}


def test_random_weights_count_by_their_seed():
    random = ["model.weights=random"]
    before = keys(*random)
    assert changed(before, keys(*random, "model.seed=0")) == set()
    assert changed(before, keys(*random, "model.seed=1")) == ALL


def test_pixels_and_frames_count_and_what_a_quality_is_called_does_not():
    before = keys()
    assert keys(quality=replace(TINY, name="other")) == before
    for other in (replace(TINY, width=320), replace(TINY, height=180), replace(TINY, fps=11)):
        assert changed(before, keys(quality=other)) == ALL


def test_where_a_scene_is_and_what_it_is_called_does_not_count():
    Path("deep").mkdir()
    text = (assets.SCENES / "qkv.yaml").read_text("utf-8").replace("\npace:", "\n# the same\npace:")
    Path("deep/mine.yaml").write_text(f"{text}\nscene: qkv\n", "utf-8")
    assert list(keys(target="deep/mine.yaml").values()) == list(keys(target="qkv").values())


def test_a_theme_counts_by_its_content():
    text, font = (assets.THEMES / "dark.yaml").read_bytes(), inputs.font_files()[0]
    assert changed(keys(), keys("theme=light")) == ALL
    Path("one.yaml").write_bytes(text + b"\nfonts: [a.ttf]\n")
    Path("deep").mkdir()
    Path("deep/two.yaml").write_bytes(text + b"\nfonts: [a.ttf]\n")
    for path in ("a.ttf", "deep/a.ttf"):
        shutil.copy(font, path)
    before = keys("theme=one.yaml")
    assert before == keys("theme=deep/two.yaml") != keys()
    Path("deep/a.ttf").write_bytes(Path("a.ttf").read_bytes() + b"\0")
    assert changed(before, keys("theme=deep/two.yaml")) == ALL
    Path("one.yaml").write_bytes(text.replace(b"#", b"# a comment\n#", 1) + b"\nfonts: [a.ttf]\n")
    assert changed(before, keys("theme=one.yaml")) == ALL


def test_weights_count_by_their_content():
    bundled = assets.weights_file("translator")
    for name in ("one", "two"):
        Path(name).mkdir()
        shutil.copy(bundled, f"{name}/weights.npz")
    before = keys()
    assert before == keys("model.weights=one") == keys("model.weights=two")
    with np.load(bundled, allow_pickle=False) as arrays:
        np.savez("two/weights.npz", allow_pickle=False, **arrays)
    assert changed(before, keys("model.weights=two")) == ALL


@pytest.mark.parametrize("old, new, expected", [
    ("You do not take one folder.", "Do not take one folder.", of("qkv", "blend")),
    ("title: Queries, keys and values", "title: Q, K and V", of("qkv")),
    ("label_is: the labels", "label_is: labels", of("qkv")),
    ("reading_speed: 15", "reading_speed: 14", ALL),
    ("step {step} of {steps}", "{step}/{steps}", ALL),
    ("untrained: untrained weights", "untrained: nothing learned", ALL),
    ("# Every word on screen", "# Each word on screen", set()),
])
def test_of_a_language_what_a_step_can_show_counts(old, new, expected):
    text = (assets.TEXT / "en.yaml").read_text("utf-8")
    assert text.count(old) == 1
    Path("en.yaml").write_text(text, "utf-8")
    before = keys("language=en.yaml")
    assert before == keys()
    Path("en.yaml").write_text(text.replace(old, new), "utf-8")
    assert changed(before, keys("language=en.yaml")) == expected


def test_an_own_caption_takes_the_place_of_that_of_the_language():
    text = (assets.TEXT / "en.yaml").read_text("utf-8")
    Path("en.yaml").write_text(text.replace("You do not take one folder.", "Do not take one folder."), "utf-8")
    own = ["captions.blend.en=Mine"]
    assert keys(*own, target="qkv") == keys(*own, "language=en.yaml", target="qkv")


def test_a_scene_gets_no_other_words_than_those_that_count():
    words = plan.stage(load("qkv")).words
    assert words["scenes"].keys() == {"qkv"} and words["scenes"]["qkv"] == assets.words("en")["scenes"]["qkv"]


def test_a_key_of_the_spec_that_comes_later_counts():
    class Later(SceneSpec):
        twist: int = 0

    spec = Later(**vars(load("qkv")))
    before, after = (inputs.of(spec.model_copy(update={"twist": twist}), "blend", TINY) for twist in (0, 1))
    assert inputs.differing(before, after) == ["spec.twist"]


def test_keys_are_the_same_in_any_process_and_take_no_forward_pass(monkeypatch):
    monkeypatch.setattr(plan, "trace", lambda *_: pytest.fail("a forward pass"))
    code = "import test_cache, json; print(json.dumps(test_cache.keys()))"
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONHASHSEED": "7"}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == keys()


# The code

@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A copy of the project's code, which counts as the project's."""
    for room in inputs.ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    _forget()
    yield tmp_path
    _forget()


def _forget():
    for function in (inputs.code, inputs._module, inputs._exists, inputs._is_package):
        function.cache_clear()


@pytest.mark.parametrize("file, expected", [
    ("scenes/qkv.py", {"qkv"}),
    ("scenes/attention_matrix.py", {"attention_matrix"}),
    ("scenes/parts/cabinet.py", {"qkv"}),
    ("scenes/parts/label.py", {"qkv", "attention_matrix"}),
    ("scenes/base.py", {"qkv", "attention_matrix"}),
    ("scenes/theme.py", {"qkv", "attention_matrix"}),
    ("scenes/type.py", {"qkv", "attention_matrix"}),
    ("model/functional.py", {"qkv", "attention_matrix"}),
    ("model/decoder.py", {"qkv", "attention_matrix"}),
    ("studio/plan.py", {"qkv", "attention_matrix"}),
    ("studio/render/camera.py", {"qkv", "attention_matrix"}),
    ("studio/render/encoder.py", {"qkv", "attention_matrix"}),
    ("studio/cli.py", set()),
    ("studio/spec.py", set()),
    ("studio/errors.py", set()),
    ("studio/check/lint.py", set()),
    ("studio/render/farm.py", set()),
    ("studio/render/cache.py", set()),
    ("studio/output/film.py", set()),
    ("model/train.py", set()),
])
def test_of_the_code_what_draws_a_scene_counts(checkout, file, expected):
    before = {scene: inputs.code(scene) for scene in ("qkv", "attention_matrix")}
    with (checkout / file).open("a", encoding="utf-8") as source:
        source.write("\n# another line\n")
    _forget()
    assert {scene for scene, code in before.items() if inputs.code(scene) != code} == expected


@pytest.mark.parametrize("line", [
    "import scenes.parts.late", "from scenes.parts import late", "from scenes.parts.late import x", "from .parts import late",
    "from .parts.late import x", "def f():\n    from scenes.parts import late",
])
def test_imports_are_followed_wherever_they_stand(checkout, line):
    (checkout / "scenes/parts/late.py").write_text("import model.train\n")
    assert not inputs.code("qkv").keys() & {"scenes.parts.late", "model.train"}
    with (checkout / "scenes/qkv.py").open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    _forget()
    assert inputs.code("qkv").keys() >= {"scenes.parts.late", "model.train"}
    assert "scenes.parts.late" not in inputs.code("attention_matrix")


def test_the_words_of_another_scene_count_if_the_code_names_it(checkout):
    assert inputs.words(load("qkv"))["scenes"].keys() == {"qkv"}
    with (checkout / "scenes/parts/cabinet.py").open("a", encoding="utf-8") as source:
        source.write("\nOTHER = 'attention_matrix'\n")
    _forget()
    given = inputs.words(load("qkv"))["scenes"]
    assert given.keys() == {"qkv", "attention_matrix"} and given["attention_matrix"]["steps"] == {}
    assert given["attention_matrix"]["labels"] == assets.words("en")["scenes"]["attention_matrix"]["labels"]


def test_versions_count(monkeypatch):
    before = keys()
    found = inputs.versions()
    assert found.keys() >= {"python", "manim", "numpy", "pycairo", "cairo", "av", "typst", "uharfbuzz"}
    monkeypatch.setattr(inputs, "versions", lambda: found | {"manim": "0.23.0"})
    assert changed(before, keys()) == ALL


# What is kept

def test_what_is_found_is_what_was_kept():
    cache = Cache()
    assert cache.get("qkv.blend.0") is None
    key = f"qkv.blend.{'0' * 32}"
    cache.put(key, ENTRY)
    assert cache.get(key) == ENTRY and cache.get(key.replace("0", "1")) is None
    assert [path.name for path in cache.folder.iterdir()] == [f"{key}.clip"]


def test_what_is_not_whole_is_not_found_and_goes():
    cache, key = Cache(), f"qkv.blend.{'0' * 32}"
    cache.put(key, ENTRY)
    path = cache.folder / f"{key}.clip"
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
        os.utime(cache.folder / f"{key}.clip", (number, number))
    size = cache.info()["bytes"] // 5
    assert cache.get(all_keys[0]) == ENTRY    # now the last used
    monkeypatch.setenv("ANIMFORMER_CACHE_LIMIT", str(3.5 * size / 1e9))
    cache = Cache()
    cache.trim()
    assert cache.info()["clips"] == 5         # nothing has been kept, so nothing goes
    cache.put(all_keys[0].replace("0", "f"), ENTRY)
    cache.trim()
    kept = {path.name.split(".")[2] for path in cache.folder.iterdir()}
    assert kept == {key.split(".")[2] for key in (all_keys[0], all_keys[4], all_keys[0].replace("0", "f"))}
    assert cache.info() == {"folder": str(cache.folder), "clips": 3, "bytes": 3 * size, "limit": int(3.5 * size)}


def test_what_killed_processes_left_in_the_cache_goes():
    cache = Cache()
    left = cache.folder / f".animformer-{'0' * 32}.clip"
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
    warnings = []
    if fault == "no folder":
        Path("file").write_text("")
        monkeypatch.setenv("ANIMFORMER_CACHE", "file/cache")
    cache = Cache(warnings.append)
    with full_disk(1000 if fault == "full" else 10**9):
        for number in range(3):
            cache.put(f"qkv.blend.{number:032}", ENTRY)
    cache.trim()
    assert len(warnings) == 1 and "cannot be written" in warnings[0]
    assert cache.info()["clips"] == 0 and (fault == "no folder" or list(cache.folder.iterdir()) == [])


def test_lengths_are_remembered():
    cache = Cache()
    for number, seconds in enumerate((3.0, 5.0)):
        key = f"qkv.blend.{number:032}"
        cache.put(key, replace(ENTRY, seconds=seconds))
        os.utime(cache.folder / f"{key}.clip", (number, number))
    (cache.folder / f"qkv.other.{'0' * 32}.clip").write_text("not a clip")
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
    assert Cache().info()["bytes"] <= 100_000 and not [name for name in names(Cache().folder) if name.startswith(".")]


# Orders

def an_order(*overrides):
    return order.order_of(load("attention_matrix", [*SHORT, *overrides]), "equation", Quality("tiny", 160, 90, 5))


def test_an_order_that_would_be_made_from_something_else_is_refused():
    right = an_order()
    other = right.inputs | {"code": right.inputs["code"] | {"scenes.base": "0"}, "versions": {}}
    with pytest.raises(UserError, match=r"attention_matrix/equation: code.scenes.base, versions.animformer, .* not the same on"):
        make(replace(right, inputs=other))


def test_an_order_can_carry_the_user_s_own_files():
    Path("mine/fonts").mkdir(parents=True)
    theme = (assets.THEMES / "light.yaml").read_text("utf-8")
    Path("mine/themes").mkdir()
    Path("mine/themes/theme.yaml").write_text(f"{theme}\nfonts: [../fonts/a.ttf]\n", "utf-8")
    shutil.copy(inputs.font_files()[0], "mine/fonts/a.ttf")
    shutil.copy(assets.TEXT / "en.yaml", "mine/de.yaml")
    shutil.copy(assets.weights_file("translator"), "mine/weights.npz")
    own = an_order("theme=mine/themes/theme.yaml", "language=mine/de.yaml", "model.weights=mine")
    expected, carrying = make(own), order.carrying(own)
    shutil.rmtree("mine")
    assert make(pickle.loads(pickle.dumps(carrying))) == expected
    with pytest.raises((UserError, OSError)):
        make(own)
    assert order.carrying(an_order()).carried == {}


def test_a_clip_that_is_not_whole_is_refused():
    clip = render_step(an_order())
    order.check(clip, an_order().quality)
    movie = clip.movie
    holes = movie[: len(movie) // 2] + bytes(len(movie) // 4) + movie[len(movie) // 2 + len(movie) // 4:]
    for broken in (movie[: len(movie) * 2 // 3], movie[:100], b"", holes):
        with pytest.raises(RenderError):
            order.check(replace(clip, movie=broken), an_order().quality)
    with pytest.raises(RenderError, match=f"has {clip.frames} frames in .* s, not {clip.frames + 1}"):
        order.check(replace(clip, frames=clip.frames + 1), an_order().quality)
    with pytest.raises(RenderError):
        order.check(clip, replace(an_order().quality, fps=6))


# The command

def test_what_has_not_changed_is_not_rendered_again(monkeypatch):
    found = render()
    assert (found["code"], found["rendered"], found["cached"]) == (0, 7, 0)          # three steps, and four cards
    before, film = written(Path("out")), Path("out/film.mp4").read_bytes()
    monkeypatch.setattr(plan, "trace", lambda *_: pytest.fail("a forward pass"))
    again = render()
    assert (again["code"], again["rendered"], again["cached"], again["frames"]) == (0, 0, 7, found["frames"])
    assert written(Path("out")) == before and again["files"] == found["files"]
    assert "rendering film 3/7 qkv/one_token (cached)\n" in again["said"]
    shutil.rmtree("out")
    assert render()["rendered"] == 0 and Path("out/film.mp4").read_bytes() == film
    monkeypatch.undo()


def test_what_has_changed_is_rendered_again():
    render()
    Path("film.yaml").write_text(FILM.replace("all_tokens]", "all_tokens], captions: {all_tokens: {en: Mine.}}"))
    found = render()
    assert (found["code"], found["rendered"], found["cached"]) == (0, 1, 6)
    assert "rendering film 7/7 qkv/all_tokens\n" in found["said"]
    said = json.loads(Path("out/film.json").read_text("utf-8"))
    assert said["scenes"][0]["steps"][1]["caption"] == "Mine." and said["frames"] == found["frames"]
    Path("film.yaml").write_text(FILM.replace("[equation]", "[equation], pace: 9"))
    assert drawn() == (2, 5)              # the card before it has its pace
    assert drawn("--set", "sentence=a cat") == (3, 4)
    assert drawn("--no-cache") == (7, 0)


def test_a_broken_entry_is_rendered_again(folder):
    render()
    expected = {name: (folder / "out" / name).read_bytes() for name in names(folder / "out")}
    truncated, flipped, *_ = sorted(Cache().folder.iterdir())
    truncated.write_bytes(truncated.read_bytes()[:-100])
    flipped.write_bytes(flipped.read_bytes()[:-1] + b"?")
    shutil.rmtree("out")
    found = render()
    assert (found["code"], found["rendered"], found["cached"]) == (0, 2, 5)
    assert {name: (folder / "out" / name).read_bytes() for name in names(folder / "out")} == expected
    assert render()["cached"] == 7


def test_nothing_is_kept_if_nothing_is_to_be_kept():
    render("--no-cache")
    assert Cache().info()["clips"] == 0


def test_cache_info_and_clear():
    cache = Cache()
    cache.put(f"qkv.blend.{'0' * 32}", ENTRY)
    (cache.folder / "notes.txt").write_text("the user's")
    shown = CliRunner().invoke(main, ["cache"])
    assert shown.stdout == f"{cache.folder}: 1 clip, 0.0 of 4000 MB\n"
    found = json.loads(CliRunner().invoke(main, ["cache", "info", "--json"]).stdout)
    assert found == cache.info() and found["bytes"] > len(ENTRY.movie)
    assert json.loads(CliRunner().invoke(main, ["cache", "clear", "--json"]).stdout)["clips"] == 0
    assert names(cache.folder) == ["notes.txt"]
    assert CliRunner().invoke(main, ["cache", "clean"]).exit_code == 2
