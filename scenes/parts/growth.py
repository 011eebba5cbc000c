"""What numbers lead to as they grow through many blocks: the size of the scores in the last one, and how its weights are shared out."""

from collections.abc import Mapping, Sequence

from manim import VGroup

from model import View
from scenes.base.layout import stacked
from scenes.base.room import GAP, PX, Room
from scenes.base.theme import Theme
from scenes.parts.depth import Depth, depth
from scenes.parts.flow import arrow
from scenes.parts.label import Number, number, paragraph
from scenes.parts.shares import TITLE, Shares, shares
from scenes.parts.whole import Whole

LARGE = 72 * PX
SHARES = 6, 3, 5                          # of a room's width, or of its height: for the sizes, the scores and the weights


class Growth(Whole):
    """`sizes`, a bar for every block; `so`, an arrow from them, and what is said of the `score`; `looks`, the weights."""

    def __init__(self, sizes: Depth, so: VGroup, score: Number, looks: Shares):
        super().__init__(sizes=sizes, so=so, score=score, looks=looks)


def growth(theme: Theme, sizes: View, score: View, weights: View, words: Sequence[str], named: Mapping[int, str], tokens: Sequence[str],
           role: str, full: float, room: Room) -> Growth:
    """Sizes (block), a score and weights (n) in a room.

    words: what each of the three is. named: the blocks that count, each with its word. role: of the bars. full: the size that reaches the
    ceiling.
    """
    left, middle, right = room.split(SHARES, GAP)
    written = number(theme, score, LARGE, weight=600, decimals=0 if float(score) >= 1 else None, width=middle.width)
    so = [arrow(theme, middle.point(-1), middle.point(1), "muted")] * room.is_wide
    said = paragraph(theme, words[1], TITLE, middle.width, lines=3)
    stacked(said, written, *so, at=middle)
    return Growth(depth(theme, sizes, words[0], named, left, role, full), VGroup(said, *so), written, shares(theme, weights, tokens, words[2], right))
