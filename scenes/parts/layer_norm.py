"""LayerNorm on one token: its features as bars before a move and below them after it, and what is done in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from manim import LEFT, Animation, Mobject, VGroup

from model import View
from scenes.base.layout import left_of, line_of
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import largest
from scenes.parts.equation import equation
from scenes.parts.feature_bars import feature_bars, middle, moments
from scenes.parts.heat_map import Digits, Grid, HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, WORD, number, paragraph, text, text_width
from scenes.parts.motion import SLOW, Together, appear, merge, travel, vanish
from scenes.parts.shapes import room_of
from scenes.parts.tokens import token_card
from scenes.parts.whole import Whole

SYMBOL, MOMENT, FORMULA, NOTE = (size * PX for size in (48, 40, 56, 34))
CELL, BESIDE, ASIDE, CARD = (length * PX for length in (76, 190, 44, 297))    # a row of cells, room for its name, from bars to moments, a card
HEADROOM = 1.05                           # what the ceiling stands for, in the highest of all bars
HINTS = {"rounded": "muted", "less": "text", "learned": "text"}         # the first at the foot, the last below the formula, the other between
NORMALISED = 2                            # the last stage whose mean and spread are shown
LETTERS = {"mean": "μ", "spread": "σ"}
SIGNS = {"mean": "- mu", "spread": "div sigma", "gamma": "times gamma", "beta": "+ beta"}


class Stage(Whole):
    """The token at one stage: `bars` on their `floor`, with the `marks` of mean and spread until γ and β are at work; `row`, its numbers below,
    their `letter` at the left; mean and spread as `values` at the right."""

    def __init__(self, floor: Mobject, marks: VGroup, bars: VGroup, row: HeatMap, letter: Mobject, values: Sequence[VGroup]):
        super().__init__(floor=floor, marks=marks, bars=bars, row=row, letter=letter, values=values)

    def follow(self, before: "Stage", by: HeatMap | None = None) -> Animation:
        """Takes the place of the stage before it, which goes; by: a row whose cells fly into the bars. Its numbers are still to come."""
        flying = [merge(cell, into=bar, run_time=SLOW) for cell, bar in zip(by.cells[0], before.bars, strict=True)] if by else []
        pairs = (before.bars, self.bars), (before.row.cells, self.row.cells), (before.marks, self.marks), (before.row.dots, self.row.dots)
        moving = [*(pair for pair in pairs if all(map(len, pair))), (before.letter, self.letter)]
        return Together(vanish(before.row.numbers, before.values, *[before.marks] * (not self.marks)), *(travel(start, end) for start, end in moving), *flying)


class LayerNorm(NamedTuple):
    """`stages`: the first above, all others below, each in the same place. In between `moves`, what is done with all numbers, or the rows
    `weights`, γ and β, with their `signs`. `card`, `formula` and `hints` (as in HINTS) stand where there is room, else they are empty groups."""

    stages: list[Stage]
    moves: list[VGroup]
    weights: list[HeatMap]
    signs: list[Mobject]
    card: VGroup
    formula: VGroup
    hints: list[VGroup]


@dataclass(frozen=True)
class Norming:
    """What LayerNorm does to tokens. theme: how it is drawn.

    views: what it reads, then what each move makes of it, (n, d) each. mean, spread: (stage, n). gamma, beta: (d). letters: how a stage is
    written, by its number. words: what is said of `mean`, `spread`, the stages `before` and `now`, the moves `mean_goes` and `spread_goes`,
    and the hints (HINTS).
    """

    theme: Theme
    views: Sequence[View]
    moments: Mapping[str, View]
    weights: Mapping[str, View]
    letters: Mapping[int, str]
    words: Mapping[str, str]

    def of(self, token: int, card: str, maths: str, shown: Sequence[int], room: Room, most: int) -> LayerNorm:
        """One token in a room: the first of the shown stages above, the others below. card: the token's word. maths: the formula. most:
        columns that are shown."""
        bench = _Bench(self, token, room, most)
        upper, *between, lower = bench.rooms
        weights = weight_rows(self.theme, self.weights, between, bench.grid, bench.digits)
        stages = [bench.stage(shown[0], upper, "before"), *(bench.stage(k, lower, "now") for k in shown[1:])]
        moves = [bench.said(what, row) for what, row in zip(self.moments, weights, strict=True)]
        signs = [bench.sign(SIGNS[name], row.border) for name, row in zip(self.weights, weights, strict=True)]
        if not room.is_wide:
            return LayerNorm(stages, moves, weights, signs, VGroup(), VGroup(), [VGroup() for _ in HINTS])
        right = Room(bench.body.right + ASIDE, room.right, between[1].bottom, upper.bottom + bench.cell)
        hints = [paragraph(self.theme, self.words[said], NOTE, right.width, role, lines=4, align=-1) for said, role in HINTS.items()]
        foot, free = lower.strip(bottom=bench.cell), lower.trim(bottom=bench.cell)
        for hint, place in zip(hints, (right.level(foot.centre[1]), right.level(free.centre[1]), right.strip(bottom=hints[-1].height)), strict=True):
            hint.shift(place.centre)
        place = upper.trim(bottom=bench.cell).outside(left=BESIDE - TIGHT, gap=TIGHT).fit(height=CELL)
        named = token_card(self.theme, card, min(CARD, place.width), place.height, "output").move_to(place.centre)
        formula = equation(self.theme, maths, size=FORMULA, width=right.width, at=right.trim(bottom=hints[-1].height))
        return LayerNorm(stages, moves, weights, signs, named, formula, hints)


def weight_rows(theme: Theme, weights: Mapping[str, View], places: Sequence[Room], grid: Grid, digits: Digits | bool | None = True) -> list[HeatMap]:
    """γ and β (d) as rows of cells, both on one scale."""
    scale = peak(*weights.values())
    return [heat_map(theme, view, place, digits=digits, scale=scale, grid=grid) for view, place in zip(weights.values(), places, strict=True)]


def cell_row(view: View, room: Room, height: float, most: int) -> Grid:
    """A row of cells as wide as a room and so high; most: cells that are shown."""
    found = fit_grid(view.shape, room, most)
    return found._replace(width=room.width / len(found.columns), height=min(height, room.height))


@dataclass(frozen=True)
class _Bench:
    """Where one token stands in a room."""

    norming: Norming
    token: int
    room: Room
    most: int

    @property
    def cell(self) -> float:
        """The height of a row of cells."""
        return min(CELL, self.room.height / 10)

    @property
    def size(self) -> float:
        """The em size of mean and spread."""
        return max(MOMENT, self.norming.theme.digit)

    @cached_property
    def beside(self) -> float:
        """The room that mean and spread take beside bars, in words and digits."""
        theme, words = self.norming.theme, self.norming.words
        said = max(text_width(theme, words[what], SMALLEST_WORD) for what in LETTERS)
        return said + text_width(theme, f"μ = 0.{'0' * theme.decimals}", self.size, 600, tabular=True) + 2 * TIGHT

    @property
    def body(self) -> Room:
        """Between names at the left and, where they stand there, mean and spread at the right."""
        return self.room.trim(left=BESIDE, right=ASIDE + self.beside * self.room.is_wide)

    @property
    def rooms(self) -> list[Room]:
        """For bars, for two rows in between, and for bars again."""
        high = (self.body.height - 2 * self.cell - 3 * TIGHT) / 2
        return self.body.rows([high, self.cell, self.cell, high], TIGHT)

    @cached_property
    def grid(self) -> Grid:
        return cell_row(self.norming.views[0][self.token], self.body, self.cell, self.most)

    @cached_property
    def full(self) -> float:
        """What the ceiling of bars stands for, and the brightest cell: of few bars the spread of all may be the highest."""
        mean, spread = (abs(view.values[:, self.token]) for view in self.norming.moments.values())                  # (stage,)
        return max(HEADROOM * largest(*(view[self.token] for view in self.norming.views), columns=self.grid.columns), float((mean + spread).max()))

    @cached_property
    def digits(self) -> Digits | None:
        return fit_digits(self.norming.theme, self.norming.views[0].values, self.grid)

    def stage(self, k: int, room: Room, word: str) -> Stage:
        """The token as LayerNorm reads it (k = 0), or after its k-th move. word: what is said of a stage that has no letter."""
        theme, vector = self.norming.theme, self.norming.views[k][self.token]
        body, strip = room.trim(bottom=self.cell + TIGHT / 2), room.strip(bottom=self.cell)
        aside = body.outside(right=self.beside, gap=ASIDE).fit(height=2 * LINE_SPACING * self.size)         # beside the level and the bracket
        values = aside.rows(2, 0) if self.room.is_wide else body.strip(top=MOMENT).columns(2)
        body = body if self.room.is_wide else body.trim(top=MOMENT + TIGHT / 2)
        row = heat_map(theme, vector, strip, digits=self.digits, scale=self.full, grid=self.grid)
        row.remove(row.border)
        measured = k <= NORMALISED
        marks = [moments(theme, *(view[k, self.token : self.token + 1] for view in self.norming.moments.values()), body, self.full)] * measured
        letter, said = self.norming.letters.get(k), self.norming.words[word]
        name = left_of(text(theme, said, SMALLEST_WORD, "muted"), row.border) if not letter else self.sign(letter, row.border, SYMBOL)
        return Stage(middle(theme, body), marks[0] if marks else VGroup(), feature_bars(theme, vector, self.grid.columns, body, self.full), row, name,
                     self._values(k, values) if measured else [])

    def said(self, what: str, row: HeatMap) -> VGroup:
        """What is done with all numbers: as it is written, where a row of others would have its name, and in words with the number itself."""
        theme, room = self.norming.theme, room_of(row.border)
        value = number(theme, self.norming.moments[what][0, self.token], WORD, weight=600)
        said = text(theme, self.norming.words[f"{what}_goes"], width=room.width - value.advance - TIGHT)
        return VGroup(self.sign(SIGNS[what], row.border), line_of(said, value, at=room))

    def sign(self, maths: str, row: Mobject, size: float = 0.0) -> Mobject:
        """A name at the left of a row."""
        return left_of(equation(self.norming.theme, maths, size=size or min(SYMBOL, 0.6 * row.height), width=BESIDE - 2 * TIGHT), row)

    def _values(self, k: int, places: Sequence[Room]) -> list[VGroup]:
        """The mean and the spread after the k-th move, each with its word, if it finds room."""
        theme, found = self.norming.theme, []
        for (what, letter), place in zip(LETTERS.items(), places, strict=True):
            word = [text(theme, self.norming.words[what], SMALLEST_WORD, "muted")] if places[0].width >= self.beside else []
            value = number(theme, self.norming.moments[what][k, self.token], self.size, weight=600)
            line = line_of(*word, text(theme, f"{letter} =", self.size), value, gap=TIGHT / 2, at=place)
            found.append(line.align_to(place.point(-1), LEFT))
        return found
