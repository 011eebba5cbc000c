"""Scene 11: the residual connection and layer normalisation (Vaswani et al. 2017, section 3.1; Ba et al. 2016, eq. 3 and 4)."""

from itertools import pairwise
from typing import NamedTuple

from manim import LEFT, UP, VGroup

from model import View
from model.wiring import MOVES, reads
from scenes.base.scene import ExplainerScene, step
from scenes.parts.diagram import module, route
from scenes.parts.equation import equation, quote
from scenes.parts.feature_bars import feature_bars, middle, moments, named_moments
from scenes.parts.flow import arrow
from scenes.parts.heat_map import (
    LARGEST_CELL,
    SMALLEST_DIGIT,
    Grid,
    HeatMap,
    fit_digits,
    fit_grid,
    heat_map,
    peak,
)
from scenes.parts.label import WORD, number, text, words_at
from scenes.parts.lanes import bare
from scenes.parts.motion import (
    appear,
    brighten,
    copy_to,
    dim,
    draw,
    hide,
    merge,
    travel,
    vanish,
)
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import card_width, cards_beside, token_card
from scenes.base.room import PX, Room

STAGES = ("centred", "normalised", "scaled", "output")
TERMS = {"input": "x", "self_attention.output": "a", "residual_1": "s"}     # of the sum
FORMULA = ("{{ y = : y }} {{ gamma : gamma }} ({{ READ : read }} {{ med - med mu : mean }}) / "
           "{{ sqrt(sigma^2 + epsilon) : root }} {{ med + med beta : beta }}")
NAME, SYMBOL, LARGE, NOTE, SMALL = (size * PX for size in (34, 38, 50, 30, 26))
BESIDE, SIGN, ABOVE = 0.5, 0.5, 0.52     # room for γ and β beside bars, for a plus beside a row, and for the name of a matrix

CROWD = 6                                 # tokens


class Stage(NamedTuple):
    """The followed token before LayerNorm or after one of its moves.

    bars, marks: its features, their mean and spread. row, name: its features as cells. reading: mean and spread as numbers.
    """

    bars: VGroup
    marks: VGroup
    row: HeatMap
    name: VGroup
    reading: VGroup


