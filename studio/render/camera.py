"""manim's camera, faster: the same pixels, with one call to Cairo for a whole path instead of one for each of its curves."""

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import inf
from operator import attrgetter
from types import MappingProxyType

import cairo
import numpy as np
from manim import BLUE, RED, WHITE, Camera, LineJointType, Mobject, PMobject, VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.utils.color import color_to_int_rgba

from studio.render import paths
from studio.render.grid import Rectangle

MITRE = 10.0                              # how much longer than half its width a stroke's corner may be: Cairo's own limit
SQUARE_CAP = 2**0.5                       # the same for its square end, where its joints are not mitred
FAR = 2**21                               # pixels: Cairo's numbers overflow a little farther away, and what lies there comes back elsewhere
BESIDE = np.array([-1, -1, 2, 2])         # pixels that may be touched beside those in which the edges of a box lie
ROUNDED = (LineJointType.ROUND, LineJointType.BEVEL)
NONE: Mapping = MappingProxyType({})
SAYING = ("get_fill_rgbas", "get_stroke_rgbas", "get_stroke_width", "get_background_image", "get_gradient_start_and_end_points")
Stroke = tuple[float, cairo.LineJoin, cairo.LineCap]
UNLIKE = "this pycairo is not the one expected: frames are drawn by manim's own, slower code"


class Drawing:
    """A shape made ready to be drawn, as it was then.

    layers: what is painted, in this order: with what, and along the path a width in units, how corners are joined, and how it ends.
    box: the pixels that it may touch; None if it is not seen.
    """

    __slots__ = ("box", "layers", "path")

    def __init__(self, path: paths.Path, layers: list[tuple[cairo.Pattern, Stroke | None]], box: Rectangle | None):
        self.path, self.layers, self.box = path, layers, box


class FastCamera(Camera):
    """A camera for flat shapes. What it does not know (images, clouds of points) it leaves to manim's own code, as it does
    everything if a test at its first use finds that it does not draw what manim draws.
    """

    def init_background(self) -> None:
        """Called by manim when the camera is made or given another colour."""
        if self.background_image is not None:
            super().init_background()
            return
        opaque = np.array(color_to_int_rgba(self.background_color))
        colour = (opaque * self.background_opacity).astype(np.uint8)          # premultiplied, as all that Cairo draws is
        whole = np.full((self.pixel_height, self.pixel_width), colour.view(np.uint32)[0])
        self.background = whole.view(np.uint8).reshape(self.pixel_height, self.pixel_width, len(colour))

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options) -> None:
        """Draws mobjects and all that belongs to them on `pixel_array`."""
        mobjects = list(mobjects)
        drawings = None if options else self.made_ready(self.family(mobjects))
        if drawings is None:
            super().capture_mobjects(mobjects, **options)
        else:
            self.draw(drawings)

    def family(self, mobjects: Iterable[Mobject]) -> list[Mobject]:
        """What is drawn, in this order; what occurs twice stands in its last place."""
        found = {}
        for mobject in reversed(list(mobjects)):
            _collect(mobject, found)
        shapes = [mobject for mobject in reversed(found) if len(mobject.points) >= _least(type(mobject))]
        return sorted(shapes, key=attrgetter("z_index")) if self.use_z_index else shapes

    def made_ready(self, shapes: Collection[Mobject], packed: Mapping[Mobject, paths.Path] = NONE) -> list[Drawing] | None:
        """Shapes ready to be drawn, whatever becomes of them later; None if it has to be left to manim to draw them.

        packed: the paths of those of which they are known.
        """
        return self._all_made_ready(shapes, packed) if all(map(_known, shapes)) and trusted() else None

    def draw(self, drawings: Iterable[Drawing]) -> None:
        """Draws on `pixel_array`, each thing alone, in this order."""
        context = self.get_cairo_context(self.pixel_array)
        address, append_path = paths.address(context), paths.append_path()
        for drawing in drawings:
            if not drawing.layers:
                continue
            context.new_path()
            append_path(address, drawing.path)
            for source, stroke in drawing.layers:
                context.set_source(source)
                if stroke is None:
                    context.fill_preserve()
                    continue
                width, join, cap = stroke
                context.set_line_width(width)
                context.set_line_join(join)
                context.set_line_cap(cap)
                context.stroke_preserve()

    def _all_made_ready(self, shapes: Collection[VMobject], packed: Mapping[Mobject, paths.Path]) -> list[Drawing] | None:
        if not shapes:
            return []
        if new := [shape for shape in shapes if shape not in packed]:
            found = paths.pack([shape.points for shape in new], [shape.tolerance_for_point_equality for shape in new])
            if found is None:
                return None
            packed = {**packed, **dict(zip(new, found, strict=True))}
        outlines = [packed[shape] for shape in shapes]
        layers = list(map(self._layers, shapes, _colours(shapes)))
        boxes = self._boxes(outlines, list(map(_reach, shapes, layers)))
        return [Drawing(path, painted, box if painted else None) for path, painted, box in zip(outlines, layers, boxes, strict=True)]

    def _layers(self, shape: VMobject, colours: Sequence[Sequence[float] | None]) -> list[tuple[cairo.Pattern, Stroke | None]]:
        """What is painted of a shape. colours: below, inside and of the stroke; None where there are several."""
        layers, (below, inside, around) = [], colours
        if width := shape.get_stroke_width(True):
            self._add(layers, shape, below, shape.background_stroke_rgbas, width)
        self._add(layers, shape, inside, shape.fill_rgbas, None)
        if width := shape.get_stroke_width():
            self._add(layers, shape, around, shape.stroke_rgbas, width)
        return layers

    def _add(self, layers: list, shape: VMobject, colour: Sequence[float] | None, rgbas: np.ndarray, width: float | None) -> None:
        """Another layer, unless it is not seen."""
        if colour:
            red, green, blue, alpha = colour
            if not alpha:
                return
            source = cairo.SolidPattern(blue, green, red, alpha)    # Cairo's pixels are BGRA, ours RGBA
        elif rgbas[:, 3].any():
            context = self.get_cairo_context(self.pixel_array)
            self.set_cairo_context_color(context, rgbas, shape)
            source = context.get_source()
        else:
            return
        stroke = width and (width * self.cairo_line_width_multiple, LINE_JOIN_MAP[shape.joint_type], CAP_STYLE_MAP[shape.cap_style])
        layers.append((source, stroke))

    def _boxes(self, outlines: Sequence[paths.Path], reaches: Sequence[float]) -> list[Rectangle | None]:
        """The pixels between the bounds of paths and so far beside them, in units; None where there are none."""
        across, up = self.pixel_width / self.frame_width, self.pixel_height / self.frame_height
        x, y = self.pixel_width / 2 - across * self.frame_center[0], self.pixel_height / 2 + up * self.frame_center[1]
        least_x, least_y, greatest_x, greatest_y = np.array([path.bounds for path in outlines]).T
        beside = np.array(reaches)
        edges = np.stack([x + across * (least_x - beside), y - up * (greatest_y + beside),
                          x + across * (greatest_x + beside), y - up * (least_y - beside)], axis=1)     # drawing, edge
        boxes = np.clip(np.floor(edges) + BESIDE, 0, self._all[2:] * 2)
        boxes[(np.abs(edges) > FAR).any(1)] = self._all
        return [tuple(box) if box[0] < box[2] and box[1] < box[3] else None for box in boxes.astype(int).tolist()]

    @property
    def _all(self) -> Rectangle:
        return 0, 0, self.pixel_width, self.pixel_height


