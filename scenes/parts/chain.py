"""How a changed word comes to a head: what a token takes from it in the block before, its query then, and where it looks."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import arrow, weight_line
from scenes.parts.heat_map import HeatMap, fit_grid, heat_maps
from scenes.parts.label import WORD, number, words_in
from scenes.parts.shapes import room_of
from scenes.parts.tokens import token_card
from scenes.parts.whole import Whole

NAME, CARD, DIGITS = (size * PX for size in (60, 64, 34))    # heights of a line of names and of a card; em size of the weights
SHARES = (7, 6, 4, 2, 14, 6, 7)           # widths: the changed word, its weight, the followed token, an arrow, the query, a weight, a word
CLOSER, SLIM = (9, 6, 4, 2, 6, 6, 9), 6.5                 # where these stand in a room that is less wide


class Link(NamedTuple):
    """Of one sentence: the changed word, the followed token and the one that it looks at most; how much is `taken` from the first, the
    `query` (d_k) made after that, and the `weight` of the last."""

    words: tuple[str, str, str]
    taken: View
    query: View
    weight: View


def link(words: Sequence[str], changed: int, followed: int, taken: View, query: View, weights: View) -> Link:
    """Of a sentence. changed, followed: places of these tokens. weights: (key,) of the followed one."""
    most = int(weights.values.argmax())
    return Link((words[changed], words[followed], words[most]), taken, query, weights[most])


class Chain(Whole):
    """`names` above the columns; `rows`, one for each sentence: what stands in it from left to right."""

    def __init__(self, names: VGroup, rows: VGroup):
        super().__init__(names=names, rows=rows)


def chain(theme: Theme, links: Sequence[Link], names: Sequence[str], room: Room) -> Chain:
    """The links of both sentences, one below the other. names: of the first weight, the query and the last weight."""
    slim = room.width < SLIM
    shares, high, parts = (CLOSER, 3 / 2 * NAME, ((0, 1), (2, 4), (5, 6))) if slim else (SHARES, NAME, ((0, 2), (4, 4), (5, 6)))
    head, body = room.strip(top=high), room.trim(top=high)
    places = [line.fit(height=CARD).columns(shares, TIGHT) for line in body.rows(len(links))]
    strips = heat_maps(theme, [link.query for link in links], [line[4] for line in places], "query", digits=True,
                       grid=fit_grid(links[0].query.shape, places[0][4]))
    columns = [Room(places[0][a].left, places[0][b].right, head.bottom, head.top) for a, b in parts]
    return Chain(
        VGroup(words_in(theme, name, WORD, place, "muted") for name, place in zip(names, columns, strict=True)),
        VGroup(_row(theme, *what) for what in zip(links, strips, places, strict=True)),
    )


def _row(theme: Theme, link: Link, strip: HeatMap, places: Sequence[Room]) -> VGroup:
    cards = [token_card(theme, word, place.width, place.height, role).move_to(place.centre)
             for word, role, place in zip(link.words, ("output", "query", "key"), (places[0], places[2], places[6]), strict=True)]
    start, end = room_of(cards[1]).point(1), room_of(strip.border).point(-1)
    return VGroup(cards[0], _weight(theme, link.taken, cards[0], cards[1]), cards[1], arrow(theme, start, end), strip,
                  _weight(theme, link.weight, strip.border, cards[2]), cards[2])


def _weight(theme: Theme, weight: View, left: Mobject, right: Mobject) -> VGroup:
    """A weight as a line from one picture to the next, and its number above it."""
    line = weight_line(theme, room_of(left).point(1), room_of(right).point(-1), weight)
    return VGroup(line, above(number(theme, weight, DIGITS, "weight", 600), line))
