"""The features of one token as bars, with their mean and spread drawn on them."""

from collections.abc import Mapping, Sequence

from manim import VGroup, VMobject

from model import View
from scenes.base.room import PEN, Room
from scenes.base.theme import Theme
from scenes.parts.bars import BAR_SHARE, Bar, SignedBar, bars, signed_bars
from scenes.parts.whole import Whole

VEIL = {"mean": 0.4, "spread": 0.14}      # opacities
MEAN, BRACKET = 6 * PEN, 3 * PEN          # stroke widths


class Moments(Whole):
    """Mean and spread of bars: `slab`, from the middle line to the mean, and `level`, the line at it; `band`, as far around it as the
    spread, and `bracket`, how far that is to one side."""

    def __init__(self, band: Bar, slab: SignedBar, level: VMobject, bracket: VMobject):
        super().__init__(band=band, slab=slab, level=level, bracket=bracket)


def feature_bars(theme: Theme, vector: View, columns: Sequence[int | None], room: Room, full: float) -> VGroup:
    """The entries of a vector (d) as bars in the colours of plus and minus, up or down from the middle line of a room.

    columns: of the heat map that they stand in line with; None, where features are elided, stays free. ±full reach the edges.
    """
    picture = VGroup()
    for place, j in zip(room.columns(len(columns), gap=0), columns, strict=True):
        if j is not None:
            picture.add(*signed_bars(theme, vector[j : j + 1], place, None, full))
    return picture


def moments(theme: Theme, mean: View, spread: View, room: Room, full: float) -> Moments:
    """The mean and the spread of the bars in a room. mean, spread: views of one entry (1)."""
    unit = room.height / 2 / full
    level, half = room.centre[1] + float(mean[0]) * unit, float(spread[0]) * unit
    wide = room.inset(x=(1 - 1 / BAR_SHARE) * room.width / 2)
    band = bars(theme, spread, Room(wide.left, wide.right, level - half, level - half + room.height), "text", full)[0]
    slab = signed_bars(theme, mean, wide, "text", full)[0]
    bracket = _line(theme, BRACKET, *((x, y) for x, y in _bracket(room, level, half)))
    return Moments(
        band.set_fill(opacity=VEIL["spread"]), slab.set_fill(opacity=VEIL["mean"]),
        _line(theme, MEAN, (room.left, level), (room.right, level)), bracket,
    )


def measured_bars(theme: Theme, matrix: View, mean: View, spread: View, columns: Sequence[int | None], places: Mapping[int, Room], full: float
                  ) -> list[Whole]:
    """Rows of a matrix (n, d) as `bars`, each in its place, with the `marks` of their mean (n) and spread (n)."""
    return [Whole(marks=moments(theme, mean[i : i + 1], spread[i : i + 1], place, full), bars=feature_bars(theme, matrix[i], columns, place, full))
            for i, place in places.items()]


def middle(theme: Theme, room: Room) -> VMobject:
    """The line from which bars go up and down."""
    y = room.centre[1]
    return _line(theme, 1.5, (room.left, y), (room.right, y), role="muted")


def _bracket(room: Room, level: float, half: float) -> list[tuple[float, float]]:
    """At the right of a room, from the mean down as far as the spread."""
    near, far = room.right + 0.08, room.right + 0.18
    return [(near, level), (far, level), (far, level - half), (near, level - half)]


def _line(theme: Theme, width: float, *points: Sequence[float], role: str = "text") -> VMobject:
    line = VMobject(stroke_color=theme.colour(role), stroke_width=width)
    return line.set_points_as_corners([(x, y, 0) for x, y in points])
