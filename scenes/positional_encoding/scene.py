"""Scene 14: what tells a Transformer the order of words (Vaswani et al. 2017, section 3.5)."""

from typing import NamedTuple

import numpy as np
from manim import Animation, VGroup, VMobject

from model import View
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import bars, floor
from scenes.parts.chain import Chain, chain
from scenes.parts.chart import Cut, Sweep, curve
from scenes.parts.diagram import module
from scenes.parts.flow import arrow
from scenes.parts.heat_map import MARGIN, SMALLEST_DIGIT, Grid, HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import WORD, number, paragraph, text, text_width
from scenes.parts.motion import Together, appear, copy_to, draw, merge, travel, vanish
from scenes.parts.network import rise
from scenes.parts.shapes import room_of
from scenes.parts.shuffle import become, put, shuffle
from scenes.parts.tokens import cards_beside, column_labels, row_labels
from scenes.base.room import PX, Room

LARGE, SMALL = 60 * PX, 26 * PX
WAVES = 8                                 # that are drawn, one of them of the last dimension
CARD = 1.7


class Half(NamedTuple):
    """A shuffle: its title, the cards, the outputs before and after, and by how much these differ: each token's, the most."""

    title: VMobject
    cards: VGroup
    before: HeatMap
    after: HeatMap
    differences: list[VMobject]


