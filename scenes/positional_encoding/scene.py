"""Scene 14: what tells a Transformer the order of words (Vaswani et al. 2017, section 3.5)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.base.layout import below, side_by_side, stacked
from scenes.base.room import BESIDE, GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.angles import Angles, angles
from scenes.parts.bar_sums import BarSum, BarSums, bar_sums
from scenes.parts.bars import largest
from scenes.parts.by_depth import ByDepth, by_depth
from scenes.parts.heat_map import heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, number, paragraph, text
from scenes.parts.motion import BRIEF, SHORT, STEADY, appear, draw, travel, vanish
from scenes.parts.network import rise
from scenes.parts.numbered_table import NumberedTable, numbered_table
from scenes.parts.overlay import Overlay, overlay
from scenes.parts.placed import Placed, Summed, placed
from scenes.parts.readout import named_value
from scenes.parts.shapes import frame, ring, room_of
from scenes.parts.shuffle import shuffle
from scenes.parts.turn import turn
from scenes.parts.two_runs import Reordered, two_runs, wire
from scenes.parts.wave_cuts import wave_cuts
from scenes.parts.whole import Whole

SMALL, NOTE, LARGE, HUGE, GIANT = (size * PX for size in (28, 32, 60, 110, 220))
CELLS = 8                                 # features of a sum that are shown at most
RUNS = 5, 40, 12                          # heights of what is said of two runs, of these, and of what they show
PAIRS, FIRST, SHIFT = 4, (0, 5), 2        # circles that are drawn; from which positions they are turned, and by how many


class PositionalEncoding(ExplainerScene):
    """The shuffle without positions, the waves, how they are added and carried, the shuffle with them, and learned ones."""

    experiments = ("shuffling", "waves", "rotation", "orthogonality", "embedding_scale", "probe")
    needs = {"scaled": "embedding: scaled and positional: sinusoidal | learned", "addition": "embedding: scaled", "appended": "embedding: scaled", "angles": "embedding: scaled"}

    @step
    def shuffle(self):
        """Without positions: a run, and another of the same tokens at other places; lines join the same vectors of both."""
        head, body, foot = self.stage.rows(RUNS, TIGHT)
        name, without = self.say("encoder"), self.say("bare")
        if not self.frame.is_roomy:       # a box is too narrow for its name
            name, without = "", f"{name} · {without}"
        shuffled = Reordered(self.tokens, self.focus, self._places, self.view("shuffling.bare"), self.view("shuffling.bare_shuffled"))
        runs = two_runs(self.theme, shuffled, name, without, (head, body), self.frame.is_slim)
        self.open_with(runs.around, runs.first.cards)
        for run in (runs.first, runs.second):
            if run is runs.second:
                self.play(appear(*run.cards, lag=0.3))
            self.play(appear(run.machine), wire(self.theme, run.cards, run.machine.box))
            self.play(wire(self.theme, run.machine.box, run.made.border), appear(run.made))
        self.play(draw(*runs.links, lag=0.3))
        measured, *so = foot.columns(1 + self.frame.is_roomy, WIDE)
        self.play(appear(named_value(self.theme, self.say("difference"), self.view("shuffling.bare_difference"), measured, HUGE)))
        self.play(*(appear(paragraph(self.theme, self.say("so"), WORD, room.width).move_to(room.centre)) for room in so))

    @step
    def waves(self):
        """A plain count grows too large. Every dimension is a wave, and never does: the cut through all of them at a place is its vector.
        What one wave confuses another tells apart."""
        self._lay_out_waves()
        waves, (large, alike, apart) = self.cut_through, self.notes
        first, *rest = waves.curves
        self.open_with(waves.around, waves.axis)
        self.play(appear(waves.counts), appear(large))
        self.play(appear(waves.levels[0], waves.signs[0], run_time=BRIEF), draw(first))
        if rest:
            self.play(appear(*waves.levels[1:], *waves.signs[1:], run_time=BRIEF), draw(*rest, lag=0.15))
        self.play(appear(waves.dots, waves.table.border, waves.table.dots))
        for p, cut in enumerate(waves.cuts):
            self.play(appear(cut, run_time=BRIEF), travel(cut.dots.copy(), VGroup(row[p] for row in waves.table.cells), run_time=SHORT))
        self.play(appear(waves.table.numbers, waves.lit, run_time=BRIEF))
        self.play(appear(alike))
        self.play(appear(apart))

    @step
    def rotation(self):
        """A shift turns every circle by an angle of its own, the same from wherever it starts."""
        self._lay_out_turns()
        circles = (VGroup(each.circle, each.spokes[0], each.start) for row in self.turns for each in row)
        self.play(vanish(*self.on_stage()), appear(*self.names, *circles))
        for row in self.turns:
            self.play(*(travel(VGroup(each.spokes[0].copy(), each.start.copy()), VGroup(each.spokes[1], each.end), -each.angle, 1.6)
                        for each in row))
        self.play(appear(*self.degrees, lag=0.3))

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
        """The position is added to the scaled row of E, cell by cell, before the first block and nowhere else: at another place the
        same word has another x."""
        halves = self._halves()
        self.open_with(*(half.cards for half in halves))
        for parts in zip(*(zip(half.parts, half.names) for half in halves)):
            self.play(appear(*(VGroup(row, name) for row, name in parts)))
        self.play(appear(*(VGroup(half.total.border, half.total.dots, half.names[-1]) for half in halves)))
        for j, _ in enumerate(halves[0].total.cells[0]):
            self.play(*(half.add_cell(j, STEADY if j == 0 else SHORT) for half in halves))
        if len(halves) > 1:
            self.play(appear(named_value(self.theme, self.say("apart"), self.view("shuffling.apart")[self.focus], self.stage.strip(bottom=LARGE), LARGE)))

    @step
    def appended(self):
        """Beside the sum: word and position one after the other, and what that would cost in a block's matrices."""
        self.play(vanish(*self.on_stage()))
        for picture in self._ways():
            self.play(appear(picture.title, picture.sheets))
            self.play(appear(picture.area, picture.count))

    @step
    def angles(self):
        """The angles between words and positions, and those of directions drawn by chance; and how often the sum is still nearest to its word."""
        spreads, found = self._spreads()
        self.play(vanish(*self.on_stage()))
        for picture in spreads:
            self.play(appear(picture.around), rise([picture.shares], picture.shares.get_bottom(), run_time=1.0))
        self.play(appear(*found))

    @step
    def carried(self):
        """How much of the position can be read before the first block and after each: as it is, and if one way is closed to it."""
        self.play(vanish(*self.on_stage()))
        for picture in self._readable():
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
        learned = "weights.positions" if self._kind == "learned" else "waves.learned"
        for kind, name, room in zip(("sinusoidal", "learned"), ("waves.table", learned), self._rooms(2, WIDE), strict=True):
            table = self._positions(self.view(name), room, kind)
            self.play(appear(table.words, table.numbers))
            self.play(appear(*map(table.sheet.row, range(len(table.sheet.cells))), lag=0.1), appear(table.sheet.border, table.sheet.dots))

    def wording(self, name: str) -> str:
        """A single word cannot be shuffled, what positions do depends on which there are, and what is left of them on the weights."""
        if len(self.tokens) == 1 and name in ("shuffle", "addition", "order_counts"):
            return "single"
        if name == "scaled":
            word, position = (float(self.view(f"embedding_scale.{name}")[self.focus]) for name in ("word", "position"))
            return "caption" if position > word else "smaller"
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
    def _cut_places(self) -> list[int]:
        """Where the waves are cut: at the followed token, at the two places that the shortest wave confuses, and behind the first of them."""
        one, other = self.view("waves.alike").values.astype(int).tolist()
        return sorted({self.focus, one, one + 1, other})

    def _lay_out_waves(self) -> None:
        """Waves and the table that cuts through them make; at the right what is to be said of the plain count, of single waves, and of all."""
        inner = self.stage.trim(bottom=WORD + TIGHT, top=WORD)
        *rooms, side = inner.columns([4, 20, 20, 17], TIGHT) if self.frame.is_roomy else [*inner.columns([4, 20, 20], TIGHT), None]
        views = (self.view(f"waves.{name}") for name in ("values", "table", "places"))
        said = tuple(map(self.say, ("wave", "place", "table")))
        self.cut_through = wave_cuts(self.theme, *views, self._cut_places, (self.focus, self.tokens[self.focus]), said, rooms)
        one, other = self.view("waves.alike").values.astype(int).tolist()
        self.notes = [
            self._measured("count", self.view("waves.largest"), side, room_of(self.cut_through.counts)),
            self._confusion("alike", (one, other), side),
            self._measured("together", self.view("waves.apart"), side, replace(self.stage, top=self._row(len(self.cut_through.curves) // 2).top)),
        ]

    def _row(self, i: int) -> Room:
        """A row of the table."""
        return room_of(self.cut_through.table.cells[i])

    def _measured(self, key: str, source: View, side: Room | None, height: Room) -> VGroup:
        """A number and what it is, at the right of the table, if there is room."""
        rooms = [replace(side, bottom=height.bottom, top=height.top)] if side else []
        return VGroup(*(stacked(paragraph(self.theme, self.say(key, last=len(self.view("waves.table")) - 1), NOTE, room.width),
                                number(self.theme, source, LARGE, "output", 600), gap=TIGHT, at=room) for room in rooms))

    def _confusion(self, key: str, pair: tuple[int, int], side: Room | None) -> VGroup:
        """Rings around two places in the row of the fastest wave, and beside it that they are nearly the same."""
        cells = [self.cut_through.table.cells[0][self._cut_places.index(p)] for p in pair]
        said = (paragraph(self.theme, self.say(key, one=pair[0], other=pair[1]), NOTE, room.width).move_to(room.level(self._row(0).centre[1]).centre)
                for room in [side] if room)
        return VGroup(*(ring(self.theme, cell) for cell in cells), *said)

    def _lay_out_turns(self) -> None:
        """A row of circles for each position that is turned from; the angles below."""
        circles, angles = self.view("rotation.circles"), self.view("rotation.angles")
        pairs = min(PAIRS, circles.shape[1])
        shares = [1.8, *[3] * pairs]
        *rows, foot = (row.columns(shares, TIGHT) for row in self.stage.inset(y=TIGHT / 2).rows([2, 2, 0.8], TIGHT / 2))
        self.turns = [[turn(self.theme, circles[p, j], circles[p + SHIFT, j], angles[SHIFT, j], room) for j, room in enumerate(row[1:])]
                      for p, row in zip(FIRST, rows, strict=True)]
        said = [*(self.say("turned", place=p, other=p + SHIFT) for p in FIRST), self.say("angle")]
        self.names = [frame(self.theme, room, fill="surface") for room in self.stage.columns(shares, TIGHT)[1:]]
        self.names += [text(self.theme, words, WORD, at=row[0], align=-1) for words, row in zip(said, (*rows, foot), strict=True)]
        values = [number(self.theme, angles[SHIFT, j], LARGE, "output", 600, room, decimals=1, width=0.7 * room.width) for j, room in enumerate(foot[1:])]
        self.degrees = [VGroup(value, text(self.theme, "°", value.size, "output", 600, room_of(value).point(1), -1)) for value in values]

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
            sums.append(Summed(words, place, [word, *positions, self.view(total)[i]], names))
        return placed(self.theme, sums, self._rooms(len(sums), WIDE, self.stage.trim(bottom=LARGE + WIDE)), CELLS, self.say("rounded"))

    def _share_found(self, room: Room) -> VGroup:
        """How often the row that is nearest to a sum is that of its own word."""
        share = number(self.theme, self.view("embedding_scale.found")[1], LARGE, "output", 600)
        return side_by_side(share, paragraph(self.theme, self.say("found"), SMALL, room.width - share.width - GAP), gap=GAP, at=room)

    def _ways(self) -> list[Whole]:
        """Added and appended: the vector above, and as an area how many numbers the matrices of a block have for it."""
        tensors, counts = [self.view("scaled_embeddings"), self.view("waves.table" if self._kind == "none" else "positions")], self.view("orthogonality.parameters")
        pictures = []
        shares = [0.6, 1, 0.4, 3.8] if self.frame.is_roomy else [1, 1, 2, 4]
        places = [room.rows(shares, TIGHT) for room in self._rooms([1, 2] if self.stage.is_wide else 2, WIDE)]
        full = min(min(body.height, body.width) for *_, body in places)
        for i, (head, strip, note, body) in enumerate(places):
            views = [self.view("encoder.0.input")] if i == 0 else tensors
            sheets = [heat_map(self.theme, view[self.focus], part, "output" if i == 0 else "line", scale=peak(*tensors))
                      for view, part in zip(views, strip.columns(len(views), 0), strict=True)]
            side = full * float(np.sqrt(counts.values[i] / counts.values.max()))
            area = frame(self.theme, body.fit(side, side), "output" if i == 0 else "text", fill="surface")
            count = number(self.theme, counts[i], max(self.theme.digit, 1.2 * side / len(f"{float(counts[i]):.0f}")), weight=600, at=area.get_center(), decimals=0)
            pictures.append(Whole(title=text(self.theme, self.say(("added", "appended")[i]), max(SMALLEST_WORD, min(WORD, head.height)), weight=600, at=head), sheets=sheets,
                                  area=VGroup(area, paragraph(self.theme, self.say("numbers"), SMALL, note.width, "muted").move_to(note.centre)),
                                  count=count))
        return pictures

    def _spreads(self) -> tuple[list[Whole], list[VMobject]]:
        """Histograms of angles, and the share of sums that are nearest to their own word."""
        views = {"by_chance": self.view("orthogonality.random_histogram")[0]}
        found = self._kind != "none"
        if found:
            views = {"words": self.view("orthogonality.histogram"), **views}
        left, right = self.stage.split([3, 2] if self.stage.is_wide else [3, 1], WIDE)
        pictures = [self._spread(key, view, room, largest(*views.values()))
                    for (key, view), room in zip(views.items(), left.split(len(views)), strict=False)]
        if not found:
            return pictures, []
        if right.is_wide:
            return pictures, [self._share_found(right)]
        value = number(self.theme, self.view("embedding_scale.found")[1], GIANT, "output", 600, at=right, width=right.width)
        return pictures, [value, below(paragraph(self.theme, self.say("found"), WORD, right.width), value, GAP)]

    def _spread(self, key: str, view: View, room: Room, full: float) -> Angles:
        """How often each angle is found."""
        said = self.say(key, width=self.staging.trace.config.d_model)
        role = "output" if key == "words" else "muted"
        return angles(self.theme, said, view, self.view("orthogonality.edges"), full, role, room, self.frame.is_roomy)

    def _readable(self) -> list[ByDepth]:
        """How much of the position is left at every depth, in three ways."""
        depths = [self.say("before"), *(f"{k + 1}" for k in range(self.staging.trace.config.n_blocks))]
        return [by_depth(self.theme, self.say(key), self.view(f"probe.{key}"), depths, room, 1 if self.frame.is_roomy else 3)
                for key, room in zip(("readable", "by_residual", "by_sublayers"), self._rooms(3, GAP), strict=True)]

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

    def _positions(self, view: View, room: Room, kind: str) -> NumberedTable:
        """A table with a row for every position, and its name."""
        key = "untrained" if view.name == "waves.learned" else "own" if kind == self._kind else "paper"
        role = "output" if kind == self._kind else "line"
        return numbered_table(self.theme, view, (self.say(kind), self.say(key)), role, room, self.frame.is_roomy)
