"""An equation whose symbols open to their matrices below it, and the product of two of these between them."""

from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, linked
from scenes.parts.heat_map import Grid, HeatMap, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, in_two_lines, text, text_width
from scenes.parts.shapes import room_of

FOOT, ENOUGH = 70 * PX, 0.8               # the room for its name below a matrix; a smaller share of its side four side by side do not lose
APART = 40 * PX                           # between what is multiplied and what is mixed


class Opened(NamedTuple):
    """A symbol in its `box`, the `guides` from there to its `picture`, and what that is called (`name`). A product has no box and no guides."""

    box: Mobject
    guides: VGroup
    picture: HeatMap
    name: Mobject


def opened_rooms(room: Room) -> dict[str, Room]:
    """Where Q, Kᵀ, their product and V stand, by `q`, `k`, `s` and `v`: side by side, V apart, or the product below the others where these are
    not much smaller so."""
    width, (upper, lower) = (room.width - TIGHT - APART) / 4, room.rows((2, 3), GAP)
    three = upper.columns(3, TIGHT)
    beside, above = min(width, room.height - FOOT), min(three[0].width, three[0].height - FOOT)
    if above >= ENOUGH * beside:
        return dict(zip("qkv", three, strict=True)) | {"s": lower}
    return dict(zip("qks", room.trim(right=width + APART).columns(3, TIGHT / 2), strict=True)) | {"v": room.strip(right=width)}


def opened_matrix(theme: Theme, formula: Equation, symbol: str, view: View, role: str, name: str, room: Room, foot: float) -> Opened:
    """A matrix in a room and its name below it; with guides from its symbol, if the formula has that. foot: what words of its columns take."""
    picture = heat_map(theme, view, room.trim(bottom=FOOT + foot), role, digits=True)
    under = Room.around((picture.get_x(), picture.border.get_bottom()[1] - foot - FOOT / 2), room.width, FOOT)
    is_factor, fits = symbol in formula.symbols, text_width(theme, name, SMALLEST_WORD) <= room.width
    ink = role if is_factor else "text"
    said = text(theme, name, WORD, ink, at=under, width=room.width) if fits else in_two_lines(theme, name, WORD, under, ink)
    return Opened(*(linked(theme, formula.select(symbol), picture, role) if is_factor else (VGroup(), VGroup())), picture, said)


def standing(theme: Theme, opened: Opened) -> VGroup:
    """The cells of a matrix that has opened turned on its side as they stood before, in the order in which they stand now."""
    picture, inner = opened.picture, room_of(opened.picture.cells)
    grid = Grid(picture.grid.columns, picture.grid.rows, inner.width / len(picture.grid.rows), inner.height / len(picture.grid.columns))
    cells = heat_map(theme, picture.view.T, Room.around(inner.centre, 0, 0), grid=grid).cells
    return VGroup(VGroup(*line) for line in zip(*cells, strict=True))


def times_and_equals(theme: Theme, left: Opened, right: Opened, product: Opened) -> list[Mobject]:
    """× and = between the names of two matrices and of their product, at the middle of what is between the matrices or as near to it as names
    leave room; × alone where the product does not stand beside them."""
    signs = []
    for sign, a, b in (("×", left, right), ("=", right, product)):
        from_, to = room_of(a.name).right + TIGHT, room_of(b.name).left - TIGHT
        middle = (room_of(a.picture.border).right + room_of(b.picture.border).left) / 2
        if from_ < to:
            signs.append(text(theme, sign, WORD, weight=600, at=(min(max(middle, from_), to), a.name.get_y(), 0)))
    return signs
