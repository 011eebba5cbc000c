"""Heat maps: a matrix as coloured cells, with its digits where they are legible."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import ManimColor, VGroup, VMobject

from model import View
from scenes.parts.label import Number, format_number, text_width
from scenes.parts.shapes import Block, frame, rounded_points, rounded_rectangle
from scenes.parts.weight import ROOM, disc, weight_bar, write_on
from scenes.parts.whole import Whole
from scenes.base.room import PX, Room
from scenes.base.theme import Theme

LARGEST_DIGIT = 54 * PX
MOST = 24                                 # more rows or columns than this are elided
LARGEST_CELL = 190 * PX                   # from cell to cell
CELL_GAP, CELL_RADIUS = 8 * PX, 12 * PX   # between two cells, and of their corners, in large cells
GAP_SHARE, RADIUS_SHARE = 0.1, 0.14       # but at most these shares of a cell
HOLLOW = 3                                # stroke width of a cell that is no number
NOTCH, NOTCH_SHARE = 30 * PX, 0.26        # what is cut off the corner of a cell that is beyond the scale; at most this share of it
DISC = 0.94                               # share of a cell that the disc of the weight 1 takes
BEYOND = 3                                # the largest magnitude that is not beyond the scale, in root mean squares
OBLONG, LONGEST = 1.7, 4                  # a cell's sides are in this ratio at most, in a matrix and in a single row
SLENDER = 3                               # but a cell may be so many times as high as wide, or as wide as high, to fill its room
WORDY = 0.3                               # but a row may be as high as a word beside it needs
MARGIN, THIN = 0.09, 0.25                 # between the cells and their frame: a length, but at most this share of a cell
DIGIT_ROOM = 0.86                         # share of a cell that its digits may take


class Cell(Block):
    """One entry of a tensor as a coloured rectangle. `source`: which; `scale`: the magnitude drawn brightest; a larger one has a
    corner cut off. None for weights: the rectangle is only the ground of a disc or a bar."""


class Grid(NamedTuple):
    """Where the cells of a matrix lie: the shown rows and columns (None: elided) and the pitch of the cells."""

    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    width: float
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height that the cells and their frame take."""
        return len(self.columns) * self.width + 2 * self.margin, len(self.rows) * self.height + 2 * self.margin

    @property
    def margin(self) -> float:
        """Between the cells and their frame."""
        return min(MARGIN, THIN * self.height)


class Digits(NamedTuple):
    """How the entries of a matrix are written: decimals, and the em size."""

    decimals: int
    size: float


class HeatMap(Whole):
    """A matrix as a frame and cells. `cells[i][j]`, `numbers[i][j]` are of the entry (i, j) that is shown i-th, j-th.

    Made by `heat_map`. `view`: the matrix (rows, columns). `digits`: whether the numbers are shown.
    """

    def __init__(self, view: View, grid: Grid, cells: VGroup, numbers: VGroup, border: VMobject, dots: VGroup):
        super().__init__(border=border, cells=cells, numbers=numbers, dots=dots)
        self.view, self.grid = view, grid

    @property
    def digits(self) -> bool:
        return len(self.numbers) > 0

    @property
    def decimals(self) -> int:
        """The decimals with which its numbers are written, which must be there."""
        return len(self.numbers[0][0].string.partition(".")[2])

    def row(self, i: int) -> VGroup:
        """The cells and digits of the i-th shown row."""
        return VGroup(self.cells[i], *(self.numbers[i : i + 1]))

    def column(self, j: int | None) -> VGroup:
        """The cells of a column of the matrix; nothing where it is not shown."""
        shown = [k for k in self.grid.columns if k is not None]
        return VGroup(*(row[shown.index(j)] for row in self.cells if j in shown))

    def cell(self, i: int, j: int) -> VGroup:
        """One cell with its digits."""
        return VGroup(self.cells[i][j], *([self.numbers[i][j]] if self.digits else []))


