"""A row of a mixture taken apart: what its vector adds up from, between all vectors and what is mixed of them."""

from collections.abc import Sequence
from dataclasses import replace

from model import View
from scenes.base.room import GAP, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import heat_maps, peak
from scenes.parts.label import WORD, in_two_lines
from scenes.parts.mixture import Mixture
from scenes.parts.shapes import room_of
from scenes.parts.whole import Whole


def taken_apart(theme: Theme, parts: Sequence[View], said: Sequence[str], mixed: Mixture, room: Room) -> list[Whole]:
    """The parts (d) of a vector, row by row, each `sheet` in line with the columns of the mixture and on its scale, with what is `said` of it
    at its left. room: that of the mixture, which has left so many rows free above z."""
    upper, lower, grid = room_of(mixed.vectors.border), room_of(mixed.z.border), mixed.vectors.grid
    lines = replace(room, top=upper.bottom, bottom=lower.top).trim(top=TIGHT / 2, bottom=GAP).rows(len(parts), TIGHT)
    grid = grid._replace(rows=(0,), height=min(grid.height, lines[0].height - 2 * grid.margin))
    places = [replace(line, left=upper.left, right=upper.right) for line in lines]
    sheets = heat_maps(theme, parts, places, "line", True, peak(mixed.vectors.view), grid)
    return [Whole(said=in_two_lines(theme, words, WORD, replace(line, right=upper.left - TIGHT)), sheet=sheet)
            for words, line, sheet in zip(said, lines, sheets, strict=True)]
