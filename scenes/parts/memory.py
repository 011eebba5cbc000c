"""What the encoder hands on, and what every block of the decoder makes from it: keys and values, row by row as it stands."""

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
    """`source`, the matrix, `cards` at its left and its `name`; `heading`; of every block a box with its title (`boxes`), the `signs` of
    its keys and values, and they (`made`, or empty groups); `wires` from the matrix to the boxes."""

    def __init__(self, source: HeatMap, cards: VGroup, name: VGroup, heading: VGroup, boxes: Sequence, signs: Sequence, made: Sequence, wires: Sequence):
        super().__init__(wires=wires, boxes=boxes, source=source, cards=cards, title=name, heading=heading, signs=signs, made=made)


def memory(theme: Theme, view: View, tokens: Sequence[str], blocks: Sequence[tuple[str, Sequence[View]]], heading: str, room: Room) -> Memory:
    """A matrix (n, d_model) with its tokens in the left part of a room, in the right one the blocks that read it.

    blocks: of each its title, and its keys and values (n, d_k), or nothing where they are not known.
    """
    left, right = room.trim(top=HEAD, bottom=FOOT).columns([2, 3], GAP)
    worded = left.height >= len(tokens) * CLOSEST
    source = heat_map(theme, view, left.trim(left=WORDS + TIGHT if worded else 0), "output")
    inner, size = room_of(source.border), shape_label(theme, view.shape)
    rooms = Room(right.left, right.right, inner.bottom - EDGE, inner.top + 9 * EDGE).columns(len(blocks), GAP)
    pairs = [place.inset(EDGE).columns(2, TIGHT) for place in rooms]
    titles = [text(theme, title, SMALL, at=(place.centre[0], place.top - 2 * EDGE, 0), width=place.width - TIGHT)
              for (title, _), place in zip(blocks, rooms, strict=True)]
    signs = [VGroup(*(equation(theme, f"{letter}^(({k + 1}))", size=SIGN, role=role, width=place.width).move_to([place.centre[0], inner.top + 3 * EDGE, 0])
                      for (letter, role), place in zip(KINDS, pair))) for k, pair in enumerate(pairs)]
    made = [VGroup(*(_made(theme, source, each, role, place) for each, (_, role), place in zip(views, KINDS, pair)))
            for (_, views), pair in zip(blocks, pairs, strict=True)]
    return Memory(
        source, cards_beside(theme, tokens, source, WORDS) if worded else VGroup(),
        above(side_by_side(equation(theme, "H", size=NAME, role="output"), *([size] if source.width >= size.width + NAME else [])), source.border),
        text(theme, heading, WORD, weight=500, at=right.level(rooms[0].top + 3 * EDGE)),
        [VGroup(frame(theme, place, fill="surface"), title) for place, title in zip(rooms, titles)], signs, made,
        [_wire(theme, inner, place) for place in rooms],
    )


def _made(theme: Theme, source: HeatMap, view: View, role: str, room: Room) -> HeatMap:
    """Keys or values, each beside the row of the source that it is made from."""
    grid = source.grid._replace(columns=fit_grid(view.shape, room).columns)
    grid = grid._replace(width=min(LARGEST_CELL, (room.width - 2 * grid.margin) / len(grid.columns)))
    return heat_map(theme, view, room.level(source.get_y()), role, digits=True, grid=grid)


def _wire(theme: Theme, source: Room, box: Room) -> VGroup:
    """From below the source along the foot of the room up into a box."""
    x, y = source.centre[0], source.bottom - WIRE
    return route(theme, [(x, source.bottom), (x, y), (box.centre[0], y), (box.centre[0], box.bottom)], "output")
