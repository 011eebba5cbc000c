"""How large and how smooth a picture is."""

import re
from dataclasses import dataclass, replace

from studio.errors import Problem, UserError, did_you_mean

SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
LEAST, MOST = 64, 8192                    # pixels a side; MOST is also what H.264 decoders take
MOST_FPS = 240


@dataclass(frozen=True)
class Quality:
    """Pixels and frames a second of a video."""

    name: str
    width: int
    height: int
    fps: int


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


def parse(quality: str | None = None, fps: int | None = None, size: str | None = None) -> Quality:
    """What `--quality`, `--fps` and `--size` ask for together; None is what was not said.

    Raises UserError with all that is wrong.
    """
    problems = []
    name = quality or DEFAULT
    if name not in QUALITIES:
        problems.append(Problem(f"there is no quality '{name}'", "--quality", hint=did_you_mean(name, QUALITIES)))
    if fps is not None and not 1 <= fps <= MOST_FPS:
        problems.append(Problem(f"{fps} is out of range (1 to {MOST_FPS} frames a second)", "--fps", kind="range"))
    width, height = _size(size, problems)
    if problems:
        raise UserError(problems)
    chosen = QUALITIES[name]
    return replace(chosen, width=width or chosen.width, height=height or chosen.height, fps=fps or chosen.fps)


def _size(size: str | None, problems: list[Problem]) -> tuple[int | None, int | None]:
    if size is None:
        return None, None
    match = SIZE.fullmatch(size)
    if not match:
        problems.append(Problem(f"'{size}' is not a size", "--size", kind="wrong-type", hint="write it as 1280x720"))
        return None, None
    width, height = int(match[1]), int(match[2])
    if not all(LEAST <= side <= MOST for side in (width, height)):
        problems.append(Problem(f"{size} is out of range ({LEAST} to {MOST} pixels a side)", "--size", kind="range"))
    elif width % 2 or height % 2:
        even = f"{width + width % 2}x{height + height % 2}"
        problems.append(Problem(f"{size}: H.264 needs even numbers", "--size", kind="range", hint=f"try {even}"))
    return width, height
