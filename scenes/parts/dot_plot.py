"""Words as dots on the axis of a number, up from it or down by which of two kinds they are, and a cut that is to tell these apart."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.base.layout import line_of
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import floor
from scenes.parts.label import WORD, Label, fit_words, number, text, text_width
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.whole import Whole

KINDS = ("text", "output")                # roles of the dots above the line and below it
OF_NO_KIND = "muted"
DOT, SMALLER = 30 * PX, 0.92              # how wide a dot is at most, and what is tried next where they would stand too high
LINE = 1.5                                # height of a line of words, in em
NAMED = 8 * WORD                          # a room that is so high has room for names above the dots and below them
RIGHT, HEAD = 54 * PX, (5, 3)             # em size of how many are right; widths of what the number is and of that
CUT = 5 * PEN


class Told(NamedTuple):
    """A number of words (found), and what it tells: their `kinds` (found), 0 or 1, or NaN of no kind; the `cut`, the number that parts them, NaN if
    none does; the kind told `above` it; `named`: words that are written at their dots, by where they are."""

    numbers: View
    kinds: np.ndarray
    cut: View
    above: View
    named: Mapping[int, str]

    def opposite(self, k: int) -> int | None:
        """The nearest word of the other kind, if there is one."""
        far = np.where(self.kinds == 1 - self.kinds[k], np.abs(self.numbers.values - self.numbers.values[k]), np.inf)
        return int(far.argmin()) if np.isfinite(far).any() else None


class DotPlot(Whole):
    """`title`; `line` with the kind told at either end; `dots` of the words as they were given, `first` those that are named, and `others`;
    `names`; the `cut`, and how many are `right`, or nothing."""

    def __init__(self, title: Label, line: VGroup, dots: VGroup, names: VGroup, cut: VGroup, right: VGroup, named: Sequence[int]):
        super().__init__(title=title, line=line, dots=dots, names=names, cut=cut, right=right)
        self.first = [dots[k] for k in named]
        self.others = [dot for k, dot in enumerate(dots) if k not in named]


def dot_plots(theme: Theme, told: Sequence[Told], titles: Sequence[str], right: Sequence[str], kinds: Sequence[str],
              rooms: Sequence[Room]) -> list[DotPlot]:
    """Plots, a room for each. titles: what the numbers are. right: what is said of the cut. kinds: the names of both, if there are."""
    sides, size = fit_words(theme, kinds or [""], WORD, rooms[0].width / 8)
    beside = max(text_width(theme, side, size, 600) for side in sides) + TIGHT * bool(kinds)
    line = LINE * WORD
    bodies = [room.trim(top=line, left=beside, right=beside) for room in rooms]
    inner = [body.inset(DOT, (line + TIGHT) * (room.height >= NAMED)) for body, room in zip(bodies, rooms, strict=True)]
    return [_plot(theme, each, titles[k], right[k], kinds, rooms[k], bodies[k], inner[k]) for k, each in enumerate(told)]


def _plot(theme: Theme, told: Told, title: str, right: str, kinds: Sequence[str], room: Room, body: Room, inner: Room) -> DotPlot:
    """Dots on the middle line of a body, as large as an inner room lets them be, in a room with a line of words above the body."""
    named = list(told.named) if room.height >= NAMED else []
    numbers = told.numbers.values
    x = inner.centre[0] + inner.width / (np.ptp(numbers) or 1) * (numbers - (numbers.min() + numbers.max()) / 2)
    size, levels = next((dot, levels) for dot in DOT * SMALLER ** np.arange(99)
                        if ((levels := _levels(told, x, dot)).max() + 1) * dot <= inner.height / 2)
    middle, (name, score) = body.centre[1], room.strip(top=LINE * WORD).columns(HEAD, GAP)
    sides = [-1 if kind == 1 else 1 for kind in told.kinds]
    dots = VGroup(rounded_rectangle(0.9 * size, 0.9 * size, size / 2).set_fill(theme.colour(_role(kind)), 1)
                  .move_to([at, middle + side * (level + 0.5) * size, 0]) for at, side, level, kind in zip(x, sides, levels, told.kinds, strict=True))
    names = VGroup(_named(theme, told, k, dots[k], body, sides[k]) for k in named)
    line, cut, said = VGroup(floor(theme, body.level(middle))), VGroup(), VGroup()
    if kinds:
        low, high = (1, 0) if told.above.values == 0 else (0, 1)
        for kind, edge, align in ((low, room.left, -1), (high, room.right, 1)):
            line.add(text(theme, kinds[kind], WORD, KINDS[kind], 600, at=(edge, middle, 0), align=align, width=body.left - room.left))
        beside = np.sort(x)[int((numbers < float(told.cut)).sum()) - 1 :][:2]
        cut.add(_cut(theme, inner, beside.mean()))
        said.add(text(theme, right, RIGHT, weight=600, at=score, align=1))
    return DotPlot(text(theme, title, WORD, at=name, align=-1), line, dots, names, cut, said, named)


def _levels(told: Told, x: np.ndarray, size: float) -> np.ndarray:
    """On how many others of its kind each dot stands (found); those that are named stand on all that are near."""
    levels, put = np.zeros(len(x), int), []
    for k in sorted(range(len(x)), key=lambda k: (k in told.named, x[k])):
        near = {int(levels[j]) for j in put if (told.kinds[j] == 1) == (told.kinds[k] == 1) and abs(x[j] - x[k]) < size}
        levels[k] = max(near, default=-1) + 1 if k in told.named else next(level for level in count() if level not in near)
        put.append(k)
    return levels


def _role(kind: float) -> str:
    return OF_NO_KIND if np.isnan(kind) else KINDS[int(kind)]


def _cut(theme: Theme, room: Room, x: float) -> VMobject:
    """A line from the top of a room to its bottom."""
    line = VMobject(stroke_color=theme.colour("muted"), stroke_width=CUT)
    return line.set_points_as_corners([[x, room.bottom, 0], [x, room.top, 0]])


def _named(theme: Theme, told: Told, k: int, dot: VMobject, room: Room, side: int) -> VGroup:
    """The word and the number of a dot, at the upper or the lower edge of a room, and a line from there to the dot."""
    edge = room.strip(**{"top" if side > 0 else "bottom": LINE * WORD})
    said = _said(theme, told, k, edge)
    free = (edge.width - said.width) / 2
    said.shift([float(np.clip(dot.get_x() - edge.centre[0], -free, free)), 0, 0])
    start, end = (edge.bottom, room_of(dot).top) if side > 0 else (edge.top, room_of(dot).bottom)
    leader = VMobject(stroke_color=theme.colour("muted"), stroke_width=2 * PEN)
    return VGroup(leader.set_points_as_corners([[dot.get_x(), start, 0], [dot.get_x(), end, 0]]), said)


def _said(theme: Theme, told: Told, k: int, room: Room) -> VGroup:
    """The word and the number of a dot in the middle of a room."""
    role = _role(told.kinds[k])
    return line_of(text(theme, told.named[k], WORD, role), number(theme, told.numbers[k], WORD, role), gap=GAP, at=room)
