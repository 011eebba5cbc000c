"""A matrix product as it is done by hand: the left factor at the left, the right one above, each result where they cross."""

from typing import NamedTuple

from model import View
from scenes.parts.heat_map import LARGEST_CELL, MARGIN, OBLONG, WORDY, HeatMap, fit_grid, heat_map
from scenes.stage import Room
from scenes.theme import Theme

BETWEEN = 0.3
LEAST = 0.62                              # share of the room that the result gets at least


class Product(NamedTuple):
    """Three heat maps: row i of `result` stands at the height of row i of `left`, its column j below column j of `above`."""

    left: HeatMap
    above: HeatMap
    result: HeatMap


class Factor(NamedTuple):
    """How one of the three matrices is drawn: what it shows, the role of its frame, and whether it holds weights."""

    view: View
    role: str
    weights: bool = False


def product(theme: Theme, left: Factor, above: Factor, result: Factor, room: Room, decimals: int) -> Product:
    """left (n, d) times above (d, m) is result (n, m), laid out in a room."""
    rows, columns = fit_grid(result.view.shape, room).rows, fit_grid(result.view.shape, room).columns
    inner = fit_grid(left.view.shape, room).columns
    wide, inner_wide = _share(room.width - BETWEEN - 4 * MARGIN, len(columns), len(inner))
    high, inner_high = _share(room.height - BETWEEN - 4 * MARGIN, len(rows), len(inner))
    wide, high = min(wide, OBLONG * high), min(high, max(OBLONG * wide, WORDY))
    inner_wide, inner_high = min(inner_wide, OBLONG * high), min(inner_high, OBLONG * wide)
    grid = fit_grid(result.view.shape, room)._replace(width=wide, height=high)
    left_grid = fit_grid(left.view.shape, room)._replace(width=inner_wide, height=high)
    above_grid = fit_grid(above.view.shape, room)._replace(width=wide, height=inner_high)
    width = left_grid.size[0] + BETWEEN + grid.size[0]
    height = above_grid.size[1] + BETWEEN + grid.size[1]
    whole = Room.around(room.centre, width, height)
    lower, upper = whole.trim(top=height - grid.size[1]), whole.trim(bottom=height - above_grid.size[1])
    beside = whole.trim(left=width - grid.size[0])
    pictures = (
        (left, Room(whole.left, whole.left + left_grid.size[0], lower.bottom, lower.top), left_grid),
        (above, Room(beside.left, beside.right, upper.bottom, upper.top), above_grid),
        (result, Room(beside.left, beside.right, lower.bottom, lower.top), grid),
    )
    return Product(*(
        heat_map(theme, factor.view, place, factor.role, decimals, weights=factor.weights, grid=own) for factor, place, own in pictures
    ))


def _share(length: float, outer: int, inner: int) -> tuple[float, float]:
    """The pitch of the result's cells and of the ones that are summed over, along one side."""
    pitch = min(LARGEST_CELL, max(length / (outer + inner), LEAST * length / outer))
    return pitch, min(LARGEST_CELL, (length - pitch * outer) / inner)
