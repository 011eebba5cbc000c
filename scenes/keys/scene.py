"""Scene 5: the second candidate for the weights, dot products of learned keys (Vaswani et al. 2017, section 3.2.1)."""

import numpy as np
from manim import VGroup

from model.experiments.alike_keys import ALIKE
from scenes.base.room import TIGHT
from scenes.base.scene import step
from scenes.candidates.bench import CandidateScene
from scenes.parts.alike_keys import AlikeKeys, alike_keys
from scenes.parts.label import in_two_lines
from scenes.parts.motion import SHORT, appear, become, dim, draw, travel, vanish
from scenes.parts.score_grid import columns, fill
from scenes.parts.verdict import EVIDENCE

NOTED = 4, 1                              # heights of a matrix and of a note below it


class Keys(CandidateScene):
    """A key for every token; the grid again; one objection falls and one stays."""

    experiments = ("candidates", "nudged", "alike_keys")
    follows = "dot_product_weights"
    place = "head"

    def wording(self, name: str) -> str:
        """Of the key: that other nouns have it too, if the head looks at the noun and they are shown. Of the trial: whether it has moved the score of
        the pair alone."""
        if name == "key" and not (self.looks and self.others):
            return "caption"
        return "alone" if name == "adapts" and self.is_alone else super().wording(name)

    def opening(self):
        """The first candidate, with all that speaks against it, and what nudging a token has done to its scores."""
        self.lay_out()
        self.stand("token", nudged=True)
        box, _ = self.both_ways("token")[0]
        self.add(box, *self.before_and_after("token"))

    @step
    def key(self):
        """The token that is to be found meets W_K, column by column; its key takes the place of its vector, and those of all other tokens. Then other
        words in its place: before training all keys differ, after it those of a kind are alike."""
        self.play(vanish(*self.on_stage(self.cards, self.work_now.left)), become(self.work_now.left, self.vectors))
        self.work_now = self.work_of("token")
        self.make("K", self.pair[1], 2 * SHORT)
        self.make_all("key", self.pair[1])
        if self.others:
            alike = self.alike()
            self.play(vanish(self.bench_now))
            for appearing in zip(alike.keys, alike.heads, [alike.words, VGroup()]):
                self.play(appear(*appearing))
            self.play(draw(alike.around), appear(alike.said))

    @step
    def grid(self):
        """The keys stand up above the grid as well, and the grid fills once more."""
        left, above, result = self.work_now
        self.formula, self.names = self.candidate("key").formula(self.theme, self.rooms.maths), self.candidate("key").names_at(self.theme, self.work_now)
        self.objections = self.objections_to("key")
        room, foot = self.rooms.bench.rows(NOTED, TIGHT)
        self.matrix = self.matrix_of("K", room)
        self.whose = VGroup(*[in_two_lines(self.theme, self.say("finished"), EVIDENCE, foot, "muted")] * self.staging.trace.config.trained)
        self.play(vanish(*self.on_stage(self.cards, left)), appear(self.matrix, self.whose))
        self.legend = self.colours()
        self.play(travel(left.cells.copy(), columns(above)), appear(above.border, above.dots, result.border, self.words, run_time=1.2))
        self.play(appear(self.formula, *self.names, self.legend))
        for motion in fill(self.work_now, self.focus):
            self.play(motion)

    @step
    def adapts(self):
        """There are numbers to learn, which make nothing but these scores: nudged, they let the pair fit. The matrix makes room for what it becomes."""
        (_, parameters), self.compared = self.objections, self.before_and_after("key")
        (wanted, matrices, *said), (self.boxes, _) = self.compared, self.both_ways("key")
        before, *after = matrices.shown
        self.play(vanish(self.legend), appear(parameters))
        self.strike_out(parameters)
        self.play(vanish(self.whose), become(self.matrix.sheet, before), travel(self.matrix.title, matrices.said))
        self.play(draw(*self.boxes), appear(*wanted, lag=0.3))
        self.play(appear(*after, lag=0.3))
        self.play(dim(*matrices.still))
        for line in said:
            self.play(appear(*line, lag=0.3))
        self.work_now = self.turned_to(self.work_nudged("key"))

    @step
    def still_symmetric(self):
        """The matrix is as it was; the grid turns over its diagonal and is still the same."""
        self.play(vanish(*self.compared, self.boxes))
        self.work_now = self.turned_to(self.work_of("key"))
        self.compare("key")

    @property
    def is_alone(self) -> bool:
        """Whether the trial lets no other score move, as scores are written."""
        before, after = (each.scores.values.round(self.spec.keys["decimals"]) for each in (self.candidate("key"), self.nudged("key")))
        return {*map(tuple, np.argwhere(before != after))} == {self.pair, self.pair[::-1]}

    @property
    def others(self) -> list[str]:
        """The words whose keys are shown in the place of the token, its own first; "" for one that there is not. Nothing if no other is tried."""
        rows = self.view("alike_keys.words")[self.spec.block, self.head, self.pair[1]].values
        return [self.known(row) if row == row else "" for row in rows] if (rows == rows).sum() > 1 else []

    def alike(self) -> AlikeKeys:
        """The keys that these words have in the place of the token, and had there before training, if that is known."""
        at, trained = (self.spec.block, self.head, self.pair[1]), self.staging.trace.config.translates
        heads, kind = ("before", "keys")[not trained :], "words" if not (self.forms and self.looks) else "taught" if self.is_taught else "nouns"
        count = float(self.view("alike_keys.count")[at])
        keys, said = [self.view(f"alike_keys.{name}")[at] for name in heads], [self.say(f"{name}_there") for name in heads]
        return alike_keys(self.theme, self.others, keys, said, ALIKE, self.say(f"alike_{kind}", count=f"{count:.0f}", token=self.tokens[self.focus]),
                          self.rooms.beside(self.table.square, self.stage))
