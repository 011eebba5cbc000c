"""Word and position before they are added, and their sum: as bars, whose height is their size."""

from collections.abc import Sequence
from dataclasses import replace

from manim import VGroup, VMobject

from model import View
from scenes.base.room import PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.feature_bars import feature_bars, middle
from scenes.parts.heat_map import fit_grid
from scenes.parts.label import WORD, Number, number, paragraph
from scenes.parts.shapes import Block, frame
from scenes.parts.tokens import TokenCard, card_width, token_card
from scenes.parts.whole import Whole

SMALL, SIZE = 28 * PX, 60 * PX
BODY, HEIGHTS = (3, 1), (2, 5, 5, 5, 3)   # of the width: bars, and the number beside them; of the title, the rows, what is found


class Side(Whole):
    """`panel`; `title` and `unit`, what the numbers are; `features`, the bars of every row on their line; `sizes`, the numbers beside the first
    of them; `nearest`, the word that is nearest to the last, if there is more than one row."""

    def __init__(self, panel: Block, title: Equation, unit: VGroup, features: Sequence[VGroup], sizes: Sequence[Number],
                 nearest: Sequence[TokenCard]):
        super().__init__(panel=panel, title=title, unit=unit, features=features, sizes=sizes, nearest=nearest)


def side(theme: Theme, words: tuple[str, str], vectors: Sequence[View], sizes: Sequence[View], full: float, found: Sequence[str], right: bool,
         room: Room, slim: bool = False) -> Side:
    """One way to add, in a room: the title, a row for each vector, what is found.

    words: the title in maths, and what the numbers are. vectors (d) and their sizes, from the top. full: the magnitude that fills a row. found:
    the word that is nearest to the sum, if there is one; right: whether it is the right one. slim: whether the numbers
    take as much of the width as the bars.
    """
    head, *rows, foot = (line.columns(2 if slim else BODY, TIGHT) for line in lines(room))
    return Side(
        frame(theme, room, fill="surface"),
        equation(theme, words[0], size=WORD, role="output" if right else "text", at=head[0]),
        paragraph(theme, words[1], SMALL, head[1].width, "muted").move_to(head[1].centre),
        [_bars(theme, vector, body, full) for vector, (body, _) in zip(vectors, rows, strict=False)],
        [number(theme, size, SIZE, weight=600, at=end, width=end.width) for size, (_, end) in zip(sizes, rows, strict=False)],
        [_card(theme, word, right, replace(foot[0], right=foot[1].right) if slim else foot[0]) for word in found],
    )


def lines(room: Room) -> list[Room]:
    """The rooms of a side: of its title, its three rows, and what is found."""
    return room.inset(TIGHT, TIGHT).rows(HEIGHTS, TIGHT)


def _bars(theme: Theme, vector: View, room: Room, full: float) -> VGroup:
    return VGroup(middle(theme, room), *feature_bars(theme, vector, fit_grid(vector.shape, room).columns, room, full))


def _card(theme: Theme, word: str, right: bool, room: Room) -> VMobject:
    width = card_width(theme, [word], room.width - WIDE * (room.width > 3 * WIDE))
    return token_card(theme, word, width, min(room.height, 2 * WORD), "output" if right else "line").move_to(room.centre)
