"""Weights: shares of 1, as discs or as bars in a colour of their own; squares with digits are scores and values, never weights."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from model import View
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.bars import Bar, bar_height
from scenes.parts.label import Number, format_number
from scenes.parts.shapes import Block, frame, rounded_points
from scenes.parts.whole import Whole

RADIUS = 8 * PX
ABOVE, BELOW = 0.6, 0.4                   # from a bar up to the middle of its number, and from the ceiling down to it at least, in em
ROOM = 0.62                               # share of the height of the weight 1 that a number may take, so that it finds a place


class Disc(Block):
    """A weight as a disc, as large in area. `source`: which; `full`: the diameter of the weight 1."""

    overlay = True

    def share(self) -> float:
        """The weight that the disc shows."""
        return (self.width / self.full) ** 2


class WeightBar(Bar):
    """A weight as a bar in the colour of weights; `source`: which; `unit`: the height of 1."""


class WeightBars(Whole):
    """A row of weights, opened: `grounds`, each as high as the weight 1, the `bars` on their floors, and their `numbers`."""

    def __init__(self, grounds: VGroup, bars: VGroup, numbers: VGroup):
        super().__init__(grounds=grounds, bars=bars, numbers=numbers)


def disc(theme: Theme, source: View, full: float) -> Disc:
    """A weight as a disc around the origin; full: the diameter of the weight 1."""
    width = full * float(np.sqrt(float(source)))
    shape = Disc(stroke_width=0, fill_color=theme.colour("weight"), fill_opacity=1)
    shape.points = rounded_points(width, width, width / 2).copy()
    shape.source, shape.full = source, full
    return shape


def weight_bar(theme: Theme, source: View, room: Room) -> WeightBar:
    """A weight as a bar on the floor of a room, which it fills if it is 1."""
    height = bar_height(float(source), room.height)
    bar = WeightBar(stroke_width=0, fill_color=theme.colour("weight"), fill_opacity=1)
    bar.points = rounded_points(room.width, height, min(RADIUS, height / 3)).copy()
    bar.source, bar.unit = source, room.height
    return bar.shift([room.centre[0], room.bottom + height / 2, 0])


def write_on(theme: Theme, label: Number, bar: WeightBar) -> Number:
    """Puts a number, which is at the origin, on top of a bar, or inside it where that is the higher half of its room."""
    inside = bar.height >= bar.unit / 2
    above = min(bar.height + ABOVE * label.size, bar.unit - BELOW * label.size)
    label.shift([bar.get_x(), bar.get_y() if inside else bar.get_bottom()[1] + above, 0])
    return label.set_fill(theme.ink_on(bar.get_fill_color()) if inside else theme.colour("text"))


def weight_bars(theme: Theme, weights: View | Sequence[View], rooms: Sequence[Room], size: float | Sequence[float],
                decimals: int | None = None) -> WeightBars:
    """A row of weights (n), opened: each as a bar in its room, with its number. size: of all numbers or of each, in em, at most what
    finds room; there are none where they would be illegible."""
    strings = [format_number(float(weight), theme.decimals if decimals is None else decimals) for weight in weights]
    bars = VGroup(weight_bar(theme, source, room) for source, room in zip(weights, rooms, strict=True))
    sizes = np.minimum(np.broadcast_to(size, len(rooms)), ROOM * min(room.height for room in rooms))
    labels = (Number(theme, source, string, size, weight=600) for source, string, size in zip(weights, strings, sizes, strict=True))
    return WeightBars(
        VGroup(frame(theme, room, width=0, radius=RADIUS, fill="surface") for room in rooms), bars,
        VGroup(write_on(theme, label, bar) for label, bar in zip(labels, bars, strict=True) if label.size >= theme.digit),
    )
