"""What one feature of a layer adds to a token, its number there times its row of the next matrix, and what that does; to another one without ReLU,
and with it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.layout import line_of, stacked
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import largest
from scenes.parts.heat_map import MOST
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, WORD, Label, number, paragraph, text
from scenes.parts.network import Layer, layer
from scenes.parts.shapes import frame, room_of
from scenes.parts.whole import Whole

LARGE = 60 * PX                           # em size
LINE = LINE_SPACING * WORD
HEAD = LINE + TIGHT / 2


class Sent(NamedTuple):
    """What is added to a `token`: how many `times` a row, and what that is, `added` (d_model). What it does: `said` of which number, and the number,
    or two, what it was and what it `becomes`; or nothing."""

    token: str
    times: View
    added: View
    said: str = ""
    becomes: Sequence[View] = ()


class Message(Whole):
    """`around`, a panel and what is added in words, below a word on how, if there is one; `bars` of it on their `line`; what it `does`."""

    def __init__(self, around: VGroup, drawn: Layer, does: VGroup):
        super().__init__(around=around, line=VGroup(drawn.line, drawn.dots), bars=drawn.bars, does=does)


def messages(theme: Theme, heads: Sequence[str], rows: Sequence[str], answers: Sequence[str], sent: Sequence[Sent], room: Room) -> list[Message]:
    """What is sent to one token, in a room, and below it what is sent to another in two ways, side by side; all on one scale. heads: which ways.
    rows: what stands behind a number, at first and below. answers: how a token is named that gets nothing or less, and one that gets more."""
    foot = LINE * max(_lines(theme, each, room.columns(2, TIGHT)[0].inset(TIGHT)) for each in sent[1:])
    height = (room.height - HEAD - TIGHT - foot) / 2
    below = room.trim(top=height + TIGHT)
    panels = [room.strip(top=height), *below.trim(top=HEAD).columns(2, TIGHT)]
    cells = [panel.inset(TIGHT, TIGHT / 2) for panel in (panels[0], *(panel.trim(bottom=foot) for panel in panels[1:]))]
    named = [each._replace(token=answers[float(each.times) > 0].format(token=each.token)) for each in sent]
    lines = [*_written(theme, named[:1], rows[0], cells[:1], "output"), *_written(theme, named[1:], rows[1], cells[1:], "text")]
    under = [replace(cell, top=room_of(line).bottom - TIGHT / 2) for cell, line in zip(cells, lines, strict=True)]
    half, beside = under[0].columns(2, TIGHT)
    ways = [VGroup(), *(VGroup(text(theme, head, WORD, role, 600, at=column.strip(top=LINE))) for head, role, column in
                        zip(heads, ("text", "output"), below.columns(2, TIGHT), strict=True))]
    full, bars = largest(*(each.added for each in sent)), [half if sent[0].said else under[0], *under[1:]]
    does = [_with_words(theme, sent[0], beside),
            *(_in_line(theme, each, panel.strip(bottom=foot + TIGHT / 2).inset(TIGHT)) for each, panel in zip(sent[1:], panels[1:], strict=True))]
    return [Message(VGroup(*way, frame(theme, panel, fill="surface"), line), layer(theme, each.added, place, full, MOST), done)
            for way, panel, line, each, place, done in zip(ways, panels, lines, sent, bars, does, strict=True)]


def _written(theme: Theme, sent: Sequence[Sent], row: str, rooms: Sequence[Room], role: str) -> list[VGroup]:
    """Of each the token and what is added to it in words, at the top of a room: all in one line, or in two where that is too narrow for one."""
    lines = [(text(theme, each.token, WORD, role, 600), number(theme, each.times, WORD, "text", 600), text(theme, row, WORD, "muted"))
             for each in sent]
    if all(sum(label.advance for label in line) + TIGHT <= room.width for line, room in zip(lines, rooms, strict=True)):
        return [line_of(*line, gap=TIGHT / 2, at=room.strip(top=LINE)) for line, room in zip(lines, rooms, strict=True)]
    return [VGroup(line_of(word, at=first), line_of(*rest, gap=TIGHT / 2, at=second)) for (word, *rest), room in zip(lines, rooms, strict=True)
            for first, second in (room.strip(top=2 * LINE).rows(2, 0),)]


def _with_words(theme: Theme, sent: Sent, room: Room) -> VGroup:
    """What is sent does, in words and below them large numbers, in the middle of a room; smaller if need be, and nothing where it is too low."""
    for size, figures in ((WORD, LARGE), (SMALLEST_WORD, WORD)) if sent.said else ():
        words, numbers = paragraph(theme, sent.said, size, room.width, lines=3), line_of(*_becomes(theme, sent, figures), at=room)
        done = stacked(words, numbers, gap=TIGHT / 2, at=room)
        if done.height <= room.height:
            return done
    return VGroup()


def _in_line(theme: Theme, sent: Sent, room: Room) -> VGroup:
    """The same in a room of one line, or of two where that is too narrow."""
    if not sent.said:
        return VGroup()
    said, becomes = text(theme, sent.said, WORD), _becomes(theme, sent, WORD)
    if room.height < 2 * LINE:
        return line_of(said, *becomes, gap=TIGHT / 2, at=room)
    head, foot = room.rows(2, 0)
    return VGroup(said.move_to(head.centre), line_of(*becomes, gap=TIGHT / 2, at=foot))


def _lines(theme: Theme, sent: Sent, room: Room) -> int:
    """How many lines that takes."""
    if not sent.said:
        return 0
    labels = text(theme, sent.said, WORD), *_becomes(theme, sent, WORD)
    return 1 if sum(label.advance + TIGHT / 2 for label in labels) <= room.width + TIGHT / 2 else 2


def _becomes(theme: Theme, sent: Sent, size: float) -> list[Label]:
    """A number and an arrow to what it becomes, or the number that it stays."""
    *was, then = sent.becomes
    return [*(label for each in was for label in (number(theme, each, size, "muted"), text(theme, "→", size, "muted"))),
            number(theme, then, size, "output", 600)]
