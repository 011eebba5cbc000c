"""The encoder block (Vaswani et al. 2017, figure 1 and section 3.1; pre-norm: Xiong et al. 2020, figure 1)."""

import numpy as np
from manim import VGroup

from model import View
from model.experiments.deep_stack import N_BLOCKS
from model.wiring import MOVES
from scenes.base.layout import LABEL, Labelled, arrows, labelled, right_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.asked import Asked, asked
from scenes.parts.bars import largest
from scenes.parts.block import block_modules, formulas, stream
from scenes.parts.column import FEW, Stage, column
from scenes.parts.depth import depth, depths
from scenes.parts.diagram import HEIGHTS, BlockDiagram, block_diagram, lit, told_module, wires_between
from scenes.parts.equation import equation, quote
from scenes.parts.heat_map import fit_grid, peak, taller
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, paragraph, text, words_in
from scenes.parts.lane_diagram import FOOT, lane_diagram, mixed, passed
from scenes.parts.lanes import bare
from scenes.parts.motion import BRIEF, EASY, SHORT, STEADY, appear, dim, draw, travel, vanish
from scenes.parts.one_lane import one_lane
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import shape_label

NAME, FORMULA, SHAPE, WHAT, NOTE = (size * PX for size in (44, 46, 30, 36, 30))
DIAGRAM, ROWS = (length * PX for length in (371, 162))     # room for the small diagram, and for what is said between it and the lanes
ENDS = 64 * PX                            # above and below the large diagram, for what comes out and goes in
NOW, PARTS = ("attention", "mlp"), (4, 5)                 # modules that the first step explains, and their heights from the top
LEAST = 270 * PX                          # height from which an example finds room above the maps
WITHOUT, WITH = 1, 0                      # residual paths, as the deep stack is recorded
ALIKE = 3                                 # after so many untrained blocks without them tokens are one vector
FIRST = 4                                 # so many of them are shown, or as many as the model has


