"""A way of looking: a sentence, and from some of its tokens an arc to the one that each looks at.

The sentence is a line, or in a room higher than wide a column, its arcs beside it.
"""

from collections.abc import Sequence

import numpy as np
from manim import RIGHT, UP, VGroup

from model import View
from scenes.base.room import PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import ARC, bow, tip, weight_arc, weight_opacity, weight_width
from scenes.parts.label import WORD, format_number, is_special, number, paragraph, text_width
from scenes.parts.tokens import CLOSEST, TokenCard, kept_row, token_column
from scenes.parts.whole import Whole

LINE, CARD, BETWEEN, PITCH = (length * PX for length in (60, 92, 16, 150))           # heights of a line of words and of a card; between
                                          # cards in a line; from one to the next in a column
DIGITS, LARGEST, SAID = 60 * PX, 60 * PX, 600             # em sizes: of a weight on its arc, of the words; how bold these are
BROAD, BROADER = 6, 1.3                   # in a room so many times as wide as high words are so many times as large
FLATTEST, HIGHEST = 0.4, 300 * PX         # share of the highest arc's height that one to a neighbour has; the highest
FLAT, THIN = 0.4, 5                       # share of its height that cards take at most; the weight 1 is at most as thick as what is free by so many


class Way(Whole):
    """`title`, the `cards` of the sentence, the `arcs`, each with a tip, their weights (`numbers`); `missed`, a line to where a weight is next to
    nothing, and this."""

    def __init__(self, title: VGroup, cards: VGroup, arcs: VGroup, numbers: VGroup, missed: VGroup):
        super().__init__(title=title, cards=cards, arcs=arcs, numbers=numbers, missed=missed)


def way(theme: Theme, words: Sequence[str], weights: View, looks: Sequence[tuple[int, int]], said: str, role: str, room: Room,
        missed: Sequence[tuple[int, int]] = ()) -> Way:
    """One head's way of looking, in a room.

    weights: (query, key), of one head. looks: query and key of the arcs; missed: of what it does not look at. said, role: what stands above it all.
    Of a long sentence those are shown that have arcs, and their neighbours.
    """
    title, ends = paragraph(theme, said, WORD, room.width, role, SAID, align=-1), [*{k for pair in (*looks, *missed) for k in pair}]
    looks = [(i, j) for i, j in looks if i != j]
    top, body = room.strip(top=max(LINE, title.height)), room.trim(top=max(LINE, title.height) + TIGHT / 2)
    stands = body.height > max(body.width, len(words) * CLOSEST)
    cards, shown, free = (_column if stands else _line)(theme, words, ends, body)
    along, thick = RIGHT if stands else UP, min(ARC / PEN * PX, free / THIN)
    pairs = [pair for pair in (*looks, *missed) if {*pair} <= {*shown}]
    middles = sorted({float(shown[i].get_x() + shown[j].get_x()) / 2 for i, j in pairs})
    wide = free if stands else min(np.diff(middles), default=free) / text_width(theme, format_number(0, theme.decimals), 1, SAID)
    size, longest = max(theme.digit, min(DIGITS, free / 3, wide)), max((abs(i - j) for i, j in (*looks, *missed)), default=1)
    arcs, numbers, lines = VGroup(), VGroup(), VGroup()
    for i, j in pairs:
        for k, ink in ((j, "key"), (i, "query")):
            shown[k].box.set_stroke(theme.colour(ink), 4)
        value = number(theme, weights[i, j], size, "weight", SAID)
        reach = (free - thick - TIGHT / 2 - (value.width if stands else size)) * max(FLATTEST, abs(i - j) / longest)
        arc = _arc(theme, shown[i], shown[j], weights[i, j], reach, along, thick / PX * PEN, (i, j) in looks)
        value.next_to(arc, along, buff=(thick + TIGHT) / 2)
        (arcs if (i, j) in looks else lines).add(arc)
        (numbers if (i, j) in looks else lines).add(value)
    return Way(title.shift(top.centre), cards, arcs, numbers, lines)


def _line(theme: Theme, words: Sequence[str], ends: Sequence[int], room: Room) -> tuple[VGroup, dict[int, TokenCard], float]:
    """The cards at the bottom of a room, each by its place, and how high the room above them is."""
    body = room.fit(height=CARD + HIGHEST + DIGITS)
    card, size = (length * (BROADER if room.width > BROAD * room.height else 1) for length in (CARD, LARGEST))
    card = min(card, FLAT * body.height)
    return *kept_row(theme, words, ends, body.strip(bottom=card), card, BETWEEN, size), body.height - card


def _column(theme: Theme, words: Sequence[str], ends: Sequence[int], room: Room) -> tuple[VGroup, dict[int, TokenCard], float]:
    """The same at the left of a room, and how wide it is at their right."""
    cards = token_column(theme, words, room.strip(left=room.width / 2), PITCH)
    cards.shift((room.left - cards.get_left()[0]) * RIGHT)
    return cards, dict(enumerate(cards)), room.width - cards.width


def _arc(theme: Theme, from_: TokenCard, to: TokenCard, weight: View, reach: float, along, full: float, looks: bool) -> VGroup:
    """An arc from one card to another with a tip there; a mere line of no weight where that is not looked at."""
    start, end, opacity = from_.get_edge_center(along), to.get_edge_center(along), weight_opacity(float(weight)) if looks else 1
    broad = max(TIGHT, weight_width(float(weight), full) * PX / PEN)
    foot = end + broad * along
    line = weight_arc(theme, start, foot, weight, reach, along, full) if looks else bow(theme, start, foot, reach, "muted", along=along)
    return VGroup(line, tip(theme, end, along, broad, "weight" if looks else "muted", opacity))


def another_way(weights: np.ndarray, head: int, token: int, words: Sequence[str]) -> tuple[int, int] | None:
    """The head that looks where another gives least, of weights (head, key) of a token: which it is, and which other word it looks at there;
    None where there is no other head or word. Of special tokens, at which heads look that find nothing, there is nothing to say."""
    more = weights - weights[head]                                                  # (head, key)
    more[:, [i == token or is_special(word) for i, word in enumerate(words)]] = 0
    other, place = np.unravel_index(more.argmax(), more.shape)
    return (int(other), int(place)) if more.max() > 0 else None
