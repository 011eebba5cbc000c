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
from scenes.parts.sorted_words import KINDS, OF_NO_KIND
from scenes.parts.whole import Whole

NAME, COUNT = 46 * PX, 92 * PX            # em sizes of what a tally is of, and of a word with its number
HEAD = 1.2                                # height of these, in em
SQUARE, LARGEST = 0.78, 60 * PX           # of its place, the side of a square; and of a place at most
CORNER, EDGE = 5 * PX, 3 * PEN


class Tally(Whole):
    """`name`, what is tallied; `squares`, those of the first word before those of the second; `counts`, both words with their numbers."""

    def __init__(self, name: VMobject, squares: VGroup, counts: VGroup):
        super().__init__(name=name, squares=squares, counts=counts)


def tally(theme: Theme, name: str, words: Sequence[str], said: np.ndarray, counts: View, room: Room) -> Tally:
    """A tally in a room. words: the two. said: (sentence) which of them, 0 or 1, NaN if neither. counts: (word)."""
    head, body = room.strip(top=HEAD * COUNT), room.trim(top=HEAD * COUNT + TIGHT / 2)
    pairs = [(text(theme, word, COUNT, role, 700), number(theme, count, COUNT, role, 700)) for word, role, count in zip(words, KINDS, counts)]
    numbers = line_of(*(label for pair in pairs for label in pair), gap=GAP, at=head.strip(right=head.width / 2), align=1)
    kinds, places = np.sort(said), _places(len(said), body)
    squares = VGroup(_square(theme, kind, place) for kind, place in zip(kinds, places))
    return Tally(text(theme, name, NAME, weight=500, at=head.trim(right=numbers.width + GAP), align=-1), squares, numbers)


def _places(count: int, room: Room) -> list[Room]:
    """As many places as large as they can be, column by column, from the left of a room."""
    def side(rows: int) -> float:
        return min(room.height / rows, room.width / -(-count // rows), LARGEST)
    rows = max(range(1, count + 1), key=side)
    across, pitch = -(-count // rows), side(rows)
    columns = room.fit(across * pitch, rows * pitch).columns(across, 0)
    return [place for column in columns for place in column.rows(rows, 0)][:count]


def _square(theme: Theme, kind: float, place: Room) -> VMobject:
    """Hollow for the first word, filled for the second."""
    side, colour = SQUARE * place.width, theme.colour(OF_NO_KIND if np.isnan(kind) else KINDS[int(kind)])
    square = rounded_rectangle(side, side, CORNER).set_stroke(colour, EDGE).move_to(place.centre)
    return square.set_fill(colour, 1) if kind == 1 else square
