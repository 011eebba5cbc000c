"""Scene 14: what tells a Transformer the order of words (Vaswani et al. 2017, section 3.5)."""

from collections.abc import Sequence

from manim import VGroup

from scenes.base.layout import line_of, stacked
from scenes.base.room import BESIDE, GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.angles import Angles, angles
from scenes.parts.bar_sums import BarSum, BarSums, bar_sums
from scenes.parts.bars import largest
from scenes.parts.by_depth import by_depth
from scenes.parts.count_added import count_added
from scenes.parts.heat_map import peak
from scenes.parts.label import WORD, number, paragraph, text
from scenes.parts.motion import BLINK, BRIEF, LONG, STEADY, Together, appear, become, draw, travel, vanish
from scenes.parts.network import rise
from scenes.parts.numbered_table import numbered_table
from scenes.parts.overlay import Overlay, overlay
from scenes.parts.placed import Placed, Summed, placed
from scenes.parts.readout import named_value, proclaimed
from scenes.parts.shuffle import shuffle
from scenes.parts.turn import turns
from scenes.parts.two_runs import Reordered, two_runs, wire
from scenes.parts.wave_cuts import WaveCuts, wave_cuts
from scenes.parts.wave_notes import wave_notes
from scenes.parts.widths import Way, widths

LARGE, HUGE = 60 * PX, 110 * PX           # em sizes
CELLS = 8                                 # features of a sum that are shown at most
RUNS = 5, 40, 12                          # heights of what is said of two runs, of these, and of what they show
FIRST, SHIFT = (0, 5), 2                  # from which positions circles are turned, and by how many
WAVES = 24, 20, 16                        # widths: of waves, of the table, and of what there is to say


