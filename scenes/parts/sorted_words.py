"""Words in the order of a number, a bar for each, up or down by which of two kinds it is: how well a cut through the order tells that."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import BAR_SHARE, floor
from scenes.parts.label import SMALLEST_WORD, WORD, Label, paragraph, text
from scenes.parts.readout import readout
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.verdict import EVIDENCE
from scenes.parts.whole import Whole

KINDS = ("text", "output")                # roles of the bars above the line and below it
CORNER, OF_NO_KIND = 4 * PX, "muted"
TELLS = (4, 2, 12, 4)                     # widths of what the order is, of the forms, the words, and how many a cut tells
LOW = 0.8                                 # share of the height of a bar with its word that the others have


class SortedWords(Whole):
    """`line`; `bars` of the words as they were given; `named`, the words of some of them; `cut`, a line between two of the order,
    and its name, `cut_name`, or nothing."""

    def __init__(self, line: VMobject, bars: VGroup, named: VGroup, cut: VGroup, cut_name: VGroup):
        super().__init__(line=line, bars=bars, named=named, cut=cut, cut_name=cut_name)


def sorted_words(theme: Theme, numbers: View, kinds: np.ndarray, cut: View, said: str, named: Mapping[int, str], room: Room) -> SortedWords:
    """Bars (found) from left to right in the order of their numbers (found).

    kinds: (found), 0 or 1, or NaN of no kind. cut: the number that parts them, NaN if none does; said: what that is called. named: words that are written at
    their bars, by where they are.
    """
    body, values = room.inset(y=WORD + TIGHT / 2), numbers.values
    places = body.columns(len(values), 0)
    upper, order = body.rows(2, 0)[0], np.argsort(np.argsort(values, kind="stable"))
    bars = VGroup(_bar(theme, kind, places[k], upper.height * (1 if i in named else LOW))
                  for i, (k, kind) in enumerate(zip(order, kinds, strict=True)))
    parted = [body.left + body.width * (values < float(cut)).mean()] * (not np.isnan(float(cut)))
    names = [_name(theme, word, bars[i], kinds[i]) for i, word in named.items()]
    return SortedWords(floor(theme, upper), bars, VGroup(*names), VGroup(_cut(theme, body, x) for x in parted),
                       VGroup(_cut_name(theme, said, body, x, names) for x in parted))


class Order(NamedTuple):
    """Words in the order of a number: `numbers`, `kinds`, `cut` and `named` as of `sorted_words`; the `share` of the kinds that the cut tells."""

    numbers: View
    kinds: np.ndarray
    cut: View
    share: View
    named: Mapping[int, str]


class SortedRow(Whole):
    """`names`: what the order is, and the forms that are the two kinds; the `words`; `told`, how many of them the cut tells, or nothing."""

    def __init__(self, names: VGroup, words: SortedWords, told: VGroup):
        super().__init__(names=names, words=words, told=told)


def sorted_row(theme: Theme, order: Order, role: str, forms: Sequence[str], said: Sequence[str], room: Room, roomy: bool) -> SortedRow:
    """Sorted words between what they are sorted by and how well a cut tells their two forms. said: what the order, the cut and the share are."""
    name, beside, middle, end = room.columns(TELLS, GAP) if roomy else (room.strip(top=WORD), *room.trim(top=WORD).columns(TELLS[1:], GAP))
    by, cut, right = said
    title = paragraph(theme, by, WORD, name.width, role, align=-1).shift(name.centre)
    names = [text(theme, form, WORD, kind, at=place, align=1) for form, kind, place in zip(forms, KINDS, beside.rows(2))]
    told = [*readout(theme, order.share, right, end.fit(height=5 * WORD), role, EVIDENCE)] if forms else []
    return SortedRow(VGroup(title, *names), sorted_words(theme, order.numbers, order.kinds, order.cut, cut, order.named, middle), VGroup(*told))


def _bar(theme: Theme, kind: float, place: Room, height: float) -> VMobject:
    """A bar on the middle line of its place, or hanging from it."""
    role = OF_NO_KIND if np.isnan(kind) else KINDS[int(kind)]
    shape = rounded_rectangle(min(WORD, BAR_SHARE * place.width), height, CORNER).set_fill(theme.colour(role), 1)
    return shape.move_to(place.point() + [0, (1 - 2 * (kind == 1)) * height / 2, 0])


def _cut(theme: Theme, room: Room, x: float) -> VMobject:
    """A line from the top of a room to its bottom."""
    line = VMobject(stroke_color=theme.colour("weight"), stroke_width=5 * PEN)
    return line.set_points_as_corners([[x, room.bottom, 0], [x, room.top, 0]])


def _cut_name(theme: Theme, said: str, room: Room, x: float, names: Sequence[Label]) -> Label:
    """What the line is called, above it, or below it where a word stands above; no further to a side than the room reaches."""
    label = text(theme, said, SMALLEST_WORD, "weight")
    low, high = room.left + label.width / 2, room.right - label.width / 2
    taken = any(name.get_y() > room.top and abs(name.get_x() - x) < (name.width + label.width) / 2 + TIGHT for name in names)
    return label.move_to([min(max(x, low), high), room.outside(**{"bottom" if taken else "top": WORD}, gap=TIGHT / 2).centre[1], 0])


def _name(theme: Theme, word: str, bar: VMobject, kind: float) -> Label:
    """The word of a bar, beyond its end."""
    room = room_of(bar).outside(**{"bottom" if kind == 1 else "top": WORD}, gap=TIGHT / 2)
    return text(theme, word, WORD, at=room.centre)
