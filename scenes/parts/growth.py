"""How numbers grow through many blocks, and how the weights that come of such numbers are shared out."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import line_of
from scenes.base.room import PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.bars import largest
from scenes.parts.depth import NOTE, Depth, depth
from scenes.parts.label import WORD, number, text, text_width
from scenes.parts.shapes import room_of
from scenes.parts.shares import Shares, shares
from scenes.parts.whole import Whole

ROOMY = 300 * PX                          # height from which there is a note above bars


class Growth(Whole):
    """`sizes`, a bar for every depth; `note` above the low ones, if there is room; `looks`, the weights."""

    def __init__(self, sizes: Depth, looks: Shares, note: VGroup):
        super().__init__(sizes=sizes, looks=looks, note=note)


def growth(theme: Theme, sizes: View, noted: Sequence[View], words: Sequence[str], weights: View, tokens: Sequence[str], role: str, share: int,
           room: Room) -> Growth:
    """Sizes (depth) and weights (n) in a room. words: the title, what the ends of the floor are, the note and what the weights are.

    noted: the numbers between which the note stands, if any. role: of the bars. share: of the height that the
    highest takes, as one of so many.
    """
    left, right = room.split([2, 1], WIDE)
    *around, note, taken = words
    panel = depth(theme, sizes, -1, around, left, role, share * largest(sizes))
    numbers = [number(theme, view, WORD, weight=600) for view in noted]
    place = left.columns([2, 1])[0]
    said = line_of(*numbers[:1], text(theme, note, NOTE, "muted"), *numbers[1:], gap=TIGHT / 2, at=place)
    wide, below_title = text_width(theme, f"0.00 {note} 0.00", WORD), room_of(said).top < room_of(panel.title).bottom
    fits = left.height > ROOMY and wide <= place.width and below_title
    return Growth(panel, shares(theme, weights, tokens, taken, NOTE, right), VGroup(said) if fits else VGroup())
