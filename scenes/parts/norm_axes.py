"""What LayerNorm and batch norm look at: a row of a matrix, or a column of it; and how far each moves a token in other company."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import above, no_higher
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, taller
from scenes.parts.label import WORD, number, paragraph, text
from scenes.parts.shapes import Block, ring
from scenes.parts.tokens import cards_beside
from scenes.parts.whole import Whole

WORDS, NAME, HUGE = (length * PX for length in (190, 48, 130))            # room for the words of rows and for a name; em size of what counts


class NormAxes(Whole):
    """`sheet`, the matrix, `cards` of its rows and its `title`; of each way to norm the ring around what it looks at (`rings`), the words
    (`verdicts`) and the number (`values`)."""

    def __init__(self, sheet: HeatMap, cards: VGroup, title: VGroup, rings: Sequence[Block], verdicts: Sequence[VGroup], values: VGroup):
        super().__init__(sheet=sheet, cards=cards, title=title, rings=rings, verdicts=verdicts, values=values)


def norm_axes(theme: Theme, view: View, tokens: Sequence[str], i: int, name: str, said: Sequence[str], changes: Sequence[View], room: Room
              ) -> NormAxes:
    """A matrix (n, d) with its name; said, changes: of LayerNorm, along row i, and of batch norm, down a column."""
    left, right = room.split([2, 1] if room.is_wide else [1, 1])
    body = left.trim(left=WORDS + GAP, top=NAME + TIGHT)
    grid = fit_grid(view.shape, body)
    sheet = heat_map(theme, view, body, grid=taller(grid, body.height) if room.height > room.width else grid)
    halves = [place.rows(2, 0) for place in (right.rows(2, WIDE) if room.is_wide else right.columns(2, WIDE))]
    return NormAxes(
        sheet, cards_beside(theme, tokens, sheet, WORDS, keep=i), above(text(theme, name, WORD, "muted"), sheet.border),
        [ring(theme, sheet.cells[i]), ring(theme, VGroup(row[0] for row in sheet.cells))],
        [no_higher(paragraph(theme, words, WORD, place.width).shift(place.centre), place) for words, (place, _) in zip(said, halves, strict=True)],
        VGroup(number(theme, change, min(HUGE, place.height), weight=600, at=place) for change, (_, place) in zip(changes, halves, strict=True)),
    )
