"""Scores and the weights that softmax makes of them, before and after one score is raised: cases one below the other."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.layout import between
from scenes.base.room import PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.label import decimals_for_sum, format_number, in_lines, number, text_width, words_at
from scenes.parts.shapes import ring, room_of
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole

SAID, HEAD, DIGIT = (size * PX for size in (46, 40, 52))                  # em sizes of what is said of a case, of heads, of numbers
ABOVE, LINE = 52 * PX, 84 * PX            # heights of heads, of scores
SHARES, HEIGHTS = (3, 10), (1, 3)         # of what is said of a case, beside it or above


class Row(Whole):
    """`scores`, numbers, and below them `weights`, bars."""

    def __init__(self, scores: VGroup, weights: WeightBars):
        super().__init__(scores=scores, weights=weights)


class Case(NamedTuple):
    """What the case is; its row `before` and `after`, with a ring `around` the score that is raised; the `sign` between both; the verdict."""

    title: VGroup
    before: Row
    sign: VGroup
    after: Row
    around: VGroup
    verdict: VGroup


def raised(theme: Theme, cases: Sequence[Sequence[View]], words: Sequence[tuple[str, str]], heads: Sequence[str], room: Room
           ) -> tuple[VGroup, list[Case]]:
    """What stands above both rows, and cases in a room, each of four views (key): scores and weights before, scores and weights after.

    words: of each case what it is, and the verdict. heads: what the rows are.
    """
    beside, top, body = room.is_wide, room.strip(top=ABOVE), room.trim(top=ABOVE)
    head, *lines = ([line.columns(SHARES) for line in (top, *body.rows(len(cases)))] if beside else
                    [(top, top), *(line.rows(HEIGHTS, TIGHT / 2) for line in body.rows(len(cases)))])
    columns = head[1].columns(2, WIDE)
    names = words_at(theme, heads, [column.centre[:2] for column in columns], HEAD, columns[0].width, "muted", align=0)
    return names, [_case(theme, views, said, *line) for views, said, line in zip(cases, words, lines, strict=True)]


def _case(theme: Theme, views: Sequence[View], words: Sequence[str], beside: Room, room: Room) -> Case:
    scores, weights, nudged, moved = views
    title, verdict = (in_lines(theme, said, SAID, place, 3, weight=600) for said, place in zip(words, beside.split(2), strict=True))
    decimals = max(decimals_for_sum(view.values, 1, theme.decimals) for view in (weights, moved))
    before, after = (_row(theme, *row, decimals, place) for row, place in zip(((scores, weights), (nudged, moved)), room.columns(2, WIDE), strict=True))
    rings = [ring(theme, room_of(number, TIGHT / 2)) for number, old, new in zip(after.scores, scores.values, nudged.values, strict=True) if new > old]
    sign = between(equation(theme, "->", size=WIDE / 2, role="muted"), before.weights, after.weights)
    return Case(title, before, VGroup(sign), after, VGroup(rings), verdict)


def _row(theme: Theme, scores: View, weights: View, decimals: int, room: Room) -> Row:
    places = room.columns(len(scores), TIGHT / 2)
    written = [*(format_number(value, 1) for value in scores.values), format_number(1, decimals)]
    size = min(DIGIT, places[0].width / max(text_width(theme, digits, 1, 600, tabular=True) for digits in written))
    numbers = VGroup(number(theme, score, size, at=place.strip(top=LINE), decimals=1) for score, place in zip(scores, places, strict=True))
    return Row(numbers, weight_bars(theme, weights, [place.trim(top=LINE) for place in places], size, decimals))
