"""The MLP, the position-wise feed-forward network: max(0, y W_1 + b_1) W_2 + b_2 (Vaswani et al. 2017, equation 2)."""

from manim import VGroup, VMobject

from model import View
from model.wiring import path, reads
from scenes.base.room import BESIDE, GAP, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.added_rows import AddedRows, added_rows
from scenes.parts.annotated_network import FORMULA, annotated_network, valued_beside
from scenes.parts.asked import Asked, asked
from scenes.parts.bars import largest
from scenes.parts.block import written
from scenes.parts.equation import equation, quote
from scenes.parts.firing import firing, ringed
from scenes.parts.folded import compared, folded
from scenes.parts.heat_map import peak
from scenes.parts.motion import BRIEF, EASY, SLOW, SLOWER, STEADY, appear, copy_to, dim, draw, merge, travel, vanish
from scenes.parts.network import Scales, fan, rise
from scenes.parts.network_copies import network_copies
from scenes.parts.shapes import room_of
from scenes.parts.sum_rows import SumRows, sum_rows

SMOOTH = 'MLP(READ) = {{ "GELU" : relu }}({{ READ W_1 + b_1 : hidden }}) {{ W_2 + b_2 : output }}'
NETWORK = 'MLP(READ) = {{ "max" : relu }}(0, {{ READ W_1 + b_1 : hidden }}) {{ W_2 + b_2 : output }}'
HIDDEN = "READ W_1 + b_1"
FOLDED = r"&(READ W_1 + b_1) W_2 + b_2 \ &= READ {{ (W_1 W_2) : folded }} + (b_1 W_2 + b_2)"
AROUND = 11, 24, 19                       # widths of what is said, the network, and one feature of every token
LIKE = 0.5                                # of how high the highest word makes a feature, what a word that is listed does at least
LOST = 0.4                                # how bright stays what ReLU does not let through
SHARES, CLOSER = (7, 5), (3, 2)           # widths of the matrices that become one, and of what they make; the same where they are slim


