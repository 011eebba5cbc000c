"""Scene 6: the third candidate, queries that meet keys (Vaswani et al. 2017, section 3.2.1), and all three side by side."""

from manim import VGroup

from scenes.base.scene import step
from scenes.candidates.bench import CandidateScene
from scenes.parts.motion import SLOW, appear, draw, travel, vanish
from scenes.parts.score_grid import fill
from scenes.parts.shapes import ring


class Queries(CandidateScene):
    """A query for every token; the grid once more, whose mirror breaks; the three candidates in one picture."""

    experiments = ("candidates",)
    follows = "keys"
    place = "head"

    def opening(self):
        """The second candidate: the grid that mirrors itself, a pair both ways, one objection struck out."""
        self.lay_out()
        self.stand("key", struck=(1,))
        self.boxes, self.both = self.both_ways("key")
        self.add(*self.boxes, *self.both)

    def wording(self, name: str) -> str:
        """Whether the head that is shown looks at the noun, away from the token itself, and whether training told it to."""
        (i, j), scores, found = self.pair, self.candidate("query").scores.values, super().wording(name)
        if not (self.forms and self.looks):
            return found
        away, taught = "away" if scores[i, j] > scores[i, i] else found, "taught" if self.is_taught else found
        return {"grid": away, "mirror": taught}.get(name, found)

    @step
    def query(self):
        """The keys at the left make room; one token meets W_Q; its query takes the place of its own; then all the others."""
        left, above, _ = self.work_now
        self.play(vanish(*self.on_stage(self.cards, left, above, self.names[0])))
        self.make("Q", self.focus, SLOW)
        self.make_all("query", self.focus)

    @step
    def grid(self):
        """Every query meets every key; the dot product of a query and a key is opened; what was struck out for keys is for these too."""
        self.formula, names = self.candidate("query").formula(self.theme, self.rooms.maths), self.candidate("query").names_at(self.theme, self.work_now)
        self.objections = self.objections_to("query")
        _, *others = self.objections
        self.play(vanish(self.bench_now))
        self.play(appear(*others), appear(self.words, self.work_now.result.border, self.formula, names[1]))
        self.strike_out(*others)
        for motion in fill(self.work_now, self.focus):
            self.play(motion)
        (i, j), self.pair_now = self.pair, self.opened_pair("query")
        self.names, self.box = names, ring(self.theme, self.work_now.result.cells[i][j])
        self.play(appear(self.pair_now), draw(self.box))
        self.play(self.pair_now.count(self.theme, SLOW))

    @step
    def mirror(self):
        """The grid turns over its diagonal and is another one; a pair is compared both ways; the last objection falls."""
        self.play(vanish(self.pair_now, self.box))
        self.compare("query")
        self.strike_out(self.objections[0])

    @step
    def three_grids(self):
        """The three grids side by side, on one colour scale."""
        three, result = self.comparison(), self.work_now.result
        *others, third = three.grids
        self.play(vanish(*self.on_stage(result)), vanish(result.numbers, run_time=0.3))
        self.play(travel(result.cells, third.cells), travel(result.border, third.border))
        self.play(appear(third.numbers, run_time=0.4), appear(*others, *map(VGroup, three.formulas, three.gaps), three.words, lag=0.3))
