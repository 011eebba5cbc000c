"""What shows which tensor where in a picture."""

from collections.abc import Iterator

import numpy as np

from model import View
from scenes.base.scene import ExplainerScene
from studio.check.sight import see
from studio.watch.news import Region

THIN = 0.004                              # share of the picture's height that a line takes at least, so that it can be met


def regions(scene: ExplainerScene) -> tuple[Region, ...]:
    """The parts of a scene's picture that show parts of tensors, as it stands, in the order they are drawn."""
    return tuple(_regions(scene))


def _regions(scene: ExplainerScene) -> Iterator[Region]:
    whole = scene.frame.whole
    for shape in see(scene).shapes:
        source = getattr(shape, "source", None)
        if isinstance(source, View):
            points = (shape.points[:, :2] - (whole.left, whole.top)) / (whole.width, -whole.height)         # (point, 2)
            low, high = points.min(0), points.max(0)
            room = np.maximum(0, THIN - (high - low)) / 2
            box = np.clip(np.concatenate([low - room, high + room]), 0, 1).round(4)
            yield Region(tuple(box.tolist()), source.name, tuple(map(_place, source.index)))


def _place(index: int | range) -> int | tuple[int, int]:
    return int(index) if isinstance(index, (int, np.integer)) else (index[0], index[-1])
