"""The shell: how people start the command and what they write there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
