"""What this machine lacks is told with how to mend it; a shell completes what there is."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.shell_completion import get_completion_class
from click.testing import CliRunner

from studio.check import doctor
from studio.check.doctor import BETTER, LACKS, OK
from studio.cli import main
from studio.cli.machine import SHELLS
from studio.read import assets
from studio.read.folders import folder, ours
from studio.read.spec import FILMS

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def told(*args: str):
    return CliRunner().invoke(main, ["doctor", *args])


def test_where_the_tests_run_nothing_is_lacking():
    result = told("--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"]) == (0, True) and {each["state"] for each in found["findings"]} <= {OK, BETTER}
    names = [each["name"] for each in found["findings"]]
    assert len(names) == len({*names}) and {"Python", "cairo", "pango", "encoder libx264", "disk", "cache", "cores, memory"} <= {*names}
    assert all(bool(each["mend"]) == (each["state"] != OK) for each in found["findings"])
    lines = click.unstyle(told().stdout).splitlines()
    assert lines[-1] == "all that is needed is here"
    assert [line.split(":")[0].split(maxsplit=1)[1] for line in lines[:-1] if "→" not in line] == names


def test_every_extra_is_told_with_what_it_is_made_of(monkeypatch):
    extras = {extra: [re.match(r"[\w-]+", package)[0] for package in packages if not package.startswith("animformer[")]
              for extra, packages in PROJECT["optional-dependencies"].items() if extra != "test"}
    assert doctor.extras() == extras and {*doctor.EXTRAS} <= {*extras}
    monkeypatch.setattr(doctor, "_project", dict)
    lines = [f'{package}; extra == "{extra}"' for extra, packages in PROJECT["optional-dependencies"].items() for package in packages]
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: [*PROJECT["dependencies"], *lines])
    assert doctor.extras() == extras and doctor._requirements() == PROJECT["dependencies"]
    monkeypatch.undo()
    assert PROJECT["requires-python"] == ">=" + ".".join(map(str, doctor.LEAST_PYTHON)) and doctor.MODELS.keys() == {*assets.FETCHED}


def test_every_encoder_that_is_asked_for_is_looked_for():
    source = "".join(path.read_text("utf-8") for path in ROOT.glob("studio/**/*.py"))
    used = {*re.findall(r"""(?:Encoding|add_stream|add_mux_stream)\("([\w-]+)\"""", source)}
    assert used >= {*doctor.NEEDED} and used == {*doctor.ENCODERS}


def broken(monkeypatch, what: str) -> None:
    """A machine on which one thing is otherwise."""
    if what == "python":
        monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    if what == "packages":
        monkeypatch.setattr(doctor, "_version", lambda name: {"av": None, "manim": "0.21.0"}.get(name, "1"))
        monkeypatch.setattr(doctor, "_requirements", lambda: ["av", "manim[typst]==0.22.0", "numpy"])
    if what == "cairo":
        monkeypatch.setitem(doctor.LIBRARIES, "cairo", ("no_cairo", str, "libcairo2-dev"))
    if what == "encoder libx264":
        monkeypatch.setattr(doctor, "ENCODERS", {"libx264": "MP4", "no_such": "nothing"})
        monkeypatch.setattr(doctor, "NEEDED", ("libx264", "no_such"))
    if what == "disk":
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**8))
    if what == "cache":
        monkeypatch.setenv("ANIMFORMER_CACHE_LIMIT", "much")
    if what == "translator":
        monkeypatch.setattr(assets, "WEIGHTS", Path("nowhere"))


@pytest.mark.parametrize("what, name, found, mend", [
    ("python", "Python", "3.11", "install Python 3.11 or newer"),
    ("packages", "Python packages", "av is missing, manim is 0.21.0, not 0.22.0", "./render.sh"),
    ("cairo", "cairo", "No module named 'no_cairo'", "install libcairo2-dev"), ("encoder libx264", "encoder no_such", "no_such", "install"),
    ("disk", "disk", "0.1 GB free", "make room"), ("cache", "cache", "'much' is no number of gigabytes", "for example 0.5"),
    ("translator", "translator", "translator", "git checkout"),
])
def test_what_is_lacking_is_told_with_how_to_mend_it(monkeypatch, what, name, found, mend):
    broken(monkeypatch, what)
    result = told("--json")
    lacking = [each for each in json.loads(result.stdout)["findings"] if each["state"] == LACKS]
    assert result.exit_code == 1 and [each["name"] for each in lacking] == [name]
    assert (found in lacking[0]["found"] or what == "python") and mend in lacking[0]["mend"]
    lines = click.unstyle(told().stdout).splitlines()
    assert lines[-1] == "1 thing to mend" and any(line.startswith(f" lacks  {name}: ") for line in lines)


def test_what_could_be_more_is_no_failure(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda name: None if name in ("jax", "python-pptx") else "1")
    monkeypatch.setattr(doctor, "_requirements", lambda: ["av"])
    monkeypatch.setattr(doctor, "_memory", lambda: 0.6)
    monkeypatch.setattr(doctor, "cores", lambda: 4)
    result = told("--json")
    better = {each["name"]: each["mend"] for each in json.loads(result.stdout)["findings"] if each["state"] == BETTER}
    assert result.exit_code == 0 and better["cores, memory"] == "draw with fewer processes: --jobs 1"
    assert better["extra [train]"].endswith("[train]'") and better["extra [slides]"].endswith("[slides]'")


def completed(monkeypatch, words: str, shell: str = "bash") -> list[str]:
    """What a shell is told for a line that ends where the cursor is."""
    said = words.split(" ")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", said[-1] if shell == "fish" else str(len(said) - 1))
    lines = get_completion_class(shell)(main, {}, "animformer", "_ANIMFORMER_COMPLETE").complete().splitlines()
    return lines[1::3] if shell == "zsh" else [re.split("[,\t]", line)[1] for line in lines]


@pytest.mark.parametrize("words, expected", [
    ("animformer story", ["storyboard"]), ("animformer render --qual", ["--quality"]), ("animformer render mult", ["multi_head"]),
    ("animformer trace qkv/b", ["qkv/blend"]), ("animformer render -q pre", ["preview"]),
    ("animformer render --theme high", ["high-contrast"]),
    ("animformer check --lang z", ["zh"]), ("animformer new mine.yaml --from artic", ["article"]), ("animformer get mini", ["minilm"]),
    ("animformer words e", ["en"]), ("animformer completion fi", ["fish"]), ("animformer render my", ["my"]),
])
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_what_there_is(monkeypatch, words, expected, shell):
    assert completed(monkeypatch, words, shell) == expected


def test_targets_are_films_scenes_and_steps(monkeypatch):
    assert completed(monkeypatch, "animformer render ") == [*FILMS, *ours()]
    assert completed(monkeypatch, "animformer storyboard recap/") == [f"recap/{step}" for step in folder("recap").facts.steps]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_for_a_shell_is_its_own(shell):
    script = CliRunner().invoke(main, ["completion", shell]).stdout
    assert f"_ANIMFORMER_COMPLETE={shell}_complete" in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
