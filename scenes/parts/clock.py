"""A clock that counts: a ring that fills by one arc each time, and the count in its middle."""

from collections.abc import Sequence

import numpy as np
from manim import Arc, VGroup

from model import View
from scenes.parts.label import number
from scenes.parts.whole import Whole
from scenes.base.theme import Theme

STROKE, PART = 9, 0.07                    # width of the ring; between two arcs, in radians
DIGITS = 0.8                              # em size of the count, as a share of the radius


class Clock(Whole):
    """`ring`: all of it, faint. `arcs`: one a count, clockwise from the top. `numbers`: for each the count, all in the middle."""

    def __init__(self, ring: VGroup, arcs: VGroup, numbers: VGroup):
        super().__init__(ring=ring, arcs=arcs, numbers=numbers)


def clock(theme: Theme, counts: Sequence[View], centre, radius: float, role: str) -> Clock:
    """A clock as large as a radius around a point that goes once round in as many arcs as there are counts."""
    arcs = max(1, len(counts))
    return Clock(
        VGroup(_arc(theme, i, arcs, centre, radius, "line") for i in range(arcs)),
        VGroup(_arc(theme, i, arcs, centre, radius, role) for i in range(len(counts))),
        VGroup(number(theme, source, max(theme.digit, DIGITS * radius), role, 500, at=centre, decimals=0) for source in counts),
    )


def _arc(theme: Theme, i: int, arcs: int, centre, radius: float, role: str) -> Arc:
    part = PART if arcs > 1 else 0
    turn = 2 * np.pi / arcs
    return Arc(radius, np.pi / 2 - i * turn - part / 2, part - turn, arc_center=centre,
               stroke_color=theme.colour(role), stroke_width=STROKE)
