"""Words in the order of a number, a bar for each, up or down by which of two kinds it is: how well a cut through the order tells that."""

from collections.abc import Mapping, Sequence

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.base.room import PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import BAR_SHARE, floor
from scenes.parts.label import SMALLEST_WORD, WORD, Label, text
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.whole import Whole

KINDS = ("text", "output")                # roles of the bars above the line and below it
CORNER, OF_NO_KIND = 4 * PX, "muted"
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
    above, below = ((WORD + TIGHT / 2) * any((kinds[i] == 1) == low for i in named) for low in (False, True))
    body, values = room.trim(top=above, bottom=below), numbers.values
    places = body.columns(len(values), 0)
    upper, order = body.rows(2, 0)[0], np.argsort(np.argsort(values, kind="stable"))
    bars = VGroup(_bar(theme, kind, places[k], upper.height * (1 if i in named else LOW))
                  for i, (k, kind) in enumerate(zip(order, kinds, strict=True)))
    parted = [body.left + body.width * (values < float(cut)).mean()] * (not np.isnan(float(cut)))
    names = [_name(theme, word, bars[i], kinds[i]) for i, word in named.items()]
    return SortedWords(floor(theme, upper), bars, VGroup(*names), VGroup(_cut(theme, body, x) for x in parted),
                       VGroup(_cut_name(theme, said, body, x, names) for x in parted))


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