class AddNorm(ExplainerScene):
    """The skip and the sum, the four moves on one token, and all tokens at once."""

    experiments = ("moments",)
    place = "block"

    @step
    def skip(self):
        """A copy of X goes through attention, another one round it; both meet at the plus."""
        self._lay_out_ways()
        self.play(appear(*self.cards, lag=0.1), appear(self.x, self.names[0]))
        self.play(draw(self.through[0]), appear(*self.boxes))
        self.play(merge(*self.x.cells, into=self.boxes[0], run_time=0.9))
        self.play(draw(*self.through[1:], lag=0.5, run_time=0.4), appear(self.attended, self.names[1], run_time=0.8))
        self.play(draw(self.around, run_time=0.7), appear(self.word))
        self.play(copy_to(self.x.cells, self.skipped, run_time=1.0), appear(self.names[2]))
        self.play(draw(*self.to_plus), appear(self.plus))
        self.play(draw(self.to_sum, run_time=0.4), appear(self.names[3], run_time=0.4))
        self.play(copy_to(self.attended.cells, self.sum, run_time=1.0), merge(*self.skipped.cells, into=self.sum, run_time=1.0))

    @step
    def addition(self):
        """The followed token's rows come out; the sum is made feature by feature, first slowly, then fast."""
        self._lay_out_addition()
        skipped, attended, total = self.terms
        others = [row for source in (self.skipped, self.attended) for i, row in enumerate(source.cells) if i != self.focus]
        kept = [source.cells[self.focus] for source in (self.skipped, self.attended)]
        self.play(dim(*others, *(card for i, card in enumerate(self.cards) if i != self.focus)))
        self.play(
            vanish(*self.on_stage(self.skipped, self.attended, self.cards[self.focus]), *others),
            vanish(*(part for source in (self.skipped, self.attended) for part in (source.border, source.dots))),
            *(travel(row, term.cells[0]) for row, term in zip(kept, self.terms, strict=False)),
            travel(self.cards[self.focus], self.card),
        )
        self.play(appear(*(part for term in (skipped, attended) for part in (term.numbers, term.dots)), *self.signs, self.line))
        for j, cell in enumerate(total.cells[0]):
            seconds = max(0.1, 0.8 / (j + 1))
            pair = (skipped.cells[0][j], attended.cells[0][j])
            self.play(merge(*pair, into=cell, run_time=seconds), appear(total.cell(0, j), run_time=seconds))
        self.play(appear(total.dots, run_time=0.2))

    @step
    def statistics(self):
        """The vector that LayerNorm reads becomes bars; their mean and their spread are drawn on them."""
        source = self.terms[[*TERMS].index(self._source)]
        self._lay_out_bars()
        self.now = now = self._stage(0)
        self.play(vanish(*self.on_stage(source, self.card), source.numbers, source.dots))
        self.play(travel(source.cells, now.row.cells, run_time=1.0), travel(self.card, self.corner, run_time=1.0))
        self.card = self.corner
        self.play(appear(now.row.numbers, now.row.dots, now.name), draw(self.floor))
        self.play(travel(VGroup(*now.row.cells[0]).copy(), now.bars))
        hide(now.marks, self.sheet, self.formula)
        self.bring_to_back(now.marks)
        self.add(self.sheet, self.formula)
        for mark, letter, value in zip(now.marks, self.letters, now.reading, strict=True):
            self.play(appear(mark, letter, value, run_time=0.8))
        read = self.formula.select("read")
        self.play(brighten(self.sheet, read), dim(*(shape for shape in self.formula if shape is not read)))

    @step
    def centre(self):
        """Every feature less the mean: the bars drop together, and so does the slab."""
        self._move(1, "mean")

    @step
    def scale(self):
        """Divided by the spread, the bars stretch or shrink until it is 1."""
        self._move(2, "root")

    @step
    def gain_and_shift(self):
        """Each feature times its own γ, then plus its own β."""
        for k, name, row in ((3, "gamma", self.gain), (4, "beta", self.shift)):
            self.play(appear(bare(row), self._beside(name, row)))
            self._move(k, name, row)
        self.play(brighten(self.formula.select("y")), appear(self.now.name))

    @step
    def every_token(self):
        """All tokens: the same two moves, but with n pairs of numbers."""
        self._lay_out_table()
        later = [self.formula.select(symbol) for symbol in ("y", "gamma", "beta")]
        self.play(vanish(*self.on_stage(self.formula, self.sheet)), dim(*later))
        before, after = self._panels(0), self._panels(2)
        self.play(appear(self.tokens_beside, *self.floors), appear(*(bars for bars, _ in before), lag=0.15))
        marks = [mark for _, mark in before]
        hide(*marks)
        self.bring_to_back(*marks)
        self.play(appear(self.headings, *self.own, lag=0.2), appear(*marks, lag=0.2), appear(self.notes[0]))
        self._all_move(before, after)
        self.panels = after

    @step
    def shared(self):
        """One row of γ and one of β serve all the tokens."""
        for k, name, row in ((3, "gamma", self.gains), (4, "beta", self.shifts)):
            letter = equation(self.theme, name, size=SYMBOL)
            letter.move_to([self.table.left - 0.3, row.cells.get_y(), 0])
            self.play(appear(bare(row), letter), brighten(self.formula.select(name)))
            after = self._panels(k)
            self._all_move(self.panels, after, row)
            self.panels = after
        self.play(appear(self.notes[1]), brighten(self.formula.select("y")))

    def _move(self, k: int, symbol: str, by: HeatMap | None = None) -> None:
        """One of the four moves; `by`: what flies into the bars."""
        lit = [self.formula.select(symbol), *([self.formula[-1]] if symbol == "root" else [])]
        old, new = self.now, self._stage(k)
        seconds = 1.5 if by is None else 1.1
        self.play(brighten(*lit, run_time=0.4), vanish(old.row.numbers, old.reading, old.name, run_time=0.4))
        flying = [merge(cell, into=bar, run_time=seconds) for cell, bar in zip(by.cells[0], old.bars, strict=True)] if by else []
        moving = ((old.bars, new.bars), (old.marks, new.marks), (old.row.cells, new.row.cells))
        self.play(*(travel(start, end, run_time=seconds) for start, end in moving), *flying)
        self.play(appear(new.row.numbers, new.reading))
        self.now = new

    def _all_move(self, before: list, after: list, by: HeatMap | None = None) -> None:
        """The bars of all tokens move at once, each in its row."""
        flying = [merge(by.cells, into=floor, scale=1, run_time=1.5) for floor in self.floors] if by else []
        moving = ((start, end) for old, new in zip(before, after, strict=True) for start, end in zip(old, new, strict=True))
        self.play(*(travel(start, end, run_time=1.5) for start, end in moving), *flying)

    @property
    def _norm(self) -> str:
        return self.staging.trace.config.norm

    @property
    def _source(self) -> str:
        """The tensor that LayerNorm reads: the sum, or x itself."""
        return reads(self._norm)["norm_1"][0]

    @property
    def _before_sum(self) -> list[str]:
        """The modules on the way to the sum."""
        moves = MOVES[self._norm]
        return [{"sublayer": "attention"}.get(move, move) for move in moves[: moves.index("add")]]

    def _tensor(self, name: str) -> View:
        return self.view(f"encoder.{{block}}.{name}")

    def _read(self, k: int) -> View:
        """What LayerNorm reads (n, d_model), or what its k-th move makes of it."""
        return self._tensor(f"norm_1.{STAGES[k - 1]}" if k else self._source)

    def _moment(self, what: str, k: int) -> View:
        """The mean or the spread of every token at a stage."""
        return self.view(f"moments.{{block}}.norm_1.{what}")[k]

    def _lay_out_ways(self) -> None:
        """X at the left; the way through attention above, the way round it below; the plus and the sum at the right."""
        cards, kinds = card_width(self.theme, self.tokens, most=1.2), self._before_sum
        left, middle, right, plus, end = self.stage.trim(left=cards + 0.12).columns([2.9, 1.5 * len(kinds), 2.9, 0.46, 2.9], gap=0.36)
        upper, lower = self.stage.rows([1, 1], gap=0.1)
        views = [self._tensor(name) for name in ("input", "self_attention.output", "input", "residual_1")]
        scale = peak(*views)
        low, high = (half.centre[1] - ABOVE / 2 for half in (lower, upper))
        halves = [Room.around((right.centre[0], y), right.width, upper.height - ABOVE) for y in (high, low)]
        places = (left.inset(y=ABOVE), *halves, end.inset(y=ABOVE))
        self.x, self.attended, self.skipped, self.sum = (
            heat_map(self.theme, view, place, scale=scale) for view, place in zip(views, places, strict=True)
        )
        attention = f'{quote(self.say("attention"))}(X)'
        named = [("X", self.x), (attention, self.attended), ("X", self.skipped), (f"S = X + {attention}", self.sum)]
        self.names = [equation(self.theme, maths, size=NAME, width=left.width).next_to(picture.border, UP, buff=0.14)
                      for maths, picture in named]
        self.cards = cards_beside(self.theme, self.tokens, self.x, cards)
        self.boxes = [module(self.theme, self.say(kind), Room.around((room.centre[0], high), room.width, 0.9))
                      for kind, room in zip(kinds, middle.columns([1] * len(kinds), gap=0.3), strict=True)]
        self.plus = module(self.theme, "+", Room.around((plus.centre[0], self.stage.centre[1]), 0.46, 0.46), corner=0.23)
        self._lay_out_wires(low, high)
        self.word = text(self.theme, self.say("bypass"), SMALL, "muted", at=(middle.centre[0], low - 0.25, 0), width=middle.width)

    def _lay_out_wires(self, low: float, high: float) -> None:
        """All the lines of the two ways."""
        matrices = (self.x, self.attended, self.skipped, self.sum)
        x, attended, skipped, total, plus = map(room_of, (*(matrix.border for matrix in matrices), self.plus.box))
        boxes, y, fork = [room_of(box) for box in self.boxes], self.plus.get_y(), x.right + 0.18
        first, meet = (x.right + 0.05, y), self.plus.get_x()
        self.through = [
            route(self.theme, [first, (fork, y), (fork, high), (boxes[0].left, high)]),
            *(arrow(self.theme, (start.right, high, 0), (end.left, high, 0)) for start, end in pairwise([*boxes, attended])),
        ]
        self.around = route(self.theme, [first, (fork, y), (fork, low), (skipped.left, low)], "output")
        sides = ((attended.right, high, plus.top, "muted"), (skipped.right, low, plus.bottom, "output"))
        self.to_plus = [route(self.theme, [(x, height), (meet, height), (meet, end)], role) for x, height, end, role in sides]
        self.to_sum = arrow(self.theme, (plus.right, y, 0), (total.left, y, 0))

    def _lay_out_addition(self) -> None:
        """x, attention's output and their sum of the followed token, one below the other, feature under feature."""
        views = [self._tensor(name)[self.focus] for name in TERMS]
        columns, room = self.x.grid.columns, self.stage.inset(x=SIGN)
        grid = Grid((0,), columns, min(LARGEST_CELL, (room.width - 0.2) / len(columns)), 0.62)
        written = [fit_digits(self.theme, view.values, grid) for view in views]
        digits, scale = None if None in written else min(written), peak(*views)
        head, *rows = room.rows([0.55, 1.15, 1.15, 1.4], gap=0.1)
        self.terms = [heat_map(self.theme, view, row.trim(top=row.height - 0.7), digits=digits, scale=scale, grid=grid)
                      for view, row in zip(views, rows, strict=True)]
        attention, edge = f'{quote(self.say("attention"))}(x)', room_of(self.terms[0].border)
        written = ("x", attention, f"s = x + {attention}", "+")
        self.signs = [equation(self.theme, maths, size=NAME, width=edge.width) for maths in written]
        for sign, term in zip(self.signs, self.terms, strict=False):
            sign.next_to(term.cells, UP, buff=0.1, aligned_edge=LEFT)
        self.signs[-1].move_to([edge.left - SIGN / 2, self.terms[1].cells.get_y(), 0])
        self.line = middle(self.theme, Room(edge.left - SIGN, edge.right, rows[1].bottom - 0.12, rows[1].bottom - 0.12))
        self.card = self._card(head)

    def _card(self, room: Room) -> VGroup:
        word = self.tokens[self.focus]
        return token_card(self.theme, word, card_width(self.theme, [word], room.width), 0.5, "output").move_to(room.centre)

    def _lay_out_bars(self) -> None:
        """Bars and cells at the left; token, numbers and formula at the right."""
        left, side = self.stage.columns([9.3, 3.3], gap=0.2)
        main, strip = left.trim(left=BESIDE, right=0.3).rows([3.5, 1.3], gap=0.09)
        stages, rows = [self._read(k)[self.focus] for k in range(len(STAGES) + 1)], strip.rows([1, 1, 1], gap=0.06)
        columns = fit_grid(stages[0].shape, main).columns
        self.main = Room.around(main.centre, len(columns) * min(LARGEST_CELL, main.width / len(columns)), main.height)
        self.grid, self.row_room = Grid((0,), columns, self.main.width / len(columns), rows[0].height), rows[0]
        reach = (abs(self._moment("mean", k).values) + self._moment("spread", k).values for k in range(len(stages)))
        self.full = max(*(abs(view.values).max() for view in stages), *(both[self.focus] for both in reach))
        weights = [self.view(f"weights.encoder.{{block}}.norm_1.{name}") for name in ("gamma", "beta")]
        written = [fit_digits(self.theme, view.values, self.grid) for view in (*stages, *weights)]
        self.digits = None if None in written else min(written)
        self.gain, self.shift = (heat_map(self.theme, view, place, digits=self.digits, scale=self.full, grid=self.grid)
                                 for view, place in zip(weights, rows[1:], strict=True))
        self.floor = middle(self.theme, self.main)
        top, first, second, card = side.rows([0.6, 0.5, 0.5, 1.8], gap=0.3)
        self.corner, self.readings = self._card(top), (first, second)
        self.letters = [equation(self.theme, f"{name} =", size=SYMBOL).move_to([side.centre[0] - 0.45, place.centre[1], 0])
                        for name, place in zip(("mu", "sigma"), self.readings, strict=True)]
        self.sheet = frame(self.theme, card, fill="surface", width=2)
        maths = FORMULA.replace("READ", TERMS[self._source])
        self.formula = equation(self.theme, maths, size=LARGE, width=card.width - 0.4).move_to(card.centre)

    def _stage(self, k: int) -> Stage:
        """The followed token as LayerNorm reads it (k = 0), or after its k-th move."""
        view, i = self._read(k)[self.focus], self.focus
        mean, spread = (self._moment(what, k) for what in ("mean", "spread"))
        row = heat_map(self.theme, view, self.row_room, digits=self.digits, scale=self.full, grid=self.grid)
        return Stage(
            feature_bars(self.theme, view, self.grid.columns, self.main, self.full),
            named_moments(self.theme, mean[i : i + 1], spread[i : i + 1], self.main, self.full), row,
            self._beside("y" if k == len(STAGES) else TERMS[self._source], row),
            VGroup(
                number(self.theme, value[i], WORD, "output", 600, at=letter.get_right() + [0.15, 0, 0], align=-1)
                for value, letter in zip((mean, spread), self.letters, strict=True)
            ),
        )

    def _beside(self, maths: str, row: HeatMap) -> VGroup:
        """The name of a row of cells, at its left."""
        return equation(self.theme, maths, size=SYMBOL).move_to([self.main.left - BESIDE / 2, row.cells.get_y(), 0])

    def _lay_out_table(self) -> None:
        """A row for each token: its word, its bars, its mean and spread; γ and β above them all."""
        left, side = self.stage.columns([9.3, 3.3], gap=0.2)
        top, body = left.rows([0.95, 3.7], gap=0.22)
        self.table = body.trim(left=1.6, right=2.2, bottom=0.15)
        columns = self.grid.columns
        self.places = self.table.rows([1] * len(self.tokens), gap=0.05)
        grid = Grid((0,), columns, self.table.width / len(columns), 0.34)
        self.gains, self.shifts = (
            heat_map(self.theme, self.view(f"weights.encoder.{{block}}.norm_1.{name}"), room, scale=self.full, grid=grid)
            for name, room in zip(("gamma", "beta"), top.trim(left=1.6, right=2.2).rows([1, 1], gap=0.1), strict=True)
        )
        self.floors = [middle(self.theme, place) for place in self.places]
        size = max(SMALLEST_DIGIT, min(WORD, 0.6 * self.places[0].height))
        ends = [(place.left - 0.2, place.centre[1]) for place in self.places]
        self.tokens_beside = words_at(self.theme, self.tokens, ends, size, 1.4)
        spots = [self.table.right + 0.55, self.table.right + 1.65]
        self.headings = VGroup(equation(self.theme, name, size=SYMBOL).move_to([x, top.bottom + 0.2, 0])
                               for name, x in zip(("mu", "sigma"), spots, strict=True))
        self.own = [VGroup(number(self.theme, self._moment(what, 0)[i], size, "output", at=(x, place.centre[1], 0))
                           for what, x in zip(("mean", "spread"), spots, strict=True)) for i, place in enumerate(self.places)]
        y = room_of(self.sheet).top + 1.0
        notes, x = [self.say("own"), self.say("shared")], side.centre[0]
        self.notes = words_at(self.theme, notes, [(x, y), (x, y - 0.5)], NOTE, side.width, align=0)

    def _panels(self, k: int) -> list[tuple[VGroup, VGroup]]:
        """The bars, and mean and spread, of every token at a stage. In a crowd of tokens the highest bars leave their rows."""
        views, mean, spread = self._read(k), self._moment("mean", k), self._moment("spread", k)
        most = max(abs(self._read(stage).values).max() for stage in (0, 2, 3, 4))
        full = most / min(2, max(1, len(views) / CROWD))
        return [
            (feature_bars(self.theme, views[i], self.grid.columns, place, full),
             moments(self.theme, mean[i : i + 1], spread[i : i + 1], place, full))
            for i, place in enumerate(self.places)
        ]