def _colours(shapes: Collection[VMobject]) -> Iterator[tuple[Sequence[float] | None, ...]]:
    """The colours of each shape, below, inside and of its stroke; None in the place of several."""
    all_of = [rgbas for shape in shapes for rgbas in (shape.background_stroke_rgbas, shape.fill_rgbas, shape.stroke_rgbas)]
    single = iter(np.concatenate([np.empty((0, 4)), *(rgbas for rgbas in all_of if len(rgbas) == 1)]).tolist())
    colours = [next(single) if len(rgbas) == 1 else None for rgbas in all_of]
    return zip(colours[::3], colours[1::3], colours[2::3], strict=True)


def _reach(shape: VMobject, layers: Sequence[tuple[cairo.Pattern, Stroke | None]]) -> float:
    """How far from its points a shape may be seen, in units."""
    widest = max([stroke[0] for _, stroke in layers if stroke], default=0)
    return widest / 2 * (SQUARE_CAP if shape.joint_type in ROUNDED else MITRE) if widest else 0


def _collect(mobject: Mobject, found: dict[Mobject, None]) -> None:
    """A family, last members first, without what is there already."""
    if mobject not in found:
        for member in reversed(mobject.submobjects):
            _collect(member, found)
        found[mobject] = None


@cache
def _least(kind: type[Mobject]) -> float:
    """How many points something of a kind has at least that is seen; what manim keeps a number in is never seen."""
    if issubclass(kind, VMobject):
        return paths.CURVE
    return 1 if issubclass(kind, PMobject | AbstractImageMobject) else inf


def _known(mobject: Mobject) -> bool:
    """Whether something is a flat shape, which need not be left to manim."""
    return _plain(type(mobject)) and not mobject.background_image and mobject.n_points_per_cubic_curve == paths.CURVE


@cache
def _plain(kind: type[Mobject]) -> bool:
    """Whether things of a kind are flat shapes that say of themselves what manim's do, by what `canvas` looks at."""
    return issubclass(kind, VMobject) and all(getattr(kind, name) is getattr(VMobject, name) for name in SAYING)


@cache
def trusted() -> bool:
    """Whether the fast code draws what manim's draws, on this machine; a warning if not. Tested once a process."""
    try:
        same = paths.layout_is_known() and _draws_the_same()
    except Exception:
        same = False
    if not same:
        warnings.warn(UNLIKE, RuntimeWarning, stacklevel=2)
    return same


def _draws_the_same() -> bool:
    stock, fast = (kind(pixel_width=64, pixel_height=36, frame_width=128 / 9) for kind in (Camera, FastCamera))
    samples = list(_samples())
    stock.display_multiple_non_background_colored_vmobjects(samples, stock.pixel_array)
    fast.draw(fast._all_made_ready(samples, NONE))
    drawn = not np.array_equal(stock.pixel_array, stock.background)
    return drawn and np.array_equal(stock.pixel_array, fast.pixel_array)


def _samples() -> Iterable[VMobject]:
    """Shapes with holes, open and closed, filled and not, in one colour and in two, half seen and with a stroke below."""
    points = np.random.default_rng(0).uniform(-4, 4, (6, paths.CURVE, 3))
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
