"""A matrix above what it makes of all tokens: x W + b, row by row (Vaswani et al. 2017, section 3.2.1)."""

from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.layout import fitted, named, right_of
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.heat_map import MARGIN, HeatMap, fit_grid, heat_map, peak
from scenes.parts.shapes import room_of

LETTER, FORMULA, SIGN = (size * PX for size in (38, 66, 28))
LINE, ROW, COLUMN = (length * PX for length in (60, 80, 19))       # a line of words, a row of results, x upright
MOST, LESS = 0.62, 0.42                   # share of the height that results take, and in a frame that is low for its type


class MadeBy(NamedTuple):
    """One of the three matrices at work: W (d_model, d_k), b (d_k), what comes out (n, d_k), and how it is written: for one token, for all.

    views: W and b.
    """

    views: tuple[View, View]
    name: VGroup
    matrix: HeatMap
    bias: VGroup
    result: HeatMap
    for_one: Equation
    for_all: Equation
    names: tuple[VGroup, VGroup]


def rows_of(room: Room, count: int, roomy: bool) -> list[Room]:
    """Of a column for so many tokens: the name of the matrix, the matrix and its bias, what comes out, its name."""
    gap, tall = _gap(roomy), min(ROW * count + 2 * MARGIN, (MOST if roomy else LESS) * room.height)
    return room.rows([LINE, room.height - 2 * LINE - tall - 3 * gap, tall, LINE], gap)


def made_by(theme: Theme, letter: str, role: str, views: tuple[View, View], made: View, room: Room, line: Room, roomy: bool) -> MadeBy:
    """A matrix and its bias, `views`, in a column over what is made (n, d_k); its formulas, either of which fills a line."""
    top, middle, bottom, foot = rows_of(room, len(made), roomy)
    (weights, bias), small = views, letter.lower()
    result = heat_map(theme, made, bottom, role, digits=True)
    grid = fit_grid(weights.shape, middle)
    upper, lower = middle.rows([len(grid.rows), 1], _gap(roomy))
    grid = grid._replace(width=result.grid.width, height=(upper.height - 2 * MARGIN) / len(grid.rows))
    bias_map = heat_map(theme, bias, lower, role, grid=grid._replace(rows=(0,)))
    sign = right_of(equation(theme, f"b_{letter}", size=SIGN, role=role), bias_map, TIGHT / 2)
    formulas = (f"{{{{ {small} : z }}}} = x W_{letter} + b_{letter}", f"{{{{ {letter} : z }}}} = X W_{letter} + b_{letter}")
    names = tuple(named(theme, name, shape, role, LETTER, at=foot) for name, shape in ((small, made[0].shape), (letter, made.shape)))
    matrix, name = heat_map(theme, weights, upper, role, grid=grid), named(theme, f"W_{letter}", weights.shape, role, LETTER, at=top)
    for_one, for_all = (fitted(equation(theme, formula, {"z": role}, FORMULA), line) for formula in formulas)
    return MadeBy(views, name, matrix, VGroup(bias_map, sign), result, for_one, for_all, names)


def column_beside(theme: Theme, x: View, i: int, matrix: HeatMap) -> HeatMap:
    """Row i of x (n, d_model), upright beside a matrix, entry by entry at the height of the row that it multiplies."""
    room = room_of(matrix.border).outside(left=COLUMN, gap=COLUMN / 2)
    return heat_map(theme, x[i : i + 1].T, room, scale=peak(x), grid=matrix.grid._replace(columns=(0,), width=COLUMN))


def _gap(roomy: bool) -> float:
    """Between the pictures of a column."""
    return GAP if roomy else TIGHT / 2
