"""Scene 3: the simplest self-attention, a weighted average of all the tokens, and what makes it one."""

from typing import NamedTuple

from manim import UP, Animation, VGroup

from model import View
from scenes.base.scene import step
from scenes.candidates.bench import GAP, READOUT, SCOPE, CandidateScene
from scenes.parts.bars import floor, largest, signed_bars
from scenes.parts.equation import Equation, equation
from scenes.parts.flow import arrow, strands
from scenes.parts.heat_map import SMALLEST_DIGIT, HeatMap, heat_map, peak
from scenes.parts.label import WORD, Label, number, text, weight_numbers
from scenes.parts.motion import Together, appear, draw, merge, travel, vanish
from scenes.parts.shapes import room_of
from scenes.base.room import PX, Room

FORMULA, LETTER, SMALL = 50 * PX, 34 * PX, 26 * PX
SCORES, WEIGHTS, BEYOND = 1.3, 3.55, 0.15  # where they end, from the vectors' right edge; and to what comes next
TALL = 0.42                               # height of z


class Mix(NamedTuple):
    """What a token becomes: its vector z (d_model), and the same numbers as bars below it."""

    z: HeatMap
    bars: VGroup


class WeightedAverage(CandidateScene):
    """A mix of all the tokens; why raw scores will not do; softmax; and the question that the next scenes answer."""

    experiments = ("candidates",)
    place = "head"

    @step
    def mix(self):
        """From every token a strand as thick as its weight leads to z; the vectors travel along."""
        self.lay_out()
        weights = self.view(f"{SCOPE}.weights")[self.head, self.focus]
        self.mixed, self.weights = self.mix_of("averages"), self.weights_at(weights, SCORES)
        self.strands, self.formula = self.strands_from(weights, SCORES), self.formula_of_z("a")
        self.around, self.head_of_column = self.around_z(), self.column_heading("weight", SCORES)
        self.play(appear(*self.cards, lag=0.15))
        self.play(appear(self.vectors, self.letter))
        self.play(appear(self.mixed.z.border, self.mixed.z.dots, self.around[0]))
        self.play(draw(*self.strands, lag=0.3, run_time=1.0))
        self.play(appear(self.head_of_column, *self.weights), appear(self.formula))
        self.play(self.flight(1.6), appear(self.mixed.z.cells, run_time=3.5))
        self.play(appear(self.mixed.bars, *self.around[1:]))

    @step
    def any_numbers(self):
        """Raw scores in place of the weights: some are negative, they add up to anything, and z overshoots."""
        scores, measured = self.view(f"{SCOPE}.scaled_scores")[self.head, self.focus], self.view("candidates.score_sums")
        self.scores, formula = self.scores_at(scores), self.formula_of_z("S")
        heading = self.column_heading("score", SCORES)
        total = self.total(measured[self.spec.block, self.head, self.focus], SCORES)
        self.play(vanish(self.strands, self.weights, self.head_of_column, self.formula))
        self.play(appear(heading, *self.scores, lag=0.1), appear(formula))
        self.play(appear(total))
        self.turn_into(self.mix_of("weighted_sums"))
        self.formula, self.score_words = formula, VGroup(heading, total)

    @step
    def softmax(self):
        """The scores go through softmax: all positive, their sum 1; z comes back between the tokens."""
        weights = self.view(f"{SCOPE}.weights")[self.head, self.focus]
        self.weights, self.strands = self.weights_at(weights, WEIGHTS), self.strands_from(weights, WEIGHTS)
        formula, way = self.formula_of_z("a"), self.way()
        total = self.total(self.view(f"{SCOPE}.weight_sums")[self.head, self.focus], WEIGHTS)
        words = VGroup(self.column_heading("weight", WEIGHTS), total)
        self.play(vanish(self.formula), draw(way[0]), appear(*way[1:]))
        flying = self.scores.copy()
        for score in flying:
            score.overlay = True          # it starts on the score that stays
        self.play(travel(flying, self.weights, run_time=1.4))
        self.play(appear(words), appear(formula))
        self.play(draw(*self.strands, lag=0.2))
        self.turn_into(self.mix_of("averages"))
        self.formula, self.way_there, self.weight_words = formula, way, words

    @step
    def question(self):
        """The row of weights becomes one row of a grid; the others come too; what lies behind them is asked."""
        view = self.view(f"{SCOPE}.weights")[self.head]
        picture = heat_map(self.theme, view, self.square, digits=True, weights=True, grid=self.score_grid)
        border, words, *signs = self.empty_grid()
        self.play(vanish(*self.on_stage(self.cards, self.vectors, self.letter, self.weights)))
        self.play(appear(border, words), appear(picture.cells[self.focus]))
        self.add(self.weights)
        self.play(travel(self.weights, picture.numbers[self.focus]) if picture.digits else vanish(self.weights))
        others = [picture.row(k) for k in range(len(self.tokens)) if k != self.focus]
        self.play(appear(*others, lag=0.4))
        self.wait(1.5)
        self.play(vanish(*self.on_stage(self.cards, self.vectors, self.letter, border, words)))
        self.play(appear(*signs, lag=0.3))

    def turn_into(self, mixed: Mix) -> None:
        """The vectors travel once more, and make another z."""
        old = self.mixed
        self.play(self.flight(0.8), travel(old.z.cells, mixed.z.cells, run_time=1.4), travel(old.bars, mixed.bars, run_time=1.4))
        self.mixed = mixed

    def flight(self, seconds: float) -> Animation:
        """The vectors fly to z, one after the other; each takes so many seconds."""
        rows = self.vectors.cells
        return Together(*(merge(row, into=self.mixed.z.border, run_time=seconds) for row in rows), lag=min(0.5, 2 / len(rows)))

    def mix_of(self, name: str) -> Mix:
        """The followed token's z, as an average or as a mere sum."""
        view, room, grid = self.made(name), self.z_room, self.vectors.grid
        z = heat_map(self.theme, view, room.level(room.top - TALL / 2), "output", scale=peak(self.view(f"{SCOPE}.input")),
                     grid=grid._replace(rows=(0,), height=TALL))
        bars = signed_bars(self.theme, view, self.bar_room, "output", self.full, grid.width * len(grid.columns) / len(view))
        return Mix(z, bars)

    def made(self, name: str) -> View:
        """What becomes of the followed token: of `averages` or `weighted_sums`."""
        return self.view(f"candidates.{name}")[self.spec.block, self.head, self.focus]

    @property
    def full(self) -> float:
        """The value of the highest bar there is room for."""
        return largest(self.view(f"{SCOPE}.input"), self.made("weighted_sums"))

    @property
    def edge(self) -> Room:
        """The room that the vectors take."""
        return room_of(self.vectors.border)

    @property
    def z_room(self) -> Room:
        """The room of z and its bars."""
        return Room(self.stage.right - self.edge.width, self.stage.right, self.edge.bottom, self.bench.bottom + 0.2)

    @property
    def bar_room(self) -> Room:
        """The room of the bars."""
        return self.z_room.trim(top=TALL + 0.3)

    def around_z(self) -> list:
        """The name of z; how far any token reaches, up and down; and what these lines are."""
        z, bars = self.mixed.z, self.bar_room
        reach = bars.height / 2 * largest(self.view(f"{SCOPE}.input")) / self.full
        letter, middle = equation(self.theme, "z_i", size=LETTER, role="output"), bars.centre[1]
        word = text(self.theme, self.tokens[self.focus], SMALL, "muted", width=bars.width - 0.6)
        lines = VGroup(floor(self.theme, bars.level(middle + y)) for y in (reach, -reach))
        sample = floor(self.theme, Room.around((0, 0), 0.3, 0))
        legend = VGroup(sample, text(self.theme, self.say("reach"), SMALL, "muted", width=bars.width - 0.45))
        return [VGroup(letter, word).arrange(buff=0.15).next_to(z.border, UP, buff=0.12), lines,
                legend.arrange(buff=0.15).move_to([bars.centre[0], bars.bottom - 0.25, 0])]

    def formula_of_z(self, letter: str) -> Equation:
        """How z is made, above all else."""
        maths = equation(self.theme, f"{{{{ z_i : z }}}} = sum_j {letter}_(i j) t_j", {"z": "output"},
                         min(FORMULA, 0.28 * self.bench.height))
        y = min(self.bench.centre[1] + GAP, self.stage.top - maths.height / 2)
        return maths.move_to([(self.edge.right + self.z_room.left) / 2, y, 0])

    def column_heading(self, key: str, x: float) -> Label:
        """The word above a column of numbers."""
        at = (self.edge.right + x, self.edge.top + 0.12, 0)
        return text(self.theme, self.say(key), SMALL, "muted", at=at, align=1)

    def ends(self, x: float) -> list[tuple[float, float]]:
        """Where a column of numbers ends, row by row."""
        return [(self.edge.right + x, row.get_y()) for row in self.vectors.cells]

    @property
    def digit_size(self) -> float:
        """The em size of such a column."""
        return max(SMALLEST_DIGIT, min(WORD, 0.62 * self.score_grid.height))

    def weights_at(self, weights: View, x: float) -> VGroup:
        """A column of weights."""
        return weight_numbers(self.theme, weights, self.ends(x), self.digit_size)

    def scores_at(self, scores: View) -> VGroup:
        """The column of scores."""
        return VGroup(
            number(self.theme, score, self.digit_size, at=(*end, 0), align=1)
            for score, end in zip(scores, self.ends(SCORES), strict=True)
        )

    def total(self, value: View, x: float) -> VGroup:
        """The sum below a column of numbers."""
        y = self.edge.bottom - 0.22
        digits = number(self.theme, value, READOUT, "output", at=(self.edge.right + x, y, 0), align=1)
        return VGroup(text(self.theme, "Σ =", READOUT, "output", at=(room_of(digits).left - 0.12, y, 0), align=1), digits)

    def strands_from(self, weights: View, x: float) -> VGroup:
        """The strands from a column of weights to z."""
        starts = [(end + BEYOND, y, 0) for end, y in self.ends(x)]
        z = room_of(self.mixed.z.border)
        return strands(self.theme, starts, [(z.left - 0.08, z.centre[1], 0)], [weights], along=(1, 0, 0))[0]

    def way(self) -> list:
        """The arrow from the scores to the weights, and its name."""
        start, end, y = self.edge.right + SCORES + BEYOND, self.edge.right + WEIGHTS - 0.85, self.edge.centre[1]
        return [*arrow(self.theme, (start, y, 0), (end, y, 0)),
                text(self.theme, self.say("softmax"), SMALL, "muted", at=((start + end) / 2, y + 0.25, 0), width=end - start)]
