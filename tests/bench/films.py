"""Whole films: one that others can make as well, and ours, made by other versions of animformer."""

import argparse
import json
import os
import shutil
import sys
from functools import partial
from pathlib import Path
from subprocess import DEVNULL

import av

from studio.render.quality import QUALITIES
from tests.bench.measure import in_turn, measured, medians, table

HERE = Path(__file__).resolve().parents[2]
SCENES = Path(__file__).resolve().parent / "scenes"
PEERS = {"manimgx": "ManimGX", "janim": "JAnim"}            # by command


def peers(options: argparse.Namespace, folder: Path) -> dict:
    """The film of `scenes/in_manim.py` by stock manim, by our camera and encoder, and by its peers; for one that is not here, why."""
    quality = QUALITIES[options.quality]
    size, fps = f"{quality.width}x{quality.height}", str(quality.fps)
    display = [] if "DISPLAY" in os.environ else ["xvfb-run", "-a"]     # OpenGL insists on one
    file, made = str(SCENES / "in_manim.py"), str(folder / "film.mp4")
    settings = {"font": "DejaVu Sans", "fps": fps, "pixel_width": str(quality.width), "pixel_height": str(quality.height),
                "output_dir": str(folder)}
    commands = {
        "stock": [sys.executable, "-m", "manim", "render", "--disable_caching", "-v", "ERROR", "--progress_bar", "none", "-r",
                  size.replace("x", ","), "--fps", fps, "--media_dir", str(folder / "media"), "-o", "stock", file, "Film"],
        "ours": [sys.executable, "-m", "tests.bench.plain", made, options.quality],
        "manimgx": ["manimgx", "render", file, "Film", "-o", made, "-r", size, "--fps", fps],
        "janim": [*display, "janim", "write", "--video", *(word for setting in settings.items() for word in ("-c", *setting)),
                  str(SCENES / "in_janim.py"), "Film"],
    }
    missing = [name for name in PEERS if not all(map(shutil.which, (name, commands[name][0])))]
    arms = {name: partial(_peer, command, folder) for name, command in commands.items() if name not in missing}
    return {"rounds": in_turn(arms, options.rounds), "missing": missing}


def _peer(command: list[str], folder: Path) -> dict:
    """What a command takes that leaves one new film in a folder, and the size and frames of that."""
    before = set(folder.rglob("*.mp4"))
    taken, _ = measured(command, env=os.environ | {"ENGINE": "manimgx" if command[0] == "manimgx" else "manim"}, stderr=DEVNULL)
    made = [path for path in folder.rglob("*.mp4") if path not in before and "partial_movie_files" not in path.parts]
    with av.open(str(made[0])) as movie:
        taken |= {"bytes": made[0].stat().st_size, "frames": movie.streams.video[0].frames}
    for path in (path for path in folder.rglob("*.mp4") if path not in before):
        path.unlink()
    return taken


def peers_table(result: dict, about: dict) -> str:
    """What was measured of the film that all can make."""
    found = {name: medians(runs) for name, runs in result["rounds"].items()}
    rows = [(PEERS.get(name, {"stock": "stock manim", "ours": "our camera and encoder"}.get(name, name)), f"{one['wall']:.1f}",
             f"{found['stock']['wall'] / one['wall']:.2f}", f"{one['cpu']:.1f}", f"{one['memory']:.0f}", f"{one['bytes'] / 1e6:.2f}",
             f"{one['frames']:.0f}") for name, one in found.items()]
    said = "".join(f"\n\n{PEERS[name]} is left out: no `{name}` is found, or no display." for name in result["missing"])
    return table(("a film in manim's API", "wall time, s", "times as fast as stock", "CPU time, s", "memory, MB", "file, MB", "frames"),
                 *rows) + said


def film(options: argparse.Namespace, folder: Path) -> dict:
    """A whole film from an empty cache, as `animformer render` makes it, by this work tree and by others; each makes its own."""
    trees = [HERE, *(Path(tree).resolve() for tree in options.film)]
    return in_turn({str(tree): partial(_film, tree, folder, options) for tree in trees}, options.rounds)


def _film(tree: Path, folder: Path, options: argparse.Namespace) -> dict:
    """What it takes to render a film by the code of a work tree, with nothing known of before."""
    place = folder / "film"
    command = [sys.executable, "-m", "studio", "render", options.target, "-q", options.quality, "-j", str(options.jobs), "-o",
               str(place / "out"), "--json"]
    caches = {"XDG_CACHE_HOME": str(place / "cache"), "ANIMFORMER_CACHE": str(place / "clips"), "PYTHONPATH": str(tree)}
    taken, said = measured(command, cwd=tree, env=os.environ | caches)
    sizes = [Path(file).stat().st_size for file in json.loads(said)["files"] if file.endswith(".mp4")]
    shutil.rmtree(place)
    return taken | {"frames": json.loads(said)["frames"], "bytes": max(sizes)}


def film_table(result: dict, about: dict) -> str:
    """What was measured of the whole film."""
    found = {tree: medians(runs) for tree, runs in result.items()}
    ours = next(iter(found.values()))["wall"]
    return table((f"the film, {about['quality']}, {about['jobs']} processes", "wall time, s", "this one is so many times as fast",
                  "CPU time, s", "memory of a process, MB", "file, MB", "frames"), *(
        (Path(tree).name, f"{one['wall']:.1f}", f"{one['wall'] / ours:.2f}", f"{one['cpu']:.1f}", f"{one['memory']:.0f}",
         f"{one['bytes'] / 1e6:.1f}", f"{one['frames']:.0f}") for tree, one in found.items()))
