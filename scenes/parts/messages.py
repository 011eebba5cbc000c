"""What one feature of a layer adds to two tokens, its number there times its row of the next matrix: without ReLU, and with it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.layout import line_of, side_by_side
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import largest
from scenes.parts.heat_map import MOST
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, WORD, number, paragraph, text
from scenes.parts.network import Layer, layer
from scenes.parts.shapes import frame, room_of
from scenes.parts.whole import Whole

LARGE = 60 * PX                           # em size
LINE, SMALLER = LINE_SPACING * WORD, 0.85


class Sent(NamedTuple):
    """What is added to a `token` without ReLU and with it: the two `times`, and what these times the row are, `added` (d_model) each."""

    token: str
    role: str
    times: tuple[View, View]
    added: tuple[View, View]


class Way(Whole):
    """Without ReLU, or with it: `head`, which of them; `around`, panels and what is added in words; for each token its `bars`."""

    def __init__(self, head: VGroup, around: VGroup, bars: Sequence[Layer]):
        super().__init__(head=head, around=around, bars=bars)


def messages(theme: Theme, heads: Sequence[str], row: str, sent: Sequence[Sent], room: Room) -> list[Way]:
    """Both ways side by side in a room, on one scale. heads: what they are. row: what stands behind a number, `× row 8`."""
    full, ways = largest(*(added for each in sent for added in each.added)), []
    for k, (said, column) in enumerate(zip(heads, room.columns(2, TIGHT), strict=True)):
        panels = column.trim(top=LINE + TIGHT).rows(len(sent), TIGHT)
        inner = [panel.inset(TIGHT, TIGHT / 2) for panel in panels]
        lines = _written(theme, sent, k, row, inner)
        ways.append(Way(
            text(theme, said, WORD, "output" if k else "text", 600, at=column.strip(top=LINE)),
            VGroup(*(frame(theme, panel, fill="surface") for panel in panels), *lines),
            [layer(theme, each.added[k], replace(place, top=room_of(line).bottom - TIGHT / 2), full, MOST)
             for each, line, place in zip(sent, lines, inner, strict=True)],
        ))
    return ways


def _written(theme: Theme, sent: Sequence[Sent], k: int, row: str, rooms: Sequence[Room]) -> list[VGroup]:
    """Of each the token and what is added to it in words, at the top of a room, all of one size: in one line, smaller if need be, or in two
    where that is too narrow."""
    for size in (WORD, SMALLER * WORD, SMALLEST_WORD):
        lines = [(text(theme, each.token, size, each.role, 600), number(theme, each.times[k], max(size, theme.digit), "text", 600),
                  text(theme, row, size, "muted")) for each in sent]
        if max(sum(label.advance for label in line) for line in lines) + TIGHT <= rooms[0].width:
            return [line_of(*line, gap=TIGHT / 2, at=room.strip(top=LINE)) for line, room in zip(lines, rooms, strict=True)]
    halves = [room.strip(top=2 * LINE).rows(2, 0) for room in rooms]
    return [VGroup(text(theme, each.token, WORD, each.role, 600, at=first), line_of(*line[1:], gap=TIGHT / 2, at=second))
            for each, line, (first, second) in zip(sent, lines, halves, strict=True)]


def falls(theme: Theme, said: str, before: View, after: View, room: Room) -> VGroup:
    """A number and what it falls to, behind what they are."""
    figures = line_of(number(theme, before, LARGE, "muted"), text(theme, "→", LARGE, "muted"), number(theme, after, LARGE, "output", 600), at=room)
    return side_by_side(paragraph(theme, said, WORD, room.width - figures.width - TIGHT), figures, at=room)
