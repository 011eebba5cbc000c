"""An equation whose symbols open to their matrices below it, and the product of two of these between them."""

from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, linked
from scenes.parts.heat_map import HeatMap, heat_map
from scenes.parts.label import WORD, text

FOOT = 70 * PX                            # the room for its name below a matrix


class Opened(NamedTuple):
    """A symbol in its `box`, the `guides` from there to its `picture`, and what that is called (`name`). A product has no box and no guides."""

    box: Mobject
    guides: VGroup
    picture: HeatMap
    name: Mobject


def opened_rooms(room: Room) -> dict[str, Room]:
    """Where Q, Kᵀ, their product and V stand, by `q`, `k`, `s` and `v`: side by side, or where that is too narrow the product below the others."""
    if room.width >= room.height:
        return dict(zip("qksv", room.columns(4, TIGHT), strict=True))
    upper, lower = room.rows((2, 3), GAP)
    return dict(zip("qkv", upper.columns(3, TIGHT), strict=True)) | {"s": lower}


def opened_matrix(theme: Theme, formula: Equation, symbol: str, view: View, role: str, name: str, room: Room, foot: float) -> Opened:
    """A matrix in a room and its name below it; with guides from its symbol, if the formula has that. foot: what words of its columns take."""
    picture = heat_map(theme, view, room.trim(bottom=FOOT + foot), role, digits=True)
    under = picture.get_x(), picture.border.get_bottom()[1] - foot - FOOT / 2, 0
    if symbol not in formula.symbols:
        return Opened(VGroup(), VGroup(), picture, text(theme, name, WORD, at=under, width=room.width))
    return Opened(*linked(theme, formula.select(symbol), picture, role), picture, text(theme, name, WORD, role, at=under, width=room.width))
