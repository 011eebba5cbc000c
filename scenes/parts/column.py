"""One token's column: a few of its numbers at every stage of the residual stream, one above the other, so that its sums can be followed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import Mobject, VGroup

from model import View
from scenes.base.layout import left_of
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import Grid, HeatMap, fit_digits, heat_map, peak
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, paragraph
from scenes.parts.whole import Whole

FEW = 5                                   # numbers that are shown of a vector
NAME, NAMES, NOTE = (length * PX for length in (56, 200, 34))      # em size of a name, the room at the left for it; em size of a note
NOTED = 900 * PX                          # the least width beside which it is said what rows are, in two lines


class Stage(NamedTuple):
    """A stage of the stream: how it is written and what it is, its vector (d), and for a sum the two vectors that it is made of."""

    maths: str
    words: str
    vector: View
    terms: tuple[View, ...] = ()


class Row(Whole):
    """`sheet`: the numbers that are shown; `label`: how they are written, and what they are where there is room."""

    def __init__(self, sheet: HeatMap, label: VGroup):
        super().__init__(sheet=sheet, label=label)


def column(theme: Theme, stages: Sequence[Stage], room: Room) -> list[Row]:
    """A row of cells for every stage, from the bottom up, all on one scale and feature above feature."""
    noted = room.width >= NOTED and room.height >= len(stages) * 2 * LINE_SPACING * NOTE
    cells, *notes = room.trim(left=NAMES).columns([5, 2], GAP) if noted else [room.trim(left=NAMES)]
    places = cells.rows(len(stages), TIGHT / 2)[::-1]
    views = [stage.vector for stage in stages]
    grid = Grid((0,), tuple(range(FEW + 1)), places[0].width / (FEW + 1), places[0].height)
    digits, scale = fit_digits(theme, np.stack([view.values for view in views]), grid), peak(*views)
    grid = grid._replace(columns=_shown(stages, digits.decimals if digits else theme.decimals))
    rows = []
    for stage, place in zip(stages, places, strict=True):
        sheet = heat_map(theme, stage.vector, place, digits=digits, scale=scale, grid=grid)
        sheet.remove(sheet.border)
        said = [paragraph(theme, stage.words, NOTE, note.width, "muted", align=-1).shift(note.level(place.centre[1]).centre) for note in notes]
        rows.append(Row(sheet, VGroup(_name(theme, stage.maths, sheet), *said)))
    return rows


def _name(theme: Theme, maths: str, sheet: HeatMap) -> Mobject:
    return left_of(equation(theme, maths, size=min(NAME, max(SMALLEST_WORD, sheet.height)), width=NAMES - 2 * TIGHT), sheet.cells)


def _shown(stages: Sequence[Stage], decimals: int) -> tuple[int | None, ...]:
    """The first features whose sums, as they are written, add up at every stage, and None for those left out; if none does, the first of all."""
    sums = [[view.values.round(decimals) for view in (stage.vector, *stage.terms)] for stage in stages if stage.terms]
    features = range(len(stages[0].vector))
    follow = [j for j in features if all(np.isclose(total[j], sum(term[j] for term in terms)) for total, *terms in sums)]
    return tuple(features) if len(features) <= FEW else (*(follow or features)[:FEW], None)
