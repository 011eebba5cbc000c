"""Multiplications as areas: those of one wide head, and those of the heads that it is cut into, side by side."""

from collections.abc import Sequence

from manim import Animation, Mobject, VGroup

from model import View
from scenes.base.layout import fitted, side_by_side
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import BAR_SHARE, bar
from scenes.parts.label import Number, number, text
from scenes.parts.motion import STEADY, Together, slide
from scenes.parts.whole import Whole

WORDS, TOTAL = 54 * PX, 120 * PX          # em sizes
LINES, LOWER, LOW = (1, 5, 2), (2, 3, 3), 2.8             # heights of the words, the area and the total, and in a room that is so low


class Area(Whole):
    """`words`; `blocks`, one for each head, whose areas are what they take; `total`, and what it is made of."""

    def __init__(self, words: Mobject, blocks: VGroup, total: VGroup):
        super().__init__(words=words, blocks=blocks, total=total)
        self.middle = blocks.get_center()

    def close(self) -> VGroup:
        """The blocks, put so close that they are one."""
        self.places = [block.get_x() for block in self.blocks]
        return self.blocks.arrange(buff=0).move_to(self.middle)

    def fall_apart(self, run_time: float = STEADY) -> Animation:
        """The blocks, which were put close, go to their places."""
        return Together(*(slide(block, x=x - block.get_x(), run_time=run_time) for block, x in zip(self.blocks, self.places)))


def area(theme: Theme, words: str, each: Sequence[View], total: View, room: Room, role: str) -> Area:
    """So many heads of one size in a room, which they fill together. each: what one of them takes; total: what all take."""
    above, middle, below = room.rows(LINES) if room.height > LOW else room.rows(LOWER, TIGHT / 2)
    blocks = VGroup(
        bar(theme, source, place.fit(width=BAR_SHARE * place.width), role, float(source))
        for source, place in zip(each, middle.columns(len(each), 0), strict=True)
    )
    made: list[Number] = [text(theme, f"= {len(each)} ×", WORDS, "muted"), number(theme, each[0], WORDS, "muted", decimals=0)]
    upper = number(theme, total, min(TOTAL, below.height), role, 600, decimals=0)
    line = fitted(side_by_side(upper, *made[: 2 * (len(each) > 1)], gap=GAP), below)
    return Area(text(theme, words, min(WORDS, above.height), role, at=above), blocks, line)
