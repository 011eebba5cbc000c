"""Scene 9: scaled dot-product attention, Z = softmax(Q Kᵀ / √d_k) V (Vaswani et al. 2017, equation 1)."""

from dataclasses import replace

import numpy as np
from manim import DOWN, RIGHT, Mobject, VGroup

from model import View
from scenes.base.layout import SLANTED, above, arrows, below, between, fitted, named, right_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import NOTE_SIZE, ExplainerScene, step
from scenes.parts.equation import Equation, equation, linked, quote
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.label import MINUS, SMALLEST_WORD, WORD, Label, decimals_for_sums, is_named, number, paragraph, text, text_width
from scenes.parts.motion import BLINK, EASY, FLASH, SHORT, SLOWER, appear, copy_to, draw, live_dot_product, merge, travel, vanish
from scenes.parts.product import Factor, Product, product
from scenes.parts.shapes import room_of
from scenes.parts.spread import Spread, spread, widths
from scenes.parts.tokens import column_labels, row_labels

ROLES = {"z": "output", "q": "query", "k": "key", "v": "value"}
UNSCALED = '{{ Z : z }} = "softmax"({{ Q : q }} med {{ K^T : k }}) med {{ V : v }}'
SCALED = '{{ Z : z }} = "softmax"(({{ Q : q }} med {{ K^T : k }}) / sqrt(d_k)) med {{ V : v }}'
WAYS = ("", "q dot k", "winner"), ("scaled_", "(q dot k) / sqrt(d_k)", "all_count")      # scores: where they are found, written, what is said
UNKNOWN, LARGE, MEDIUM, NAME, MACHINE, SIGN = (size * PX for size in (300, 90, 66, 44, 40, 34))
LABEL, NAMED = (length * PX for length in (160, 90))                      # beside rows, above for names
LEVEL, FEW = 60 * PX, 6                   # below columns where words are few enough to stand level
SHAPE, SIDE = (length * PX for length in (70, 160))                       # below a matrix for its shape; between two sheets, beside a product