class PositionalEncoding(ExplainerScene):
    """The shuffle without positions, the plain count, the waves, how they are added and carried, the shuffle with them, and learned ones."""

    experiments = ("shuffling", "waves", "rotation", "orthogonality", "embedding_scale", "probe")
    sparse = {"appended": "areas are as their counts: in a room of the same size one is a quarter of the other"}
    needs = {"scaled": "embedding: scaled and positional: sinusoidal | learned", "addition": "embedding: scaled",
             "appended": "embedding: scaled", "angles": "embedding: scaled"}

    @step
    def shuffle(self):
        """Without positions: a run, and another of the same tokens at other places; lines join the same vectors of both."""
        head, body, foot = self.stage.rows(RUNS, TIGHT)
        name, without = self.say("encoder"), self.say("bare")
        if not self.frame.is_roomy:       # a box is too narrow for its name
            name, without = "", f"{name} · {without}"
        shuffled = Reordered(self.tokens, self.focus, self._places, self.view("embeddings"), self.view("shuffling.bare"), self.view("shuffling.bare_shuffled"))
        runs = two_runs(self.theme, shuffled, name, without, (head, body), self.frame.is_slim)
        self.open_with(runs.around, runs.first.cards)
        for run in (runs.first, runs.second):
            if run is runs.second:
                self.play(appear(*run.cards, lag=0.3))
            self.play(appear(run.rows))
            self.play(appear(run.machine), wire(self.theme, run.rows or run.cards, run.machine.box))
            self.play(wire(self.theme, run.machine.box, run.made.border), appear(run.made))
        self.play(draw(*runs.links, lag=0.3))
        measured, *so = foot.columns(1 + self.frame.is_roomy, WIDE)
        self.play(appear(named_value(self.theme, self.say("difference"), self.view("shuffling.bare_difference"), measured, HUGE)))
        self.play(*(appear(paragraph(self.theme, self.say("so"), WORD, room.width).move_to(room.centre)) for room in so))

    @step
    def count(self):
        """The number of a place, added to the numbers of the followed word: further on another word is nearer to the sum."""
        counts, found = [self.view("waves.count")[p] for p in self._cuts], self.view("waves.counted")[self.focus].values
        scaled = self.staging.trace.config.embedding == "scaled"
        row, factor = self.view("scaled_embeddings" if scaled else "embeddings")[self.focus], f" (× {self._factor})" * scaled
        names = [self.say("alone", token=self.tokens[self.focus], factor=factor), *(self.say("counted", place=p) for p in self._cuts)]
        nearest = [self.tokens[self.focus], *(self.known(found[p]) for p in self._cuts)]
        drawn = count_added(self.theme, row, counts, names, 1 if self.frame.is_roomy else 3, nearest, self.say("nearest_word"), self.stage)
        self.open_with(drawn.names[0], drawn.word, drawn.floors, drawn.nearest[0])
        for pillar, total, name, word in zip(drawn.pillars, drawn.sums, drawn.names[1:], drawn.nearest[1:], strict=True):
            self.play(appear(name), rise([pillar], pillar.get_bottom()), travel(drawn.word.copy(), total, run_time=STEADY))
            self.play(appear(word, run_time=BLINK))
        notes = [paragraph(self.theme, self.say(key), WORD, drawn.free.width, role) for key, role in (("smaller", "text"), ("from_zero", "muted"))]
        note = stacked(*notes[: 1 + self.frame.is_roomy], gap=GAP, at=drawn.free)
        self.play(appear(*[note] * bool(note.height <= drawn.free.height)))

    @step
    def waves(self):
        """Every dimension is a wave: the cut through all of them at a place is its vector. What one wave confuses another tells apart."""
        waves, (alike, told) = self._waves()
        self.open_with(waves.around, waves.axis, waves.table.border, waves.counts, *(cut.line for cut in waves.cuts))
        first, *rest = range(len(waves.curves))
        for rows, notes in (([first], [alike]), (rest, [told, waves.table.dots])):
            self.play(appear(*(waves.levels[i] for i in rows)), draw(*(waves.curves[i] for i in rows), lag=0.15))
            dots = [[cut.dots[i] for cut in waves.cuts] for i in rows]
            self.play(appear(*sum(dots, [])), *(travel(VGroup(*row).copy(), waves.table.cells[i]) for row, i in zip(dots, rows, strict=True)))
            self.play(appear(*(numbers for i in rows for numbers in waves.table.numbers[i : i + 1]), *notes))

    @step
    def rotation(self):
        """A shift turns every circle by an angle of its own, the same from wherever it starts."""
        circles, angles = self.view("rotation.circles"), self.view("rotation.angles")
        said = [*(self.say("turned", place=p, other=p + SHIFT) for p in FIRST), self.say("angle")]
        pairs = [(circles[p], circles[p + SHIFT]) for p in FIRST]
        self.turned = turns(self.theme, pairs, angles[SHIFT], said, self.stage)
        begun = (VGroup(each.circle, each.spokes[0], each.start) for row in self.turned.rows for each in row)
        self.play(vanish(*self.on_stage()), appear(*self.turned.names, *begun))
        for row in self.turned.rows:
            self.play(*(travel(VGroup(each.spokes[0].copy(), each.start.copy()), VGroup(each.spokes[1], each.end), -each.angle, LONG)
                        for each in row))
        self.play(appear(*self.turned.degrees, lag=0.3))

    @step
    def scaled(self):
        """The row as it is and times the root of its width; to both the position is added. In one sum it drowns the word."""
        labels, (plain, larger) = self._sums()
        self.open_with(labels[0], plain.panel, plain.title, plain.unit, plain.features[0], plain.sizes[0])
        for k, label in enumerate(labels[1:-1], 1):
            self.play(appear(label, plain.features[k], *plain.sizes[k : k + 1]))
        self.play(appear(labels[-1], *plain.nearest))
        self.play(appear(larger.panel, larger.title, larger.unit), travel(plain.features[0].copy(), larger.features[0], run_time=STEADY))
        self.play(appear(larger.sizes[0]))
        self.play(appear(*larger.features[1:], *larger.sizes[1:], lag=0.3))
        self.play(appear(*larger.nearest))

    @step
    def addition(self):
        """A row of E is scaled and the position added, cell by cell, before the first block and nowhere else: at another place the same
        word has another x."""
        halves, (foot, last) = self._halves(), self.stage.strip(bottom=LARGE + WIDE).rows(2, TIGHT)
        self.open_with(*(half.cards for half in halves))
        self.play(*(appear(VGroup(half.before, half.name)) for half in halves))
        self.play(appear(self._louder(foot)))
        scaled, *others = zip(*(zip(half.parts, half.names) for half in halves))
        self.play(*(become(half.before, row) for half, (row, _) in zip(halves, scaled, strict=True)),
                  *(Together(vanish(half.name), appear(name)) for half, (_, name) in zip(halves, scaled, strict=True)))
        for parts in others:
            self.play(appear(*(VGroup(row, name) for row, name in parts)))
        self.play(appear(*(VGroup(half.total.border, half.total.dots, half.names[-1]) for half in halves)))
        first, *rest = (Together(*(half.add_cell(j, STEADY if j == 0 else BRIEF) for half in halves)) for j in range(len(halves[0].total.cells[0])))
        self.play(first)
        self.play(Together(*rest, lag=0.5))
        if len(halves) > 1:
            self.play(appear(named_value(self.theme, self.say("apart"), self.view("shuffling.apart")[self.focus], last, LARGE)))

    @step
    def appended(self):
        """Beside the sum: word and position one after the other, and what that would cost in a block's matrices."""
        self.play(vanish(*self.on_stage()))
        words, counts = self.view("scaled_embeddings"), self.view("orthogonality.parameters")
        places = self.view("waves.table" if self._kind == "none" else "positions")
        ways = [Way(self.say("added"), [self.view("encoder.0.input")[self.focus]], counts[0], "output"),
                Way(self.say("appended"), [words[self.focus], places[self.focus]], counts[1], "line")]
        rooms = self._rooms([1, 2] if self.stage.is_wide else 2, WIDE)
        for picture in widths(self.theme, ways, peak(words, places), self.say("numbers"), rooms, self.frame.is_roomy):
            self.play(appear(picture.title, picture.sheets))
            self.play(appear(picture.area, picture.count))

    @step
    def angles(self):
        """The angles between words and positions, and of directions drawn by chance; how often the sum is still nearest to its word."""
        left, right = self.stage.split([3, 2] if self.stage.is_wide else [3, 1], WIDE)
        self.play(vanish(*self.on_stage()))
        for picture in self._spreads(left):
            self.play(appear(picture.around), rise([picture.shares], picture.shares.get_bottom(), run_time=1.0))
        if self._kind != "none":
            self.play(appear(proclaimed(self.theme, self.view("embedding_scale.found")[1], self.say("found"), right)))

    @step
    def carried(self):
        """How much of the position can be read before the first block and after each: as it is, and if one way is closed to it."""
        self.play(vanish(*self.on_stage()))
        depths = [self.say("before"), *(f"{k + 1}" for k in range(self.staging.trace.config.n_blocks))]
        for key, room in zip(("readable", "by_residual", "by_sublayers"), self._rooms(3, GAP), strict=True):
            picture = by_depth(self.theme, self.say(key), self.view(f"probe.{key}"), depths, room, 1 if self.frame.is_roomy else 3)
            self.play(appear(picture.around))
            self.play(rise(picture.shares, picture.shares.get_bottom(), lag=0.2, run_time=0.5), appear(*picture.values, lag=0.2))

    @step
    def order_counts(self):
        """The same shuffle without positions and with them: the features after it are drawn over those before."""
        overlays = self._overlays()
        self.play(vanish(*self.on_stage()), appear(*(VGroup(each.panel, each.title, each.rows) for each in overlays)))
        self.play(*(shuffle(each.rows, self._places, each.pitch, run_time=2.4) for each in overlays))
        self.play(appear(*(each.after for each in overlays), run_time=1.2))
        bars, values = ([each.differences[i][k] for each in overlays for i in range(len(self.tokens))] for k in range(2))
        self.play(*(rise([bar], bar.get_bottom()) for bar in bars))
        self.play(appear(*values))

    @step
    def learned(self):
        """A table of positions that is learned like all other weights, beside the one that is computed."""
        self.play(vanish(*self.on_stage()))
        learned = ("weights.positions", "own") if self._kind == "learned" else ("waves.learned", "untrained")
        computed = "waves.table", "own" if self._kind == "sinusoidal" else "paper"
        for kind, (name, key), room in zip(("sinusoidal", "learned"), (computed, learned), self._rooms(2, WIDE), strict=True):
            said, role = (self.say(kind), self.say(key)), "output" if kind == self._kind else "line"
            table = numbered_table(self.theme, self.view(name), said, role, room, self.frame.is_roomy)
            self.play(appear(table.words, table.numbers))
            self.play(appear(*map(table.sheet.row, range(len(table.sheet.cells))), lag=0.1), appear(table.sheet.border, table.sheet.dots))

    def wording(self, name: str) -> str:
        """A single word cannot be shuffled, what positions do depends on which there are, and what is left of them on the weights."""
        if len(self.tokens) == 1 and name in ("shuffle", "addition", "order_counts"):
            return "single"
        if name == "scaled":
            word, position = (float(self.view(f"embedding_scale.{name}")[self.focus]) for name in ("word", "position"))
            return "caption" if position > word else "smaller"
        if name == "count":
            found = self.view("waves.counted")[self.focus].values
            return "caption" if found[self._cuts[-1]] != found[0] else "kept"
        config = self.staging.trace.config
        return "untrained" if name == "carried" and self._kind != "none" and not config.trained else self._kind

    @property
    def _kind(self) -> str:
        return self.staging.trace.config.positional

    @property
    def _factor(self) -> str:
        """By which the rows of E are multiplied."""
        return f"{self.staging.trace.config.d_model**0.5:.3g}"

    @property
    def _places(self) -> list[int]:
        """Where each token goes."""
        order = self.view("shuffling.order").values.astype(int).tolist()
        return [order.index(token) for token in range(len(order))]

    def _rooms(self, shares: Sequence[float] | int, gap: float, room: Room | None = None) -> list[Room]:
        """Rooms side by side, or one below the other where the stage is much higher than wide."""
        room = room or self.stage
        return (room.rows if self.stage.height >= BESIDE * self.stage.width else room.columns)(shares, gap)

    @property
    def _cuts(self) -> list[int]:
        """The places whose numbers are added: the followed token's, and these two."""
        return sorted({self.focus, *self.view("waves.alike").values.astype(int).tolist()})

    def _waves(self) -> tuple[WaveCuts, list[VGroup]]:
        """Waves and the table that two cuts through them make, and at the right what is to be said of the shortest and of another."""
        *rooms, side = self.stage.trim(left=TIGHT / 2, bottom=TIGHT, top=WORD).columns(WAVES if self.frame.is_roomy else [*WAVES[:2], 0], GAP)
        alike = self.view("waves.alike").values.astype(int).tolist()
        waves = wave_cuts(self.theme, *(self.view(f"waves.{name}") for name in ("values", "table", "places", "count")), alike,
                          (self.say("place"), self.say("table")), rooms)
        said = self.say("alike", one=alike[0], other=alike[1]), self.say("told")
        return waves, wave_notes(self.theme, waves, said, side if self.frame.is_roomy else None)

    def _sums(self) -> BarSums:
        """The row of E as it is and scaled, the position, their sum, and the word that is nearest to it."""
        i, trace, roomy = self.focus, self.staging.trace, self.frame.is_roomy
        pair, position = [self.known(row) for row in trace["embedding_scale.pair"].values[i]], trace["positions"][i]
        titles = ["E", f'sqrt(d_"model") E = {self._factor} E' if roomy else f"{self._factor} E"]
        sums = []
        for k, (title, row, size) in enumerate(zip(titles, ("embeddings", "scaled_embeddings"), ("word", "scaled_word"), strict=True)):
            vectors = [trace[row][i], position, trace["embedding_scale.sums"][k, i]]
            sizes = [trace[f"embedding_scale.{name}"][i] for name in (size, "position")]
            sums.append(BarSum(title, vectors, sizes, list(zip(pair, trace["embedding_scale.pair_distances"][k, i]))))
        names = [self.say(key, token=self.tokens[i]) for key in ("row_of", "place_of", "sum", "nearest")]
        return bar_sums(self.theme, sums, names, self.say("size"), self.stage, self.frame.is_slim)

    def _halves(self) -> list[Placed]:
        """The scaled row of the followed word, its position and their sum; and beside it the same word where the shuffle puts it, if that
        is another place and positions are added."""
        i, word, order = self.focus, self.view("scaled_embeddings")[self.focus], self.view("shuffling.order").values.astype(int)
        keys = ["embedding", "position", "input"] if self._kind != "none" else ["embedding", "input"]
        here = [(self.tokens, i, "encoder.0.input"), ([self.tokens[k] for k in order], self._places[i], "shuffling.input")]
        sums = []
        for words, place, total in here[: 1 + (len(keys) > 2 and len(order) > 1)]:
            positions = [self.view("positions")[place] for _ in keys[2:]]
            names = [self.say(key, place=place, factor=self._factor) for key in keys]
            said = self.say("there" if sums else "here", token=self.tokens[i], place=place)
            before = self.view("embeddings")[i], self.say("unscaled")
            sums.append(Summed(said, words, place, [word, *positions, self.view(total)[i]], names, before))
        return placed(self.theme, sums, self._rooms(len(sums), WIDE, self.stage.trim(bottom=LARGE + WIDE + TIGHT)), CELLS, self.say("rounded"))

    def _louder(self, room: Room) -> VGroup:
        """Up to where the numbers of the followed word and of its position go, if the position is the louder one, and there is room to say so."""
        if self._kind == "none" or not self.frame.is_roomy:
            return VGroup()
        word, position = (self.view(f"embedding_scale.{name}")[self.focus] for name in ("reach", "position_reach"))
        if word.values >= position.values:
            return VGroup()
        width = self.staging.trace.config.d_model
        said = [text(self.theme, self.say(key, token=self.tokens[self.focus], factor=self._factor, width=width)) for key in ("reaches", "louder", "so_scaled")]
        digits = [number(self.theme, view, weight=600) for view in (word, position)]
        return line_of(said[0], digits[0], said[1], digits[1], said[2], gap=TIGHT / 2, at=room)

    def _spreads(self, room: Room) -> list[Angles]:
        """How often each angle is found between words and positions, if these are added, and between directions drawn by chance."""
        views = {"words": (self.view("orthogonality.histogram"), "output")} if self._kind != "none" else {}
        views["by_chance"] = self.view("orthogonality.random_histogram")[0], "muted"
        full, edges = largest(*(view for view, _ in views.values())), self.view("orthogonality.edges")
        return [angles(self.theme, self.say(key, width=self.staging.trace.config.d_model), view, edges, full, role, place, self.frame.is_roomy)
                for (key, (view, role)), place in zip(views.items(), room.split(len(views)), strict=True)]

    def _overlays(self) -> list[Overlay]:
        """Before and after the shuffle: without positions, and with them if there are any."""
        kinds = {"without": ("shuffling.bare", "bare_"), "with": ("encoder.output", "")}
        if self._kind == "none":
            del kinds["with"]
        parts = [(key, self.view(before), *(self.view(f"shuffling.{prefix}{name}") for name in ("shuffled", "differences")))
                 for key, (before, prefix) in kinds.items()]
        full = largest(*(differences for *_, differences in parts)) or 1.0
        return [overlay(self.theme, self.say(key), self.tokens, before, after, differences, full, self._places, room)
                for (key, before, after, differences), room in zip(parts, self.stage.split(len(parts), GAP), strict=True)]
