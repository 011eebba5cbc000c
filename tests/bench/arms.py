"""What is measured beside ours, each in a process of its own: `python -m tests.bench.arms ARM OPTIONS`, which prints one JSON object."""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from itertools import repeat
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from manim import Camera, tempconfig

from studio.plan import staging
from studio.render import worker
from studio.render.camera import FastCamera
from studio.render.encoder import ClipEncoder
from studio.render.manim_settings import settings
from studio.render.quality import Quality
from studio.render.worker import EVERY, Job, StepRenderer, render_step
from studio.read.spec import SceneSpec
from tests.bench import by_hand
from tests.bench.ours import file_of, quality_of, specs

BEST = int(Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INP | Interpolation.ACCURATE_RND | Interpolation.BITEXACT)
BT709 = {"dst_colorspace": Colorspace.ITU709, "dst_color_range": ColorRange.MPEG}


def stock(specs: list[SceneSpec], quality: Quality, folder: Path) -> dict:
    """The scenes through manim's own camera, renderer and file writer, as `manim render -qh --disable_caching` has it."""
    size = {"pixel_width": quality.width, "pixel_height": quality.height, "frame_rate": quality.fps}
    frames, files = 0, []
    options = {"media_dir": str(folder / "media"), "disable_caching": True, "progress_bar": "none", "verbosity": "ERROR"}
    with tempconfig(options | size):
        for spec in specs:
            scene = staging.build(spec)
            by_hand.use_manims_text(type(scene))
            with tempconfig({"output_file": f"{spec.name}-{spec.steps[0]}"}):
                scene.render()
            files.append(Path(scene.renderer.file_writer.movie_file_path))
    for file in files:
        with av.open(file) as movie:
            frames += movie.streams.video[0].frames
    return {"frames": frames, "bytes": sum(file.stat().st_size for file in files)}


def floor(specs: list[SceneSpec], quality: Quality, folder: Path) -> dict:
    """CPU seconds in which pixels of our frames are touched and no more: cleared, filled and stroked; converted and encoded."""
    spent = {"raster": 0.0, "encode": 0.0}
    for owner, name, what in (
        (FastCamera, "draw", "raster"),
        (ClipEncoder, "write", "encode"), (ClipEncoder, "close", "encode"),
    ):
        setattr(owner, name, _timed(getattr(owner, name), what, spent))
    for spec in specs:
        render_step(Job(spec.name, spec.steps[0], partial(staging.build, spec), quality))
    return spent


def pictures(specs: list[SceneSpec], quality: Quality, folder: Path) -> dict:
    """PSNR of our clips, frame by frame, against what manim's camera draws: all samples of luma and chroma (4:2:0) alike."""
    found = []
    for spec in specs:
        movie = BytesIO(file_of(folder, f"{spec.name}/{spec.steps[0]}").read_bytes())
        with av.open(movie) as file, settings(quality):
            decoded, convert = file.decode(video=0), VideoReformatter()

            def compare(step: str, pixels: np.ndarray, times: int) -> None:
                frame = av.VideoFrame.from_ndarray(pixels, format="rgba")
                drawn = convert.reformat(frame, format="yuv420p", interpolation=BEST, **BT709).to_ndarray()
                found.extend(_psnr(drawn, next(decoded).to_ndarray()) for _ in repeat(None, times))

            worker._run(partial(staging.build, spec), StepRenderer(quality, {spec.steps[0]: EVERY}, compare, Camera))
            assert next(decoded, None) is None
    return {"frames": len(found), "worst": min(found), "median": float(np.median(found))}


def _psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB over all samples, at most 100."""
    error = np.square(np.subtract(a, b, dtype=np.int16), dtype=np.int32).mean()
    return float(10 * np.log10(255**2 / max(error, 255**2 * 1e-10)))


def _timed(method: Callable, what: str, spent: dict[str, float]) -> Callable:
    def timed(*args):
        began = time.process_time()
        result = method(*args)
        spent[what] += time.process_time() - began
        return result

    return timed


if __name__ == "__main__":
    arm, options = sys.argv[1], json.loads(sys.argv[2])
    wanted = {"stock": stock, "floor": floor, "pictures": pictures}[arm](
        specs=list(specs(options["steps"])), quality=quality_of(options), folder=Path(options["folder"]),
    )
    print(json.dumps(wanted))
