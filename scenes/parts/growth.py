"""What numbers lead to as they grow through many blocks: the size of the scores in the last one, and the weights that softmax makes of them."""

from collections.abc import Mapping, Sequence

from manim import VGroup

from model import View
from scenes.base.layout import stacked
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.depth import Depth, depth
from scenes.parts.flow import arrow
from scenes.parts.label import number, paragraph
from scenes.parts.shares import TITLE, Shares, shares
from scenes.parts.whole import Whole

LARGE, SHARE = 72 * PX, 0.25             # em size of a score; at most this share of the height of its room
ROOMY = 1000 * PX                         # width from which all three stand side by side


class Growth(Whole):
    """`sizes`, a bar for every block; `so`, what is said of the score, and that, if there is room for it; `weights` of one token."""

    def __init__(self, sizes: Depth, so: Sequence[VGroup], weights: Shares):
        super().__init__(sizes=sizes, so=VGroup(*so), weights=weights)


def growth(theme: Theme, sizes: View, score: View, weights: View, words: Sequence[str], named: Mapping[int, str], tokens: Sequence[str],
           role: str, full: float, room: Room) -> Growth:
    """Sizes (block), a score and weights (n) in a room.

    words: what each of the three is, and what follows of the last. named: the blocks that count, each with its word. role: of the bars. full: the size that reaches the
    ceiling.
    """
    left, right, *between = _places(room)
    so = [_so(theme, words[1], score, place, room.is_wide) for place in between]
    return Growth(depth(theme, sizes, words[0], named, left, role, full), so, shares(theme, weights, tokens, (words[2], words[3]), right))


def _places(room: Room) -> list[Room]:
    """For sizes, weights and score: side by side, or the others below the sizes; where this is too narrow there is none for the score."""
    if not room.is_wide:
        upper, lower = room.rows(2)
        score, weights = lower.columns([2, 3])
        return [upper, weights, score]
    if room.width < ROOMY:
        return room.columns(2)
    left, score, right = room.columns([6, 2, 5])
    return [left, right, score]


def _so(theme: Theme, words: str, score: View, room: Room, onward: bool) -> VGroup:
    """What is said of a score, and that; onward: with an arrow to what stands at the right."""
    written = number(theme, score, min(LARGE, SHARE * room.height), weight=600, decimals=0 if float(score) >= 1 else None, width=room.width)
    ways = [arrow(theme, room.point(-1), room.point(1), "muted")] if onward else []
    return stacked(paragraph(theme, words, TITLE, room.width, lines=3), written, *ways, at=room)
