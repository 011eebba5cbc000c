"""Scene 9: scaled dot-product attention, Z = softmax(Q Kᵀ / √d_k) V (Vaswani et al. 2017, equation 1)."""

from manim import DOWN, PI, Mobject, VGroup

from model import View
from scenes.base.layout import SLANTED, above, arrows, between, fitted, line_of, named, right_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.equation import Equation, equation
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, number, text, text_width
from scenes.parts.motion import EASY, LONG, SHORT, SLOWER, appear, copy_to, draw, merge, travel, vanish
from scenes.parts.opened_equation import opened_matrix, opened_rooms, standing, times_and_equals
from scenes.parts.product import Factor, Product, multiplied, product
from scenes.parts.raised import raised
from scenes.parts.row_sums import exact_weights, finer, rounded, row_sums, sum_width
from scenes.parts.shapes import ring, room_of
from scenes.parts.tokens import column_labels, row_labels
from scenes.parts.typical_sizes import typical_sizes

ROLES = {"z": "output", "q": "query", "k": "key", "s": "line", "v": "value"}
OPENED = {"q": "query", "k": "key", "s": "scores", "v": "value"}           # the tensors of the symbols, and of the product, as they open
LONGER = {"k": "lying", "v": "to_mix"}    # what these are called where there is room
UNSCALED = '{{ Z : z }} = "softmax"({{ Q : q }} med {{ K^T : k }}) med {{ V : v }}'
SCALED = '{{ Z : z }} = "softmax"(({{ Q : q }} med {{ K^T : k }}) / sqrt(d_k)) med {{ V : v }}'
WAYS = {"": "scores", "scaled_": "divided"}.items()                       # scores: how what is found of them is named, and what they are called
STUCK = 0.0005                            # how far a weight moves less, when it is said that nothing changes
LARGE, MEDIUM, NAME, SIGN = (size * PX for size in (90, 66, 44, 34))
LABEL, NAMED = (length * PX for length in (160, 90))                      # beside rows, above for names
LEVEL = 60 * PX                           # below columns where words are few and short enough to stand level
SIDE = 138 * PX                           # between two sheets, beside a product


