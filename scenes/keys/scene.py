"""Scene 5: the second candidate for the weights, dot products of learned keys (Vaswani et al. 2017, section 3.2.1)."""

from manim import VGroup

from scenes.base.scene import step
from scenes.candidates.bench import CandidateScene
from scenes.parts.motion import appear, become, dim, draw, travel, vanish
from scenes.parts.score_grid import columns, fill

MOST = 3                                  # other matrices that are tried


class Keys(CandidateScene):
    """A key for every token; the grid again; two objections fall and one stays."""

    experiments = ("candidates",)
    follows = "dot_product_weights"
    place = "head"

    def opening(self):
        """The first candidate, with all that speaks against it, and the gap between the tokens and their scores."""
        self.lay_out()
        self.stand("tokens")
        self.gap = self.empty_slot()
        self.add(self.gap)

    @step
    def key(self):
        """One token meets W_K, row by row; its key lies down in the gap."""
        bench, self.old, self.work = self.on_bench("K"), self.work, self.work_of("keys")
        self.reopen("keys", 0, 1)
        self.play(dim(*self.old[1:], *self.names, self.words, self.formula))
        self.play(travel(VGroup(self.vectors.cells[self.focus].copy()), bench.token.cells, run_time=1.0), appear(bench.words[0]))
        self.play(appear(bench.matrix, bench.words[1]))
        self.multiply(bench, "K", 3.0)
        self.play(travel(self.gap, self.work.left.border, run_time=0.9), appear(self.work.left.dots))
        self.put_down(bench, self.work.left)
        self.bench_now = bench

    @step
    def grid(self):
        """The other keys; all of them stand up above the grid as well; the grid fills once more."""
        left, above, result = self.work
        self.make_the_rest(self.bench_now, left)
        formula, names = self.formula_of("keys"), self.names_of("keys", self.work)
        self.play(vanish(*self.old[1:], self.formula, *self.names), appear(self.words, result.border))
        self.play(travel(left.cells.copy(), columns(above)), appear(above.border, above.dots, run_time=1.2))
        self.play(appear(formula, *names))
        for motion in fill(self.work, self.focus):
            self.play(motion)
        self.formula, self.names = formula, names
        self.make_whole(*self.bench_now.shown)

    @step
    def adapts(self):
        """There are numbers to learn; with other ones the same two tokens score otherwise."""
        _, parameters, adapting = self.objections
        self.play(appear(parameters.evidence[1]))
        self.strike_out(parameters)
        own, box = self.head, self.both_ways(self.work.result)
        others = [head for head in range(self.staging.trace.config.n_heads) if head != own][:MOST]
        self.play(draw(*box))
        for head in (*others, own) if others else ():
            self.turn_to(head)
            self.wait(0.3)
        self.play(vanish(box))
        self.strike_out(adapting)

    @step
    def still_symmetric(self):
        """The grid turns over its diagonal and is still the same."""
        self.fold(self.work.result)
        self.compare(self.work.result, self.objections[0])
        self.play(draw(*self.both_ways(self.work.result)))

    def turn_to(self, head: int) -> None:
        """The matrix is that of another head, and so are the keys and their scores."""
        bench, work = self.on_bench("K", head), self.work_of("keys", head)
        pictures = list(zip((self.bench_now.matrix, *self.work), (bench.matrix, *work), strict=True))
        self.play(*(become(old, new) for old, new in pictures))
        self.bench_now, self.work = self.bench_now._replace(matrix=bench.matrix), work
