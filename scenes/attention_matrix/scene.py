"""Scene 9: scaled dot-product attention, Z = softmax(Q Kᵀ / √d_k) V (Vaswani et al. 2017, equation 1)."""

from manim import DOWN, RIGHT, UP, Mobject, VGroup

from model import View
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import bars, floor, histogram
from scenes.parts.equation import equation, linked, quote
from scenes.parts.flow import arrow
from scenes.parts.heat_map import SMALLEST_DIGIT, HeatMap, heat_map, peak
from scenes.parts.label import MINUS, WORD, number, text, text_width
from scenes.parts.motion import EASY, appear, copy_to, dim, draw, live_dot_product, merge, travel, vanish
from scenes.parts.product import Factor, Product, product
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import column_labels, row_labels, shape_label, token_card
from scenes.base.room import PX, Room

ROLES = {"z": "output", "q": "query", "k": "key", "v": "value"}
UNSCALED = '{{ Z : z }} = "softmax"({{ Q : q }} med {{ K^T : k }}) med {{ V : v }}'
SCALED = '{{ Z : z }} = "softmax"(({{ Q : q }} med {{ K^T : k }}) / sqrt(d_k)) med {{ V : v }}'
LARGE, NAME, SMALL_NAME, SIGN, SMALL = (size * PX for size in (60, 40, 34, 28, 26))
LABEL, SLANTED, NAMED = 1.4, 0.85, 1.25    # room for the words beside rows and below columns, and for formulas above


