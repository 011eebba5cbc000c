"""What is to be drawn, and what comes of it. Nothing here draws, so that what only looks something up need not load manim."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from studio.render.format import Format
from studio.render.formats.mp4 import Mp4
from studio.render.quality import Quality

MP4 = Mp4()
Build = Callable                          # (renderer, listener) → the scene, not yet played; both are the same StepRenderer


class Alone:
    """A job that does not consist of others."""

    @property
    def parts(self) -> Sequence["Alone"]:
        """The jobs that it consists of: itself."""
        return (self,)

    def apart(self) -> Sequence["Alone"]:
        """The same as jobs of one part each."""
        return (self,)

    def given(self, found: object) -> Iterable[tuple["Alone", object]]:
        """Each part and what was found for it."""
        return [(self, found)]


@dataclass(frozen=True)
class Job(Alone):
    """A clip to be made. build: makes the scene, given a renderer and a listener. seconds: about how long the clip is."""

    scene: str
    step: str
    build: Build
    quality: Quality
    seconds: float = 0.0
    format: Format = MP4

    def __str__(self) -> str:
        """`qkv/blend`, or with the suffix of another format than MP4's."""
        return f"{self.scene}/{self.step}{'' if self.format == MP4 else self.format.suffix}"


@dataclass(frozen=True)
class Clip:
    """What a job gives. movie: in its format; picture: its last frame as PNG; frames: how many it has; caption: of the step.

    shows: which tensors there are entries of to be seen, by name; for each where these are along the axes before the last two.
    """

    movie: bytes
    picture: bytes
    frames: int
    caption: str
    shows: Mapping[str, Sequence[Sequence[int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """Jobs of one scene and quality, done together in the order they play: what comes before them is played but once.

    All of them are transparent, or none. It has all that `Alone` has.
    """

    parts: Sequence[Job]

    @property
    def seconds(self) -> float:
        """About how long the clips are together."""
        return sum(job.seconds for job in self.parts)

    def apart(self) -> Sequence["Run"]:
        return [Run((job,)) for job in self.parts]

    def given(self, found: Sequence[Clip]) -> Iterable[tuple[Job, Clip]]:
        return zip(self.parts, found, strict=True)

    def __str__(self) -> str:
        return ", ".join(map(str, self.parts))


@dataclass(frozen=True)
class StripJob(Alone):
    """Pictures to be made, evenly across each of some steps of a scene, the last as the step ends."""

    scene: str
    steps: tuple[str, ...]
    build: Build
    quality: Quality
    n_pictures: int = 1
    seconds: float = 0.0

    def __str__(self) -> str:
        return self.scene
