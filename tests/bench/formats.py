"""One clip in all formats, beside stock manim's own: `python -m tests.bench.formats [SCENE/STEP] [-q QUALITY]`.

Each is made in a process of its own, from the start of Python to its end: size, seconds of a clock, and seconds of all processors.
"""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from manim import tempconfig

from studio.plan import staging
from studio.read.spec import SceneSpec
from studio.render.formats import chosen, formats
from studio.render.movie import Shrunk, shrunk
from studio.render.palette import TwoPasses
from studio.render.quality import QUALITIES, Quality
from studio.render.worker import Job, render_step
from tests.bench import by_hand
from tests.bench.measure import measured
from tests.bench.ours import specs

Make = Callable[[SceneSpec, Quality, Path], int]          # returns how many bytes the file has


def ours(name: str, options: dict, spec: SceneSpec, quality: Quality, folder: Path) -> int:
    """As `animformer render --format` makes it."""
    (format,) = chosen([name], **options)
    return len(render_step(Job(spec.name, spec.steps[0], partial(staging.build, spec), quality, format=format)).movie)


def stock(extension: str, transparent: bool, spec: SceneSpec, quality: Quality, folder: Path) -> int:
    """As `manim render --format … [-t] --disable_caching` makes it, with numbers as manim's text."""
    size = {"pixel_width": quality.width, "pixel_height": quality.height, "frame_rate": quality.fps}
    asked = {"format": extension, "transparent": transparent, "media_dir": str(folder), "disable_caching": True, "output_file": "stock"}
    with tempconfig(size | asked | {"progress_bar": "none", "verbosity": "ERROR"}):
        scene = staging.build(spec)
        if transparent:
            scene.camera.background_opacity = 0
        by_hand.use_manims_text(type(scene))
        scene.render()
    return max(path.stat().st_size for path in folder.rglob(f"stock*.{extension}"))


def of_a_video(spec: SceneSpec, quality: Quality, folder: Path) -> int:
    """A GIF of the MP4, as wide and with the same filters (palettegen, paletteuse): what one makes of a clip afterwards."""
    movie, path = folder / "clip.mp4", folder / "clip.gif"
    movie.write_bytes(render_step(Job(spec.name, spec.steps[0], partial(staging.build, spec), quality)).movie)
    (gif,) = chosen(["gif"])
    small = shrunk(quality, gif.width, 15)
    writer = Shrunk(TwoPasses(path, small, 0), quality, small)
    with av.open(str(movie)) as file:
        for frame in file.decode(video=0):
            writer.write(frame.to_ndarray(format="rgba"))
    writer.close()
    return path.stat().st_size


ARMS: dict[str, Make] = {
    **{name: partial(ours, name, {}) for name in formats()},
    "mov --prores": partial(ours, "mov", {"prores": True}),
    **{f"{name} --transparent": partial(ours, name, {"transparent": True}) for name in ("mov", "png", "webm", "webp")},
    "gif of the mp4": of_a_video,
    **{f"manim {name}": partial(stock, name, False) for name in ("mp4", "gif", "webm", "mov")},
    **{f"manim -t {name}": partial(stock, name, True) for name in ("webm", "mov")},
}


def main() -> None:
    """Measures, and prints a Markdown table; with `--arm`, one of them in this process."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.formats", description=__doc__.splitlines()[0])
    parser.add_argument("step", nargs="?", default="qkv/blend", metavar="SCENE/STEP", help="default: qkv/blend")
    parser.add_argument("-q", "--quality", default="720p", help="as for animformer render (default: 720p)")
    parser.add_argument("--arm", choices=ARMS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.arm:
        with TemporaryDirectory(prefix="animformer-bench-") as folder:
            (spec,) = specs([options.step])
            print(json.dumps({"bytes": ARMS[options.arm](spec, QUALITIES[options.quality], Path(folder))}))
        return
    print(f"| {options.step}, {options.quality} | kB | s | CPU s |\n| --- | ---: | ---: | ---: |", flush=True)
    for arm in ARMS:
        taken, said = measured([sys.executable, "-m", "tests.bench.formats", options.step, "-q", options.quality, "--arm", arm])
        made = taken | json.loads(said.splitlines()[-1])
        print(f"| {arm} | {made['bytes'] / 1000:,.0f} | {made['wall']:.1f} | {made['cpu']:.1f} |", flush=True)


if __name__ == "__main__":
    main()
