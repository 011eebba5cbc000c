"""Flow lines, as thick as a weight, and arrows."""

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.theme import Theme

TIP = 0.16


THINNEST, THICKEST = 0.5, 14              # stroke widths of the weights 0 and 1
FAINTEST = 0.35                           # opacity of the weight 0


def weight_width(weight: float) -> float:
    """The stroke width that stands for a weight between 0 and 1."""
    return THINNEST + (THICKEST - THINNEST) * weight


def weight_opacity(weight: float) -> float:
    """The opacity that stands for a weight between 0 and 1."""
    return FAINTEST + (1 - FAINTEST) * weight


class WeightLine(VMobject):
    """A line as thick as a weight; `source` is the weight."""


def weight_line(theme: Theme, start, end, source: View, role: str) -> WeightLine:
    """A smooth line whose width and opacity are a weight."""
    weight = float(source)
    line = WeightLine(stroke_color=theme.colour(role), stroke_width=weight_width(weight), stroke_opacity=weight_opacity(weight))
    line.points, line.source = _level(start, end), source
    return line


def _level(start, end) -> np.ndarray:
    start, end = np.array(start, float), np.array(end, float)
    reach = np.array([(end - start)[0] / 2, 0, 0])
    return np.array([start, start + reach, end - reach, end])


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
