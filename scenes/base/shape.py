"""Shape: how wide a picture is for its height, as a YAML or the command line says it."""

import re

SHAPES = {"wide": (16, 9), "4:3": (4, 3), "square": (1, 1), "portrait": (9, 16)}
NARROWEST, WIDEST = (9, 20), (32, 9)
LEAST, MOST = 64, 8192                    # pixels a side; MOST is also what H.264 decoders take
WRITTEN = re.compile(r"(\d{1,5})([:x])(\d{1,5})")
ALIKE = 0.01                              # a shape that differs by so much from one that has a name is that one


class ShapeError(ValueError):
    """What is written is no shape. Its arguments: what is wrong, and what would be right."""


def shape(frame: str) -> tuple[int, int]:
    """Width and height of a frame, in any unit: by a name of SHAPES, a ratio as `4:5`, or pixels as `1080x1350`. Raises ShapeError."""
    if frame in SHAPES:
        return SHAPES[frame]
    if not (match := WRITTEN.fullmatch(frame)):
        raise ShapeError("is no shape", f"write {', '.join(SHAPES)}, a ratio as 4:5, or pixels as 1280x720")
    width, height = int(match[1]), int(match[3])
    if match[2] == "x":
        _check_pixels(width, height)
    if not (height and NARROWEST[0] / NARROWEST[1] <= width / height <= WIDEST[0] / WIDEST[1]):
        raise ShapeError("is out of range", "a frame is between 9:20 and 32:9")
    return next((named for named in SHAPES.values() if abs(width * named[1] / (height * named[0]) - 1) < ALIKE), (width, height))


def pixels(frame: str) -> tuple[int, int] | None:
    """Width and height of a frame in pixels, if that is how it is written."""
    match = WRITTEN.fullmatch(frame)
    return (int(match[1]), int(match[3])) if match and match[2] == "x" else None


def _check_pixels(width: int, height: int) -> None:
    if not all(LEAST <= side <= MOST for side in (width, height)):
        raise ShapeError("is out of range", f"a side has {LEAST} to {MOST} pixels")
    if width % 2 or height % 2:
        raise ShapeError("has an odd number, and H.264 needs even ones", f"try {width + width % 2}x{height + height % 2}")
