"""Before and after a nudge: what is nudged, and scores, line by line, each with what is said of it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import RIGHT, Mobject, VGroup

from model import View
from scenes.base.layout import between, line_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, Label, in_two_lines, number, text
from scenes.parts.whole import Whole

LINES, BESIDE, FLAT = (3, 4), (2, 3), 9   # of what is said and what is shown, below it, or at its right where a line is that flat
LARGE = 68 * PX                           # em size of a score


class Nudge(NamedTuple):
    """Numbers `before` and `after`, a score each or the same vector or matrix, the `role` of the frame of these, and what is `said`; by how
    many `percent` that has changed, and by how many it did otherwise, `else_percent`, and what is said of that, `else_said`."""

    said: str
    before: View
    after: View
    role: str = "line"
    percent: View | None = None
    else_percent: View | None = None
    else_said: str = ""


class Nudged(Whole):
    """What is `said`, what stands there `before` and `after`, and the `sign` between: an arrow, or = if nothing has changed."""

    def __init__(self, said: VGroup, before: Mobject, sign: Mobject, after: Mobject):
        super().__init__(said=said, before=before, sign=sign, after=after)


def nudged(theme: Theme, nudges: Sequence[Nudge], room: Room) -> list[Nudged]:
    """Nudges one below the other in a room."""
    return [_nudged(theme, nudge, line) for nudge, line in zip(nudges, room.rows(len(nudges), TIGHT), strict=True)]


def _nudged(theme: Theme, nudge: Nudge, room: Room) -> Nudged:
    low = room.height < min(3 * WORD, room.width / FLAT)
    head, body = room.columns(BESIDE, GAP) if low else room.rows(LINES, TIGHT / 2)
    size = max(SMALLEST_WORD, min(WORD, head.height))
    places, both = body.columns(2, min(WIDE, body.width / 5)), (nudge.before, nudge.after)
    shown = [heat_map(theme, view, place, nudge.role, scale=peak(nudge.before)) if view.shape else
             number(theme, view, max(theme.digit, min(LARGE, body.height)), weight=600, at=place, width=place.width)
             for view, place in zip(both, places, strict=True)]
    gap, same = places[1].left - places[0].right, np.array_equal(*(view.values for view in both))
    sign = equation(theme, "=" if same else "->", size=min(size, gap), role="muted")
    return Nudged(_said(theme, nudge, size, head, low), shown[0], between(sign, *shown), shown[1])


def _said(theme: Theme, nudge: Nudge, size: float, room: Room, low: bool) -> VGroup:
    """What is said of a nudge, in a line, or in two where lines are low, and by how many percent it has changed something."""
    size_of = max(theme.digit, size)
    share = [] if nudge.percent is None else _percent(theme, nudge.percent, size_of, "output")
    share += [] if nudge.else_percent is None else [text(theme, nudge.else_said, size_of, "muted"), *_percent(theme, nudge.else_percent, size_of, "muted")]
    if not low:
        free = room.width - sum(part.advance + TIGHT / 2 for part in share)
        return line_of(text(theme, nudge.said, size, width=free), *share, gap=TIGHT / 2, at=room, align=-1)
    end = VGroup(*share).arrange(RIGHT, buff=TIGHT / 4).move_to(room.point(1), RIGHT)
    return VGroup(in_two_lines(theme, nudge.said, WORD, room.trim(right=end.width + TIGHT * bool(share))), end)


def _percent(theme: Theme, share: View, size: float, role: str) -> list[Label]:
    """By how many percent something has changed."""
    return [number(theme, share, size, role, 600, decimals=0), text(theme, "%", size, role)]
