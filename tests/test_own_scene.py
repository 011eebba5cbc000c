"""A scene of the user's own, outside the project: it is rendered, checked, kept, drawn elsewhere and put into films as ours are."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model.functional import softmax
from studio.check.lint import lint
from studio.check.report import report, warnings
from studio.errors import UserError
from studio.plan import staging
from studio.plan.film import parts_of
from studio.read import folders
from studio.read.spec import find, load
from studio.read.words import languages
from studio.render import inputs
from studio.render.quality import Quality

ROOT = Path(__file__).resolve().parent.parent
ORIGINAL = ROOT / "tests/own_scene/temperature"
STEPS = ("as_it_is", "cold", "hot")
TINY = Quality("tiny", 160, 90, 5)


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """The scene in a folder of the user's, who is beside it."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ORIGINAL, tmp_path / "mine/temperature", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "mine/temperature"


def render(*args: str) -> dict:
    """What the command says, in a process of its own: Python is read once in each."""
    command = [sys.executable, "-m", "studio", "render", *args, "--size", "160x90", "--fps", "5", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    return json.loads(done.stdout) | {"code": done.returncode, "said": done.stderr}


def keys() -> dict[str, str]:
    spec = load("mine/temperature")
    return {step: inputs.key(spec, step, inputs.of(spec, step, TINY)) for step in spec.steps}


def test_it_is_known_before_it_is_loaded(mine):
    spec = load("mine/temperature")
    assert (spec.name, spec.order, spec.wanted) == ("temperature", STEPS, STEPS)
    assert spec.keys == load("qkv").keys | {"temperature": 2.0}
    assert folders.folder(spec.scene).package not in sys.modules
    assert load("mine/temperature/cold").wanted == ("cold",)
    assert find("mine") == [(Path("mine/temperature/scene.yaml"), "")]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("said", [(), ("temperature=10", "decimals=1"), ("model.weights=random", "block=1", "sentence=one"),
                                  ("model.weights=random", "block=1", "sentence=a b c d e f g h i j k l m n o p", "theme=light")])
def test_it_is_linted_and_audited(mine, language, said):
    spec = load("mine/temperature", [f"language={language}", *said])
    assert [str(finding) for finding in lint(spec.name, lambda *args: staging.build(spec, *args))] == []


def test_there_is_nothing_to_be_bettered_in_it(mine):
    spec = load("mine/temperature")
    wrong, found = report(spec)
    assert (wrong, warnings(spec, found)) == ([], [])


def test_its_experiment_is_what_it_says(mine):
    trace = staging.trace(load("mine/temperature", ["temperature=4"]))
    assert trace["tempering.temperatures"].values.tolist() == [1, 0.25, 4]
    weights, scores = (trace[f"{name}"].values for name in ("tempering.weights", "encoder.1.self_attention.scaled_scores"))
    assert np.allclose(weights[:, 1], np.stack([softmax(scores), softmax(scores * 4), softmax(scores / 4)]), atol=1e-12)
    assert np.array_equal(weights[0, 1], trace["encoder.1.self_attention.weights"].values)


def test_its_key_is_one_of_a_yaml_s(mine):
    Path("hot.yaml").write_text("scene: mine/temperature\ntemperature: 3\n")
    assert load("hot.yaml").keys["temperature"] == 3
    Path("hot.yaml").write_text("scene: mine/temperature\ntemperature: 0.5\ntemprature: 2\n")
    with pytest.raises(UserError) as error:
        load("hot.yaml")
    assert [str(problem) for problem in error.value.problems] == [
        "hot.yaml:2:14: temperature: 0.5 is out of range (1.1 to 10.0)",
        "hot.yaml:3:1: temprature: unknown key; did you mean 'temperature'?",
    ]
    with pytest.raises(UserError, match="temperature: unknown key"):
        load("qkv", ["temperature=2"])
    told = subprocess.run([sys.executable, "-m", "studio", "schema", "mine"], capture_output=True, text=True, check=True,
                          env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert json.loads(told.stdout)["properties"]["temperature"]["maximum"] == 10


def test_it_is_rendered_kept_and_drawn_again_when_its_python_is_edited(mine):
    first, again = render("mine"), render("mine")
    assert (first["code"], first["rendered"], first["cached"]) == (0, 3, 0) and (again["rendered"], again["cached"]) == (0, 3)
    assert {Path(file).name for file in first["files"]} >= {"temperature.mp4", "02-cold.png"}
    code = (mine / "scene.py").read_text()
    (mine / "scene.py").write_text(code.replace("appear(*self.bars, lag=0.1)", "appear(*self.bars, lag=0.3)"))
    assert render("mine/temperature")["rendered"] == 3
    (mine / "words.en.yaml").write_text((mine / "words.en.yaml").read_text().replace("more alike", "alike"))
    found = render("mine/temperature")
    assert (found["rendered"], found["cached"]) == (1, 2)
    (mine / "tempering.py").write_text((mine / "tempering.py").read_text().replace("1 / hot", "0.5 / hot"))
    assert render("mine/temperature", "--set", "temperature=2")["rendered"] == 3


def test_its_clips_depend_on_its_folder_and_nothing_else(mine):
    before = keys()
    (mine / "notes.txt").write_text("mine")
    shutil.copytree(mine, mine.with_name("other"))
    assert keys() == before
    os.rename(mine.parent, "elsewhere")
    Path("mine").mkdir()
    os.rename("elsewhere/temperature", "mine/temperature")
    assert keys() == before


def test_it_stands_in_a_film_by_its_path(mine):
    Path("film.yaml").write_text("title: Mine\nscenes: [qkv, mine/temperature, {scene: mine/temperature/scene.yaml}]\n")
    with pytest.raises(UserError, match="'temperature' is in the film already"):
        load("film.yaml")
    Path("film.yaml").write_text("title: Mine\nscenes: [qkv, {scene: mine/temperature, temperature: 3}]\n")
    film = load("film.yaml")
    assert [part.name for part in parts_of(film) if part.steps == STEPS] == ["temperature"]
    assert film.scenes[1].keys["temperature"] == 3


WRONG = {
    "syntax": ("scene.py", "    @step", "    @step(", r"scene\.py:\d+:\d+: "),
    "no steps": ("scene.py", "    @step\n", "", r"there is no class with steps"),
    "not plain": ("scene.py", '("tempering",)', "tuple(NAMES)", r"scene\.py:\d+:1: experiments must be written as plain values"),
    "no experiment": ("scene.py", '("tempering",)', '("temperng", "probes")', r"experiments: no experiment 'temperng'"),
    "key": ("scene.py", '"minimum": 1.1', '"least": 1.1', r"own_keys: temperature: least means nothing here"),
    "its own default": ("scene.py", '"default": 2.0', '"default": 20', r"own_keys: temperature: its own default is wrong"),
    "python": ("scene.py", "class Temp", "1 / 0\n\n\nclass Temp", r"scene\.py:\d+: ZeroDivisionError"),
    "experiment": ("tempering.py", '"tempering",\n', '"encoder",\n', r"declares 'encoder.temperatures'"),
    "a caption": ("words.en.yaml", "  cold:", "  warm:", r"words\.en\.yaml:\d+:\d+: steps\.warm: unknown key"),
}


@pytest.mark.parametrize("file, old, new, said", WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_it_is_told_where_it_is(mine, file, old, new, said):
    text = (mine / file).read_text()
    assert old in text
    (mine / file).write_text(text.replace(old, new))
    with pytest.raises(UserError) as error:
        staging.stage(load("mine/temperature"))
        folders.folder(load("mine/temperature").scene).load()
    assert any(re.search(said, str(problem)) for problem in error.value.problems)
    assert "Traceback" not in str(error.value)


def test_a_language_that_it_has_not_is_told(mine):
    (mine / "words.zh.yaml").unlink()
    with pytest.raises(UserError, match=r"scene temperature has no words in 'zh'; copy words\.en\.yaml to words\.zh\.yaml"):
        load("mine/temperature", ["language=zh"])


@pytest.mark.slow
def test_a_dask_worker_draws_it_without_having_its_files(mine, dask):
    dask.worker()
    here = render("mine", "-o", "here", "--no-cache")
    there = render("mine", "-o", "there", "--no-cache", "--cluster", dask.address)
    assert (here["code"], there["code"], there["rendered"]) == (0, 0, 3), there["said"]
    assert Path("here/clips/temperature/02-cold.mp4").read_bytes() == Path("there/clips/temperature/02-cold.mp4").read_bytes()
    (mine / "scene.py").write_text((mine / "scene.py").read_text().replace("lag=0.1), appear(self.r", "lag=0.3), appear(self.r"))
    assert render("mine", "-o", "there", "--no-cache", "--cluster", dask.address)["code"] == 0


def test_the_readme_s_page_is_this_folder_word_for_word():
    assert "docs/your-own-scene.md" in (ROOT / "README.md").read_text("utf-8")
    page = (ROOT / "docs/your-own-scene.md").read_text("utf-8")
    for file in sorted(ORIGINAL.glob("*.*")):
        assert f"`{file.name}`\n\n```" in page and f"\n{file.read_text('utf-8').strip()}\n```" in page, file.name
