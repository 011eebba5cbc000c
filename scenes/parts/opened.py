"""A dot product, opened: two vectors one below the other, their products below them, and what these add up to."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import LEFT, Animation, VGroup

from model import View
from scenes.parts.equation import equation
from scenes.parts.heat_map import Digits, Grid, HeatMap, fit_digits, fit_grid, heat_map, peak, taller
from scenes.parts.label import WORD, decimals_for_sum, in_two_lines
from scenes.parts.motion import BLINK, Together, appear, live_dot_product
from scenes.parts.shapes import Block, ring, room_of
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


class Added(NamedTuple):
    """What is added up: `products` (d), entry by entry, and their `total` (1, 1); which of them are `picked` where there is no room for all, and what
    the `rest` adds up to."""

    products: View
    total: View
    picked: View
    rest: View


class Opened(Whole):
    """`one` and `other`, two rows; `products`, a row; where only some are shown the `rest`, what all others add up to; `total`, a single cell with
    a `ring` around it; `names` of the rows; `signs`; a `note` on the rest, or that products are rounded, if as they are written they do not add up to
    the sum."""

    def __init__(self, one: HeatMap, other: HeatMap, products: HeatMap, rest: Sequence[VGroup], total: HeatMap, names: VGroup, signs: VGroup,
                 around: Block, note: VGroup):
        super().__init__(one=one, other=other, products=products, rest=rest, total=total, names=names, signs=signs, ring=around, note=note)

    def count(self, theme: Theme, run_time: float = 3.0) -> Animation:
        """Pair by pair lights up, and its product with it, while the sum counts; where only some are shown it comes after them."""
        triples = zip(self.one.cells[0], self.other.cells[0], self.products.cells[0], strict=True)
        few, into = None in self.one.grid.columns, self.total.numbers[0][0] if self.total.digits else None
        counted = live_dot_product(theme, self.one.view, self.other.view, triples, None if few else into, run_time=run_time)
        return Together(counted, appear(into), lag=1) if few and into else counted

    def multiply(self, run_time: float = 1.0) -> Animation:
        """The products come up from left to right, at last what the others add up to, and the note."""
        parts = [self.products.cells[0], *(self.products.numbers[:1])]
        there = Together(appear(self.products.border, self.products.dots), *(appear(*part, lag=0.3, run_time=run_time / 2) for part in parts))
        return Together(there, appear(*self.rest, self.note, run_time=BLINK), lag=1) if self.note or self.rest else there


def opened(theme: Theme, sides: Sequence[Side], added: Added, scale: float, room: Room, said: Sequence[str]) -> Opened:
    """A dot product laid out in a room: where there is no room for all digits only some entries, and what the others add up to.

    sides: the two vectors. scale: the magnitude at which the sum is drawn brightest. said: what is written of what the others add up to, and beside
    a sum that is not that of the products as they are written, line by line.
    """
    products, total = added.products, added.total
    above, below = room.rows([sum(ROWS) * CELL / 2, CELL], TIGHT)
    left = min(NAMES, room.width / 3)
    places = above.trim(left=left).rows(ROWS, TIGHT)
    views = [sides[0].view, sides[1].view, products]
    grid, wide = taller(fit_grid(views[0].shape, places[0]), places[0].height), fit_grid((len(added.picked) + 1,), places[0])
    few = len(products) > len(added.picked) and not _digits(theme, views, grid) and _digits(theme, views, wide) is not None
    if few:
        grid = wide._replace(columns=(*added.picked.values.astype(int), None))
    digits = _digits(theme, views, grid)
    scales = [peak(sides[0].view), peak(sides[1].view), peak(products)]
    rows = [heat_map(theme, view, place, role, digits, bright, grid=grid) for view, place, role, bright in zip(
        views, places, (sides[0].role, sides[1].role, "line"), (max(scales[:2]), max(scales[:2]), scales[2]), strict=True)]
    rest = [_in_place_of_dots(theme, rows[2], added.rest, digits, scales[2])] if few else []
    side = min(CELL, below.height)
    cell = heat_map(theme, total, Room.around(rows[2].border.get_center(), side, side).outside(bottom=side), "background", True, scale)
    cell.move_to([room_of(rows[2].border).left + side / 2, below.centre[1], 0])
    names = VGroup(row_labels(theme, [side.word], row, side.ink, left - TIGHT) for side, row in zip(sides, rows))
    size = min(WORD, 2 * grid.height)
    sign = equation(theme, "sum =", size=size, role="muted").next_to(cell, LEFT, buff=GAP if left == NAMES else TIGHT / 2)
    times = equation(theme, "times =", size=size, role="muted").next_to(rows[2].border, LEFT, buff=TIGHT)
    around = ring(theme, cell.cells[0][0])
    terms = [*products.values[[*grid.columns[:-1]]], added.rest.values.item()] if few else products.values
    exact = not digits or decimals_for_sum(terms, float(total[0, 0]), theme.decimals) <= digits.decimals
    free = Room(room_of(around).right + TIGHT, room.right, below.bottom, below.top)
    lines = (*said[:1] * few, *said[1:] * (not exact)) if free.width > 2 * GAP else ()
    note = [in_two_lines(theme, line, WORD, place) for line, place in zip(lines, free.rows(len(lines) or 1, 0))]
    return Opened(*rows, rest, cell, names, VGroup(times, sign), around, VGroup(*note))


def _in_place_of_dots(theme: Theme, row: HeatMap, rest: View, digits: Digits, scale: float) -> VGroup:
    """A cell in the place of the dots at the end of a row, which go."""
    edge = room_of(row.dots)
    row.dots.remove(*row.dots)
    grid = row.grid._replace(columns=(0,))
    return heat_map(theme, rest, Room.around(edge.centre, *grid.size), digits=digits, scale=scale, grid=grid).cell(0, 0)


def _digits(theme: Theme, views: Sequence[View], grid: Grid) -> Digits | None:
    """The digits that all of some vectors can have in a grid."""
    return min((fit_digits(theme, view.values, grid) or () for view in views)) or None
