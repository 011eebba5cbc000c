"""Training: the loss that falls (Rumelhart et al. 1986)."""

from collections.abc import Sequence

from manim import Mobject, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.bars import floor, largest
from scenes.parts.chart import area, curve
from scenes.parts.label import WORD, number, text
from scenes.parts.shapes import rounded_rectangle
from scenes.parts.whole import Whole

LOSS, DOT = (size * PX for size in (72, 18))             # sizes of a loss and of a dot


class Loss(Whole):
    """The curve of a loss up to one checkpoint after the other. `frame`: the floor and what both axes are; `marks`: of each checkpoint
    a dot, its loss, and how many updates were done; `pieces`: the curve from each to the next; `areas` below these."""

    def __init__(self, frame: VGroup, marks: VGroup, pieces: Sequence[Mobject], areas: Sequence[Mobject]):
        super().__init__(frame=frame, marks=marks, pieces=pieces, areas=areas)


def loss_curve(theme: Theme, loss: View, steps: View, axes: tuple[str, str], room: Room) -> Loss:
    """The loss (update) in a room, and the checkpoints, after so many steps each (checkpoint). axes: what is upright, and what lies."""
    last, most = len(loss) - 1, largest(loss)
    updates = [min(int(step), last) for step in steps.values]
    ends = [(min(before, after - 1), after) for before, after in zip(updates, updates[1:])]
    places = [Room(*(room.left + room.width * k / last for k in pair), room.bottom, room.top) for pair in ends]
    pieces = [curve(theme, loss[start : end + 1], place, "output", 0, most, width=2)
              for (start, end), place in zip(ends, places, strict=True)]
    around = VGroup(floor(theme, room), text(theme, axes[0], WORD, "output", at=room.outside(top=GAP, gap=GAP), align=-1),
                    text(theme, axes[1], WORD, "muted", at=room.outside(bottom=GAP, gap=WIDE)))
    marks = VGroup(_mark(theme, loss[k], steps[i], (room.left + room.width * k / last, room.bottom + room.height * float(loss[k]) / most),
                         1 if i else -1, room) for i, k in enumerate(updates))
    return Loss(around, marks, pieces, [area(theme, piece, room, "output") for piece in pieces])


def dot(theme: Theme, x: float, y: float) -> Mobject:
    """A place on a curve."""
    return rounded_rectangle(2 * DOT, 2 * DOT, DOT).set_fill(theme.colour("text"), 1).move_to([x, y, 0])


def _mark(theme: Theme, loss: View, step: View, at: tuple[float, float], side: int, room: Room) -> VGroup:
    """A dot on the curve, its loss beside it, and below how many updates were done."""
    (x, y), size = at, max(theme.digit, min(LOSS, room.height / 3))
    beside = (x - side * TIGHT, y + max(side, 0) * WIDE, 0)
    return VGroup(dot(theme, x, y), number(theme, loss, size, "output", at=beside, align=side, weight=600),
                  number(theme, step, WORD, "muted", at=(x, room.bottom - GAP, 0), align=side, decimals=0))
