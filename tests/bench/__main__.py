"""animformer against stock manim, on the same steps of the same scenes: `python -m tests.bench --help`.

Each arm runs in a process of its own, in turn (A/B/A/B …), and is measured whole, from the start of Python to its end; what is
said is the ratio of medians. Two more processes measure what our frames cost to rasterise and to encode and nothing else, and how
far our clips are from lossless frames that manim's own camera draws of the same shapes.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

STEPS = ("qkv/all_tokens", "qkv/blend", "attention_matrix/equation", "attention_matrix/distributions", "overview/encode",
         "overview/feedback")
GOALS = {"wall": 3.0, "psnr": 45.0, "floor": 1.5, "memory": 1000.0}


def main() -> None:
    """Measures, prints a Markdown table, and writes what was measured as JSON if asked to."""
    options = _options()
    with TemporaryDirectory(prefix="animformer-bench-") as folder:
        common = {"steps": options.steps, "quality": options.quality, "jobs": options.jobs, "folder": folder}
        rounds = {"stock": [], "ours": []}
        for number in range(options.rounds):
            for arm, done in rounds.items():
                done.append(_measured(arm, common))
                print(f"round {number + 1}: {arm} {done[-1]['wall']:.1f} s", file=sys.stderr)
        floor, pictures = (_measured(arm, common) for arm in ("floor", "pictures"))
    result = common | {"machine": _machine(), "rounds": rounds, "floor": floor, "pictures": pictures}
    result.pop("folder")
    print(table(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def table(result: dict) -> str:
    """What was measured, as a Markdown table with the goals."""
    stock, ours = ({key: median(run[key] for run in runs) for key in ("wall", "cpu", "memory", "bytes")}
                   for runs in result["rounds"].values())
    floor, pictures, frames = result["floor"], result["pictures"], result["rounds"]["ours"][0]["frames"]
    least = floor["encode"] + floor["raster"]

    def row(what: str, key: str, goal: str = "") -> tuple[str, ...]:
        return what, f"{stock[key]:.1f}", f"{ours[key]:.1f}", f"{stock[key] / ours[key]:.2f}", goal

    rows = [
        ("", "stock manim", "animformer", "ratio", "goal"),
        ("---", "---:", "---:", "---:", "---:"),
        row("wall time, s", "wall", f"≥ {GOALS['wall']:g}"),
        row("CPU time, s", "cpu"),
        ("CPU time over encode-only and rasterising, s", f"{least:.1f}", f"{ours['cpu']:.1f}", f"{ours['cpu'] / least:.2f}",
         f"≤ {GOALS['floor']:g}"),
        ("memory of a process, MB", f"{stock['memory']:.0f}", f"{ours['memory']:.0f}", "", f"< {GOALS['memory']:g}"),
        ("files, MB", f"{stock['bytes'] / 1e6:.1f}", f"{ours['bytes'] / 1e6:.1f}", "", ""),
        ("worst frame against lossless, PSNR, dB", "", f"{pictures['worst']:.1f}", "", f"≥ {GOALS['psnr']:g}"),
    ]
    lines = ["| " + " | ".join(cells) + " |" for cells in rows]
    said = (
        f"{len(result['steps'])} steps ({', '.join(result['steps'])}), {frames} frames of {result['quality']}, "
        f"{result['jobs']} processes, medians of {len(result['rounds']['ours'])} runs each, in turn; {result['machine']}. "
        f"The floor in detail: rasterising {floor['raster']:.1f} s, converting and encoding {floor['encode']:.1f} s."
    )
    return "\n".join([*lines, "", said])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("steps", nargs="*", default=STEPS, help=f"SCENE/STEP … (default: {' '.join(STEPS)})")
    parser.add_argument("-q", "--quality", default="1080p60", help="as for animformer render (default: 1080p60, manim's -qh)")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="processes of ours (default: 2)")
    parser.add_argument("-r", "--rounds", type=int, default=3, help="runs of each arm (default: 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all that was measured")
    options = parser.parse_args()
    options.steps = list(options.steps)
    return options


def _measured(arm: str, options: dict) -> dict:
    """What an arm says of itself, with the seconds its processes took."""
    return measured([sys.executable, "-m", "tests.bench.arms", arm, json.dumps(options)])


def measured(command: list[str]) -> dict:
    """What a command says on its last line, which is JSON, with the seconds that it and its processes took."""
    began, before = time.perf_counter(), os.times()
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"wall": time.perf_counter() - began, "cpu": cpu} | json.loads(said.splitlines()[-1])


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")] \
        if info.exists() else []
    return f"{os.cpu_count()} cores, {models[0] if models else platform.processor() or platform.machine()}"


if __name__ == "__main__":
    main()
