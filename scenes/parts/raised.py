"""Scores, the weights that softmax makes of them, and how much each weight gains if its score is raised: tables side by side."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import SMALLEST_WORD, WORD, decimals_for_sum, format_number, number, paragraph, text_width
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole

DIGIT, GAIN, NAME = 44 * PX, 54 * PX, 34 * PX             # em sizes of numbers, of gains and of what the rows are
LINE, GAINS, NAMES = (length * PX for length in (76, 136, 270))           # heights of a row of numbers and of gains; room for what the rows are


class Raised(Whole):
    """`title`; `scores`, numbers; `weights`, bars; `gains`, numbers; `verdict`."""

    def __init__(self, title: VGroup, scores: VGroup, weights: WeightBars, gains: VGroup, verdict: VGroup):
        super().__init__(title=title, scores=scores, weights=weights, gains=gains, verdict=verdict)


def raised(theme: Theme, cases: Sequence[tuple[Sequence[View], Sequence[str]]], names: Sequence[str], room: Room) -> tuple[VGroup, list[Raised]]:
    """What the rows are, and cases in a room. Of each: scores, weights and gains, all (key), what stands above and the verdict below."""
    places = room.trim(left=NAMES).columns(len(cases), GAP)
    for size in (WORD, SMALLEST_WORD):                                        # at most half of the room is words
        said = [[paragraph(theme, line, size, place.width, weight=600) for line in words] for (_, words), place in zip(cases, places, strict=True)]
        head, foot = (max(line.height for line in lines) for lines in zip(*said, strict=True))
        if head + foot <= room.height / 2:
            break
    body = room.trim(top=head + TIGHT, bottom=foot + TIGHT)
    low = min(GAINS, body.height / 3)
    rows, roles = (body.strip(top=LINE), body.trim(top=LINE, bottom=low), body.strip(bottom=low)), ("muted", "muted", "output")
    beside = VGroup(paragraph(theme, name, min(NAME, max(SMALLEST_WORD, row.height / 2.5)), NAMES - TIGHT, role, lines=3)
                    .move_to(row.strip(left=NAMES - TIGHT).centre) for name, row, role in zip(names, rows, roles, strict=True))
    for (title, verdict), place in zip(said, places, strict=True):
        title.shift(place.strip(top=head).centre)
        verdict.shift(place.strip(bottom=foot).centre)
    columns = zip(*(row.trim(left=NAMES).columns(len(cases), GAP) for row in rows), strict=True)
    return beside, [_raised(theme, views, lines, each) for (views, _), lines, each in zip(cases, said, columns, strict=True)]


def _raised(theme: Theme, views: Sequence[View], said: Sequence[VGroup], rows: Sequence[Room]) -> Raised:
    scores, weights, gains = views
    first, second, third = (row.columns(len(scores), TIGHT / 2) for row in rows)
    finer = decimals_for_sum(weights.values, 1, theme.decimals)
    bars = weight_bars(theme, weights, second, _size(theme, weights, second[0].width, finer), finer)
    return Raised(said[0], _numbers(theme, scores, first, "text", 1), bars, _numbers(theme, gains, third, "output", theme.decimals, GAIN), said[1])


def _numbers(theme: Theme, view: View, places: Sequence[Room], role: str, decimals: int, largest: float = DIGIT) -> VGroup:
    """Numbers of one size in places, with a decimal less where more would be illegible."""
    decimals = decimals if _size(theme, view, places[0].width, decimals) >= theme.digit else max(0, decimals - 1)
    size = _size(theme, view, places[0].width, decimals, largest)
    return VGroup(number(theme, source, size, role, at=place, decimals=decimals) for source, place in zip(view, places, strict=True))


def _size(theme: Theme, view: View, width: float, decimals: int, largest: float = DIGIT) -> float:
    """The em size at which all numbers of a vector fit a width."""
    return min(largest, width / max(text_width(theme, format_number(value, decimals), 1, 600, tabular=True) for value in view.values))
