"""What one token takes from every token in all heads: a row for each head, or a column in a tall room."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import Mobject, VGroup

from model import View
from scenes.base.layout import LABEL, labelled, right_of
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap
from scenes.parts.label import WORD, paragraph, text_width
from scenes.parts.row_sums import rounded, row_sums, sum_width
from scenes.parts.shapes import frame, room_of

TITLE, NOTE, RING = 38 * PX, 30 * PX, 3 * PX              # em sizes; from a cell to its ring
NOTHING, MUCH = 0.005, 0.25               # weights that are written 0.00, and that are called a look


class HeadRows(NamedTuple):
    """The `title`, the `words` of the tokens and the `border`; of each head its weights, its name and where it is a row their sum (`heads`);
    `rings` around the marked weights."""

    title: Mobject
    words: VGroup
    border: Mobject
    heads: list[VGroup]
    rings: list[Mobject]


def head_rows(theme: Theme, weights: View, totals: View, names: Sequence[str], tokens: Sequence[str], said: tuple[str, str],
              marked: Sequence[tuple[int, int]], room: Room) -> HeadRows:
    """The weights (head, key) of a query and their sums (head), laid out in a room.

    said: what stands above, and beside sums to which the numbers that are written do not add up. marked: the head and the token of weights
    with a ring.
    """
    upright, title = room.height > room.width, paragraph(theme, said[0], TITLE, room.width, "query")
    view, rows, columns = (weights.T, tokens, names) if upright else (weights, names, tokens)
    inner = room if upright else room.trim(right=max(sum_width(theme, totals), TIGHT + text_width(theme, said[1], NOTE)))
    left = min(LABEL, TIGHT + max(text_width(theme, word, WORD) for word in rows))
    found = labelled(theme, view, inner, title=title, rows=rows, columns=columns, digits=True, weights=True, left=left,
                     head=title.height + 2 * TIGHT, inks=("key", "output") if upright else ("output", "key"))
    sheet, title = found.sheet, VGroup(title.set_x(room.centre[0]))
    rings = [_ring(theme, sheet, *(pair[::-1] if upright else pair)) for pair in marked]
    if upright:
        cells = [VGroup(*(sheet.cell(k, i) for k in range(len(found.rows)))) for i in range(len(found.columns))]
        return HeadRows(title, found.rows, sheet.border, [VGroup(*pair) for pair in zip(cells, found.columns)], rings)
    title.add(*(right_of(note, sheet.border).set_y(sheet.border.get_bottom()[1] - note.height) for note in rounded(theme, sheet, totals, said[1], NOTE, 0)))
    sums = row_sums(theme, sheet, totals, 0)
    parts = [[*sheet.row(i), name, *sums[i : i + 1] * (len(sums) == len(names))] for i, name in enumerate(found.rows)]
    return HeadRows(title, found.columns, sheet.border, [VGroup(*each) for each in parts], rings)


def _ring(theme: Theme, sheet: HeatMap, row: int, column: int) -> VGroup:
    """A ring around an entry, if that is not left out."""
    if row not in sheet.grid.rows or column not in sheet.grid.columns:
        return VGroup()
    cell = sheet.cells[sheet.grid.rows.index(row)][sheet.grid.columns.index(column)]
    return VGroup(frame(theme, room_of(cell, RING), "text", width=5))


def missed(weights: np.ndarray, head: int) -> list[tuple[int, int]]:
    """Where a head gives nothing and another most, of weights (head, key): the head and the token of either weight; nothing, if there is none."""
    left = np.where(weights[head] < NOTHING, weights, 0)                            # (head, key)
    other, place = (int(i) for i in np.unravel_index(left.argmax(), left.shape))
    return [(head, place), (other, place)] if left.max() > MUCH else []
