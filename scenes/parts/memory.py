"""What the encoder hands on, and the keys and values that a block of the decoder makes from it, row by row."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import above, side_by_side
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import LARGEST_CELL, HeatMap, fit_grid, heat_map, taller
from scenes.parts.label import text, text_width
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import CLOSEST, cards_beside, shape_label
from scenes.parts.whole import Whole

NAME, SMALL = 50 * PX, 32 * PX
WORDS, EDGE, LINE = (length * PX for length in (216, 14, 66))                # words; a margin; a line above the matrix
LOW, HIGH = (1, 1, 0.45), (4, 3, 0.3)     # widths of both parts, and the share of the left one that words take at most; the same in a high room
KINDS = {"key": "= H W_K + b_K", "value": "= H W_V + b_V"}


class Memory(Whole):
    """`source`, the matrix, `cards` at its left and `title`, its name; the `box` of the block with its title, the `signs` of keys and values, how
    they are made, and they (`made`, or an empty group); `wire` from the matrix to the box."""

    def __init__(self, source: HeatMap, cards: VGroup, title: VGroup, box: VGroup, signs: VGroup, made: VGroup, wire: VGroup):
        super().__init__(wire=wire, box=box, source=source, cards=cards, title=title, signs=signs, made=made)


def memory(theme: Theme, view: View, tokens: Sequence[str], made: Sequence[View], names: Sequence[str], block: str, room: Room) -> Memory:
    """A matrix (n, d_model) with its tokens in the left part of a room, in the right one the decoder's first block, which reads it.

    made: its keys and values (n, d_k), or nothing where there is no decoder: then their names stand in the middle. names: what these are
    called; block: what the block is.
    """
    (*shares, share) = HIGH if room.height > room.width else LOW
    left, right = (place.trim(top=2 * LINE + EDGE, bottom=EDGE) for place in room.columns(shares, WIDE if room.is_wide else GAP))
    pair = right.inset(EDGE).columns(2, TIGHT)
    worded = left.height >= len(tokens) * CLOSEST
    beside = min(WORDS, share * left.width)
    place = left.trim(left=beside + TIGHT if worded else 0)
    source = heat_map(theme, view, place, "output", grid=taller(fit_grid(view.shape, place), place.height))
    inner, size = room_of(source.border), shape_label(theme, view.shape)
    box = Room(right.left, right.right, max(inner.bottom - EDGE, room.bottom + 2 * PX), inner.top + 2 * LINE)
    over = [place.level(inner.top + LINE / 2 if made else source.get_y()) for place in pair]
    signs = VGroup(_sign(theme, *each) for each in zip(names, KINDS, over))
    name = text(theme, block, SMALL, weight=500, at=box.level(box.top - LINE / 2), width=box.width - TIGHT)
    tables = VGroup(_made(theme, source, each, role, place) for each, role, place in zip(made, KINDS, pair))
    return Memory(
        source, cards_beside(theme, tokens, source, beside) if worded else VGroup(),
        above(side_by_side(equation(theme, "H", size=NAME, role="output"), *([size] if source.width >= size.width + NAME else [])), source.border),
        VGroup(frame(theme, box, fill="surface"), name), signs,
        tables, arrow(theme, (inner.right, source.get_y(), 0), (box.left, source.get_y(), 0), "output"),
    )


def _sign(theme: Theme, name: str, kind: str, room: Room) -> VGroup:
    """What keys or values are called, and how they are made, if that finds room beside it."""
    maths, width = equation(theme, KINDS[kind], size=SMALL, role=kind), text_width(theme, name, SMALL)
    fits = bool(width + TIGHT / 2 + maths.width <= room.width)
    return side_by_side(text(theme, name, SMALL, kind, width=room.width), *[maths] * fits, gap=TIGHT / 2, at=room)


def _made(theme: Theme, source: HeatMap, view: View, role: str, room: Room) -> HeatMap:
    """Keys or values, each beside the row of the source that it is made from."""
    grid = source.grid._replace(columns=fit_grid(view.shape, room).columns)
    grid = grid._replace(width=min(LARGEST_CELL, (room.width - 2 * grid.margin) / len(grid.columns)))
    return heat_map(theme, view, room.level(source.get_y()), role, grid=grid)
