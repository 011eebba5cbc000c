"""An equation whose symbols open to their matrices below it."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import Mobject, VGroup, VMobject

from model import View
from scenes.base.layout import below
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation, linked, quote
from scenes.parts.heat_map import heat_map

UNKNOWN, SIGN, FOOT = (size * PX for size in (300, 34, 70))                # em sizes of a question mark and of a shape; the room for that below a matrix


class Opened(NamedTuple):
    """A symbol in its `box`, the `guides` from there to its `picture`, and its shape `around` that, or that it is still to be found."""

    box: VMobject
    guides: VGroup
    picture: Mobject
    around: VGroup


def opened_symbol(theme: Theme, formula: Equation, symbol: str, view: View, role: str, axes: Sequence[str], known: bool, room: Room) -> Opened:
    """A symbol of an equation and its matrix in a room. axes: what the lengths of its sides are called, as maths. known: else it has no cells yet."""
    picture = heat_map(theme, view, room.trim(bottom=FOOT), role, digits=True)
    shape = f"{' times '.join(axes)} = {' times '.join(map(str, view.shape))}"
    around = VGroup(below(equation(theme, shape, size=SIGN, role="muted", width=room.width), picture.border))
    if not known:
        around.add(equation(theme, quote("?"), size=min(UNKNOWN, picture.height / 2), role="output").move_to(picture))
        picture = picture.border
    box, guides = linked(theme, formula.select(symbol), picture, role)
    return Opened(box, guides, picture, around)
