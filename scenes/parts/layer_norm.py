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
from scenes.parts.heat_map import MOST, Digits, Grid, HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, WORD, number, paragraph, text, text_width
from scenes.parts.motion import Together, travel, vanish
from scenes.parts.shapes import room_of
from scenes.parts.tokens import token_card
from scenes.parts.whole import Whole

SYMBOL, MOMENT, FORMULA, NOTE = (size * PX for size in (48, 40, 56, 34))
CELL, BESIDE, ASIDE, CARD = (length * PX for length in (76, 190, 44, 297))    # a row of cells, room for its name, from bars to moments, a card
HEADROOM = 1.05                           # what the ceiling stands for, in the highest of all bars
LETTERS = {"mean": "μ", "spread": "σ"}
SIGNS = {"mean": "- mu", "spread": "div sigma"}


class Stage(Whole):
    """The token at one stage: `bars` on their `floor`, with the `marks` of mean and spread; `row`, its numbers below, their `letter` at the
    left; mean and spread as `values` at the right."""

    def __init__(self, floor: Mobject, marks: VGroup, bars: VGroup, row: HeatMap, letter: Mobject, values: Sequence[VGroup]):
        super().__init__(floor=floor, marks=marks, bars=bars, row=row, letter=letter, values=values)

    def follow(self, before: "Stage") -> Animation:
        """Takes the place of the stage before it, which goes. Its numbers are still to come."""
        pairs = (before.bars, self.bars), (before.row.cells, self.row.cells), (before.marks, self.marks), (before.row.dots, self.row.dots)
        moving = [*(pair for pair in pairs if all(map(len, pair))), (before.letter, self.letter)]
        return Together(vanish(before.row.numbers, before.values), *(travel(start, end) for start, end in moving))


class LayerNorm(NamedTuple):
    """`stages`: the first above, all others below, each in the same place. In between `moves`, what is done with all numbers. `card`,
    `formula` and `hint`, that digits are rounded, stand where there is room, else they are empty groups."""

    stages: list[Stage]
    moves: list[VGroup]
    card: VGroup
    formula: VGroup
    hint: VGroup


@dataclass(frozen=True)
class Norming:
    """What LayerNorm does to tokens. theme: how it is drawn.

    views: what it reads, then what each move makes of it, (n, d) each. mean, spread: (stage, n). letter: how what it reads is written.
    words: what is said of `mean`, `spread`, the stages `before` and `now`, the moves `mean_goes` and `spread_goes`, and that digits are `rounded`.
    """

    theme: Theme
    views: Sequence[View]
    moments: Mapping[str, View]
    letter: str
    words: Mapping[str, str]

    def of(self, token: int, card: str, maths: str, shown: Sequence[int], room: Room) -> LayerNorm:
        """One token in a room: the first of the shown stages above, the others below. card: the token's word. maths: the formula."""
        bench = _Bench(self, token, room)
        upper, *between, lower = bench.rooms
        stages = [bench.stage(shown[0], upper, self.letter), *(bench.stage(k, lower, "") for k in shown[1:])]
        moves = [bench.said(what, line) for what, line in zip(self.moments, between, strict=True)]
        if not room.is_wide:
            return LayerNorm(stages, moves, VGroup(), VGroup(), VGroup())
        right = Room(bench.body.right + ASIDE, room.right, between[1].bottom, upper.bottom + bench.cell)
        hint = paragraph(self.theme, self.words["rounded"], NOTE, right.width, "muted", align=-1).shift(right.level(lower.strip(bottom=bench.cell).centre[1]).centre)
        place = upper.trim(bottom=bench.cell).outside(left=BESIDE - TIGHT, gap=TIGHT).fit(height=CELL)
        named = token_card(self.theme, card, min(CARD, place.width), place.height, "output").move_to(place.centre)
        return LayerNorm(stages, moves, named, equation(self.theme, maths, size=FORMULA, width=right.width, at=right), hint)


