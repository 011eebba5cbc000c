"""Waves over the places of a sentence, and vertical cuts through them: what each cut meets is a column of a table."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.base.layout import below, line_of
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import floor
from scenes.parts.chart import Curve, Cut, curve
from scenes.parts.heat_map import MARGIN, Grid, HeatMap, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, number, text, text_width
from scenes.parts.shapes import frame, room_of
from scenes.parts.whole import Whole

WAVES, SMALL = 7, 28 * PX                 # rows of waves at most
HEIGHTS = 3, 14                          # of what is above the waves, and of these
KINDS = "sin", "cos"                      # of a wave with an even number, and of the next, which is as long


class WaveCuts(Whole):
    """`axis`, the places above the waves; `counts`, the places at which they are cut, above their columns; `curves`, each on its line in
    `levels`, and in `signs` whether it is a sine or a cosine, and its length; `cuts` through them; `table`, a column for each cut; `around`, what both are called;
    `dots` for waves that are left out; `lit`, the column of the followed word, with its name."""

    def __init__(self, axis: VGroup, counts: VGroup, levels: Sequence[VMobject], signs: Sequence[VGroup], curves: Sequence[Curve],
                 cuts: Sequence[Cut], table: HeatMap, around: VGroup, dots: VGroup, lit: VGroup):
        super().__init__(axis=axis, counts=counts, levels=levels, signs=signs, curves=curves, cuts=cuts, table=table, around=around,
                         dots=dots, lit=lit)


def wave_cuts(theme: Theme, values: View, table: View, places: View, count: View, cut: Sequence[int], followed: tuple[int, str],
              lengths: View, said: tuple[str, str, str, str], rooms: Sequence[Room]) -> WaveCuts:
    """Waves and a table, in rooms side by side: for what kind each wave is, for waves, for the table.

    values: (sample, d_model), at `places` (sample). table: (position, d_model). count: the numbers of positions (position). cut: those that are
    cut at. followed: one of these, and the word that stands there. lengths: of the waves (d_model), in positions, which stand before them where there is
    room. said: what is a row, a place and a column, and what lengths are.
    """
    (corner, left), (head, body), (top, right) = (room.rows(HEIGHTS, GAP) for room in rooms)
    d_model, samples = values.shape[1], (len(places) - 1) // (len(table) - 1)
    shown = tuple(range(d_model)) if d_model < WAVES else (*range(WAVES - 1), None)
    lines = {i: line for i, line in zip(shown, body.rows(len(shown), gap=0), strict=True) if i is not None}
    curves = [curve(theme, values[:, i], line.inset(y=TIGHT / 3), "text", -1, 1, 4) for i, line in lines.items()]
    grid = Grid(shown, tuple(cut), (right.width - 2 * MARGIN) / len(cut), body.height / len(shown))
    sheet = heat_map(theme, table.T, right, digits=True, scale=1, grid=grid)
    counts = VGroup(number(theme, count[p], max(WORD, theme.digit), "output" if p == followed[0] else "text", 600, decimals=0,
                           at=(cell.get_x(), top.centre[1], 0), width=grid.width) for p, cell in zip(cut, sheet.cells[0], strict=True))
    signs = [[text(theme, KINDS[i % 2], SMALL, "muted"), number(theme, lengths[i], max(SMALL, theme.digit), decimals=1)] for i in lines]
    needed = max(text_width(theme, said[3], SMALLEST_WORD), *(sum(label.advance for label in pair) + TIGHT / 2 for pair in signs))
    told = needed <= left.width
    signs = [line_of(*pair[: 1 + told], gap=TIGHT / 2, at=left.level(line.centre[1]), align=1) for pair, line in zip(signs, lines.values(), strict=True)]
    lit = frame(theme, room_of(VGroup(line[cut.index(followed[0])] for line in sheet.cells)), "output")
    return WaveCuts(
        _axis(theme, places, samples, head), counts,
        [floor(theme, line.level(line.centre[1])).set_stroke(theme.colour("line")) for line in lines.values()],
        signs, curves,
        [Cut(theme, curves, body, p / (len(table) - 1), "output" if p == followed[0] else "muted") for p in cut], sheet,
        VGroup(*(text(theme, word, SMALL, "muted", at=room.point(1), align=1, width=room.width)
                 for word, room in zip((said[3 * told], said[1]), (left.outside(top=SMALL), corner), strict=False)),
               text(theme, said[2], SMALL, "muted", at=top.outside(top=SMALL), width=right.width)),
        sheet.dots.copy().shift([left.centre[0] - sheet.get_x(), 0, 0]),
        VGroup(lit, below(text(theme, followed[1], SMALL, width=grid.width), sheet.border).set_x(lit.get_x())),
    )


def _axis(theme: Theme, places: View, samples: int, room: Room) -> VGroup:
    """As many whole places as can be read, in the middle of a room, over the samples that are there."""
    last = round(float(places[len(places) - 1]))
    every = int(np.ceil(1.1 * text_width(theme, f"{last}", theme.digit, tabular=True) * last / room.width))
    return VGroup(number(theme, places[p * samples], theme.digit, "muted", at=room.point(2 * p / last - 1), decimals=0)
                  for p in range(0, last + 1, every))