class PositionalEncoding(ExplainerScene):
    """The shuffle without positions, the waves, how they are added and carried, the shuffle with them, and learned ones."""

    experiments = ("shuffling", "waves", "probe")

    @step
    def shuffle(self):
        """Without positions the tokens change places, and the outputs are the same vectors at other places."""
        left, centre, right = self.stage.trim(bottom=1.25).columns([5.85, 1.6, 4.15], gap=0.6)
        x, z = (heat_map(self.theme, self.view(name), room, role, grid=self._grid(room)) for name, room, role in
                (("scaled_embeddings", left.trim(left=CARD), "line"), ("shuffling.bare", right, "output")))
        after = put(heat_map(self.theme, self.view("shuffling.bare_shuffled"), right, "output", grid=z.grid), self._places)
        cards = cards_beside(self.theme, self.tokens, x, CARD - 0.15)
        box = module(self.theme, self.say("encoder"), Room.around(centre.centre, centre.width, 1.3))
        self.play(appear(cards, x), appear(box))
        self.play(self._wire(x, box))
        self.play(self._wire(box, z), copy_to(x.cells, z))
        rows = [VGroup(card, *x.row(i)) for i, card in enumerate(cards)]
        self.play(shuffle(rows, self._places, x.grid.height, run_time=1.8))
        self.play(become(z.cells, after.cells, run_time=1.8))
        self.play(appear(*self._difference("bare_difference", Room(self.stage.left, self.stage.right, self.stage.bottom, self.stage.bottom + 1.0))))

    @step
    def waves(self):
        """Every dimension is a wave; the cut through all of them at a place is the vector of that position."""
        self._lay_out_waves()
        first, *rest = self.curves
        self.play(vanish(*self.on_stage()))
        self.play(appear(self.heads[0], self.levels[0], self.signs[0], run_time=0.4), draw(first, run_time=1.4))
        if rest:
            self.play(appear(*self.levels[1:], *self.signs[1:], run_time=0.4), draw(*rest, lag=0.15, run_time=1.2))
        cut = Cut(self.theme, self.curves, self.room, 0)
        self.play(appear(self.axis), appear(cut, self.dots, self.table.border, self.table.dots, self.heads[1]))
        n, last = len(self.tokens), len(self.axis) - 1
        columns = [VGroup(row[p] for row in self.table.cells) for p in range(n)]
        self.play(travel(cut.dots.copy(), columns[0]), appear(self.words[0]))
        if n > 1:
            self.play(Sweep(cut, 0, 1 / last, run_time=0.6))
            self.play(travel(cut.dots.copy(), columns[1], run_time=0.7), appear(self.words[1]))
        if n > 2:
            self.play(Sweep(cut, 1 / last, (n - 1) / last, run_time=1.0),
                      appear(*columns[2:], lag=0.5, run_time=0.5), appear(*self.words[2:], lag=0.5, run_time=0.5))
        self.remove(*columns)
        self.add(self.table.cells)
        if self.table.digits:
            self.play(appear(self.table.numbers, run_time=0.4))

    @step
    def addition(self):
        """The position is added to the embedding, cell by cell, before the first block and nowhere else."""
        rows, names = self._rows()
        self.chain = self._chain()
        *parts, total = rows
        self.play(vanish(*self.on_stage()))
        for row, name in zip(parts, names, strict=False):
            self.play(appear(row, name))
        self.play(appear(total.border, total.dots, names[-1]))
        columns = range(len(total.cells[0]))
        for j, seconds in zip(columns, (1.2, 0.7), strict=False):
            self.play(self._cell_added(parts, total, j, seconds))
        for j in columns[2:]:
            self.play(self._cell_added(parts, total, j, 0.12))
        self.remove(*self.on_stage(*parts, *names))
        self.add(total)
        stop = self.chain.stops[0]
        down = arrow(self.theme, (stop[0], room_of(total.border).bottom - 0.05, 0), stop, "output")
        self.play(draw(down[0], run_time=0.4), appear(down[1], run_time=0.4))
        for block, wire in zip(self.chain.blocks, self.chain.wires, strict=True):
            self.play(appear(wire, block, run_time=0.4))

    @step
    def carried(self):
        """The residual path carries the position up; the bars say how much of it can be read at every stop."""
        parts = [part for kind in (self.chain.blocks, self.chain.wires) for part in kind]
        self.play(vanish(*self.on_stage(*parts)))
        left, right = self._body().columns([2.7, 9.3], gap=0.4)
        room = Room(right.left, right.right, self.chain.blocks[0].get_y() + 0.55, self.stage.top - 0.3)
        scale = self._scale(room)
        words = paragraph(self.theme, self.say("reader"), SMALL, left.width, "muted")
        self.play(appear(scale, words.move_to([left.centre[0], room.centre[1], 0])))
        for k, (bar, value) in enumerate(self._readable(room)):
            if k:
                self.play(draw(*self.chain.bypasses[k - 1], run_time=0.6))
            self.play(appear(value, run_time=0.5), rise([bar], bar.get_bottom(), run_time=0.5))

    @step
    def order_counts(self):
        """The same shuffle without positions and with them, in one motion."""
        kinds = [("without", "shuffling.bare", "bare_")]
        if self._kind != "none":
            kinds.append(("with", "encoder.output", ""))
        width = (self.stage.width - 0.8) / 2
        rooms = Room.around(self.stage.centre, len(kinds) * (width + 0.8) - 0.8, self.stage.height).columns([1] * len(kinds), gap=0.8)
        halves = [self._half(*kind, room) for kind, room in zip(kinds, rooms, strict=True)]
        self.play(vanish(*self.on_stage()))
        self.play(appear(*(VGroup(half.title, half.cards, half.before) for half in halves)))
        moves = []
        for half in halves:
            moves += [shuffle(half.cards, self._places, half.before.grid.height, run_time=2.4),
                      become(half.before.cells, half.after.cells, run_time=2.4)]
        self.play(*moves)
        self.play(appear(*(VGroup(*words) for words in zip(*(half.differences for half in halves), strict=True)), lag=0.3))

    @step
    def learned(self):
        """A table of positions that is learned like all other weights, beside the one that is computed."""
        self.play(vanish(*self.on_stage()))
        computed, learned = self.view("waves.table"), self.view("waves.learned")
        if self._kind == "learned":
            learned = self.view("weights.positions")
        rooms = self.stage.columns([1, 1], gap=0.9)
        for view, room, kind in zip((computed, learned), rooms, ("sinusoidal", "learned"), strict=True):
            table, around = self._positions(view, room, kind)
            self.play(appear(around))
            self.play(appear(*(table.row(i) for i in range(len(table.cells))), lag=0.1), appear(table.border, table.dots))

    def wording(self, name: str) -> str:
        """A single word cannot be shuffled, and what positions do depends on which there are."""
        return "single" if len(self.tokens) == 1 and name in ("shuffle", "order_counts") else self._kind

    @property
    def _kind(self) -> str:
        return self.staging.trace.config.positional

    @property
    def _places(self) -> list[int]:
        """Where each token goes."""
        order = self.view("shuffling.order").values.astype(int).tolist()
        return [order.index(token) for token in range(len(order))]

    def _grid(self, room: Room) -> Grid:
        """Cells for a row to each token, high enough to be followed."""
        grid = fit_grid(self.view("shuffling.bare").shape, room)
        return grid._replace(height=min(0.64, (room.height - 2 * MARGIN) / len(self.tokens)))

    def _wire(self, start: VMobject, end: VMobject) -> Animation:
        """An arrow from one picture to the next is drawn."""
        line, tip = arrow(self.theme, (room_of(start).right + 0.1, start.get_y(), 0), (room_of(end).left - 0.1, end.get_y(), 0))
        return Together(draw(line, run_time=0.4), appear(tip, run_time=0.4))

    def _difference(self, name: str, room: Room) -> list[VMobject]:
        """How far the shuffled outputs, put back, are from the others, in the middle of a room."""
        value = number(self.theme, self.view(f"shuffling.{name}"), LARGE, "output")
        words = text(self.theme, self.say("difference"), SMALL, "muted", width=room.width)
        value.move_to(room.centre + [0, 0.15, 0])
        return [words.move_to([room.centre[0], room.bottom + 0.12, 0]), value]

    def _lay_out_waves(self):
        """Rows of waves; below them the positions, at their right the table that cuts through them make."""
        d_model, n = self.staging.trace.config.d_model, len(self.tokens)
        left, self.room, right = self.stage.trim(bottom=0.8, top=0.4).columns([2.3, 6.8, 3.1], gap=0.25)
        shown = tuple(range(d_model)) if d_model <= WAVES else (*range(WAVES - 2), None, d_model - 1)
        lines = {i: line for i, line in zip(shown, self.room.rows([1] * len(shown), gap=0), strict=True) if i is not None}
        pitch = self.room.height / len(shown)
        values, wavelengths = self.view("waves.values"), self.view("waves.wavelengths")
        self.curves = [curve(self.theme, values[:, i], line.inset(y=0.08 * pitch), "text", -1, 1, 2.5)
                       for i, line in lines.items()]
        self.levels = [floor(self.theme, line.level(line.centre[1])) for line in lines.values()]
        VGroup(*self.levels).set_stroke(self.theme.colour("line"))
        self.signs = [self._wavelength(i, wavelengths, left, line) for i, line in lines.items()]
        grid = Grid(shown, tuple(range(n)), min(0.7, (right.width - 2 * MARGIN) / n), pitch)
        self.table = heat_map(self.theme, self.view("waves.table")[:n].T, right, digits=True, scale=1, grid=grid)
        self.words = column_labels(self.theme, self.tokens, self.table, "text", 0.75)
        self.axis = self._axis()
        left, right = left.level(self.stage.top - 0.15), right.level(self.stage.top - 0.15)
        words = [text(self.theme, self.say(key), SMALL, "muted", at=(x, left.top, 0), align=align, width=left.width / 2 - 0.05)
                 for key, x, align in (("dimension", left.left, -1), ("wavelength", left.right, 1))]
        name = text(self.theme, self.say("table"), SMALL, "muted", at=right.centre, width=right.width)
        self.heads = VGroup(VGroup(*words), name)
        self.dots = self.table.dots.copy().shift([self.room.centre[0] - self.table.get_x(), 0, 0])

    def _wavelength(self, i: int, wavelengths: View, left: Room, line: Room) -> VGroup:
        """The number of a dimension, and how long its wave is."""
        name = text(self.theme, f"{i}", SMALL, "muted", at=(left.left, line.centre[1], 0), align=-1)
        at = (left.right, line.centre[1], 0)
        return VGroup(name, number(self.theme, wavelengths[i], SMALLEST_DIGIT, at=at, align=1))

    def _axis(self) -> VGroup:
        """The numbers of the positions, below the waves."""
        places = self.view("waves.places")
        last = round(float(places[len(places) - 1]))
        return VGroup(
            number(self.theme, places[p * (len(places) - 1) // last], SMALLEST_DIGIT, "muted",
                   at=(self.room.left + self.room.width * p / last, self.room.bottom - 0.25, 0), decimals=0) for p in range(last + 1)
        )

    def _body(self) -> Room:
        return self.stage.trim(right=0.5)

    def _chain(self) -> Chain:
        right = self._body().columns([2.7, 9.3], gap=0.4)[1].inset(x=0.4)
        names = [self.say("block", number=k + 1) for k in range(self.staging.trace.config.n_blocks)]
        return chain(self.theme, names, Room(right.left, right.right, self.stage.bottom + 0.1, self.stage.bottom + 1.05))

    def _rows(self) -> tuple[list[HeatMap], list[VMobject]]:
        """The followed token's embedding, its position and their sum, and what they are called."""
        left, right = self._body().trim(bottom=1.6).columns([2.7, 9.3], gap=0.4)
        tensors = {"embedding": "scaled_embeddings", "position": "positions", "input": "encoder.0.input"}
        if self._kind == "none":
            del tensors["position"]
        views = [self.view(name)[self.focus] for name in tensors.values()]
        places = right.rows([1] * 3, gap=0.25)[-len(views):]
        grid = fit_grid(views[0].shape, places[0])
        places = [Room(right.left, right.left + grid.size[0], place.bottom, place.top) for place in places]
        values = np.stack([view.values for view in views])
        digits, scale = fit_digits(self.theme, values, grid), peak(*views)
        rows = [heat_map(self.theme, view, place, role, digits=digits, scale=scale, grid=grid)
                for view, place, role in zip(views, places, ("line", "line", "output")[-len(views):], strict=True)]
        words = [self.say(key, token=self.tokens[self.focus], place=self.focus) for key in tensors]
        names = [text(self.theme, name, WORD, at=(left.right, place.centre[1], 0), align=1, width=left.width)
                 for name, place in zip(words, places, strict=True)]
        return rows, names

    def _cell_added(self, parts: list[HeatMap], total: HeatMap, j: int, seconds: float) -> Animation:
        """One cell of every part falls into the sum."""
        cell, (first, *rest) = total.cells[0][j], (part.cells[0][j] for part in parts)
        moves = [travel(first.copy(), cell, run_time=seconds), *(merge(other, into=cell, run_time=seconds) for other in rest)]
        arrival = [appear(total.numbers[0][j], run_time=min(0.3, seconds))] if total.digits else []
        return Together(Together(*moves), *arrival, lag=0.8)

    def _scale(self, room: Room) -> VGroup:
        """A line at 0 and one at 1, with what they stand for."""
        lines = VGroup(floor(self.theme, room.level(y)) for y in (room.bottom, room.top))
        words = VGroup(
            text(self.theme, self.say(key), SMALL, "muted", at=(room.left - 0.15, y, 0), align=1, width=2.6)
            for key, y in (("nothing", room.bottom), ("everything", room.top))
        )
        return VGroup(lines, words)

    def _readable(self, room: Room) -> list[tuple]:
        """At every stop how much of the position can be read, as a bar and a number."""
        found, stops = self.view("probe.readable"), self.chain.stops
        wide = min(0.8, 0.5 * (stops[1] - stops[0])[0])
        pairs = []
        for k, stop in enumerate(stops):
            place = Room(stop[0] - wide / 2, stop[0] + wide / 2, room.bottom, room.top)
            bar, = bars(self.theme, found[k : k + 1], place, "output", 1.0)
            at = (stop[0], bar.get_top()[1] + 0.2, 0)
            pairs.append((bar, number(self.theme, found[k], WORD, "output", at=at)))
        return pairs

    def _half(self, key: str, before: str, prefix: str, room: Room) -> Half:
        """The outputs for the sentence, without positions or with them, and for the shuffled one, its rows where they go."""
        head, body, foot = room.rows([0.5, 3.2, 1.0], gap=0.1)
        body = body.trim(left=CARD, right=self._number_width())
        views = [self.view(before), self.view(f"shuffling.{prefix}shuffled")]
        scale, grid = peak(views[0]), self._grid(body)
        first, second = (heat_map(self.theme, view, body, "output", scale=scale, grid=grid) for view in views)
        x, shuffled = room_of(first.border).right + 0.2, put(second, self._places)
        numbers = [number(self.theme, value, SMALLEST_DIGIT, "output", at=(x, row.get_y(), 0), align=-1)
                   for value, row in zip(self.view(f"shuffling.{prefix}differences"), second.cells, strict=True)]
        return Half(
            text(self.theme, self.say(key), WORD, at=head.centre, width=head.width),
            cards_beside(self.theme, self.tokens, first, CARD - 0.15),
            first, shuffled, [*numbers, *self._difference(f"{prefix}difference", foot)],
        )

    def _number_width(self) -> float:
        """The room for a difference beside a row."""
        return text_width(self.theme, f"00.{'0' * self.theme.decimals}", SMALLEST_DIGIT, tabular=True) + 0.2

    def _positions(self, view: View, room: Room, kind: str) -> tuple[HeatMap, VGroup]:
        """A table with a row for every position, and its name."""
        head, body = room.rows([0.7, 4.1], gap=0.1)
        table = heat_map(self.theme, view, body.trim(left=0.5), "output" if kind == self._kind else "line")
        key = "untrained" if view.name == "waves.learned" else "own" if kind == self._kind else "paper"
        words = VGroup(
            text(self.theme, self.say(kind), WORD, at=head.centre + [0, 0.15, 0], width=head.width),
            text(self.theme, self.say(key), SMALL, "muted", at=head.centre - [0, 0.22, 0], width=head.width),
        )
        numbers = row_labels(self.theme, [str(p) for p in range(len(table.cells))], table, "muted", 0.4)
        return table, VGroup(words, numbers)
