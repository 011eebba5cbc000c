"""What a clip is made from: what makes it another one, and what does not."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_render import TINY

from studio.plan import staging
from studio.read import folders
from studio.plan.film import scenes_of
from studio.read import assets
from studio.render import inputs
from studio.read.spec import SceneSpec, load

ROOT = Path(__file__).resolve().parent.parent
ALL = {f"{scene}/{step}" for scene in ("qkv", "attention_matrix") for step in folders.folder(scene).facts.steps}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keys(*overrides, target="film.yaml", quality=TINY):
    """The key of every clip, by `scene/step`."""
    Path("film.yaml").exists() or Path("film.yaml").write_text("scenes: [qkv, attention_matrix]\n")
    return {
        f"{spec.name}/{step}": inputs.key(spec.scene, step, inputs.of(spec, step, quality))
        for spec in scenes_of(load(target, overrides)) for step in spec.wanted
    }


def changed(before, after):
    return {name for name in before.keys() | after if before.get(name) != after.get(name)}


def of(scene, *steps):
    return {f"{scene}/{step}" for step in steps or folders.folder(scene).facts.steps}


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
    words = staging.stage(load("qkv")).words
    assert words["scenes"].keys() == {"qkv"} and words["scenes"]["qkv"] == assets.words("en")["scenes"]["qkv"]


def test_a_key_of_the_spec_that_comes_later_counts():
    class Later(SceneSpec):
        twist: int = 0

    spec = Later(**vars(load("qkv")))
    before, after = (inputs.of(spec.model_copy(update={"twist": twist}), "blend", TINY) for twist in (0, 1))
    assert inputs.differing(before, after) == ["spec.twist"]


def test_keys_are_the_same_in_any_process_and_take_no_forward_pass(monkeypatch):
    monkeypatch.setattr(plan, "trace", lambda *_: pytest.fail("a forward pass"))
    code = "import test_inputs, json; print(json.dumps(test_inputs.keys()))"
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
    ("model/experiments/scaling.py", {"attention_matrix"}),
    ("model/experiments/probe.py", set()),
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
