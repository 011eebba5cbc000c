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
LETTER = 0.6                              # of the height of a row, in em


class MomentTable(NamedTuple):
    """`words` of the tokens; `floors` of their bars, in `places`; `head`, the symbols above; `values`, mean and spread of each."""

    words: VGroup
    floors: list[VMobject]
    places: list[Room]
    head: VGroup
    values: list[VGroup]


def moment_table(theme: Theme, tokens: Sequence[str], moments: Sequence[View], room: Room) -> MomentTable:
    """The table around the bars of tokens in a room, at whose sides WORDS and SUMS are free. moments: means (n) and spreads (n)."""
    places, columns = room.rows(len(tokens), TIGHT), room.outside(right=SUMS, gap=GAP).columns(2)
    wide = text_width(theme, f"0.{'0' * theme.decimals}", 1, tabular=True)
    size = max(theme.digit, min(LARGE, LETTER * places[0].height, columns[0].width / wide))
    pitch = places[0].height + TIGHT
    words = words_at(theme, thinned(tokens, pitch), [(place.left - GAP, place.centre[1]) for place in places], size, WORDS)
    head = VGroup(equation(theme, name, size=SYMBOL).move_to([column.centre[0], room.top + SYMBOL, 0])
                  for name, column in zip(("mu", "sigma"), columns, strict=True))
    values = [VGroup(*(number(theme, measure[i], size, at=column.level(place.centre[1]).centre)
                       for measure, column in zip(moments, columns, strict=True) if is_named(i, pitch))) for i, place in enumerate(places)]
    return MomentTable(words, [middle(theme, place) for place in places], places, head, values)
