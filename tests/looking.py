"""Walks scenes without drawing a frame and looks at what would be seen."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from manim import VMobject

from scenes.base import ExplainerScene
from scenes.parts.equation import Equation
from scenes.parts.label import Label
from scenes.parts.motion import presence
from scenes.stage import PX
from studio import plan
from studio.render.manim_settings import settings
from studio.render.quality import QUALITIES
from studio.render.worker import StepRenderer
from studio.spec import SceneSpec, load

QUALITY = QUALITIES["preview"]
ALLOWED = 1.5 * PX                        # texts may touch by this much
ANGLES = np.radians(np.arange(0, 90, 5))
TURNS = np.array([[[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]] for a in ANGLES])


class _Looker(StepRenderer):
    """A renderer that draws nothing and calls `look(scene, step)` as each step ends."""

    def __init__(self, look: Callable):
        super().__init__(QUALITY, {}, lambda *_: None)
        self.look = look

    def end(self, step: str) -> None:
        self.look(self.scene, step)
        super().end(step)


def walk(spec: SceneSpec, look: Callable[[ExplainerScene, str], None]) -> ExplainerScene:
    """Plays a scene, without drawing, and looks at the end of every step."""
    with settings(QUALITY):
        renderer = _Looker(look)
        scene = plan.build(spec, renderer, renderer)
        scene.construct()
    return scene


def spec(scene: str, sentence: str | None = None, focus: str | int = 0, **values) -> SceneSpec:
    """A scene of ours with other values; those of the model begin with `model_`."""
    named = {key.replace("model_", "model."): value for key, value in values.items()}
    if sentence:
        named |= {"sentence": sentence, "focus": focus}
    return load(scene, [f"{key}={value}" for key, value in named.items()])


def visible(scene: ExplainerScene) -> Iterator[VMobject]:
    """Every shape that is seen, at whatever opacity."""
    for mobject in dict.fromkeys(member for thing in scene.mobjects for member in thing.family_members_with_points()):
        if presence(mobject) > 0:
            yield mobject


class Box(NamedTuple):
    """What a text says, and its edges (angle, low or high, x or y) as seen at each of the ANGLES."""

    what: str
    edges: np.ndarray


def texts(scene: ExplainerScene) -> list[Box]:
    """All lines of text and formulas that are seen."""
    seen = set(visible(scene))
    found = [(label.string, [label]) for label in seen if isinstance(label, Label)]
    formulas = {member for thing in scene.mobjects for member in thing.get_family() if isinstance(member, Equation)}
    found += [(formula.source, formula.family_members_with_points()) for formula in formulas if seen & {*formula.get_family()}]
    return [_box(what, shapes) for what, shapes in found]


def _box(what: str, shapes: list[VMobject]) -> Box:
    points = np.concatenate([shape.points[:, :2] for shape in shapes]) @ TURNS             # (angle, point, 2)
    return Box(what, np.stack([points.min(1), points.max(1)], axis=1))


def overlaps(boxes: list[Box]) -> list[tuple[str, str, float]]:
    """The pairs of texts between which no line can be drawn, and by how much they overlap, in units."""
    low, high = (np.stack([box.edges[:, edge] for box in boxes]) for edge in (0, 1))         # (box, angle, 2)
    depth = (np.minimum(high[:, None], high) - np.maximum(low[:, None], low)).min((-1, -2))  # (box, box)
    return [(boxes[i].what, boxes[j].what, depth[i, j]) for i, j in np.argwhere(np.triu(depth > ALLOWED, 1))]
