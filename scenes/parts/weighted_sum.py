"""The weighted sum, term by term: weight × vector = product, one row for every token, and their sum below."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.parts.heat_map import Grid, HeatMap, fit_digits, fit_grid, heat_map, heat_rows, peak
from scenes.parts.label import SMALLEST_WORD, Label, decimals_for_sums, text, text_width, thinned, weight_numbers, words_at
from scenes.parts.whole import Whole
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme

SPACE = 0.18                              # share of a row's height between it and the next
TALLEST, LARGEST = 160 * PX, 54 * PX     # a row, and the words and signs in it
BETWEEN, CLOSER, PLUS = (length * PX for length in (80, 60, 54))      # room between the columns, also where there are fewer; for the plus signs


class WeightedSum(Whole):
    """The rows of a weighted sum.

    words, weights, vectors, products: one for each token. signs: "×", "=" and "+" for each token. sums: the running sum
    after each term, all at the same place; the last is the result. line: above the sum. note: that the terms are rounded, if they are
    not what is multiplied, or do not add up, as they are written.
    """

    def __init__(self, words: VGroup, weights: VGroup, vectors: Sequence[HeatMap], products: Sequence[HeatMap],
                 signs: Sequence[VGroup], sums: Sequence[HeatMap], line: VMobject, note: VGroup):
        super().__init__(words=words, weights=weights, vectors=vectors, products=products, signs=signs, sums=sums, line=line, note=note)


class Table(NamedTuple):
    """Where a weighted sum stands: four columns, the heights of the rows, how far apart they are, that of the sum below them, and the size of words.

    below: how much lower a product stands than the vector that it is made of: 0 beside it.
    """

    names: Room
    digits: Room
    left: Room
    right: Room
    rows: list[float]
    below: float
    pitch: float
    floor: float
    size: float
    grid: Grid

    @property
    def line(self) -> float:
        """The height of the line above the sum."""
        return (self.floor + self.rows[-1] - self.below) / 2


def weighted_sum(theme: Theme, words: Sequence[str], weights: View, vectors: View, products: View, sums: View, result: View,
                 room: Room, rounded: str) -> WeightedSum:
    """A weighted sum laid out in a room.

    weights: (n). vectors, products, sums: (n, d), the vectors, times their weights, and added up so far. result: (d), equal to
    the last of the sums. rounded: what is written beside the sum if what is written does not multiply, or add up, to it.
    """
    finer = decimals_for_sums(products.values.T, result.values, theme.decimals)
    table = _table(theme, words, vectors, room, finer)
    if not fit_digits(theme, products.values, table.grid):        # no sum is written
        finer = theme.decimals
        table = _table(theme, words, vectors, room, finer)
    scale = peak(vectors)
    left, right = ([column.level(y - below) for y in table.rows] for column, below in ((table.left, 0), (table.right, table.below)))
    digits, place = fit_digits(theme, sums.values, table.grid), table.right.level(table.floor)
    totals = [*sums[: len(words) - 1], result]
    factors, terms = (heat_rows(replace(theme, decimals=finer), views, rooms, "value", table.grid, scale)
                      for views, rooms in ((vectors, left), (products, right)))
    short = terms[0].digits and (terms[0].decimals < finer or not _is_exact(weights, vectors, products, factors[0].decimals, finer))
    return WeightedSum(
        words=words_at(theme, thinned(words, table.pitch), [(table.names.right, y) for y in table.rows], table.size, table.names.width),
        weights=weight_numbers(theme, weights, [(table.digits.right, y) for y in table.rows], max(table.size, theme.digit), finer),
        vectors=factors,
        products=terms,
        signs=_signs(theme, table),
        sums=[heat_map(theme, total, place, "output", digits=digits, scale=scale, grid=table.grid) for total in totals],
        line=_line(theme, table),
        note=VGroup(*[_note(theme, rounded, table)] * short),
    )


def _is_exact(weights: View, vectors: View, products: View, decimals: int, finer: int) -> bool:
    """Whether weights times vectors are the products as they are written; these and the weights with `finer` decimals."""
    written = np.round(weights.values, finer)[:, None] * np.round(vectors.values, decimals)
    return np.allclose(np.round(written, finer), np.round(products.values, finer))


def _table(theme: Theme, words: Sequence[str], vectors: View, room: Room, decimals: int) -> Table:
    """The table in which cells are largest: products stand beside their vectors or, in a high room, below them. decimals: of the weights."""
    return max((_lines(theme, words, vectors, room, decimals, lines) for lines in (1, 2)), key=lambda table: table.grid.width * table.grid.height)


def _lines(theme: Theme, words: Sequence[str], vectors: View, room: Room, decimals: int, lines: int) -> Table:
    """A table with so many lines for every token."""
    pitch = min(lines * TALLEST, room.height / (len(words) + 1.4), (room.height - TIGHT) / (len(words) + 1.22))      # low rows: a ring goes round the sum
    tall = pitch / lines * (1 - SPACE)
    size = min(LARGEST, max(SMALLEST_WORD, 0.62 * tall))
    word_width = min(1.9, max(text_width(theme, word, size) for word in words))
    weight = text_width(theme, f"0.{'0' * decimals}", max(size, theme.digit), 600, tabular=True)
    across, gap = 3 - lines, (BETWEEN, CLOSER)[lines - 1]     # vectors side by side, and between columns
    free = room.width - word_width - weight - (across + 1) * gap - PLUS
    grid = fit_grid(vectors[0].shape, Room.around((0, 0), free / across, tall))
    widths = [word_width, weight, *[grid.size[0]] * across]
    middle = room.trim(right=PLUS).centre
    columns = Room.around(middle, sum(widths) + (across + 1) * gap, room.height).columns(widths, gap=gap)
    top = middle[1] + pitch * (len(words) + 0.4) / 2
    below = pitch / lines * (lines - 1)
    rows = [top + below / 2 - i * pitch for i in range(len(words))]
    return Table(*columns[:3], columns[-1], rows, below, pitch, top - (len(words) + 0.4) * pitch, size, grid)


def _signs(theme: Theme, table: Table) -> list[VGroup]:
    before, after = (table.digits.right + table.left.left) / 2, table.right.right + PLUS / 2
    equal = before if table.below else (table.left.right + table.right.left) / 2
    return [
        VGroup(text(theme, sign, table.size, "muted", at=(x, y - below, 0))
               for sign, x, below in (("×", before, 0), ("=", equal, table.below), ("+", after, table.below)) if sign != "+" or y > table.rows[-1])
        for y in table.rows
    ]


def _line(theme: Theme, table: Table) -> VMobject:
    line = VMobject(stroke_color=theme.colour("muted"), stroke_width=2)
    return line.set_points_as_corners([[table.right.left, table.line, 0], [table.right.right, table.line, 0]])


def _note(theme: Theme, words: str, table: Table) -> Label:
    """Words beside the sum, or beside the line above it where the sum's name has that place."""
    at, align = ((table.digits.right, table.line, 0), 1) if table.below else (table.left.level(table.floor), -1)
    return text(theme, words, SMALLEST_WORD, "muted", at=at, align=align)
