"""Paths for Cairo, many at once: what a Python loop over every curve would draw, handed over in one call for each shape."""

import ctypes
from collections.abc import Sequence
from functools import cache
from itertools import repeat

import cairo
import numpy as np

CURVE = 4                                 # points: an anchor, two handles, an anchor
RECORD = 2 * ctypes.sizeof(ctypes.c_double)     # cairo_path_data_t: a header, or x and y
CLOSENESS = 1e-5                          # relative to coordinates: nearer points are the same to manim


class Path(ctypes.Structure):
    """cairo_path_t (cairo.h). bounds: the least x and y, and the greatest, of its points; its curves do not leave them."""

    _fields_ = [("status", ctypes.c_int), ("records", ctypes.c_void_p), ("n_records", ctypes.c_int)]

    def __init__(self, records: np.ndarray, address: int, begin: int, end: int, bounds: list[float]):
        super().__init__(0, address + RECORD * begin, end - begin)
        self.kept, self.bounds = records, bounds


def _header(kind: int, n_records: int) -> float:
    """The head of a cairo_path_data_t, two ints, in the place of a double."""
    return np.array([kind, n_records], np.int32).view(np.float64)[0]


MOVE, CURVE_TO, CLOSE = _header(0, 2), _header(2, 4), _header(3, 1)    # CAIRO_PATH_MOVE_TO, …, and how many records they take


def pack(shapes: Sequence[np.ndarray], tolerances: Sequence[float]) -> list[Path] | None:
    """The paths of shapes, each points (4 · curve, 3) and the distance below which two are one; None if the points of any are not
    finite or its last curve is not whole.

    A curve that does not start where the one before it ends starts a new line; a line that ends where it starts is closed.
    """
    if any(len(points) % CURVE for points in shapes):
        return None
    points = np.concatenate(shapes).astype(float, copy=False)
    if not np.isfinite(points).all():
        return None
    lengths = np.array([len(points) // CURVE for points in shapes])
    curves = points[:, :2].reshape(-1, CURVE, 2)                # curve point xy
    starts, ends, near = curves[:, 0], curves[:, -1], np.repeat(tolerances, lengths)[:, None]
    first = np.ones(len(curves) + 1, bool)                      # and after the last curve the first of no line
    first[1:-1] = _apart(ends[:-1], starts[1:], near[1:])
    first[np.cumsum(lengths)] = True
    last, first = first[1:], first[:-1]
    closed = last.copy()
    closed[last] = ~_apart(starts[first], ends[last], near[last])

    after = np.cumsum(2 * first + CURVE + closed)               # curve: where the records of the next one begin
    at = after - closed - CURVE
    records = np.empty((after[-1], 2))                          # record: a header and no more, or x and y
    records[at[first] - 2, 0] = MOVE
    records[at[first] - 1] = starts[first]
    records[at, 0] = CURVE_TO
    records[at[:, None] + range(1, CURVE)] = curves[:, 1:]
    records[after[closed] - 1, 0] = CLOSE
    ends = after[np.cumsum(lengths) - 1].tolist()
    return list(map(Path, repeat(records), repeat(records.ctypes.data), [0, *ends[:-1]], ends, _bounds(points, lengths)))


def _bounds(points: np.ndarray, lengths: np.ndarray) -> list[list[float]]:
    """The least x and y, and the greatest, of the points of each shape, of so many curves."""
    starts = CURVE * (np.cumsum(lengths) - lengths)
    return np.concatenate([extreme.reduceat(points[:, :2], starts) for extreme in (np.minimum, np.maximum)], axis=1).tolist()


def _apart(a: np.ndarray, b: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
    """Which of the points (n, 2) differ, as `VMobject.consider_points_equals_2d` has it: relative to b."""
    return (np.abs(a - b) > tolerance + CLOSENESS * np.abs(b)).any(1)


def address(context: cairo.Context) -> int:
    """Where the cairo_t of a context is: the first field of PycairoContext after the head of every object (py3cairo.h)."""
    return ctypes.c_void_p.from_address(id(context) + object.__basicsize__).value


def layout_is_known() -> bool:
    """Whether a PycairoContext holds two pointers and nothing else; reading another one's memory could end the process."""
    return cairo.Context.__basicsize__ == object.__basicsize__ + 2 * ctypes.sizeof(ctypes.c_void_p)


@cache
def append_path():
    """cairo_append_path of the library that pycairo is linked with: (address of a context, path)."""
    function = ctypes.PyDLL(cairo._cairo.__file__).cairo_append_path
    function.argtypes, function.restype = [ctypes.c_void_p, ctypes.POINTER(Path)], None
    return function
