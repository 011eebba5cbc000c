"""A matrix cut by its columns into equal parts, as the heads of attention cut it."""

from collections.abc import Sequence

import numpy as np

from model import View
from scenes.parts.heat_map import MOST, Grid, HeatMap, fit_grid, heat_map, peak
from scenes.parts.shapes import Block, frame
from scenes.base.room import Room
from scenes.base.theme import Theme

FEWEST, CELLS = 3, 18 * 18                # columns of a part that are shown at least, if it has so many; cells of a large matrix
FILLED = 0.7                              # share of the room that the cells of a narrow part take at least


def cut(matrix: View, n: int) -> list[View]:
    """The columns of a matrix (rows, columns) as n matrices (rows, columns / n)."""
    width = matrix.shape[1] // n
    return [matrix[:, i * width : (i + 1) * width] for i in range(n)]


def slice_grid(matrix: View, n: int, room: Room) -> Grid:
    """The cells of each of n parts that fit a room; all parts together show about as many columns as a matrix does, and of many rows
    only so many that they are not more cells than of one that is shown whole."""
    (rows, columns), shown = matrix.shape, max(FEWEST, MOST // n)
    grid = fit_grid((rows, columns // n), room, shown, MOST if rows <= MOST else CELLS // (n * shown))
    return grid._replace(width=max(grid.width, FILLED * room.width / len(grid.columns)))


def slices(theme: Theme, matrix: View, centres: Sequence[np.ndarray], role: str, grid: Grid) -> list[HeatMap]:
    """A matrix in as many parts as there are centres, on one scale."""
    scale = peak(matrix)
    return [
        heat_map(theme, part, Room.around(centre, 0, 0), role, scale=scale, grid=grid)
        for part, centre in zip(cut(matrix, len(centres)), centres, strict=True)
    ]


def in_line(n: int, pitch: float, centre: Sequence[float]) -> list[np.ndarray]:
    """The centres of n parts side by side around a centre."""
    return [np.array([centre[0] + (i - (n - 1) / 2) * pitch, centre[1], 0]) for i in range(n)]


def joined(n: int, grid: Grid, centre: Sequence[float]) -> list[np.ndarray]:
    """The centres of n parts that stand so close that their cells make up one matrix again."""
    return in_line(n, len(grid.columns) * grid.width, centre)


def around_joined(theme: Theme, n: int, grid: Grid, centre: Sequence[float], role: str) -> Block:
    """The frame of a matrix whose n parts are joined."""
    width = n * len(grid.columns) * grid.width + 2 * grid.margin
    return frame(theme, Room.around(centre, width, grid.size[1]), role)
