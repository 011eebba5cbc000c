"""A word at a place of a sentence: the row of the word, the position of the place, and their sum."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import Animation, Mobject, VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, fit_grid, heat_maps, peak
from scenes.parts.label import WORD, text
from scenes.parts.motion import Together, appear, merge, travel
from scenes.parts.tokens import snug_row
from scenes.parts.whole import Whole

CARD, NOTE = 70 * PX, 28 * PX             # height of a card, em size
LOW = 2 * (WORD + TIGHT)                  # height of a line, half of it for its name
ARRIVAL = 0.3                             # seconds at most in which the digits of a cell come up


class Summed(NamedTuple):
    """What is drawn of a word at a place: what is `said` of it; the `words` of the sentence; the `place`, from 0; the `vectors` (d), the last
    the sum of the others; their `names`; and what the first of them was `before` it was scaled (d), and its name."""

    said: str
    words: Sequence[str]
    place: int
    vectors: Sequence[View]
    names: Sequence[str]
    before: tuple[View, str]


class Placed(Whole):
    """`cards`, the sentence, in which one stands out, below what is said of it; `parts`, what is added, and `total`, the sum; `names`, of all of these.
    No parts of it: `before`, what the first part was before it was scaled, and the `name` of that."""

    def __init__(self, cards: VGroup, parts: Sequence[HeatMap], total: HeatMap, names: Sequence[Mobject], before: HeatMap, name: Mobject):
        super().__init__(cards=cards, parts=parts, total=total, names=names)
        self.before, self.name = before, name

    def add_cell(self, j: int, seconds: float) -> Animation:
        """Cell j of all that is added falls into the sum."""
        cell, (first, *rest) = self.total.cells[0][j], (part.cells[0][j] for part in self.parts)
        moves = [travel(first.copy(), cell, run_time=seconds), *(merge(other, into=cell, run_time=seconds) for other in rest)]
        arrival = [appear(row[j], run_time=min(ARRIVAL, seconds)) for row in self.total.numbers]
        return Together(Together(*moves), *arrival, lag=0.8)


def placed(theme: Theme, sums: Sequence[Summed], rooms: Sequence[Room], most: int, rounded: str) -> list[Placed]:
    """Words at places, each in a room of its own, all with the same cells, digits and scale. most: features that are shown.
    rounded: what is said of the sums."""
    lines = [_lines(room, 1 + len(each.vectors)) for each, room in zip(sums, rooms, strict=True)]
    bodies = [[line.trim(top=WORD + TIGHT) for line in body] for _, *body in lines]
    grid = fit_grid(sums[0].vectors[0].shape, bodies[0][0], most)
    vectors = [vector for each in sums for vector in each.vectors]
    befores, firsts = [each.before[0] for each in sums], [body[0] for body in bodies]
    drawn = iter(heat_maps(theme, [*befores, *vectors], [*firsts, *(room for body in bodies for room in body)], "line", True, peak(*vectors), grid))
    befores = [next(drawn) for _ in sums]
    return [_placed(theme, each, [next(drawn) for _ in each.vectors], head, rounded, before)
            for each, (head, *_), before in zip(sums, lines, befores, strict=True)]


def _lines(room: Room, count: int) -> list[Room]:
    """The rooms of the sentence and of all vectors: of one height, or where that is low no more for the sentence than it needs."""
    even = room.rows(count, GAP)
    return even if even[0].height >= LOW else [room.strip(top=CARD), *room.trim(top=CARD + TIGHT).rows(count - 1, TIGHT / 2)]


def _placed(theme: Theme, summed: Summed, sheets: Sequence[HeatMap], head: Room, rounded: str, before: HeatMap) -> Placed:
    high, low = head.strip(top=WORD), head.trim(top=WORD + TIGHT)
    said, place = ([text(theme, summed.said, WORD, at=high)], low) if low.height >= CARD else ([], head)
    cards = snug_row(theme, summed.words, place, min(CARD, place.height))
    own, *names = (above(text(theme, name, WORD, width=sheet.width), sheet.border, align=-1)
                   for name, sheet in zip((summed.before[1], *summed.names), (before, *sheets), strict=True))
    *parts, total = sheets
    for border in (cards[summed.place].box, total.border):
        border.set_stroke(theme.colour("output"))
    names[-1] = VGroup(names[-1], *[above(text(theme, rounded, NOTE, "muted"), total.border, align=1)] * total.digits)
    return Placed(VGroup(*said, *cards), parts, total, names, before, own)
