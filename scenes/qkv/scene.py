"""Scene 8: a query, a key and a value for every token (Vaswani et al. 2017, section 3.2.1)."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import PI, RIGHT, Animation, VGroup

from model import View
from scenes.base.scene import ExplainerScene, step
from scenes.parts.cabinet import cabinet, note
from scenes.parts.equation import Equation, equation
from scenes.parts.flow import weight_line
from scenes.parts.heat_map import MARGIN, HeatMap, fit_grid, heat_map, peak
from scenes.parts.label import text, weight_numbers
from scenes.parts.motion import appear, brighten, copy_to, dim, draw, hide, live_dot_product, slide, travel, vanish
from scenes.parts.shapes import room_of
from scenes.parts.tokens import card_width, cards_beside, shape_label
from scenes.parts.weighted_sum import weighted_sum
from scenes.base.room import PX, Room

LETTERS = {"Q": "query", "K": "key", "V": "value"}
NAME, FORMULA, HEADING, SMALL = (size * PX for size in (38, 28, 30, 26))


class Projection(NamedTuple):
    """One of the three matrices at work: W (d_model, d_k), b (d_k), what comes out (n, d_k), and how it is written."""

    letter: str
    name: VGroup
    matrix: HeatMap
    bias: VGroup
    result: HeatMap
    for_one: Equation
    for_all: VGroup


class Qkv(ExplainerScene):
    """One token meets W_Q, W_K and W_V; then all do; then what the three are for."""

    place = "head"

    @step
    def one_token(self):
        """The vector of one token stands beside W_Q, column by column; then beside W_K and W_V."""
        self._lay_out()
        others = [card for i, card in enumerate(self.cards) if i != self.focus]
        self.play(appear(*self.cards, lag=0.15))
        self.play(dim(*others), appear(self.x.row(self.focus), self.x.dots, self.x.border, self.x_name))
        self.play(appear(*(VGroup(p.name, p.matrix, p.bias) for p in self.projections), lag=0.3))
        first, *rest = self.projections
        column = self._column_beside(first)
        row = VGroup(VGroup(cell.copy()) for cell in self.x.cells[self.focus])
        self.play(travel(row, column.cells, arc=-PI / 2))
        self.play(appear(first.for_one, first.result.border, first.result.dots))
        for j, seconds in [(0, 2.4), (1, 1.2)][: len(first.result.cells[0])]:
            self.play(self._multiply(first, column, j, seconds))
        self.play(self._rest_of_row(first, skip=2))
        for projection in rest:
            following = self._column_beside(projection)
            self.play(travel(column.cells, following.cells, run_time=0.6))
            self.play(appear(projection.for_one, projection.result.border, projection.result.dots, run_time=0.4))
            self.play(self._rest_of_row(projection))
            column = following
        self.play(vanish(column.cells))

    @step
    def all_tokens(self):
        """The other rows of X come in; the same matrices make all the rows of Q, K and V."""
        others = [i for i in range(len(self.tokens)) if i != self.focus]
        if others:
            self.play(brighten(*self.cards), appear(*(self.x.row(i) for i in others), lag=0.15))
            self.play(appear(*(VGroup(p.result.row(i) for p in self.projections) for i in others), lag=0.4))
        self.play(vanish(*(p.for_one for p in self.projections), run_time=0.3))
        self.play(appear(*(p.for_all for p in self.projections)))

    @step
    def filing_cabinet(self):
        """The followed query becomes a note; the keys become labels, the values what lies in the drawers."""
        query, key, value = (p.result for p in self.projections)
        hand, self.room = self.stage.inset(y=0.2).columns([3.4, 8.8], gap=0.6)
        self.note = note(self.theme, self.say("query_of", token=self.tokens[self.focus]), self._view("query")[self.focus], hand, self._scale("query"))
        self.cabinet = cabinet(self.theme, self.tokens, self._view("key"), self._view("value"),
                               self.room.trim(right=1.2, top=0.7))
        self.headings = self._headings()
        gone = (part for p in self.projections for part in (p.name, p.matrix, p.bias, p.for_all, p.result.numbers, p.result.dots))
        self.play(vanish(self.x, self.x_name, self.cards, *gone))
        self.play(
            appear(self.note.sheet, self.note.title, self.headings[0]), vanish(query.border),
            copy_to(VGroup(query.cells[self.focus]), self.note.query, run_time=1.0),
        )
        labels, drawers = self.cabinet.labels, self.cabinet.drawers
        for drawer in drawers:
            drawer.shift([self.cabinet.reach, 0, 0])
        self.play(
            vanish(query.cells, key.border, value.border),
            *(travel(VGroup(row), label.cells, run_time=1.3) for row, label in zip(key.cells, labels)),
            *(travel(VGroup(row), drawer.cells, run_time=1.3) for row, drawer in zip(value.cells, drawers)),
        )
        around = [part for row in (*drawers, *labels) for part in (row.border, row.numbers, row.dots)]
        hide(self.cabinet.body, self.cabinet.words, *around)
        self.add(*drawers, *self.cabinet.front)
        self.play(appear(self.cabinet.body, self.cabinet.words, *around, run_time=0.8), appear(*self.headings[1:3]))

    @step
    def blend(self):
        """The drawers close; then each opens as far as its label fits the note."""
        weights = self._view("weights")[self.focus]
        body, drawers, reach = room_of(self.cabinet.body), self.cabinet.drawers, self.cabinet.reach
        self.play(vanish(*(drawer.numbers for drawer in drawers), run_time=0.3))
        self.play(slide(*drawers, x=-reach, run_time=1.0))
        start = (room_of(self.note.sheet).right, self.note.sheet.get_y(), 0)
        self.lines = VGroup(
            weight_line(self.theme, start, (body.left, drawer.get_y(), 0), weight)
            for drawer, weight in zip(drawers, weights, strict=True)
        )
        ends = [(self.room.right - 0.3, drawer.get_y()) for drawer in drawers]
        self.weights = weight_numbers(self.theme, weights, ends)
        self.play(draw(*self.lines, lag=0.3))
        self.play(appear(self.headings[3], *self.weights))
        self.play(*(slide(drawer, x=reach * float(weight), run_time=1.6) for drawer, weight in zip(drawers, weights)))

    @step
    def weighted_sum(self):
        """Weight × value, term by term, added up; the sum ends on the recorded z."""
        total = self._total()
        hide(*(vector.numbers for vector in total.vectors))
        self.play(vanish(*self.note, self.lines, *self.cabinet.front, *self.headings))
        self.play(
            *(travel(drawer.cells, vector.cells, run_time=0.9) for drawer, vector in zip(self.cabinet.drawers, total.vectors)),
            *(travel(drawer.border, vector.border, run_time=0.9) for drawer, vector in zip(self.cabinet.drawers, total.vectors)),
            travel(self.weights, total.weights, run_time=0.9), appear(total.words),
        )
        self.remove(*self.cabinet.drawers)
        self.add(*total.vectors)
        self.play(appear(*(vector.numbers for vector in total.vectors), run_time=0.4))
        for j, (vector, product) in enumerate(zip(total.vectors, total.products)):
            self.play(appear(total.signs[j], run_time=0.3), copy_to(vector.cells, product, run_time=max(0.25, 1.2 / (j + 1))))
        self.play(draw(total.line, run_time=0.4))
        for j, (product, so_far) in enumerate(zip(total.products, total.sums)):
            seconds = max(0.25, 1.2 / (j + 1))
            before = [vanish(total.sums[j - 1], run_time=seconds)] if j else []
            self.play(*before, copy_to(product.cells, so_far, run_time=seconds))
        z = room_of(total.sums[-1].border)
        token = self.say("result", token=self.tokens[self.focus])
        self.play(appear(text(self.theme, token, role="output", at=(z.left - 0.25, total.sums[-1].get_y(), 0), align=1)))

    def _view(self, name: str) -> View:
        """A tensor of the shown head."""
        return self.view(f"encoder.{{block}}.self_attention.{name}")[self.head]

    def _weights(self, letter: str) -> tuple[View, View]:
        """W (d_model, d_k) and b (d_k) of the shown head."""
        d_k = self.staging.trace.config.d_k
        columns = slice(self.head * d_k, (self.head + 1) * d_k)
        scope = "weights.encoder.{block}.self_attention"
        return self.view(f"{scope}.W_{letter}")[:, columns], self.view(f"{scope}.b_{letter}")[columns]

    def _scale(self, name: str) -> float:
        """The magnitude that is brightest in one of Q, K, V."""
        return peak(self._view(name))

    def _lay_out(self):
        source = self.view("encoder.{block}.self_attention.input")
        cards = card_width(self.theme, self.tokens, most=1.9)
        left, *columns = self.stage.trim(left=cards + 0.12, right=0.38).columns([2.7, 2.5, 2.5, 2.5], gap=0.48)
        self.projections = [self._projection(letter, room) for letter, room in zip(LETTERS, columns, strict=True)]
        result = self.projections[0].result
        grid = fit_grid(source.shape, left)._replace(height=result.grid.height)
        self.x = heat_map(self.theme, source, left.level(result.border.get_y()), grid=grid)
        self.cards = cards_beside(self.theme, self.tokens, self.x, cards)
        top = room_of(self.x.border).top
        self.x_name = self._named("X", {}, NAME, source.shape, left.level(top + 0.3))

    def _projection(self, letter: str, room: Room) -> Projection:
        role, (weights, bias), values = LETTERS[letter], self._weights(letter), self._view(LETTERS[letter])
        tall = min(2.85, max(1.95, 0.22 * len(self.tokens) + 2 * MARGIN))
        top, middle, bottom, foot = room.rows([0.42, self.stage.height - 0.42 - tall - 0.45 - 0.36, tall, 0.45], gap=0.12)
        result = heat_map(self.theme, values, bottom, role, digits=True, scale=self._scale(role))
        grid = fit_grid(weights.shape, middle)
        pitch = (middle.height - 2 * MARGIN - 0.08) / (len(grid.rows) + 1.5)
        grid = grid._replace(width=result.grid.width, height=pitch)
        matrix = heat_map(self.theme, weights, middle.trim(bottom=1.5 * pitch + 0.08), role, grid=grid)
        bias_map = heat_map(self.theme, bias, middle.level(middle.bottom + 0.75 * pitch), role,
                            scale=peak(weights), grid=grid._replace(rows=(0,)))
        sign = equation(self.theme, f"b_{letter}", size=FORMULA, role=role).next_to(bias_map, RIGHT, buff=0.08)
        roles, small = {"z": role}, letter.lower()
        for_one = equation(self.theme, f"{{{{ {small} : z }}}} = x W_{letter} + b_{letter}", roles, FORMULA)
        for_all = self._named(f"{{{{ {letter} : z }}}} = X W_{letter} + b_{letter}", roles, FORMULA, values.shape, foot)
        name = self._named(f"{{{{ W_{letter} : z }}}}", roles, NAME, weights.shape, top)
        return Projection(letter, name, matrix, VGroup(bias_map, sign), result, for_one.move_to(foot.centre), for_all)

    def _named(self, maths: str, roles: dict, size: float, shape: Sequence[int], room: Room) -> VGroup:
        """Maths and the shape of what it names, side by side in the middle of a room."""
        words = shape_label(self.theme, shape)
        name = equation(self.theme, maths, roles, size, width=room.width - words.width)
        return VGroup(name, words).arrange(buff=0.15).move_to(room.centre)

    def _column_beside(self, projection: Projection) -> HeatMap:
        """The followed row of X, upright beside a matrix, entry by entry at the height of the row that it multiplies."""
        source = self.view("encoder.{block}.self_attention.input")
        edge = room_of(projection.matrix.border)
        room = Room.around((edge.left - 0.14, projection.matrix.border.get_y()), 0.2, 0)
        grid = projection.matrix.grid._replace(columns=(0,), width=0.14)
        return heat_map(self.theme, source[self.focus : self.focus + 1].T, room, scale=peak(source), grid=grid)

    def _multiply(self, projection: Projection, column: HeatMap, j: int, seconds: float) -> Animation:
        """One entry of the followed row is counted out."""
        weights, bias = self._weights(projection.letter)
        cells, numbers = projection.result.row(self.focus)[0], projection.result.row(self.focus)[1:]
        pairs = [(a[0], b[j]) for a, b in zip(column.cells, projection.matrix.cells, strict=True)]
        into = numbers[0][j] if len(numbers) else None
        x = self.view("encoder.{block}.self_attention.input")[self.focus]
        self.play(appear(cells[j], run_time=0.3))
        return live_dot_product(self.theme, x, weights[:, j], pairs, into, start=float(bias[j]), run_time=seconds)

    def _rest_of_row(self, projection: Projection, skip: int = 0) -> Animation:
        result = projection.result
        return appear(*(result.cell(self.focus, j) for j in range(skip, len(result.cells[0]))), lag=0.3, run_time=0.4)

    def _headings(self) -> list[VGroup]:
        body, reach = room_of(self.cabinet.body), self.cabinet.reach
        top = max(body.top, room_of(self.note.sheet).top)
        spots = [
            ("note", "query", self.note.sheet.get_x(), 2.0), ("label", "key", self.cabinet.labels[0].get_x(), reach),
            ("folder", "value", body.right + reach / 2, reach), ("weight", "weight", self.room.right - 0.7, 1.3),
        ]
        return [
            VGroup(
                text(self.theme, self.say(key), HEADING, role, weight=500, at=(x, top + 0.52, 0), width=width),
                text(self.theme, self.say(f"{key}_is"), SMALL, "muted", at=(x, top + 0.2, 0), width=width),
            )
            for key, role, x, width in spots
        ]

    def _total(self):
        return weighted_sum(
            self.theme, self.tokens, self._view("weights")[self.focus], self._view("value"),
            self._view("weighted_values")[self.focus], self._view("partial_sums")[self.focus], self._view("heads")[self.focus],
            self.stage,
        )
