"""A clock that counts: a ring that fills by one arc each time, and the count in its middle."""

from collections.abc import Iterator, Sequence

import numpy as np
from manim import Animation, Arc, Mobject, VGroup

from model import View
from scenes.parts.label import WORD, number, text
from scenes.parts.motion import BLINK, FLASH, SLOWER, appear, brighten, draw, vanish
from scenes.parts.whole import Whole
from scenes.base.room import GAP, PX, Room
from scenes.base.theme import Theme

STROKE, PART = 9, 0.07                    # width of the ring; between two arcs, in radians
DIGITS = 0.8                              # em size of the count, as a share of the radius
NAME, SHARES = 60 * PX, (0.6, 4.4, 0.5, 0.6)        # em size of what is said above and below; heights of name, clock, unit and that


class Clock(Whole):
    """`ring`: all of it, faint. `arcs`: one a count, clockwise from the top. `numbers`: for each the count, all in the middle."""

    def __init__(self, ring: VGroup, arcs: VGroup, numbers: VGroup):
        super().__init__(ring=ring, arcs=arcs, numbers=numbers)


def clock(theme: Theme, counts: Sequence[View], centre, radius: float, role: str) -> Clock:
    """A clock as large as a radius around a point that goes once round in as many arcs as there are counts."""
    arcs = max(1, len(counts))
    return Clock(
        VGroup(_arc(theme, i, arcs, centre, radius, "line") for i in range(arcs)),
        VGroup(_arc(theme, i, arcs, centre, radius, role) for i in range(len(counts))),
        VGroup(number(theme, source, max(theme.digit, DIGITS * radius), role, 500, at=centre, decimals=0) for source in counts),
    )


def counted(theme: Theme, counts: Sequence[View], words: tuple[str, str, str], role: str, room: Room) -> tuple[Clock, VGroup]:
    """A clock in the middle of a room, and words: whose it is, what it counts, and how that is done."""
    head, dial, unit, foot = room.inset(GAP, GAP).rows(SHARES)
    name, what, how = words
    return clock(theme, counts, dial.centre, min(dial.width, dial.height) / 2, role), VGroup(
        text(theme, name, NAME, weight=500, at=head), text(theme, what, WORD, "muted", at=unit), text(theme, how, NAME, role, 500, at=foot),
    )


def run(once: Clock, many: Clock, read: Sequence[Mobject] = (), said: Sequence[Mobject] = ()) -> Iterator[list[Animation]]:
    """One clock goes round once, for all that is read together; the other goes on by an arc for everything that is said, ever faster."""
    for i in range(max(1, len(many.arcs))):
        seconds = max(BLINK, SLOWER / (i + 1))
        moves = [draw(*once.arcs, run_time=seconds), appear(*once.numbers), brighten(*read)] if i == 0 else []
        for arc, count in zip(many.arcs[i : i + 1], many.numbers[i:], strict=False):
            before = [vanish(many.numbers[i - 1], run_time=FLASH)] if i else []
            moves += [*before, draw(arc, run_time=seconds), appear(count, run_time=BLINK), brighten(*said[i : i + 1], run_time=BLINK)]
        yield moves


def _arc(theme: Theme, i: int, arcs: int, centre, radius: float, role: str) -> Arc:
    part = PART if arcs > 1 else 0
    turn = 2 * np.pi / arcs
    return Arc(radius, np.pi / 2 - i * turn - part / 2, part - turn, arc_center=centre,
               stroke_color=theme.colour(role), stroke_width=STROKE)
