"""Two matrices folded to one: their product without digits, and what both ways make of one vector, row under row."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import DOWN, LEFT, UP, Mobject, VGroup

from model import View
from scenes.base.layout import above, no_higher, side_by_side, stacked
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import fit_grid, heat_map, peak, taller
from scenes.parts.label import WORD, number, paragraph
from scenes.parts.product import Factor, Product, product
from scenes.parts.tokens import shape_label
from scenes.parts.whole import Whole

FORMULA, SIGN, LARGE, NOTE = (size * PX for size in (48, 38, 96, 30))
COMPARED, HIGH = (3, 3, 3, 2), 0.5        # heights of the formula, the rows and the difference; of this its number, where it is slim
BESIDE, APART = 0.2, 0.15                 # from a name to its shape, and to its matrix


class Folded(NamedTuple):
    """`work`, both matrices and their product; the `names` of the three."""

    work: Product
    names: list[VGroup]


class Compared(Whole):
    """`formula` of the one matrix, if there is room for it; a row for each way in `rows`; `difference`."""

    def __init__(self, formula: Sequence[Mobject], rows: Sequence[VGroup], difference: VGroup):
        super().__init__(formula=formula, rows=rows, difference=difference)


def folded(theme: Theme, views: Sequence[View], maths: Sequence[str], room: Room, slim: bool) -> Folded:
    """A matrix at the left, one above, and the one that they make; slim ones without their shapes. maths: their names."""
    factors = [Factor(view, role) for view, role in zip(views, ("line", "line", "output"), strict=True)]
    work, names = product(theme, *factors, room.trim(bottom=WORD + GAP), digits=False), []
    for sheet, written, side in zip(work, maths, (UP, LEFT, DOWN), strict=True):
        name = VGroup(equation(theme, written, size=SIGN), *[shape_label(theme, sheet.view.shape)] * (not slim)).arrange(buff=BESIDE)
        names.append(name.next_to(sheet.border, side, buff=APART))
    return Folded(work, names)


def compared(theme: Theme, maths: str, ways: Sequence[tuple[str, View]], difference: tuple[str, View], room: Room, slim: bool) -> Compared:
    """Of each way what is said and what it makes (d), and how far both are apart. A slim one has no formula."""
    head, *places, foot = [None, *room.rows(COMPARED[1:], TIGHT)] if slim else room.rows(COMPARED)
    formula = [no_higher(equation(theme, maths, {"folded": "output"}, FORMULA, at=place, align=-1), place) for place in [head] if place]
    scale, rows = peak(*(view for _, view in ways)), []
    for (said, view), role, place in zip(ways, ("line", "output"), places, strict=True):
        words = paragraph(theme, said, NOTE if slim else WORD, place.width, align=-1)
        below = place.trim(top=max(WORD, words.height) + TIGHT)
        grid = fit_grid(view.shape, below)
        sheet = heat_map(theme, view, below, role, scale=scale, grid=taller(grid, below.height) if slim else grid)
        rows.append(VGroup(sheet, above(words, sheet.border, align=-1)))
    said, source = difference
    value = number(theme, source, min(LARGE, HIGH * foot.height) if slim else LARGE, "output")
    words = paragraph(theme, said, NOTE, foot.width - (value.width + GAP) * foot.is_wide, lines=3)
    return Compared(formula, rows, (side_by_side if foot.is_wide else stacked)(value, words, gap=TIGHT, at=foot))
