"""A word, a place and their sum as bars, whose height is their size, and which words the sum is near to: a few such sums side by side."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import largest
from scenes.parts.equation import Equation, equation
from scenes.parts.feature_bars import feature_bars, middle
from scenes.parts.heat_map import fit_grid
from scenes.parts.label import WORD, Number, number, paragraph, text
from scenes.parts.shapes import Block, frame
from scenes.parts.whole import Whole

SMALL, SIZE = 28 * PX, 60 * PX
NAMED, SLIM = (5, 8), (5, 7)              # widths of the names and of each sum, and of these where the frame is slim
BODY, HEIGHTS = (3, 1), (2, 4, 4, 4, 4)   # of the width: bars, and the number beside them; of the title, the rows, what is found


class BarSum(NamedTuple):
    """One way to add: its `title` in maths; the `vectors` (d), the last the sum of the others; `sizes` of these others; `found`, words, the
    right one first, and how far the sum is from each."""

    title: str
    vectors: Sequence[View]
    sizes: Sequence[View]
    found: Sequence[tuple[str, View]]


class Side(Whole):
    """`panel`; `title` and `unit`, what the numbers are; `features`, the bars of every row on their line; `sizes`, the numbers beside the
    first of them; `nearest`, words and how far the last is from each, the nearest in a frame."""

    def __init__(self, panel: Block, title: Equation, unit: VGroup, features: Sequence[VGroup], sizes: Sequence[Number],
                 nearest: Sequence[VGroup]):
        super().__init__(panel=panel, title=title, unit=unit, features=features, sizes=sizes, nearest=nearest)


class BarSums(NamedTuple):
    """`names` of the rows and of what is found, at the left; the `sides`."""

    names: list[VGroup]
    sides: list[Side]


def bar_sums(theme: Theme, sums: Sequence[BarSum], names: Sequence[str], unit: str, room: Room, slim: bool) -> BarSums:
    """Sums side by side in a room, all bars on one scale. names: of the rows. unit: what the numbers are. slim: whether the numbers
    take as much of the width as the bars."""
    (beside, share), full = SLIM if slim else NAMED, largest(*(vector for each in sums for vector in each.vectors))
    left, *rooms = room.columns([beside, *[share] * len(sums)], GAP)
    labels = [paragraph(theme, name, SMALL if slim else WORD, line.width, align=-1).shift(line.centre)
              for name, line in zip(names, _lines(left)[1:], strict=True)]
    return BarSums(labels, [_side(theme, each, unit, full, place, slim) for each, place in zip(sums, rooms, strict=True)])


def _side(theme: Theme, each: BarSum, unit: str, full: float, room: Room, slim: bool) -> Side:
    head, *rows, foot = (line.columns(2 if slim else BODY, TIGHT) for line in _lines(room))
    nearest = min(each.found, key=lambda pair: float(pair[1]))[0]
    places = replace(foot[0], right=foot[1].right).columns(len(each.found), TIGHT)
    return Side(
        frame(theme, room, fill="surface"),
        equation(theme, each.title, size=WORD, role="output" if nearest == each.found[0][0] else "text", at=head[0]),
        paragraph(theme, unit, SMALL, head[1].width, "muted").move_to(head[1].centre),
        [_bars(theme, vector, body, full) for vector, (body, _) in zip(each.vectors, rows, strict=True)],
        [number(theme, size, SIZE, weight=600, at=end, width=end.width) for size, (_, end) in zip(each.sizes, rows, strict=False)],
        [_card(theme, word, distance, word == nearest, place) for (word, distance), place in zip(each.found, places, strict=True)],
    )


def _lines(room: Room) -> list[Room]:
    """The rooms of a sum: of its title, its three rows, and what is found."""
    return room.inset(TIGHT, TIGHT).rows(HEIGHTS, TIGHT)


def _bars(theme: Theme, vector: View, room: Room, full: float) -> VGroup:
    return VGroup(middle(theme, room), *feature_bars(theme, vector, fit_grid(vector.shape, room).columns, room, full))


def _card(theme: Theme, word: str, distance: View, nearest: bool, room: Room) -> VGroup:
    """A word above how far it is, in a frame if that is less than to the others."""
    role, (head, foot) = "output" if nearest else "muted", room.inset(TIGHT / 2, TIGHT / 2).rows(2, 0)
    return VGroup(frame(theme, room, "output" if nearest else "line"), text(theme, word, WORD, role, at=head, width=head.width),
                  number(theme, distance, max(theme.digit, WORD), role, 600 if nearest else 400, at=foot, width=room.width - TIGHT / 4))
