"""All weights of a head, small: a dot for each, to be seen beside those of other heads."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from model import View
from scenes.base.layout import line_of
from scenes.base.room import PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import DISC
from scenes.parts.label import SMALLEST_WORD, WORD, Label, fit_words, number, text, text_width, words_at
from scenes.parts.shapes import Block, frame, ring
from scenes.parts.tokens import LINE
from scenes.parts.weight import disc
from scenes.parts.whole import Whole

CLOSEST = 6 * PX                          # from dot to dot: closer ones could not be told apart
OVER = 1.2                                # diameter of the weight 1, in pitches: a row has room for it, as it shares out 1
COLUMN = 1.4 * SMALLEST_WORD              # height of the word of a column
BAND = 3 * PEN                            # stroke width around a row
BETWEEN = 0.1                             # maps side by side, as a share of one


class WeightMap(Whole):
    """`ground`, a square, and `rows`: for each query its weights as discs, those of the first query at the top."""

    def __init__(self, ground: Block, rows: VGroup):
        super().__init__(ground=ground, rows=rows)


class HeadMaps(Whole):
    """`names` and `maps` of the heads of a block, and the `words` of their rows. No part of it yet: of each map the `band` of the row of a
    query, and `found`, what that looks at most: a ring, the word of the column, and below the map what is said of it."""

    def __init__(self, names: list[Label], maps: list[WeightMap], words: VGroup, bands: list[Block], found: list[VGroup]):
        super().__init__(names=names, maps=maps, words=words)
        self.bands, self.found = bands, found


def squares(room: Room, count: int) -> list[Room]:
    """So many squares side by side in the middle of a room, as large as they can be."""
    wide = count + BETWEEN * (count - 1)
    side = min(room.height, room.width / wide)
    return room.fit(wide * side, side).columns(count, BETWEEN * side)


def weight_map(theme: Theme, weights: View, room: Room) -> WeightMap:
    """The weights (query, key) of a head, which fill a room; without dots where these could not be told apart."""
    pitch = min(room.width, room.height) / len(weights)
    rows = [VGroup(disc(theme, weight, OVER * DISC * pitch).move_to(place.centre) for weight, place in zip(row, line.columns(len(row), 0)))
            for row, line in zip(weights, room.rows(len(weights), 0), strict=True) if pitch >= CLOSEST]
    return WeightMap(frame(theme, room, width=2, fill="background"), VGroup(*rows))


def head_maps(theme: Theme, weights: View, words: Sequence[str], query: int, names: Sequence[str], looks: Sequence[tuple[str, str]],
              room: Room, across: int) -> HeadMaps:
    """The weights (head, query, key) of a block in rows of so many maps. words: of the queries, beside each row of maps, if they are
    legible there. looks: of each head what is said of one query, and in which role."""
    across = min(len(weights), across)
    beside = TIGHT + max(*(text_width(theme, word, SMALLEST_WORD) for word in words), text_width(theme, words[query], WORD, 600))
    places = _places(room.trim(left=beside), len(weights), across)
    legible = places[0].height >= LINE * SMALLEST_WORD * len(words)
    places = places if legible else _places(room, len(weights), across)
    maps = [weight_map(theme, head, place) for head, place in zip(weights, places, strict=True)]
    rows = [place.rows(len(words), 0)[query] for place in places]
    names, size = fit_words(theme, names, WORD, places[0].width)
    return HeadMaps(
        [text(theme, name, size, at=place.outside(top=LINE * WORD, gap=COLUMN)) for name, place in zip(names, places, strict=True)], maps,
        VGroup(*(_words(theme, words, query, place, beside) for place in places[::across] if legible)),
        [frame(theme, row, "query", radius=row.height / 2, width=BAND) for row in rows],
        [_found(theme, head[query], words, *each) for head, *each in zip(weights, rows, places, looks, strict=True)],
    )


def _places(room: Room, count: int, across: int) -> list[Room]:
    """So many rooms for maps, in rows of so many, with room for a name and a word above and for words below."""
    lines = [line.trim(top=LINE * WORD + COLUMN, bottom=LINE * WORD + TIGHT / 3) for line in room.rows(-(-count // across), 0)]
    return [place for line in lines for place in line.columns(across, BETWEEN * room.width / across)][:count]


def _found(theme: Theme, weights: View, words: Sequence[str], row: Room, place: Room, look: tuple[str, str]) -> VGroup:
    """What a query looks at most in a map, weights (key): a ring around it in its row, the word of its column above, and below what is
    said of it, in a role, and its weight, if there is room."""
    most = int(weights.values.argmax())
    cell, half = row.columns(len(weights), 0)[most], min(place.width, text_width(theme, words[most], SMALLEST_WORD)) / 2
    x, low = np.clip(cell.centre[0], place.left + half, place.right - half), place.outside(bottom=LINE * WORD, gap=TIGHT / 3)
    said, value = text(theme, look[0], WORD, look[1], 600, width=low.width), number(theme, weights[most], WORD, "weight", 700)
    share = min(1, low.width / (said.advance + TIGHT + value.advance))
    legible = value.size * share >= theme.digit and said.size * share >= SMALLEST_WORD
    return VGroup(ring(theme, cell), text(theme, words[most], SMALLEST_WORD, "key", at=(x, place.top + COLUMN / 2, 0), width=place.width),
                  line_of(said, *[value] * int(legible), at=low))


def _words(theme: Theme, words: Sequence[str], query: int, square: Room, width: float) -> VGroup:
    """The words of the rows of a map, at its left; that of one query large, in the colour of queries."""
    points = [(square.left - TIGHT, line.centre[1]) for line in square.rows(len(words), 0)]
    labels = words_at(theme, words, points, SMALLEST_WORD, width, "muted")
    x, y = points[query]
    return VGroup(*labels[:query], text(theme, words[query], WORD, "query", 600, at=(x, y, 0), align=1), *labels[query + 1:])
