"""The residual connection and layer normalisation (Vaswani et al. 2017, section 3.1; Ba et al. 2016, eq. 3 and 4)."""

from collections.abc import Sequence

import numpy as np
from manim import LEFT, Mobject, VGroup

from model import View
from model.wiring import MOVES, reads
from scenes.base.layout import above, left_of, line_of, no_higher, right_of, side_by_side
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import largest
from scenes.parts.depth import NOTE, Depth, depth
from scenes.parts.equation import equation, quote
from scenes.parts.feature_bars import feature_bars, middle, moments
from scenes.parts.heat_map import MOST, Grid, HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, number, paragraph, text, text_width
from scenes.parts.lanes import bare
from scenes.parts.moment_table import SUMS, WORDS, moment_table
from scenes.parts.motion import EASY, SLOW, appear, brighten, dim, draw, merge, travel, vanish
from scenes.parts.residual import ways
from scenes.parts.shapes import ring, room_of
from scenes.parts.shares import Shares, shares
from scenes.parts.tokens import cards_beside, token_card
from scenes.parts.whole import Whole

STAGES = ("centred", "normalised", "scaled", "output")
SYMBOL, MOMENT, FORMULA, HUGE = (size * PX for size in (48, 40, 80, 130))
CELL, BESIDE, ASIDE, CARD = (length * PX for length in (76, 190, 44, 297))    # a row of cells, room for its name, from bars to moments, a card
READ = {"residual_1": "r = x + a", "input": "x"}                              # what is normalised, as it is written
MATHS, LATER = "{{ y = : y }} {{ gamma : gamma }} (LETTER - mu) / sigma {{ + beta : beta }}", ("y", "gamma", "beta")   # without ε, which is tiny
SIGNS = {"mu": "- mu", "sigma": "div sigma", "gamma": "times gamma", "beta": "+ beta"}
WAYS = ("without", "muted", 1), ("with", "output", 3)                         # how the heights of bars are to be read is said beside them
NEARLY_ALL, LESS, FEW = 0.95, 0.75, 7     # a weight; a γ that makes a feature count less; columns that are shown while numbers are followed
ROOMY = 300 * PX                          # height from which there is a note above bars