def heat_map(theme: Theme, view: View, room: Room, role: str = "line", digits: Digits | bool | None = None,
             scale: float | None = None, weights: bool = False, grid: Grid | None = None) -> HeatMap:
    """A matrix (rows, columns), or a vector as one row, as a heat map in the middle of a room.

    role: of its frame. digits: True, as many as the theme says, fewer or none if they do not fit; or those of other heat maps.
    scale: the magnitude drawn brightest (default: the peak of the view). weights: entries in 0 … 1 whose rows sum to 1, as discs,
    or with digits as bars. grid: of another heat map whose rows or columns these
    stand beside, instead of one that fits the room.
    Cells shrink with the room; digits that would be illegible are left out; more than 24 rows or columns are elided.
    """
    grid = grid or fit_grid(view.shape, room)
    if digits is True:
        digits = fit_digits(theme, view.values, grid, weights)
    scale = None if weights else scale or peak(view)
    rows, columns = ([k for k in kept if k is not None] for kept in (grid.rows, grid.columns))
    entry = (lambda i, j: view[j]) if view.values.ndim == 1 else (lambda i, j: view[i, j])
    cells = VGroup(
        VGroup(_cell(theme, grid, entry(i, j), scale, bool(digits)).shift(place(grid, i, j)) for j in columns) for i in rows
    )
    values = np.atleast_2d(view.values)[np.ix_(rows, columns)]
    numbers = VGroup(
        VGroup(_digits(theme, cell, string, digits.size) for cell, string in zip(line, _written(row, digits.decimals)))
        for line, row in zip(cells, values, strict=True)
    ) if digits else VGroup()
    border = frame(theme, Room.around((0, 0), *grid.size), role)
    return HeatMap(view, grid, cells, numbers, border, _dots(theme, grid)).shift(room.centre)


def peak(*views: View) -> float:
    """The magnitude that is drawn brightest in matrices on one scale: their largest, but at most three times their root mean square,
    so that one outlier does not leave all others in the dark."""
    values = np.concatenate([view.values[np.isfinite(view.values)].ravel() for view in views])
    return min(float(np.abs(values).max(initial=0)), BEYOND * float(np.sqrt((values**2).mean()))) or 1.0


def heat_maps(theme: Theme, views: Sequence[View], rooms: Sequence[Room], role: str = "line", digits: bool = False,
              scale: float | None = None, grid: Grid | None = None) -> list[HeatMap]:
    """Matrices, each in its room, on one scale; with a grid that all share, their digits are alike too."""
    scale = scale or peak(*views)
    written = [fit_digits(theme, view.values, grid) for view in views] if digits and grid else []
    alike = digits if not grid else min(written) if written and None not in written else None
    return [heat_map(theme, view, room, role, alike, scale, grid=grid) for view, room in zip(views, rooms, strict=True)]


def heat_rows(theme: Theme, matrix: View, rooms: Sequence[Room], role: str, grid: Grid, scale: float | None = None
              ) -> list[HeatMap]:
    """The rows of a matrix as heat maps of their own, each in its room, all with the same cells, digits and scale."""
    scale = scale or peak(matrix)
    digits = fit_digits(theme, matrix.values, grid)
    return [
        heat_map(theme, row, room, role, digits=digits, scale=scale, grid=grid) for row, room in zip(matrix, rooms, strict=True)
    ]


def fit_grid(shape: Sequence[int], room: Room, most: int = MOST, most_rows: int = MOST) -> Grid:
    """The rows and columns that are shown of a matrix (or a vector, as one row), and a pitch at which they fit a room.

    most, most_rows: columns and rows that are shown.
    """
    rows, columns = _shown(shape[-2] if len(shape) > 1 else 1, most_rows), _shown(shape[-1], most)
    height = max((room.height - 2 * MARGIN) / len(rows), min(room.height / (len(rows) + 2 * THIN), MARGIN / THIN))
    across = max(room.width - 2 * MARGIN, room.width / 2)
    width, height = min(LARGEST_CELL, across / len(columns)), min(LARGEST_CELL, height)
    oblong = OBLONG if len(rows) > 1 else LONGEST
    return Grid(rows, columns, min(width, oblong * height), min(height, max(OBLONG * width, WORDY)))


def taller(grid: Grid, height: float) -> Grid:
    """A grid whose cells fill a height, as they may in a room that is higher than wide; at most SLENDER times as high as wide."""
    return grid._replace(height=min((height - 2 * grid.margin) / len(grid.rows), SLENDER * grid.width))


def wider(grid: Grid, width: float) -> Grid:
    """A grid whose cells fill a width; at most SLENDER times as wide as high."""
    return grid._replace(width=min((width - 2 * grid.margin) / len(grid.columns), SLENDER * grid.height))


