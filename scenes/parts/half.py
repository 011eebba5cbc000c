"""The encoder or the decoder: a box with a name, and in it its blocks, the first at the bottom."""

from collections.abc import Sequence

from manim import VGroup, VMobject

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module, module
from scenes.parts.label import SMALLEST_WORD, WORD, Label, text
from scenes.parts.weight_map import WeightMap, squares, weight_map
from scenes.parts.whole import Whole

HEAD, LOWER = 1.8 * WORD, 0.7             # room for the title; em size of a block's name, as a share of its height at most
NAMES = 190 * PX                          # room for the name of a block beside the maps of its heads


class Half(Whole):
    """`box`, `title`, `blocks`, from the first on, and of each the `maps` of its heads, if these are shown."""

    def __init__(self, box: VMobject, title: Label, blocks: list[Module], maps: list[list[WeightMap]]):
        super().__init__(box=box, title=title, blocks=blocks, maps=[VGroup(*each) for each in maps])


def half(theme: Theme, title: str, names: Sequence[str], room: Room, weights: Sequence[View] = ()) -> Half:
    """A half in a room. weights: of each block those (head, query, key) of its heads, drawn at the left of its name."""
    inner = room.inset(GAP / 2, TIGHT)
    places = inner.trim(top=HEAD).rows(len(names), TIGHT / 2)[::-1]
    return Half(
        module(theme, "", room).box, text(theme, title, WORD, at=inner.strip(top=HEAD)),
        [_block(theme, name, place, place.strip(right=NAMES) if weights else place) for name, place in zip(names, places, strict=True)],
        [_maps(theme, heads, place.trim(right=NAMES).inset(TIGHT, TIGHT / 2)) for heads, place in zip(weights, places)],
    )


def _block(theme: Theme, name: str, room: Room, free: Room) -> Module:
    size = max(SMALLEST_WORD, min(WORD, LOWER * room.height))
    return Module(module(theme, "", room).box, module(theme, name, free, size=size).label)


def _maps(theme: Theme, weights: View, room: Room) -> list[WeightMap]:
    """Those of all heads (head, query, key) side by side."""
    return [weight_map(theme, head, square) for head, square in zip(weights, squares(room, len(weights)), strict=True)]
