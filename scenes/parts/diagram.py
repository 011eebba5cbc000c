"""Architecture diagrams: modules with a name, and the lines between them."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from scenes.parts.flow import arrow
from scenes.parts.label import WORD, Label, text
from scenes.parts.shapes import Block, rounded_rectangle
from scenes.stage import Room
from scenes.theme import Theme

CORNER = 0.12


class Module(VGroup):
    """A part of the machine: `.box` and `.label`."""

    def __init__(self, box: Block, label: Label):
        super().__init__(box, label)
        self.box, self.label = box, label


def module(theme: Theme, name: str, room: Room, role: str = "line", size: float = WORD) -> Module:
    """A named box that fills a room; its frame has the colour of a role."""
    box = rounded_rectangle(room.width, room.height, CORNER).move_to(room.centre)
    box.set_fill(theme.colour("surface"), 1).set_stroke(theme.colour(role), 2.5)
    return Module(box, text(theme, name, size, at=room.centre, width=room.width - 0.2))


def route(theme: Theme, points: Sequence[Sequence[float]], role: str = "muted", width: float = 3) -> VGroup:
    """A line round corners from the first point to the last, which ends in an arrow."""
    *way, end = (np.array([*point[:2], 0.0]) for point in points)
    line = VMobject(stroke_color=theme.colour(role), stroke_width=width).set_points_as_corners(way)
    return VGroup(line, arrow(theme, way[-1], end, role, width))
