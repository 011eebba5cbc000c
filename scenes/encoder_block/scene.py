"""The encoder block (Vaswani et al. 2017, figure 1 and section 3.1; pre-norm: Xiong et al. 2020, figure 1)."""

from manim import VGroup

from model import View
from model.experiments.deep_stack import N_BLOCKS
from model.wiring import MOVES
from scenes.base.layout import LABEL, Labelled, arrows, labelled, line_of, right_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import largest
from scenes.parts.block import block_modules, formulas, stream
from scenes.parts.column import FEW, Stage, column
from scenes.parts.depth import Depth, depth, depths
from scenes.parts.diagram import HEIGHTS, BlockDiagram, block_diagram, lit, wires_between
from scenes.parts.equation import equation, quote
from scenes.parts.heat_map import fit_grid, peak, taller
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, WORD, number, paragraph, text, words_in
from scenes.parts.lane_diagram import FOOT, lane_diagram, mixed, passed
from scenes.parts.lanes import bare
from scenes.parts.motion import BRIEF, EASY, SHORT, STEADY, appear, dim, draw, travel, vanish
from scenes.parts.one_lane import OneLane, one_lane
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import shape_label

NAME, FORMULA, SHAPE, WHAT, NOTE = (size * PX for size in (44, 46, 30, 36, 30))
DIAGRAM, ROWS = (length * PX for length in (371, 162))     # room for the small diagram, and for what is said between it and the lanes
ENDS = 64 * PX                            # above and below the large diagram, for what comes out and goes in
NOW = "attention", "mlp"                  # modules that the first step explains
WITHOUT, WITH = 1, 0                      # residual paths, as the deep stack is recorded
ALIKE = 3                                 # after so many untrained blocks without them tokens are one vector
FIRST = 6                                 # so many of them are shown, or as many as the model has


