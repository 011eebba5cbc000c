"""The benchmark runs, and compares pictures that are alike."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


STAYS = """
import os, time
if not os.fork():
    os.setsid()
    held = bytearray(100_000_000)
    while time.process_time() < 0.3:
        pass
"""
MEASURED = "import sys; from tests.bench.measure import measured; print(measured([sys.executable, '-c', sys.argv[1]])[0])"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere what outlives a command is not found")
def test_what_outlives_a_command_is_measured_with_it():
    said = subprocess.run([sys.executable, "-c", MEASURED, STAYS], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = ast.literal_eval(said)
    assert found["cpu"] >= 0.3 and found["memory"] >= 100


@pytest.mark.slow
def test_a_short_run(tmp_path):
    file = tmp_path / "measured.json"
    command = [sys.executable, "-m", "tests.bench", "qkv/all_tokens", "-q", "preview", "-r", "1", "--scaling", "--json", file,
               "--film", ROOT, "--target", "qkv/one_token"]
    tables = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    measured = json.loads(file.read_text())
    steps = measured["steps"]
    stock, ours = (runs[0] for runs in steps["rounds"].values())
    assert abs(stock["frames"] - ours["frames"]) < 0.05 * ours["frames"] and ours["frames"] > 50
    assert steps["pictures"]["frames"] == steps["compact_pictures"]["frames"] == ours["frames"]
    assert min(steps[name]["worst"] for name in ("pictures", "compact_pictures")) >= 45
    assert 0 < steps["floor"]["raster"] + steps["floor"]["encode"] < ours["cpu"] < stock["cpu"]
    assert steps["compact"]["bytes"] < ours["bytes"] and {runs[0]["frames"] for runs in measured["scaling"].values()} == {ours["frames"]}
    assert measured["film"][str(ROOT)][0]["cpu"] > 0.5 and "| wall time, s |" in tables


@pytest.mark.slow
@pytest.mark.parametrize("ours, others", [("gif", "manim gif"), ("gif", "gif of the mp4"), ("webm --transparent", "manim -t webm")])
def test_formats_beside_others(ours, others):
    command = [sys.executable, "-m", "tests.bench.formats", "qkv/all_tokens", "-q", "preview", "--arm"]
    said = [subprocess.run([*command, arm], cwd=ROOT, check=True, capture_output=True, text=True).stdout for arm in (ours, others)]
    size, other = (json.loads(lines.splitlines()[-1])["bytes"] for lines in said)
    assert 1000 < size < other


@pytest.mark.slow
def test_a_short_watch():
    command = [sys.executable, "-m", "tests.bench.watch", "qkv", "-n", "1"]
    table = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    cold, warm = ([float(cell) for cell in line.split("|")[3:6]] for line in table.splitlines()[2:4])
    assert cold == sorted(cold) and warm[0] < min(warm[1:]) and warm[0] < cold[0]
