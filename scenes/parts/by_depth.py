"""A share at every depth of the machine: a bar for each, its number above, its depth below."""

from collections.abc import Sequence

import numpy as np
from manim import Mobject, VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import bars, floor
from scenes.parts.label import LINE_SPACING, WORD, fit_words, format_number, number, paragraph, text, text_width
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole

LARGE = 60 * PX
FILLED = 0.85                             # share of its column that a number takes at most


class ByDepth(Whole):
    """`around`, a panel with its title, floor and the names of the depths; `shares`, a bar for each depth; `values`, their numbers."""

    def __init__(self, around: VGroup, shares: VGroup, values: Sequence[Mobject]):
        super().__init__(around=around, shares=shares, values=values)


def by_depth(theme: Theme, title: str, view: View, depths: Sequence[str], room: Room, lines: int) -> ByDepth:
    """Shares of 1 (depth) in a room, of as many depths as the numbers have room. lines: for how many the title has room."""
    inner, head = room.inset(TIGHT, TIGHT), WORD + TIGHT if lines == 1 else lines * LINE_SPACING * WORD
    body, foot = inner.trim(top=head + GAP + LARGE, bottom=WORD + TIGHT), inner.strip(bottom=WORD)
    widest = max(text_width(theme, format_number(value, theme.decimals), 1, 600, tabular=True) for value in view.values) / FILLED
    shown = evenly(len(depths), int(body.width / (widest * theme.digit)))
    columns, drawn = foot.columns(len(shown), 0), bars(theme, [view[k] for k in shown], body, "output", 1.0)
    words, small = fit_words(theme, [depths[k] for k in shown], WORD, columns[0].width)
    named = [text(theme, word, small, "muted", at=place) for word, place in zip(words, columns, strict=True)]
    said = paragraph(theme, title, WORD, inner.width, weight=600, lines=3).move_to(inner.strip(top=head).centre)
    size = min(LARGE, columns[0].width / widest)
    values = [above(number(theme, bar.source, size, "output", 600), bar) for bar in drawn]
    return ByDepth(VGroup(frame(theme, room, fill="surface"), floor(theme, body), said, *named), drawn, values)


def evenly(n: int, most: int) -> list[int]:
    """Which of n to show if there is room for so many, but never fewer than two: the first, and from the last back every so many-th."""
    every = int(np.ceil((n - 1) / max(1, most - 1)))
    return [0, *range(n - 1, 0, -every)[::-1]]
