"""Two blocks, one after the other: below a sentence who takes from one of its tokens, above it where another then looks."""

from collections.abc import Sequence

from manim import DOWN, UP, VGroup

from model import View
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import weight_width
from scenes.parts.label import WORD, number, paragraph, text
from scenes.parts.look import CARD, arc, sentence_cards
from scenes.parts.whole import Whole

NOTE, NOTES = 28 * PX, 240 * PX           # em size of what is said of a block, and the room for that beside the arcs
FULL = 32 * PEN                           # stroke width of the weight 1
TELLING = 0.25                            # the least weight whose number is written


class Look(Whole):
    """The arcs of one block: `said`, what they are; `arcs`; `numbers`, the weights of the thickest."""

    def __init__(self, said: VGroup, arcs: VGroup, numbers: VGroup):
        super().__init__(said=said, arcs=arcs, numbers=numbers)


class Chain(Whole):
    """`cards`, the sentence; `lower` and `upper`, the arcs of the two blocks."""

    def __init__(self, cards: VGroup, lower: Look, upper: Look):
        super().__init__(cards=cards, lower=lower, upper=upper)


def chain(theme: Theme, words: Sequence[str], others: Sequence[str], looks: Sequence[tuple[int, View, str]], room: Room, beside: bool) -> Chain:
    """A sentence in the middle of a room, and what two of its tokens do.

    others: as for `look`. looks: of the lower block, then of the upper one, a token, the weights (n) between it and every token, and what is said of them;
    beside: at the left of the arcs, or beyond them.
    """
    (low, given, said_below), (origin, taken, said_above) = looks
    above, middle, below = room.rows([(room.height - CARD) / 2, CARD, (room.height - CARD) / 2], 0)
    cards = sentence_cards(theme, words, others, origin, middle.trim(left=NOTES + GAP if beside else 0))
    return Chain(cards, _look(theme, cards, low, given, said_below, below, DOWN, beside), _look(theme, cards, origin, taken, said_above, above, UP, beside))


def _look(theme: Theme, cards: VGroup, origin: int, weights: View, words: str, room: Room, side, beside: bool) -> Look:
    """The arcs between one token and all others at one side of the cards; the words beside or beyond them."""
    if beside:
        line, said = 0, paragraph(theme, words, NOTE, NOTES, "muted", lines=4, align=-1).shift(room.strip(left=NOTES).centre)
    else:
        line, said = WORD, text(theme, words, NOTE, "muted", at=room.strip(top=WORD) if side is UP else room.strip(bottom=WORD), align=-1)
    high = room.height - line
    arcs = VGroup(arc(theme, cards, origin, j, source, high, side, FULL) for j, source in enumerate(weights) if j != origin)
    written = [(j, source) for j, source in enumerate(weights) if j != origin and float(source) >= TELLING]
    return Look(VGroup(said), arcs, VGroup(*(_beside(theme, cards, origin, j, source, side) for j, source in written)))


def _beside(theme: Theme, cards: VGroup, origin: int, j: int, source: View, side):
    """A weight where its arc ends, at the side that the arc does not come from."""
    away = 1 if j > origin else -1
    x, y, _ = cards[j].get_edge_center(side)
    reach = weight_width(float(source), FULL) / 200 + TIGHT / 2
    return number(theme, source, max(NOTE, theme.digit), "weight", 600, at=(x + away * reach, y + side[1] * NOTE, 0), align=-away)
