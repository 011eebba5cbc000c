"""A sentence read once more with another word in it: the rows of numbers that are made of it now, and how far each is from what it was."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import bar_height
from scenes.parts.encoder_decoder import HEADING, EncoderDecoder
from scenes.parts.heat_map import heat_rows, peak
from scenes.parts.label import WORD, Label, number, text, text_width
from scenes.parts.ranking import Level
from scenes.parts.shapes import room_of, rounded_points
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
        bars, numbers = _bars(theme, moved, [room_of(row.border) for row in rows], roles, room)
        name.add(text(theme, said, HEADING, "muted", 500, at=room.level(machine.names["rows"].get_y()), align=-1))
    return Reread([*old, *rows], cards, VGroup(*sheets), bars, numbers, name)


def _card(theme: Theme, card: VGroup, word: str) -> VGroup:
    """Another word on a card like this one, with a bright edge."""
    room = room_of(card.box)
    return token_card(theme, word, room.width, room.height, "output", card.word.size, TIGHT / 4).move_to(room.centre)


def _bars(theme: Theme, moved: View, rows: Sequence[Room], roles: Sequence[str], room: Room) -> tuple[VGroup, VGroup]:
    """A lying bar at the height of every row, and its number at its end."""
    size = max(theme.digit, min(WORD, LARGE * rows[0].height))
    longest = room.width - text_width(theme, "0.00", size, 600, tabular=True) - TIGHT
    unit, bars, numbers = longest / (float(moved.values.max()) or 1), VGroup(), VGroup()
    for source, row, role in zip(moved, rows, roles, strict=True):
        length = bar_height(float(source), unit)
        bar = Level(stroke_width=0, fill_color=theme.colour(role), fill_opacity=1)
        bar.points = rounded_points(length, THICK * row.height, PX).copy()
        bar.source, bar.unit = source, unit
        bars.add(bar.shift([room.left + length / 2, row.centre[1], 0]))
        numbers.add(number(theme, source, size, role, 600, at=(room.left + length + TIGHT, row.centre[1], 0), align=-1, decimals=DECIMALS))
    return bars, numbers
