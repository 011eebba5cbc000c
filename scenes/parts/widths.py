"""What the width of a vector costs: vectors as they go in, and as an area how many numbers the matrices have that read them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import Mobject, VGroup

from model import View
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, Number, number, paragraph, text
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole

NOTE = 28 * PX
ROOMY, LOW = (3, 5, 2, 19), (1, 1, 2, 4)  # heights of the title, the vectors, what is counted, and the area
FILLED = 1.2                              # of the width of an area, what its digits take about


class Way(NamedTuple):
    """What goes in: its `title`, the `vectors` (d each) that are appended to each other, the `count` of numbers, the `role` of frames."""

    title: str
    vectors: Sequence[View]
    count: View
    role: str


class Width(Whole):
    """`title` and `sheets`, the vectors; `area`, with what is counted above it; the `count` in its middle."""

    def __init__(self, title: Mobject, sheets: Sequence[HeatMap], area: VGroup, count: Number):
        super().__init__(title=title, sheets=sheets, area=area, count=count)


def widths(theme: Theme, ways: Sequence[Way], scale: float, said: str, rooms: Sequence[Room], roomy: bool) -> list[Width]:
    """Ways side by side, whose areas are as their counts. scale: the magnitude drawn brightest. said: what is counted."""
    places = [room.rows(ROOMY if roomy else LOW, TIGHT) for room in rooms]
    full, most = min(min(body.height, body.width) for *_, body in places), max(float(way.count) for way in ways)
    return [_width(theme, way, said, place, full * float(np.sqrt(float(way.count) / most)), scale)
            for way, place in zip(ways, places, strict=True)]


def _width(theme: Theme, way: Way, said: str, place: Sequence[Room], side: float, scale: float) -> Width:
    head, strip, note, body = place
    sheets = [heat_map(theme, vector, part, way.role, scale=scale)
              for vector, part in zip(way.vectors, strip.columns(len(way.vectors), 0), strict=True)]
    area = frame(theme, body.fit(side, side), "output" if way.role == "output" else "text", fill="surface")
    size = max(theme.digit, FILLED * side / len(f"{float(way.count):.0f}"))
    return Width(
        text(theme, way.title, max(SMALLEST_WORD, min(WORD, head.height)), weight=600, at=head), sheets,
        VGroup(area, paragraph(theme, said, NOTE, note.width, "muted").move_to(note.centre)),
        number(theme, way.count, size, weight=600, at=area.get_center(), decimals=0),
    )
