"""The encoder or the decoder: a box with a name, and in it its blocks, the first at the bottom."""

from collections.abc import Sequence
from dataclasses import replace

from manim import VMobject

from scenes.base.room import GAP, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module, module
from scenes.parts.label import WORD, Label, text
from scenes.parts.shapes import room_of
from scenes.parts.whole import Whole

HEAD = 1.5 * WORD


class Half(Whole):
    """`box`, `title`, and `blocks`, from the first on."""

    def __init__(self, box: VMobject, title: Label, blocks: list[Module]):
        super().__init__(box=box, title=title, blocks=blocks)


def half(theme: Theme, title: str, names: Sequence[str], room: Room, free: Room | None = None) -> Half:
    """A half in a room. free: between which left and right the blocks' names stand, if there is to be something else in the blocks."""
    inner = room.inset(GAP / 2, TIGHT)
    places = reversed(inner.trim(top=HEAD).rows(len(names), TIGHT / 2))
    return Half(module(theme, "", room).box, text(theme, title, WORD, at=inner.strip(top=HEAD)),
                [_block(theme, name, place, free or place) for name, place in zip(names, places, strict=True)])


def _block(theme: Theme, name: str, room: Room, free: Room) -> Module:
    words = module(theme, name, replace(room, left=free.left, right=free.right)).label
    return Module(module(theme, "", room).box, words)
