"""Flow lines, as thick as a weight, and arrows."""

from collections.abc import Sequence

import numpy as np
from manim import DOWN, RIGHT, UP, VGroup, VMobject

from model import View
from scenes.base.room import PEN, Room
from scenes.base.theme import Theme

TIP = 0.16
THINNEST, STRAND, ARC = 0.5, 24 * PEN, 56 * PEN           # stroke widths of the weight 0, and of 1 in strands and in single arcs
FAINTEST = 0.35                           # opacity of the weight 0


def weight_width(weight: float, full: float) -> float:
    """The stroke width that stands for a weight between 0 and 1, where `full` stands for 1."""
    return THINNEST + (full - THINNEST) * weight


def weight_opacity(weight: float) -> float:
    """The opacity that stands for a weight between 0 and 1."""
    return FAINTEST + (1 - FAINTEST) * weight


class WeightLine(VMobject):
    """A line as thick as a weight; `source` is the weight, `full` the stroke width of 1."""


def weight_line(theme: Theme, start, end, source: View, along=RIGHT) -> WeightLine:
    """A smooth line whose width and opacity are a weight; it leaves and arrives `along` a direction."""
    start, end = np.array(start, float), np.array(end, float)
    reach = abs(np.array(along)) * (end - start) / 2
    return _weighted(theme, [start, start + reach, end - reach, end], source, STRAND)


def weight_arc(theme: Theme, start, end, source: View, rise: float, along=UP, full: float = ARC) -> WeightLine:
    """A bow above (or, with a negative rise, below) two points of one height, whose width and opacity are a weight.

    along: where it rises to, if not upwards. full: the stroke width of the weight 1.
    """
    return _weighted(theme, _bow(start, end, rise, along), source, full)


def bow(theme: Theme, start, end, rise: float, role: str = "text", width: float = 4 * PEN, along=UP) -> VMobject:
    """A bow like that of a weight, but of no weight: a step from one point to another."""
    line = VMobject(stroke_color=theme.colour(role), stroke_width=width)
    line.points = np.array(_bow(start, end, rise, along))
    return line


def _bow(start, end, rise: float, along) -> list[np.ndarray]:
    start, end = np.array(start, float), np.array(end, float)
    up = rise * 2 / 3 * np.array(along, float)
    top = (start + end) / 2 + 1.5 * up
    along = (end - start) / 4
    return [start, start + up, top - along, top, top, top + along, end + up, end]


def strands(theme: Theme, starts: Sequence, ends: Sequence, weights: View, along=DOWN) -> VGroup:
    """A line from each start to each end: weights (end, start), as many rows as ends; a group of lines for each end."""
    return VGroup(
        VGroup(weight_line(theme, start, end, source, along) for start, source in zip(starts, row, strict=True))
        for end, row in zip(ends, weights, strict=True)
    )


def _weighted(theme: Theme, points: Sequence[np.ndarray], source: View, full: float) -> WeightLine:
    weight = float(source)
    line = WeightLine(stroke_color=theme.colour("weight"), stroke_width=weight_width(weight, full), stroke_opacity=weight_opacity(weight))
    line.points, line.source, line.full = np.array(points), source, full
    return line


def arrow(theme: Theme, start, end, role: str = "muted", width: float = 3) -> VGroup:
    """A straight arrow."""
    start, end = np.array(start, float), np.array(end, float)
    along = (end - start) / np.linalg.norm(end - start)
    across = np.array([-along[1], along[0], 0])
    foot = end - TIP * along
    line = VMobject(stroke_color=theme.colour(role), stroke_width=width).set_points_as_corners([start, foot])
    tip = VMobject(stroke_width=0, fill_color=theme.colour(role), fill_opacity=1)
    tip.set_points_as_corners([end, foot + across * TIP / 2, foot - across * TIP / 2, end])
    return VGroup(line, tip)


def tip(theme: Theme, end, along, size: float, role: str = "weight", opacity: float = 1) -> VMobject:
    """The tip of a bow that comes down on a point from where `along` points: so long, and twice as broad."""
    end, up, across = np.array(end, float), size * np.array(along, float), size * np.array([along[1], along[0], 0])
    shape = VMobject(stroke_width=0, fill_color=theme.colour(role), fill_opacity=opacity)
    return shape.set_points_as_corners([end, end + up + across, end + up - across, end])


def rise(theme: Theme, low: Room, high: Room, role: str = "muted") -> VGroup:
    """An arrow from one room up to another, in the middle of the narrower one."""
    x = min(low, high, key=lambda room: room.width).centre[0]
    return arrow(theme, (x, low.top, 0), (x, high.bottom, 0), role)
