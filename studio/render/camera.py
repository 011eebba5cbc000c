"""manim's camera, faster: the same pixels, with one call to Cairo for a whole path instead of one for each of its curves."""

import ctypes
import warnings
from collections.abc import Iterable
from functools import cache, lru_cache
from operator import attrgetter

import cairo
import numpy as np
from manim import BLUE, RED, WHITE, Camera, Mobject, VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP

CURVE = 4                                 # points: an anchor, two handles, an anchor
CLOSENESS = 1e-5                          # relative to coordinates: nearer points are the same to manim
LARGE = 2**16                             # bytes of points; a line of text has more, a cell or a number less
SMALL_ONES, LARGE_ONES = 2048, 64         # paths that are kept, more than one frame has: some 100 MB, though texts move
UNLIKE = "this pycairo is not the one expected: frames are drawn by manim's own, slower code"


class _Path(ctypes.Structure):
    """cairo_path_t (cairo.h)."""

    _fields_ = [("status", ctypes.c_int), ("records", ctypes.c_void_p), ("n_records", ctypes.c_int)]


def _header(kind: int, n_records: int) -> float:
    """The head of a cairo_path_data_t, two ints, in the place of a double."""
    return np.array([kind, n_records], np.int32).view(np.float64)[0]


MOVE, CURVE_TO, CLOSE = _header(0, 2), _header(2, 4), _header(3, 1)    # CAIRO_PATH_MOVE_TO, …, and how many records they take


class FastCamera(Camera):
    """A camera for flat shapes. What it does not know (images, clouds of points) it leaves to manim's own code, as it does
    everything if a test at its first use finds that it does not draw what manim draws.
    """

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options) -> None:
        """Draws mobjects and all that belongs to them on `pixel_array`."""
        mobjects = list(mobjects)
        family = self._family(mobjects)
        if not options and all(map(_known, family)) and trusted():
            self.draw(family)
        else:
            super().capture_mobjects(mobjects, **options)

    def draw(self, shapes: Iterable[VMobject]) -> None:
        """Draws shapes, each alone, in this order."""
        context = self.get_cairo_context(self.pixel_array)
        address = _address(context)
        for shape in shapes:
            self._draw(shape, context, address)

    def _family(self, mobjects: list[Mobject]) -> list[Mobject]:
        """What has points, in the order in which it is drawn; what occurs twice stands in its last place."""
        found, waiting = [], mobjects[::-1]
        while waiting:
            mobject = waiting.pop()
            if len(mobject.points):
                found.append(mobject)
            waiting.extend(reversed(mobject.submobjects))
        found = list(dict.fromkeys(reversed(found)))[::-1]
        return sorted(found, key=attrgetter("z_index")) if self.use_z_index else found

    def _draw(self, shape: VMobject, context: cairo.Context, address: int) -> None:
        layers = (
            (shape.get_stroke_width(True), shape.get_stroke_rgbas(True)),
            (None, shape.get_fill_rgbas()),
            (shape.get_stroke_width(), shape.get_stroke_rgbas()),
        )
        layers = [(width, rgbas) for width, rgbas in layers if width != 0 and _visible(rgbas)]
        if not layers:
            return
        points = shape.points.astype(float, copy=False).tobytes()
        path = (_small_path if len(points) < LARGE else _large_path)(points, shape.tolerance_for_point_equality)
        if path is None:
            self.display_vectorized(shape, context)
            return
        context.new_path()
        _append_path()(address, path)
        for width, rgbas in layers:
            self._paint(shape, context, width, rgbas)

    def _paint(self, shape: VMobject, context: cairo.Context, width: float | None, rgbas: np.ndarray) -> None:
        if len(rgbas) == 1:
            red, green, blue, alpha = rgbas[0].tolist()
            context.set_source_rgba(blue, green, red, alpha)    # Cairo's pixels are BGRA, ours RGBA
        else:
            self.set_cairo_context_color(context, rgbas, shape)
        if width is None:
            context.fill_preserve()
            return
        context.set_line_width(width * self.cairo_line_width_multiple)
        context.set_line_join(LINE_JOIN_MAP[shape.joint_type])
        context.set_line_cap(CAP_STYLE_MAP[shape.cap_style])
        context.stroke_preserve()


def _known(mobject: Mobject) -> bool:
    return isinstance(mobject, VMobject) and not mobject.get_background_image() and mobject.n_points_per_cubic_curve == CURVE


def _visible(rgbas: np.ndarray) -> bool:
    return rgbas[0, 3] != 0 if len(rgbas) == 1 else bool(rgbas[:, 3].any())


