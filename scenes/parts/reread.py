"""A sentence read once more with another word in it: the rows of numbers that are made of it now, and how far each is from what it was."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.room import TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.encoder_decoder import HEADING, EncoderDecoder
from scenes.parts.heat_map import heat_rows, peak
from scenes.parts.label import WORD, text
from scenes.parts.ranking import measured
from scenes.parts.shapes import room_of
from scenes.parts.tokens import token_card

DECIMALS = 2                              # of how far a row has moved
THICK, LARGE = 0.45, 0.7                  # of a bar and of its number, as shares of what a row has in height


class Reread(NamedTuple):
    """`gone`: the cards of the words that are swapped, and all rows; `cards` and `rows`, what stands in their place; a bar and a number beside
    each row, in `bars` and `numbers`, and their `name`, all empty where there is no room for them."""

    gone: list[Mobject]
    cards: VGroup
    rows: VGroup
    bars: VGroup
    numbers: VGroup
    name: VGroup


def reread(theme: Theme, machine: EncoderDecoder, tokens: Sequence[str], others: Sequence[str], views: tuple[View, View, View], followed: int,
           said: str, room: Room | None) -> Reread:
    """Another sentence, of as many words, in an encoder.

    views: what it made of the first, and makes of the other, both (n, d_model); how far each row is from what it was (n). followed: the token
    whose row stands out. said: what the numbers are. room: at the right of the rows, for the bars.
    """
    made, now, moved = views
    old, rows = [card for card, a, b in zip(machine.cards, tokens, others, strict=True) if a != b], machine.rows
    cards = VGroup(_card(theme, card, b) for card, a, b in zip(machine.cards, tokens, others, strict=True) if a != b)
    sheets = heat_rows(theme, now, [room_of(row.border) for row in rows], "line", rows[0].grid, peak(made))
    bars, numbers, name = VGroup(), VGroup(), VGroup()
    if room and len({row.get_x() for row in rows}) == 1:
        roles = ["output" if i == followed else "muted" for i in range(len(rows))]
        places = [Room.around((room.centre[0], row.get_y()), room.width, THICK * row.height) for row in rows]
        bars, numbers = measured(theme, list(moved), places, roles, max(theme.digit, min(WORD, LARGE * rows[0].height)), DECIMALS)
        name.add(text(theme, said, HEADING, "muted", 500, at=room.level(machine.names["rows"].get_y()), align=-1))
    return Reread([*old, *rows], cards, VGroup(*sheets), bars, numbers, name)


def _card(theme: Theme, card: VGroup, word: str) -> VGroup:
    """Another word on a card like this one, with a bright edge."""
    room = room_of(card.box)
    return token_card(theme, word, room.width, room.height, "output", card.word.size, TIGHT / 4).move_to(room.centre)