class AttentionMatrix(ExplainerScene):
    """The equation, symbol by symbol: the scores, why they are scaled, the weights, and what they average."""

    experiments = ("scaling",)
    place = "head"

    def wording(self, name: str) -> str:
        """Where no token may look ahead, the scores are masked too before they become weights."""
        return "masked" if name == "sheets" and self._masked else super().wording(name)

    @step
    def equation(self):
        """Each symbol of the equation opens to its matrix."""
        top, below_it, foot = self.stage.trim(top=TIGHT, bottom=TIGHT / 2).rows([6, 18, 2], TIGHT)
        self.formula = equation(self.theme, UNSCALED, ROLES, LARGE, at=top)
        rooms = dict(zip(ROLES, below_it.columns(len(ROLES), GAP), strict=True))
        n, d_k = self._view("query").shape
        said = text(self.theme, self.say("sizes", n=n, d_k=d_k), SIGN, at=foot)
        self.open_with(self.formula)
        self.pictures = {}
        for symbol in ("q", "k", "v", "z"):
            picture, around = self._picture(symbol, rooms[symbol])
            box, guides = linked(self.theme, self.formula.select(symbol), picture, ROLES[symbol])
            self.play(draw(box, *guides, run_time=SHORT))
            self.play(appear(picture, around))
            self.pictures[symbol] = picture
        self.play(appear(said))

    @step
    def scores(self):
        """Q times Kᵀ: a row of Q and a column of Kᵀ meet in a cell; first slowly, then fast."""
        work = self._product(("query", "query"), ("key", "key"), ("scores", "line"))
        query, key = self.pictures["q"], self.pictures["k"]
        self.play(
            vanish(*self.on_stage(self.formula)), travel(self.formula, self._in_the_corner(UNSCALED, work)),
            copy_to(query.cells, work.left), copy_to(key.cells, work.above),
        )
        self.play(appear(*self._around(work, "Q", "K^T", "Q K^T")))
        self._multiply(work)
        self.raw = work.result

    @step
    def scale(self):
        """How large q · k is for three key sizes, and what softmax makes of it, before and after the division."""
        roomy, d_k = self.frame.is_roomy, self.staging.trace.config.d_k
        top, *rows = self.stage.trim(top=TIGHT).rows([1 if roomy else 2, 3, 3], GAP)
        left, right = top.columns(2, GAP) if roomy else top.rows(2, TIGHT)
        wide = widths(self.theme, self.view("scaling.d_k"), self.view("scaling.root"), left)
        said = paragraph(self.theme, self.say("by_chance", d_k=d_k, root=f"{d_k ** 0.5:.3g}"), MACHINE if roomy else SMALLEST_WORD, right.width, align=-1).shift(right.centre)
        before, after = ([self._spread(*way, i, row) for i in range(len(wide))] for way, row in zip(WAYS, rows, strict=True))
        self.open_with(wide[0], before[0].axis, before[0].shape, before[0].measured, before[0].weights)
        self.play(after[0].come_from(before[0]))
        for i in range(1, len(before)):
            self.play(vanish(wide[i - 1].numbers, run_time=BLINK))
            self.play(appear(wide[i].numbers), before[i].follow(before[i - 1]), after[i].follow(after[i - 1]))
        self.play(appear(before[-1].verdict, after[-1].verdict, said))

    @step
    def sheets(self):
        """Raw scores, scaled (and masked) scores, weights: three sheets that slide out of one another, or where there is little room two."""
        free = self.stage.trim(left=LABEL, right=self._sum_width(), bottom=self._foot, top=NAMED)
        first = 0 if self.stage.is_wide else 1
        scale, d_k = peak(self._view("scores")), self.staging.trace.config.d_k
        names = ("scores", "masked_scores" if self._masked else "scaled_scores")[first:]
        maths = ("Q K^T", "Q K^T \\/ sqrt(d_k)" + " + M" * self._masked, "A")[first:]
        below_it = self._foot + NAMED + GAP
        upright = free.height - below_it > free.width - SIDE                        # they are larger one below the other
        *rooms, last = free.rows(len(maths), below_it) if upright else free.columns(len(maths), SIDE)
        scores = (heat_map(self.theme, self._view(name), room, "line", digits=True, scale=scale)
                  for name, room in zip(names, rooms, strict=True))
        sheets = [*scores, weights := self._weights(last)]
        around = [VGroup(self._above(sheet, name), self._columns(sheet)) for sheet, name in zip(sheets, maths, strict=True)]
        self.play(vanish(*self.on_stage()), appear(sheets[0], around[0], self._rows(sheets[0])))
        for wire, start, end, name, how in zip(arrows(self.theme, *(sheet.border for sheet in sheets)), sheets, sheets[1:], around[1:],
                                               (f"div sqrt({d_k})", '"softmax"')[first:]):
            word = equation(self.theme, how, size=SIGN, width=SIDE - TIGHT)
            self.play(appear(wire, right_of(word, wire).align_to(wire, DOWN) if upright else between(word, start.border, end.border, up=GAP)))
            self.play(copy_to(start.cells, end, run_time=SLOWER), appear(name, *[self._rows(end)] * upright))
        self.play(appear(*self._sums(weights, "weight_sums"), lag=0.3))
        self.weights = weights

    @step
    def distributions(self):
        """A row of weights sums to 1; a row of Z sums to anything."""
        free, wide = self.stage.trim(bottom=self._foot, top=NAMED), self.stage.is_wide
        rooms = free.columns(2, WIDE) if wide else free.trim(left=LABEL).columns(2, GAP)
        left, right = (room.trim(left=LABEL * wide, right=self._sum_width()) for room in rooms)
        weights = self._weights(left)
        rows, totals = self._view("heads"), self._view("head_sums")
        finer = decimals_for_sums(rows.values, totals.values, self.theme.decimals)
        z = heat_map(replace(self.theme, decimals=finer), rows, right, "output", digits=True)
        self.play(vanish(*self.on_stage()), copy_to(self.weights.cells, weights, run_time=EASY))
        self.play(appear(self._rows(weights), self._above(weights, "A"), *[self._columns(weights)] * wide))
        self.play(appear(*self._sums(weights, "weight_sums"), lag=0.2))
        self.play(appear(z, *[self._rows(z)] * wide, self._above(z, "Z", "output")))
        self.play(appear(*self._sums(z, "head_sums"), lag=0.2))
        self.weights = weights

    @step
    def average(self):
        """A times V is Z, row by row."""
        work = self._product(("weights", "line"), ("value", "value"), ("heads", "output"))
        self.open_with(work.left, work.above, *self._around(work, "A", "V", "Z"), self._in_the_corner(SCALED, work),
                       *self._rounded(work.left, "weight_sums"))
        self._multiply(work)

    def _spread(self, prefix: str, maths: str, verdict: str, i: int, room: Room) -> Spread:
        """Scores of random vectors of the i-th width, scaled or not."""
        views = [self.view(f"scaling.{prefix}{name}")[i] for name in ("histogram", "spread", "weights")]
        return spread(self.theme, maths, [self.view("scaling.edges"), *views], [*map(self.say, ("size", "softmax", verdict))], room)

    @property
    def _masked(self) -> bool:
        return self.staging.trace.config.mask == "causal"

    def _weights(self, room: Room) -> HeatMap:
        """The weights, where there is room for that with as many decimals as they need to add up, row by row, as they are written."""
        view = self._view("weights")
        sheets = (heat_map(replace(self.theme, decimals=count), view, room, "line", digits=True, weights=True)
                  for count in (self._finer, self.theme.decimals))
        return next((sheet for sheet in sheets if sheet.digits), heat_map(self.theme, view, room, "line", weights=True))

    @property
    def _finer(self) -> int:
        """How many decimals the weights need to add up, row by row, as they are written."""
        return decimals_for_sums(self._view("weights").values, self._view("weight_sums").values, self.theme.decimals)

    @property
    def _foot(self) -> float:
        """The room that words below columns take."""
        return LEVEL if len(self.tokens) <= FEW and self.frame.is_roomy else SLANTED

    def _view(self, name: str) -> View:
        """A tensor of the shown head."""
        return self.view(f"encoder.{{block}}.self_attention.{name}")[self.head]

    def _picture(self, symbol: str, room: Room) -> tuple[HeatMap, VGroup]:
        """The matrix of a symbol, and its shape below it. Z is still to be found: it has no cells yet."""
        name, role = {"q": "query", "k": "key", "v": "value", "z": "heads"}[symbol], ROLES[symbol]
        view = self._view(name).T if symbol == "k" else self._view(name)
        picture = heat_map(self.theme, view, room.trim(bottom=SHAPE), role, digits=True)
        n, d_k = self._view("query").shape
        shape = f"d_k times n = {d_k} times {n}" if symbol == "k" else f"n times d_k = {n} times {d_k}"
        words = below(equation(self.theme, shape, size=SIGN, role="muted", width=room.width), picture.border)
        if symbol != "z":
            return picture, words
        unknown = equation(self.theme, quote("?"), size=min(UNKNOWN, picture.height / 2), role="output").move_to(picture)
        return picture.border, VGroup(words, unknown)

    def _product(self, left: tuple, upper: tuple, result: tuple) -> Product:
        """Two factors and their product, each given by the name of its tensor and its role, over the whole stage."""
        factors = [Factor(self._view(name), role, name == "weights") for name, role in (left, upper, result)]
        if upper[0] == "key":
            factors[1] = factors[1]._replace(view=factors[1].view.T)
        finer = factors[0]._replace(decimals=self._finer if factors[0].weights else None)
        room = self.stage.trim(left=LABEL, right=LABEL, bottom=self._foot)
        work = product(self.theme, finer, *factors[1:], room)
        return work if work.left.digits else product(self.theme, *factors, room)

    def _in_the_corner(self, formula: str, work: Product) -> Equation:
        """The equation above the left factor, beside the upper one."""
        left, upper = room_of(work.left.border), room_of(work.above.border)
        return fitted(equation(self.theme, formula, ROLES, MEDIUM), Room(self.stage.left, left.right, upper.bottom + NAME, upper.top))

    def _around(self, work: Product, left: str, upper: str, result: str) -> list[Mobject]:
        """The frame of the result, the names of the three matrices, the words of rows and columns."""
        names = VGroup(
            above(self._named(work.left, left, ROLES.get(left.lower(), "text")), work.left.border),
            right_of(self._named(work.above, upper, ROLES[upper[0].lower()]).arrange(DOWN), work.above.border),
            right_of(self._named(work.result, result, ROLES.get(result.lower(), "text")).arrange(DOWN), work.result.border),
        )
        words = self._columns(work.result if upper == "K^T" else work.left)
        return [work.result.border, work.result.dots, names, self._rows(work.left), words]

    def _multiply(self, work: Product) -> None:
        """Fills the product: the followed row entry by entry, the first one slowly; then all the other rows."""
        i, columns = self.focus, range(len(work.result.cells[0]))
        for j in columns:
            cell, row, column = work.result.cells[i][j], work.left.cells[i], VGroup(line[j] for line in work.above.cells)
            seconds = max(FLASH, SHORT / (j + 1))
            self.play(merge(row, column, into=cell, run_time=seconds), appear(cell, run_time=seconds))
            into = work.result.numbers[i][j] if work.result.digits else None
            if j == 0:
                pairs = zip(row, column, strict=True)
                self.play(live_dot_product(self.theme, work.left.view[i], work.above.view[:, 0], pairs, into, run_time=2.4))
            elif into is not None:
                self.play(appear(into, run_time=FLASH))
        others = [work.result.row(k) for k in range(len(self.tokens)) if k != i]
        if others:
            self.play(appear(*others, lag=0.4))

    def _above(self, sheet: HeatMap, maths: str, role: str = "text") -> Mobject:
        return above(self._named(sheet, maths, role), sheet.border)

    def _named(self, sheet: HeatMap, maths: str, role: str) -> VGroup:
        """The name of a matrix, and its true shape where rows or columns are left out."""
        elided = None in (*sheet.grid.rows, *sheet.grid.columns)
        return named(self.theme, maths, sheet.view.shape if elided else None, role, NAME)

    def _rows(self, sheet: HeatMap) -> VGroup:
        return row_labels(self.theme, self.tokens, sheet, "query", LABEL - TIGHT, keep=self.focus)

    def _columns(self, sheet: HeatMap) -> VGroup:
        return column_labels(self.theme, self.tokens, sheet, "key", self._foot, keep=self.focus)

    def _sum_width(self) -> float:
        """The room that row sums take."""
        return text_width(self.theme, f"= {MINUS}0.{'0' * self.theme.decimals}", WORD, 600, tabular=True) + TIGHT

    def _sums(self, sheet: HeatMap, name: str) -> list[VGroup]:
        """The sum of each row, at its right; and that the numbers are rounded, where those written do not add up."""
        totals = self._view(name)
        sums = [
            right_of(VGroup(text(self.theme, "=", WORD, "muted"), number(self.theme, source, WORD, "output", weight=600)).arrange(
                RIGHT, buff=TIGHT / 2), sheet.border, TIGHT).set_y(row.get_y())
            for i, (row, source) in enumerate(zip(sheet.cells, totals, strict=True)) if is_named(i, sheet.grid.height, self.focus)
        ]
        return [*sums, *self._rounded(sheet, name)]

    def _rounded(self, sheet: HeatMap, name: str) -> list[Label]:
        """That the numbers of a matrix are rounded, above it, if the rows of those written do not add up to their sums."""
        if not sheet.digits or np.allclose(sheet.view.values.round(sheet.decimals).sum(-1), self._view(name).values.round(self.theme.decimals)):
            return []
        note = text(self.theme, self.say("rounded"), NOTE_SIZE, "muted")
        gap = TIGHT if note.width + 2 * NAME <= sheet.border.width else 2 * NAME    # above the name, where there is no room beside it
        return [above(note, sheet.border, gap, align=1)]
