"""A table of tokens: a row of bars for each, with what is measured of them, its mean or its spread, at the right."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from manim import VGroup, VMobject

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.feature_bars import middle
from scenes.parts.label import is_named, number, text_width, thinned, words_at

SYMBOL, LARGE = 48 * PX, 56 * PX          # em sizes of the symbols above, and of words and digits at most
WORDS, SUM, SIGN = (length * PX for length in (190, 130, 72))             # beside the bars: the words, each measure, a sign
ABOVE, HIGH, BROAD = 64 * PX, 2.5, 1200 * PX   # height of words and sums above bars; that of all, in these; width of a room in which they stand beside
LETTER = 0.6                              # of the height of a row, in em


class MomentTable(NamedTuple):
    """`words` of the tokens; `floors` of their bars, in `places`, by token; `head`, the symbols above; of every stage the `values` of each."""

    words: VGroup
    floors: list[VMobject]
    places: dict[int, Room]
    head: VGroup
    values: list[list[VGroup]]


def moment_table(theme: Theme, tokens: Sequence[str], kept: Sequence[int], moments: Mapping[str, View], room: Room) -> MomentTable:
    """The table of those tokens that are kept, in a room: words at the left of their bars, measures at the right, or all of them above the
    bars where these would be narrow and there is room. moments: measures (stage, n), each by its symbol."""
    sums, lines = len(moments) * SUM, room.rows(len(kept), TIGHT)
    apart = lines[0].height > HIGH * ABOVE and room.width < BROAD
    top = room.top - ABOVE / 2 if apart else room.top + SYMBOL
    lines = room.trim(top=ABOVE).rows(len(kept), TIGHT) if apart else lines
    columns, said = room.strip(right=sums).columns(len(moments)), [line.strip(top=ABOVE) for line in lines] if apart else lines
    wide = text_width(theme, f"0.{'0' * theme.decimals}", 1, tabular=True)
    size, pitch = max(theme.digit, min(LARGE, LETTER * said[0].height, columns[0].width / wide)), said[0].height + TIGHT
    left = min(WORDS, max(text_width(theme, tokens[i], size) for i in kept))
    places = [line.trim(top=ABOVE, left=SIGN, right=GAP) if apart else line.trim(left=left + GAP, right=sums + GAP) for line in lines]
    ends = [(line.left if apart else line.left + left, line.centre[1]) for line in said]
    words = words_at(theme, thinned([tokens[i] for i in kept], pitch), ends, size, WORDS, align=-1 if apart else 1)
    head = VGroup(equation(theme, name, size=SYMBOL).move_to([column.centre[0], top, 0])
                  for name, column in zip(moments, columns, strict=True))
    values = [[VGroup(*(number(theme, measure[stage, i], size, at=column.level(line.centre[1]).centre)
                        for measure, column in zip(moments.values(), columns, strict=True) if is_named(k, pitch)))
               for k, (i, line) in enumerate(zip(kept, said, strict=True))] for stage in range(len(next(iter(moments.values()))))]
    return MomentTable(words, [middle(theme, place) for place in places], dict(zip(kept, places, strict=True)), head, values)
