"""A word that is said, on a card with its probability."""

from collections.abc import Sequence

from manim import VGroup, VMobject

from model import View
from scenes.base.layout import line_of
from scenes.parts.flow import arrow
from scenes.parts.label import Label, Number, number, text, text_width
from scenes.parts.phrase import LOUD
from scenes.parts.shapes import frame, room_of
from scenes.parts.whole import Whole
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme

WORD, CHANCE = 200 * PX, 56 * PX
SHARES = 2.2, 0.8                         # heights of the word and of its probability
LOWEST = 130 * PX                         # a card, wider than high, in which the probability stands below the word, and not beside it
RAISED = 0.4                              # share of its room that a probability is raised by
LEAN, SMALLER = 0.17, 0.7                 # of a card that has fallen: how far it leans, in radians, and what is left of its size
EDGE = 0.02                               # share of its width that a card shows from the side
ACROSS = 90 * PX                          # width of the arrow


class WordCard(Whole):
    """`box`, `word`, and below it `chance`, its probability; before that `was`, what that was, and an arrow, if it was another, or without one
    what it is in another sentence."""

    def __init__(self, box: VMobject, word: Label, chance: Number, was: list[Label]):
        super().__init__(box=box, word=word, chance=chance, was=was)


class Flip(Whole):
    """`card`, the word now; `old`, the one before, fallen and struck out, and `line` and `way` from it to the other."""

    def __init__(self, card: WordCard, old: WordCard, line: VMobject, way: VGroup):
        super().__init__(card=card, old=old, line=line, way=way)


def card_rooms(theme: Theme, words: Sequence[str], room: Room, widest: float) -> tuple[Room, Room, Room]:
    """Rooms for a card that has fallen, a card as wide as the widest of some words, and what stands at its right.

    widest: the share of the room that a card may take.
    """
    wide = min(widest * room.width, max(text_width(theme, word, WORD, LOUD) for word in words) + 2 * GAP)
    old = room.strip(left=wide)
    card = old.outside(right=wide, gap=ACROSS)
    return old, card, Room(card.right + GAP, room.right, room.bottom, room.top)


def word_card(theme: Theme, word: str, chance: View, room: Room, role: str = "output", was: View | None = None,
              largest: float = WORD, one: View | None = None) -> WordCard:
    """A card that fills a room. was: the probability before, if it was another, which is said where there is room. largest: of its word. one: the
    probability in one sentence, where `chance` is that in another."""
    high = room.height > min(LOWEST, room.width)
    above, below = room.rows(SHARES, gap=0) if high else room.inset(GAP / 2).columns(2, gap=GAP / 2)
    size = min(CHANCE, below.height)
    now, place = number(theme, chance, size, role, 600), below.inset(GAP / 2).trim(bottom=below.height * RAISED) if high else below
    before = [] if was is None or not high else [number(theme, was, size, "muted"), text(theme, "→", size, "muted")]
    before, gap = ([number(theme, one, size, role, 600)], GAP) if one is not None and high else (before, TIGHT)
    taken = sum(part.advance + gap for part in before) + now.advance
    before = before if taken * theme.digit <= place.width * size else []                # else their digits were too small
    line_of(*before, now, gap=gap, at=place)
    return WordCard(
        frame(theme, room, role, radius=18 * PX, width=6 * PEN, fill="surface"),
        text(theme, word, min(largest, above.height), role, LOUD, at=above.centre, width=above.width - GAP * high),
        now, before,
    )


def flip(theme: Theme, old: WordCard, card: WordCard) -> Flip:
    """A card that is in the place of another, which has fallen and is struck out. old: in the room where it falls; it keeps its size, and
    leans less, where its number would be too small."""
    legible = old.chance.em * SMALLER >= theme.digit
    old.scale(SMALLER if legible else 1).rotate(LEAN if legible else LEAN / 4)
    place, line = room_of(old), VMobject(stroke_color=theme.colour("text"), stroke_width=9 * PEN)
    line.set_points_as_corners([place.point(-1, -0.4), place.point(1, 0.4)])
    y = card.get_y()
    way = arrow(theme, (place.right + TIGHT, y, 0), (room_of(card.box).left - TIGHT, y, 0), "text", 9 * PEN)
    return Flip(card, old, line, way)


def on_edge(card: WordCard) -> WordCard:
    """A card seen from the side, in the middle of a flip."""
    return card.copy().stretch(EDGE, 0)
