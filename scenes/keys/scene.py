"""Scene 5: the second candidate for the weights, dot products of learned keys (Vaswani et al. 2017, section 3.2.1)."""

from scenes.base.scene import step
from scenes.candidates.bench import SCOPE, CandidateScene
from scenes.parts.alike_keys import AlikeKey, alike_keys
from scenes.parts.motion import SHORT, appear, become, draw, travel, vanish
from scenes.parts.score_grid import columns, fill



class Keys(CandidateScene):
    """A key for every token; the grid again; one objection falls and one stays."""

    experiments = ("candidates", "nudged", "alike_keys")
    follows = "dot_product_weights"
    place = "head"

    def wording(self, name: str) -> str:
        """Of the key: that other nouns have it too, if the head looks at the noun and they are shown."""
        return "caption" if name == "key" and not (self.looks and self.has_others) else super().wording(name)

    def opening(self):
        """The first candidate, with all that speaks against it, and what nudging a token has done to its scores."""
        self.lay_out()
        self.stand("token", nudged=True)
        box, _ = self.both_ways("token")[0]
        self.add(box, *self.training(), *self.before_and_after("token"))

    @step
    def key(self):
        """The token that is to be found meets W_K, column by column; other words in its place have keys that are alike, and
        one has not. Then its key takes the place of its vector, and those of all other tokens."""
        self.play(vanish(*self.on_stage(self.cards, self.work_now.left)), become(self.work_now.left, self.vectors))
        self.work_now = self.work_of("token")
        self.make("K", self.pair[1], 2 * SHORT, self.view("alike_keys.words").shape[-1] * self.has_others)
        self.alike = self.others()
        for key in self.alike:
            self.play(appear(*key))
        self.make_all("key", self.pair[1])

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
        (_, parameters), self.compared = self.objections, self.before_and_after("key")
        self.play(vanish(self.legend), appear(parameters))
        self.strike_out(parameters)
        self.box = self.both_ways("key")[0][0]
        self.play(vanish(self.matrix))
        self.play(draw(self.box), appear(*self.compared[0], lag=0.3))
        for line in self.compared[1:]:
            self.play(appear(*line, lag=0.3))
        self.work_now = self.turned_to(self.work_nudged("key"))

    @step
    def still_symmetric(self):
        """The matrix is as it was; the grid turns over its diagonal and is still the same."""
        self.play(vanish(*self.compared, self.box))
        self.work_now = self.turned_to(self.work_of("key"))
        self.compare("key")

    @property
    def has_others(self) -> bool:
        """Whether there are other words to be put in the place of the token, and room for their keys."""
        return self.view("alike_keys.words").shape[-1] > 1 and self.frame.is_roomy

    def others(self) -> list[AlikeKey]:
        """The keys that other words have in the place of the token: of all that are alike the one that is least so, and the one that is least of all."""
        if not self.has_others:
            return []
        words, keys, count = (self.view(f"alike_keys.{name}")[self.spec.block, self.head, self.pair[1]] for name in ("words", "keys", "count"))
        names, kind = [self.known(row) for row in words.values], "noun" if self.forms and self.looks else "word"
        said = [self.say(key, word=word, count=f"{float(count):.0f}") for key, word in zip((f"least_{kind}", "least_alike"), names, strict=True)]
        return alike_keys(self.theme, self.bench_now.made, keys, said, self.view(f"{SCOPE}.key")[self.head], self.bench_now.below)