class AttentionMatrix(ExplainerScene):
    """The equation, symbol by symbol: the scores, why they are scaled, the weights, and what they average."""

    experiments = ("scaling",)
    place = "head"

    @step
    def equation(self):
        """Each symbol of the equation opens to its matrix."""
        top, below = self.stage.rows([1.0, 3.5], gap=0.35)
        self.formula = equation(self.theme, UNSCALED, ROLES, LARGE).move_to(top.centre)
        rooms = dict(zip(ROLES, below.columns([1, 1, 1, 1], gap=0.4), strict=True))
        self.play(appear(self.formula))
        self.pictures = {}
        for symbol in ("q", "k", "v", "z"):
            picture, around = self._picture(symbol, rooms[symbol])
            box, guides = linked(self.theme, self.formula.select(symbol), picture, ROLES[symbol])
            self.play(draw(box, *guides, run_time=0.6))
            self.play(appear(picture, around))
            self.pictures[symbol] = picture

    @step
    def scores(self):
        """Q times Kᵀ: a row of Q and a column of Kᵀ meet in a cell; first slowly, then fast."""
        left, right = self.stage.columns([8.8, 3.6], gap=0.4)
        work = self._product(("query", "query"), ("key", "key"), ("scores", "line"), left)
        small = equation(self.theme, UNSCALED, ROLES, NAME, width=right.width).move_to(right.centre)
        query, key = self.pictures["q"], self.pictures["k"]
        self.play(
            vanish(*self.on_stage(self.formula)), travel(self.formula, small),
            copy_to(query.cells, work.left), copy_to(key.cells, work.above),
        )
        self.play(appear(*self._around(work, "Q", "K^T", "Q K^T")), dim(small.select("z"), small.select("v")))
        self._multiply(work)
        self.raw = work.result

    @step
    def scale(self):
        """The spread of q · k for three key sizes, and what softmax makes of it, before and after the division."""
        heads, first, second = self.stage.rows([0.4, 2.15, 2.15], gap=0.15)
        margin = Room(self.stage.left, self.stage.left + 1.5, self.stage.bottom, self.stage.top)
        scores = self.raw.cells
        self.raw = heat_map(self.theme, self._view("scores"), Room.around((margin.centre[0], first.centre[1] + 0.35), 1.4, 1.2))
        self.play(vanish(*self.on_stage()), copy_to(scores, self.raw))
        columns = self.stage.trim(left=1.7).columns([1, 1, 1], gap=0.6)
        sizes = VGroup(self._key_size(i, column, heads) for i, column in enumerate(columns))
        before, after = ([self._spread(i, column, row, prefix) for i, column in enumerate(columns)]
                         for row, prefix in ((first, ""), (second, "scaled_")))
        signs = [
            equation(self.theme, maths, size=NAME).move_to([margin.centre[0], y, 0])
            for maths, y in (("q dot k", first.bottom + 0.4), ("(q dot k) / sqrt(d_k)", second.centre[1]))
        ]
        self.play(appear(sizes, signs[0]))
        for shapes, words in before:
            self.play(appear(shapes, words, run_time=0.8))
        self.play(appear(signs[1]))
        self.play(*(travel(old[0].copy(), new[0], run_time=1.8) for old, new in zip(before, after, strict=True)))
        self.play(appear(*(words for _, words in after)))

    @step
    def sheets(self):
        """Raw scores, scaled scores, weights: three sheets that slide out of one another."""
        rooms = self.stage.trim(left=LABEL, right=self._sum_width(), bottom=SLANTED, top=NAMED).columns([1, 1, 1], gap=1.35)
        scale = peak(self._view("scores"))
        sheets = raw, scaled, weights = [
            heat_map(self.theme, self._view(name), room, "line", digits=True, scale=scale, weights=name == "weights")
            for name, room in zip(("scores", "scaled_scores", "weights"), rooms, strict=True)
        ]
        maths = ("Q K^T", "(Q K^T) / sqrt(d_k)", 'A = "softmax"((Q K^T) / sqrt(d_k))')
        names = [VGroup(self._above(sheet, name), self._columns(sheet)) for sheet, name in zip(sheets, maths, strict=True)]
        self.play(vanish(*self.on_stage()), copy_to(self.raw.cells, raw))
        self.play(appear(names[0], self._rows(raw)))
        d_k = self.staging.trace.config.d_k
        for start, end, name, how in ((raw, scaled, names[1], f"div sqrt({d_k})"), (scaled, weights, names[2], '"softmax"')):
            self.play(appear(self._between(start, end, how)))
            self.play(copy_to(start.cells, end, run_time=1.4))
            self.play(appear(name, run_time=0.4))
        self.play(appear(*self._sums(weights, "weight_sums"), lag=0.3))
        self.weights = weights

    @step
    def distributions(self):
        """A row of weights sums to 1; a row of Z sums to anything."""
        rooms = self.stage.trim(bottom=SLANTED, top=0.7).columns([1, 1], gap=0.8)
        left, right = (room.trim(left=LABEL, right=self._sum_width()) for room in rooms)
        weights = heat_map(self.theme, self._view("weights"), left, "line", digits=True, weights=True)
        z = heat_map(self.theme, self._view("heads"), right, "output", digits=True)
        self.play(vanish(*self.on_stage()), copy_to(self.weights.cells, weights, run_time=EASY))
        self.play(appear(self._rows(weights), self._above(weights, "A"), self._columns(weights)))
        self.play(appear(*self._sums(weights, "weight_sums"), lag=0.2))
        self.play(appear(z, self._rows(z), self._above(z, "Z", "output")))
        self.play(appear(*self._sums(z, "head_sums"), lag=0.2))
        self.weights = weights

    @step
    def average(self):
        """A times V is Z, row by row."""
        left, right = self.stage.columns([8.8, 3.6], gap=0.4)
        work = self._product(("weights", "line"), ("value", "value"), ("heads", "output"), left)
        formula = equation(self.theme, SCALED, ROLES, NAME, width=right.width).move_to(right.centre)
        self.play(vanish(*self.on_stage()), copy_to(self.weights.cells, work.left))
        self.play(appear(work.above, *self._around(work, "A", "V", "Z"), formula))
        self._multiply(work)
        self.z = work.result

    @step
    def next_stage(self):
        """The heads stand side by side; W_O mixes them; the output goes on."""
        names, body, foot = self.stage.trim(left=LABEL).rows([0.5, 3.0, 1.1], gap=0.15)
        rooms = body.columns([3.7, 2.3, 3.7], gap=1.05)
        joined, mixer, output = (
            heat_map(self.theme, view, room, role)
            for view, room, role in zip(self._joined_views(), rooms, ("line", "line", "output"), strict=True)
        )
        own, others = self._cells_by_head(joined)
        heads = self.staging.trace.config.n_heads
        side = "Z_1" if heads == 1 else f"Z_1 space dots.c space Z_{heads}"
        self.play(vanish(*self.on_stage(self.z)), vanish(self.z.border, self.z.numbers, self.z.dots))
        self._bring_head_home(joined, own)
        self.play(appear(others, joined.border, joined.dots, self._rows(joined), self._above(joined, side)))
        self.play(appear(mixer, self._above(mixer, "W_O"), self._sign("times", joined, mixer)))
        self.play(appear(self._sign("+ b_O =", mixer, output)), copy_to(joined.cells, output, run_time=1.3))
        card = token_card(self.theme, self.say("next"), 2.2, 0.55, "output").move_to([output.get_x(), foot.bottom + 0.3, 0])
        x = output.get_x()
        down = arrow(self.theme, (x, room_of(output).bottom - 0.1, 0), (x, room_of(card).top + 0.05, 0), "output")
        self.play(appear(self._above(output, quote(self.say("output")), "output")))
        self.play(draw(down[0]), appear(down[1], card))

    def _view(self, name: str) -> View:
        """A tensor of the shown head."""
        return self.view(f"encoder.{{block}}.self_attention.{name}")[self.head]

    def _picture(self, symbol: str, room: Room) -> tuple[HeatMap, VGroup]:
        """The matrix of a symbol, and its shape below it. Z is still to be found: it has no cells yet."""
        name, role = {"q": "query", "k": "key", "v": "value", "z": "heads"}[symbol], ROLES[symbol]
        view = self._view(name).T if symbol == "k" else self._view(name)
        picture = heat_map(self.theme, view, room.trim(bottom=0.5), role, digits=True)
        n, d_k = self._view("query").shape
        shape = f"d_k times n = {d_k} times {n}" if symbol == "k" else f"n times d_k = {n} times {d_k}"
        words = equation(self.theme, shape, size=SIGN, role="muted").next_to(picture, DOWN, buff=0.18)
        return (picture.border if symbol == "z" else picture), words

    def _product(self, left: tuple, above: tuple, result: tuple, room: Room) -> Product:
        """Two factors and their product, each given by the name of its tensor and its role."""
        factors = [Factor(self._view(name), role, name == "weights") for name, role in (left, above, result)]
        if above[0] == "key":
            factors[1] = factors[1]._replace(view=factors[1].view.T)
        return product(self.theme, *factors, room.trim(left=LABEL, right=1.0, bottom=SLANTED))

    def _around(self, work: Product, left: str, above: str, result: str) -> list[Mobject]:
        """The frame of the result, the names of the three matrices, the words of rows and columns."""
        names = VGroup(
            self._above(work.left, left, ROLES.get(left.lower(), "text")),
            self._named(work.above, above, ROLES[above[0].lower()]).next_to(work.above.border, RIGHT, buff=0.2),
            self._named(work.result, result, ROLES.get(result.lower(), "text")).next_to(work.result.border, RIGHT, buff=0.2),
        )
        words = self._columns(work.result if above == "K^T" else work.left)
        return [work.result.border, work.result.dots, names, self._rows(work.left), words]

    def _multiply(self, work: Product) -> None:
        """Fills the product: the followed row entry by entry, the first one slowly; then all the other rows."""
        i, columns = self.focus, range(len(work.result.cells[0]))
        for j in columns:
            cell, row, column = work.result.cells[i][j], work.left.cells[i], VGroup(line[j] for line in work.above.cells)
            seconds = max(0.2, 0.7 / (j + 1))
            self.play(merge(row, column, into=cell, run_time=seconds), appear(cell, run_time=seconds))
            into = work.result.numbers[i][j] if work.result.digits else None
            if j == 0:
                pairs = zip(row, column, strict=True)
                self.play(live_dot_product(self.theme, work.left.view[i], work.above.view[:, 0], pairs, into, run_time=2.4))
            elif into is not None:
                self.play(appear(into, run_time=0.2))
        others = [work.result.row(k) for k in range(len(self.tokens)) if k != i]
        if others:
            self.play(appear(*others, lag=0.4))

    def _above(self, sheet: HeatMap, maths: str, role: str = "text") -> VGroup:
        return self._named(sheet, maths, role).next_to(sheet.border, UP, buff=0.15)

    def _named(self, sheet: HeatMap, maths: str, role: str) -> VGroup:
        """The name of a matrix, and its true shape where rows or columns are left out."""
        name = VGroup(equation(self.theme, maths, size=SMALL_NAME, role=role))
        if None in (*sheet.grid.rows, *sheet.grid.columns):
            name.add(shape_label(self.theme, sheet.view.shape))
        return name.arrange(buff=0.2)

    def _rows(self, sheet: HeatMap) -> VGroup:
        return row_labels(self.theme, self.tokens, sheet, "query", LABEL - 0.15)

    def _columns(self, sheet: HeatMap) -> VGroup:
        return column_labels(self.theme, self.tokens, sheet, "key", SLANTED)

    def _sign(self, maths: str, left: HeatMap, right: HeatMap) -> VGroup:
        """A sign in the gap between two pictures."""
        x = (room_of(left.border).right + room_of(right.border).left) / 2
        return equation(self.theme, maths, size=SIGN, role="muted").move_to([x, left.border.get_y(), 0])

    def _between(self, left: HeatMap, right: HeatMap, maths: str) -> VGroup:
        """An arrow from one sheet to the next, and what is done on the way."""
        start, end = room_of(left.border).right + 0.15, room_of(right.border).left - 0.15
        y = left.border.get_y()
        return VGroup(
            arrow(self.theme, (start, y, 0), (end, y, 0)),
            equation(self.theme, maths, size=SIGN, role="muted").move_to([(start + end) / 2, y + 0.3, 0]),
        )

    def _sum_width(self) -> float:
        """The room that row sums take."""
        return text_width(self.theme, f"Σ = {MINUS}00.{'0' * self.theme.decimals}", WORD, tabular=True) + 0.3

    def _sums(self, sheet: HeatMap, name: str) -> list[VGroup]:
        """The sum of each row, at its right."""
        size = max(SMALLEST_DIGIT, min(WORD, 0.7 * sheet.grid.height))
        x = room_of(sheet.border).right + 0.2
        sums = []
        for row, source in zip(sheet.cells, self._view(name), strict=True):
            sign = text(self.theme, "Σ =", size, "output", at=(x, row.get_y(), 0), align=-1)
            start = (x + sign.advance + 0.3 * size, row.get_y(), 0)
            sums.append(VGroup(sign, number(self.theme, source, size, "output", at=start, align=-1)))
        return sums

    def _key_size(self, i: int, column: Room, row: Room) -> VGroup:
        """d_k of one experiment, and what the two pictures below are."""
        spread, weights = column.columns([2.3, 0.9])
        size = number(self.theme, self.staging.trace["scaling.d_k"][i], WORD, decimals=0)
        maths = VGroup(equation(self.theme, "d_k =", size=SMALL_NAME), size).arrange(buff=0.12)
        maths.move_to([spread.centre[0], row.centre[1], 0])
        return VGroup(maths, text(self.theme, self.say("softmax"), SMALL, "muted", at=(weights.centre[0], row.centre[1], 0)))

    def _spread(self, i: int, column: Room, row: Room, prefix: str) -> tuple[VGroup, VGroup]:
        """The histogram of the dot products and the softmax of the first eight; and how wide they are spread."""
        trace = self.staging.trace
        head, body, foot = Room(column.left, column.right, row.bottom, row.top).rows([0.35, 1.45, 0.25], gap=0.05)
        left, right = body.columns([2.3, 0.9])
        full = float(trace[f"scaling.{prefix}histogram"].values.max())
        shapes = VGroup(
            histogram(self.theme, trace[f"scaling.{prefix}histogram"][i], left, "output", full), floor(self.theme, left),
            bars(self.theme, trace[f"scaling.{prefix}weights"][i], right, "weight", 1.0), floor(self.theme, right),
        )
        x, y = left.centre[0], head.centre[1]
        edges = trace["scaling.edges"]
        words = VGroup(
            text(self.theme, self.say("spread"), SMALL, "muted", at=(x, y, 0), align=1),
            number(self.theme, trace[f"scaling.{prefix}spread"][i], WORD, "output", at=(x + 0.12, y, 0), align=-1),
            *(number(self.theme, edges[end], SMALLEST_DIGIT, "muted", at=(edge, foot.centre[1], 0), align=side, decimals=0)
              for end, edge, side in ((0, left.left, -1), (len(edges) - 1, left.right, 1))),
        )
        return shapes, words

    def _joined_views(self) -> tuple[View, View, View]:
        return (self.view("encoder.{block}.self_attention.concatenated"), self.view("weights.encoder.{block}.self_attention.W_O"),
                self.view("encoder.{block}.self_attention.output"))

    def _cells_by_head(self, joined: HeatMap) -> tuple[VGroup, VGroup]:
        """The rows of cells of the joined heads: the shown head's, and the others'."""
        d_k = self.staging.trace.config.d_k
        heads = [k // d_k for k in joined.grid.columns if k is not None]
        return tuple(
            VGroup(VGroup(cell for head, cell in zip(heads, row) if (head == self.head) is own) for row in joined.cells)
            for own in (True, False)
        )

    def _bring_head_home(self, joined: HeatMap, own: VGroup) -> None:
        """Z travels to its columns among the heads, as far as they are shown."""
        whole = len(own[0]) == len(self.z.cells[0])
        self.play(travel(self.z.cells, own) if whole else vanish(self.z.cells))
        if not whole:
            self.play(appear(own))
        if len(own[0]):
            tag = frame(self.theme, room_of(own, 0.03), "output", radius=0.06, width=2.5)
            words = text(self.theme, self.say("head", number=self.head + 1), SMALL, "output")
            self.bring_to_back(tag)
            self.play(appear(tag, words.next_to(joined.border, DOWN, buff=0.15).set_x(own.get_x())))
