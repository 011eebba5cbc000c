"""The shell: how people start the command and what they write there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from studio.cli import main
from studio.errors import UserError
from studio.read import assets, yaml_file
from studio.read.spec import find, load

ROOT = Path(__file__).resolve().parent.parent
STEPS = ["render", "recap/machine", "recap/block", "--size", "64x64", "--fps", "2", "-j", "2"]
FORMS = {"script": ["-c", "from animformer import main; main()"], "module": ["-m", "studio"]}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def python(*args: str, path: str = "") -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": f"{path}{os.pathsep}{ROOT}".lstrip(os.pathsep)}
    return subprocess.run([sys.executable, *args], env=environment, capture_output=True, text=True, timeout=120, check=False)


# Packages of the user's that are called as ours are

@pytest.mark.parametrize("form, names", [("script", ("model", "scenes", "studio", "assets")), ("module", ("model", "scenes", "assets"))])
def test_our_packages_are_found_before_others_of_their_names(form, names):
    for name in names:
        Path(f"{name}.py").write_text("raise SystemExit('another one')\n")
    Path("tests").mkdir()
    done = python(*FORMS[form], *STEPS, path=".")
    assert done.returncode == 0, done.stderr
    assert Path("out/clips/recap/02-block.mp4").is_file()


def test_another_package_in_the_place_of_ours_is_told():
    Path("model.py").write_text("")
    done = python("-c", "import model; from animformer import main; main()", path=".")
    assert done.returncode == 1
    assert done.stderr.startswith("failed: ") and "model.py is loaded already, in the place of" in done.stderr


# At home

@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user's home with all that a YAML may name."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    shutil.copy(assets.THEMES / "light.yaml", home / "t.yaml")
    shutil.copytree(assets.WEIGHTS / "translator", home / "w")
    shutil.copytree(ROOT / "tests/own_scene/temperature", home / "temperature", ignore=shutil.ignore_patterns("__pycache__"))
    (home / "mine.yaml").write_text("scene: ~/temperature\ntheme: ~/t.yaml\nmodel: {weights: ~/w}\n")
    (home / "film.yaml").write_text("theme: ~/t.yaml\nscenes: [~/mine.yaml, ~/temperature]\n")
    return home


def test_a_tilde_is_a_home_wherever_it_is_written(home):
    for spec in (load("~/mine.yaml"), load("temperature.yaml", []) if Path("temperature.yaml").is_file() else load("~/temperature")):
        assert spec.scene == str(home / "temperature")
    assert load("~/mine.yaml").theme == str(home / "t.yaml") and load("~/mine.yaml").model.weights == str(home / "w")
    assert [scene.theme for scene in load("~/film.yaml").scenes] == [str(home / "t.yaml")] * 2
    assert load("qkv", ["theme=~/t.yaml", "model.weights=~/w"]).theme == str(home / "t.yaml")
    assert find("~/temperature/cold") == [(home / "temperature/scene.yaml", "cold")]


@pytest.mark.parametrize("said", ["--output=~/x.npz", "-o~/x.npz"])
def test_a_tilde_that_the_shell_has_left(home, said):
    result = CliRunner().invoke(main, ["trace", "qkv", said])
    assert result.exit_code == 0, result.stderr
    assert (home / "x.npz").is_file() and not Path("~").exists()


# What is written

def test_a_yaml_may_be_called_so_in_capitals():
    Path("Tiny.YAML").write_text("scene: recap\ntheme: Mine.YML\nlanguage: de.YAML\n")
    shutil.copy(assets.THEMES / "light.yaml", "Mine.YML")
    Path("de.YAML").write_text(CliRunner().invoke(main, ["words", "en"]).stdout)
    spec = load("Tiny.YAML")
    assert (spec.name, spec.theme, spec.language) == ("Tiny", str(Path("Mine.YML").absolute()), str(Path("de.YAML").absolute()))
    Path("film.yaml").write_text("scenes: [Tiny.YAML]\n")
    assert load("film.yaml").scenes[0].name == "Tiny"


QUOTE = 'put it in quotes, "#eef2f8": what follows a # is a comment'


@pytest.mark.parametrize("text", [
    "colours:\n  text: #eef2f8\n", "colours:\n  text:    #eef2f8  # mine\n", "signed:\n  - #eef2f8\n  - '#222222'\n",
    "signed: [#eef2f8, '#222222']\n", "signed: [ #eef2f8, '#222222']\nb: 1\n", "colours: {text: #eef2f8, key: '#000000'}\nname: a\n",
])
def test_a_colour_without_quotes_is_told(text):
    with pytest.raises(UserError) as told:
        Path("t.yaml").write_text(text)
        yaml_file.sound(Path("t.yaml"), "t.yaml")
    assert QUOTE in str(told.value)


def test_what_is_no_colour_is_not_taken_for_one():
    with pytest.raises(UserError, match="has no value; give it one or leave the key out"):
        Path("t.yaml").write_text("steps: # which\nname: '#eef2f8'\n")
        yaml_file.sound(Path("t.yaml"), "t.yaml")


@pytest.mark.parametrize("there, said", [
    (["a.yaml", "B.YML", "c.txt"], "name one of the files in it: B.YML, a.yaml"), ([], "it needs a scene.py and a scene.yaml"),
])
def test_a_folder_as_target_is_told(there, said):
    Path("mine").mkdir()
    for name in there:
        Path("mine", name).write_text("scene: qkv\n")
    for target in ("mine", "mine/", "./mine"):
        with pytest.raises(UserError, match=f"mine: is no folder of a scene; {said}"):
            find(target)
