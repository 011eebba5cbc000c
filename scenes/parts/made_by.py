"""A matrix above what it makes of all tokens: x W + b, row by row (Vaswani et al. 2017, section 3.2.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import Animation, VGroup

from model import View
from scenes.base.layout import below, fitted, named, right_of
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.heat_map import MARGIN, HeatMap, fit_grid, heat_map, peak
from scenes.parts.motion import BLINK, BRIEF, appear, live_dot_product
from scenes.parts.shapes import room_of
from scenes.parts.tokens import card_width, cards_beside

LETTER, FORMULA, SIGN = (size * PX for size in (38, 66, 26))
CARD, APART, SHARES = 190 * PX, 50 * PX, (2, 4, 4, 4)      # width of cards; gaps; widths of X and of the three matrices
LINE, ROW, COLUMN = (length * PX for length in (60, 80, 19))       # a line of words, a row of results, x upright
BIAS = (5, 2)                             # heights of a matrix and its bias, if that has room for digits
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

    def multiply(self, theme: Theme, x: View, column: HeatMap, i: int, j: int, seconds: float) -> Iterator[Animation]:
        """Entry j of what token i becomes is counted out. x: (n, d_model). column: row i of it, upright beside the matrix."""
        (weights, bias), (cells, *numbers) = self.views, self.result.row(i)
        pairs = [(a[0], b[j]) for a, b in zip(column.cells, self.matrix.cells, strict=True)]
        yield appear(cells[j], run_time=BLINK)
        yield live_dot_product(theme, x[i], weights[:, j], pairs, numbers[0][j] if numbers else None, start=float(bias[j]), run_time=seconds)

    def rest_of_row(self, i: int, skip: int = 0) -> Animation:
        """The entries of what token i becomes, but the first ones."""
        return appear(*(self.result.cell(i, j) for j in range(skip, len(self.result.cells[0]))), lag=0.3, run_time=BRIEF)


class ByHand(NamedTuple):
    """Factors as they are multiplied by hand: `x`, its `name` and the `cards` of its tokens, and what is `made`."""

    x: HeatMap
    name: VGroup
    cards: VGroup
    made: list[MadeBy]


def rows_of(room: Room, count: int, roomy: bool) -> list[Room]:
    """Of a column for so many tokens: the name of the matrix, the matrix and its bias, what comes out, its name."""
    gap, tall = _gap(room, count, roomy), min(ROW * count + 2 * MARGIN, (MOST if roomy else LESS) * room.height)
    return room.rows([LINE, room.height - 2 * LINE - tall - 3 * gap, tall, LINE], gap)


def made_by(theme: Theme, letter: str, role: str, views: tuple[View, View], made: View, room: Room, line: Room, roomy: bool) -> MadeBy:
    """A matrix and its bias, `views`, in a column over what is made (n, d_k); its formulas, either of which fills a line."""
    top, middle, bottom, foot = rows_of(room, len(made), roomy)
    (weights, bias), small = views, letter.lower()
    result = heat_map(theme, made, bottom, role, digits=True)
    grid = fit_grid(weights.shape, middle)
    upper, lower = middle.rows(BIAS if roomy else [len(grid.rows), 1], _gap(room, len(made), roomy))
    grid = grid._replace(width=result.grid.width, height=(upper.height - 2 * MARGIN) / len(grid.rows))
    row = grid._replace(rows=(0,), height=lower.height - 2 * MARGIN if roomy else grid.height)
    bias_map = heat_map(theme, bias, lower, role, True, peak(made), grid=row)
    sign = right_of(equation(theme, f"b_{letter}", size=SIGN, role=role), result.border, TIGHT / 4).match_y(bias_map)
    formulas = (f"{{{{ {small} : z }}}} = x W_{letter} + b_{letter}", f"{{{{ {letter} : z }}}} = X W_{letter} + b_{letter}")
    names = tuple(named(theme, name, shape, role, LETTER, at=foot) for name, shape in ((small, made[0].shape), (letter, made.shape)))
    matrix, name = heat_map(theme, weights, upper, role, grid=grid), named(theme, f"W_{letter}", weights.shape, role, LETTER, at=top)
    for_one, for_all = (fitted(equation(theme, formula, {"z": role}, FORMULA), line) for formula in formulas)
    return MadeBy(views, name, matrix, VGroup(bias_map, sign), result, for_one, for_all, names)


def by_hand(theme: Theme, tokens: Sequence[str], i: int, x: View, made: Sequence[tuple[str, str, tuple[View, View], View]], room: Room,
            roomy: bool) -> ByHand:
    """X (n, d_model) at the left of a room, and each matrix above what comes out; what is done, in the corner.

    i: the token that is followed. made: of each matrix its letter, its role, W and b, and what it makes of X.
    """
    cards = card_width(theme, tokens, CARD)
    left, *columns = room.trim(left=cards + TIGHT, right=APART).columns(SHARES, APART)
    top, corner, *_ = rows_of(replace(left, left=room.left), len(tokens), roomy)
    low = corner.height < len(made) * top.height
    corner = replace(corner, top=top.top) if low or not roomy else corner
    lines = corner.trim(bottom=GAP).rows(len(made), TIGHT / 2 if low else GAP)
    projections = [made_by(theme, *each, *rooms, roomy) for each, *rooms in zip(made, columns, lines, strict=True)]
    result = projections[0].result
    picture = heat_map(theme, x, left.level(result.border.get_y()), grid=fit_grid(x.shape, left)._replace(height=result.grid.height))
    beside = cards_beside(theme, tokens, picture, cards, keep=i)
    beside[i].box.set_stroke(theme.colour("output"))
    name = below(named(theme, "X", x.shape, size=LETTER), picture.border)
    return ByHand(picture, name, beside, projections)


def column_beside(theme: Theme, x: View, i: int, matrix: HeatMap) -> HeatMap:
    """Row i of x (n, d_model), upright beside a matrix, entry by entry at the height of the row that it multiplies."""
    room = room_of(matrix.border).outside(left=COLUMN, gap=COLUMN / 2)
    return heat_map(theme, x[i : i + 1].T, room, scale=peak(x), grid=matrix.grid._replace(columns=(0,), width=COLUMN))


def _gap(room: Room, count: int, roomy: bool) -> float:
    """Between the pictures of a column; so many results as take all the height that they may have leave it to the matrix."""
    return GAP if roomy and ROW * count < MOST * room.height else TIGHT / 2
