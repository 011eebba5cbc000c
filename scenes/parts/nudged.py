"""Before and after a nudge: scores, a matrix, how much something has changed, or what is said, line by line, each with what that is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import Mobject, VGroup

from model import View
from scenes.base.layout import between, line_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import Cell, HeatMap, fit_grid, heat_maps, wider
from scenes.parts.label import SMALLEST_WORD, WORD, fit_words, in_two_lines, number, text, words_in
from scenes.parts.whole import Whole

LINES, BESIDE, FLAT = (3, 4), (2, 3), 9   # of what is said and what is shown, below it, or at its right where a line is that flat
NAMED, HIGHER = (1, 5), 2                 # of a matrix's name and what is shown; how many times as high as the others its line is
LARGE, BETWEEN = 68 * PX, 0.6             # em size of a number; that of a sign as a share of the gap in which it stands


class Nudge(NamedTuple):
    """What stood there `before`, if that is shown, and `after`: numbers, words or matrices, and what is `said` of it, or the matrix's name in maths.
    percent: whether the numbers are. role: of the matrix."""

    said: str
    before: View | str | None
    after: View | str
    percent: bool = False
    role: str = ""


class Nudged(Whole):
    """What is `said`, and what is `shown`: what stood there before and after, and the sign between, an arrow, or = if nothing has changed. `still`: the
    cells of matrices that have changed less than is usual among them."""

    def __init__(self, said: Mobject, shown: VGroup, still: Sequence[Cell] = ()):
        super().__init__(said=said, shown=shown)
        self.still = still


def nudged(theme: Theme, nudges: Sequence[Nudge], room: Room) -> list[Nudged]:
    """Nudges one below the other in a room."""
    lines = room.rows([HIGHER if nudge.role else 1 for nudge in nudges], TIGHT)
    return [_nudged(theme, nudge, line) for nudge, line in zip(nudges, lines, strict=True)]


def _nudged(theme: Theme, nudge: Nudge, room: Room) -> Nudged:
    low = room.height < min(3 * WORD, room.width / FLAT)
    head, body = room.columns(NAMED, TIGHT) if nudge.role else room.columns(BESIDE, GAP) if low else room.rows(LINES, TIGHT / 2)
    size = max(SMALLEST_WORD, min(WORD, head.height))
    said = (equation(theme, nudge.said, size=LARGE, role=nudge.role, width=head.width, at=head) if nudge.role else
            in_two_lines(theme, nudge.said, WORD, head) if low else VGroup(text(theme, nudge.said, size, at=head, align=-1)))
    sources = [each for each in (nudge.before, nudge.after) if each is not None]
    places = body.columns(len(sources), min(WIDE, body.width / 5))
    shown = _drawn(theme, sources, nudge, places)
    if len(shown) == 1:
        return Nudged(said, VGroup(*shown))
    same = np.array_equal(*(each if isinstance(each, str) else each.values for each in sources))
    sign = equation(theme, "=" if same else "->", size=min(size, BETWEEN * (places[1].left - places[0].right)), role="muted")
    return Nudged(said, VGroup(shown[0], between(sign, *shown), shown[1]), _still(*shown) if nudge.role else ())


def _drawn(theme: Theme, sources: Sequence[View | str], nudge: Nudge, places: Sequence[Room]) -> Sequence[Mobject]:
    """What stood there before and after, or only that, each in its place, all of one size and on one scale."""
    if nudge.role:
        return heat_maps(theme, sources, places, nudge.role, grid=wider(fit_grid(sources[0].shape, places[0]), places[0].width))
    if isinstance(sources[0], str):
        _, size = fit_words(theme, sources, WORD, places[0].width, 600)
        return [words_in(theme, word, size, place, weight=600) for word, place in zip(sources, places, strict=True)]
    return [_number(theme, source, nudge.percent, place) for source, place in zip(sources, places, strict=True)]


def _still(before: HeatMap, after: HeatMap) -> list[Cell]:
    """The cells of both that have changed by less than the root mean square of all changes."""
    moved = np.abs(after.view.values - before.view.values)
    shown = moved[np.ix_(*([k for k in kept if k is not None] for kept in (after.grid.rows, after.grid.columns)))]
    return [sheet.cells[i][j] for sheet in (before, after) for i, j in np.argwhere(shown < np.sqrt((moved**2).mean()))]


def _number(theme: Theme, source: View, percent: bool, room: Room) -> Mobject:
    """A number, as large as there is room for it."""
    size = max(theme.digit, min(LARGE, room.height))
    if not percent:
        return number(theme, source, size, weight=600, at=room, width=room.width)
    return line_of(number(theme, source, size, weight=600, decimals=0), text(theme, "%", size), gap=TIGHT / 4, at=room)
