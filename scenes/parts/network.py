"""A network of two layers for one vector: its hidden features as bars, its matrices as funnels that widen and narrow."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import Animation, VGroup, VMobject

from model import View
from scenes.parts.bars import BAR_SHARE
from scenes.parts.equation import equation
from scenes.parts.feature_bars import feature_bars, middle
from scenes.parts.heat_map import THIN, Grid, HeatMap, fit_grid, heat_map
from scenes.parts.motion import Together, travel
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.whole import Whole
from scenes.base.room import PX, Room
from scenes.base.theme import Theme

MOST, FEWEST = 64, 6                      # features that are shown of the wider layer, at most, and of the other, at least
SHARES = (0.36, 0.95, 1.9, 0.95, 0.36)    # of the height: output, W_2, hidden, W_1, input
SYMBOL = 38 * PX
FLAT = 0.01                               # share of its height that a bar has before it rises


class Layer(Whole):
    """The features of a vector as bars that stand on a line or hang from it: `.bars`, `.line`, and `.dots` for those left out."""

    def __init__(self, bars: VGroup, line: VMobject, dots: VGroup):
        super().__init__(line=line, bars=bars, dots=dots)


class Network(Whole):
    """What goes in (`.x`), the matrix that widens it (`.widening`), the hidden layer, the matrix that narrows, what comes out."""

    def __init__(self, x: HeatMap, widening: VGroup, hidden: Layer, narrowing: VGroup, output: HeatMap):
        super().__init__(x=x, widening=widening, hidden=hidden, narrowing=narrowing, output=output)

    @property
    def funnels(self) -> tuple[VGroup, VGroup]:
        """Both matrices, each a shape and its name."""
        return self.widening, self.narrowing


class Scales(NamedTuple):
    """What is drawn brightest of what goes in and comes out, and highest of the hidden layer."""

    x: float
    hidden: float
    output: float


def network(theme: Theme, x: View, hidden: View, output: View, room: Room, scales: Scales, broader: float = 1) -> Network:
    """A network that fills a room, from the bottom up. x, output: (d_model). hidden: (d_ff).

    All features are as wide, but those that go in and come out may be so many times broader, as far as there is room.
    """
    narrow, wide = _shown(len(x), len(hidden))
    pitch = room.width / max(narrow, wide)
    end = min(broader * pitch, room.width / narrow)
    places = room.rows(SHARES, gap=0.02 * room.height)
    top, upper, middle, lower, bottom = places
    ends = [Room.around(place.centre, narrow * end, place.height) for place in (bottom, top)]
    grid = Grid((0,), fit_grid(x.shape, room, narrow).columns, end, bottom.height / (1 + 2 * THIN))
    bars = Room.around(middle.centre, wide * pitch, middle.height)
    return Network(
        heat_map(theme, x, ends[0], scale=scales.x, grid=grid),
        funnel(theme, "W_1", lower, ends[0].width, bars.width),
        layer(theme, hidden, bars, scales.hidden, wide),
        funnel(theme, "W_2", upper, bars.width, ends[1].width),
        heat_map(theme, output, ends[1], "output", scale=scales.output, grid=grid),
    )


def layer(theme: Theme, features: View, room: Room, full: float, most: int) -> Layer:
    """The features of a vector (d) as bars in the colours of their values; ±`full` reach the edges; at most so many are shown."""
    columns = fit_grid(features.shape, room, most).columns
    slots = zip(room.columns([1] * len(columns), gap=0), columns, strict=True)
    dots = VGroup(_dot(theme, slot, k) for slot, j in slots if j is None for k in (-0.3, 0, 0.3))
    return Layer(feature_bars(theme, features, columns, room, full), middle(theme, room), dots)


def fan(theme: Theme, starts: Sequence[VMobject], end: VMobject, funnel: VGroup) -> VGroup:
    """Thin lines through a funnel, from above every start to below the end."""
    edge = room_of(funnel[0])
    return VGroup(
        VMobject(stroke_color=theme.colour("output"), stroke_width=1.5, stroke_opacity=0.5).set_points_as_corners(
            [[start.get_x(), edge.bottom, 0], [end.get_x(), edge.top, 0]]
        ) for start in starts
    )


def rise(bars: Sequence[VMobject], line: np.ndarray, lag: float = 0.0, run_time: float = 0.6) -> Animation:
    """Bars grow out of the line that they stand on; `line` is a point of it."""
    flat = [bar.copy().stretch(FLAT, 1, about_point=line) for bar in bars]
    return Together(*(travel(start, bar, run_time=run_time) for start, bar in zip(flat, bars, strict=True)), lag=lag)


def _shown(narrow: int, wide: int) -> tuple[int, int]:
    """How many features are shown of two layers, in true proportion as far as that can be."""
    share = min(1, MOST / max(narrow, wide))
    return tuple(min(count, max(FEWEST, 2 * round(share * count / 2))) for count in (narrow, wide))


def funnel(theme: Theme, name: str, room: Room, below: float, above: float) -> VGroup:
    """A matrix as a shape as wide at either end as the layer there, with its name in the middle."""
    x, corners = room.centre[0], []
    for y, half in ((room.bottom, below / 2), (room.top, above / 2)):
        sides = (-half, half) if y == room.bottom else (half, -half)
        corners += [[x + side, y, 0] for side in sides]
    shape = VMobject(stroke_color=theme.colour("line"), stroke_width=2, fill_color=theme.colour("surface"), fill_opacity=1)
    shape.set_points_as_corners([*corners, corners[0]])
    return VGroup(shape, equation(theme, name, size=min(SYMBOL, 0.55 * room.height)).move_to(room.centre))


def _dot(theme: Theme, slot: Room, k: float) -> VMobject:
    radius = 0.5 * BAR_SHARE * 0.3 * slot.width
    dot = rounded_rectangle(2 * radius, 2 * radius, radius).set_fill(theme.colour("muted"), 1)
    return dot.move_to(slot.centre + np.array([k * slot.width, 0.15, 0]))
