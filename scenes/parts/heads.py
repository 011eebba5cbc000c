"""All heads of an encoder: a heat map of what each of them does, a row for every block."""

from manim import VGroup

from model import View
from scenes.parts.heat_map import DIGIT_ROOM, MARGIN, Grid, HeatMap, fit_digits, heat_map
from scenes.parts.label import format_number, text_width
from scenes.parts.tokens import column_labels, row_labels
from scenes.base.room import PX, Room
from scenes.base.theme import Theme

WIDEST, TALLEST = 400 * PX, 330 * PX       # a head’s box
LARGE = 0.32                              # em size of digits, as a share of the shorter side of a box


def head_map(theme: Theme, view: View, room: Room, digits: bool = False, scale: float | None = None) -> HeatMap:
    """A number for every head: a heat map (block, head) in the middle of a room, the first block below, with larger cells than a matrix has."""
    blocks, heads = view.shape
    width, height = min(WIDEST, (room.width - 2 * MARGIN) / heads), min(TALLEST, (room.height - 2 * MARGIN) / blocks)
    grid = Grid(tuple(reversed(range(blocks))), tuple(range(heads)), width, height)
    written = fit_digits(theme, view.values, grid) if digits else None
    widest = max(text_width(theme, format_number(value, written.decimals), 1, tabular=True) for value in view.values.flat) if written else 1
    large = written and written._replace(size=max(written.size, min(LARGE * min(grid.width, grid.height), DIGIT_ROOM * grid.width / widest)))
    return heat_map(theme, view, room, digits=large, scale=scale, grid=grid)


def head_names(theme: Theme, picture: HeatMap, blocks: list[str], heads: list[str], width: float, height: float) -> VGroup:
    """The names of the blocks beside the rows and of the heads below the columns. width, height: what they may take."""
    return VGroup(row_labels(theme, blocks[::-1], picture, "muted", width), column_labels(theme, heads, picture, "muted", height))
