"""Blocks in a row: what one hands on the next one reads, and a residual path goes round each."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from scenes.parts.diagram import Module, module, route
from scenes.parts.flow import arrow
from scenes.parts.label import WORD, fit_words
from scenes.parts.whole import Whole
from scenes.base.room import Room
from scenes.base.theme import Theme

SHARE, WIDEST = 0.6, 2.2                  # of the way from one stop to the next that a block takes, at most so wide
ROUND = 0.3                               # how far below its block a residual path runs


class Chain(Whole):
    """stops: where the vectors are between the blocks (n + 1 points). blocks: n modules. wires, bypasses: for each block."""

    def __init__(self, stops: Sequence[np.ndarray], blocks: Sequence[Module], wires: Sequence[VGroup], bypasses: Sequence[VGroup]):
        super().__init__(blocks=blocks, wires=wires, bypasses=bypasses)
        self.stops = stops


def chain(theme: Theme, names: Sequence[str], room: Room) -> Chain:
    """Named blocks side by side at the top of a room, their residual paths at its floor, the outer stops at its edges."""
    tall = room.height - ROUND
    y = room.top - tall / 2
    stops = [np.array([x, y, 0]) for x in np.linspace(room.left, room.right, len(names) + 1)]
    pitch = room.width / len(names)
    width = min(WIDEST, SHARE * pitch)
    words, size = fit_words(theme, names, WORD, width - 0.2)
    middles = [(a + b) / 2 for a, b in zip(stops, stops[1:], strict=False)]
    return Chain(
        stops,
        [module(theme, word, Room.around(middle, width, tall), size=size) for word, middle in zip(words, middles, strict=True)],
        [_wires(theme, start, middle, end, width / 2) for start, middle, end in zip(stops, middles, stops[1:], strict=False)],
        [_bypass(theme, start, end, room.bottom, 0.1 * pitch) for start, end in zip(stops, stops[1:], strict=False)],
    )


def _wires(theme: Theme, start: np.ndarray, middle: np.ndarray, end: np.ndarray, half: float) -> VGroup:
    """A line into a block and an arrow out of it."""
    line = VMobject(stroke_color=theme.colour("muted"), stroke_width=3).set_points_as_corners([start, middle - [half, 0, 0]])
    return VGroup(line, arrow(theme, middle + [half, 0, 0], end))


def _bypass(theme: Theme, start: np.ndarray, end: np.ndarray, floor: float, inset: float) -> VGroup:
    """The way round a block, below it."""
    left, right = start[0] + inset, end[0] - inset - 0.1
    return route(theme, [(left, start[1]), (left, floor), (right, floor), (right, start[1] - 0.02)], "output", 2.5)
