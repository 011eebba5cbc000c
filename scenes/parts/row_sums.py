"""A matrix whose rows are summed: the sum of each at its right, and whether the numbers that are written add up to it."""

from dataclasses import replace

import numpy as np
from manim import RIGHT, VGroup

from model import View
from scenes.base.layout import above, right_of
from scenes.base.room import TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, heat_map
from scenes.parts.label import WORD, Label, decimals_for_sums, format_number, is_named, number, text, text_width


def finer(theme: Theme, view: View, totals: View) -> Theme:
    """The theme with as many decimals as the rows of a matrix (n, m) need to add up to their totals (n) as they are written."""
    return replace(theme, decimals=decimals_for_sums(view.values, totals.values, theme.decimals))


def exact_weights(theme: Theme, view: View, totals: View, room: Room) -> HeatMap:
    """Weights (n, m), where there is room for that with as many decimals as they need to add up to their totals (n)."""
    sheets = (heat_map(each, view, room, "line", digits=True, weights=True) for each in (finer(theme, view, totals), theme))
    return next((sheet for sheet in sheets if sheet.digits), heat_map(theme, view, room, "line", weights=True))


def sum_width(theme: Theme, totals: View) -> float:
    """The room that sums (n) take at the right of a matrix."""
    return max(text_width(theme, f"= {format_number(total, theme.decimals)}", WORD, 600, tabular=True) for total in totals.values) + TIGHT


def row_sums(theme: Theme, sheet: HeatMap, totals: View, keep: int) -> list[VGroup]:
    """The total (n) of each row of a matrix at its right, where rows are low of every so many-th, row `keep` among them."""
    sums = (VGroup(text(theme, "=", WORD, "muted"), number(theme, total, WORD, "output", weight=600)).arrange(RIGHT, buff=TIGHT / 2) for total in totals)
    return [right_of(total, sheet.border, TIGHT).set_y(row.get_y())
            for i, (total, row) in enumerate(zip(sums, sheet.cells, strict=True)) if is_named(i, sheet.grid.height, keep)]


def rounded(theme: Theme, sheet: HeatMap, totals: View, said: str, size: float, name: float) -> list[Label]:
    """What is said above a matrix if its numbers are written, and do not add up to their totals (n) as they are: beside the name of the matrix,
    of that em size, or where there is no room for that above it."""
    if not sheet.digits or np.allclose(sheet.view.values.round(sheet.decimals).sum(-1), totals.values.round(theme.decimals)):
        return []
    note = text(theme, said, size, "muted")
    return [above(note, sheet.border, TIGHT if note.width + 2 * name <= sheet.border.width else 2 * name, align=1)]
