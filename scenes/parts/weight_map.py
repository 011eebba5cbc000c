"""All weights of a head, small: a dot for each, to be seen beside those of other heads."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import above, below
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import DISC
from scenes.parts.label import SMALLEST_WORD, WORD, Label, fit_words, text, text_width, words_at
from scenes.parts.shapes import Block, frame, ring
from scenes.parts.tokens import LINE
from scenes.parts.weight import disc
from scenes.parts.whole import Whole

CLOSEST = 6 * PX                          # from dot to dot: closer ones could not be told apart
BETWEEN = 0.1                             # maps side by side, as a share of one


class WeightMap(Whole):
    """`ground`, a square, and `rows`: for each query its weights as discs, those of the first query at the top."""

    def __init__(self, ground: Block, rows: VGroup):
        super().__init__(ground=ground, rows=rows)


class HeadMaps(Whole):
    """`names` and `maps` of the heads of a block, and the `words` of their rows. No part of it yet: `rings` around the row of a query, and
    `looks`, what is said of it."""

    def __init__(self, names: list[Label], maps: list[WeightMap], words: VGroup, rings: list[Block], looks: list[Label]):
        super().__init__(names=names, maps=maps, words=words)
        self.rings, self.looks = rings, looks


def squares(room: Room, count: int, across: int, beside: float = 0.0) -> list[Room]:
    """So many squares in the middle of a room, in rows of so many, as large as they can be. beside: what is free above and below each."""
    lines, wide = room.rows(-(-count // across), 0), across + BETWEEN * (across - 1)
    side = min(lines[0].height - 2 * beside, room.width / wide)
    return [place for line in lines for place in line.fit(wide * side, side).columns(across, BETWEEN * side)][:count]


def weight_map(theme: Theme, weights: View, square: Room) -> WeightMap:
    """The weights (query, key) of a head in a square; without dots where these could not be told apart."""
    pitch = square.width / len(weights)
    rows = [VGroup(disc(theme, weight, DISC * pitch).move_to(place.centre) for weight, place in zip(row, line.columns(len(row), 0)))
            for row, line in zip(weights, square.rows(len(weights), 0), strict=True) if pitch >= CLOSEST]
    return WeightMap(frame(theme, square, width=2, fill="background"), VGroup(*rows))


def head_maps(theme: Theme, weights: View, words: Sequence[str], query: int, names: Sequence[str], looks: Sequence[tuple[str, str]],
              room: Room, across: int) -> HeadMaps:
    """The weights (head, query, key) of a block in rows of so many maps. words: of the queries, beside each row of maps, if they are
    legible there. looks: of each head what is said of one query, and in which role."""
    across = min(len(weights), across)
    beside = TIGHT + max(text_width(theme, word, SMALLEST_WORD) for word in words)
    places = squares(room.trim(left=beside), len(weights), across, LINE * WORD)
    legible = places[0].height >= LINE * SMALLEST_WORD * len(words)
    places = places if legible else squares(room, len(weights), across, LINE * WORD)
    maps = [weight_map(theme, head, square) for head, square in zip(weights, places, strict=True)]
    names, size = fit_words(theme, names, WORD, places[0].width)
    return HeadMaps(
        [above(text(theme, name, size), drawn, TIGHT / 2) for name, drawn in zip(names, maps, strict=True)], maps,
        VGroup(*(_words(theme, words, query, place, beside) for place in places[::across] if legible)),
        [ring(theme, square.rows(weights.shape[1], 0)[query]) for square in places],
        [below(text(theme, words, WORD, role, 600, width=drawn.width), drawn, TIGHT / 2) for (words, role), drawn in zip(looks, maps)],
    )


def _words(theme: Theme, words: Sequence[str], query: int, square: Room, width: float) -> VGroup:
    """The words of the rows of a map, at its left; that of one query in the colour of queries."""
    points = [(square.left - TIGHT, line.centre[1]) for line in square.rows(len(words), 0)]
    labels = words_at(theme, words, points, SMALLEST_WORD, width, "muted")
    labels[query].set_fill(theme.colour("query"))
    return labels
