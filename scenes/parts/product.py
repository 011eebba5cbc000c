"""A matrix product as it is done by hand: the left factor at the left, the right one above, each result where they cross."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from manim import Animation, VGroup

from model import View
from scenes.parts.heat_map import LARGEST_CELL, MARGIN, OBLONG, SLENDER, WORDY, Grid, HeatMap, fit_grid, heat_map
from scenes.parts.motion import FLASH, SHORT, appear, live_dot_product, merge
from scenes.parts.whole import Whole
from scenes.base.room import Room
from scenes.base.theme import Theme

BETWEEN = 0.3
LEAST = 0.62                              # share of the room that the result gets at least


class Product(Whole):
    """Three heat maps: row i of `result` stands at the height of row i of `left`, its column j below column j of `above`."""

    def __init__(self, left: HeatMap, above: HeatMap, result: HeatMap):
        super().__init__(left=left, above=above, result=result)


class Factor(NamedTuple):
    """How one of the three matrices is drawn: what it shows, the role of its frame, whether it holds weights, and with how many
    decimals, if not as many as the theme says."""

    view: View
    role: str
    weights: bool = False
    decimals: int | None = None


def product(theme: Theme, left: Factor, above: Factor, result: Factor, room: Room, digits: bool = True) -> Product:
    """left (n, d) times above (d, m) is result (n, m), laid out in a room."""
    grids = _grids(left.view, above.view, result.view, room)
    (wide, low), (_, high), (broad, _) = (grid.size for grid in grids)
    whole = Room.around(room.centre, wide + BETWEEN + broad, high + BETWEEN + low)
    beside, below = whole.trim(left=wide + BETWEEN), whole.trim(top=high + BETWEEN)
    rooms = (below.trim(right=broad + BETWEEN), beside.trim(bottom=low + BETWEEN), beside.trim(top=high + BETWEEN))
    return Product(*(
        heat_map(theme if factor.decimals is None else replace(theme, decimals=factor.decimals), factor.view, place, factor.role, digits,
                 weights=factor.weights, grid=grid)
        for factor, place, grid in zip((left, above, result), rooms, grids, strict=True)
    ))


def multiplied(theme: Theme, work: Product, i: int) -> Iterator[list[Animation]]:
    """What is played to fill a product: row i entry by entry, the first one slowly; then all the other rows."""
    left, over, result = work.left, work.above, work.result
    for j, (cell, into) in enumerate(zip(result.cells[i], result.numbers[i] if result.digits else [None] * len(result.cells[i]), strict=True)):
        row, column, seconds = left.cells[i], VGroup(line[j] for line in over.cells), max(FLASH, SHORT / (j + 1))
        yield [merge(row, column, into=cell, run_time=seconds), appear(cell, run_time=seconds)]
        if j == 0:
            yield [live_dot_product(theme, left.view[i], over.view[:, 0], zip(row, column, strict=True), into, run_time=2.4)]
        elif into is not None:
            yield [appear(into, run_time=FLASH)]
    yield [appear(*(result.row(k) for k in range(len(result.cells)) if k != i), lag=0.4)]


def _grids(left: View, above: View, result: View, room: Room) -> tuple[Grid, Grid, Grid]:
    """Grids whose rows and columns stand in line: of the left factor, of the one above, of the result."""
    a, b, c = (fit_grid(view.shape, room) for view in (left, above, result))
    wide, inner_wide = _share(room.width - BETWEEN - 4 * MARGIN, len(c.columns), len(a.columns))
    high, inner_high = _share(room.height - BETWEEN - 4 * MARGIN, len(c.rows), len(b.rows))
    most = SLENDER if room.height > room.width else OBLONG
    wide, high = min(wide, OBLONG * high), min(high, max(most * wide, WORDY))
    return (
        a._replace(width=min(inner_wide, OBLONG * high), height=high),
        b._replace(width=wide, height=min(inner_high, most * wide)),
        c._replace(width=wide, height=high),
    )


def _share(length: float, outer: int, inner: int) -> tuple[float, float]:
    """The pitch of the result's cells and of the ones that are summed over, along one side."""
    pitch = min(LARGEST_CELL, max(length / (outer + inner), LEAST * length / outer))
    return pitch, min(LARGEST_CELL, (length - pitch * outer) / inner)
