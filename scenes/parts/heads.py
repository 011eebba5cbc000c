"""All heads of an encoder: a heat map of what each of them does, a row for every block."""

from collections.abc import Sequence

import numpy as np
from manim import Mobject, VGroup

from model import View
from scenes.base.layout import fitted, side_by_side, stacked
from scenes.parts.heat_map import DIGIT_ROOM, MARGIN, Grid, HeatMap, fit_digits, heat_map
from scenes.parts.label import WORD, format_number, number, paragraph, text, text_width
from scenes.parts.shapes import ring, room_of
from scenes.parts.tokens import column_labels, row_labels
from scenes.base.room import GAP, PX, Room
from scenes.base.theme import Theme

WIDEST, TALLEST = 400 * PX, 330 * PX       # a head’s box
NAME, WHOLE = 36 * PX, 52 * PX            # em sizes of what a map is of, and of the number of the whole model
SMALLEST = NAME                           # em size of a word in a box, which it has to exceed
LARGE = 0.32                              # em size of digits, as a share of the shorter side of a box


def head_map(theme: Theme, view: View, room: Room, digits: bool = False, scale: float | None = None) -> HeatMap:
    """A number for every head: a heat map (block, head) in the middle of a room, the first block below, with larger cells than a matrix has."""
    blocks, heads = view.shape
    width, height = min(WIDEST, (room.width - 2 * MARGIN) / heads), min(TALLEST, (room.height - 2 * MARGIN) / blocks)
    grid = Grid(tuple(reversed(range(blocks))), tuple(range(heads)), width, height)
    written = fit_digits(theme, view.values, grid) if digits else None
    widest = max(text_width(theme, format_number(value, written.decimals), 1, tabular=True) for value in view.values.flat) if written else 1
    large = written and written._replace(size=max(written.size, min(LARGE * min(grid.width, grid.height), DIGIT_ROOM * grid.width / widest)))
    return heat_map(theme, view, room, digits=large, scale=scale, grid=grid)


def head_names(theme: Theme, picture: HeatMap, blocks: list[str], heads: list[str], width: float, height: float) -> VGroup:
    """The names of the blocks beside the rows and of the heads below the columns. width, height: what they may take."""
    return VGroup(row_labels(theme, blocks[::-1], picture, "muted", width), column_labels(theme, heads, picture, "muted", height))


def said_below(theme: Theme, picture: HeatMap, words: Sequence[Sequence[str]], changed: np.ndarray) -> list[Mobject]:
    """In the box of every head, below its number, a word (block, head), if it has room there; a ring around those that `changed`."""
    marks: list[Mobject] = []
    for (i, j), other in np.ndenumerate(changed):
        cell = picture.cells[picture.grid.rows.index(i)][j]
        below = room_of(cell).strip(bottom=cell.height / 3)
        label = text(theme, words[i][j], min(WORD, below.height), weight=700 if other else 400, at=below)
        marks += [label.set_fill(theme.ink_on(cell.get_fill_color()))] * bool(label.size > SMALLEST and words[i][j])
        marks += [ring(theme, cell)] * bool(other)
    return marks


def map_title(theme: Theme, title: str, whole: tuple[str, View] | None, room: Room, roomy: bool) -> VGroup:
    """What a map of heads is of, and, beside it or below, the number of the whole model, if there is one, and what that is called."""
    uncut = [text(theme, whole[0], NAME, "muted"), number(theme, whole[1], WHOLE, "output", 700)] if whole else []
    if roomy:
        return fitted(side_by_side(text(theme, title, NAME, weight=500), *uncut, gap=GAP, at=room), room)
    return stacked(paragraph(theme, title, NAME, room.width, weight=500), side_by_side(*uncut), at=room)
