"""Keys of other words below the key of a token, in whose place they were put: how alike those of a kind are, and how another is not."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.label import WORD, text
from scenes.parts.shapes import room_of
from scenes.parts.whole import Whole


class AlikeKey(Whole):
    """A `key`, a row, and what is `said` of it at its left."""

    def __init__(self, said: VGroup, key: HeatMap):
        super().__init__(said=said, key=key)


def alike_keys(theme: Theme, made: HeatMap, keys: View, said: Sequence[str], of_all: View, rooms: Sequence[Room]) -> list[AlikeKey]:
    """Keys (rank, d_k) in the columns of that of the token, `made`, each in a room below it. said: of each. of_all: the keys (n, d_k) whose
    colour scale it is."""
    edge, digits = room_of(made.border), made.digits or None
    rows = [heat_map(theme, keys[k : k + 1], Room(edge.left, edge.right, room.bottom, room.top), "key", digits, peak(of_all), grid=made.grid)
            for k, room in enumerate(rooms)]
    return [AlikeKey(VGroup(text(theme, words, WORD, at=Room(room.left, edge.left - TIGHT, room.bottom, room.top), align=1)), row)
            for words, row, room in zip(said, rows, rooms, strict=True)]
