"""Scene 5: the second candidate for the weights, dot products of learned keys (Vaswani et al. 2017, section 3.2.1)."""

from scenes.base.scene import step
from scenes.candidates.bench import CandidateScene
from scenes.parts.motion import appear, become, draw, travel, vanish
from scenes.parts.score_grid import columns, fill


class Keys(CandidateScene):
    """A key for every token; the grid again; one objection falls and one stays."""

    experiments = ("candidates", "nudged")
    follows = "dot_product_weights"
    place = "head"

    def opening(self):
        """The first candidate, with all that speaks against it, and what nudging a token has done to its scores."""
        self.lay_out()
        self.stand("token", nudged=True)
        self.add(*self.before_and_after("token"))

    @step
    def key(self):
        """The token that is to be found meets W_K, row by row; its key takes the place of its vector; then all the others."""
        self.play(vanish(*self.on_stage(self.cards, self.work_now.left)), become(self.work_now.left, self.vectors))
        self.work_now = self.work_of("token")
        self.make("K", "key", self.pair[1], 2.4)

    @step
    def grid(self):
        """The keys stand up above the grid as well, and the grid fills once more."""
        left, above, result = self.work_now
        self.formula, self.names = self.candidate("key").formula(self.theme, self.rooms.maths), self.candidate("key").names_at(self.theme, self.work_now)
        self.objections = self.objections_to("key")
        bench, self.matrix = self.bench_now, self.matrix_of("K", self.rooms.bench)
        self.play(vanish(*self.on_stage(self.cards, left, bench.matrix)), become(bench.matrix.sheet, self.matrix.sheet),
                  travel(bench.matrix.title, self.matrix.title))
        self.legend = self.colours()
        self.play(travel(left.cells.copy(), columns(above)), appear(above.border, above.dots, result.border, self.words, run_time=1.2))
        self.play(appear(self.formula, *self.names, self.legend))
        for motion in fill(self.work_now, self.focus):
            self.play(motion)

    @step
    def adapts(self):
        """There are numbers to learn, which make nothing but these scores: nudged, they let the pair fit."""
        (symmetric, parameters), self.compared = self.objections, self.before_and_after("key")
        self.play(vanish(self.legend), appear(symmetric.box, symmetric.title, self.not_yet(symmetric), parameters))
        self.strike_out(parameters)
        self.box = self.both_ways("key")[0][0]
        self.play(vanish(self.matrix))
        self.play(draw(self.box), appear(self.compared[0]))
        self.play(appear(self.compared[1]))
        self.work_now = self.turned_to(self.work_nudged("key"))

    @step
    def still_symmetric(self):
        """The matrix is as it was; the grid turns over its diagonal and is still the same."""
        self.play(vanish(*self.compared, self.box))
        self.work_now = self.turned_to(self.work_of("key"))
        self.compare("key")
