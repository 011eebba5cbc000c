"""Shapes: rectangles, frames, dots. Points are made by numpy: manim's own constructors are too slow for hundreds of cells."""

from functools import lru_cache

import numpy as np
from manim import VMobject

from scenes.base.room import PEN, PX, Room
from scenes.base.theme import Theme

RING, CLEAR = 7, 2                        # pixels: how wide a ring is, and how far from what it goes around
STRIKE = 5 * PEN                          # stroke width of a line through what no longer counts
CORNER = 0.5522847498                     # handle length that makes a cubic curve a quarter circle of radius 1


class Block(VMobject):
    """A rectangle with round corners. Words stand in it or beside it, never across its edge, unless it is an `overlay`."""

    overlay = False


@lru_cache(1024)
def rounded_points(width: float, height: float, radius: float, notch: float = 0.0) -> np.ndarray:
    """The curves (32, 3) of a rectangle with round corners around the origin; notch: how much its upper right corner is cut off."""
    r = min(radius, width / 2, height / 2)
    w, h = width / 2, height / 2
    corners = np.array([[w - r, h - r], [r - w, h - r], [r - w, r - h], [w - r, r - h]])
    curves = []
    for quarter, corner in enumerate(corners):
        turn = np.array([[0, -1], [1, 0]])
        x, y = np.linalg.matrix_power(turn, quarter).T * r      # the two axes, turned to this corner
        arc = corner + np.array([x, x + CORNER * y, y + CORNER * x, y])
        if notch and quarter == 0:
            arc = _line(np.array([w, h - notch]), np.array([w - notch, h]))
        if curves:
            curves.append(_line(curves[-1][-1], arc[0]))
        curves.append(arc)
    curves.append(_line(curves[-1][-1], curves[0][0]))
    return np.pad(np.concatenate(curves), ((0, 0), (0, 1)))


def is_notched(points: np.ndarray) -> bool:
    """Whether a rectangle (32, 3) has a corner cut off."""
    start, near, _, end = points[:4]
    (a, b), (c, d) = (near - start)[:2], (end - start)[:2]
    return abs(a * d - b * c) < 1e-9 < np.hypot(c, d)


def rounded_rectangle(width: float, height: float, radius: float) -> Block:
    """A rectangle with round corners around the origin, without fill or stroke yet."""
    shape = Block(stroke_width=0)
    shape.points = rounded_points(width, height, radius).copy()
    return shape


def _line(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    return start + (end - start) * np.linspace(0, 1, 4)[:, None]


def frame(theme: Theme, room: Room, role: str = "line", radius: float = 0.1, width: float = 3, fill: str | None = None) -> Block:
    """A rounded frame around a room, in the colour of a role."""
    shape = rounded_rectangle(room.width, room.height, radius).move_to(room.centre)
    shape.set_stroke(theme.colour(role), width)
    return shape.set_fill(theme.colour(fill), 1) if fill else shape


def strike(theme: Theme, room: Room) -> VMobject:
    """A line through a room from left to right: what is there no longer counts."""
    line = VMobject(stroke_color=theme.colour("output"), stroke_width=STRIKE)
    return line.set_points_as_corners([room.point(-1), room.point(1)])


def room_of(shape, margin: float = 0.0) -> Room:
    """The room that a picture takes, and a margin around it."""
    (left, bottom, _), (right, top, _) = shape.get_corner([-1, -1, 0]), shape.get_corner([1, 1, 0])
    return Room(left - margin, right + margin, bottom - margin, top + margin)


def ring(theme: Theme, thing: VMobject | Room, role: str = "text") -> Block:
    """The ring around the cell, or the room, that is spoken about, and around what it opens into."""
    room, clear = thing if isinstance(thing, Room) else room_of(thing), (RING / 2 + CLEAR) * PX
    around = frame(theme, room.inset(-clear, -clear), role, radius=16 * PX, width=RING * PEN)
    around.overlay = True
    return around
