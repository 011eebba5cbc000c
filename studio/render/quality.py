"""How large and how smooth a picture is."""

from dataclasses import dataclass, replace

from scenes.base.shape import pixels, shape
from studio.errors import Problem, UserError, did_you_mean

MOST_FPS = 240


@dataclass(frozen=True)
class Quality:
    """Pixels and frames a second of a video. compact: whether its file is small rather than soon made."""

    name: str
    width: int
    height: int
    fps: int
    compact: bool = False


QUALITIES = {
    quality.name: quality
    for quality in (
        Quality("preview", 854, 480, 15),
        Quality("720p", 1280, 720, 30),
        Quality("1080p", 1920, 1080, 30),
        Quality("1080p60", 1920, 1080, 60),
        Quality("4k", 3840, 2160, 60),
    )
}
DEFAULT = "1080p"


def parse(quality: str | None = None, fps: int | None = None, frame: str = "wide", compact: bool = False) -> Quality:
    """What `--quality`, `--fps` and `--compact` ask for together in a frame (`scenes.base.shape`); None is what was not said.

    Frames that are not said in pixels have their shorter side in common. Raises UserError with all that is wrong.
    """
    problems = []
    name = quality or DEFAULT
    if name not in QUALITIES:
        problems.append(Problem(f"there is no quality '{name}'", "--quality", hint=did_you_mean(name, QUALITIES)))
    if fps is not None and not 1 <= fps <= MOST_FPS:
        problems.append(Problem(f"{fps} is out of range (1 to {MOST_FPS} frames a second)", "--fps", kind="range"))
    if problems:
        raise UserError(problems)
    chosen = QUALITIES[name]
    width, height = pixels(frame) or _pixels(chosen, frame)
    return replace(chosen, width=width, height=height, fps=fps or chosen.fps, compact=compact)


def shaped(quality: Quality, frame: str) -> Quality:
    """As fine as a quality, in the shape of a frame, however many pixels that is said to have."""
    width, height = _pixels(quality, frame)
    return replace(quality, width=width, height=height)


def _pixels(quality: Quality, frame: str) -> tuple[int, int]:
    """Width and height of a frame that is as fine as a quality, both even."""
    width, height = shape(frame)
    if frame == "wide":
        return quality.width, quality.height
    unit = quality.height / min(width, height)
    return 2 * round(unit * width / 2), 2 * round(unit * height / 2)
