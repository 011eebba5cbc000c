"""Records a scene as goldens keep it: what its steps say, in lines of text, and how some of them end, as pictures."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from textwrap import wrap
from typing import NamedTuple

import numpy as np
from PIL import Image

from model import Trace, View
from scenes.base.scene import ExplainerScene, Listener
from scenes.parts.label import Number
from studio.check.sight import Box, see
from studio.plan import staging
from studio.read import folders
from studio.read.spec import SceneSpec
from studio.render.quality import parse
from studio.render.worker import StripJob, render_strip

QUALITY = "preview"                       # 480p
FRAMES = 3                                # kept of a scene; of less than 20 KB each in the mean, so that all take about 1 MB
WIDTH = 120


class Recording(NamedTuple):
    """A scene as it has played: its text, and for some of its steps the last frame, uint8 (height, width, 3)."""

    text: str
    frames: Mapping[str, np.ndarray]


class _Readings:
    """A trace that remembers which of its tensors it was asked for."""

    def __init__(self, trace: Trace):
        self.trace, self.names = trace, {}

    def __getitem__(self, name: str) -> View:
        self.names[name] = None
        return self.trace[name]

    def said(self, name: str) -> tuple[str, ...]:
        return Trace.said(self, name)

    def __getattr__(self, name: str):
        return getattr(self.trace, name)


class _Notes(Listener):
    """Tells a renderer of the steps, and writes down what each of them has read and how it ends."""

    def __init__(self, renderer: Listener, mutate: Callable):
        self.renderer, self.mutate, self.lines = renderer, mutate, []

    def begin(self, step: str) -> None:
        self.began = self.scene.time
        self.renderer.begin(step)

    def end(self, step: str) -> None:
        self.mutate(self.scene, step)
        trace = self.scene.staging.trace
        self.lines += [
            f"{step}  {self.scene.time - self.began:.2f} s", *_folded("caption", [self.scene.caption(step)]),
            *_folded("reads", trace.names or ["nothing new"]), *_shown(self.scene), "",
        ]
        trace.names.clear()
        self.renderer.end(step)


def record(spec: SceneSpec, mutate: Callable[[ExplainerScene, str], None] = lambda *_: None) -> Recording:
    """Plays a scene. mutate(scene, step) may change what is on stage at the end of a step."""
    lines = []

    def build(renderer, listener) -> ExplainerScene:
        notes, staged = _Notes(listener, mutate), staging.stage(spec)
        notes.lines = lines
        notes.scene = folders.folder(spec.scene).load()(replace(staged, trace=_Readings(staged.trace)), renderer, notes)
        return notes.scene

    drawn = render_strip(StripJob(spec.name, kept(spec.steps), build, parse(QUALITY, frame=spec.keys["frame"])))
    frames = {step: np.asarray(Image.open(io.BytesIO(pictures[-1]))) for step, pictures in drawn.items()}
    return Recording("\n".join(lines), frames)


def kept(steps: tuple[str, ...]) -> tuple[str, ...]:
    """The steps of a scene of which a frame is kept: evenly chosen, the last among them."""
    return tuple(dict.fromkeys(steps[max(1, round(len(steps) * (k + 1) / FRAMES)) - 1] for k in range(FRAMES)))


def _shown(scene: ExplainerScene) -> Iterator[str]:
    """All that is written on stage, from top to bottom and left to right; numbers with their tensors."""
    for (name, _), boxes in groupby(sorted(see(scene).texts, key=_place), lambda box: (_tensor(box), _place(box)[0])):
        yield from _folded(name or "text", [box.what for box in boxes], " " if name else " | ")


def _place(box: Box) -> tuple[float, float, str]:
    """Where a text stands: in which line, how far to the right."""
    x, y = box.edges.mean(0)
    return round(-y, 1), round(x, 2), box.what


def _tensor(box: Box) -> str:
    return box.shapes[0].source.name if isinstance(box.shapes[0], Number) else ""


def _folded(name: str, words, between: str = " ") -> list[str]:
    return wrap(f"{name}: {between.join(words)}", WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
