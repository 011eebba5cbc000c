"""Before and after a nudge: scores, how much something has changed, or what is said, line by line, each with what that is."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import between, line_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.label import SMALLEST_WORD, WORD, fit_words, in_two_lines, number, text, words_in
from scenes.parts.whole import Whole

LINES, BESIDE, FLAT = (3, 4), (2, 3), 9   # of what is said and what is shown, below it, or at its right where a line is that flat
LARGE = 68 * PX                           # em size of a number


class Nudge(NamedTuple):
    """What stood there `before`, if that is shown, and `after`, a number or words, and what is `said` of it. percent: whether the numbers are."""

    said: str
    before: View | str | None
    after: View | str
    percent: bool = False


class Nudged(Whole):
    """What is `said`, and what is `shown`: what stood there before and after, and the sign between, an arrow, or = if nothing has changed."""

    def __init__(self, said: VGroup, shown: VGroup):
        super().__init__(said=said, shown=shown)


def nudged(theme: Theme, nudges: Sequence[Nudge], room: Room) -> list[Nudged]:
    """Nudges one below the other in a room."""
    return [_nudged(theme, nudge, line) for nudge, line in zip(nudges, room.rows(len(nudges), TIGHT), strict=True)]


def _nudged(theme: Theme, nudge: Nudge, room: Room) -> Nudged:
    low = room.height < min(3 * WORD, room.width / FLAT)
    head, body = room.columns(BESIDE, GAP) if low else room.rows(LINES, TIGHT / 2)
    size = max(SMALLEST_WORD, min(WORD, head.height))
    said = in_two_lines(theme, nudge.said, WORD, head) if low else VGroup(text(theme, nudge.said, size, at=head, align=-1))
    if nudge.before is None:
        return Nudged(said, VGroup(_number(theme, nudge.after, nudge.percent, body)))
    places, both, spoken = body.columns(2, min(WIDE, body.width / 5)), (nudge.before, nudge.after), isinstance(nudge.after, str)
    em = fit_words(theme, both, WORD, places[0].width, 600)[1] if spoken else 0
    before, after = (words_in(theme, each, em, place, weight=600) if spoken else _number(theme, each, nudge.percent, place)
                     for each, place in zip(both, places, strict=True))
    same = nudge.before == nudge.after if spoken else float(nudge.before) == float(nudge.after)
    sign = equation(theme, "=" if same else "->", size=min(size, places[1].left - places[0].right), role="muted")
    return Nudged(said, VGroup(before, between(sign, before, after), after))


def _number(theme: Theme, source: View, percent: bool, room: Room) -> Mobject:
    """A number, as large as there is room for it."""
    size = max(theme.digit, min(LARGE, room.height))
    if not percent:
        return number(theme, source, size, weight=600, at=room, width=room.width)
    return line_of(number(theme, source, size, weight=600, decimals=0), text(theme, "%", size), gap=TIGHT / 4, at=room)
