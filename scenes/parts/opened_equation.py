"""An equation whose symbols open to their matrices below it, and the product of two of these between them."""

from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, linked
from scenes.parts.heat_map import HeatMap, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, in_two_lines, text, text_width

FOOT, ENOUGH = 70 * PX, 0.8               # the room for its name below a matrix; a smaller share of its side four side by side do not lose


class Opened(NamedTuple):
    """A symbol in its `box`, the `guides` from there to its `picture`, and what that is called (`name`). A product has no box and no guides."""

    box: Mobject
    guides: VGroup
    picture: HeatMap
    name: Mobject


def opened_rooms(room: Room) -> dict[str, Room]:
    """Where Q, Kᵀ, their product and V stand, by `q`, `k`, `s` and `v`: side by side, or the product below the others where these are not much smaller so."""
    four, (upper, lower) = room.columns(4, TIGHT), room.rows((2, 3), GAP)
    three = upper.columns(3, TIGHT)
    beside, above = (min(rooms[0].width, rooms[0].height - FOOT) for rooms in (four, three))
    return dict(zip("qksv", four, strict=True)) if above < ENOUGH * beside else dict(zip("qkv", three, strict=True)) | {"s": lower}


def opened_matrix(theme: Theme, formula: Equation, symbol: str, view: View, role: str, name: str, room: Room, foot: float) -> Opened:
    """A matrix in a room and its name below it; with guides from its symbol, if the formula has that. foot: what words of its columns take."""
    picture = heat_map(theme, view, room.trim(bottom=FOOT + foot), role, digits=True)
    under = Room.around((picture.get_x(), picture.border.get_bottom()[1] - foot - FOOT / 2), room.width, FOOT)
    is_factor, fits = symbol in formula.symbols, text_width(theme, name, SMALLEST_WORD) <= room.width
    ink = role if is_factor else "text"
    said = text(theme, name, WORD, ink, at=under, width=room.width) if fits else in_two_lines(theme, name, WORD, under, ink)
    return Opened(*(linked(theme, formula.select(symbol), picture, role) if is_factor else (VGroup(), VGroup())), picture, said)
