"""The benchmark runs, and compares pictures that are alike."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
def test_a_short_run(tmp_path):
    file = tmp_path / "measured.json"
    command = [sys.executable, "-m", "tests.bench", "qkv/all_tokens", "-q", "preview", "-r", "1", "--json", file]
    table = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    measured = json.loads(file.read_text())
    stock, ours = (runs[0] for runs in measured["rounds"].values())
    assert abs(stock["frames"] - ours["frames"]) < 0.05 * ours["frames"] and ours["frames"] > 50
    assert measured["pictures"]["frames"] == ours["frames"] and measured["pictures"]["worst"] >= 45
    assert 0 < measured["floor"]["raster"] + measured["floor"]["encode"] < ours["cpu"] < stock["cpu"]
    assert "| wall time, s |" in table


@pytest.mark.slow
@pytest.mark.parametrize("ours, others", [("gif", "manim gif"), ("gif", "gif of the mp4"), ("webm --transparent", "manim -t webm")])
def test_formats_beside_others(ours, others):
    command = [sys.executable, "-m", "tests.bench.formats", "qkv/all_tokens", "-q", "preview", "--arm"]
    size, other = (json.loads(subprocess.run([*command, arm], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()[-1])["bytes"]
                   for arm in (ours, others))
    assert 1000 < size < other
