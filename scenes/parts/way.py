"""A way of looking: a sentence, above it an arc from some of its tokens to the one that each looks at."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manim import UP, VGroup

from model import View
from scenes.base.layout import line_of
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import ARC, weight_arc
from scenes.parts.label import WORD, Label, is_special, number, text, text_width
from scenes.parts.tokens import kept_row
from scenes.parts.whole import Whole

LINE, CARD, BETWEEN = (length * PX for length in (60, 76, 16))            # heights of a line of words and of a card; between cards
DIGITS, LARGEST = 60 * PX, 42 * PX        # em sizes: of a weight on its arc, of the words
FLATTEST, HIGHEST = 0.4, 300 * PX         # share of the highest arc's height that one to a neighbour has; the highest
LOW = 400 * PX                            # a room that is lower has no second line for what is missed
FLAT, THIN = 0.4, 5                       # share of its height that cards take at most; the weight 1 is at most as thick as what is free by so many


class Way(Whole):
    """`title`, the `cards` of the sentence, the `arcs`, their weights (`numbers`); `missed`, another weight, in words."""

    def __init__(self, title: Label, cards: VGroup, arcs: VGroup, numbers: VGroup, missed: VGroup):
        super().__init__(title=title, cards=cards, arcs=arcs, numbers=numbers, missed=missed)


def way(theme: Theme, words: Sequence[str], weights: View, looks: Sequence[tuple[int, int]], said: str, role: str, room: Room,
        missed: Sequence[tuple[str, int, int]] = ()) -> Way:
    """One head's way of looking, in a room.

    weights: (query, key), of one head. looks: query and key of the arcs. said, role: what stands above it all. missed: what is said of a weight
    that has no arc, and its query
    and key, where there is room. Of a long sentence those are shown that have arcs, and their neighbours.
    """
    needed = text_width(theme, said, WORD, 600) + sum(text_width(theme, line, WORD) + 2 * DIGITS + GAP for line, *_ in missed)
    lines = 2 if needed > room.width and room.height > LOW else 1
    places, missed = room.strip(top=lines * LINE).rows(lines, 0), missed if lines == 2 or needed <= room.width else ()
    body = replace(room, top=places[-1].bottom - TIGHT / 2).fit(height=CARD + HIGHEST + DIGITS)
    card, ends = min(CARD, FLAT * body.height), [*{k for pair in looks for k in pair}]
    cards, shown = kept_row(theme, words, ends, body.strip(bottom=card), card, BETWEEN, LARGEST)
    looks = [(i, j) for i, j in looks if i != j and {i, j} <= {*shown}]
    for side, ink in ((1, "key"), (0, "query")):
        for pair in looks:
            shown[pair[side]].box.set_stroke(theme.colour(ink), 4)
    free, longest = body.height - card, max((abs(i - j) for i, j in looks), default=1)
    size, thick = max(theme.digit, min(DIGITS, free / 3)), min(ARC / PEN * PX, free / THIN)
    high = free - size - thick - TIGHT / 2
    arcs = VGroup(weight_arc(theme, shown[i].get_top(), shown[j].get_top(), weights[i, j], high * max(FLATTEST, abs(i - j) / longest),
                             full=thick / PX * PEN) for i, j in looks)
    numbers = VGroup(number(theme, arc.source, size, "weight", 600).next_to(arc, UP, buff=(thick + TIGHT) / 2) for arc in arcs)
    beside = VGroup(line_of(text(theme, line, WORD), number(theme, weights[i, j], DIGITS, "weight", 600), at=places[-1], align=1)
                    for line, i, j in missed)
    return Way(text(theme, said, WORD, role, 600, at=places[0], align=-1, width=room.width), cards, arcs, numbers, beside)


def another_way(weights: np.ndarray, head: int, token: int, words: Sequence[str]) -> tuple[int, int] | None:
    """The head that looks where another gives least, of weights (head, key) of a token: which it is, and which other word it looks at there;
    None where there is no other head or word. Of special tokens, at which heads look that find nothing, there is nothing to say."""
    more = weights - weights[head]                                                  # (head, key)
    more[:, [i == token or is_special(word) for i, word in enumerate(words)]] = 0
    other, place = np.unravel_index(more.argmax(), more.shape)
    return (int(other), int(place)) if more.max() > 0 else None
