"""Before and after a nudge: what is nudged, and scores, line by line, each with what is said of it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import Mobject, VGroup

from model import View
from scenes.base.layout import between
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, number, text
from scenes.parts.whole import Whole

LINES, LARGE = (3, 5), 68 * PX            # of what is said and what is shown; em size of a score


class Nudge(NamedTuple):
    """Numbers `before` and `after`, a score each or the same vector or matrix, the `role` of the frame of these, and what is `said`."""

    said: str
    before: View
    after: View
    role: str = "line"


class Nudged(Whole):
    """What is `said`, what stands there `before` and `after`, and the `sign` between: an arrow, or = if nothing has changed."""

    def __init__(self, said: VGroup, before: Mobject, sign: Mobject, after: Mobject):
        super().__init__(said=said, before=before, sign=sign, after=after)


def nudged(theme: Theme, nudges: Sequence[Nudge], room: Room) -> list[Nudged]:
    """Nudges one below the other in a room."""
    return [_nudged(theme, nudge, line) for nudge, line in zip(nudges, room.rows(len(nudges), GAP), strict=True)]


def _nudged(theme: Theme, nudge: Nudge, room: Room) -> Nudged:
    head, body = room.rows(LINES, TIGHT / 2)
    size = max(SMALLEST_WORD, min(WORD, head.height))
    places, both = body.columns(2, WIDE), (nudge.before, nudge.after)
    shown = [number(theme, view, max(theme.digit, min(LARGE, body.height)), weight=600, at=place, width=place.width) if view.values.ndim == 0 else
             heat_map(theme, view, place, nudge.role, scale=peak(nudge.before)) for view, place in zip(both, places, strict=True)]
    sign = equation(theme, "=" if np.array_equal(*(view.values for view in both)) else "->", size=size, role="muted")
    return Nudged(VGroup(text(theme, nudge.said, size, "muted", at=head, align=-1)), shown[0], between(sign, *shown), shown[1])
