"""Weights: shares of 1, as discs or as bars in a colour of their own; squares with digits are scores and values, never weights."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from model import View
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import Bar, bar_height
from scenes.parts.label import Number, weight_numbers
from scenes.parts.shapes import Block, frame, rounded_points
from scenes.parts.whole import Whole

RADIUS, ABOVE = 8 * PX, 0.7               # of the corners of bars; from a bar to the middle of its number, in em


class Disc(Block):
    """A weight as a disc, as large in area. `source`: which; `full`: the diameter of the weight 1. Digits may stand across its edge."""

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


def disc(theme: Theme, source: View, full: float, written: bool = False) -> Disc:
    """A weight as a disc around the origin; full: the diameter of the weight 1; written: whether digits stand on it."""
    width = full * float(np.sqrt(float(source)))
    shape = Disc(stroke_width=0, fill_color=theme.weight(0.5) if written else theme.colour("weight"), fill_opacity=1)
    shape.points = rounded_points(width, width, width / 2).copy()
    shape.source, shape.full = source, full
    return shape


def weight_bars(theme: Theme, weights: View, rooms: Sequence[Room], size: float, decimals: int | None = None) -> WeightBars:
    """A row of weights (n), each as a bar that fills its room if it is 1, with its number on top of it, or inside where that is high
    enough. size: of the numbers, in em."""
    grounds = VGroup(frame(theme, room, width=0, radius=RADIUS, fill="surface") for room in rooms)
    bars = VGroup(_bar(theme, source, room) for source, room in zip(weights, rooms, strict=True))
    numbers = weight_numbers(theme, weights, [(0, 0)] * len(rooms), size, decimals)
    for number, bar, room in zip(numbers, bars, rooms, strict=True):
        _place(theme, number, bar, room)
    return WeightBars(grounds, bars, numbers)


def _bar(theme: Theme, source: View, room: Room) -> WeightBar:
    height = bar_height(float(source), room.height)
    bar = WeightBar(stroke_width=0, fill_color=theme.colour("weight"), fill_opacity=1)
    bar.points = rounded_points(room.width, height, min(RADIUS, height / 3)).copy()
    bar.source, bar.unit = source, room.height
    return bar.shift([room.centre[0], room.bottom + height / 2, 0])


def _place(theme: Theme, number: Number, bar: WeightBar, room: Room) -> None:
    """On top of the bar, or inside it where it is higher than the room above it."""
    inside = bar.height > max(room.height - bar.height, number.size + TIGHT)
    y = room.bottom + (bar.height / 2 if inside else bar.height + ABOVE * number.size)
    number.shift([room.centre[0] + number.advance / 2, y, 0])
    if inside:
        number.set_fill(theme.ink_on(bar.get_fill_color()))
