"""A table of tokens: a row of bars for each, with its mean and its spread at the right."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup, VMobject

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.feature_bars import middle
from scenes.parts.label import is_named, number, text_width, thinned, words_at

SYMBOL, LARGE = 48 * PX, 56 * PX          # em sizes of the symbols above, and of words and digits at most
WORDS, SUMS = 190 * PX, 288 * PX          # beside the bars: the words, and mean and spread
ABOVE, HIGH, BROAD = 64 * PX, 2.5, 1200 * PX   # height of words and sums above bars; that of all, in these; width of a room in which they stand beside
LETTER = 0.6                              # of the height of a row, in em


class MomentTable(NamedTuple):
    """`words` of the tokens; `floors` of their bars, in `places`; `head`, the symbols above; `values`, mean and spread of each."""

    words: VGroup
    floors: list[VMobject]
    places: list[Room]
    head: VGroup
    values: list[VGroup]


def moment_table(theme: Theme, tokens: Sequence[str], moments: Sequence[View], room: Room) -> MomentTable:
    """The table of tokens in a room: words at the left of their bars, mean and spread at the right, or all of them above the bars where
    these would be narrow and there is room. moments: means (n) and spreads (n)."""
    lines, columns = room.rows(len(tokens), TIGHT), room.strip(right=SUMS).columns(2)
    apart = lines[0].height > HIGH * ABOVE and room.width < BROAD
    said = [line.strip(top=ABOVE) for line in lines] if apart else lines
    places = [line.trim(top=ABOVE, right=GAP) if apart else line.trim(left=WORDS + GAP, right=SUMS + GAP) for line in lines]
    wide = text_width(theme, f"0.{'0' * theme.decimals}", 1, tabular=True)
    size = max(theme.digit, min(LARGE, LETTER * said[0].height, columns[0].width / wide))
    pitch = said[0].height + TIGHT
    ends = [(line.left if apart else line.left + WORDS, line.centre[1]) for line in said]
    words = words_at(theme, thinned(tokens, pitch), ends, size, WORDS, align=-1 if apart else 1)
    head = VGroup(equation(theme, name, size=SYMBOL).move_to([column.centre[0], room.top + SYMBOL, 0])
                  for name, column in zip(("mu", "sigma"), columns, strict=True))
    values = [VGroup(*(number(theme, measure[i], size, at=column.level(line.centre[1]).centre)
                       for measure, column in zip(moments, columns, strict=True) if is_named(i, pitch))) for i, line in enumerate(said)]
    return MomentTable(words, [middle(theme, place) for place in places], places, head, values)
