"""What is said, in a panel: the words up to one that is compared, that one on a card, those after it, and what there is to say of them.

Then the same is said again, with another word on the card: the first card falls to its left.
"""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup

from scenes.base.layout import line_of
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import SMALLEST_WORD, Label, text
from scenes.parts.phrase import differing, phrase
from scenes.parts.shapes import Block, frame
from scenes.parts.word_card import card_rooms

SHARES, NARROW = (3, 14), (6, 17, 6)      # heights of what is said already, of the card, and in a narrow panel of what is said then
NOTES = 5, 3                              # heights of the words after the card and of what there is to say of them
WIDEST, WIDEST_ALONE = 0.28, 0.44         # shares of the room that a card may take, with words beside it and without
PANEL = 28 * PX                           # radius of the corners
GLOSS, REST = 46 * PX, 92 * PX            # em sizes
LOWER = 0.8                               # em size of words in a line, as a share of its height at most


class SaidRooms(NamedTuple):
    """Of a panel: the rooms of what is said already (`head`), of a card that has fallen (`old`), of the `card`, of the words after it
    (`rest`), and of what there is to say of these (`notes`), if there is room for it."""

    panel: Room
    head: Room
    old: Room
    card: Room
    rest: Room
    notes: Sequence[Room]


def said_rooms(theme: Theme, words: Sequence[str], room: Room) -> SaidRooms:
    """The rooms of a panel. words: that will be on the card."""
    wide = room.is_wide
    head, body, *below = room.inset(GAP, TIGHT / 2).rows(SHARES if wide else NARROW, gap=TIGHT / 2)
    old, card, beside = card_rooms(theme, words, body, WIDEST if wide else WIDEST_ALONE)
    rest, *notes = beside.rows(NOTES, gap=0) if wide else below
    return SaidRooms(room, head, old, card, rest, notes)


def said_before(theme: Theme, said: str, note: str, rooms: SaidRooms) -> tuple[Block, Label, Label]:
    """The panel, what is said up to the card, and a note at the place where that will fall."""
    size = min(GLOSS, max(SMALLEST_WORD, rooms.head.height))
    return (frame(theme, rooms.panel, radius=PANEL, width=2, fill="surface"), text(theme, said, size, "muted", at=rooms.head),
            text(theme, note, GLOSS, "muted", at=rooms.old, align=1))


def said_then(theme: Theme, words: Sequence[str], others: Sequence[str], note: str, rooms: SaidRooms) -> tuple[VGroup, VGroup]:
    """The words after the card, loud where they have other letters than `others`; and a note on them, if there is room for it."""
    size = min(REST, LOWER * rooms.rest.height)
    rest = phrase(theme, differing(words, others, "output"), size, rooms.rest, role="text") if words else VGroup()
    return rest, VGroup(line_of(label, at=place, align=-1) for place in rooms.notes for label in _whole(theme, note, place.width))


def _whole(theme: Theme, note: str, width: float) -> list[Label]:
    """A note, if there is one and a width is enough for all of it."""
    label = text(theme, note, GLOSS, width=width)
    return [label] * (label.string == note != "")
