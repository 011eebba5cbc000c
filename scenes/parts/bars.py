"""Bars and histograms: the entries of a vector as heights."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.parts.shapes import rounded_points
from scenes.base.room import Room
from scenes.base.theme import Theme

BAR_SHARE = 0.8
THINNEST = 0.015                          # height of a bar of 0


class SignedBar(VMobject):
    """An entry of a tensor as a bar from a zero line, up or down. `source`: which entry; `unit`: the height of 1.

    A bar that hangs down runs round the other way, so that the shape itself says its sign, wherever it is moved.
    """

    least = THINNEST

    def heights(self) -> np.ndarray:
        """The height of the bar, negative if it hangs down."""
        x, y = self.points[::4, 0], self.points[::4, 1]
        return np.array([np.copysign(self.height, x @ np.roll(y, -1) - y @ np.roll(x, -1))])


class Bar(VMobject):
    """An entry of a tensor as a height, or a vector as the outline of a histogram. `source`: which; `unit`: the height of 1."""

    least = THINNEST

    def heights(self) -> np.ndarray:
        """The height of the bar, or of each bin of the histogram."""
        levels = self.points[::4, 1]
        return levels[1:-2:2] - levels[0] if self.source.axes else np.array([self.height])


def bar_height(value: float, unit: float) -> float:
    """The height of a value ≥ 0."""
    return max(THINNEST, value * unit)


def largest(*views: View, columns: Sequence[int | None] = ()) -> float:
    """The largest magnitude, 1 if all are 0: what the highest bar of pictures on one scale stands for. columns: those that are shown, if
    not all are."""
    shown = [j for j in columns if j is not None] or slice(None)
    return max(float(np.abs(view.values[..., shown]).max()) for view in views) or 1.0


def bars(theme: Theme, view: View, room: Room, role: str, full: float) -> VGroup:
    """The entries of a vector ≥ 0 as bars on the floor of a room; `full` is the value that reaches its ceiling."""
    places = (place.fit(width=BAR_SHARE * place.width) for place in room.columns(len(view), 0))
    return VGroup(bar(theme, source, place, role, full) for source, place in zip(view, places, strict=True))


def bar(theme: Theme, source: View, room: Room, role: str, full: float) -> Bar:
    """A value ≥ 0 as a bar on the floor of a room, as wide as that; `full` is the value that fills it."""
    unit = room.height / full
    height = bar_height(float(source), unit)
    shape = Bar(stroke_width=0, fill_color=theme.colour(role), fill_opacity=1)
    shape.points = rounded_points(room.width, height, 0.02).copy()
    shape.source, shape.unit = source, unit
    return shape.shift([room.centre[0], room.bottom + height / 2, 0])


def stack(theme: Theme, view: View, room: Room, role: str, full: float) -> VGroup:
    """The entries of a vector ≥ 0 as bars upon one another on the floor of a room; they fill it if they sum to `full`."""
    picture, top = VGroup(), room.bottom
    for i in range(len(view)):
        picture.add(*bars(theme, view[i : i + 1], Room(room.left, room.right, top, top + room.height), role, full))
        top += picture[i].height
    return picture.set_stroke(theme.colour("background"), 1.5)


def signed_bars(theme: Theme, view: View, room: Room, role: str | None, full: float, pitch: float | None = None) -> VGroup:
    """The entries of a vector as bars that stand on, or hang from, the middle line of a room; ±`full` reach its edges.

    role: None for the colours of plus and minus, each by its sign. pitch: from bar to bar, if they shall not fill the room's width
    but stand in its middle.
    """
    pitch = pitch or room.width / len(view)
    unit, left = room.height / 2 / full, room.centre[0] - pitch * len(view) / 2
    picture = VGroup()
    for i, source in enumerate(view):
        value = float(source)
        height = bar_height(abs(value), unit)
        bar = SignedBar(stroke_width=0, fill_color=theme.colour(role or ("plus" if value >= 0 else "minus")), fill_opacity=1)
        bar.points = rounded_points(BAR_SHARE * pitch, height, 0.02) * (1, 1 if value >= 0 else -1, 1)
        bar.source, bar.unit = source, unit
        picture.add(bar.shift([left + (i + 0.5) * pitch, room.centre[1] + np.copysign(height, value) / 2, 0]))
    return picture


def histogram(theme: Theme, view: View, room: Room, role: str, full: float) -> Bar:
    """The shares of a histogram (bin) as one stepped shape on the floor of a room."""
    edges, unit = np.linspace(room.left, room.right, len(view) + 1), room.height / full
    heights = [room.bottom + bar_height(share, unit) for share in view.values]
    steps = [(x, height) for left, right, height in zip(edges, edges[1:], heights, strict=False) for x in (left, right)]
    outline = [(room.left, room.bottom), *steps, (room.right, room.bottom), (room.left, room.bottom)]
    shape = Bar(stroke_width=0, fill_color=theme.colour(role), fill_opacity=1)
    shape.set_points_as_corners([(x, y, 0) for x, y in outline])
    shape.source, shape.unit = view, unit
    return shape


def floor(theme: Theme, room: Room) -> VMobject:
    """The line that bars stand on."""
    line = VMobject(stroke_color=theme.colour("muted"), stroke_width=1.5)
    return line.set_points_as_corners([[room.left, room.bottom, 0], [room.right, room.bottom, 0]])
