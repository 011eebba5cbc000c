"""What the encoder hands on, the keys and values that a block of the decoder makes from it, row by row, and a query that asks them."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.layout import above, side_by_side
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import LARGEST_CELL, HeatMap, fit_grid, heat_map
from scenes.parts.label import WORD, number, text, words_in
from scenes.parts.shapes import frame, ring, room_of
from scenes.parts.tokens import CLOSEST, cards_beside, shape_label
from scenes.parts.whole import Whole

NAME, SIGN, SMALL = (size * PX for size in (50, 40, 34))
WORDS, EDGE, LINE, CELL = (length * PX for length in (216, 14, 58, 36))       # words; a margin; a line above the matrix, a cell there
BESIDE = 0.45                             # share of the left part that words take at most
KINDS = (("K", "key"), ("V", "value"))


class Asked(NamedTuple):
    """A query (d_k) and what it takes of each token (n); what is said of asking, and of what answers."""

    query: View
    weights: View
    asks: str
    takes: str


class Answer(Whole):
    """The `query` with its words; the `most` that it takes, with its words and rings around the rows that answer."""

    def __init__(self, query: VGroup, most: VGroup):
        super().__init__(query=query, most=most)


class Memory(Whole):
    """`source`, the matrix, `cards` at its left and `title`, its name; the `box` of the block with its title, the `signs` of keys and values,
    and they (`made`, or an empty group); `wire` from the matrix to the box; `answers`, one of them or an empty group."""

    def __init__(self, source: HeatMap, cards: VGroup, title: VGroup, box: VGroup, signs: VGroup, made: VGroup, wire: VGroup,
                 answers: Sequence[Answer]):
        super().__init__(wire=wire, box=box, source=source, cards=cards, title=title, signs=signs, made=made, answers=VGroup(*answers))


def memory(theme: Theme, view: View, tokens: Sequence[str], made: Sequence[View], asked: Asked | None, block: str, room: Room) -> Memory:
    """A matrix (n, d_model) with its tokens in the left part of a room, in the right one a block that reads it.

    made: its keys and values (n, d_k), or nothing where they are not known. asked: a query that meets them. block: what it is called.
    """
    left, right = room.columns(2, WIDE if room.is_wide else GAP)
    pair = right.inset(EDGE).columns(2, TIGHT)
    said = [words_in(theme, words, SMALL, place) for words, place in zip((asked.asks, asked.takes), pair)] if asked else []
    high = max((words.height for words in said), default=0)
    head = 2 * LINE + (high + TIGHT + LINE) * bool(said)
    left, right = (place.trim(top=head + EDGE, bottom=EDGE) for place in (left, right))
    worded = left.height >= len(tokens) * CLOSEST
    beside = min(WORDS, BESIDE * left.width)
    source = heat_map(theme, view, left.trim(left=beside + TIGHT if worded else 0), "output")
    inner, size = room_of(source.border), shape_label(theme, view.shape)
    box = Room(right.left, right.right, inner.bottom - EDGE, inner.top + head)
    over = [place.level(inner.top + LINE / 2) for place in pair]
    signs = VGroup(equation(theme, letter, size=SIGN, role=role, at=place) for (letter, role), place in zip(KINDS, over))
    name = text(theme, block, SMALL, weight=500, at=box.level(box.top - LINE / 2), width=box.width - TIGHT)
    rows = VGroup(_made(theme, source, each, role, place) for each, (_, role), place in zip(made, KINDS, pair))
    return Memory(
        source, cards_beside(theme, tokens, source, beside) if worded else VGroup(),
        above(side_by_side(equation(theme, "H", size=NAME, role="output"), *([size] if source.width >= size.width + NAME else [])), source.border),
        VGroup(frame(theme, box, fill="surface"), name), signs, rows,
        arrow(theme, (inner.right, source.get_y(), 0), (box.left, source.get_y(), 0), "output"),
        [_answer(theme, asked, source, rows, [words.set_y(box.top - LINE - high / 2) for words in said])] if asked else [],
    )


def _answer(theme: Theme, asked: Asked, source: HeatMap, made: VGroup, said: Sequence[VGroup]) -> Answer:
    """The query above the keys, what it takes most above the values, each below its words, and rings around the rows of that token."""
    most, keys, y = asked.weights.values.argmax(), made[0].grid, room_of(source.border).top + 1.5 * LINE
    asks, takes = (room_of(sheet.border).level(y) for sheet in made)
    query = heat_map(theme, asked.query, asks, "query", grid=keys._replace(rows=(0,), height=min(CELL, keys.width)))
    taken = number(theme, asked.weights[most], WORD, "weight", 600, at=takes)
    return Answer(VGroup(said[0], query), VGroup(said[1], taken, *(ring(theme, sheet.cells[most]) for sheet in (source, *made))))


def _made(theme: Theme, source: HeatMap, view: View, role: str, room: Room) -> HeatMap:
    """Keys or values, each beside the row of the source that it is made from."""
    grid = source.grid._replace(columns=fit_grid(view.shape, room).columns)
    grid = grid._replace(width=min(LARGEST_CELL, (room.width - 2 * grid.margin) / len(grid.columns)))
    return heat_map(theme, view, room.level(source.get_y()), role, grid=grid)