def cell_row(view: View, room: Room, height: float) -> Grid:
    """A row of cells as wide as a room and so high."""
    found = fit_grid(view.shape, room, MOST)
    return found._replace(width=room.width / len(found.columns), height=min(height, room.height))


def weight_row(theme: Theme, weights: Mapping[str, View], name: str, room: Room, height: float) -> tuple[HeatMap, Mobject]:
    """γ or β (d), both on one scale, as a row of cells at most so high, and its sign."""
    grid = cell_row(weights[name], room, min(CELL, height))
    row = heat_map(theme, weights[name], room, digits=True, scale=peak(*weights.values()), grid=grid)
    return row, left_of(equation(theme, name, size=min(SYMBOL, 0.6 * row.border.height)), row.border)


@dataclass(frozen=True)
class _Bench:
    """Where one token stands in a room."""

    norming: Norming
    token: int
    room: Room

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
        return cell_row(self.norming.views[0][self.token], self.body, self.cell)

    @cached_property
    def full(self) -> float:
        """What the ceiling of bars stands for, and the brightest cell."""
        return HEADROOM * largest(*(view[self.token] for view in self.norming.views), columns=self.grid.columns)

    @cached_property
    def digits(self) -> Digits | None:
        return fit_digits(self.norming.theme, self.norming.views[0].values, self.grid)

    def stage(self, k: int, room: Room, letter: str) -> Stage:
        """The token as LayerNorm reads it (k = 0), or after its k-th move. letter: how that is written, if it is."""
        theme, vector = self.norming.theme, self.norming.views[k][self.token]
        body, strip = room.trim(bottom=self.cell + TIGHT / 2), room.strip(bottom=self.cell)
        aside = body.outside(right=self.beside, gap=ASIDE).fit(height=2 * LINE_SPACING * self.size)         # beside the level and the bracket
        values = aside.rows(2, 0) if self.room.is_wide else body.strip(top=MOMENT).columns(2)
        body = body if self.room.is_wide else body.trim(top=MOMENT + TIGHT / 2)
        row = heat_map(theme, vector, strip, digits=self.digits, scale=self.full, grid=self.grid)
        row.remove(row.border)
        marks = moments(theme, *(view[k, self.token : self.token + 1] for view in self.norming.moments.values()), body, self.full)
        name = self.sign(letter, room_of(row.border), SYMBOL) if letter else left_of(
            text(theme, self.norming.words["now"], SMALLEST_WORD, "muted"), row.border)
        return Stage(middle(theme, body), marks, feature_bars(theme, vector, self.grid.columns, body, self.full), row, name, self._values(k, values))

    def said(self, what: str, room: Room) -> VGroup:
        """What is done with all numbers: as it is written, where a row of them has its name, and in words with the number itself."""
        theme = self.norming.theme
        value = number(theme, self.norming.moments[what][0, self.token], WORD, weight=600)
        said = text(theme, self.norming.words[f"{what}_goes"], width=room.width - value.advance - TIGHT)
        return VGroup(self.sign(SIGNS[what], room, min(SYMBOL, 0.6 * room.height)), line_of(said, value, at=room))

    def sign(self, maths: str, row: Room, size: float) -> Mobject:
        """A name at the left of a row."""
        return equation(self.norming.theme, maths, size=size, at=row.outside(left=BESIDE - 2 * TIGHT, gap=TIGHT), align=1)

    def _values(self, k: int, places: Sequence[Room]) -> list[VGroup]:
        """The mean and the spread after the k-th move, each with its word, if it finds room."""
        theme, found = self.norming.theme, []
        for (what, letter), place in zip(LETTERS.items(), places, strict=True):
            word = [text(theme, self.norming.words[what], SMALLEST_WORD, "muted")] if places[0].width >= self.beside else []
            value = number(theme, self.norming.moments[what][k, self.token], self.size, weight=600)
            line = line_of(*word, text(theme, f"{letter} =", self.size), value, gap=TIGHT / 2, at=place)
            found.append(line.align_to(place.point(-1), LEFT))
        return found
