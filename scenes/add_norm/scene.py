"""The residual connection and layer normalisation (Vaswani et al. 2017, section 3.1; Ba et al. 2016, eq. 3 and 4)."""

from itertools import pairwise

from model import View
from model.wiring import MOVES, reads
from scenes.base.layout import left_of
from scenes.base.room import GAP, PX, TIGHT, WIDE
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import largest
from scenes.parts.equation import equation, quote
from scenes.parts.feature_bars import measured_bars
from scenes.parts.growth import growth
from scenes.parts.heat_map import MOST
from scenes.parts.label import WORD
from scenes.parts.lanes import bare
from scenes.parts.layer_norm import CARD, CELL, LayerNorm, Norming, cell_row, weight_rows
from scenes.parts.moment_table import SUMS, WORDS, moment_table
from scenes.parts.motion import EASY, appear, draw, merge, travel, vanish
from scenes.parts.norm_axes import norm_axes
from scenes.parts.residual import ways
from scenes.parts.shapes import ring
from scenes.parts.tokens import LINE, token_card

STAGES = ("centred", "normalised", "scaled", "output")
SYMBOL = 48 * PX
READ = {"residual_1": "r = x + a", "input": "x"}                              # what is normalised, as it is written
NORMALISED = "(LETTER - mu) / sigma"      # without ε, which is tiny
WAYS = ("without", "muted"), ("with", "output")
SAID = "mean", "spread", "before", "now", "mean_goes", "spread_goes", "rounded", "less", "learned"
STUCK = 0.005                             # how far a weight moves at most that is said not to move
FEW = 7                                   # columns that are shown while numbers are followed


