"""What is to be drawn, and what comes of it. Nothing here draws, so that what only looks something up need not load manim."""

from collections.abc import Callable
from dataclasses import dataclass

from studio.render.quality import Quality

Build = Callable                          # (renderer, listener) → the scene, not yet played; both are the same StepRenderer


@dataclass(frozen=True)
class Job:
    """A clip to be made. build: makes the scene, given a renderer and a listener. seconds: about how long the clip is."""

    scene: str
    step: str
    build: Build
    quality: Quality
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.scene}/{self.step}"


@dataclass(frozen=True)
class Clip:
    """What a job gives. movie: an MP4; picture: its last frame as PNG; frames: how many it has; caption: of the step."""

    movie: bytes
    picture: bytes
    frames: int
    caption: str


@dataclass(frozen=True)
class StripJob:
    """Pictures to be made, evenly across each of some steps of a scene, the last as the step ends."""

    scene: str
    steps: tuple[str, ...]
    build: Build
    quality: Quality
    n_pictures: int = 1
    seconds: float = 0.0

    def __str__(self) -> str:
        return self.scene
