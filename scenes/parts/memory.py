"""What the encoder hands on, and what a block of the decoder makes from it: keys and values, row by row as it stands."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import above, side_by_side
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import route
from scenes.parts.equation import equation
from scenes.parts.heat_map import LARGEST_CELL, HeatMap, fit_grid, heat_map
from scenes.parts.label import WORD, text
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import CLOSEST, cards_beside, shape_label
from scenes.parts.whole import Whole

NAME, SIGN, SMALL = (size * PX for size in (50, 40, 28))
HEAD, FOOT, WIRE, WORDS, EDGE = (length * PX for length in (196, 88, 80, 216, 14))     # above and below the matrix; how far a wire goes down; words
KINDS = (("K", "key"), ("V", "value"))


class Memory(Whole):
    """`source`, the matrix, `cards` at its left and `title`, its name; `heading`; the `box` of the block with its title, the `signs` of
    keys and values, and they (`made`, or an empty group); `wire` from the matrix to the box."""

    def __init__(self, source: HeatMap, cards: VGroup, title: VGroup, heading: VGroup, box: VGroup, signs: VGroup, made: VGroup, wire: VGroup):
        super().__init__(wire=wire, box=box, source=source, cards=cards, title=title, heading=heading, signs=signs, made=made)


def memory(theme: Theme, view: View, tokens: Sequence[str], made: Sequence[View], block: str, heading: str, room: Room) -> Memory:
    """A matrix (n, d_model) with its tokens in the left part of a room, in the right one a block that reads it.

    made: its keys and values (n, d_k), or nothing where they are not known. block: what it is called; heading: what stands above it.
    """
    left, right = room.trim(top=HEAD, bottom=FOOT).columns(2, GAP)
    worded = left.height >= len(tokens) * CLOSEST
    source = heat_map(theme, view, left.trim(left=WORDS + TIGHT if worded else 0), "output")
    inner, size = room_of(source.border), shape_label(theme, view.shape)
    box = Room(right.left, right.right, inner.bottom - EDGE, inner.top + 9 * EDGE)
    pair = box.inset(EDGE).columns(2, TIGHT)
    signs = VGroup(equation(theme, letter, size=SIGN, role=role, at=place.level(inner.top + 3 * EDGE)) for (letter, role), place in zip(KINDS, pair))
    name = text(theme, block, SMALL, at=box.level(box.top - 2 * EDGE), width=box.width - TIGHT)
    return Memory(
        source, cards_beside(theme, tokens, source, WORDS) if worded else VGroup(),
        above(side_by_side(equation(theme, "H", size=NAME, role="output"), *([size] if source.width >= size.width + NAME else [])), source.border),
        text(theme, heading, WORD, weight=500, at=right.level(box.top + 3 * EDGE), width=right.width),
        VGroup(frame(theme, box, fill="surface"), name), signs,
        VGroup(_made(theme, source, each, role, place) for each, (_, role), place in zip(made, KINDS, pair)), _wire(theme, inner, box),
    )


def _made(theme: Theme, source: HeatMap, view: View, role: str, room: Room) -> HeatMap:
    """Keys or values, each beside the row of the source that it is made from."""
    grid = source.grid._replace(columns=fit_grid(view.shape, room).columns)
    grid = grid._replace(width=min(LARGEST_CELL, (room.width - 2 * grid.margin) / len(grid.columns)))
    return heat_map(theme, view, room.level(source.get_y()), role, grid=grid)


def _wire(theme: Theme, source: Room, box: Room) -> VGroup:
    """From below the source along the foot of the room up into a box."""
    x, y = source.centre[0], source.bottom - WIRE
    return route(theme, [(x, source.bottom), (x, y), (box.centre[0], y), (box.centre[0], box.bottom)], "output")