class AddNorm(ExplainerScene):
    """The skip and the sum, the four moves on one token, all tokens at once, and why not batch norm."""

    experiments = ("growth", "moments", "batch_norm")
    sparse = {"skip": "the sum has its place below, and comes next"}
    place = "block"

    @step
    def skip(self):
        """A token's vector goes through attention, a copy of it round it on the residual path."""
        self._lay_out_ways()
        x, attended, _ = self.ways.rows
        self.play(appear(self.card, x, self.ways.names[0]))
        self.play(draw(self.ways.through[0]), appear(self.ways.boxes))
        self.play(merge(*x.cells, into=self.ways.boxes, run_time=0.9))
        self.play(draw(*self.ways.through[1:], lag=0.5), appear(attended, self.ways.names[1]))
        self.play(draw(*self.ways.around, run_time=1.4), appear(self.ways.note))

    @step
    def addition(self):
        """The two meet: feature by feature, first slowly, then fast."""
        x, attended, total = self.ways.rows
        self.play(appear(self.ways.sign, self.ways.line, self.ways.names[2], self.ways.hint))
        for j, cell in enumerate(total.cells[0]):
            seconds = max(0.1, 0.8 / (j + 1))
            pair = (x.cells[0][j], attended.cells[0][j])
            self.play(merge(*pair, into=cell, run_time=seconds), appear(total.cell(0, j), run_time=seconds))
        self.play(appear(total.border, total.dots, run_time=0.2))

    @step
    def growth(self):
        """Many untrained blocks, with LayerNorm and without: how large their numbers become, and what softmax soon makes of the scores."""
        rows = self.stage.trim(top=max(0, self.stage.top - self.frame.map.bottom), bottom=TIGHT).rows(2, WIDE)
        places = [row.split([2, 1], WIDE) for row in rows]
        panels = [self._grown(*way, left, right) for way, (left, right) in zip(WAYS, places, strict=True)]
        self.open_with(*(part for sizes, looks, _ in panels for part in (sizes.title, sizes.ground, looks.words)))
        for sizes, looks, note in panels:
            self.play(appear(*sizes.levels, lag=0.15), appear(sizes.value))
            self.play(appear(*note))
            self.play(appear(looks.bars))

    @step
    def normalise(self):
        """The vector that LayerNorm reads becomes bars; their mean is taken away, and what is left is divided by their spread."""
        self._lay_out_bars()
        before = self._stage(0, self.upper)
        self.open_with(self.card, before.floor, before.letter, before.row)
        self.play(travel(VGroup(*before.row.cells[0]).copy(), before.bars))
        for mark, value in zip(((before.marks.slab, before.marks.level), (before.marks.band, before.marks.bracket)), before.values):
            self.play(appear(*mark, value))
        self.play(appear(self.moves[0], self.formula), dim(*self._symbols(*LATER)))
        self._carry_down(before, self._stage(1, self.lower))
        self.play(appear(self.moves[1]))
        self._move(2)
        self.play(appear(self.rounded))

    @step
    def gain_and_shift(self):
        """Each feature times its own γ, then plus its own β: a few of them, so that they can be followed."""
        self._lay_out_bars(FEW)
        above = self._stage(2, self.upper)
        self.play(vanish(*self.on_stage()), appear(self.card, self.formula, above))
        self._carry_down(above, self._stage(2, self.lower))
        for k, symbol, row in ((3, "gamma", self.gain), (4, "beta", self.shift)):
            self.play(appear(bare(row), self._sign(SIGNS[symbol], row.border)))
            self._move(k, row)
        less = [ring(self.theme, cell) for cell in self.gain.cells[0] if float(cell.source) < LESS]
        self.play(appear(self.rounded_less if less else self.rounded, *less))

    @step
    def every_token(self):
        """Every token has a mean and a spread of its own."""
        self._lay_out_table()
        self.panels = self._panels(0)
        self.play(vanish(*self.on_stage()), appear(self.table.words, *self.table.floors), appear(*(panel.bars for panel in self.panels), lag=0.15))
        self.play(appear(self.table.head, *self.table.values, lag=0.2), appear(*(panel.marks for panel in self.panels), lag=0.2))

    @step
    def shared(self):
        """One row of γ and one of β serve all the tokens."""
        for k in (1, 2):
            self._all_move(k)
        for k, symbol, row in ((3, "gamma", self.gains), (4, "beta", self.shifts)):
            self.play(appear(bare(row), self._sign(symbol, row.border)))
            self._all_move(k, row)

    @step
    def batch(self):
        """Batch norm would go down the columns, over whoever is in the batch: with other company the token comes out another."""
        self._lay_out_batch()
        self.play(vanish(*self.on_stage()), appear(self.sheet, self.cards, self.sheet_name))
        for around, word, value in zip(self.rings, self.verdicts, self.shifts_by, strict=True):
            self.play(appear(around, word))
            self.play(appear(value, run_time=0.8))

    def _carry_down(self, before: Whole, after: Whole) -> None:
        """What stands above comes down, as it is or without its mean."""
        self.play(appear(after.floor, after.letter), *(travel(start.copy(), end, run_time=EASY) for start, end in self._pairs(before, after)))
        self.now = after

    def _move(self, k, by=None):
        """One of the four moves; `by`: what flies into the bars."""
        old, new = self.now, self._stage(k, self.lower)
        flying = [merge(cell, into=bar, run_time=SLOW) for cell, bar in zip(by.cells[0], old.bars, strict=True)] if by else []
        moving = [*self._pairs(old, new), (old.letter, new.letter)]
        self.play(vanish(old.row.numbers, old.values), *(travel(start, end) for start, end in moving), *flying)
        self.play(appear(new.row.numbers, new.values))
        self.now = new

    def _pairs(self, old: Whole, new: Whole) -> list[tuple[Mobject, Mobject]]:
        """What goes from one stage to another."""
        return [(old.bars, new.bars), (old.row.cells, new.row.cells), (old.marks, new.marks), *[(old.row.dots, new.row.dots)] * bool(old.row.dots)]

    def _all_move(self, k, by=None):
        """The bars of all tokens move at once, each in its row."""
        after = self._panels(k)
        flying = [merge(by.cells, into=floor, scale=1, run_time=1.2) for floor in self.table.floors] if by else []
        self.play(*(travel(old, new, run_time=1.2) for old, new in zip(self.panels, after, strict=True)), *flying)
        self.panels = after

    @property
    def _source(self) -> str:
        """The tensor that LayerNorm reads: the sum, or x itself."""
        return reads(self.staging.trace.config.norm)["norm_1"][0]

    def _tensor(self, name: str) -> View:
        return self.view(f"encoder.{{block}}.{name}")

    def _read(self, k: int) -> View:
        """What LayerNorm reads (n, d_model), or what its k-th move makes of it."""
        return self._tensor(f"norm_1.{STAGES[k - 1]}" if k else self._source)

    def _moments(self, k, i, room, full):
        mean, spread = (self._measured(what)[k] for what in ("mean", "spread"))
        return moments(self.theme, mean[i : i + 1], spread[i : i + 1], room, full)

    def _values(self, k: int, places: Sequence[Room]) -> list[VGroup]:
        """The mean and the spread after the k-th move, each with its word, if it finds room."""
        size = max(MOMENT, self.theme.digit)
        words = [[text(self.theme, self.say(what), SMALLEST_WORD, "muted")] if places[0].width >= self._said else [] for what in ("mean", "spread")]
        return [line_of(*word, text(self.theme, f"{letter} =", size), number(self.theme, self._measured(what)[k, self.focus], size, weight=600),
                        gap=TIGHT / 2, at=place).align_to(place.point(-1), LEFT)
                for (what, letter), word, place in zip((("mean", "μ"), ("spread", "σ")), words, places, strict=True)]

    @property
    def _said(self) -> float:
        """The room that mean and spread take beside bars."""
        words = max(text_width(self.theme, self.say(what), SMALLEST_WORD) for what in ("mean", "spread"))
        size = max(MOMENT, self.theme.digit)
        return words + text_width(self.theme, f"μ = 0.{'0' * self.theme.decimals}", size, 600, tabular=True) + 2 * TIGHT

    def _measured(self, what: str) -> View:
        """Mean or spread (stage, n) before the first LayerNorm of the block and after each of its moves."""
        return self.view(f"moments.{{block}}.norm_1.{what}")

    def _grown(self, way: str, role: str, share: int, left: Room, right: Room) -> tuple[Depth, Shares, list[Mobject]]:
        """Sizes with LayerNorm or without, what the followed token takes, and what is said of the sizes, if there is room.
        share: of the height that the highest bar takes, as one of so many."""
        sizes, place, note = self.view(f"growth.{way}.sizes"), left.columns([2, 1])[0], self.say(f"{way}_note")
        words = self.say(f"{way}_norm"), self.say("before_first"), self.say("after_last")
        panel = depth(self.theme, sizes, -1, words, left, role, share * largest(sizes))
        start, factor = ([number(self.theme, each, WORD, weight=600)] * (way == "without") for each in (sizes[0], self.view(f"growth.{way}.factor")))
        said = line_of(*start, text(self.theme, note, NOTE, "muted"), *factor, gap=TIGHT / 2, at=place)
        wide, below_title = text_width(self.theme, f"0.00 {note} 0.00", WORD), room_of(said).top < room_of(panel.title).bottom
        return panel, self._look(way, right), [said] if left.height > ROOMY and wide <= place.width and below_title else []

    @property
    def _won(self) -> int:
        """The first untrained block in which, without LayerNorm, one token takes nearly all of what the followed one gives; or the last one."""
        most = self.view("growth.without.weights").values[:, self.head, self.focus].max(-1)     # (block,)
        return int(np.argmax(most > NEARLY_ALL)) if most.max() > NEARLY_ALL else len(most) - 1

    def _look(self, way: str, room: Room) -> Shares:
        """What the followed token takes in an untrained block."""
        said = self.say("softmax", token=self.tokens[self.focus], number=self._won + 1)
        return shares(self.theme, self.view(f"growth.{way}.weights")[self._won, self.head, self.focus], self.tokens, said, NOTE, room)

    def _lay_out_ways(self):
        head, body = self.stage.trim(bottom=TIGHT / 2).rows([1, 9])
        moves = MOVES[self.staging.trace.config.norm]
        kinds = [self.say({"sublayer": "attention"}.get(move, move)) for move in moves[: moves.index("add")]]
        attention = f'{quote(self.say("attention"))}(x)'
        views = [self._tensor(name)[self.focus] for name in ("input", "self_attention.output", "residual_1")]
        self.card = self._card(head)
        self.ways = ways(self.theme, views, ("x", attention, f"r = x + {attention}"), kinds, self.say("bypass"), self.say("rounded"), body)

    def _card(self, room: Room):
        return token_card(self.theme, self.tokens[self.focus], min(CARD, room.width), room.height, "output").move_to(room.centre)

    def _lay_out_bars(self, most: int = MOST):
        """Bars and cells before a move and below them after it, what comes in between in the middle; token and formula where there is room."""
        cell = self._cell
        body = self.stage.trim(left=BESIDE, right=self._aside)
        high = (body.height - 2 * cell - 3 * TIGHT) / 2
        self.upper, *between, self.lower = body.rows([high, cell, cell, high], TIGHT)
        views = [self._read(k)[self.focus] for k in range(len(STAGES) + 1)]
        self.grid = self._row(views[0], body, most)
        self.full, self.digits = 1.05 * largest(*views, columns=self.grid.columns), fit_digits(self.theme, self._read(0).values, self.grid)
        self.gain, self.shift = (self._weights(name, place, self.grid, self.digits) for name, place in zip(("gamma", "beta"), between))
        self.moves = [self._said_move(*move, row) for move, row in zip((("mean", "mu"), ("spread", "sigma")), (self.gain, self.shift))]
        card = self._card(self.upper.trim(bottom=cell).outside(left=BESIDE - TIGHT, gap=TIGHT).fit(height=CELL))
        right = Room(body.right + ASIDE, self.stage.right, between[1].bottom, between[0].top)
        self.formula, self.rounded, self.rounded_less, self.card = (
            [*self._aside_of_bars(right), card] if self.stage.is_wide else [VGroup() for _ in range(4)])

    def _aside_of_bars(self, room: Room) -> list[Mobject]:
        """At the right of both rows of cells: the formula, and below it one of two hints that its numbers are rounded."""
        maths = equation(self.theme, MATHS.replace("LETTER", READ[self._source][0]), size=FORMULA, width=room.width, at=room)
        hints = [paragraph(self.theme, self.say(said), SMALLEST_WORD, room.width, "muted", align=-1) for said in ("rounded", "less")]
        for hint in hints:
            hint.shift(room.level(self.lower.bottom + self._cell / 2).centre)
            hint.set_y(max(hint.get_y(), self.lower.bottom + hint.height / 2))
        return [maths, *hints]

    @property
    def _cell(self) -> float:
        """The height of a row of cells."""
        return min(CELL, self.stage.height / 10)

    @property
    def _aside(self) -> float:
        """What there is at the right of bars: a bracket, and mean and spread if these do not stand above."""
        return ASIDE + self._said * self.stage.is_wide

    def _symbols(self, *names: str) -> list[Mobject]:
        """Symbols of the formula, if there is one."""
        return [self.formula.select(name) for name in names if self.formula]

    def _said_move(self, what: str, symbol: str, row: HeatMap) -> VGroup:
        """What is done with all numbers: as it is written, where a row of others would have its name, and in words with the number itself."""
        value = number(self.theme, self._measured(what)[0, self.focus], WORD, weight=600)
        room = room_of(row.border)
        said = text(self.theme, self.say(f"{what}_goes"), width=room.width - value.advance - TIGHT)
        return VGroup(self._sign(SIGNS[symbol], row.border), line_of(said, value, at=room))

    def _sign(self, maths: str, row: Mobject) -> Mobject:
        """A name at the left of a row."""
        return left_of(equation(self.theme, maths, size=min(SYMBOL, 0.6 * row.height), width=BESIDE - 2 * TIGHT), row)

    def _row(self, view: View, room: Room, most: int = MOST) -> Grid:
        """A row of cells as wide as a room; most: cells that are shown."""
        found = fit_grid(view.shape, room, most)
        return found._replace(width=room.width / len(found.columns), height=min(self._cell, room.height))

    def _weights(self, name, room, grid, digits=True):
        """γ or β (d_model) as a row of cells, both on one scale."""
        views = {which: self.view(f"weights.encoder.{{block}}.norm_1.{which}") for which in ("gamma", "beta")}
        return heat_map(self.theme, views[name], room, digits=digits, scale=peak(*views.values()), grid=grid)

    def _stage(self, k, room):
        """The followed token as LayerNorm reads it (k = 0), or after its k-th move: bars, its numbers below them, mean and spread at the right."""
        view = self._read(k)[self.focus]
        body, strip = room.trim(bottom=self._cell + TIGHT / 2), room.strip(bottom=self._cell)
        values = body.outside(right=self._said, gap=ASIDE).rows(2, 0) if self.stage.is_wide else body.strip(top=MOMENT).columns(2)
        body = body if self.stage.is_wide else body.trim(top=MOMENT + TIGHT / 2)
        row = heat_map(self.theme, view, strip, digits=self.digits, scale=self.full, grid=self.grid)
        row.remove(row.border)
        marks = self._moments(k, self.focus, body, self.full)
        letter, word = {0: READ[self._source], 4: "= y"}.get(k), self.say("now" if room is self.lower else "before")
        name = equation(self.theme, letter, size=SYMBOL, width=BESIDE - 2 * TIGHT) if letter else text(self.theme, word, SMALLEST_WORD, "muted")
        return Whole(floor=middle(self.theme, body), marks=marks, bars=feature_bars(self.theme, view, row.grid.columns, body, self.full),
                     row=row, letter=left_of(name, row.border), values=self._values(k, values))

    def _lay_out_table(self):
        """A row for each token: its word, its bars, its mean and spread; γ and β above them all."""
        head, body = self.stage.trim(left=WORDS + GAP, right=SUMS + GAP, bottom=TIGHT).rows([self.stage.height / 5, 4 * self.stage.height / 5])
        self.table = moment_table(self.theme, self.tokens, [self._measured(what)[0] for what in ("mean", "spread")], body)
        grid = self._row(self._read(0)[0], head.rows(2, TIGHT)[0])
        self.gains, self.shifts = (self._weights(name, place, grid) for name, place in zip(("gamma", "beta"), head.rows(2, TIGHT), strict=True))

    def _panels(self, k):
        """The bars, and mean and spread, of every token at a stage."""
        columns = self._row(self._read(0)[0], self.table.places[0]).columns
        full = largest(*(self._read(stage) for stage in range(len(STAGES) + 1)), columns=columns)
        return [Whole(marks=self._moments(k, i, place, full), bars=feature_bars(self.theme, self._read(k)[i], columns, place, full))
                for i, place in enumerate(self.table.places)]

    def _lay_out_batch(self):
        """The vectors of all tokens at the left; what each norm looks at, and how far the company moves the token, at the right."""
        left, right = self.stage.split([2, 1] if self.stage.is_wide else [1, 1])
        sheet = left.trim(left=WORDS + GAP, top=SYMBOL + TIGHT)
        self.sheet = heat_map(self.theme, self._read(0), sheet, grid=fit_grid(self._read(0).shape, sheet))
        self.cards = cards_beside(self.theme, self.tokens, self.sheet, WORDS, keep=self.focus)
        self.sheet_name = above(text(self.theme, self.say("features"), WORD, "muted"), self.sheet.border)
        column = VGroup(*(row[0] for row in self.sheet.cells))
        self.rings = [ring(self.theme, self.sheet.cells[self.focus]), ring(self.theme, column)]
        places = [place.rows(2, 0) for place in (right.rows(2, WIDE) if self.stage.is_wide else right.columns(2, WIDE))]
        words = [self.say(key, token=self.tokens[self.focus]) for key in ("layer_norm", "batch_norm")]
        self.verdicts = [no_higher(paragraph(self.theme, each, WORD, said.width).shift(said.centre), said)
                         for each, (said, _) in zip(words, places)]
        changes = [self.view(f"batch_norm.{name}")[self.spec.block, self.focus] for name in ("layer_norm_changes", "changes")]
        self.shifts_by = [number(self.theme, change, min(HUGE, large.height), weight=600, at=large) for change, (_, large) in zip(changes, places)]
