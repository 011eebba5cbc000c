"""What scores could be made of, and such candidates side by side (Vaswani et al. 2017, section 3.2.1)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from manim import DOWN, RIGHT, VGroup

from model import View
from scenes.base.layout import below, fitted, left_of
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.derivation import FORMULA, LETTER
from scenes.parts.equation import Equation, equation
from scenes.parts.heat_map import Grid, HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, Label, number, text, text_width
from scenes.parts.legend import legend
from scenes.parts.opened import Side
from scenes.parts.product import Product
from scenes.parts.score_grid import CARD, LEVEL, SLANTED, ScoreTable
from scenes.parts.shapes import room_of
from scenes.parts.tokens import CLOSEST, card_width, column_labels, row_labels
from scenes.parts.verdict import EVIDENCE, READOUT, Objection, evidence, objection
from scenes.parts.whole import Whole

SCALE = 70 * PX                          # height of the scale of all colours
ABOVE, BESIDE = (1, 4, 1), (3, 2)         # of a formula, its grid and its readout; of a grid and both where they stand beside it
SIDES = {"input": ("t", "line"), "key": ("k", "key"), "query": ("q", "query")}           # letter and role of what meets in a score


class Candidate(NamedTuple):
    """Something that scores could be made of: the names of what meets in them (of SIDES), and their `vectors` (n, d).

    scores: (n, n). asymmetry: how far they are from their mirror image. parameters: how many numbers are learned for them.
    """

    names: tuple[str, str]
    vectors: tuple[View, View]
    scores: View
    asymmetry: View
    parameters: View

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(SIDES[name][0] for name in self.names)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in which the frames of the two sides are drawn."""
        return tuple(SIDES[name][1] for name in self.names)

    @property
    def ink(self) -> tuple[str, ...]:
        """The roles in which the two letters are written."""
        return tuple("text" if role == "line" else role for role in self.roles)

    def formula(self, theme: Theme, room: Room) -> Equation:
        """How a score is made, as large as a room allows."""
        (a, b), roles = self.letters, dict(zip(("left", "above"), self.ink, strict=True))
        maths = f"s_(i j) = {{{{ {a}_i : left }}}} dot {{{{ {b}_j : above }}}}"
        return equation(theme, maths, roles, min(FORMULA, 0.6 * room.height), at=room)

    def turned(self, theme: Theme, room: Room) -> Equation:
        """What the score of a pair is made of in one direction and in the other, and whether these are equal, if all scores are."""
        (a, b), (of_left, of_above) = self.letters, self.ink
        maths = f"{{{{ {a}_i : left }}}} dot {{{{ {b}_j : above }}}} {'=' if np.isclose(float(self.asymmetry), 0) else '!='} "
        maths += f"{{{{ {a}_j : back }}}} dot {{{{ {b}_i : over }}}}"
        roles = {"left": of_left, "above": of_above, "back": of_left, "over": of_above}
        return equation(theme, maths, roles, min(FORMULA, 0.6 * room.height), at=room)

    def gap(self, theme: Theme, said: str) -> list:
        """How far the scores are from their mirror image: what that is called, and the number."""
        return evidence(theme, said, self.asymmetry)

    def sides(self, words: Sequence[str], pair: tuple[int, int]) -> list[Side]:
        """What of two of the tokens meets in their score."""
        return [Side(vectors[k], words[k], role, ink)
                for k, vectors, role, ink in zip(pair, self.vectors, self.roles, self.ink, strict=True)]

    def work(self, theme: Theme, table: ScoreTable, among: Sequence[View], left: HeatMap | None = None) -> Product:
        """The two sides and the grid where they meet, in a table, on the scale of all of `among`. left: the left side, if it stands there already."""
        (of_left, above), (role, other) = self.vectors, self.roles
        return Product(left or table.rows(theme, of_left, role), table.columns(theme, above, other),
                       alike(theme, self.scores, among, table.square, table.grid))

    def objections(self, theme: Theme, titles: Sequence[str], said: Sequence[str], rooms: Sequence[Room]) -> list[Objection]:
        """What speaks against it, on two cards: its scores mirror themselves, and nothing is learned for them.

        said: what the gap to the mirror image and the count of parameters are called.
        """
        shown = (self.gap(theme, said[0]), evidence(theme, said[1], self.parameters, 0))
        return [objection(theme, title, parts, room) for title, parts, room in zip(titles, shown, rooms, strict=True)]

    def names_at(self, theme: Theme, work: Product) -> list[Equation]:
        """The letters of the two sides of a grid: at the left of the upper one, and below the left one."""
        (left, above), (of_left, of_above) = self.letters, self.ink
        upper, lower = (equation(theme, maths, size=LETTER, role=role) for maths, role in ((f"{above}_j", of_above), (f"{left}_i", of_left)))
        return [left_of(upper, work.above.border), below(lower, work.left.border, TIGHT / 2)]


