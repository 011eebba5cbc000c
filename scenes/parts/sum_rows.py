"""Rows that become a sum: one below the other with their names, and a way at the right from the first of them to the sum."""

from collections.abc import Sequence
from dataclasses import replace

from manim import DOWN, LEFT, ORIGIN, RIGHT, VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import route
from scenes.parts.equation import Equation, equation
from scenes.parts.heat_map import HeatMap, fit_grid, heat_maps, taller
from scenes.parts.label import text
from scenes.parts.shapes import room_of
from scenes.parts.whole import Whole

PLUS, SIGN, NOTE = 48 * PX, 38 * PX, 30 * PX
ASIDE, SHARES = 0.8, (2.9, 8.85)          # room for the way at the right; widths of names and rows
BESIDE, BETWEEN = 0.25, 0.35              # between names and rows, and between rows
HEAD = 0.6                                # room for a name above a row
CLEAR, REACH = 0.1, 0.7                   # from the rows to the ends of the way, and to the way
SIDE, UP = 0.35, 0.3                      # of the plus, from the corner of the way


class SumRows(Whole):
    """`rows` and their `names`; `way` from the first row to the sum, `plus` where it ends; `rounded`, that the digits of the sum are, if
    digits are shown."""

    def __init__(self, rows: list[HeatMap], names: list[Equation], way: VGroup, plus: Equation, rounded: VGroup):
        super().__init__(rows=rows, names=names, way=way, plus=plus, rounded=rounded)


def sum_rows(theme: Theme, views: Sequence[View], maths: Sequence[str], total: int, rounded: str, room: Room) -> SumRows:
    """Vectors (d) from the top of a room, on one scale, of which one is the `total`. maths: their names, above them in a room that is high."""
    left, right = room.trim(right=ASIDE).columns(SHARES, gap=BESIDE)
    tall = room.height > room.width
    places = [place.trim(top=HEAD) for place in replace(right, left=room.left).rows(len(views))] if tall else right.rows(len(views), gap=BETWEEN)
    grid = fit_grid(views[0].shape, places[0])
    grid = taller(grid, places[0].height) if tall else grid
    rows = heat_maps(theme, views, [place.strip(left=grid.size[0]) for place in places], digits=True, grid=grid)
    written = [equation(theme, name, size=SIGN, width=(right if tall else left).width) for name in maths]
    names = [above(name, row.border, align=-1) if tall else name.next_to(row.border, LEFT, buff=BESIDE)
             for name, row in zip(written, rows, strict=True)]
    edge, high, low = room_of(rows[0].border).right, rows[0].get_y(), rows[total].get_y()
    x, end = edge + REACH, edge + CLEAR
    way = route(theme, [(end, high), (x, high), (x, low), (end, low)], "output")
    plus = equation(theme, "+", size=PLUS, role="output").move_to([x - SIDE, low + UP, 0])
    note = VGroup(*[text(theme, rounded, NOTE, "muted").next_to(names[total], RIGHT if tall else DOWN, buff=TIGHT, aligned_edge=ORIGIN if tall else RIGHT)] * rows[total].digits)
    return SumRows(rows, names, way, plus, note)
