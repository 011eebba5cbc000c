"""animformer against stock manim, on the same steps of the same scenes: `python -m tests.bench --help`.

Each arm runs in a process of its own, in turn (A/B/A/B …), and is measured whole, from the start of Python to its end; what is
said is the ratio of medians. More processes measure what our frames cost to rasterise and to encode and nothing else, how
far our clips are from lossless frames that manim's own camera draws of the same shapes, and compact clips.
"""

import argparse
import json
import os
import platform
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import films
from tests.bench.measure import in_turn, measured, medians, table

STEPS = ("qkv/all_tokens", "qkv/blend", "attention_matrix/equation", "attention_matrix/distributions", "overview/encode",
         "overview/feedback")
GOALS = {"wall": 8.0, "psnr": 45.0, "floor": 1.5, "memory": 500.0, "size": 1.3, "compact": 1.1}
PROCESSES = (1, 2, 3, 4)


def main() -> None:
    """Measures, prints Markdown tables, and writes what was measured as JSON if asked to."""
    options = _options()
    wanted = {"steps": True, "scaling": options.scaling, "peers": options.peers, "film": options.film}
    measures = {"steps": (_steps, steps_table), "scaling": (_scaling, scaling_table), "peers": (films.peers, films.peers_table),
                "film": (films.film, films.film_table)}
    result = {"machine": _machine(), "quality": options.quality, "jobs": options.jobs}
    with TemporaryDirectory(prefix="animformer-bench-") as folder:
        for name, (measure, shown) in measures.items():
            if wanted[name]:
                result[name] = measure(options, Path(folder))
                print(shown(result[name], result), end="\n\n", flush=True)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _steps(options: argparse.Namespace, folder: Path) -> dict:
    """Stock manim and ours on the same steps; what is least; how good our pictures are."""
    ours, compact = _common(options, folder / "ours"), _common(options, folder / "compact") | {"compact": True}
    rounds = in_turn({arm: partial(_arm, arm, ours) for arm in ("stock", "ours")}, options.rounds)
    once = {name: _arm(arm, of) for name, arm, of in (
        ("floor", "floor", ours), ("pictures", "pictures", ours), ("compact", "ours", compact), ("compact_pictures", "pictures", compact))}
    return {"steps": options.steps, "rounds": rounds} | once


def _scaling(options: argparse.Namespace, folder: Path) -> dict:
    """Ours in one process, in two, and so on."""
    common = _common(options, folder / "scaling")
    return in_turn({str(jobs): partial(_arm, "ours", common | {"jobs": jobs}) for jobs in PROCESSES}, options.rounds)


def steps_table(result: dict, about: dict) -> str:
    """What was measured of the steps, with the goals."""
    stock, ours = (medians(runs) for runs in result["rounds"].values())
    floor, compact, frames = result["floor"], result["compact"], ours["frames"]
    least, goals = floor["encode"] + floor["raster"], GOALS

    def size(what: str, found: dict, most: float) -> tuple[str, ...]:
        return what, f"{stock['bytes'] / 1e6:.2f}", f"{found['bytes'] / 1e6:.2f}", f"{found['bytes'] / stock['bytes']:.2f}", f"≤ {most:g}"

    worst, worst_compact = (result[name]["worst"] for name in ("pictures", "compact_pictures"))
    said = (
        f"{len(result['steps'])} steps ({', '.join(result['steps'])}), {frames:.0f} frames of {about['quality']}, "
        f"{about['jobs']} processes, medians of {len(result['rounds']['ours'])} runs each, in turn; {about['machine']}. "
        f"The floor in detail: rasterising {floor['raster']:.1f} s, converting and encoding {floor['encode']:.1f} s."
    )
    return table(
        ("", "stock manim", "animformer", "ratio", "goal"),
        ("wall time, s", f"{stock['wall']:.1f}", f"{ours['wall']:.1f}", f"{stock['wall'] / ours['wall']:.2f}", f"≥ {goals['wall']:g}"),
        ("CPU time, s", f"{stock['cpu']:.1f}", f"{ours['cpu']:.1f}", f"{stock['cpu'] / ours['cpu']:.2f}", ""),
        ("CPU time over encode-only and rasterising, s", f"{least:.1f}", f"{ours['cpu']:.1f}", f"{ours['cpu'] / least:.2f}",
         f"≤ {goals['floor']:g}"),
        ("memory of a process, MB", f"{stock['memory']:.0f}", f"{ours['memory']:.0f}", "", f"< {goals['memory']:g}"),
        size("files, MB", ours, goals["size"]),
        ("worst frame against lossless, PSNR, dB", "", f"{worst:.1f}", "", f"≥ {goals['psnr']:g}"),
        size("files with --compact, MB", compact, goals["compact"]),
        ("wall time with --compact, s", f"{stock['wall']:.1f}", f"{compact['wall']:.1f}", f"{stock['wall'] / compact['wall']:.2f}", ""),
        ("worst frame with --compact, PSNR, dB", "", f"{worst_compact:.1f}", "", f"≥ {goals['psnr']:g}"),
    ) + f"\n\n{said}"


def scaling_table(result: dict, about: dict) -> str:
    """What was measured of ours by the number of processes."""
    found = {jobs: medians(runs) for jobs, runs in result.items()}
    alone = next(iter(found.values()))["wall"]
    return table(("processes", "wall time, s", "CPU time, s", "times as fast as one"), *(
        (jobs, f"{one['wall']:.1f}", f"{one['cpu']:.1f}", f"{alone / one['wall']:.2f}") for jobs, one in found.items()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("steps", nargs="*", default=STEPS, help=f"SCENE/STEP … (default: {' '.join(STEPS)})")
    parser.add_argument("-q", "--quality", default="1080p60", help="as for animformer render (default: 1080p60, manim's -qh)")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="processes of ours (default: 2)")
    parser.add_argument("-r", "--rounds", type=int, default=3, help="runs of each arm (default: 3)")
    parser.add_argument("--scaling", action="store_true", help="also ours in 1, 2, 3 and 4 processes")
    parser.add_argument("--peers", action="store_true", help="also a film in manim's API by stock manim, by ours, and by those of its "
                        f"peers whose command is found ({', '.join(films.PEERS)})")
    parser.add_argument("--film", nargs="+", metavar="TREE", help="also whole films from an empty cache, by this work tree and by others")
    parser.add_argument("--target", default="film", help="what --film renders (default: film)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all that was measured")
    options = parser.parse_args()
    options.steps = list(options.steps)
    return options


def _common(options: argparse.Namespace, folder: Path) -> dict:
    """What an arm has to know."""
    folder.mkdir()
    return {"steps": options.steps, "quality": options.quality, "jobs": options.jobs, "folder": str(folder), "compact": False}


def _arm(arm: str, options: dict) -> dict:
    """What an arm says of itself, with what its processes took."""
    module = ["tests.bench.ours"] if arm == "ours" else ["tests.bench.arms", arm]
    taken, said = measured([sys.executable, "-m", *module, json.dumps(options)])
    return taken | json.loads(said.splitlines()[-1])


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")] \
        if info.exists() else []
    return f"{os.cpu_count()} cores, {models[0] if models else platform.processor() or platform.machine()}"


if __name__ == "__main__":
    main()