def alike(theme: Theme, scores: View, among: Sequence[View], room: Room, grid: Grid | None = None) -> HeatMap:
    """A grid of scores in a room, on the colour scale and with the digits that all of some grids share."""
    grid = grid or fit_grid(scores.shape, room)
    digits = fit_digits(theme, np.concatenate([each.values for each in among]), grid)
    return heat_map(theme, scores, room, digits=digits, scale=peak(*among), grid=grid)


class Comparison(Whole):
    """`grids` of scores, the `formulas` that made them, how far each is from its mirror image, `gaps`, and the `words` around them."""

    def __init__(self, grids: Sequence[HeatMap], formulas: Sequence[Equation], gaps: Sequence[VGroup], words: VGroup):
        super().__init__(grids=grids, formulas=formulas, gaps=gaps, words=words)


def comparison(theme: Theme, words: Sequence[str], candidates: Sequence[Candidate], room: Room, said: str) -> Comparison:
    """Candidates side by side in a room, one below the other in a room that is high, and without words in one that is too small for them.

    said: what the distance of a grid from its mirror image is called; where there are no words, once for all.
    """
    left, count = card_width(theme, words, CARD) + TIGHT, len(candidates)
    stacked = room.height > room.width and room.height / count - SLANTED - GAP >= len(words) * CLOSEST
    said_below = text_width(theme, said, SMALLEST_WORD) <= (room.width - left - GAP * (count - 1)) / count
    foot = LEVEL if room.is_wide else SLANTED if stacked or said_below else 0
    if stacked:
        halves = [line.columns(BESIDE, GAP) for line in room.rows(count, GAP)]
        places = [(half.trim(left=left), *beside.rows(2, GAP)) for half, beside in halves]
    else:
        rows = [column.rows(ABOVE, TIGHT) for column in room.trim(left=left if foot else 0, bottom=0 if foot else 2 * TIGHT).columns(count, GAP)]
        places = [(middle, above, below) for above, middle, below in rows]
    scores = [candidate.scores for candidate in candidates]
    grids = [alike(theme, view, scores, place[0].trim(bottom=foot)) for view, place in zip(scores, places, strict=True)]
    formulas = [candidate.formula(theme, place[1]) for candidate, place in zip(candidates, places, strict=True)]
    read = [candidate.gap(theme, said)[not foot :] for candidate in candidates]
    least = max(SMALLEST_WORD / EVIDENCE, theme.digit / READOUT)
    across = room.is_wide and least * max(sum(part.width + TIGHT for part in parts) for parts in read) <= places[0][2].width
    gaps = [fitted(VGroup(*parts).arrange(RIGHT if across else DOWN, buff=TIGHT / (1 + room.is_wide * (not across))), place[2])
            for parts, place in zip(read, places, strict=True)]
    if not foot:
        return Comparison(grids, formulas, gaps, VGroup(text(theme, said, EVIDENCE, "muted", at=room.strip(bottom=2 * TIGHT))))
    free = replace(places[0][2], left=room.left, right=room_of(gaps[0]).left - GAP).fit(height=SCALE)
    keys = [key for key in [legend(theme, free, peak(*scores))] * room.is_wide if sum(end.width for end in key.numbers) < free.width]
    return Comparison(grids, formulas, gaps, VGroup(
        *(column_labels(theme, words, grid, "text", foot) for grid in grids),
        *(row_labels(theme, words, grid, "text", left - TIGHT) for grid in (grids if stacked else grids[:1])), *keys))
