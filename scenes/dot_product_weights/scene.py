"""Scene 4: the first candidate for the weights, dot products of the tokens themselves, and what speaks against it."""

from manim import VGroup

from scenes.base.scene import step
from scenes.candidates.bench import CandidateScene
from scenes.parts.label import WORD, number, paragraph
from scenes.parts.diagram import cycle
from scenes.parts.motion import FLASH, SLOW, appear, brighten, dim, draw, merge, travel, vanish
from scenes.parts.score_grid import columns, fill
from scenes.parts.shapes import ring
from scenes.base.room import PX, TIGHT

LOUD, LOOP = 230 * PX, 400 * PX          # size of a number; what the loop of training takes at least
TRAINING = (6, 2, 6)                      # of what training does, of what is said of the score, and of a number


class DotProductWeights(CandidateScene):
    """One dot product, then all of them; three problems, each with its evidence."""

    experiments = ("candidates",)
    follows = "weighted_average"
    place = "head"

    def opening(self):
        """The tokens with their vectors, and a grid without scores."""
        self.lay_out()
        self.work_now, (self.blanks, *self.question) = self.work_of("token"), self.ask()
        self.words = self.words_below(self.work_now.result)
        self.add(self.blanks, self.cards, self.vectors, self.letter, self.work_now.result.border, self.words, *self.question)

    def wording(self, name: str) -> str:
        """Of the grid: that each token fits itself best, if it does."""
        scores = self.candidate("token").scores.values
        return "itself" if name == "grid" and (scores.diagonal() == scores.max(1)).all() else super().wording(name)

    @step
    def dot_product(self):
        """Two vectors stand one below the other; feature by feature they are multiplied, and the sum falls into its cell."""
        i, j = self.pair
        self.formula, self.pair_now = self.formula_of("token"), self.opened_pair("token")
        self.legend = self.colours()
        cell, sum_ = self.work_now.result.cell(i, j), self.pair_now.total
        self.play(vanish(*self.question), appear(self.formula), dim(*(card for k, card in enumerate(self.cards) if k not in (i, j))))
        for k, row in ((i, self.pair_now.one), (j, self.pair_now.other)):
            self.play(travel(VGroup(self.vectors.cells[k].copy()), row.cells, run_time=1.0), appear(row.border))
        self.play(appear(self.pair_now.names, self.pair_now.signs, self.pair_now.note, self.legend))
        self.play(self.pair_now.multiply())
        self.play(appear(sum_.cells), draw(self.pair_now.ring), self.pair_now.count(self.theme))
        self.play(travel(sum_.cells[0].copy(), VGroup(cell[0])), appear(*cell[1:], run_time=1.2))
        self.box = ring(self.theme, cell[0])
        self.play(draw(self.box))

    @step
    def grid(self):
        """Every row meets every column: a row score by score, then the others at once."""
        i, j = self.pair
        rows, above = self.vectors.cells.copy(), self.work_now.above
        self.names = self.names_of("token", self.work_now)
        self.play(vanish(self.box), brighten(*self.cards))
        self.play(travel(rows, columns(above), run_time=1.4), appear(above.border, above.dots, run_time=1.4), appear(self.names[0]))
        for motion in fill(self.work_now, i, skip=j):
            self.play(motion)
        self.play(vanish(self.blanks, run_time=FLASH))

    @step
    def symmetric(self):
        """The grid turns over its diagonal and is the same; a pair is compared both ways."""
        self.objections = self.objections_to("token")
        self.play(vanish(self.pair_now, self.legend))
        self.compare("token")

    @step
    def no_parameters(self):
        """What training does, again and again; the rows go into the grid, and there is nothing in between that it could change."""
        card, picture = self.objections[1], self.work_now.result
        upper, middle, lower = self.rooms.bench.rows(TRAINING, TIGHT)
        fits = upper.width > LOOP and upper.height > 2 * WORD
        loop = cycle(self.theme, [self.say(key) for key in ("guess", "compare", "nudge")], upper) if fits else VGroup()
        what = paragraph(self.theme, self.say("to_nudge"), WORD, middle.width, "muted").move_to((middle if loop else upper).centre)
        none = number(self.theme, card.evidence[-1].source, min(LOUD, lower.height), "output", at=lower, decimals=0, weight=600)
        self.play(vanish(self.boxes, self.both), appear(*loop, lag=0.5, run_time=SLOW))
        self.play(*(merge(row, into=line, run_time=1.6) for row, line in zip(self.vectors.cells, picture.cells, strict=True)))
        self.play(appear(none, what, card.box, card.title, card.evidence))
        self.none = VGroup(loop, none, what)

    @step
    def cannot_adapt(self):
        """The same two vectors meet again and again, and their score is the same."""
        card, (self.pair_now, self.box) = self.objections[2], self.repeated()
        self.play(vanish(self.none), appear(self.pair_now), draw(self.box))
        for seconds in (1.4, 0.9, 0.6):
            self.play(self.pair_now.count(self.theme, seconds))
        self.play(appear(card.box, card.title, card.evidence))
