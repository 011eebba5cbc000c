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
from scenes.parts.ranking import Ranking, ranking
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.whole import Whole

KINDS = ("text", "output")                # roles of the bars above the line and below it
CORNER, OF_NO_KIND = 4 * PX, "muted"
TELLS = (5, 3, 15)                        # widths of what the order is, of the forms, and of the words
LINE = 1.5                                # height of a line of words, in em
OF_SIX = 1 / 6                            # of the height of a room: em size of its words, where it is low
LOW = 0.8                                 # share of the height of a bar with its word that the others have


class SortedWords(Whole):
    """`line`; `bars` of the words as they were given; `named`, the words of some of them; `cut`, a line between two of the order, and
    `guesses`, what is guessed at its left and at its right, or nothing."""

    def __init__(self, line: VMobject, bars: VGroup, named: VGroup, cut: VGroup, guesses: VGroup):
        super().__init__(line=line, bars=bars, named=named, cut=cut, guesses=guesses)


class Order(NamedTuple):
    """Words in the order of a number: `numbers` (found) and `kinds` (found), 0 or 1, or NaN of no kind; the `cut`, the number that parts them,
    NaN if none does; `named`: words that are written at their bars, by where they are."""

    numbers: View
    kinds: np.ndarray
    cut: View
    named: Mapping[int, str]

    @property
    def sides(self) -> tuple[int, int]:
        """Which kind is guessed left of the cut, and right of it, so that most guesses are right."""
        right = np.mean((self.numbers.values > float(self.cut)) == self.kinds)
        return (0, 1) if right >= 1 / 2 else (1, 0)

    def opposite(self, k: int) -> int | None:
        """The nearest word of the other kind, if there is one."""
        far = np.where(self.kinds == 1 - self.kinds[k], np.abs(self.numbers.values - self.numbers.values[k]), np.inf)
        return int(far.argmin()) if np.isfinite(far).any() else None


def sorted_words(theme: Theme, order: Order, guesses: Sequence[str], size: float, room: Room) -> SortedWords:
    """Bars (found) from left to right in the order of their numbers. guesses: what is said of the kind that is guessed, for each kind. size:
    of words."""
    line = LINE * size
    upper_names = line * bool(order.named)
    body, values = room.trim(top=upper_names, bottom=line + upper_names), order.numbers.values
    places = body.columns(len(values), 0)
    upper, ranks = body.rows(2, 0)[0], np.argsort(np.argsort(values, kind="stable"))
    bars = VGroup(_bar(theme, kind, places[k], upper.height * (1 if i in order.named else LOW))
                  for i, (k, kind) in enumerate(zip(ranks, order.kinds, strict=True)))
    names = VGroup(_name(theme, word, bars[i], order.kinds[i]) for i, word in order.named.items())
    if np.isnan(float(order.cut)):
        return SortedWords(floor(theme, upper), bars, names, VGroup(), VGroup())
    x, foot = body.left + body.width * (values < float(order.cut)).mean(), room.strip(bottom=line).centre[1]
    said = (text(theme, guesses[kind], size, KINDS[kind], at=(x - side * TIGHT, foot, 0), align=side)
            for kind, side in zip(order.sides, (1, -1)))
    return SortedWords(floor(theme, upper), bars, names, VGroup(_cut(theme, room.trim(top=upper_names), x)), VGroup(*said))


class SortedRow(Whole):
    """`names`: what the order is, the forms that are the two kinds, and which way it goes; the `words`."""

    def __init__(self, names: VGroup, words: SortedWords):
        super().__init__(names=names, words=words)


def sorted_row(theme: Theme, order: Order, role: str, forms: Sequence[str], said: Sequence[str], room: Room, roomy: bool) -> SortedRow:
    """Sorted words beside what they are sorted by, or below it; the forms are left out where the bars are lower than they. said: what the order
    is, which way it goes, which is left out where there is little room, and the guesses of the two forms."""
    size = WORD if roomy else min(WORD, max(SMALLEST_WORD, OF_SIX * room.height))
    line = LINE * size
    name, beside, middle = room.columns(TELLS, GAP) if roomy else (room.strip(top=line), *room.trim(top=line).columns(TELLS[1:], GAP))
    by, way, *guesses = said
    title = paragraph(theme, by, size, name.width, role, lines=3 if roomy else 1, align=-1).shift(name.centre)
    named, small = middle.height - line >= 2 * size, LINE * SMALLEST_WORD * roomy
    words = sorted_words(theme, order, guesses, size, middle.trim(bottom=small))
    places = room_of(words.bars).rows(2) if named else []
    names = [text(theme, form, size, kind, at=beside.level(place.centre[1]), align=1) for form, kind, place in zip(forms, KINDS, places)]
    names += [text(theme, way, SMALLEST_WORD, "muted", at=middle.strip(bottom=small))] * roomy
    return SortedRow(VGroup(title, *names), words)


def told_right(theme: Theme, said: Sequence[str], shares: Sequence[View], rooms: Sequence[Room], roles: Sequence[str]) -> Ranking:
    """How often each of a few ways to guess is right, on one scale from 0 to 1."""
    picture = ranking(theme, said, shares, rooms)
    for role, *parts in zip(roles, picture.words, picture.numbers, picture.bars, strict=True):
        VGroup(*parts).set_fill(theme.colour(role))
    return picture


def _bar(theme: Theme, kind: float, place: Room, height: float) -> VMobject:
    """A bar on the middle line of its place, or hanging from it."""
    role = OF_NO_KIND if np.isnan(kind) else KINDS[int(kind)]
    shape = rounded_rectangle(min(WORD, BAR_SHARE * place.width), height, CORNER).set_fill(theme.colour(role), 1)
    return shape.move_to(place.point() + [0, (1 - 2 * (kind == 1)) * height / 2, 0])


def _cut(theme: Theme, room: Room, x: float) -> VMobject:
    """A line from the top of a room to its bottom."""
    line = VMobject(stroke_color=theme.colour("weight"), stroke_width=5 * PEN)
    return line.set_points_as_corners([[x, room.bottom, 0], [x, room.top, 0]])


def _name(theme: Theme, word: str, bar: VMobject, kind: float) -> Label:
    """The word of a bar, beyond its end."""
    room = room_of(bar).outside(**{"bottom" if kind == 1 else "top": WORD}, gap=TIGHT / 2)
    return text(theme, word, WORD, at=room.centre)
