"""The answers of all heads to the tokens of a sentence: side by side, or joined to one matrix, with the sentence at their left."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup, VMobject

from model import View
from scenes.base.layout import above
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import MARGIN, HeatMap, taller
from scenes.parts.label import SMALLEST_WORD
from scenes.parts.motion import hide
from scenes.parts.slices import around_joined, in_line, joined, slice_grid, slices
from scenes.parts.tokens import cards_beside, row_labels
from scenes.parts.whole import Whole

LETTER, NAMES = 38 * PX, 100 * PX         # em size of the letter of an answer, and the height of letters and names above the answers
NARROW = 0.8                              # share of its answers that the letter of a head takes at most


class Answered(NamedTuple):
    """What so many heads answer: `joined` (n, d_model); the `tokens`, of which one is `followed`; the `width` of these, and whether rows are
    high enough for cards (`carded`)."""

    joined: View
    heads: int
    tokens: Sequence[str]
    followed: int
    width: float
    carded: bool

    def body(self, room: Room) -> Room:
        """What the tokens and what stands above leave of a room."""
        return room.trim(left=self.width + TIGHT, top=NAMES)


class Answers(Whole):
    """`parts`: the answers of each head; their `letters`; the sentence as `cards`, or as words; the frame of the `whole`."""

    def __init__(self, parts: list[HeatMap], letters: list[VMobject], cards: VGroup, whole: VMobject):
        super().__init__(parts=parts, letters=letters, cards=cards, whole=whole)


def answers(theme: Theme, answered: Answered, room: Room, apart: float = 0.0, tall: bool = False) -> Answers:
    """The answers in a room, so far apart, or as one matrix without frames of its parts; tall: as high as the room, if they may be."""
    body, heads = answered.body(room), answered.heads
    slot = body.width / heads - apart if apart else (body.width - 2 * MARGIN) / heads + 2 * MARGIN
    grid = slice_grid(answered.joined, heads, body.fit(width=slot))
    if not apart:
        grid = grid._replace(width=min(grid.width, (body.width - 2 * grid.margin) / (heads * len(grid.columns))))
    grid = taller(grid, body.height) if tall else grid
    centres = in_line(heads, grid.size[0] + apart, body.centre) if apart else joined(heads, grid, body.centre)
    parts = slices(theme, answered.joined, centres, "output", grid)
    hide(*(part.border for part in parts if not apart))
    width = NARROW * len(grid.columns) * grid.width
    maths = [equation(theme, f"Z_{i + 1}", size=LETTER, role="output", width=max(width, SMALLEST_WORD)) for i in range(heads)]
    letters = [above(letter, part.border, TIGHT / 2) for letter, part in zip(maths, parts, strict=True)]
    hide(*(letter for letter in letters[1:-1] if width < SMALLEST_WORD))
    return Answers(parts, letters, _beside(theme, answered, parts[0]), around_joined(theme, heads, grid, body.centre, "output"))


def _beside(theme: Theme, answered: Answered, first: HeatMap) -> VGroup:
    """The sentence at the left of the first answers; the followed token is lit."""
    if answered.carded:
        cards = cards_beside(theme, answered.tokens, first, answered.width, keep=answered.followed)
        cards[answered.followed].box.set_stroke(theme.colour("output"))
        return cards
    words = row_labels(theme, answered.tokens, first, "text", answered.width, keep=answered.followed)
    words[answered.followed].set_fill(theme.colour("output"))
    return words