class AttentionMatrix(ExplainerScene):
    """The equation, symbol by symbol: the scores, why they are scaled, the weights, and what they average."""

    experiments = ("scaling",)
    sparse = dict.fromkeys(("sheets", "distributions"), "where type is large words and sums take the width, and cells are not much higher than wide")
    place = "head"

    def wording(self, name: str) -> str:
        """Where no token may look ahead, the scores are masked too before they become weights."""
        return "masked" if name == "sheets" and self.staging.trace.config.mask == "causal" else super().wording(name)

    @step
    def equation(self):
        """Symbols of the equation open to their matrices; a row of Q and a column of Kᵀ meet in a score of the grid that is known."""
        top, below_it, foot = self.stage.trim(top=TIGHT, bottom=TIGHT / 2).rows([6, 18, 2], TIGHT)
        self.formula = equation(self.theme, UNSCALED, ROLES, LARGE, at=top)
        low = self._foot * self.frame.is_roomy           # elsewhere columns have no words, so that matrices are larger
        rooms, views = opened_rooms(below_it.trim(left=self._snug)), {symbol: self._view(name) for symbol, name in OPENED.items()}
        names = {symbol: f"all_{name}" for symbol, name in OPENED.items()} | (LONGER if self.frame.is_roomy else {})
        query, key, scores, value = (
            opened_matrix(self.theme, self.formula, symbol, view.T if symbol == "k" else view, ROLES[symbol],
                          self.say(names[symbol]), rooms[symbol], low) for symbol, view in views.items())
        self.pictures = {"q": query.picture, "k": key.picture}
        i, j = self.focus, int(self._view("weights")[self.focus].values.argmax())
        column, score = VGroup(*(line[j] for line in key.picture.cells)), scores.picture.cell(i, j)
        rings = [ring(self.theme, thing) for thing in (query.picture.cells[i], column, score)]
        words = text(self.theme, self.say("met", asks=self.tokens[i], answers=self.tokens[j]), SIGN)
        said = line_of(words, number(self.theme, views["s"][i, j], SIGN, weight=600), at=foot)
        self.open_with(self.formula)
        columns = [VGroup(*[self._columns(shown.picture, j)] * bool(low)) for shown in (key, scores)]
        self.play(draw(query.box, *query.guides, run_time=SHORT))
        self.play(appear(query.picture, query.name, self._rows(query.picture)))
        self.play(draw(key.box, *key.guides, run_time=SHORT), appear(key.picture.border, cells := standing(self.theme, key)))
        self.play(travel(cells, key.picture.cells, PI / 2), appear(key.picture.numbers, key.picture.dots, key.name, columns[0]))
        self.play(appear(*rings[:2], *times_and_equals(self.theme, query, key, scores), scores.picture.border))
        self.play(merge(query.picture.cells[i], column, into=score), appear(score, said))
        self.play(appear(scores.picture, scores.name, columns[1], rings[2]))
        self.play(draw(value.box, *value.guides, run_time=SHORT), appear(value.picture, value.name))

    @step
    def scores(self):
        """Q times Kᵀ: a row of Q and a column of Kᵀ meet in a cell; first slowly, then fast."""
        work = self._product(("query", "query"), ("key", "key"), ("scores", "line"))
        query, key = self.pictures["q"], self.pictures["k"]
        self.play(
            vanish(*self.on_stage(self.formula)), travel(self.formula, self._in_the_corner(UNSCALED, work)),
            copy_to(query.cells, work.left), copy_to(key.cells, work.above),
        )
        self.play(appear(*self._around(work, ("Q", "query"), ("K^T", "key"), ("Q K^T", "text"))))
        for motions in multiplied(self.theme, work, self.focus):
            self.play(*motions)

    @step
    def scale(self):
        """Sums of more products are larger; softmax of such scores has one winner, and a nudge moves nothing; divided, the same nudge does."""
        stage, keys = self.stage.inset(y=TIGHT), self.staging.trace.config.d_k
        counts, roots, found = (self.view(f"scaling.{name}") for name in ("d_k", "root", "spread"))
        said = self.say("sum"), self.say("here", d_k=keys, root=f"{keys ** 0.5:.3g}")
        sizes = typical_sizes(self.theme, counts, roots, found, said, stage)
        cases, words = [], []
        for prefix, title in WAYS:
            views = [self.view(f"scaling.{prefix}{name}")[-1] for name in ("scores", "weights", "nudged", "gains")]
            cases.append([view[: len(views[1])] for view in views])
            moves = abs(views[3].values).max() >= STUCK
            words.append((self.say(title, d_k=f"{counts.values[-1]:.0f}"), self.say("moves" if moves else "stuck")))
        names, tables = raised(self.theme, cases, words, [self.say(name) for name in ("softmax", "nudge")], stage)
        self.open_with(sizes.title, sizes.ground, sizes.cases[0])
        self.play(appear(*sizes.cases[1:], sizes.note, lag=0.5))
        self.wait(LONG)
        for leaving, arriving, table in zip((sizes, []), (names, []), tables, strict=True):
            self.play(vanish(*leaving), appear(*arriving, table.title, table.before))
            self.play(appear(table.around, table.raised))
            self.play(appear(table.change, table.verdict))

    @step
    def sheets(self):
        """Raw scores, scaled (and masked) scores, weights: three sheets that slide out of one another, or where there is little room two."""
        free = self.stage.trim(left=self._beside, right=sum_width(self.theme, self._view("weight_sums")), bottom=self._foot, top=NAMED)
        first = 0 if self.stage.is_wide and not self.frame.is_slim else 1
        scale, d_k = peak(self._view("scores")), self.staging.trace.config.d_k
        masked = self.staging.trace.config.mask == "causal"
        names = ("scores", "masked_scores" if masked else "scaled_scores")[first:]
        maths = ("Q K^T", "Q K^T \\/ sqrt(d_k)" + " + M" * masked, "A")[first:]
        below_it = self._foot + NAMED + GAP
        upright = self.stage.height > self.stage.width and free.height - below_it > free.width - SIDE   # they are larger one below the other
        *rooms, last = free.rows(len(maths), below_it) if upright else free.columns(len(maths), SIDE)
        scores = (heat_map(self.theme, self._view(name), room, "line", digits=True, scale=scale)
                  for name, room in zip(names, rooms, strict=True))
        sheets = [*scores, weights := self._weights(last)]
        around = [VGroup(self._above(sheet, name), self._columns(sheet)) for sheet, name in zip(sheets, maths, strict=True)]
        self.play(vanish(*self.on_stage()), appear(sheets[0], around[0], self._rows(sheets[0])))
        for wire, start, end, name, how in zip(arrows(self.theme, *(sheet.border for sheet in sheets)), sheets, sheets[1:], around[1:],
                                               (f"div sqrt({d_k})", '"softmax"')[first:]):
            word = equation(self.theme, how, size=SIGN, width=SIDE - TIGHT / 4)
            self.play(appear(wire, right_of(word, wire).align_to(wire, DOWN) if upright else between(word, start.border, end.border, up=GAP)))
            self.play(copy_to(start.cells, end, run_time=SLOWER), appear(name, *[self._rows(end)] * upright))
        self.play(appear(*self._sums(weights, "weight_sums"), lag=0.3))
        self.weights = weights

    @step
    def distributions(self):
        """A row of weights sums to 1; a row of Z sums to anything."""
        wide, rows, totals = self.stage.is_wide, self._view("heads"), self._view("head_sums")
        free, sums = self.stage.trim(bottom=self._foot * wide, top=NAMED), sum_width(self.theme, totals)
        beside = [room.trim(left=self._beside * wide, right=sums) for room in free.trim(left=self._beside * (not wide)).columns(2, WIDE if wide else GAP)]
        below = free.trim(left=self._beside, right=sums).rows(2, NAMED + GAP)
        upright = not wide and below[0].height > max(beside[0].width, len(self.tokens) * WORD)     # larger, and high enough for the sums
        left, right = below if upright else beside
        weights = self._weights(left)
        z = heat_map(finer(self.theme, rows, totals), rows, right, "output", digits=True)
        self.play(vanish(*self.on_stage()), copy_to(self.weights.cells, weights, run_time=EASY))
        self.play(appear(self._rows(weights), self._above(weights, "A"), *[self._columns(weights)] * wide))
        self.play(appear(*self._sums(weights, "weight_sums"), lag=0.2))
        self.play(appear(z, *[self._rows(z)] * (wide or upright), self._above(z, "Z", "output")))
        self.play(appear(*self._sums(z, "head_sums"), lag=0.2))
        self.weights = weights

    @step
    def average(self):
        """A times V is Z, row by row."""
        work = self._product(("weights", "line"), ("value", "value"), ("heads", "output"))
        around = self._around(work, ("A", "text"), ("V", "value"), ("Z", "output"))
        self.open_with(work.left, work.above, *around, self._in_the_corner(SCALED, work), *self._rounded(work.left, "weight_sums"))
        for motions in multiplied(self.theme, work, self.focus):
            self.play(*motions)

    def _weights(self, room: Room) -> HeatMap:
        return exact_weights(self.theme, self._view("weights"), self._view("weight_sums"), room)

    @property
    def _foot(self) -> float:
        """The room that words below columns take: short ones stand level, also where three matrices are side by side."""
        longest = max(text_width(self.theme, word, SMALLEST_WORD) for word in self.tokens)
        return LEVEL if len(self.tokens) * longest <= self.stage.width / 4 and self.frame.is_roomy else SLANTED

    @property
    def _beside(self) -> float:
        """The room that the words of rows take: where there is little, no more than they need."""
        return LABEL if self.frame.is_roomy else self._snug

    @property
    def _snug(self) -> float:
        return min(LABEL, TIGHT + max(text_width(self.theme, word, WORD) for word in self.tokens))

    def _view(self, name: str) -> View:
        """A tensor of the shown head."""
        return self.view(f"encoder.{{block}}.self_attention.{name}")[self.head]

    def _product(self, left: tuple, upper: tuple, result: tuple) -> Product:
        """Two factors and their product, each given by the name of its tensor and its role, over the whole stage."""
        factors = [Factor(self._view(name), role, name == "weights") for name, role in (left, upper, result)]
        if upper[0] == "key":
            factors[1] = factors[1]._replace(view=factors[1].view.T)
        exact = finer(self.theme, factors[0].view, self._view("weight_sums")).decimals if factors[0].weights else None
        room = self.stage.trim(left=self._beside, right=LABEL, bottom=self._foot)
        work = product(self.theme, factors[0]._replace(decimals=exact), *factors[1:], room)
        return work if work.left.digits else product(self.theme, *factors, room)

    def _in_the_corner(self, formula: str, work: Product) -> Equation:
        """The equation above the left factor, beside the upper one."""
        left, upper = room_of(work.left.border), room_of(work.above.border)
        return fitted(equation(self.theme, formula, ROLES, MEDIUM), Room(self.stage.left, left.right, upper.bottom + NAME, upper.top))

    def _around(self, work: Product, left: tuple[str, str], upper: tuple[str, str], result: tuple[str, str]) -> list[Mobject]:
        """The frame of the result, the names of the three matrices, each with its role, the words of rows and columns."""
        beside = (right_of(self._named(sheet, *name).arrange(DOWN), sheet.border) for sheet, name in ((work.above, upper), (work.result, result)))
        names = VGroup(self._above(work.left, *left), *beside)
        words = self._columns(work.result if upper[1] == "key" else work.left)
        return [work.result.border, work.result.dots, names, self._rows(work.left), words]

    def _above(self, sheet: HeatMap, maths: str, role: str = "text") -> Mobject:
        return above(self._named(sheet, maths, role), sheet.border)

    def _named(self, sheet: HeatMap, maths: str, role: str) -> VGroup:
        """The name of a matrix, and its true shape where rows or columns are left out."""
        elided = None in (*sheet.grid.rows, *sheet.grid.columns)
        return named(self.theme, maths, sheet.view.shape if elided else None, role, NAME)

    def _rows(self, sheet: HeatMap) -> VGroup:
        return row_labels(self.theme, self.tokens, sheet, "query", self._beside - TIGHT, keep=self.focus)

    def _columns(self, sheet: HeatMap, keep: int | None = None) -> VGroup:
        """The words below, of which one is kept where there is no room for all: the followed one, or another."""
        return column_labels(self.theme, self.tokens, sheet, "key", self._foot, keep=self.focus if keep is None else keep)

    def _sums(self, sheet: HeatMap, name: str) -> list[VGroup]:
        """The sum of each row, at its right; and that the numbers are rounded, where those written do not add up."""
        return [*row_sums(self.theme, sheet, self._view(name), self.focus), *self._rounded(sheet, name)]

    def _rounded(self, sheet: HeatMap, name: str) -> list[Mobject]:
        return rounded(self.theme, sheet, self._view(name), self.say("rounded"), SIGN, NAME)
