"""Scene 3: the simplest self-attention, a weighted average of all the tokens, and what makes it one: softmax, opened."""

from dataclasses import replace

import numpy as np
from manim import DOWN, LEFT, VGroup, VMobject

from model import View
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.scene import step
from scenes.candidates.bench import ASKED, FORMULA, SCOPE, CandidateScene
from scenes.parts.bars import largest
from scenes.parts.equation import equation
from scenes.parts.heat_map import heat_map, peak
from scenes.parts.label import WORD, number, paragraph, text
from scenes.parts.mixture import Mixture, mixture, reaching
from scenes.parts.motion import SHORT, SLOW, appear, become, draw, travel, vanish
from scenes.parts.shapes import room_of
from scenes.parts.verdict import EVIDENCE
from scenes.parts.weight import weight_bars

ROWS, LOUD = (4, 10, 5), 150 * PX        # of the formula, the mixture, and z as bars
TOTAL = 54 * PX


class WeightedAverage(CandidateScene):
    """A mix of all the tokens; why raw scores will not do; softmax, opened; and the question that the next scenes answer."""

    experiments = ("candidates", "exponentials")
    place = "head"
    sparse = {"exponentials": "the pile comes in the next step"}

    @step
    def mix(self):
        """Each token is multiplied by a weight, and all of them sink into z."""
        self.lay_out()
        above, middle, self.under = self.stage.rows(ROWS, GAP)
        self.formula = self.sum_of("t_j", "text", self.over_whose(above))
        self.mixed = self.mixture_of("averages", middle)
        self.weighed = self.weights_at(self.mixed)
        said = self.whose(self.say("whose", token=self.tokens[self.focus]), above)
        self.around, self.bars = self.z_as_bars("averages")
        self.open_with(self.mixed.cards, self.mixed.vectors)
        self.play(appear(self.weighed, self.formula, said))
        self.play(appear(self.mixed.z.border, self.mixed.letter))
        self.play(self.mixed.pour(), appear(self.mixed.z.cells, self.mixed.z.numbers, self.mixed.z.dots, run_time=3.0))
        self.play(appear(*self.around))
        self.play(appear(self.bars))

    @step
    def any_numbers(self):
        """Raw scores in place of the weights: some are negative, they add up to anything, and z overshoots."""
        above, middle, _ = self.stage.rows(ROWS, GAP)
        old, self.mixed = self.mixed, self.mixture_of("weighted_sums", middle)
        formula, bars = self.sum_of("t_j", "text", self.over_whose(above), "s"), self.z_as_bars("weighted_sums")[1]
        self.scores, total = self.scores_at(self.mixed.places)
        self.play(vanish(self.weighed, self.formula))
        self.play(appear(*self.scores, lag=0.1), appear(formula))
        self.play(appear(total))
        self.play(self.mixed.pour(0.8), become(old.z, self.mixed.z, 1.6), travel(self.bars, bars, run_time=1.6))
        self.bars, self.formula, self.total = bars, formula, total

    @step
    def exponentials(self):
        """Each score goes to its place, and grows to e to its power."""
        self.soft = opened = self.opened(self.say("total"))
        self.more = self.one_more()
        self.play(vanish(*self.on_stage(*self.scores)))
        self.play(*(become(a, b, SLOW) for a, b in zip(self.scores, opened.scores)), appear(opened.floor, opened.words))
        self.play(draw(opened.curve, run_time=1.0), appear(*opened.bars, lag=0.3), appear(*opened.powers, lag=0.3))
        self.play(appear(*self.more, lag=0.5))

    @step
    def softmax(self):
        """All pour into one pile, the total; each one's share of it is its weight."""
        opened = self.soft
        self.play(vanish(self.more), appear(opened.glass, opened.ribbons))
        self.play(travel(opened.bars.copy(), opened.pieces))
        self.play(appear(opened.total))
        self.rule = equation(self.theme, "{{ a_(i j) : weight }} = e^(s_(i j)) / (sum_k e^(s_(i k)))", {"weight": "weight"}, FORMULA,
                             at=self.free(), align=-1)
        self.play(appear(*opened.weights, lag=0.5), appear(self.rule))

    @step
    def question(self):
        """The weights become one row of a grid; the others come too; what lies behind them is asked."""
        rows, work, ask = self.view(f"{SCOPE}.weights")[self.head], self.work_of("tokens"), self.ask()
        grid = heat_map(self.theme, rows, self.square, digits=True, weights=True, grid=self.score_grid)
        others, i = [grid.row(k) for k in range(len(rows)) if k != self.focus], self.focus
        bars = weight_bars(self.theme, rows[i], [room_of(cell) for cell in grid.cells[i]], WORD).bars
        self.play(vanish(*self.on_stage(self.soft.pieces)), travel(self.soft.pieces, bars))
        self.play(appear(self.cards, work.result.border, self.words_below(grid), grid.row(i)), vanish(bars, run_time=SHORT))
        self.play(appear(*others, lag=0.4))
        self.wait(1.5)
        self.play(vanish(grid.cells, grid.numbers), appear(self.vectors, self.letter))
        self.play(appear(*ask, lag=0.3))

    def free(self) -> Room:
        """Above the lower bars, left of the highest and its number."""
        room = self.soft.chart.strip(top=self.soft.chart.height / 2)
        high = [edge.left for edge in map(room_of, (*self.soft.bars, *self.soft.powers)) if edge.top > room.bottom]
        return replace(room, right=min(high, default=room.right + GAP) - GAP)

    def one_more(self) -> VGroup:
        """What becomes of a score, and what one more makes of it."""
        free, step = self.free(), self.step_up()
        room = self.soft.beside if not step else replace(self.soft.beside, left=room_of(step).right + GAP)
        grown = equation(self.theme, "s -> {{ e^s : grown }}", {"grown": "weight"}, ASKED, at=free, align=-1)
        digits = number(self.theme, self.view("exponentials.e"), LOUD, at=room, weight=600, decimals=self.theme.decimals + 1,
                        width=room.width - 2 * GAP)
        words = paragraph(self.theme, self.say("one_more"), WORD, room.width, "muted").next_to(digits, DOWN, buff=GAP)
        sign = text(self.theme, "×", LOUD / 2, "muted").next_to(digits, LEFT, buff=TIGHT)
        return VGroup(grown, step, VGroup(sign, digits, words))

    def step_up(self) -> VGroup:
        """From the score that is one less than the highest up to the curve, beside the highest bar, and up as far as that; both scores and
        their powers there. Nothing if no score is as low."""
        reach = np.ptp(self.view(f"{SCOPE}.scaled_scores")[self.head, self.focus].values)
        if not self.soft.curve or reach < 1:
            return VGroup()
        (x, low, _), (_, high, _) = (self.soft.curve[0].at(place) for place in (1 - 1 / reach, 1))
        edge = max(room_of(bar).right for bar in self.soft.bars)
        line = VMobject(stroke_color=self.theme.colour("text"), stroke_width=4 * PEN).set_points_as_corners(
            [(x, self.soft.chart.bottom, 0), (x, low, 0), (edge + GAP, low, 0), (edge + GAP, high, 0), (edge, high, 0)])
        return VGroup(line, *(self.grown(end, (edge + GAP + TIGHT, y, 0)) for end, y in enumerate((low, high))))

    def grown(self, end: int, at: tuple) -> VGroup:
        """A score, and what it has grown to: at one end of the step."""
        score, power = (self.view(f"exponentials.{name}")[self.spec.block, self.head, self.focus, end] for name in ("step", "step_powers"))
        digits = number(self.theme, score, WORD), number(self.theme, power, WORD, decimals=max(0, self.theme.decimals - 1), weight=600)
        return VGroup(digits[0], text(self.theme, "→", WORD, "muted"), digits[1]).arrange(buff=TIGHT / 2).move_to(at, LEFT)

    def mixture_of(self, name: str, room: Room) -> Mixture:
        """The tokens and what becomes of the followed one, of `averages` or `weighted_sums`."""
        tokens = self.view(f"{SCOPE}.input")
        return mixture(self.theme, self.tokens, tokens, self.made(name), room, "line", peak(tokens))

    def made(self, name: str) -> View:
        """What becomes of the followed token."""
        return self.view(f"candidates.{name}")[self.spec.block, self.head, self.focus]

    def z_as_bars(self, name: str) -> tuple[VGroup, VGroup]:
        """Frames as far as the tokens reach in each feature, and what they are, and z as bars."""
        tokens, cells = self.view(f"{SCOPE}.input"), room_of(self.mixed.z.cells, PX)
        room = Room(cells.left, cells.right, self.under.bottom, self.under.top)
        frames, bars = reaching(self.theme, tokens, self.made(name), self.mixed.z, room, largest(tokens, self.made("weighted_sums")))
        beside = Room(self.stage.left, room.left - TIGHT, room.bottom, room.top)
        word = text(self.theme, self.say("reach"), WORD, "muted", at=beside, align=-1)
        return VGroup(frames, word), bars

    def scores_at(self, places: list[Room]) -> tuple[list, VGroup]:
        """The scores of the followed token, each a square, and their sum."""
        scores = self.view(f"{SCOPE}.scaled_scores")[self.head, self.focus]
        squares = [heat_map(self.theme, scores[j : j + 1], place, "background", True, peak(scores)) for j, place in enumerate(places[:-1])]
        total = self.view("candidates.score_sums")[self.spec.block, self.head, self.focus]
        digits = number(self.theme, total, TOTAL, "output", at=places[-1])
        return squares, VGroup(digits, text(self.theme, self.say("sum"), EVIDENCE, "muted", at=places[-1].outside(bottom=GAP)))
