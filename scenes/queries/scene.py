"""Scene 6: the third candidate, queries that meet keys (Vaswani et al. 2017, section 3.2.1), and all three side by side."""

from scenes.base.scene import step
from scenes.candidates.bench import CandidateScene
from scenes.parts.motion import appear, dim, draw, travel, vanish
from scenes.parts.score_grid import columns, fill


class Queries(CandidateScene):
    """A query for every token; the grid once more, whose mirror breaks; the three candidates in one picture."""

    experiments = ("candidates",)
    follows = "keys"
    place = "head"

    def opening(self):
        """The second candidate: W_K and the keys, the grid that mirrors itself, two objections struck out."""
        self.lay_out()
        self.stand("keys", struck=(1, 2))
        self.bench_now, self.boxes = self.on_bench("K"), self.both_ways(self.work.result)
        self.add(*self.bench_now.shown, *self.boxes)

    @step
    def query(self):
        """The keys leave the left side; one token meets W_Q, and its query takes the place of its key."""
        keys, self.work = self.work, self.work_of("queries")
        bench = self.on_bench("Q")
        self.reopen("queries", 0, 1)
        self.play(vanish(self.boxes, keys.left.border, keys.left.dots, self.names[1]), dim(keys.result, self.words, self.formula),
                  travel(keys.left.cells.copy(), columns(self.work.above), run_time=1.4), vanish(keys.left.cells))
        self.play(vanish(self.bench_now.matrix, self.bench_now.words[1]))
        self.remove(*self.bench_now.shown)
        self.add(bench.token.cells, bench.words[0])
        self.play(appear(bench.matrix, bench.words[1]), appear(self.objections[1].evidence[1]))
        self.multiply(bench, "Q", 1.8)
        self.play(appear(self.work.left.border, self.work.left.dots))
        self.put_down(bench, self.work.left)
        self.bench_now, self.old = bench, keys.result

    @step
    def grid(self):
        """The other queries; every query meets every key."""
        self.make_the_rest(self.bench_now, self.work.left)
        formula, names = self.formula_of("queries"), self.names_of("queries", self.work)
        self.play(vanish(self.old, self.formula), appear(self.words, self.work.result.border))
        self.play(appear(formula, names[1]))
        self.remove(self.names[0])
        self.add(names[0])
        for motion in fill(self.work, self.focus):
            self.play(motion)
        self.formula, self.names = formula, names
        self.make_whole(*self.bench_now.shown)

    @step
    def mirror(self):
        """The grid turns over its diagonal and is another one; a pair is compared both ways; the last objection falls."""
        self.fold(self.work.result)
        self.compare(self.work.result, self.objections[0])
        self.play(draw(*self.both_ways(self.work.result)))
        self.strike_out(self.objections[0])

    @step
    def three_grids(self):
        """The three grids side by side, on one colour scale."""
        pictures = self.comparison()
        third, rest = self.grids[2], [picture for picture in pictures if picture is not self.grids[2]]
        result = self.work.result
        self.play(vanish(*self.on_stage(result)), vanish(result.numbers, run_time=0.3))
        self.play(travel(result.cells, third.cells), travel(result.border, third.border))
        self.remove(result)
        self.add(third.border, third.cells)
        self.play(appear(third.numbers, run_time=0.4), appear(*rest, lag=0.3))
        self.remove(*self.on_stage())
        self.add(*pictures)
