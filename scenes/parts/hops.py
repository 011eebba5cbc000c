"""Hops: how many steps it takes from one word of a sentence to another, as bows over its cards, and their number."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import module
from scenes.parts.flow import bow
from scenes.parts.label import Number, number, text
from scenes.parts.shapes import ring
from scenes.parts.tokens import snug_row

TITLE, COUNT = 38 * PX, 270 * PX          # em sizes
CARD, BOLD = 70 * PX, 8 * PEN             # height of a card; stroke width of a bow
HOP = 0.3                                 # height of a short step, as a share of a long one's
SHARES = 0.6, 2, 1                        # heights of the title, the bows and the cards


class Hops(NamedTuple):
    """What is `around`: panel, title, cards, and rings around both words; the `bows`, and their `count`."""

    around: list[Mobject]
    bows: VGroup
    count: Number


def hops(theme: Theme, words: Sequence[str], ends: tuple[int, int], by_word: bool, count: View, title: str, room: Room, slim: bool) -> Hops:
    """From one word to another, both by their places, in one step or, `by_word`, in a step from each word to the next.

    count: of these steps, at the right, or, where the room is slim, above the end of the sentence.
    """
    (start, end), inner = ends, room.inset(GAP, GAP)
    left, right = (inner, inner.columns([3, 1])[1].rows(2)[0]) if slim else inner.columns([4, 1])
    head, high, low = left.rows(SHARES, gap=0)
    cards = snug_row(theme, words, low, CARD, gap=TIGHT / 2)
    tops = [card.get_top() for card in cards]
    stride = (1 if end > start else -1) if by_word else end - start or 1
    stops = [*range(start, end, stride), end]             # from a word to itself no step is needed
    reach = min(high.height, high.top - tops[0][1]) * (HOP if len(stops) != 2 else 1)
    rings = [ring(theme, cards[k].box) for k in {*ends}]
    return Hops(
        [module(theme, "", room).box, text(theme, title, TITLE, weight=500, at=head, align=-1), cards, *rings],
        VGroup(bow(theme, tops[a], tops[b], reach, width=BOLD) for a, b in pairwise(stops)),
        number(theme, count, min(COUNT, right.height), weight=700, at=right, decimals=0),
    )
