"""The residual connection and layer normalisation (Vaswani et al. 2017, section 3.1; Ba et al. 2016, eq. 3 and 4)."""

from manim import VGroup

from model import View
from model.wiring import MOVES, reads
from scenes.add_norm.formula import normed
from scenes.add_norm.rows import ways
from scenes.base.layout import above, below, left_of, right_of, side_by_side
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import largest
from scenes.parts.equation import equation, quote
from scenes.parts.feature_bars import feature_bars, middle, moments
from scenes.parts.heat_map import fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, number, paragraph, text, text_width, words_at
from scenes.parts.lanes import bare
from scenes.parts.motion import appear, brighten, dim, draw, merge, travel, vanish
from scenes.parts.shapes import ring, room_of
from scenes.parts.tokens import cards_beside, token_card
from scenes.parts.whole import Whole

STAGES = ("centred", "normalised", "scaled", "output")
SYMBOL, READ, HUGE = 48 * PX, 56 * PX, 130 * PX
CELL, BESIDE = 76 * PX, 72 * PX           # height of a row of cells below bars; room for the name at its left


class AddNorm(ExplainerScene):
    """The skip and the sum, the four moves on one token, all tokens at once, and why not batch norm."""

    experiments = ("moments", "batch_norm")
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
    def statistics(self):
        """The vector that LayerNorm reads becomes bars; their mean and their spread are drawn, and run into the formula."""
        source = self.ways.rows[2 if self._source == "residual_1" else 0]
        card = self.card
        self._lay_out_bars()
        self.now = now = self._stage(0)
        self.open_with(card, source.cells)
        self.play(travel(source.cells, now.row.cells, run_time=1.0), travel(card, self.card, run_time=1.0))
        self.play(appear(now.row.numbers, now.row.dots, self.name), draw(self.floor))
        self.play(travel(VGroup(*now.row.cells[0]).copy(), now.bars))
        self.play(appear(self.formula.maths), dim(*self.formula.later))
        for mark, readout in ((VGroup(now.marks.slab, now.marks.level), self.formula.mean),
                              (VGroup(now.marks.band, now.marks.bracket), self.formula.spread)):
            self.play(appear(mark))
            self.play(draw(readout.leader), appear(readout.words, readout.box))

    @step
    def centre(self):
        """Every feature less the mean: the bars drop together, and so does the slab."""
        spread = self.formula.spread
        self.play(vanish(self.name, self.formula.mean.leader, spread.leader), dim(spread.words, spread.box))
        self._move(1)

    @step
    def scale(self):
        """Divided by the spread, the bars stretch or shrink until it is 1."""
        mean, spread = self.formula.mean, self.formula.spread
        self.play(dim(mean.words, mean.box), brighten(spread.words, spread.box))
        self._move(2)

    @step
    def gain_and_shift(self):
        """Each feature times its own γ, then plus its own β."""
        self.play(dim(self.formula.spread.words, self.formula.spread.box))
        for k, symbol, row in ((3, "gamma", self.gain), (4, "beta", self.shift)):
            self.play(appear(bare(row), left_of(equation(self.theme, symbol, size=SYMBOL), row.border)),
                      brighten(self.formula.maths.select(symbol)))
            self._move(k, row)
        written = left_of(equation(self.theme, "y", size=SYMBOL), self.now.row.border)
        rounded = right_of(text(self.theme, self.say("rounded"), SMALLEST_WORD, "muted"), self.shift.border)
        self.play(brighten(self.formula.maths.select("y")), appear(written, rounded))

    @step
    def every_token(self):
        """Every token has a mean and a spread of its own."""
        self._lay_out_table()
        self.panels = self._panels(0)
        self.play(vanish(*self.on_stage()), appear(self.words, *self.floors), appear(*(panel.bars for panel in self.panels), lag=0.15))
        self.play(appear(self.table_head, *self.own, lag=0.2), appear(*(panel.marks for panel in self.panels), lag=0.2))

    @step
    def shared(self):
        """One row of γ and one of β serve all the tokens."""
        for k in (1, 2):
            self._all_move(k)
        for k, symbol, row in ((3, "gamma", self.gains), (4, "beta", self.shifts)):
            self.play(appear(bare(row), left_of(equation(self.theme, symbol, size=SYMBOL), row.border)))
            self._all_move(k, row)

    @step
    def batch(self):
        """Batch norm would go down the columns, over whoever is in the batch: with other company the token comes out another."""
        self._lay_out_batch()
        self.play(vanish(*self.on_stage()), appear(self.sheet, self.cards, self.sheet_name))
        for around, word, value in zip(self.rings, self.verdicts, self.shifts_by, strict=True):
            self.play(appear(around, word))
            self.play(appear(value, run_time=0.8))

    def _move(self, k, by=None):
        """One of the four moves; `by`: what flies into the bars."""
        old, new = self.now, self._stage(k)
        seconds = 1.5 if by is None else 1.1
        self.play(vanish(old.row.numbers, old.values, run_time=0.4))
        flying = [merge(cell, into=bar, run_time=seconds) for cell, bar in zip(by.cells[0], old.bars, strict=True)] if by else []
        moving = ((old.bars, new.bars), (old.marks, new.marks), (old.row.cells, new.row.cells))
        self.play(*(travel(start, end, run_time=seconds) for start, end in moving), *flying)
        self.play(appear(new.row.numbers, new.values))
        self.now = new

    def _all_move(self, k, by=None):
        """The bars of all tokens move at once, each in its row."""
        after = self._panels(k)
        flying = [merge(by.cells, into=floor, scale=1, run_time=1.2) for floor in self.floors] if by else []
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
        mean, spread = (self.view(f"moments.{{block}}.norm_1.{what}")[k] for what in ("mean", "spread"))
        return moments(self.theme, mean[i : i + 1], spread[i : i + 1], room, full)

    def _values(self, k, marks):
        """The mean and the spread after the k-th move, beside their marks; the first ones go into the formula."""
        edge, y = room_of(marks.bracket).right + TIGHT, marks.level.get_y()
        return VGroup(self._moment(what, letter, k).next_to([edge, y + side * WORD, 0], buff=0)
                      for what, letter, side in (("mean", "mu", -0.6), ("spread", "sigma", 0.6)) if k)

    def _moment(self, what, letter, k):
        value = number(self.theme, self.view(f"moments.{{block}}.norm_1.{what}")[k, self.focus], WORD)
        return side_by_side(equation(self.theme, letter, size=WORD), value, gap=TIGHT / 2)

    def _lay_out_ways(self):
        head, body = self.stage.rows([1, 9])
        moves = MOVES[self.staging.trace.config.norm]
        kinds = [self.say({"sublayer": "attention"}.get(move, move)) for move in moves[: moves.index("add")]]
        attention = f'{quote(self.say("attention"))}(x)'
        views = [self._tensor(name)[self.focus] for name in ("input", "self_attention.output", "residual_1")]
        self.card = self._card(head)
        self.ways = ways(self.theme, views, ("x", attention, f"r = x + {attention}"), kinds, self.say("bypass"), self.say("rounded"), body)

    def _card(self, room: Room):
        return token_card(self.theme, self.tokens[self.focus], 2.2, room.height, "output").move_to(room.centre)

    def _lay_out_bars(self):
        """Bars and cells at the left; the token and the formula at the right."""
        wide = self.stage.is_wide
        left, side = self.stage.split([3, 1] if wide else [1.2, 1], WIDE if wide else TIGHT)
        body, *strips = left.trim(left=BESIDE, right=BESIDE / 2 if wide else 2 * BESIDE).rows([left.height - 3 * (CELL + TIGHT), CELL, CELL, CELL], TIGHT)
        views = [self._read(k)[self.focus] for k in range(len(STAGES) + 1)]
        self.grid = self._row(views[0], body)
        self.main, self.full = body, 1.05 * largest(*views, columns=self.grid.columns)
        self.strip, self.digits = strips[0], fit_digits(self.theme, self._read(0).values, self.grid)
        self.gain, self.shift = (self._weights(name, place, self.grid) for name, place in zip(("gamma", "beta"), strips[1:], strict=True))
        self.floor = middle(self.theme, body)
        side = side.trim(top=max(0, self.stage.top - self.frame.map.bottom + TIGHT))
        top, rest = side.rows([1, 9] if wide else [1, 5])
        self.card = self._card(top)
        mean, spread = (self.view(f"moments.{{block}}.norm_1.{what}")[0, self.focus] for what in ("mean", "spread"))
        letter = {"residual_1": "r", "input": "x"}[self._source]
        marks = self._moments(0, self.focus, body, self.full)
        self.formula = normed(self.theme, letter, mean, spread, marks, rest)
        self.name = left_of(equation(self.theme, letter, size=SYMBOL), self._stage(0).row.border)

    def _row(self, view, room):
        """A row of cells as wide as a room."""
        found = fit_grid(view.shape, room)
        return found._replace(width=room.width / len(found.columns), height=min(CELL, room.height) if not self.frame.is_roomy else CELL)

    def _weights(self, name, room, grid):
        """γ or β (d_model) as a row of cells, both on one scale."""
        views = {which: self.view(f"weights.encoder.{{block}}.norm_1.{which}") for which in ("gamma", "beta")}
        return heat_map(self.theme, views[name], room, digits=True, scale=peak(*views.values()), grid=grid)

    def _stage(self, k):
        """The followed token as LayerNorm reads it (k = 0), or after its k-th move."""
        view = self._read(k)[self.focus]
        row = heat_map(self.theme, view, self.strip, digits=self.digits, scale=self.full, grid=self.grid)
        bars = feature_bars(self.theme, view, row.grid.columns, self.main, self.full)
        marks = self._moments(k, self.focus, self.main, self.full)
        return Whole(marks=marks, bars=bars, row=row, values=self._values(k, marks))

    def _lay_out_table(self):
        """A row for each token: its word, its bars, its mean and spread; γ and β above them all."""
        head, body = self.stage.trim(left=3.5 * BESIDE, right=4.5 * BESIDE, bottom=TIGHT).rows([self.stage.height / 5, 4 * self.stage.height / 5])
        self.places = body.rows(len(self.tokens), TIGHT)
        grid = self._row(self._read(0)[0], head.rows(2, TIGHT)[0])
        self.gains, self.shifts = (self._weights(name, place, grid) for name, place in zip(("gamma", "beta"), head.rows(2, TIGHT), strict=True))
        self.floors = [middle(self.theme, place) for place in self.places]
        columns = body.outside(right=4 * BESIDE, gap=GAP).columns(2)
        wide = text_width(self.theme, f"0.{'0' * self.theme.decimals}", 1, tabular=True)
        size = max(self.theme.digit, min(READ, 0.6 * self.places[0].height, columns[0].width / wide))
        self.words = words_at(self.theme, self.tokens, [(place.left - GAP, place.centre[1]) for place in self.places], size, 3 * BESIDE)
        self.table_head = VGroup(equation(self.theme, name, size=SYMBOL).move_to([column.centre[0], body.top + SYMBOL, 0])
                                 for name, column in zip(("mu", "sigma"), columns, strict=True))
        self.own = [VGroup(number(self.theme, self.view(f"moments.{{block}}.norm_1.{what}")[0, i], size,
                                  at=(column.centre[0], place.centre[1], 0)) for what, column in zip(("mean", "spread"), columns, strict=True))
                    for i, place in enumerate(self.places)]

    def _panels(self, k):
        """The bars, and mean and spread, of every token at a stage."""
        columns = self._row(self._read(0)[0], self.places[0]).columns
        full = largest(*(self._read(stage) for stage in range(len(STAGES) + 1)), columns=columns)
        return [Whole(marks=self._moments(k, i, place, full), bars=feature_bars(self.theme, self._read(k)[i], columns, place, full))
                for i, place in enumerate(self.places)]

    def _lay_out_batch(self):
        """The vectors of all tokens at the left; what each norm looks at, and how far the company moves the token, at the right."""
        left, right = self.stage.split([2, 1] if self.stage.is_wide else [1.4, 1], WIDE)
        sheet = left.trim(left=3 * BESIDE, top=SYMBOL + TIGHT)
        self.sheet = heat_map(self.theme, self._read(0), sheet, grid=fit_grid(self._read(0).shape, sheet))
        self.cards = cards_beside(self.theme, self.tokens, self.sheet, 3 * BESIDE - GAP)
        self.sheet_name = above(text(self.theme, self.say("features"), WORD, "muted"), self.sheet.border)
        column = VGroup(*(row[0] for row in self.sheet.cells))
        self.rings = [ring(self.theme, self.sheet.cells[self.focus]), ring(self.theme, column)]
        upper, lower = right.rows(2, WIDE) if self.stage.is_wide else right.columns(2, WIDE)
        self.verdicts = [paragraph(self.theme, self.say(key, token=self.tokens[self.focus]), WORD, place.width).move_to(place.point(0, 0.5))
                         for key, place in (("layer_norm", upper), ("batch_norm", lower))]
        changes = [self.view(f"batch_norm.{name}")[self.spec.block, self.focus] for name in ("layer_norm_changes", "changes")]
        self.shifts_by = [below(number(self.theme, change, min(HUGE, 0.4 * upper.height), weight=600), verdict, GAP)
                          for change, verdict in zip(changes, self.verdicts, strict=True)]