class AddNorm(ExplainerScene):
    """The skip and the sum, the four moves on one token, all tokens at once, and why not batch norm."""

    experiments = ("growth", "moments", "batch_norm")
    sparse = {"skip": "the sum has its place below, and comes next", "every_token": "γ and β have their place above, and come next"}
    place = "block"

    @step
    def skip(self):
        """A token's vector goes through attention, a copy of it round it on the residual path."""
        head, body = self.stage.trim(bottom=TIGHT / 2).rows([1, 9])
        moves, attention = MOVES[self.staging.trace.config.norm], f'{quote(self.say("attention"))}(x)'
        kinds = [self.say({"sublayer": "attention"}.get(move, move)) for move in moves[: moves.index("add")]]
        views = [self._tensor(name)[self.focus] for name in ("input", "self_attention.output", "residual_1")]
        names = "x", attention, f"r = x + {attention}"
        self.ways = ways(self.theme, views, names, kinds, self.say("bypass"), self.say("rounded"), body)
        size = min(WORD, head.height / LINE)
        card = token_card(self.theme, self.tokens[self.focus], min(CARD, head.width), head.height, "output", size).move_to(head.centre)
        x, attended, _ = self.ways.rows
        self.play(appear(card, x, self.ways.names[0]))
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
        """Many untrained blocks, with LayerNorm and without: how large what each reads is, the last one's scores, and what moves its weights."""
        last, full = len(self.view("growth.with.gains")) - 1, largest(self.view("growth.without.sizes")[:-1])
        named = {block: self.say("block", number=block + 1) for block in (0, last)}
        panels = []
        for (way, role), row in zip(WAYS, self.frame.below_map.trim(bottom=TIGHT).rows(2, WIDE), strict=True):
            sizes, scores, gains = (self.view(f"growth.{way}.{name}") for name in ("sizes", "scores", "gains"))
            moved = gains[last, self.head, self.focus]
            said = f"{way}_norm", f"{way}_scores", "gain", "stuck" if moved.values.max() < STUCK else "moves"
            words = [self.say(key, token=self.tokens[self.focus]) for key in said]
            panels.append(growth(self.theme, sizes[:-1], scores[last], moved, words, named, self.tokens, role, full, row))
        self.open_with(*(part for panel in panels for part in (panel.sizes.title, panel.sizes.ground)))
        for panel in panels:
            self.play(appear(*panel.sizes.levels, lag=0.15), appear(*panel.sizes.numbers, lag=0.15))
            self.play(appear(*panel.so))
            self.play(appear(panel.moved))

    @step
    def normalise(self):
        """The vector that LayerNorm reads becomes bars; their mean is taken away, and what is left is divided by their spread."""
        shown = self._layer_norm(NORMALISED, (0, 0, 1, 2), MOST)
        before, same, centred, normalised = shown.stages
        self.open_with(shown.card, before.floor, before.letter, before.row)
        self.play(travel(before.row.cells[0].copy(), before.bars))
        for mark, value in zip(((before.marks.slab, before.marks.level), (before.marks.band, before.marks.bracket)), before.values):
            self.play(appear(*mark, value))
        self.play(appear(same, shown.moves[0], shown.formula))
        self.play(centred.follow(same))
        self.play(appear(centred.row.numbers, centred.values, shown.moves[1]))
        self.play(normalised.follow(centred))
        self.play(appear(normalised.row.numbers, normalised.values))
        self.play(appear(shown.hints[0]))

    @step
    def gain_and_shift(self):
        """Each feature times its own γ, then plus its own β: a few of them, so that they can be followed."""
        shown = self._layer_norm(f"y = gamma {NORMALISED} + beta", (2, 2, 3, 4), FEW)
        above, *stages = shown.stages
        self.play(vanish(*self.on_stage()), appear(shown.card, shown.formula, above))
        self.play(appear(stages[0]))
        for row, sign, (before, after) in zip(shown.weights, shown.signs, pairwise(stages), strict=True):
            self.play(appear(bare(row), sign))
            self.play(after.follow(before, row))
            self.play(appear(after.row.numbers, after.values))
        gains = sorted(shown.weights[0].cells[0], key=lambda cell: float(cell.source))
        ends = [gains[0], gains[-1]] if float(gains[0].source) < 1 < float(gains[-1].source) else []
        self.play(appear(shown.hints[bool(ends)], shown.hints[-1], *(ring(self.theme, cell) for cell in ends)))

    @step
    def every_token(self):
        """Every token has a mean and a spread of its own."""
        head, body = self.stage.trim(bottom=TIGHT).rows([self.stage.height / 5, 4 * self.stage.height / 5])
        self.table = table = moment_table(self.theme, self.tokens, [view[0] for view in self._moments.values()], body)
        self.head_rows = head.trim(left=WORDS + GAP, right=SUMS + GAP).rows(2, TIGHT)
        self.panels = self._panels(0)
        self.play(vanish(*self.on_stage()), appear(table.words, *table.floors), appear(*(panel.bars for panel in self.panels), lag=0.15))
        self.play(appear(table.head, *table.values, lag=0.2), appear(*(panel.marks for panel in self.panels), lag=0.2))

    @step
    def shared(self):
        """One row of γ and one of β serve all the tokens."""
        grid = cell_row(self._read[0][0], self.head_rows[0], min(CELL, self.stage.height / 10), MOST)
        rows = weight_rows(self.theme, self._weights, self.head_rows, grid)
        for k in (1, 2):
            self._all_move(k)
        for k, (symbol, row) in enumerate(zip(self._weights, rows, strict=True), 3):
            self.play(appear(bare(row), left_of(equation(self.theme, symbol, size=min(SYMBOL, 0.6 * row.border.height)), row.border)))
            self._all_move(k, row)

    @step
    def batch(self):
        """Batch norm would go down the columns, over whoever is in the batch: with other company the token comes out another."""
        said = [self.say(key, token=self.tokens[self.focus]) for key in ("layer_norm", "batch_norm")]
        changes = [self.view(f"batch_norm.{name}")[self.spec.block, self.focus] for name in ("layer_norm_changes", "changes")]
        shown = norm_axes(self.theme, self._tensor(self._source), self.tokens, self.focus, self.say("features"), said, changes, self.stage)
        self.play(vanish(*self.on_stage()), appear(shown.sheet, shown.cards, shown.title))
        for around, word, value in zip(shown.rings, shown.verdicts, shown.values, strict=True):
            self.play(appear(around, word))
            self.play(appear(value, run_time=EASY))

    def _layer_norm(self, maths: str, stages: tuple[int, ...], most: int) -> LayerNorm:
        """What LayerNorm does to the followed token, of which so many features are shown, and how that is written."""
        letter = READ[self._source]
        norming = Norming(self.theme, self._read, self._moments, self._weights, {0: letter, 4: "= y"}, {key: self.say(key) for key in SAID})
        return norming.of(self.focus, self.tokens[self.focus], maths.replace("LETTER", letter[0]), stages, self.stage, most)

    def _all_move(self, k, by=None):
        """The bars of all tokens move at once, each in its row."""
        after = self._panels(k)
        flying = [merge(by.cells, into=floor, scale=1, run_time=1.2) for floor in self.table.floors] if by else []
        self.play(*(travel(old, new, run_time=1.2) for old, new in zip(self.panels, after, strict=True)), *flying)
        self.panels = after

    def _panels(self, k):
        """The bars, and mean and spread, of every token at a stage."""
        columns = cell_row(self._read[0][0], self.table.places[0], CELL, MOST).columns
        mean, spread = (view[k] for view in self._moments.values())
        return measured_bars(self.theme, self._read[k], mean, spread, columns, self.table.places, largest(*self._read, columns=columns))

    @property
    def _source(self) -> str:
        """The tensor that LayerNorm reads: the sum, or x itself."""
        return reads(self.staging.trace.config.norm)["norm_1"][0]

    def _tensor(self, name: str) -> View:
        return self.view(f"encoder.{{block}}.{name}")

    @property
    def _read(self) -> list[View]:
        """What LayerNorm reads (n, d_model), and what each of its moves makes of it."""
        return [self._tensor(name) for name in (self._source, *(f"norm_1.{stage}" for stage in STAGES))]

    @property
    def _moments(self) -> dict[str, View]:
        """Mean and spread (stage, n) before the first LayerNorm of the block and after each of its moves."""
        return {what: self.view(f"moments.{{block}}.norm_1.{what}") for what in ("mean", "spread")}

    @property
    def _weights(self) -> dict[str, View]:
        """γ and β (d_model)."""
        return {name: self.view(f"weights.encoder.{{block}}.norm_1.{name}") for name in ("gamma", "beta")}
