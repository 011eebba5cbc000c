"""What has been made, and what the files of a step are called."""

from dataclasses import dataclass
from pathlib import Path

from scenes.base.spec import SceneSpec


@dataclass(frozen=True)
class Result:
    """What has been made. frames: of all clips together; rendered, cached: how many clips; seconds: how long it took."""

    files: tuple[Path, ...]
    frames: int
    rendered: int
    cached: int
    seconds: float


def numbered(spec: SceneSpec, step: str) -> str:
    """A step's place among the steps that play, and its name: `01-one_token`."""
    return f"{spec.steps.index(step) + 1:02}-{step}"