def _path(points: bytes, tolerance: float) -> _Path | None:
    """The path of a shape from its points, float (4 · curve, 3); None if they are not finite or the last curve is not whole.

    A curve that does not start where the one before it ends starts a new line; a line that ends where it starts is closed.
    """
    curves = np.frombuffer(points).reshape(-1, 3)[:, :2]
    if len(curves) % CURVE or not np.isfinite(np.frombuffer(points)).all():
        return None
    curves = curves.reshape(-1, CURVE, 2)                       # curve point xy
    starts, ends = curves[:, 0], curves[:, -1]
    first = np.ones(len(curves) + 1, bool)                      # and after the last curve the first of no line
    first[1:-1] = _apart(ends[:-1], starts[1:], tolerance)
    last, first = first[1:], first[:-1]
    closed = last.copy()
    closed[last] = ~_apart(starts[first], ends[last], tolerance)

    after = np.cumsum(2 * first + CURVE + closed)               # curve: where the records of the next one begin
    at = after - closed - CURVE
    records = np.empty((after[-1], 2))                          # record: a header and no more, or x and y
    records[at[first] - 2, 0] = MOVE
    records[at[first] - 1] = starts[first]
    records[at, 0] = CURVE_TO
    records[at[:, None] + range(1, CURVE)] = curves[:, 1:]
    records[after[closed] - 1, 0] = CLOSE
    path = _Path(0, records.ctypes.data, len(records))
    path.kept = records
    return path


_small_path, _large_path = lru_cache(SMALL_ONES)(_path), lru_cache(LARGE_ONES)(_path)


def _apart(a: np.ndarray, b: np.ndarray, tolerance: float) -> np.ndarray:
    """Which of the points (n, 2) differ, as `VMobject.consider_points_equals_2d` has it: relative to b."""
    return (np.abs(a - b) > tolerance + CLOSENESS * np.abs(b)).any(1)


def _address(context: cairo.Context) -> int:
    """Where the cairo_t of a context is: the first field of PycairoContext after the head of every object (py3cairo.h)."""
    return ctypes.c_void_p.from_address(id(context) + object.__basicsize__).value


@cache
def _append_path():
    """cairo_append_path of the library that pycairo is linked with."""
    function = ctypes.PyDLL(cairo._cairo.__file__).cairo_append_path
    function.argtypes, function.restype = [ctypes.c_void_p, ctypes.POINTER(_Path)], None
    return function


@cache
def trusted() -> bool:
    """Whether the fast code draws what manim's draws, on this machine; a warning if not. Tested once a process."""
    try:
        same = _layout_is_known() and _draws_the_same()
    except Exception:
        same = False
    if not same:
        warnings.warn(UNLIKE, RuntimeWarning, stacklevel=2)
    return same


def _layout_is_known() -> bool:
    """Whether a PycairoContext holds two pointers and nothing else; reading another one's memory could end the process."""
    return cairo.Context.__basicsize__ == object.__basicsize__ + 2 * ctypes.sizeof(ctypes.c_void_p)


def _draws_the_same() -> bool:
    stock, fast = (kind(pixel_width=64, pixel_height=36, frame_width=128 / 9) for kind in (Camera, FastCamera))
    samples = list(_samples())
    stock.display_multiple_non_background_colored_vmobjects(samples, stock.pixel_array)
    fast.draw(samples)
    drawn = not np.array_equal(stock.pixel_array, stock.background)
    return drawn and np.array_equal(stock.pixel_array, fast.pixel_array)


def _samples() -> Iterable[VMobject]:
    """Shapes with holes, open and closed, filled and not, in one colour and in two, half seen and with a stroke below."""
    points = np.random.default_rng(0).uniform(-4, 4, (6, CURVE, 3))
    points[1:3, 0], points[2, -1] = points[:2, -1], points[0, 0]      # three curves are a closed line, the others stand alone
    points[4, 0] = points[3, -1]
    for turn, style in enumerate((
        {"fill_color": BLUE, "fill_opacity": 1, "stroke_width": 0},
        {"fill_color": [RED, BLUE], "fill_opacity": 0.5, "stroke_color": WHITE, "stroke_width": 20},
        {"stroke_color": [WHITE, RED], "stroke_width": 30, "stroke_opacity": 0.7},
        {"fill_color": RED, "fill_opacity": 0.3, "stroke_width": 4,
         "background_stroke_color": WHITE, "background_stroke_width": 50},
    )):
        shape = VMobject(**style)
        shape.points = np.roll(points.reshape(-1, 3), turn, axis=1) + turn - 2
        yield shape
