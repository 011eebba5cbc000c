"""Scene 4: the first candidate for the weights, dot products of the tokens themselves, and what speaks against it."""

from manim import VGroup

from scenes.base.scene import step
from scenes.candidates.bench import CandidateScene
from scenes.parts.motion import appear, brighten, dim, draw, hide, live_dot_product, merge, travel, vanish
from scenes.parts.score_grid import columns, fill, meet


class DotProductWeights(CandidateScene):
    """One dot product, then all of them; three problems, each with its evidence."""

    experiments = ("candidates",)
    follows = "weighted_average"
    place = "head"

    def opening(self):
        """The tokens with their vectors, and a grid without scores."""
        self.lay_out()
        self.border, self.words, *self.question = self.empty_grid()
        self.add(self.cards, self.vectors, self.letter, self.border, self.words, *self.question)

    @step
    def dot_product(self):
        """Two vectors stand one below the other; pair by pair the sum counts; it falls into its cell."""
        i, j = self.pair
        self.work, self.formula, self.objections = self.work_of("tokens"), self.formula_of("tokens"), self.objections_to("tokens")
        (one, other), around, score = self.two_on_bench(i, j)
        hide(*self.objections)
        self.add(*self.objections)
        self.play(vanish(*self.question), appear(self.formula),
                  dim(*(card for k, card in enumerate(self.cards) if k not in (i, j))),
                  dim(*(part for card in self.objections for part in (card.box, card.title))))
        for k, row in ((i, one), (j, other)):
            self.play(travel(VGroup(self.vectors.cells[k].copy()), row.cells, run_time=1.0))
        self.play(appear(around))
        pairs = zip(one.cells[0], other.cells[0], strict=True)
        self.play(live_dot_product(self.theme, one.view, other.view, pairs, score, run_time=4.5))
        cell = self.work.result.cell(i, j)
        flying = score.copy()
        flying.overlay = True             # it starts on the number that stays
        self.play(appear(cell[0]))
        self.play(travel(flying, cell[1], run_time=1.0) if len(cell) > 1 else merge(flying, into=cell))
        self.on_the_bench = [one.cells, other.cells, around, score]

    @step
    def grid(self):
        """Every row meets every column: a row score by score, then the others at once."""
        i, j = self.pair
        rows, above = self.vectors.cells.copy(), self.work.above
        self.names = self.names_of("tokens", self.work)
        self.play(vanish(*self.on_the_bench), brighten(*self.cards))
        self.play(travel(rows, columns(above), run_time=1.4), appear(above.border, above.dots, run_time=1.4))
        self.play(appear(*self.names))
        for motion in fill(self.work, i, skip=j):
            self.play(motion)
        self.make_whole()

    @step
    def symmetric(self):
        """The grid turns over its diagonal and is the same; the first card is held up."""
        self.fold(self.work.result)
        self.compare(self.work.result, self.objections[0])
        self.boxes = self.both_ways(self.work.result)
        self.play(draw(*self.boxes))

    @step
    def no_parameters(self):
        """The rows go into the grid through a gap in which there is nothing."""
        card, picture = self.objections[1], self.work.result
        self.gap = self.empty_slot()
        self.play(vanish(self.boxes), draw(self.gap))
        self.play(*(merge(row, into=line, run_time=1.6) for row, line in zip(self.vectors.cells, picture.cells, strict=True)))
        self.play(brighten(card.box, card.title), appear(card.evidence))

    @step
    def cannot_adapt(self):
        """The same two vectors meet again and again, and their score is the same."""
        i, j = self.pair
        card, cell = self.objections[2], self.work.result.cell(i, j)
        box = self.box_around(self.work.result, i, j)
        self.play(draw(box))
        for seconds in (1.4, 0.9, 0.6):
            self.play(vanish(cell, run_time=0.3))
            self.play(meet(self.work, i, j, seconds))
        self.play(brighten(card.box, card.title), appear(card.evidence), vanish(box))
