"""What the encoder hands on, and the keys and values that a block of the decoder makes from it, row by row."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import above, side_by_side
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import LARGEST_CELL, HeatMap, fit_grid, heat_map
from scenes.parts.label import text
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import CLOSEST, cards_beside, shape_label
from scenes.parts.whole import Whole

NAME, SIGN, SMALL = (size * PX for size in (50, 40, 32))
WORDS, EDGE, LINE = (length * PX for length in (216, 14, 66))                # words; a margin; a line above the matrix
BESIDE = 0.45                             # share of the left part that words take at most
KINDS = (("K^((1))", "key"), ("V^((1))", "value"))


class Memory(Whole):
    """`source`, the matrix, `cards` at its left and `title`, its name; the `box` of the block with its title, the `signs` of keys and values,
    and they (`made`, or an empty group); `wire` from the matrix to the box."""

    def __init__(self, source: HeatMap, cards: VGroup, title: VGroup, box: VGroup, signs: VGroup, made: VGroup, wire: VGroup):
        super().__init__(wire=wire, box=box, source=source, cards=cards, title=title, signs=signs, made=made)


def memory(theme: Theme, view: View, tokens: Sequence[str], made: Sequence[View], names: Sequence[str], block: str, room: Room) -> Memory:
    """A matrix (n, d_model) with its tokens in the left part of a room, in the right one the decoder's first block, which reads it.

    made: its keys and values (n, d_k), or nothing where there is no decoder: then their names stand in the middle. names: what these are called; block: what the block is.
    """
    left, right = (place.trim(top=2 * LINE + EDGE, bottom=EDGE) for place in room.columns(2, WIDE if room.is_wide else GAP))
    pair = right.inset(EDGE).columns(2, TIGHT)
    worded = left.height >= len(tokens) * CLOSEST
    beside = min(WORDS, BESIDE * left.width)
    source = heat_map(theme, view, left.trim(left=beside + TIGHT if worded else 0), "output")
    inner, size = room_of(source.border), shape_label(theme, view.shape)
    box = Room(right.left, right.right, inner.bottom - EDGE, inner.top + 2 * LINE)
    over = [place.level(inner.top + LINE / 2 if made else source.get_y()) for place in pair]
    signs = VGroup(_sign(theme, name, letter, role, place) for name, (letter, role), place in zip(names, KINDS, over))
    name = text(theme, block, SMALL, weight=500, at=box.level(box.top - LINE / 2), width=box.width - TIGHT)
    return Memory(
        source, cards_beside(theme, tokens, source, beside) if worded else VGroup(),
        above(side_by_side(equation(theme, "H", size=NAME, role="output"), *([size] if source.width >= size.width + NAME else [])), source.border),
        VGroup(frame(theme, box, fill="surface"), name), signs,
        VGroup(_made(theme, source, each, role, place) for each, (_, role), place in zip(made, KINDS, pair)),
        arrow(theme, (inner.right, source.get_y(), 0), (box.left, source.get_y(), 0), "output"),
    )


def _sign(theme: Theme, name: str, letter: str, role: str, room: Room) -> VGroup:
    """A letter, behind its word where both fit."""
    words, letter = text(theme, name, SMALL, role), equation(theme, letter, size=SIGN, role=role)
    return side_by_side(*([words] if words.width + TIGHT + letter.width <= room.width else []), letter, at=room)


def _made(theme: Theme, source: HeatMap, view: View, role: str, room: Room) -> HeatMap:
    """Keys or values, each beside the row of the source that it is made from."""
    grid = source.grid._replace(columns=fit_grid(view.shape, room).columns)
    grid = grid._replace(width=min(LARGEST_CELL, (room.width - 2 * grid.margin) / len(grid.columns)))
    return heat_map(theme, view, room.level(source.get_y()), role, grid=grid)
