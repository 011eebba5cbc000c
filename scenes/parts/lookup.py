"""Looking vectors up in a table, and how far two of them are apart."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from manim import DOWN, RIGHT, UP, Mobject, VGroup, VMobject

from model import View
from scenes.base.layout import above, side_by_side
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import LARGEST_CELL, Grid, HeatMap, fit_grid, heat_map, taller
from scenes.parts.label import WORD, is_named, number, text
from scenes.parts.shapes import room_of
from scenes.parts.tokens import cards_beside, shape_label
from scenes.parts.whole import Whole

CLEAR = 0.1                               # between a line and what it joins
FAR, FARTHER, SIZE, BETWEEN = 120 * PX, 0.25, 28 * PX, 0.2   # em sizes of a distance, or as a share of the gap, and of its name, and between them
NAME, HIGHEST = 60 * PX, 110 * PX         # em size of a table's name; height of one of its rows, at most
SHARES, SLIM, BELOW = (2.4, 0.9, 4.4, 0.5, 4.4), (3, 2, 4, 0.3, 3.5), (5, 3, 14)   # widths of cards, links, table, gap and what is found, or that below
ENOUGH = 600 * PX                         # height of a room in which there is room for both tables, one below the other
HEAD, RAISED = 0.6, 0.3                   # room for names, and how far above a matrix its own is
DIGIT = 0.58                              # em size of a number beside a row, as a share of its height, at most
LEVEL = 0.12                              # from a link to a number
FOLLOWED, OTHER = ("output", 3), ("muted", 1.5)         # role and width of the link that is followed, and of all others
READABLE = 16                             # entries of a lifted row, so that their digits are not cut


class Lookup(NamedTuple):
    """`cards` of tokens and their `numbers`, the `ids` (n); `table`, and the `addresses` of the rows that are shown; `x`, what is found
    there, in its `place`; the names of both, and `links` from each number to its row."""

    ids: View
    cards: VGroup
    numbers: VGroup
    table: HeatMap
    table_name: VGroup
    addresses: VGroup
    links: list[VMobject]
    x: HeatMap
    x_name: VGroup
    place: Room

    def row(self, i: int) -> VGroup:
        """The row of the table that token i leads to."""
        return _row(self.table, self.ids[i])


def lookup(theme: Theme, tokens: Sequence[str], i: int, ids: View, views: tuple[View, View], names: tuple[str, str], scale: float,
           room: Room, slim: bool) -> Lookup:
    """Tokens and ids (n) at the left of a room, the table (vocabulary, d_model) in the middle, what is found (n, d_model) at the right;
    both, `views`, on one scale. slim: what is found stands below the table, if the room is high enough, and the cards beside both.

    i: the token that is followed. names: of the table, as maths, and of what is found, in words.
    """
    (table, x), (left, middle, right) = views, _places(room.trim(top=HEAD), slim)
    grid = table_grid(table.shape, ids.values.astype(int).tolist(), middle)
    sheet = heat_map(theme, table, middle, scale=scale, grid=grid._replace(height=min(HIGHEST * (2 if right.top < middle.bottom else 1), _pitch(grid, middle))))
    grid = fit_grid(x.shape, right)._replace(width=grid.width)
    grid = grid._replace(height=min(sheet.grid.height, _pitch(grid, right)))
    found = heat_map(theme, x, right, "output", digits=True, scale=scale, grid=grid)
    rows, y = (found, sheet.get_y()) if right.left > middle.right else _spread(theme, x, replace(left, bottom=right.bottom))
    cards = cards_beside(theme, tokens, rows, left.width - HEAD, keep=i)
    cards.shift([left.left - room_of(cards).left, y - rows.get_y(), 0])
    numbers, start = _beside_cards(theme, ids, rows, cards, i)
    addresses = _addresses(theme, ids, sheet, i)
    end = room_of(addresses).left - LEVEL
    links = [link(theme, (start + LEVEL, card.get_y(), 0), (end, _row(sheet, source).get_y(), 0), *(FOLLOWED if k == i else OTHER))
             for k, (card, source) in enumerate(zip(cards, ids))]
    return Lookup(ids, cards, numbers, sheet, _above(theme, equation(theme, names[0], size=NAME), table, sheet), addresses, links, found,
                  _above(theme, text(theme, names[1], WORD, "output", width=right.width), x, found), right)


def lifted(theme: Theme, row: View, scale: float, names: tuple[str, str], room: Room, roomy: bool) -> tuple[HeatMap, VGroup]:
    """A row of a table, large, with its digits; above it what it is and, if there is room, how many numbers it has, both in words."""
    room = room.trim(top=WORD + TIGHT)
    vector = heat_map(theme, row, room, "output", digits=True, scale=scale, grid=taller(fit_grid(row.shape, room, READABLE), room.height))
    width = side_by_side(text(theme, names[1], SIZE, "muted"), equation(theme, f'd_"model" = {len(row)}', size=WORD, role="output"))
    name = text(theme, names[0], WORD, "output", width=vector.border.width - (width.width + GAP) * roomy)
    return vector, VGroup(above(name, vector.border, align=-1), *[above(width, vector.border, align=1)] * roomy)


def _places(room: Room, slim: bool) -> tuple[Room, Room, Room]:
    """For cards, a table, and what is found there."""
    if not slim or room.height < ENOUGH:
        left, _, middle, _, right = room.columns(SLIM if slim else SHARES, gap=CLEAR)
        return left, middle, right
    upper, lower = room.rows(2, gap=HEAD)
    left, _, middle = upper.columns(BELOW, gap=CLEAR)
    return left, middle, replace(lower, left=middle.left)


def _spread(theme: Theme, x: View, room: Room) -> tuple[HeatMap, float]:
    """Rows as many as there are vectors x, which fill the height of a room as far as they may, and the middle of that."""
    return heat_map(theme, x, room, grid=fit_grid(x.shape, room)._replace(height=min(LARGEST_CELL, room.height / len(x)))), room.centre[1]


def _row(table: HeatMap, source: View) -> VGroup:
    """The row of a table that an id leads to."""
    return table.cells[table.grid.rows.index(int(source.values))]


def _pitch(grid: Grid, room: Room) -> float:
    """At which the rows of a grid fill a room."""
    return (room.height - 2 * grid.margin) / len(grid.rows)


def _above(theme: Theme, name: Mobject, view: View, picture: HeatMap) -> VGroup:
    """The name of a matrix and its true shape, above it."""
    name = VGroup(name, shape_label(theme, view.shape)).arrange(buff=0.18)
    name = name if name.width <= picture.width else name.arrange(DOWN, buff=TIGHT / 4)
    return name.move_to([picture.get_x(), room_of(picture.border).top + RAISED, 0])


def _size(theme: Theme, pitch: float) -> float:
    """Em size of numbers beside rows a pitch apart."""
    return max(theme.digit, min(WORD, DIGIT * pitch))


def _beside_cards(theme: Theme, ids: View, found: HeatMap, cards: VGroup, i: int) -> tuple[VGroup, float]:
    """The ids of tokens at the right of their cards, as far as they are readable, and where they end."""
    pitch = found.grid.height
    numbers = VGroup(number(theme, source, _size(theme, pitch), decimals=0) if is_named(k, pitch, i, theme.digit) else VGroup()
                     for k, source in enumerate(ids))
    end = room_of(cards).right + TIGHT + numbers.width
    for label, card in zip(numbers, cards, strict=True):
        label.move_to([end - label.width / 2, card.get_y(), 0])
    return numbers, end


def _addresses(theme: Theme, ids: View, table: HeatMap, i: int) -> VGroup:
    """The ids of the shown rows of a table at the left of these, as far as they are readable, and dots for the rows before each."""
    seen, pitch, end = {int(source.values): source for source in ids}, table.grid.height, room_of(table.border).left - LEVEL
    rows, kept = sorted(seen), sorted(seen).index(int(ids[i].values))
    numbers = VGroup(number(theme, seen[row], _size(theme, pitch), at=(end, cells.get_y(), 0), align=1, decimals=0)
                     for k, (row, cells) in enumerate(zip(rows, table.cells)) if is_named(k, pitch, kept, theme.digit))
    for (a, b), cells in zip(pairwise([-1, *rows]), table.cells):
        if b - a > 1 and pitch > 2 * _size(theme, pitch):
            dots, y = table.dots[0].copy(), cells.get_y() + pitch / 2
            numbers.add(dots.arrange(DOWN, buff=dots[0].height / 2).move_to([numbers[0].get_x(), y, 0]))
    return numbers


class Distance(Whole):
    """`words`: the distance of two things, between them. `lines`: from the words to both."""

    def __init__(self, words: VGroup, lines: VGroup):
        super().__init__(words=words, lines=lines)


def distance(theme: Theme, above: VMobject, below: VMobject, name: str, source: View, down: bool = False) -> Distance:
    """How far two vectors are apart, between the one above and the one below. down: whether the number stands below its name, which is left
    out if there is no room for both."""
    free, named = above.get_bottom()[1] - below.get_top()[1], text(theme, name, SIZE, "muted")
    beside = (SIZE + BETWEEN) * down
    named = [named] if free > beside + theme.digit else []
    value = number(theme, source, min(max(FAR, FARTHER * free), free - beside * bool(named)), "output", 600, width=above.width)
    words = VGroup(*named, value).arrange(DOWN if down else RIGHT, buff=BETWEEN)
    words.move_to((above.get_center() + below.get_center()) / 2)
    x = words.get_x()
    ends = ((above.get_bottom() + CLEAR * DOWN, words.get_top() + CLEAR * UP),
            (below.get_top() + CLEAR * UP, words.get_bottom() + CLEAR * DOWN))
    return Distance(words, VGroup(*(link(theme, (x, start[1]), (x, end[1]), "muted") for start, end in ends)))


def table_grid(shape: Sequence[int], ids: Sequence[int], room: Room) -> Grid:
    """The cells of a table (rows, columns) that fit a room: only the rows of these ids, in order, and dots for all others."""
    rows: tuple[int | None, ...] = tuple(sorted(set(ids)))
    rows += (None,) * (len(rows) < shape[0])
    return fit_grid((len(rows), shape[1]), room)._replace(rows=rows)


def link(theme: Theme, start: Sequence[float], end: Sequence[float], role: str = "line", width: float = 2) -> VMobject:
    """A smooth line that leaves and arrives level."""
    start, end = np.array([*start[:2], 0.0]), np.array([*end[:2], 0.0])
    half = np.array([(end - start)[0] / 2, 0, 0])
    line = VMobject(stroke_color=theme.colour(role), stroke_width=width)
    line.points = np.array([start, start + half, end - half, end])
    return line
