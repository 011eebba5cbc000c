"""Charts: the entries of a vector as a curve, and a vertical cut that moves through curves."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.parts.shapes import rounded_rectangle
from scenes.base.room import Room
from scenes.base.theme import Theme

DOT, VEIL = 0.055, 0.2                    # radius of a dot; opacity of an area


class Curve(VMobject):
    """A line through the entries of a vector, from left to right, equally far apart. `source`: which; `unit`: the height of 1."""

    def knots(self) -> np.ndarray:
        """The points (entry, 3) that the line goes through."""
        return np.concatenate([self.points[::4], self.points[-1:]])

    def at(self, place: float) -> np.ndarray:
        """The point over a place, 0 at the first entry and 1 at the last."""
        knots = self.knots()
        turn = place * (len(knots) - 1)
        low = min(int(turn), len(knots) - 2)
        return knots[low] + (knots[low + 1] - knots[low]) * (turn - low)


def curve(theme: Theme, view: View, room: Room, role: str, low: float, high: float, width: float = 3) -> Curve:
    """The entries of a vector (2 or more) as a curve that is as wide as a room, whose floor and ceiling are `low` and `high`."""
    line = Curve(stroke_color=theme.colour(role), stroke_width=width)
    line.source, line.unit = view, room.height / (high - low)
    x, y = np.linspace(room.left, room.right, len(view)), room.bottom + (view.values - low) * line.unit
    return line.set_points_as_corners(np.stack([x, y, np.zeros_like(x)], -1))


def area(theme: Theme, line: Curve, room: Room, role: str) -> VMobject:
    """What is between a curve and the floor of its room, as a veil."""
    knots = line.knots()
    ends = [(x, room.bottom, 0) for x in (knots[-1][0], knots[0][0])]
    return VMobject(stroke_width=0, fill_color=theme.colour(role), fill_opacity=VEIL).set_points_as_corners([*knots, *ends, knots[0]])


class Cut(VGroup):
    """A vertical line through curves and a dot where it meets each. `.line`, `.dots`."""

    def __init__(self, theme: Theme, curves: Sequence[Curve], room: Room, place: float, role: str = "output"):
        self.line = VMobject(stroke_color=theme.colour(role), stroke_width=2)
        self.line.set_points_as_corners([[0, room.bottom, 0], [0, room.top, 0]])
        self.dots = VGroup(rounded_rectangle(2 * DOT, 2 * DOT, DOT).set_fill(theme.colour(role), 1) for _ in curves)
        super().__init__(self.line, self.dots)
        self.curves = curves
        self.put(place)

    def put(self, place: float) -> None:
        """Moves the cut to a place, 0 at the first entries of the curves and 1 at the last."""
        for dot, line in zip(self.dots, self.curves, strict=True):
            dot.move_to(line.at(place))
        self.line.set_x(self.dots[0].get_x())
