"""Scene 4: the first candidate for the weights, dot products of the tokens themselves, and what speaks against it."""

from manim import VGroup

from scenes.base.scene import step
from scenes.candidates.bench import CandidateScene
from scenes.parts.motion import FLASH, appear, brighten, dim, draw, merge, travel, vanish
from scenes.parts.score_grid import columns, fill
from scenes.parts.shapes import ring


class DotProductWeights(CandidateScene):
    """One dot product, then all of them; three problems, each with its evidence."""

    experiments = ("candidates", "nudged")
    follows = "weighted_average"
    place = "head"

    def opening(self):
        """The tokens with their vectors, and a grid without scores."""
        self.lay_out()
        self.work_now, (self.blanks, *self.question) = self.work_of("token"), self.ask()
        self.words = self.table.words(self.theme, self.tokens, self.work_now.result, self.focus)
        self.add(self.blanks, self.cards, self.vectors, self.letter, self.work_now.result.border, self.words, *self.question)

    def wording(self, name: str) -> str:
        """Of the grid: that each token fits itself best, if it does. What training could change in a later block, which reads no rows of E."""
        if name == "no_parameters":
            return "deeper" if self.spec.block else "caption"
        scores = self.candidate("token").scores.values
        return "itself" if name == "grid" and (scores.diagonal() == scores.max(1)).all() else super().wording(name)

    @step
    def dot_product(self):
        """Two vectors stand one below the other; feature by feature they are multiplied, and the sum falls into its cell."""
        i, j = self.pair
        self.formula, self.pair_now = self.candidate("token").formula(self.theme, self.rooms.maths), self.opened_pair("token")
        cell, sum_ = self.work_now.result.cell(i, j), self.pair_now.total
        self.play(vanish(*self.question), appear(self.formula), dim(*(card for k, card in enumerate(self.cards) if k not in (i, j))))
        for k, row in ((i, self.pair_now.one), (j, self.pair_now.other)):
            self.play(merge(self.vectors.cells[k].copy(), into=row.border, run_time=1.0), appear(row, run_time=1.0))
        self.play(appear(self.pair_now.names, self.pair_now.signs))
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
        self.names, self.legend = self.candidate("token").names_at(self.theme, self.work_now), self.colours()
        self.play(vanish(self.box), brighten(*self.cards))
        self.play(travel(rows, columns(above), run_time=1.4), appear(above.border, above.dots, run_time=1.4), appear(self.names[0], self.legend))
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
        """There is nothing here that training could change. It could change the followed token, but that is the word itself: the score rises, and the
        machine, which reads it all, says something else."""
        card, lines = self.objections[1], self.before_and_after("token")
        self.play(vanish(self.boxes, self.both, self.objections[0]))
        self.play(appear(card.box, card.title, card.evidence))
        self.wait(1)
        self.box, _ = self.both_ways("token")[0]
        self.play(draw(self.box))
        for line in lines:
            self.play(appear(*line, lag=0.3))
        self.work_now = self.turned_to(self.work_nudged("token"))
