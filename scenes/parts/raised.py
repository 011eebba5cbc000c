"""Scores and the weights that softmax makes of them, and how far one weight moves once its score is raised: cases one below the other."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.layout import line_of
from scenes.base.room import PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.label import decimals_for_sum, format_number, in_lines, number, text, text_width, words_at
from scenes.parts.shapes import ring, room_of
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole

SAID, HEAD, DIGIT, CHANGE = (size * PX for size in (46, 40, 52, 120))     # em sizes of what is said of a case, of heads, of numbers, of a change
FINE, ROUGH = 3, 0.5                      # decimals of a change; how far a score is raised at least, if one decimal is enough to see it
ABOVE, LINE = 52 * PX, 84 * PX            # heights of heads, of scores
SHARES, HEIGHTS = (3, 10), (1, 3)         # of what is said of a case, beside it or above


class Row(Whole):
    """`scores`, numbers, and below them `weights`, bars."""

    def __init__(self, scores: VGroup, weights: WeightBars):
        super().__init__(scores=scores, weights=weights)


class Case(NamedTuple):
    """What the case is; its row `before`, with a ring `around` the score that is raised; how far that goes, and its weight, with the
    verdict, if that finds room."""

    title: VGroup
    before: Row
    around: VGroup
    raised: VGroup
    change: VGroup
    verdict: VGroup


def raised(theme: Theme, cases: Sequence[Sequence[View]], words: Sequence[tuple[str, str]], heads: Sequence[str], room: Room
           ) -> tuple[VGroup, list[Case]]:
    """What stands above, and cases in a room, each of four views (key): scores and weights, scores with one raised, changes of the weights.

    words: of each case what it is, and the verdict. heads: what stands at the left, and at the right.
    """
    beside, top, body = room.is_wide, room.strip(top=ABOVE), room.trim(top=ABOVE)
    head, *lines = ([line.columns(SHARES) for line in (top, *body.rows(len(cases)))] if beside else
                    [(top, top), *(line.rows(HEIGHTS, TIGHT / 2) for line in body.rows(len(cases)))])
    columns = head[1].columns(2, WIDE)
    names = words_at(theme, heads, [column.centre[:2] for column in columns], HEAD, columns[0].width, "muted", align=0)
    return names, [_case(theme, views, said, *line) for views, said, line in zip(cases, words, lines, strict=True)]


def _case(theme: Theme, views: Sequence[View], words: Sequence[str], beside: Room, room: Room) -> Case:
    scores, weights, nudged, gains = views
    j = int((nudged.values - scores.values).argmax())
    exact = 1 if nudged.values[j] - scores.values[j] >= ROUGH else 2
    left, right = room.columns(2, WIDE)
    before = _row(theme, scores, weights, exact, left)
    higher = line_of(number(theme, scores[j], DIGIT, decimals=exact), text(theme, "→", DIGIT, "muted"), number(theme, nudged[j], DIGIT, decimals=exact),
                     at=right.strip(top=LINE))
    large, below = (free := right.trim(top=LINE)).rows([3, 2], TIGHT / 2)
    verdict = in_lines(theme, words[1], HEAD, below, 2, weight=600)
    large, verdict = (large, verdict) if verdict.height <= below.height else (free, VGroup())
    size = min(CHANGE, large.height)
    change = line_of(text(theme, "+", size, "weight", 600), number(theme, gains[j], size, "weight", 600, decimals=FINE), gap=0, at=large)
    return Case(in_lines(theme, words[0], SAID, beside, 3, weight=600), before, VGroup(ring(theme, room_of(before.scores[j], TIGHT / 2))), higher,
                change, verdict)


def _row(theme: Theme, scores: View, weights: View, exact: int, room: Room) -> Row:
    """exact: decimals of the scores."""
    places, decimals = room.columns(len(scores), TIGHT / 2), decimals_for_sum(weights.values, 1, theme.decimals)
    written = [*(format_number(value, exact) for value in scores.values), format_number(1, decimals)]
    size = min(DIGIT, places[0].width / max(text_width(theme, digits, 1, 600, tabular=True) for digits in written))
    numbers = VGroup(number(theme, score, size, at=place.strip(top=LINE), decimals=exact) for score, place in zip(scores, places, strict=True))
    return Row(numbers, weight_bars(theme, weights, [place.trim(top=LINE) for place in places], size, decimals))
