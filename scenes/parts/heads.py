"""All heads of an encoder: a row of boxes for every block, which may become a heat map of what each head does."""

from manim import VGroup, VMobject

from model import View
from scenes.parts.heat_map import MARGIN, Grid, HeatMap, heat_map
from scenes.parts.shapes import Block, frame, room_of
from scenes.parts.tokens import column_labels, row_labels
from scenes.base.room import PX, Room
from scenes.base.theme import Theme

WIDEST, TALLEST = 400 * PX, 330 * PX       # a head’s box
STRIKE = 5


def head_map(theme: Theme, view: View, room: Room, digits: bool = False, scale: float | None = None) -> HeatMap:
    """A number for every head: a heat map (block, head) in the middle of a room, with larger cells than a matrix has."""
    blocks, heads = view.shape
    width, height = min(WIDEST, (room.width - 2 * MARGIN) / heads), min(TALLEST, (room.height - 2 * MARGIN) / blocks)
    grid = Grid(tuple(range(blocks)), tuple(range(heads)), width, height)
    return heat_map(theme, view, room, digits=digits, scale=scale, grid=grid)


def boxes(theme: Theme, picture: HeatMap) -> VGroup:
    """A box in the place of every cell."""
    return VGroup(
        VGroup(frame(theme, room_of(cell), radius=0.06, width=2, fill="surface") for cell in row) for row in picture.cells
    )


def head_names(theme: Theme, picture: HeatMap, blocks: list[str], heads: list[str], width: float, height: float) -> VGroup:
    """The names of the blocks beside the rows and of the heads below the columns. width, height: what they may take."""
    return VGroup(row_labels(theme, blocks, picture, "muted", width), column_labels(theme, heads, picture, "muted", height))


def strike(theme: Theme, box: Block) -> VMobject:
    """The line that cuts a head: from corner to corner of its box."""
    room = room_of(box)
    line = VMobject(stroke_color=theme.colour("output"), stroke_width=STRIKE)
    return line.set_points_as_corners([[room.left, room.bottom, 0], [room.right, room.top, 0]])
