"""The weighted sum, term by term: weight × vector = product, one row for every token, and their sum below."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.parts.heat_map import SMALLEST_DIGIT, HeatMap, fit_digits, fit_grid, heat_map, heat_rows
from scenes.parts.label import SMALLEST_WORD, WORD, text, text_width, weight_numbers, words_at
from scenes.stage import Room
from scenes.theme import Theme

SPACE = 0.18                              # share of a row's height between it and the next
TALLEST = 0.84
BETWEEN, WEIGHT, PLUS = 0.6, 0.72, 0.4   # room between the columns, for the digits of a weight, and for the plus signs


class WeightedSum(NamedTuple):
    """The rows of a weighted sum.

    words, weights, vectors, products: one for each token. signs: "×", "=" and "+" for each token. sums: the running sum after each
    term, all at the same place; the last is the result. line: above the sum.
    """

    words: VGroup
    weights: VGroup
    vectors: list[HeatMap]
    products: list[HeatMap]
    signs: list[VGroup]
    sums: list[HeatMap]
    line: VMobject


def weighted_sum(theme: Theme, words: Sequence[str], weights: View, vectors: View, products: View, sums: View, result: View,
                 room: Room, decimals: int) -> WeightedSum:
    """A weighted sum laid out in a room.

    weights: (n). vectors, products, sums: (n, d), the vectors, times their weights, and added up so far. result: (d), equal to
    the last of the sums.
    """
    pitch = min(TALLEST, room.height / (len(words) + 1.4))
    tall = pitch * (1 - SPACE)
    size = min(WORD, max(SMALLEST_WORD, 0.62 * tall))
    word_width = min(1.9, max(text_width(theme, word, size) for word in words))
    grid = fit_grid(vectors[0].shape, Room.around((0, 0), (room.width - word_width - WEIGHT - 3 * BETWEEN - PLUS) / 2, tall), largest=0.72)
    wide = word_width + WEIGHT + 2 * grid.size[0] + 3 * BETWEEN
    room = room.trim(right=PLUS)
    names, digits, left, right = Room.around(room.centre, wide, room.height).columns(
        [word_width, WEIGHT, grid.size[0], grid.size[0]], gap=BETWEEN
    )
    top = room.centre[1] + pitch * (len(words) + 0.4) / 2
    rows = [top - i * pitch for i in range(len(words))]
    floor = top - (len(words) + 0.4) * pitch
    scale = float(np.abs(vectors.values).max())
    totals = [*sums[: len(words) - 1], result]
    digits_of_sums = fit_digits(theme, sums.values, grid, decimals)

    half = grid.size[0] / 2
    times, equals = (digits.right + left.centre[0] - half) / 2, (left.centre[0] + right.centre[0]) / 2
    line = VMobject(stroke_color=theme.colour("muted"), stroke_width=2)
    line.set_points_as_corners([[right.centre[0] + side * half, floor + 0.7 * pitch, 0] for side in (-1, 1)])
    signs = [VGroup(text(theme, "×", size, "muted", at=(times, y, 0)), text(theme, "=", size, "muted", at=(equals, y, 0))) for y in rows]
    for sign, y in zip(signs[:-1], rows, strict=False):
        sign.add(text(theme, "+", size, "muted", at=(right.centre[0] + half + 0.2, y, 0)))
    return WeightedSum(
        words=words_at(theme, words, [(names.right, y) for y in rows], size, names.width),
        weights=weight_numbers(theme, weights, decimals, [(digits.right, y) for y in rows], max(size, SMALLEST_DIGIT)),
        vectors=heat_rows(theme, vectors, [left.level(y) for y in rows], "value", decimals, grid, scale),
        products=heat_rows(theme, products, [right.level(y) for y in rows], "value", decimals, grid, scale),
        signs=signs,
        sums=[heat_map(theme, view, right.level(floor), "output", digits=digits_of_sums, scale=scale, grid=grid) for view in totals],
        line=line,
    )
