"""Word and position before they are added, and their sum: as bars, whose height is their size."""

from collections.abc import Sequence
from dataclasses import replace

from manim import VGroup

from model import View
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.feature_bars import feature_bars, middle
from scenes.parts.heat_map import fit_grid
from scenes.parts.label import WORD, Number, number, paragraph, text
from scenes.parts.shapes import Block, frame
from scenes.parts.whole import Whole

SMALL, SIZE = 28 * PX, 60 * PX
BODY, HEIGHTS = (3, 1), (2, 4, 4, 4, 4)   # of the width: bars, and the number beside them; of the title, the rows, what is found


class Side(Whole):
    """`panel`; `title` and `unit`, what the numbers are; `features`, the bars of every row on their line; `sizes`, the numbers beside the first
    of them; `nearest`, words and how far the last is from each, the nearest in a frame."""

    def __init__(self, panel: Block, title: Equation, unit: VGroup, features: Sequence[VGroup], sizes: Sequence[Number],
                 nearest: Sequence[VGroup]):
        super().__init__(panel=panel, title=title, unit=unit, features=features, sizes=sizes, nearest=nearest)


def side(theme: Theme, words: tuple[str, str], vectors: Sequence[View], sizes: Sequence[View], full: float, found: Sequence[tuple[str, View]],
         room: Room, slim: bool = False) -> Side:
    """One way to add, in a room: the title, a row for each vector, what is found.

    words: the title in maths, and what the numbers are. vectors (d) and their sizes, from the top. full: the magnitude that fills a row. found:
    words, the right one first, and how far the sum is from each. slim: whether the numbers take as much of the width as the bars.
    """
    head, *rows, foot = (line.columns(2 if slim else BODY, TIGHT) for line in lines(room))
    nearest = min(found, key=lambda pair: float(pair[1]))[0]
    places = replace(foot[0], right=foot[1].right).columns(len(found), TIGHT)
    return Side(
        frame(theme, room, fill="surface"),
        equation(theme, words[0], size=WORD, role="output" if nearest == found[0][0] else "text", at=head[0]),
        paragraph(theme, words[1], SMALL, head[1].width, "muted").move_to(head[1].centre),
        [_bars(theme, vector, body, full) for vector, (body, _) in zip(vectors, rows, strict=False)],
        [number(theme, size, SIZE, weight=600, at=end, width=end.width) for size, (_, end) in zip(sizes, rows, strict=False)],
        [_card(theme, word, distance, word == nearest, place) for (word, distance), place in zip(found, places, strict=True)],
    )


def lines(room: Room) -> list[Room]:
    """The rooms of a side: of its title, its three rows, and what is found."""
    return room.inset(TIGHT, TIGHT).rows(HEIGHTS, TIGHT)


def _bars(theme: Theme, vector: View, room: Room, full: float) -> VGroup:
    return VGroup(middle(theme, room), *feature_bars(theme, vector, fit_grid(vector.shape, room).columns, room, full))


def _card(theme: Theme, word: str, distance: View, nearest: bool, room: Room) -> VGroup:
    """A word above how far it is, in a frame if that is less than to the others."""
    role, (head, foot) = "output" if nearest else "muted", room.inset(TIGHT / 2, TIGHT / 2).rows(2, 0)
    return VGroup(frame(theme, room, "output" if nearest else "line"), text(theme, word, WORD, role, at=head, width=head.width),
                  number(theme, distance, max(theme.digit, WORD), role, 600 if nearest else 400, at=foot, width=foot.width))
