"""Circles on which a position is a point: a sine to the right, its cosine upwards."""

import numpy as np
from manim import TAU, Circle, Line, VGroup

from model import View
from scenes.base.room import PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.shapes import rounded_rectangle
from scenes.parts.whole import Whole

DOT = 34 * PX


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
