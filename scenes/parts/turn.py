"""Circles on which a position is a point: a sine to the right, its cosine upwards; and how far each is turned from one to another."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import TAU, Circle, Line, Mobject, VGroup

from model import View
from scenes.base.room import PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import WORD, number, text
from scenes.parts.shapes import frame, room_of, rounded_rectangle
from scenes.parts.whole import Whole

DOT, ANGLE = 34 * PX, 60 * PX
PAIRS = 4                                 # circles of a row that are drawn at most
NAME, CIRCLE, HEIGHTS = 3, 5, (5, 2)      # widths of what a row is and of a circle; heights of a row and of the angles
FILLED = 0.7                              # share of its column that an angle takes at most


class Turn(Whole):
    """`circle` and its `spokes` to two positions; `start` and `end`, the points of these. `angle`: from one to the other, in radians."""

    def __init__(self, circle, spokes: VGroup, start, end, angle: float):
        super().__init__(circle=circle, spokes=spokes, start=start, end=end)
        self.angle = angle


def turn(theme: Theme, start: View, end: View, angle: View, room: Room) -> Turn:
    """A circle in a room, with the points (2) of a pair of dimensions at two positions. angle: between them, in degrees."""
    radius = min(room.width, room.height) / 2 - TIGHT
    ends = [room.centre + radius * np.array([*view.values, 0]) for view in (start, end)]
    circle = Circle(radius, color=theme.colour("line"), stroke_width=4 * PEN).move_to(room.centre)
    spokes = VGroup(Line(room.centre, point, color=theme.colour("muted"), stroke_width=5 * PEN) for point in ends)
    dots = [rounded_rectangle(DOT, DOT, DOT / 2).set_fill(theme.colour(role), 1).move_to(point)
            for role, point in zip(("text", "output"), ends, strict=True)]
    return Turn(circle, spokes, *dots, float(angle) / 360 * TAU)


class Turns(NamedTuple):
    """`rows` of circles; `names`, panels behind the columns and what is in each row; `degrees`, the angles below."""

    rows: list[list[Turn]]
    names: list[Mobject]
    degrees: list[VGroup]


def turns(theme: Theme, positions: Sequence[tuple[View, View]], angles: View, said: Sequence[str], room: Room) -> Turns:
    """A row of circles for two positions (pair, 2) each, all turned by the same angles (pair). said: of each row, and of the angles."""
    shares = [NAME, *[CIRCLE] * min(PAIRS, len(angles))]
    high, low = HEIGHTS
    *lines, foot = (row.columns(shares, TIGHT) for row in room.inset(y=TIGHT / 2).rows([*[high] * len(positions), low], TIGHT / 2))
    rows = [[turn(theme, start[j], end[j], angles[j], place) for j, place in enumerate(line[1:])]
            for (start, end), line in zip(positions, lines, strict=True)]
    panels = [frame(theme, column, fill="surface") for column in room.columns(shares, TIGHT)[1:]]
    names = [text(theme, words, WORD, at=line[0], align=-1) for words, line in zip(said, (*lines, foot), strict=True)]
    values = [number(theme, angle, ANGLE, "output", 600, place, decimals=1, width=FILLED * place.width)
              for angle, place in zip(angles, foot[1:], strict=False)]
    return Turns(rows, [*panels, *names],
                 [VGroup(value, text(theme, "°", value.size, "output", 600, room_of(value).point(1), -1)) for value in values])
