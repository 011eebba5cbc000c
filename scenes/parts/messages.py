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
LINE = LINE_SPACING * WORD


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
        lines = [_written(theme, each, k, row, place) for each, place in zip(sent, inner, strict=True)]
        ways.append(Way(
            text(theme, said, WORD, "output" if k else "text", 600, at=column.strip(top=LINE)),
            VGroup(*(frame(theme, panel, fill="surface") for panel in panels), *lines),
            [layer(theme, each.added[k], replace(place, top=room_of(line).bottom - TIGHT / 2), full, MOST) for each, line, place in zip(sent, lines, inner, strict=True)],
        ))
    return ways


def _written(theme: Theme, sent: Sent, k: int, row: str, room: Room) -> VGroup:
    """The token and what is added to it in words, at the top of a room: in one line, smaller if need be, or in two where that is too narrow."""
    for size, digit in ((WORD, WORD), (SMALLEST_WORD, theme.digit)):
        word, times, what = (text(theme, sent.token, size, sent.role, 600), number(theme, sent.times[k], digit, "text", 600), text(theme, row, size, "muted"))
        if word.advance + times.advance + what.advance + TIGHT <= room.width:
            return line_of(word, times, what, gap=TIGHT / 2, at=room.strip(top=LINE_SPACING * digit))
    first, second = room.strip(top=2 * LINE).rows(2, 0)
    return VGroup(text(theme, sent.token, WORD, sent.role, 600, at=first), line_of(times, what, gap=TIGHT / 2, at=second))


def falls(theme: Theme, said: str, before: View, after: View, room: Room) -> VGroup:
    """A number and what it falls to, behind what they are."""
    figures = line_of(number(theme, before, LARGE, "muted"), text(theme, "→", LARGE, "muted"), number(theme, after, LARGE, "output", 600), at=room)
    return side_by_side(paragraph(theme, said, WORD, room.width - figures.width - TIGHT), figures, at=room)
