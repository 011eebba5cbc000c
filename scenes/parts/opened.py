"""A dot product, opened: two vectors one below the other, their products below them, and what these add up to."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import LEFT, RIGHT, Animation, VGroup

from model import View
from scenes.parts.equation import equation
from scenes.parts.heat_map import HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, decimals_for_sum, text
from scenes.parts.motion import Together, appear, live_dot_product
from scenes.parts.shapes import Block, ring
from scenes.parts.tokens import row_labels
from scenes.parts.whole import Whole
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme

NAMES, CELL, ROWS = 150 * PX, 170 * PX, (1, 1, 1)         # room for the words, side of the sum, heights of the three rows


class Side(NamedTuple):
    """One of the two vectors (d), its word, and the roles of its frame and its ink."""

    view: View
    word: str
    role: str
    ink: str


class Opened(Whole):
    """`one` and `other`, two rows; `products`, a row; `total`, a single cell with a `ring` around it; `names` of the rows;
    `signs`; a `note` that products are rounded, if as they are written they do not add up to the sum."""

    def __init__(self, one: HeatMap, other: HeatMap, products: HeatMap, total: HeatMap, names: VGroup, signs: VGroup, around: Block, note: VGroup):
        super().__init__(one=one, other=other, products=products, total=total, names=names, signs=signs, ring=around, note=note)

    def count(self, theme: Theme, run_time: float = 3.0) -> Animation:
        """Pair by pair lights up, and its product with it, while the sum counts."""
        triples = zip(self.one.cells[0], self.other.cells[0], self.products.cells[0], strict=True)
        into = self.total.numbers[0][0] if self.total.digits else None
        return live_dot_product(theme, self.one.view, self.other.view, triples, into, run_time=run_time)

    def multiply(self, run_time: float = 1.0) -> Animation:
        """The products come up from left to right."""
        parts = [self.products.cells[0], *(self.products.numbers[:1])]
        return Together(appear(self.products.border), *(appear(*part, lag=0.3, run_time=run_time / 2) for part in parts))


def opened(theme: Theme, sides: Sequence[Side], products: View, total: View, scale: float, room: Room, rounded: str) -> Opened:
    """A dot product laid out in a room.

    sides: the two vectors. products: (d), entry by entry. total: (1, 1), their sum; scale: the magnitude at which it is drawn brightest.
    rounded: what is written beside a sum that is not that of the products as they are written.
    """
    above, below = room.rows([sum(ROWS) * CELL / 2, CELL], TIGHT)
    left = min(NAMES, room.width / 3)
    places = above.trim(left=left).rows(ROWS, TIGHT)
    views = [sides[0].view, sides[1].view, products]
    grid = fit_grid(views[0].shape, places[0])
    digits = min((fit_digits(theme, view.values, grid) or () for view in views)) or None
    scales = [peak(sides[0].view), peak(sides[1].view), peak(products)]
    rows = [heat_map(theme, view, place, role, digits, bright, grid=grid) for view, place, role, bright in zip(
        views, places, (sides[0].role, sides[1].role, "line"), (max(scales[:2]), max(scales[:2]), scales[2]), strict=True)]
    side = min(CELL, below.height)
    cell = heat_map(theme, total, Room.around(rows[2].border.get_center(), side, side).outside(bottom=side), "background", True, scale)
    cell.move_to([rows[2].get_x(), below.centre[1], 0])
    names = VGroup(row_labels(theme, [side.word], row, side.ink, left - TIGHT) for side, row in zip(sides, rows))
    size = min(WORD, 2 * grid.height)
    sign = equation(theme, "sum =", size=size, role="muted").next_to(cell, LEFT, buff=GAP)
    times = equation(theme, "times =", size=size, role="muted").next_to(rows[2].border, LEFT, buff=TIGHT)
    around = ring(theme, cell.cells[0][0])
    exact = not digits or decimals_for_sum(products.values, float(total[0, 0]), theme.decimals) <= digits.decimals
    note = text(theme, rounded, SMALLEST_WORD, "muted").next_to(around, RIGHT, buff=GAP)
    return Opened(*rows, cell, names, VGroup(times, sign), around, VGroup(*[note] * (not exact)))
