"""The features of one token as bars, with their mean and spread drawn on them."""

from collections.abc import Sequence

from manim import VGroup, VMobject

from model import View
from scenes.parts.bars import BAR_SHARE, bars, signed_bars
from scenes.parts.equation import equation
from scenes.base.room import PX, Room
from scenes.base.theme import Theme

LETTER = 36 * PX
VEIL = {"mean": 0.4, "spread": 0.16}      # opacities


def feature_bars(theme: Theme, vector: View, columns: Sequence[int | None], room: Room, full: float) -> VGroup:
    """The entries of a vector (d) as bars in the colours of plus and minus, up or down from the middle line of a room.

    columns: of the heat map that they stand in line with; None, where features are elided, stays free. ±full reach the edges.
    """
    picture = VGroup()
    for place, j in zip(room.columns([1] * len(columns), gap=0), columns, strict=True):
        if j is not None:
            picture.add(*signed_bars(theme, vector[j : j + 1], place, None, full))
    return picture


def moments(theme: Theme, mean: View, spread: View, room: Room, full: float) -> VGroup:
    """The mean of the bars in a room, as a slab from the middle line to it, and their spread, as a band up to that far from it.

    mean, spread: views of one entry (1).
    """
    level, half = _heights(mean, spread, room, full)
    wide = room.inset(x=(1 - 1 / BAR_SHARE) * room.width / 2)
    band = bars(theme, spread, Room(wide.left, wide.right, level - half, level - half + room.height), "output", full)
    slab = signed_bars(theme, mean, wide, "output", full)
    return VGroup(slab.set_fill(opacity=VEIL["mean"]), band.set_fill(opacity=VEIL["spread"]))


def named_moments(theme: Theme, mean: View, spread: View, room: Room, full: float) -> VGroup:
    """The same with their letters: μ at the left of the slab, σ at the right, beside a line as long."""
    level, half = _heights(mean, spread, room, full)
    mu, sigma = (equation(theme, name, size=LETTER, role="output") for name in ("mu", "sigma"))
    x = room.right + 0.1
    length = VMobject(stroke_color=theme.colour("output"), stroke_width=2.5)
    length.set_points_as_corners([[x, level, 0], [x, level + half, 0]])
    letters = (mu.move_to([room.left - 0.25, level, 0]), VGroup(length, sigma.move_to([x + 0.2, level + half / 2, 0])))
    return VGroup(VGroup(*pair) for pair in zip(moments(theme, mean, spread, room, full), letters, strict=True))


def _heights(mean: View, spread: View, room: Room, full: float) -> tuple[float, float]:
    """How high the mean lies, and how long the spread is."""
    unit = room.height / 2 / full
    return room.centre[1] + float(mean[0]) * unit, float(spread[0]) * unit


def middle(theme: Theme, room: Room) -> VMobject:
    """The line from which bars go up and down."""
    y = room.centre[1]
    line = VMobject(stroke_color=theme.colour("muted"), stroke_width=1.5)
    return line.set_points_as_corners([[room.left, y, 0], [room.right, y, 0]])
