"""What is told of a target that is watched, as it comes about: from the processes that work to the session, and from it to who looks on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.errors import Problem
from studio.watch.files import Sources


@dataclass(frozen=True)
class Shot:
    """A step as it will be shown. name: `scene/step`; number: its place among those of its scene, from 1; key: what its picture and
    its clip are known by."""

    name: str
    number: int
    key: str
    caption: str
    title: str


@dataclass(frozen=True)
class Region:
    """A part of a picture that shows a part of a tensor. box: left, top, right, bottom, as shares of width and height; index: for each
    axis a number, or first and last where more of it is shown."""

    box: tuple[float, float, float, float]
    tensor: str
    index: tuple[int | tuple[int, int], ...]


@dataclass(frozen=True)
class Begun:
    """Work has begun. changed: the names of the files that have changed, none at the start."""

    changed: tuple[str, ...]


@dataclass(frozen=True)
class Wrong:
    """It cannot be shown as it stands; what was shown before is still true of what was there before."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Sound:
    """It is sound. shots: all steps; fresh: how many of them are to be drawn; facts: what holds for each scene, by name."""

    shots: tuple[Shot, ...]
    warnings: tuple[Problem, ...]
    facts: Mapping[str, Mapping[str, Any]]
    sources: Sources
    fresh: int = 0


@dataclass(frozen=True)
class Still:
    """The last frame of a step, as PNG, its caption as it is there, and what shows which tensor in it."""

    shot: Shot
    caption: str
    picture: bytes
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class Filmed:
    """The clip of a step, an MP4."""

    shot: Shot
    movie: bytes


@dataclass(frozen=True)
class Looked:
    """What would look wrong, or could be better, in the pictures of a scene (`check`)."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Answer:
    """What was asked of the trace. number: of the question."""

    number: int
    found: Any


@dataclass(frozen=True)
class Done:
    """All pictures, or all clips, that were to be made are there."""

    what: str


News = Begun | Wrong | Sound | Still | Filmed | Looked | Answer | Done