class EncoderBlock(ExplainerScene):
    """The block as a diagram, as the ways of its tokens, as the vectors on them; why it is wired so."""

    experiments = ("deep_stack",)
    place = "block"
    sparse = {"build": "what is not for now has its place between", "gradient": "what does not arrive is no bar"}

    @step
    def build(self):
        """Attention and the MLP come up from the bottom, each with what it does; what else there is leaves its place free."""
        left, self.right = self.stage.columns([2, 3]) if self.frame.is_slim else self.stage.inset(x=GAP).columns([4, 5], WIDE)
        top, body, bottom = left.rows([ENDS, left.height - 2 * ENDS, ENDS], 0)
        self.diagram = diagram = self._diagram(body)
        x, size = diagram.wires.get_x(), SMALLEST_WORD if self.frame.is_slim else SHAPE
        names = [equation(self.theme, maths, size=NAME).move_to([x, room.centre[1], 0]) for maths, room in (("X", bottom), ("X'", top))]
        self.ends = [VGroup(name, right_of(shape_label(self.theme, self._tensor("input").shape, size), name)) for name in names]
        roomy = not self.frame.is_slim or self.stage.height > self.stage.width      # two lines of it beside a module, however low
        *beside, worded = [self.right] if self.frame.is_slim else self.right.columns(2)
        lane = self._lane(beside[0].level(bottom.centre[1])) if beside else None
        said = {"token": self.tokens[self.focus], "number": self.head + 1}
        parts = [part for kind, part in zip(diagram.kinds, diagram.modules, strict=True) if kind in NOW]
        *wires, last = wires_between(self.theme, [part.box for part in parts], body)
        self.open_with(self.ends[0], *[lane.cards] if lane else [])
        made = {kind: [appear(row)] for kind, row in zip(NOW, lane.rows, strict=True)} if lane else {}
        taken = {"attention": [draw(*lane.taken)]} if lane else {}
        for kind, wire, part in zip(NOW, wires, parts, strict=True):
            self.play(draw(wire, run_time=BRIEF))
            words = paragraph(self.theme, self.say(f"{kind}_does", **said), WHAT if roomy else SMALLEST_WORD, worded.width, align=-1)
            self.play(appear(part, words.shift(worded.level(part.get_y()).centre), run_time=SHORT))
            self.play(*taken.get(kind, ()), *made.get(kind, ()))
        self.play(draw(last, run_time=BRIEF), appear(self.ends[1]))

    @step
    def collapse(self):
        """The tokens before some blocks without residual paths and after them; and how far they are from their mean after each of many."""
        upper, lower = self.frame.below_map.trim(bottom=TIGHT / 2).rows([3, 2] if self.frame.is_roomy or self.stage.height > self.stage.width else 2, GAP)
        upper = upper if upper.is_wide else upper.inset(x=GAP)         # an arrow down stands beside the maps
        places = zip((0, ALIKE), ("goes_in", "comes_out"), upper.split(2, WIDE), strict=True)
        before, after = (self._tokens(blocks, self.say(words, number=ALIKE), place) for blocks, words, place in places)
        panel = self._apart(WITHOUT, "far_apart", lower, ALIKE)
        self.open_with(before, panel.ground, panel.title, panel.levels[0], panel.numbers[0])
        self.play(draw(*arrows(self.theme, before.sheet.border, after.rows or after.sheet.border)))
        self.play(appear(*panel.levels[1:], lag=0.15), appear(*panel.numbers[1:], lag=0.15))
        self.play(appear(after))

    @step
    def bypass(self):
        """What goes in is led round each sublayer and added; the formula says it too; and how far apart tokens are with such a way."""
        self.play(vanish(*self.on_stage()), appear(self.diagram, *self.ends))
        words = {kind: quote(self.say(kind)) for kind in NOW} | {"norm": quote(self.say("normed"))}
        right = self.right.trim(top=self.right.top - self.frame.below_map.top)
        upper, middle, *places, foot = right.rows([6, 1, 1, 1, 2 if self.frame.is_slim else 1], TIGHT)
        for maths, way, place in zip(formulas(self._norm, words), self.diagram.bypasses, places, strict=True):
            self.play(draw(way, run_time=EASY))
            formula = equation(self.theme, maths, {"skip": "output"}, FORMULA, width=right.width)
            self.play(draw(lit(self.theme, way), run_time=EASY), appear(formula.move_to(place.centre), run_time=EASY))
        self.play(appear(words_in(self.theme, self.say("stays"), WHAT, foot, "output")))
        own, spread = min(self.staging.trace.config.n_blocks, len(self._spread[WITH]) - 1), self._spread
        panel = self._apart(WITH, "kept_apart", upper, own)
        now, before = (number(self.theme, spread[paths, own], WORD, role, 600) for paths, role in ((WITH, "output"), (WITHOUT, "muted")))
        said = {"number": own, "count": self.staging.trace.config.n_blocks}
        when, instead = (text(self.theme, self.say(key, **said)) for key in ("after_block", "instead"))
        self.play(appear(panel.ground, panel.title), appear(*panel.levels, lag=0.15), appear(*panel.numbers, lag=0.15))
        self.play(appear(panel.less, line_of(*[when] * self.frame.is_roomy, now, instead, before, at=middle)))

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

    def _lane(self, room: Room) -> OneLane:
        """What attention and the MLP make of the followed token."""
        views = {kind: self._tensor(moves[-1].makes)[self.focus] for kind, moves in block_modules(self._norm) if kind in NOW}
        return one_lane(self.theme, self.diagram, self.tokens, views, self._tensor("self_attention.weights")[self.head, self.focus], self.focus, room)

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

    def _apart(self, paths: int, title: str, room: Room, named: int) -> Depth:
        """How far tokens are apart after some blocks: without residual paths; or with them, and in front without. named: a depth that counts."""
        spread = self._spread
        depths = self._depths(len(spread[paths]) - 1, named)
        return depth(self.theme, spread[paths], self.say(title), depths, room, "muted" if paths else "output", largest(spread),
                     None if paths else spread[WITHOUT])

    def _depths(self, last: int = N_BLOCKS, *between: int) -> dict[int, str]:
        """The first depth of the deep stack, the last that is shown, and some between them, each with its word."""
        return {0: self.say("start")} | {depth: self.say("after", number=depth) for depth in (*between, last)}

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
