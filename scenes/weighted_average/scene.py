"""Scene 3: the simplest self-attention, a weighted average of all the tokens, and what makes it one: softmax, opened."""

from dataclasses import replace
from functools import partial

from manim import VGroup

from model import View
from scenes.base.layout import below, no_higher
from scenes.base.room import GAP, WIDE, Room
from scenes.base.scene import step
from scenes.candidates.bench import SCOPE, CandidateScene
from scenes.parts.derivation import FORMULA
from scenes.parts.equation import equation
from scenes.parts.heat_map import heat_map, peak
from scenes.parts.label import WORD, format_number, in_two_lines, text
from scenes.parts.mixture import HEAD, Mixture, factors, letters_beside, mixture, nearer, reaching, sum_of
from scenes.parts.motion import SHORT, SLOW, appear, become, draw, travel, vanish
from scenes.parts.shapes import room_of
from scenes.parts.ranking import grow
from scenes.parts.softmax import rule_of_powers
from scenes.parts.weight import weight_bars

ROWS, CROWDED = (4, 9, 7), (3, 15, 4)     # of the formula, the mixture, and z as bars; and where these are of more than so many tokens
MANY = 12
HIGH = 0.7                                # share of a chart's height that a rule and what is said of it may take


class WeightedAverage(CandidateScene):
    """A mix of all the tokens; why raw scores will not do; softmax, opened; and the question that the next scenes answer."""

    experiments = ("candidates", "exponentials")
    place = "block"
    sparse = {"exponentials": "the pile comes in the next step", "question": "what is asked for is not there yet: its cells are empty"}

    @step
    def mix(self):
        """Each token is multiplied by a weight, and all of them sink into z, which is nearer then to the one that weighs most."""
        self.lay_out()
        head, middle, self.under = self.rooms_of_mixture()
        self.mixed = self.mixture_of("averages", middle)
        self.weighed = self.weights_at(self.mixed)
        self.said, room = letters_beside(self.theme, self.say("whose", token=self.tokens[self.focus]), head, self.frame.is_roomy)
        self.formula = sum_of(self.theme, "t_j", "text", room)
        other, self.need = self.tokens[int(float(self.made("most")))], self.aside(self.in_french)
        names = [self.say("distance", one=one, other=other) for one in (f"“{self.tokens[self.focus]}”", "z")]
        self.near = [nearer(self.theme, names, [self.made("before"), self.made("after")], self.under)] * (len(self.tokens) > 1)
        self.open_with(self.mixed.cards, self.mixed.vectors)
        self.play(appear(self.need))
        self.play(appear(self.weighed, self.formula, self.said))
        self.play(appear(self.mixed.z.border, self.mixed.letter))
        self.play(self.mixed.pour(), appear(self.mixed.z.cells, self.mixed.z.dots, run_time=3.0))
        for near in self.near:
            for k in range(len(near.bars)):
                self.play(appear(near.words[k], near.numbers[k]), grow(near.bars[k : k + 1]))

    @step
    def any_numbers(self):
        """Raw scores in place of the weights: some are negative, they add up to anything, and z leaves the range of all tokens."""
        head, middle, _ = self.rooms_of_mixture()
        old, self.mixed = self.mixed, self.mixture_of("weighted_sums", middle)
        said, room = letters_beside(self.theme, self.of_scores, head, self.frame.is_roomy)
        formula, (self.around, self.bars, is_out) = sum_of(self.theme, "t_j", "text", room, "s"), self.z_as_bars("weighted_sums")
        self.scores = factors(self.theme, self.view(f"{SCOPE}.scaled_scores")[self.head, self.focus], self.mixed.places[:-1])
        self.play(vanish(self.weighed, self.formula, self.need, self.said, *self.near))
        self.play(appear(*self.scores, lag=0.1), appear(formula, said))
        self.play(appear(self.around))
        self.play(self.mixed.pour(0.8), become(old.z, self.mixed.z, 1.6))
        self.play(appear(self.bars))
        self.play(appear(self.aside(self.say("outside") * is_out)))
        self.formula = formula

    @step
    def exponentials(self):
        """Each score goes to its place, and grows to e to its power."""
        self.soft = opened = self.opened(self.say("total"))
        room = replace(opened.chart, left=opened.chart.right + WIDE, right=self.stage.right) if self.frame.is_roomy else opened.free(HIGH)
        self.more = rule_of_powers(self.theme, self.view("exponentials.e"), self.say("base"), room)
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
        rule = equation(self.theme, "{{ a_(i j) : weight }} = e^(s_(i j)) / (sum_k e^(s_(i k)))", {"weight": "weight"}, FORMULA,
                        at=opened.free(), align=-1)
        no_higher(rule, opened.free())
        rounded = [below(text(self.theme, self.say("rounded"), WORD, "muted"), rule, GAP, -1)] * bool(opened.powers)
        self.play(appear(*opened.weights, lag=0.5), appear(rule, *rounded))

    @step
    def question(self):
        """The weights become one row of a grid; the others come too; what lies behind them is asked."""
        rows, work, ask = self.view(f"{SCOPE}.weights")[self.head], self.work_of("token"), self.ask()
        grid = heat_map(self.theme, rows, self.table.square, digits=True, weights=True, grid=self.table.grid)
        others, i = [grid.row(k) for k in range(len(rows)) if k != self.focus], self.focus
        bars = weight_bars(self.theme, rows[i], [room_of(cell) for cell in grid.cells[i]], WORD).bars
        self.play(vanish(*self.on_stage(self.soft.pieces)), travel(self.soft.pieces, bars))
        self.play(appear(self.cards, work.result.border, self.table.words(self.theme, self.tokens, grid, self.focus), grid.row(i)), vanish(bars, run_time=SHORT))
        said = text(self.theme, self.say("rows"), WORD, "muted", at=self.rooms.panel, width=self.rooms.panel.width)
        self.play(appear(*others, lag=0.4), appear(said))
        self.wait(1.5)
        self.play(vanish(grid.cells, grid.numbers, said), appear(self.vectors, self.letter))
        self.play(appear(*ask, lag=0.3))

    def rooms_of_mixture(self) -> list[Room]:
        """For the formula, the mixture, and z as bars."""
        return self.stage.rows(ROWS if len(self.tokens) <= MANY else CROWDED, GAP)

    @property
    def in_french(self) -> str:
        """What the followed token has to know, if French has two words for it: which of them, by the noun it looks at, if it looks there."""
        if not self.forms:
            return ""
        noun = self.say("decides" if self.looks else "noun_decides", noun=self.tokens[self.pair[1]])
        return self.say("whose_forms", token=self.tokens[self.focus], one=self.forms[0], other=self.forms[1], decides=noun)

    @property
    def of_scores(self) -> str:
        """What is said of the letter of a score, of the lowest if that is negative, and of the sum of all."""
        scores, added = self.view(f"{SCOPE}.scaled_scores").values, self.view("candidates.score_sums").values[self.spec.block]
        scores, added = (format_of[self.head, self.focus] for format_of in (scores, added))
        k, written = int(scores.argmin()), partial(format_number, decimals=self.theme.decimals)
        lowest = self.say("subtracted", token=self.tokens[k], score=written(scores[k]))
        return " · ".join([self.say("whose_scores"), *[lowest] * bool(scores[k] < 0), self.say("sum", total=written(added))])

    def wording(self, name: str) -> str:
        """That z is near the noun where a word for which French has two forms looks at it, and it is."""
        found, near = super().wording(name), self.looks and float(self.made("after")) < float(self.made("before"))
        return "caption" if name == "mix" and found == "forms" and not near else found

    def aside(self, words: str) -> VGroup:
        """Words in two lines beside a formula that leaves room for them."""
        room = self.rooms_of_mixture()[0].columns(HEAD)[-1]
        return in_two_lines(self.theme, words, WORD, room) if words and self.frame.is_roomy else VGroup()

    def mixture_of(self, name: str, room: Room) -> Mixture:
        """The tokens and what becomes of the followed one, of `averages` or `weighted_sums`."""
        tokens = self.view(f"{SCOPE}.input")
        return mixture(self.theme, self.tokens, tokens, self.made(name), room, "line", peak(tokens), self.focus, False)

    def made(self, name: str) -> View:
        """What becomes of the followed token."""
        return self.view(f"candidates.{name}")[self.spec.block, self.head, self.focus]

    def z_as_bars(self, name: str) -> tuple[VGroup, VGroup, bool]:
        """A band as far as all numbers of the tokens reach, and what it is; z as bars; and whether it leaves the band."""
        return reaching(self.theme, self.view(f"{SCOPE}.input"), self.made(name), self.mixed.z, self.under, self.say("reach"))
