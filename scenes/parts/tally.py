"""One of two words said to each of many sentences: a square for every sentence, and how many there are of either word."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.base.layout import line_of
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import number, text
from scenes.parts.shapes import rounded_rectangle
from scenes.parts.dot_plot import KINDS, OF_NO_KIND
from scenes.parts.whole import Whole

NAME, COUNT = 46 * PX, 92 * PX            # em sizes of what a tally is of, and of a word with its number
HEAD = 1.2                                # height of these, in em
BETWEEN = 4 * PX                          # from a square to the edge of its place
CORNER, EDGE = 5 * PX, 3 * PEN


class Tally(Whole):
    """`title`, what is tallied; `squares`, those of the first word before those of the second; `counts`, both words with their numbers."""

    def __init__(self, title: VMobject, squares: VGroup, counts: VGroup):
        super().__init__(title=title, squares=squares, counts=counts)


def tally(theme: Theme, name: str, words: Sequence[str], said: np.ndarray, counts: View, room: Room) -> Tally:
    """A tally in a room. words: the two. said: (sentence) which of them, 0 or 1, NaN if neither. counts: (word)."""
    head, body = room.strip(top=HEAD * COUNT), room.trim(top=HEAD * COUNT + TIGHT / 2)
    pairs = [(text(theme, word, COUNT, role, 700), number(theme, count, COUNT, role, 700, decimals=0)) for word, role, count in zip(words, KINDS, counts)]
    numbers = line_of(*(label for pair in pairs for label in pair), gap=GAP, at=head.strip(right=head.width / 2), align=1)
    kinds, places = np.sort(said), _places(len(said), body)
    squares = VGroup(_tile(theme, kind, place) for kind, place in zip(kinds, places))
    return Tally(text(theme, name, NAME, weight=500, at=head.trim(right=numbers.width + GAP), align=-1), squares, numbers)


def tallies(theme: Theme, names: Sequence[str], words: Sequence[str], said: View, counts: View, room: Room) -> list[Tally]:
    """One below the other. names: of the runs. said: (run, sentence). counts: (run, word)."""
    rows = zip(names, said.values, counts, room.rows(len(names), GAP), strict=True)
    return [tally(theme, name, words, *each) for name, *each in rows]


def _places(count: int, room: Room) -> list[Room]:
    """As many places, column by column, from the left of a room that they fill: as square as they can be, and if possible no column is shorter."""
    def off(rows: int) -> float:
        across = -(-count // rows)
        return abs(np.log(room.width * rows / across / room.height)) + (count % rows > 0)
    rows = min(range(1, count + 1), key=off)
    return [place for column in room.columns(-(-count // rows), 0) for place in column.rows(rows, 0)][:count]


def _tile(theme: Theme, kind: float, place: Room) -> VMobject:
    """Hollow for the first word, filled for the second."""
    inner, colour = place.inset(BETWEEN, BETWEEN), theme.colour(OF_NO_KIND if np.isnan(kind) else KINDS[int(kind)])
    tile = rounded_rectangle(inner.width, inner.height, CORNER).set_stroke(colour, EDGE).move_to(place.centre)
    return tile.set_fill(colour, 1) if kind == 1 else tile
