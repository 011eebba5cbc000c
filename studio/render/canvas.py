"""What is on the screen: pictures drawn one after the other, each with where it differs from the one before."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

import numpy as np
from manim import Camera, Mobject, VMobject

from studio.render.camera import Drawing, FastCamera
from studio.render.grid import Grid, Rectangle

STYLE = attrgetter("stroke_width", "background_stroke_width", "joint_type", "cap_style", "background_image",
                   "n_points_per_cubic_curve")
UNKNOWN = (), None


class Canvas:
    """Draws every picture whole.

    pixels: the last picture, uint8 (height, width, 4), RGBA. changed: rectangles outside which it is the picture before; they
    follow from the two pictures alone, however these were drawn.
    """

    def __init__(self, camera: Camera):
        self.camera, self.grid = camera, Grid(camera.pixel_height, camera.pixel_width)
        self.pixels, self.below = np.zeros_like(camera.pixel_array), camera.pixel_array.copy()
        self.changed: list[Rectangle] = self.grid.whole

    def lay(self, mobjects: Iterable[Mobject]) -> None:
        """What lies below all else in the next pictures, as it is now."""
        self.camera.reset()
        self.camera.capture_mobjects(mobjects)
        self.below[:] = self.camera.pixel_array

    def draw(self, mobjects: Iterable[Mobject]) -> None:
        """A picture of mobjects over what was laid below."""
        self.camera.set_frame_to_background(self.below)
        self.camera.capture_mobjects(mobjects)
        self._show(self.grid.whole)

    def _show(self, where: Sequence[Rectangle]) -> None:
        """The picture is now what the camera has drawn in some places."""
        drawn = self.camera.pixel_array
        self.changed = self.grid.differing(_words(drawn), _words(self.pixels), where)
        _copy(drawn, self.pixels, self.changed)


class DirtyCanvas(Canvas):
    """Draws only what has changed: where a shape was that is not there or not as it was, and where one is that was not.

    There every shape that may touch the place is drawn, whole, since within a clip Cairo would not draw the same; what that does
    outside is left alone. A picture with anything in it that the camera leaves to manim, or that is there twice, is drawn whole.
    """

    camera: FastCamera

    def __init__(self, camera: FastCamera):
        super().__init__(camera)
        self._known: dict[VMobject, tuple[tuple, Drawing]] = {}
        self._laid: list[Drawing] | None = []
        self._forget()

    def lay(self, mobjects: Iterable[Mobject]) -> None:
        if self._background is not self.camera.background:
            self._forget()
        kept = {*self._shown, *self._ground}
        self._known = {shape: known for shape, known in self._known.items() if known[1] in kept}
        self._laid = self._drawings(mobjects)
        if self._laid is None:
            super().lay(mobjects)
            self._background = None
        elif self._laid != self._ground[:len(self._laid)]:
            self._spread()

    def draw(self, mobjects: Iterable[Mobject]) -> None:
        drawings = None if self._laid is None else self._drawings(mobjects)
        if drawings is None or not {*self._laid}.isdisjoint(drawings):
            self._draw_whole(mobjects)
            return
        picture = self._laid + drawings
        if self._ground != picture[:len(self._ground)]:
            self._spread()
        where = self.grid.around(_moved(self._shown, picture)) if self._shown else self.grid.whole
        self._paint(self.below, picture[len(self._ground):], where)
        self._show(where)
        self._shown = picture

    def _draw_whole(self, mobjects: Iterable[Mobject]) -> None:
        if self._laid is not None and self._ground != self._laid:
            self._spread()
        super().draw(mobjects)
        self._shown = []

    def _forget(self) -> None:
        """Nothing is laid yet, and nothing that was drawn can be relied on."""
        self._background, self._shown, self._ground = self.camera.background, [], []
        self.below[:] = self._background

    def _spread(self) -> None:
        """Draws what is laid. What lies below pictures may be more than that, as long as they show it as it was."""
        where = self.grid.around(_moved(self._ground, self._laid))
        self._paint(self._background, self._laid, where)
        _copy(self.camera.pixel_array, self.below, where)
        self._ground = self._laid

    def _paint(self, below: np.ndarray, drawings: Sequence[Drawing], where: Sequence[Rectangle]) -> None:
        """Draws in some places what is to be seen there; elsewhere the camera's picture is of no use then."""
        _copy(below, self.camera.pixel_array, where)
        self.camera.draw(drawing for drawing in drawings if drawing.box and any(_meet(drawing.box, place) for place in where))

    def _drawings(self, mobjects: Iterable[Mobject]) -> list[Drawing] | None:
        """How everything is drawn, the same object as before if it is drawn as before; None if manim has to draw it."""
        shapes, said, packed = self.camera.family(mobjects), {}, {}
        for shape in shapes:
            now, (before, drawing) = _said(shape), self._known.get(shape, UNKNOWN)
            if now != before:
                said[shape] = now
                if drawing and now[0] == before[0]:
                    packed[shape] = drawing.path
        ready = self.camera.made_ready(said, packed)
        if ready is None:
            return None
        self._known |= zip(said, zip(said.values(), ready, strict=True), strict=True)
        return [self._known[shape][1] for shape in shapes]


def _said(shape: Mobject) -> tuple:
    """All that the picture of a shape depends on; first what its path depends on."""
    if not isinstance(shape, VMobject):
        return (object(),)                # not known, and never the same
    inside, stroke, below = shape.fill_rgbas, shape.stroke_rgbas, shape.background_stroke_rgbas
    several = len(inside) + len(stroke) + len(below) > 3
    gradient = np.concatenate(shape.get_gradient_start_and_end_points()).tobytes() if several else b""
    path = shape.points.tobytes(), shape.tolerance_for_point_equality
    return path, inside.tobytes(), stroke.tobytes(), below.tobytes(), gradient, STYLE(shape)


def _moved(before: Sequence[Drawing], now: Sequence[Drawing]) -> list[Rectangle]:
    """The boxes of all that is not in both lists, or not in the same order: outside them the two look the same."""
    place = {drawing: place for place, drawing in enumerate(before)}
    kept, last = set(), -1
    for drawing in now:
        if place.get(drawing, -1) > last:
            last = place[drawing]
            kept.add(drawing)
    return [drawing.box for drawing in (*before, *now) if drawing not in kept and drawing.box]


def _meet(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _copy(source: np.ndarray, target: np.ndarray, where: Iterable[Rectangle]) -> None:
    for left, top, right, bottom in where:
        target[top:bottom, left:right] = source[top:bottom, left:right]


def _words(pixels: np.ndarray) -> np.ndarray:
    """A picture (height, width, 4) as one number a pixel."""
    return pixels.view(np.uint32)[..., 0]
