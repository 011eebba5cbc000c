"""Waves over the places of a sentence, and vertical cuts through them: what each cut meets is a column of a table."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import floor
from scenes.parts.chart import Curve, Cut, curve
from scenes.parts.heat_map import MARGIN, Grid, HeatMap, heat_map
from scenes.parts.label import number, text, text_width
from scenes.parts.whole import Whole

WAVES, SMALL, COUNT = 5, 30 * PX, 54 * PX                 # rows of waves at most; em sizes of words, and of places above their columns
HEIGHTS = 3, 20                          # of what is above the waves, and of these


class WaveCuts(Whole):
    """`axis`, the places above the waves; `counts`, the places at which they are cut, above their columns; `curves`, each on its line in
    `levels`; `cuts` through them; `table`, a column for each cut; `around`, what both are called."""

    def __init__(self, axis: VGroup, counts: VGroup, levels: Sequence[VMobject], curves: Sequence[Curve], cuts: Sequence[Cut], table: HeatMap,
                 around: VGroup):
        super().__init__(axis=axis, counts=counts, levels=levels, curves=curves, cuts=cuts, table=table, around=around)


def wave_cuts(theme: Theme, values: View, table: View, places: View, count: View, cut: Sequence[int], said: tuple[str, str],
              rooms: Sequence[Room]) -> WaveCuts:
    """Waves and a table, in two rooms side by side.

    values: (sample, d_model), at `places` (sample). table: (position, d_model). count: the numbers of positions (position). cut: those that are
    cut at. said: what is a place, and what a column.
    """
    (head, body), (top, right) = (room.rows(HEIGHTS, TIGHT) for room in rooms)
    d_model, samples = values.shape[1], (len(places) - 1) // (len(table) - 1)
    shown = tuple(range(d_model)) if d_model < WAVES else (*range(WAVES - 1), None)
    lines = {i: line for i, line in zip(shown, body.rows(len(shown), gap=0), strict=True) if i is not None}
    curves = [curve(theme, values[:, i], line.inset(y=TIGHT / 2), "text", -1, 1, 4) for i, line in lines.items()]
    grid = Grid(shown, tuple(cut), (right.width - 2 * MARGIN) / len(cut), body.height / len(shown))
    sheet = heat_map(theme, table.T, right, digits=True, scale=1, grid=grid)
    counts = VGroup(number(theme, count[p], COUNT, weight=600, decimals=0, at=(cell.get_x(), top.centre[1], 0), width=grid.width)
                    for p, cell in zip(cut, sheet.cells[0], strict=True))
    return WaveCuts(
        _axis(theme, places, samples, head), counts,
        [floor(theme, line.level(line.centre[1])).set_stroke(theme.colour("line")) for line in lines.values()], curves,
        [Cut(theme, curves, body, p / (len(table) - 1), "muted") for p in cut], sheet,
        VGroup(*(text(theme, word, SMALL, "muted", at=room.outside(top=SMALL), width=room.width)
                 for word, room in zip(said, (head, top), strict=True))),
    )


def _axis(theme: Theme, places: View, samples: int, room: Room) -> VGroup:
    """As many whole places as can be read, in the middle of a room, over the samples that are there."""
    last = round(float(places[len(places) - 1]))
    every = int(np.ceil(1.5 * text_width(theme, f"{last}", theme.digit, tabular=True) * last / room.width))
    return VGroup(number(theme, places[p * samples], theme.digit, "muted", at=room.point(2 * p / last - 1), decimals=0)
                  for p in range(0, last + 1, every))
