"""Scene 7: what is averaged, tokens or values (Vaswani et al. 2017, section 3.2.1), and how W_Q, W_K and W_V are learned."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, VGroup

from model import View
from model.lexicon import KINDS
from scenes.base.layout import Labelled, left_of
from scenes.base.room import GAP, TIGHT, WIDE, Room
from scenes.base.scene import step
from scenes.candidates.bench import MATRICES, OBJECTIONS, SCOPE, CandidateScene
from scenes.parts.bars import bars, floor, largest, signed_bars
from scenes.parts.chart import area, curve
from scenes.parts.derivation import FORMULA, NAME, projected
from scenes.parts.equation import equation
from scenes.parts.dot_plot import DotPlot, Told, dot_plots
from scenes.parts.heat_map import heat_map, peak
from scenes.parts.label import WORD, text, words_at, words_in
from scenes.parts.mixture import mixture, sum_of
from scenes.parts.motion import BLINK, BRIEF, SHORT, SLOW, STEADY, Together, appear, become, draw, merge, travel, vanish
from scenes.parts.product import Factor, product
from scenes.parts.readout import counted, guess_among, readout
from scenes.parts.shapes import ring, room_of
from scenes.parts.training import dot, loss_curve
from scenes.parts.verdict import EVIDENCE

SHARES, LOW = (3, 2), (4, 1)              # of a chart and what is beside it, or of one and the matrices below it
TOLD, CLOSELY = (1, 6, 6), (1, 3, 3)      # heights of what is said of the words, and of both plots; where that needs two lines
ENDS, FEW = 5, 3                          # words that are shown at either end of a feature, and in a frame that is not wide


class Values(CandidateScene):
    """The tokens as what is averaged, and what speaks against it; values instead; the matrices being learned; and what learners ask."""

    experiments = ("candidates", "exponentials", "surprise", "query_key", "features", "told")
    follows = "queries"
    needs = {"told": "output: decoder"}
    sparse = {"mix_tokens": "16 numbers side by side are slim in a high frame, and z stands apart from what is mixed",
              "told": "dots on two lines, which leave free what is above and below them, so that it is seen how they lie",
              "learned": "one curve, which falls at once, and the three matrices below it",
              "no_idea": "a curve that falls so soon leaves free what is above it"}
    place = "head"

    def wording(self, name: str) -> str:
        """Of the forms of “black”: that its noun is found, if it is, and that one number of z tells them, if it does."""
        if name not in ("mix_tokens", "told"):
            return super().wording(name)
        holds = self.tokens[self.focus] == "black" and (self.looks if name == "mix_tokens" else self.telling is not None)
        return super().wording(name) if holds else "caption"

    def opening(self):
        """The third candidate: its grid, a pair both ways, all objections struck out."""
        self.lay_out()
        self.stand("query", struck=range(len(OBJECTIONS)))
        self.add(*(part for both in self.both_ways("query") for part in both))

    @step
    def mix_tokens(self):
        """A row of the grid gives the weights, through softmax; they mix the tokens as they are, most of all the one that is ringed."""
        mixed, tokens = self.view("candidates.averages")[self.spec.block, self.head, self.focus], self.view(f"{SCOPE}.input")
        self.mixed = mixture(self.theme, self.tokens, tokens, mixed, self.stage, "line", peak(tokens), self.focus)
        scores, card = self.work_now.result.row(self.focus), self.cards[self.focus]
        self.weighed = self.weights_at(self.mixed)
        row, room = room_of(scores), self.rooms.picture
        said = words_in(self.theme, self.say("become"), WORD, room.level(row.bottom - WIDE if row.bottom - WIDE - WORD > room.bottom else row.top + WIDE))
        self.play(vanish(*self.on_stage(scores, card)), appear(said, run_time=STEADY))
        self.play(*(merge(cell, into=ground) for cell, ground in zip(scores[0], self.weighed.grounds)), vanish(scores, said, card),
                  appear(self.weighed, self.mixed.cards, run_time=STEADY))
        most = int(self.view(f"{SCOPE}.weights")[self.head, self.focus].values.argmax())
        self.play(appear(self.mixed.vectors, self.mixed.z.border, self.mixed.letter))
        self.play(draw(ring(self.theme, self.mixed.vectors.cells[most])))
        self.play(self.pour_into_z())

    @step
    def mix_values(self):
        """Every token meets W_V, which lets fewer numbers through; the same weights mix the values."""
        values, old, weighed = self.view(f"{SCOPE}.value")[self.head], self.mixed, self.weighed
        z, config = self.view(f"{SCOPE}.heads")[self.head, self.focus], self.staging.trace.config
        self.mixed = mixture(self.theme, self.tokens, values, z, self.rooms.picture, "value", peak(values), self.focus)
        self.weighed, self.matrix = self.weights_at(self.mixed), self.matrix_of("V", self.rooms.bench)
        formula, (line, foot) = sum_of(self.theme, "v_j", "value", self.rooms.maths), self.rooms.verdict.rows(2, TIGHT)
        said = [words_in(self.theme, self.say("fewer", count=config.d_model, others=config.d_k), WORD, line),
                words_in(self.theme, self.say("ringed", one=self.forms[0], other=self.forms[1]), WORD, foot) if self.telling is not None else
                counted(self.theme, self.say("to_learn"), self.view("candidates.value_parameters"), foot, self.frame.is_roomy, 0)]
        made, view = self.mixed.vectors, old.vectors.view
        tokens = heat_map(self.theme, view, room_of(made.border), scale=peak(view))
        self.play(vanish(*self.on_stage(old.vectors, old.cards, weighed)))
        self.play(become(old.vectors, tokens, SLOW), vanish(old.cards), travel(weighed, self.weighed))
        self.play(appear(self.mixed.cards, self.matrix))
        self.play(travel(tokens.border, made.border), vanish(tokens.dots), *(
            Together(merge(row, into=self.matrix.sheet.border), vanish(row), appear(made.row(k))) for k, row in enumerate(tokens.cells)))
        self.play(appear(formula, said[0], self.mixed.z.border, self.mixed.letter))
        self.play(self.pour_into_z())
        self.play(draw(*self.ringed(self.matrix.sheet, made, self.mixed.z)), appear(said[1]))

    @step
    def told(self):
        """Other words in the place of the one that is looked at, as dots on the axis of one number of z, and of one of their keys: how well a cut
        tells the form that the translation needs. The word itself comes first, with the number that is ringed."""
        head, *rooms = self.stage.rows(TOLD if self.frame.is_roomy else CLOSELY, GAP)
        plots = self.plots(rooms)
        count, token = int(self.of_told("count").values), self.tokens[int(self.of_told("looked").values)]
        kind = ["", *KINDS][int(self.of_told("kind").values) + 1] if len(self.told_forms) else ""
        one, other = self.told_forms or ("", "")
        said = self.say(f"tried_{kind}" if kind else "tried", count=count, focus=self.tokens[self.focus], token=token, one=one, other=other)
        column = self.mixed.z.column(self.telling)
        ringed = [ring(self.theme, room_of(said[-1], TIGHT / 2)) for (_, said), _ in zip(plots[0].names, column)]
        self.play(vanish(*self.on_stage()), appear(words_in(self.theme, said, WORD, head), plots[0].title, plots[0].line),
                  *(merge(column, into=around) for around in ringed))
        for plot in plots:
            self.play(appear(plot.title, plot.line, run_time=BLINK))
            self.play(appear(*plot.first, *plot.names, *ringed * (plot is plots[0]), lag=0.3, run_time=SHORT))
            self.play(appear(*plot.others, lag=0.06, run_time=BRIEF))
            self.play(draw(*plot.cut, run_time=SHORT), appear(plot.right))

    @step
    def learned(self):
        """The loss falls while the three matrices change; untrained ones are only shown beside what they are for."""
        wide = self.stage.is_wide
        left, right = self.stage.columns(SHARES, WIDE) if wide else self.stage.rows(LOW, GAP)
        self.places, trained = right.rows(3, GAP) if wide else right.columns(3, GAP), self.staging.trace.has_training_record
        now = [self.matrix_at(letter, room, 0 if trained else None) for letter, room in zip(MATRICES, self.places)]
        self.play(vanish(*self.on_stage()), appear(*now))
        if trained:
            self.train(left.inset(GAP, WIDE).trim(bottom=WIDE, top=GAP), now)
        else:
            lines = [left.level(room.centre[1]) for room in self.places] if wide else left.trim(top=GAP).rows(3)
            uses = [projected(self.theme, letter, role, line) for (letter, role), line in zip(MATRICES.items(), lines)]
            self.play(appear(*uses, lag=0.5))

    @step
    def no_idea(self):
        """What a loss means: surprise at the right word, little if it was thought likely, much if it was one of many."""
        recorded = self.staging.trace.has_training_record
        left, right = self.stage.split(SHARES, WIDE) if recorded else (self.stage, None)
        room, losses = left.inset(WIDE, WIDE), self.view("surprise.losses")
        line = curve(self.theme, losses, room, "output", 0, largest(losses), width=5)
        named_ = [text(self.theme, self.say("surprise"), WORD, "output", at=room.outside(top=WIDE), align=-1),
                  text(self.theme, self.say("chance"), WORD, "muted", at=room.outside(bottom=WIDE), align=1)]
        self.play(vanish(*self.on_stage()), appear(floor(self.theme, room), *named_), draw(line, run_time=1.5))
        self.play(appear(area(self.theme, line, room, "output")))
        if recorded:
            readings = (("no_idea", "words", "at_first"), ("last", "last_perplexity", "at_last"))
            for place, (loss, among, key) in zip(right.rows(2, GAP), readings, strict=True):
                value, said = self.view(f"surprise.{loss}"), (self.say(key), self.say("words"))
                place_on = dot(self.theme, room.left + room.width * float(np.exp(-value.values)), room.bottom + float(value) * line.unit)
                self.play(appear(place_on, *guess_among(self.theme, value, self.view(f"surprise.{among}"), said, place)))

    @step
    def two_matrices(self):
        """W_Q and W_K meet in one matrix, which does something in d_k directions only."""
        d_k, way = self.staging.trace.config.d_k, self.view("query_key.parameters")
        columns = slice(self.head * d_k, (self.head + 1) * d_k)
        w_q, w_k = (self.view(f"weights.{SCOPE}.W_{letter}")[:, columns] for letter in "QK")
        whole = self.view("query_key.matrices")[self.spec.block, self.head]
        left, right = self.stage.split(SHARES, WIDE)
        work = product(self.theme, Factor(w_q, "query"), Factor(w_k.T, "key"), Factor(whole, "line"), left.trim(left=NAME), digits=False)
        names = [left_of(equation(self.theme, maths, size=min(FORMULA, work.above.height), role=role), picture.border) for maths, role, picture in (
            ("W_Q", "query", work.left), ("W_K^T", "key", work.above))]
        self.play(vanish(*self.on_stage()), appear(work.left, work.above, *names))
        self.play(appear(work.result, run_time=1.5))
        foot = WIDE if self.stage.is_wide else 2 * TIGHT
        top, bottom = right.rows(2, WIDE if self.stage.is_wide else TIGHT)
        values = self.view("query_key.singular_values")[self.spec.block, self.head]
        self.play(appear(*bars(self.theme, values, top.trim(bottom=foot), "output", largest(values)), lag=0.1),
                  appear(floor(self.theme, top.trim(bottom=foot)),
                         text(self.theme, self.say("directions"), WORD, "muted", at=top.strip(bottom=foot))))
        for place, count, key in zip(bottom.columns(2, GAP), way, ("two", "one")):
            self.play(appear(*readout(self.theme, count, self.say(key), place, decimals=0)))

    @step
    def feature(self):
        """The words of the vocabulary, sorted by one of their numbers."""
        which = int(self.view("features.widest").values)
        order, values = (self.view(f"features.{name}")[which] for name in ("order", "values"))
        n = len(order)
        ends = ENDS if self.stage.is_wide else FEW
        kept = sorted({*range(min(ends, n)), *range(max(0, n - ends), n)})
        self.play(vanish(*self.on_stage()))
        places = self.stage.columns(len(kept), TIGHT)
        said = words_at(self.theme, [self.known(order.values[k]) for k in kept], [place.strip(bottom=WIDE).centre[:2] for place in places],
                        WORD, places[0].width, align=0)
        for place, k, word in zip(places, kept, said, strict=True):
            bar = signed_bars(self.theme, values[k : k + 1], place.trim(bottom=WIDE), None, largest(values))
            self.play(appear(bar, word, run_time=0.3))

    def pour_into_z(self) -> Animation:
        """What is mixed sinks into z, whose numbers are rounded: what is shown does not quite add up to them."""
        z, place = self.mixed.z, self.mixed.places[-1]
        rounded = [text(self.theme, self.say("rounded"), EVIDENCE, "muted", at=place, align=1, width=place.width)] * bool(z.digits)
        return Together(self.mixed.pour(), appear(z.cells, z.numbers, z.dots, *rounded, run_time=2.0))

    def train(self, room: Room, now: list) -> None:
        """The curve of the loss is drawn up to one checkpoint after the other, and the matrices keep up with it."""
        steps, loss = self.view("training.steps"), self.view("training.loss")
        chart = loss_curve(self.theme, loss, steps, (self.say("loss"), self.say("updates")), room)
        self.play(appear(*chart.frame, chart.marks[0]))
        for k, (piece, under) in enumerate(zip(chart.pieces, chart.areas, strict=True), 1):
            then = [self.matrix_at(letter, place, k) for letter, place in zip(MATRICES, self.places)]
            changes = [travel(old.sheet.cells, new.sheet.cells, run_time=5 / 2**k) for old, new in zip(now, then, strict=True)]
            self.play(draw(piece, run_time=5 / 2**k), *changes)
            self.play(appear(under, chart.marks[k], run_time=BRIEF))
            now = then

    def matrix_at(self, letter: str, room: Room, checkpoint: int | None):
        """The shown head's part of a matrix (d_model, d_k), as it was at a checkpoint of the training, or as it is."""
        picture = self.matrix_of(letter, room)
        if checkpoint is None:
            return picture
        d_k = self.staging.trace.config.d_k
        whole = self.view(f"training.W_{letter}")[:, self.spec.block, :, self.head * d_k : (self.head + 1) * d_k]
        sheet = heat_map(self.theme, whole[checkpoint], room_of(picture.sheet.border), MATRICES[letter], scale=peak(whole),
                         grid=picture.sheet.grid)
        return Labelled(sheet, picture.title, VGroup(), VGroup())

    def plots(self, rooms: Sequence[Room]) -> list[DotPlot]:
        """The words on the axes of a number of z and of one of their keys: named are the word itself, and that of the other form next to it."""
        count, names = int(self.of_told("count").values), self.told_forms
        rows, kinds = (self.of_told(name).values[:count] for name in ("words", "said"))
        words = [self.known(row) for row in rows]
        key, z = (Told(self.of_told("numbers")[side, :count], kinds, *(self.of_told(name)[side] for name in ("cuts", "above")), {}) for side in range(2))
        own = [k for k, word in enumerate(words) if word == self.tokens[int(self.of_told("looked").values)]]
        named = {k: words[k] for k in (*own, *(key.opposite(k) for k in own)) if k is not None}
        titles = [self.say(f"by_{side}", number=int(self.of_told("features").values[k]) + 1, guess=f"{float(self.of_told('guess')):.0f}",
                           token=self.tokens[self.focus]) for k, side in enumerate(("best" if names else "key", "z"))]
        right = [self.say("right_by_cut" if self.stage.is_wide else "right", right=f"{float(n):.0f}", count=count) for n in self.of_told("right")]
        return dot_plots(self.theme, [each._replace(named=named) for each in (z, key)], titles[::-1], right[::-1], names, rooms)