def _shown(count: int, most: int) -> tuple[int | None, ...]:
    if count <= most:
        return tuple(range(count))
    half = most // 2
    return (*range(half), None, *range(count - half + 1, count))


def place(grid: Grid, row: int, column: int) -> np.ndarray:
    """Where the middle of an entry's cell lies, from the middle of the matrix."""
    return _offset(grid, grid.rows.index(row), grid.columns.index(column))


def _offset(grid: Grid, y: float, x: float) -> np.ndarray:
    return np.array([(x - (len(grid.columns) - 1) / 2) * grid.width, ((len(grid.rows) - 1) / 2 - y) * grid.height, 0])


def cell_colour(theme: Theme, value: float, scale: float | None) -> ManimColor:
    """The colour of an entry: signed, on a scale, or the ground of a weight if there is none. What is infinite is hollow."""
    if np.isinf(value):
        return theme.colour("background")
    return theme.colour("surface") if scale is None else theme.signed(value / scale)


def is_beyond(value: float, scale: float | None) -> bool:
    """Whether a value is larger than what is drawn brightest, if it is a number."""
    return scale is not None and scale * (1 + 1e-9) < abs(value) < np.inf


def _gap(grid: Grid) -> float:
    """Between two cells."""
    return min(CELL_GAP, GAP_SHARE * min(grid.width, grid.height))


def _cell(theme: Theme, grid: Grid, source: View, scale: float | None, written: bool) -> Cell:
    pitch, gap = min(grid.width, grid.height), _gap(grid)
    cell = Cell(stroke_width=0, fill_color=cell_colour(theme, float(source), scale), fill_opacity=1)
    notch = min(NOTCH, NOTCH_SHARE * pitch) * is_beyond(float(source), scale)
    cell.points = rounded_points(grid.width - gap, grid.height - gap, min(CELL_RADIUS, RADIUS_SHARE * pitch), notch).copy()
    cell.source, cell.scale = source, scale
    if np.isinf(float(source)):
        cell.set_stroke(theme.colour("line"), HOLLOW)
    if scale is None:
        inside = Room.around((0, 0), grid.width - gap, grid.height - gap)
        cell.add(weight_bar(theme, source, inside) if written else disc(theme, source, DISC * (pitch - gap)))
    return cell


def fit_digits(theme: Theme, values: np.ndarray, grid: Grid, weights: bool = False) -> Digits | None:
    """Digits that fit the cells of a grid: with fewer decimals than the theme says if need be; None if they would be illegible."""
    for places in range(theme.decimals, min(theme.decimals, 1) - 1, -1):
        strings = {string for row in np.atleast_2d(values) for string in _written(row, places)}
        widest = max(text_width(theme, string, 1, tabular=True) for string in strings)
        high = ROOM * (grid.height - _gap(grid)) if weights else DIGIT_ROOM * grid.height
        size = min(LARGEST_DIGIT, DIGIT_ROOM * grid.width / widest, high)
        if size >= theme.digit:
            return Digits(places, size)
    return None


def _written(row: np.ndarray, decimals: int) -> list[str]:
    return [format_number(x, decimals) for x in row]


def _digits(theme: Theme, cell: Cell, string: str, size: float) -> Number:
    label = Number(theme, cell.source, string, size)
    if cell.submobjects:
        return write_on(theme, label, *cell.submobjects)
    return label.set_fill(theme.ink_on(cell.get_fill_color())).shift(cell.get_center())


def _dots(theme: Theme, grid: Grid) -> VGroup:
    """Three dots where rows or columns are elided."""
    dots = VGroup()
    radius = 0.13 * min(grid.width, grid.height)
    for x in (x for x, column in enumerate(grid.columns) if column is None):
        dots.add(VGroup(_dot(theme, radius).shift(_offset(grid, (len(grid.rows) - 1) / 2, x + k)) for k in (-0.3, 0, 0.3)))
    for y in (y for y, row in enumerate(grid.rows) if row is None):
        dots.add(VGroup(_dot(theme, radius).shift(_offset(grid, y + k, (len(grid.columns) - 1) / 2)) for k in (-0.3, 0, 0.3)))
    return dots


def _dot(theme: Theme, radius: float) -> VMobject:
    return rounded_rectangle(2 * radius, 2 * radius, radius).set_fill(theme.colour("muted"), 1)
