"""Looking at a scene without drawing a frame: what is seen at the end of every step, and at moments of its animations."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from manim import VMobject

from scenes.base.scene import ExplainerScene
from scenes.parts.equation import Equation
from scenes.parts.label import Label
from scenes.parts.motion import presence
from studio.render.camera import FastCamera
from studio.render.manim_settings import settings
from studio.render.quality import DEFAULT, QUALITIES
from studio.render.worker import Build, StepRenderer

QUALITY = replace(QUALITIES[DEFAULT], width=960, height=540)
MOMENTS = (0.25, 0.5, 0.75)                    # of each animation, as shares of its time
FAINT = 0.5                               # what is fainter than this in motion is on its way in or out


class Moment(NamedTuple):
    """A moment of a step, in seconds since it began; `ends`: it is the last one. lasts: the seconds that it stands for; still: in
    which nothing moves."""

    step: str
    seconds: float
    ends: bool
    lasts: float = 0.0
    still: bool = False

    def __str__(self) -> str:
        return "at the end" if self.ends else f"at {self.seconds:.1f} s"


Look = Callable[[ExplainerScene, Moment], None]


class _Looker(StepRenderer):
    """A renderer that draws nothing and looks."""

    def __init__(self, look: Look, moments: Sequence[float]):
        super().__init__(QUALITY, {}, lambda *_: None)
        self.look, self.moments, self.began = look, moments, 0.0

    def begin(self, step: str) -> None:
        super().begin(step)
        self.began = self.time

    def end(self, step: str) -> None:
        self.look(self.scene, Moment(step, self.time - self.began, ends=True))
        super().end(step)

    def play(self, scene: ExplainerScene, *animations, **options) -> None:
        super().play(scene, *animations, **options)
        if self.moments and scene.is_current_animation_frozen_frame():
            self.look(scene, Moment(self.step, self.time - self.began, ends=False, lasts=scene.duration, still=True))

    def _animate(self, scene: ExplainerScene, moments: Sequence[float]) -> None:
        for share in self.moments:
            scene.update_to_time(share * scene.duration)
            lasts = scene.duration / len(self.moments)
            self.look(scene, Moment(self.step, self.time - self.began + share * scene.duration, ends=False, lasts=lasts))
        super()._animate(scene, moments)


def walk(build: Build, look: Look, moments: Sequence[float] = ()) -> ExplainerScene:
    """Plays a scene without drawing and looks at the end of every step, and at `moments` of every animation."""
    with settings(QUALITY):
        renderer = _Looker(look, moments)
        scene = renderer.stage(build)
        scene.construct()
    return scene


def picture(scene: ExplainerScene) -> np.ndarray:
    """What a scene that walks looks like now, uint8 (height, width, 3)."""
    whole, background = scene.frame.whole, scene.camera.background_color
    width, height = (round(QUALITY.height * side / min(whole.width, whole.height)) for side in (whole.width, whole.height))
    camera = FastCamera(pixel_width=width, pixel_height=height, frame_width=whole.width, frame_height=whole.height, background_color=background)
    camera.capture_mobjects(scene.mobjects)
    return camera.pixel_array[..., :3]


def own(scene: ExplainerScene) -> set[VMobject]:
    """The shapes of heading and caption, which are not of the stage."""
    return {shape for thing in (scene.heading, *scene.announced) for shape in thing.family_members_with_points()}


class Box(NamedTuple):
    """What something says, the shapes it is made of, their points (point, 2), and its edges: lowest, highest x and y (2, 2)."""

    what: str
    shapes: list[VMobject]
    points: np.ndarray
    edges: np.ndarray


def box(what: str, shapes: Sequence[VMobject]) -> Box:
    """The box of some shapes."""
    points = np.concatenate([shape.points[:, :2] for shape in shapes])
    return Box(what, list(shapes), points, _edges(points))


def _edges(points: np.ndarray) -> np.ndarray:
    return np.stack([points.min(0), points.max(0)])


class Sight(NamedTuple):
    """What is seen of a scene: every shape in the order they are drawn, and all lines of text and formulas."""

    shapes: list[VMobject]
    texts: list[Box]


def see(scene: ExplainerScene, least: float = 0.0) -> Sight:
    """What is seen at a presence above `least`."""
    members = dict.fromkeys(member for thing in scene.mobjects for member in thing.get_family())
    shapes = dict.fromkeys(member for member in members if len(member.points) and presence(member) > least)
    texts = [box(label.string, [label]) for label in shapes if isinstance(label, Label)]
    for formula in members:
        if isinstance(formula, Equation) and (shown := [shape for shape in formula if shape in shapes]):
            texts.append(box(formula.source, shown))
    return Sight(list(shapes), texts)


def overlaps(boxes: Sequence[Box], allowed: float) -> list[tuple[Box, Box, float]]:
    """The pairs of boxes that overlap, and by how much, in units; slanted words are seen along their slant too."""
    if not boxes:
        return []
    low, high = (np.stack([box.edges[side] for box in boxes]) for side in (0, 1))               # (box, 2)
    depth = (np.minimum(high[:, None], high) - np.maximum(low[:, None], low)).min(-1)           # (box, box)
    pairs = ((boxes[i], boxes[j], depth[i, j]) for i, j in np.argwhere(np.triu(depth > allowed, 1)))
    return [(a, b, by) for a, b, level in pairs if (by := min(level, *_depths(a, b))) > allowed]


def _depths(a: Box, b: Box) -> Iterator[float]:
    """How far two boxes overlap as seen along the slant of either."""
    for slant in {getattr(shape, "slant", 0.0) for shape in (*a.shapes, *b.shapes)}:
        turn = np.array([[np.cos(slant), -np.sin(slant)], [np.sin(slant), np.cos(slant)]])
        (low_a, high_a), (low_b, high_b) = _edges(a.points @ turn), _edges(b.points @ turn)
        yield float((np.minimum(high_a, high_b) - np.maximum(low_a, low_b)).min())
