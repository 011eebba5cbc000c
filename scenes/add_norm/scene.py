"""The residual connection and layer normalisation (Vaswani et al. 2017, section 3.1; Ba et al. 2016, eq. 3 and 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from model import View
from model.wiring import MOVES, reads
from scenes.base.layout import at_foot, fitted
from scenes.base.room import TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import largest
from scenes.parts.equation import equation, quote
from scenes.parts.feature_bars import measured_bars
from scenes.parts.growth import growth
from scenes.parts.heat_map import HeatMap
from scenes.parts.label import WORD, text, words_in
from scenes.parts.lanes import bare
from scenes.parts.layer_norm import CARD, CELL, FORMULA, Norming, cell_row, weight_row
from scenes.parts.moment_table import moment_table
from scenes.parts.motion import DIMMED, EASY, appear, draw, merge, travel, vanish
from scenes.parts.norm_axes import norm_axes
from scenes.parts.residual import ways
from scenes.parts.shapes import ring, room_of
from scenes.parts.tokens import LINE, token_card
from scenes.parts.whole import Whole

STAGES = ("centred", "normalised", "scaled", "output")
READ = {"residual_1": "r = x + a", "input": "x"}                              # what is normalised, as it is written
NORMALISED = "(LETTER - mu) / sigma"      # without ε, which is tiny
WAYS = ("without", "muted"), ("with", "output")
SAID = "mean", "spread", "now", "mean_goes", "spread_goes", "rounded"
STUCK = 0.005                             # how far a weight rises at most with its score, when training is said to be stuck
LITTLE = 0.1                              # how large a shift, or a difference, is at most that is said to be small


class AddNorm(ExplainerScene):
    """The skip and the sum, the four moves on one token, all tokens at once, and why not batch norm."""

    experiments = ("growth", "moments", "batch_norm")
    sparse = {"skip": "the sum has its place below, and comes next", "every_token": "γ and β have their place above, and come next",
              "gain_and_shift": "bars of both signs need as much room below their line as above it, and all features of a token stand on one"}
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
        """Many untrained blocks, with LayerNorm and without: how large what each reads is, the last one's scores, and whom a token looks at there."""
        last, full = len(self.view("growth.with.gains")) - 1, largest(self.view("growth.without.sizes")[:-1])
        named = {block: self.say("block", number=block + 1) for block in (0, last)}
        panels = []
        for (way, role), row in zip(WAYS, self.frame.below_map.trim(bottom=TIGHT).rows(2, WIDE), strict=True):
            sizes, scores, weights, gains = (self.view(f"growth.{way}.{name}") for name in ("sizes", "scores", "weights", "gains"))
            stuck = gains[last, self.head, self.focus].values.max() < STUCK
            said = f"{way}_norm", "score", "looks", "stuck" if stuck else "moves"
            words = [self.say(key, token=self.tokens[self.focus], number=last + 1) for key in said]
            panels.append(growth(self.theme, sizes[:-1], scores[last], weights[last, self.head, self.focus], words, named, self.tokens, role, full, row))
        self.open_with(*(part for panel in panels for part in (panel.sizes.title, panel.sizes.ground)))
        for panel in panels:
            self.play(appear(*panel.sizes.levels, lag=0.15), appear(*panel.sizes.numbers, lag=0.15))
            self.play(appear(*panel.so))
            self.play(appear(panel.weights))

    @step
    def normalise(self):
        """The vector that LayerNorm reads becomes bars; their mean is taken away, and what is left is divided by their spread."""
        letter = READ[self._source]
        norming = Norming(self.theme, self._read, self._moments, letter, {key: self.say(key) for key in SAID})
        shown = norming.of(self.focus, self.tokens[self.focus], NORMALISED.replace("LETTER", letter[0]), (0, 0, 1, 2), self.stage)
        before, same, centred, normalised = shown.stages
        self.open_with(shown.card, before.floor, before.letter, before.row)
        self.play(travel(before.row.cells[0].copy(), before.bars))
        for mark, value in zip(((before.marks.slab, before.marks.level), (before.marks.band, before.marks.bracket)), before.values):
            self.play(appear(*mark, value))
        self.play(appear(same, shown.moves[0], shown.formula))
        self.play(centred.follow(same))
        self.play(appear(centred.row.numbers, centred.values, shown.moves[1], shown.hint))
        self.play(normalised.follow(centred))
        self.play(appear(normalised.row.numbers, normalised.values))

    @step
    def gain_and_shift(self):
        """Two tokens, of which one is louder, become equally loud; then one row of γ turns the same features of both up or down."""
        pair, spread = self._pair, self._moments["spread"]
        near = [text(self.theme, self.say("near"))] if len(pair) > 1 and np.ptp(spread.values[-1, pair]) < LITTLE else []
        above, place = self._measured(pair, {"sigma": spread}, at_foot(near, self.stage))
        left, right = above.columns(2)
        formula = equation(self.theme, f"y = gamma {NORMALISED} + beta".replace("LETTER", READ[self._source][0]), size=FORMULA)
        shift = self.say("small_shift" if abs(self._weights["beta"].values).max() < LITTLE else "shift")
        note = [words_in(self.theme, shift, WORD, right, "muted")] * self.frame.is_roomy
        row, sign = weight_row(self.theme, self._weights, "gamma", place, self.stage.height / 10)
        self.play(vanish(*self.on_stage()), appear(self.table.words, *self.table.floors, *(panel.bars for panel in self.panels)))
        self.play(appear(self.table.head, *self.values, *(panel.marks for panel in self.panels)))
        self._all_move(2)
        self.play(appear(bare(row), sign, fitted(formula, left if note else above), *note))
        self.bring_to_back(*(panel.bars.copy().set_fill(opacity=DIMMED) for panel in self.panels))
        self._all_move(4, row)
        least, *_, most = sorted(row.cells[0], key=lambda cell: float(cell.source))
        columns = [replace(room_of(least), bottom=room.bottom, top=room.top) for room in (place.inset(y=TIGHT / 3) for place in self.table.places.values())]
        turned = float(least.source) < 1 < float(most.source)
        self.play(appear(*near, *[ring(self.theme, thing) for thing in (least, *columns)] * turned))

    @step
    def every_token(self):
        """Every token has a mean and a spread of its own."""
        self.head_rows = self._measured(range(len(self.tokens)), dict(zip(("mu", "sigma"), self._moments.values(), strict=True)), self.stage)
        self.play(vanish(*self.on_stage()), appear(self.table.words, *self.table.floors), appear(*(panel.bars for panel in self.panels), lag=0.15))
        self.play(appear(self.table.head, *self.values, lag=0.2), appear(*(panel.marks for panel in self.panels), lag=0.2))

    @step
    def shared(self):
        """One row of γ and one of β serve all the tokens."""
        for k in (1, 2):
            self._all_move(k)
        for k, (name, place) in enumerate(zip(self._weights, self.head_rows, strict=True), 3):
            row, sign = weight_row(self.theme, self._weights, name, place, self.stage.height / 10)
            self.play(appear(bare(row), sign))
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

    def _measured(self, kept: Sequence[int], moments: Mapping[str, View], room: Room) -> list[Room]:
        """Sets out the table of some tokens, as LayerNorm reads them, in a room; gives the two rows above their bars."""
        head, body = room.trim(bottom=TIGHT).rows([1, 4], 0)
        self.table = moment_table(self.theme, self.tokens, kept, moments, body)
        self.panels, self.values = self._panels(0), self.table.values[0]
        place = self.table.places[kept[0]]
        return [replace(row, left=place.left, right=place.right) for row in head.rows(2, TIGHT)]

    def _all_move(self, k: int, by: HeatMap | None = None) -> None:
        """The bars of all tokens in the table move at once, each in its row, to how they are at a stage; what is measured then is shown as far as the table has it."""
        after, values = self._panels(k), [*chain(*self.table.values[k : k + 1])]
        flying = [merge(by.cells, into=floor, scale=1, run_time=1.2) for floor in self.table.floors] if by else []
        moving = (travel(old, new, run_time=1.2) for old, new in zip(self.panels, after, strict=True))
        self.play(*moving, *flying, vanish(*self.values), appear(*values))
        self.panels, self.values = after, values

    def _panels(self, k: int) -> list[Whole]:
        """The bars, and mean and spread, of every token in the table at a stage."""
        places = self.table.places
        columns = cell_row(self._read[0][0], next(iter(places.values())), CELL).columns
        mean, spread = (view[k] for view in self._moments.values())
        full = largest(*(view[i] for view in self._read for i in places), columns=columns)
        return measured_bars(self.theme, self._read[k], mean, spread, columns, places, full)

    @property
    def _pair(self) -> list[int]:
        """The followed token, and one that is not as loud and has much of the feature that γ turns down most."""
        spread, feature = self._moments["spread"].values[0], self._weights["gamma"].values.argmin()
        apart = abs(spread - spread[self.focus]) * abs(self._read[2].values[:, feature])
        return sorted({self.focus, int(apart.argmax())})

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
