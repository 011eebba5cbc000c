"""The grid of scores: a row from the left and a column from above meet in every cell, and the mirror image of it all."""

from collections.abc import Iterator

import numpy as np
from manim import Animation, VGroup

from scenes.parts.heat_map import HeatMap
from scenes.parts.label import Number, format_number
from scenes.parts.motion import Count, Light, Together, appear, merge
from scenes.parts.product import Product
from scenes.base.theme import Theme

SLOW, FAST = 1.2, 0.3                     # seconds that the first and the later cells take


def meet(work: Product, i: int, j: int, run_time: float = SLOW) -> Animation:
    """Copies of row i, at the left, and of column j, above, fly to the cell where they cross and become the score."""
    cell = work.result.cell(i, j)
    return Together(
        merge(work.left.cells[i], columns(work.above)[j], into=cell, run_time=run_time), appear(cell, run_time=run_time)
    )


def fill(work: Product, i: int, skip: int | None = None) -> Iterator[Animation]:
    """Fills the grid, animation by animation: row i score by score, each faster than the one before; then all other rows at once.

    skip: a column of row i that is filled already.
    """
    for turn, j in enumerate(j for j in range(len(work.result.cells[i])) if j != skip):
        yield meet(work, i, j, max(FAST, SLOW / (turn + 1)))
    if others := [k for k in range(len(work.result.cells)) if k != i]:
        yield Together(*(
            Together(merge(work.left.cells[k], into=work.result.cells[k]), appear(work.result.row(k))) for k in others
        ), lag=0.3)


def columns(picture: HeatMap) -> VGroup:
    """The cells of a matrix column by column."""
    return VGroup(VGroup(column) for column in zip(*picture.cells, strict=True))


def mirrored(picture: HeatMap) -> VGroup:
    """A copy of a square grid's cells, turned over the diagonal: the entry (i, j) lies in the place of (j, i)."""
    oblong = picture.grid.width / picture.grid.height
    return picture.cells.copy().apply_matrix([[0, -oblong], [-1 / oblong, 0]], about_point=picture.border.get_center())


def compare_with_mirror(theme: Theme, picture: HeatMap, into: Number, run_time: float = 2.4) -> Animation:
    """The pairs (i, j) and (j, i) light up in turn while a number counts through max |S_ij - S_ji| so far.

    into: the number, which ends on what it shows (its source).
    """
    pairs = list(zip(*np.triu_indices(len(picture.cells), 1), strict=True))
    if not pairs:
        return Count(theme, into, [], run_time=run_time)
    gaps = [abs(picture.view.values[i, j] - picture.view.values[j, i]) for i, j in pairs]
    places, colour = len(into.string.partition(".")[2]), theme.colour("output")
    lights = Together(
        *(Together(*(Light(picture.cells[a][b], colour, run_time=1) for a, b in ((i, j), (j, i)))) for i, j in pairs),
        lag=0.4, run_time=run_time,
    )
    strings = [format_number(x, places) for x in np.maximum.accumulate(gaps)]
    return Together(lights, Count(theme, into, strings, run_time=run_time))