class Mlp(ExplainerScene):
    """One token's network and what a feature of it asks, what it would be without ReLU, what ReLU does, the same for all tokens, what follows."""

    sparse = {"widen": "W_2 and what comes out of it have their place above, and come with ReLU"}

    experiments = ("folding", "firing")
    needs = {"relu": "activation: relu", "every_token": "activation: relu", "add_norm": "activation: relu", "fold": "activation: relu"}
    place = "block"

    @step
    def widen(self):
        """A token's vector goes through W_1: every hidden feature looks at all that goes in. Of one: what makes it high, and what it is for
        every token."""
        self._lay_out()
        net, hidden = self.drawn.network, self.drawn.hidden
        self.open_with(self.drawn.card, net.x)
        self.play(appear(net.widening, self.drawn.shapes[0], hidden.line, hidden.dots, run_time=BRIEF))
        lines = fan(self.theme, net.x.cells[0], hidden.bars[0], net.widening)
        self.play(draw(*lines, run_time=EASY))
        self.play(rise(hidden.bars, hidden.line.get_center(), lag=0.05, run_time=EASY), vanish(lines))
        self.play(appear(*self._above, run_time=BRIEF))
        for part in (*self._ringed, *self._found()):
            self.play(appear(part))
        for each in self._asked("asked", self.drawn.beside):
            self.play(appear(each.around, each.line))
            self.play(rise(each.bars, each.line.get_center()), appear(each.numbers))

    @step
    def fold(self):
        """Without anything between them the two matrices are one, W_1 W_2: it gives the followed token the same numbers."""
        tall, slim = self.stage.height >= BESIDE * self.stage.width, self.frame.is_slim
        left, right = self.stage.rows(2, WIDE) if tall else self.stage.columns(*((CLOSER, GAP) if slim else (SHARES, WIDE)))
        token, one = self.tokens[self.focus], self.view("folding.{block}.matrix")
        work, names = folded(self.theme, [*self._matrices, one], ("W_1", "W_2", "W_1 W_2"), left, slim)
        *made, apart = (self.view(f"folding.{{block}}.{name}")[self.focus] for name in ("two_steps", "one_step", "differences"))
        ways = [(self.say(key, token=token), view) for key, view in zip(("two", "one"), made, strict=True)]
        beside = compared(self.theme, self._maths(FOLDED), ways, (self.say("differences"), apart), right, slim)
        self.open_with(work.left, names[0], work.above, names[1])
        self.play(merge(*work.left.cells, *work.above.cells, into=work.result.border, run_time=SLOW), appear(work.result, run_time=SLOW))
        self.play(appear(names[2], *beside.formula))
        self.play(appear(*beside.rows, lag=0.5))
        self.play(appear(beside.difference))

    @step
    def relu(self):
        """What is below 0 becomes 0; what one feature adds to every token, struck where it then does not; and how far that is from one matrix."""
        self._lay_out()
        net, hidden, formula = self.drawn.network, self.drawn.hidden, self.drawn.formula
        room, before = self.drawn.beside, hidden.bars
        was, adds = self._asked("before", room), self._adds(room)
        self.open_with(self.drawn.card, net.x, net.widening, hidden.line, before, hidden.dots, net.narrowing, net.output.border,
                       *self.drawn.shapes, formula, *self._ringed, *was)
        differs = self.view("folding.{block}.relu_differences")[self.focus]
        apart = valued_beside(self.theme, differs, self.say("relu_apart"), self.drawn.side)
        self.play(vanish(*was), *(appear(each.around) for each in adds))
        self.play(*(appear(each.lines, each.lost) for each in adds))
        self.play(travel(before, net.hidden.bars, run_time=SLOWER), *(appear(each.then) for each in adds))
        self.play(*(draw(*each.struck) for each in adds), *(dim(each.lost, share=LOST) for each in adds))
        self.play(appear(net.output.cells, net.output.dots, run_time=BRIEF))
        self.play(appear(apart))

    @step
    def every_token(self):
        """The same matrices serve every token: their copies stand side by side, and no line goes from one to another."""
        said = self.say("silent", total=self.staging.trace.config.d_ff)
        nets, cards, counts = network_copies(self.theme, self.tokens, self.focus, self._layers("activation"), self._scales, self._dead,
                                             said, self.stage)
        own, others = nets[self.focus], [i for i in range(len(nets)) if i != self.focus]
        net, card = self.drawn.network, self.drawn.card
        self.play(vanish(*self.on_stage(net, card)))
        self.remove(*net)
        self.add(net)
        self.play(travel(net, own), travel(card, cards[self.focus]))
        if others:
            self.play(*(travel(mine.copy(), theirs, run_time=1.4) for i in others
                        for (mine, _), (theirs, _) in zip(own.funnels, nets[i].funnels, strict=True)))
            names = (name for i in others for _, name in nets[i].funnels)
            self.play(appear(*names, *(cards[i] for i in others), *(nets[i].x for i in others)))
            self.play(appear(*(nets[i].hidden.line for i in others), run_time=0.2),
                      *(rise(nets[i].hidden.bars, nets[i].hidden.line.get_center(), run_time=0.8) for i in others))
            self.play(appear(*(VGroup(nets[i].hidden.dots, nets[i].output) for i in others)))
        self.play(appear(*counts, lag=0.2))
        self.remove(*self.on_stage())
        self.add(*nets, *cards, *counts)
        self.own = own

    @step
    def add_norm(self):
        """What the network found is added to what went round it; with post-norm the sum is normalised."""
        read, found, total = map(self._way.index, (*reads(self._norm)["mlp"], "mlp.output", "residual_2"))
        drawn = self._sum_rows(total)
        rows, names = drawn.rows, drawn.names
        self.play(
            vanish(*self.on_stage(self.own), *self.own[1:4]),
            *(vanish(part.border, part.dots) for part in (self.own.x, self.own.output)),
            *(travel(start.cells, rows[i].cells) for start, i in ((self.own.x, read), (self.own.output, found))),
        )
        self.remove(*self.own)
        for i in (read, found):
            self.add(rows[i].cells)
            self.play(appear(rows[i].border, rows[i].dots, rows[i].numbers, names[i], run_time=BRIEF))
        if read:
            self.play(appear(rows[0], names[0]))
        self.play(draw(drawn.way, run_time=STEADY))
        ghosts = rows[total].cells.copy()
        self.play(copy_to(rows[0].cells, rows[total]), travel(rows[found].cells.copy(), ghosts),
                  appear(drawn.plus, names[total], *drawn.rounded))
        self.remove(ghosts)
        if total < 3:
            self.play(copy_to(rows[total].cells, rows[3], run_time=STEADY), appear(names[3]))

    def wording(self, name: str) -> str:
        """Where the norm stands decides what ends the block."""
        return self._norm

    @property
    def _norm(self) -> str:
        return self.staging.trace.config.norm

    @property
    def _way(self) -> list[str]:
        """The rows of the second add & norm, from the top: where each is recorded. The first of them is led round the network."""
        made, (skip, _) = [move.makes for move in path(self._norm)], reads(self._norm)["residual_2"]
        return made[made.index(skip):]

    def _tensor(self, name: str) -> View:
        return self.view(f"encoder.{{block}}.{name}")

    def _maths(self, formula: str) -> str:
        """A formula of the network, with the letter of what it reads and its name."""
        read = written(self._norm)[reads(self._norm)["mlp"][0]][0]
        return formula.replace("READ", read).replace("MLP", quote(self.say("mlp")))

    @property
    def _above(self) -> list[VMobject]:
        """What stands above the hidden layer at first: how it is made, or, where the rest is no step of its own, all of the network."""
        net = self.drawn.network
        if self.staging.trace.config.activation == "relu":
            return [equation(self.theme, self._maths(HIDDEN), size=FORMULA, at=room_of(net.narrowing))]
        return [net.narrowing, self.drawn.shapes[1], self.drawn.formula]

    @property
    def _matrices(self) -> list[View]:
        return [self.view(f"weights.encoder.{{block}}.mlp.{name}") for name in ("W_1", "W_2")]

    @property
    def _dead(self) -> View:
        """How many hidden features of each token ReLU sets to 0."""
        return self.view("folding.{block}.dead")

    def _layers(self, *hidden: str) -> list[View]:
        """What goes in, the hidden layer before ReLU (`hidden`) or after it (`activation`), what comes out: of all tokens."""
        return [self._tensor(f"mlp.{name}") for name in ("input", *hidden, "output")]

    @property
    def _scales(self) -> Scales:
        x, full, made = self._layers("hidden")
        return Scales(peak(x), largest(full) or 1.0, peak(made))

    def _lay_out(self) -> None:
        """The network between what is said of it and one feature of every token."""
        maths = self._maths(NETWORK if self.staging.trace.config.activation == "relu" else SMOOTH)
        views = [layer[self.focus] for layer in self._layers("hidden", "activation")]
        self.drawn = annotated_network(self.theme, self.tokens[self.focus], views, self._matrices, self._scales, maths, self.stage, AROUND,
                                       self.frame.is_slim)

    @property
    def _feature(self) -> View:
        """The place of the hidden feature that is looked at, in the layer."""
        return self.view("firing.{block}.feature")[self.focus]

    @property
    def _counted(self) -> View:
        """Its number on the picture, where features are counted from 1, as heads and blocks are."""
        return self.view("firing.{block}.number")[self.focus]

    @property
    def _ringed(self) -> list[VGroup]:
        return ringed(self.theme, self.drawn.network, self._feature, self._counted)

    def _found(self) -> list[VGroup]:
        """The number of the feature, and the words that make it highest, if it is high for as many."""
        order, values = (self.view(f"firing.{{block}}.{name}")[self.focus] for name in ("order", "values"))
        highest, config = float(values.values.max()), self.staging.trace.config
        words = [self.known(row) for row, high in zip(order.values, values.values) if values.values.min() > 0 and high >= LIKE * highest]
        heads = [self.say("fires", block=self.spec.block + 1, wide=config.d_ff)] * self.frame.is_roomy
        said = [*heads, self.say("like", words="{words}")]
        return firing(self.theme, self._counted, words, said, self.drawn.side)

    def _asked(self, key: str, room: Room) -> list[Asked]:
        """That feature of every token before ReLU; nothing where the network is slim."""
        if self.frame.is_slim:
            return []
        feature = int(self._feature.values)
        values, said = self._tensor("mlp.hidden")[:, feature], [self.say(key, feature=int(self._counted.values), whom=self.say(whom)) for whom in ("all", "some")]
        return [asked(self.theme, said, self.tokens, values, self.focus, largest(values), room.trim(top=TIGHT))]

    def _adds(self, room: Room) -> list[AddedRows]:
        """What that feature adds to every token, but for ReLU: its row of W_2, so many times; nothing where the network is slim."""
        if self.frame.is_slim:
            return []
        feature, counted = int(self._feature.values), int(self._counted.values)
        before, after = (self._tensor(f"mlp.{name}")[:, feature] for name in ("hidden", "activation"))
        added = self.view("firing.{block}.unclipped")[self.focus]
        said = self.say("adds", feature=counted), self.say("row", feature=counted)
        return [added_rows(self.theme, said, self._matrices[1][feature], self.tokens, before, after, added, self.focus, room.trim(top=TIGHT))]

    def _sum_rows(self, total: int) -> SumRows:
        """The followed token's vectors from the network to the end of the block, each with what it is made from where it is made here."""
        maths, words = written(self._norm), {key: quote(self.say(key)) for key in ("mlp", "norm")}
        (first, _), *others = (maths[name] for name in self._way)
        names = [first, *(symbol if symbol == made else f"{symbol} = {made.format(**words)}" for symbol, made in others)]
        return sum_rows(self.theme, [self._tensor(name)[self.focus] for name in self._way], names, total, self.say("rounded"), self.stage)
