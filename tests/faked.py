"""Renders without drawing: a clip of the right length whose pictures are black, so that all the rest can be tried in no time."""

import io
import tempfile
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from studio.output import clips
from studio.render.encoder import ClipEncoder
from studio.render.job import Clip
from studio.render.order import Order
from studio.render.quality import Quality

TINY = Quality("tiny", 64, 64, 2)


def make(order: Order) -> Clip:
    """What `order.make` gives, but black. The scene is staged and plays."""
    frames, captions = _played(f"{order.spec} {order.quality}", order)
    return Clip(movie(frames[order.step], order.quality), _black(order.quality), frames[order.step], captions[order.step])


@contextmanager
def drawing():
    """Within this, `render_film` draws black pictures, in this process; yields what was drawn."""
    drawn = []

    def run(work, jobs, workers, on_done, on_begin=lambda job: None):
        for job in (job for run in jobs for job in run.parts):
            drawn.append(str(job))
            on_begin(job)
            on_done(job, make(job))

    with mock.patch.object(clips.farm, "run", run):
        yield drawn


@lru_cache(256)
def movie(frames: int, quality: Quality) -> bytes:
    """A black video of so many frames."""
    with tempfile.TemporaryDirectory() as folder:
        encoder = ClipEncoder(Path(folder) / "black.mp4", quality)
        encoder.write(np.full((quality.height, quality.width, 4), [0, 0, 0, 255], np.uint8), frames)
        encoder.close()
        return (Path(folder) / "black.mp4").read_bytes()


_kept: dict = {}


def _played(key: str, order: Order):
    """How many frames each step of a scene has, and what it says."""
    from studio.render.worker import played

    if key not in _kept:
        frames, scene = played(order.build, order.quality)
        _kept[key] = frames, {step: scene.caption(step) for step in frames}
    return _kept[key]


def _black(quality: Quality) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (quality.width, quality.height)).save(file, "PNG")
    return file.getvalue()