class EncoderBlock(ExplainerScene):
    """The block as a diagram, as the ways of its tokens, as the vectors on them; why it is wired so."""

    experiments = ("deep_stack",)
    place = "block"
    sparse = {"gradient": "what does not arrive is no bar"}

    @step
    def build(self):
        """Its two parts come up from the bottom, each with what it does and what it makes of one token."""
        left, right = self.stage.columns([3, 2], GAP) if self.frame.is_slim else self.stage.columns([4, 5], WIDE)
        body = left.inset(y=ENDS)
        said = {"token": self.tokens[self.focus], "number": self.head + 1}
        rooms = body.inset(y=GAP).rows(PARTS, GAP)[::-1]
        parts = [told_module(self.theme, self.say(kind), self.say(f"{kind}_does", **said), room) for kind, room in zip(NOW, rooms, strict=True)]
        *wires, last = wires_between(self.theme, [part.box for part in parts], body)
        ends = self._ends(body, last)
        views = [self._tensor(moves[-1].makes)[self.focus] for kind, moves in block_modules(self._norm) if kind in NOW]
        weights = self._tensor("self_attention.weights")[self.head, self.focus]
        words = [self.say("gathered"), self.say("made")]
        lane = one_lane(self.theme, rooms, self.tokens, views, words, weights, self.focus, right.level(ends[0].get_y()))
        self.open_with(ends[0], lane.cards)
        for wire, part, row, ways in zip(wires, parts, lane.rows, (lane.taken, lane.up), strict=True):
            self.play(draw(wire, run_time=BRIEF))
            self.play(appear(part, run_time=SHORT))
            self.play(draw(*ways))
            self.play(appear(row))
        self.play(draw(last, run_time=BRIEF), appear(ends[1]))

    @step
    def collapse(self):
        """One number of each token, and its averages, which lie between; and the tokens before some blocks without residual paths and after."""
        stage = self.frame.below_map.trim(bottom=TIGHT / 2)
        upper, lower = stage.rows([6, 5], GAP)
        averaged = self._averaged(upper) if upper.height >= LEAST else []
        places = zip((0, ALIKE), ("goes_in", "comes_out"), (lower if averaged else stage).columns(2, WIDE), strict=True)
        before, after = (self._tokens(blocks, self.say(words, number=ALIKE), place) for blocks, words, place in places)
        self.open_with(before, *averaged[:1])
        for picture in averaged[1:]:
            self.play(draw(*arrows(self.theme, *(each.around[1] for each in averaged))))
            self.play(appear(picture.around, picture.line))
            self.play(appear(*picture.bars, lag=0.15), appear(*picture.numbers, lag=0.15))
        self.play(draw(*arrows(self.theme, before.sheet.border, after.rows or after.sheet.border)))
        self.play(appear(after))

    @step
    def bypass(self):
        """What goes in is led round each sublayer and added; the formula says it too; and how far apart tokens are with such a way."""
        left, right = self.stage.columns([5, 6]) if self.frame.is_slim else self.stage.inset(x=GAP).columns(2, WIDE)
        self.diagram = diagram = self._diagram(left.inset(y=ENDS))
        ends = self._ends(left.inset(y=ENDS), diagram.wires)
        words = {kind: quote(self.say(kind)) for kind in NOW} | {"norm": quote(self.say("normed"))}
        right = right.trim(top=right.top - self.frame.below_map.top)
        upper, place, foot = right.rows([7, 1, 2 if self.frame.is_slim else 1], TIGHT)
        formula = equation(self.theme, formulas(self._norm, words)[0], {"skip": "output"}, FORMULA, width=right.width)
        self.play(vanish(*self.on_stage()), appear(diagram, *ends))
        for way in diagram.bypasses:
            self.play(draw(way, run_time=EASY))
            self.play(draw(lit(self.theme, way), run_time=EASY))
        self.play(appear(formula.move_to(place.centre)), appear(words_in(self.theme, self.say("stays"), WHAT, foot, "output")))
        own, last = self.staging.trace.config.n_blocks, len(self._spread[WITH]) - 1
        between = range(1, last) if last == FIRST and self.frame.is_roomy else [min(own, last)]
        panel = depth(self.theme, self._spread[WITH], self.say("kept_apart"), self._depths(last, *between), upper, "output",
                      largest(self._spread), self._spread[WITHOUT])
        self.play(appear(panel.ground, panel.title), appear(*panel.less, lag=0.15))
        self.play(appear(*panel.levels, lag=0.15), appear(*panel.numbers, lag=0.15))

    @step
    def joint(self):
        """In attention every token draws on every other; in all the rest each goes its own way."""
        self._lay_out()
        lanes, own = self.lanes, self.lanes.strands[self.focus]
        others = [strand for group in lanes.strands if group is not own for strand in group]
        self.play(vanish(*self.on_stage(self.diagram)), travel(self.diagram, self.small, run_time=STEADY))
        self.play(appear(lanes.cards, *map(bare, lanes.strips[0])))
        for k, kind in enumerate(self.small.kinds):
            made = appear(*map(bare, lanes.strips[k + 1]))
            self.play(draw(*lanes.rounds.get(k, ())), appear(lanes.ways[k], lanes.stations[k]), *[made] * (kind != "attention"))
            if kind == "attention":
                self.play(draw(*own, lag=0.2), appear(self.looks, run_time=STEADY))
                self.play(draw(*others, run_time=EASY))
                self.play(dim(*others), made)
        self.play(appear(lanes.ways[-1], run_time=BRIEF))

    @step
    def pulse(self):
        """The vectors of all tokens run through, stage by stage: mixed in attention, side by side elsewhere."""
        marks = [frame(self.theme, room_of(part.box, 0.05), "output", radius=0.16) for part in self.small.modules]
        ways = dict(zip(self.small.sublayers, self.lit_bypasses, strict=True))
        self.play(vanish(*(bare(strip) for level in self.lanes.strips[1:] for strip in level)))
        for k, (mark, kind) in enumerate(zip(marks, self.small.kinds, strict=True)):
            gone = [vanish(marks[k - 1], run_time=BRIEF)] if k else []
            self.play(draw(self.lit_wires[k], run_time=BRIEF), appear(mark, run_time=BRIEF), *gone)
            self.play(*(mixed(self.lanes, k, self.focus) if kind == "attention" else passed(self.lanes, k, ways)))
        self.play(draw(self.lit_wires[-1], run_time=BRIEF), vanish(marks[-1], run_time=BRIEF))

    @step
    def followed(self):
        """A few numbers of one token, from what it is as it comes in to what it is as it goes out: what is added, and the sums."""
        vector = {name: self._tensor(name)[self.focus] for station in stream(self._norm) for name in (station.tensor, *station.terms)}
        said = {"token": self.tokens[self.focus], "count": len(vector["input"]), "few": FEW}
        stages = [Stage(maths, self.say(what, **said), vector[name], tuple(vector[term] for term in terms))
                  for maths, what, name, terms in stream(self._norm)]
        rows = column(self.theme, stages, self.beside.trim(bottom=TIGHT))
        card = self.lanes.cards[self.focus]
        self.open_with(self.small, self.lit_wires, self.lit_bypasses, card)
        self.play(travel(card, self.card, run_time=BRIEF))       # its way may cross the numbers
        self.play(appear(rows[0]))
        for row in rows[1:]:
            self.play(appear(row))

    @step
    def norm_place(self):
        """Twelve untrained blocks, wired in both ways: the size of what each hands on."""
        stage = self.stage.trim(bottom=TIGHT / 4 * (self.furniture == "none"))       # below stand letters that reach down
        places = [place.columns([5, 8]) for place in stage.split(2, WIDE)]
        titles = [self.say(key) for key in ("norm_last", "norm_first")]
        views, rooms = [way[WITH] for way in self.view("deep_stack.rms")], [right for _, right in places]
        panels = depths(self.theme, views, titles, self._depths(), rooms, ["output"] * 2)
        diagrams = [self._diagram(left, norm) for norm, (left, _) in zip(MOVES, places, strict=True)]
        self.play(vanish(*self.on_stage()))
        for picture, panel in zip(diagrams, panels, strict=True):
            self.play(appear(picture, panel.title, panel.ground))
            self.play(appear(*panel.levels, lag=0.15), appear(*panel.numbers, lag=0.15))

    @step
    def gradient(self):
        """How much of a gradient comes back through twelve untrained blocks, norm first, with residual paths and without."""
        titles = [self.say(key) for key in ("without_paths", "with_paths")]
        views = [self.view("deep_stack.gradients")[1, paths] for paths in (WITHOUT, WITH)]
        rooms = self.frame.below_map.trim(bottom=TIGHT / 2).rows(2, GAP)
        panels = depths(self.theme, views, titles, self._depths(), rooms, ("muted", "output"))
        self.open_with(*(part for panel in panels for part in (panel.title, panel.ground)))
        for panel in panels:
            self.play(appear(*reversed(panel.levels), lag=0.15), appear(*reversed(panel.numbers), lag=0.15))

    @property
    def _norm(self) -> str:
        return self.staging.trace.config.norm

    def _tensor(self, name: str) -> View:
        return self.view(f"encoder.{{block}}.{name}")

    def _diagram(self, room: Room, norm: str = "") -> BlockDiagram:
        return block_diagram(self.theme, {kind: self.say(kind) for kind in HEIGHTS}, room, norm or self._norm)

    def _ends(self, room: Room, wires: VGroup) -> list[VGroup]:
        """What goes into the wires of a diagram in a room, below it, and what comes out above, each with its shape."""
        x, size = wires.get_x(), SMALLEST_WORD if self.frame.is_slim else SHAPE
        places = (("X", room.outside(bottom=ENDS)), ("X'", room.outside(top=ENDS)))
        names = [equation(self.theme, maths, size=NAME).move_to([x, place.centre[1], 0]) for maths, place in places]
        return [VGroup(name, right_of(shape_label(self.theme, self._tensor("input").shape, size), name)) for name in names]

    def _lay_out(self) -> None:
        """The small diagram at the left, beside it a lane for every token, as high as it."""
        shares = [DIAGRAM, ROWS, self.stage.width - DIAGRAM - ROWS] if self.frame.is_roomy else [4, 1, 11]
        left, names, room = self.stage.columns(shares, gap=0)
        self.beside = self.stage.trim(left=left.width + GAP)
        self.small = self._diagram(left.trim(bottom=FOOT))
        self.lit_wires, self.lit_bypasses = (VGroup(lit(self.theme, way) for way in ways) for ways in (self.small.wires, self.small.bypasses))
        views = [self._tensor(name) for name in ("input", *(moves[-1].makes for _, moves in block_modules(self._norm)))]
        weights = self._tensor("self_attention.weights")[self.head]
        self.lanes = lane_diagram(self.theme, self.small, self.tokens, views, weights, self.focus, room)
        self.card = self.lanes.cards[self.focus].copy().set_x(self.small.wires.get_x())
        words = self.say("looks", token=self.tokens[self.focus], number=self.head + 1)
        attention = room_of(self.small.modules[self.small.kinds.index("attention")].box)
        said = paragraph(self.theme, words, NOTE, names.width - GAP, "weight").move_to([names.centre[0], attention.centre[1], 0])
        self.looks = VGroup(*[said] * self.frame.is_roomy, self.lanes.numbers)

    @property
    def _way(self) -> int:
        """How the model's blocks are wired, as the deep stack is recorded."""
        return [*MOVES].index(self._norm)

    @property
    def _spread(self) -> View:
        """How far tokens are apart (paths, depth) in the first blocks of the deep stack, wired as the model's are."""
        return self.view("deep_stack.spread")[self._way, :, : max(FIRST, self.staging.trace.config.n_blocks) + 1]

    def _depths(self, last: int = N_BLOCKS, *between: int) -> dict[int, str]:
        """The first depth of the deep stack, the last that is shown, and some between them, each with its word or number."""
        return {0: self.say("start")} | {depth: f"{depth}" for depth in between} | {last: self.say("after", number=last)}

    def _averaged(self, room: Room) -> list[Asked]:
        """A number in which the tokens' values are far apart, in an untrained block, and what attention there makes of it: that which stays nearest to their mean."""
        values, averages = (self.view(f"deep_stack.{name}")[self._way] for name in ("value", "averages"))        # (head, token, d_k)
        apart, strays = np.ptp(values.values, 1), abs(averages.values - values.values.mean(1, keepdims=True)).max(1)     # (head, d_k)
        head, feature = map(int, np.unravel_index((apart / np.maximum(strays, np.finfo(float).eps)).argmax(), apart.shape))
        spread = values[head][:, feature]
        furthest = np.argsort(-np.abs(spread.values - (spread.values.max() + spread.values.min()) / 2), kind="stable").tolist()
        return [asked(self.theme, [self.say(words)] * 2, self.tokens, view[head][:, feature], self.focus, largest(spread), place, furthest)
                for view, words, place in zip((values, averages), ("values", "averages"), room.columns(2, WIDE), strict=True)]

    def _tokens(self, blocks: int, words: str, room: Room) -> Labelled:
        """The tokens of the deep stack without residual paths after so many blocks (n, d_model), and where that is; all on one scale."""
        vectors = self.view("deep_stack.stream")[self._way, WITHOUT]
        legible = room.height - WHAT - TIGHT >= len(self.tokens) * LINE_SPACING * SMALLEST_WORD
        rows = self.tokens if self.frame.is_roomy and legible else ()
        title = text(self.theme, words, WHAT, width=room.width - LABEL * bool(rows))
        grid = fit_grid(vectors[blocks].shape, room.trim(left=LABEL * bool(rows), top=WHAT + TIGHT))
        grid = grid if self.frame.is_roomy else taller(grid, room.height - WHAT - TIGHT)
        return labelled(self.theme, vectors[blocks], room, title=title, rows=rows, head=WHAT + TIGHT, inks=("text", "text"),
                        scale=peak(vectors[0], vectors[ALIKE]), grid=grid)
