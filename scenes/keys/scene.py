"""Scene 5: the second candidate for the weights, dot products of learned keys (Vaswani et al. 2017, section 3.2.1)."""

from manim import Animation

from scenes.base.room import GAP
from scenes.base.scene import step
from scenes.candidates.bench import CandidateScene
from scenes.parts.motion import appear, become, draw, travel, vanish
from scenes.parts.score_grid import columns, fill


class Keys(CandidateScene):
    """A key for every token; the grid again; two objections fall and one stays."""

    experiments = ("candidates",)
    follows = "dot_product_weights"
    place = "head"

    def opening(self):
        """The first candidate, with all that speaks against it, and what is built on E."""
        self.lay_out()
        self.stand("token")
        self.add(self.built_on())

    @step
    def key(self):
        """One token meets W_K, row by row; its key takes the place of its vector; then all the others."""
        self.play(vanish(*self.on_stage(self.cards, self.vectors)))
        self.make("K", "key", 2.4)

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
        """There are numbers to learn; with other ones the same two tokens score otherwise."""
        symmetric, parameters, adapting = self.objections
        self.play(vanish(self.legend), appear(symmetric.box, symmetric.title, self.not_yet(symmetric), parameters, adapting))
        self.strike_out(parameters)
        other, rooms, self.boxes = self.other_head, self.rooms.bench.rows(2, GAP), self.both_ways("key")[0]
        own = self.tried(self.head, rooms[1])
        self.compared = [own]
        self.play(draw(*self.boxes), become(self.matrix.sheet, own.matrix.sheet), travel(self.matrix.title, own.matrix.title), appear(own.score))
        if other is not None:
            self.compared.append(self.tried(other, rooms[0]))
            self.turn_to(other, appear(self.compared[-1]))
            self.turn_to(self.head)
        self.play(vanish(self.boxes))
        self.strike_out(adapting)

    @step
    def still_symmetric(self):
        """The grid turns over its diagonal and is still the same."""
        self.play(vanish(*self.compared))
        self.compare("key")

    def turn_to(self, head: int, *motions: Animation) -> None:
        """The keys are those of another head, and so are their scores."""
        work = self.work_of("key", head)
        self.play(*(become(old, new) for old, new in zip(self.work_now, work, strict=True)), *motions)
        self.work_now = work
