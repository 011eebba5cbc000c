"""The MLP, the position-wise feed-forward network: max(0, y W_1 + b_1) W_2 + b_2 (Vaswani et al. 2017, equation 2)."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from model.wiring import path, reads
from scenes.base.room import BESIDE, WIDE
from scenes.base.scene import ExplainerScene, step
from scenes.parts.annotated_network import annotated_network, counted_beside
from scenes.parts.bars import largest
from scenes.parts.bends import Bend, bends
from scenes.parts.block import written
from scenes.parts.equation import quote
from scenes.parts.firing import firing
from scenes.parts.folded import compared, folded
from scenes.parts.heat_map import peak
from scenes.parts.motion import BLINK, BRIEF, EASY, SLOW, STEADY, Count, appear, brighten, copy_to, dim, draw, merge, travel, vanish
from scenes.parts.network import Scales, fan, rise
from scenes.parts.network_copies import network_copies
from scenes.parts.sum_rows import SumRows, sum_rows

SMOOTH = 'MLP(READ) = {{ "GELU" : relu }}({{ READ W_1 + b_1 : hidden }}) {{ W_2 + b_2 : output }}'
NETWORK = 'MLP(READ) = {{ "max" : relu }}(0, {{ READ W_1 + b_1 : hidden }}) {{ W_2 + b_2 : output }}'
FOLDED = r"&(READ W_1 + b_1) W_2 + b_2 \ &= READ {{ (W_1 W_2) : folded }} + (b_1 W_2 + b_2)"
AROUND, BESIDE_BENDS = (13, 36, 10), (8, 27, 25)            # widths of what is said, the network, and the widths of its layers or bends
SILENT = 0.1                              # of the number at one end of the way, what counts as none at the other
SHARES = 7, 5                             # widths of the matrices that become one, and of what they make


class Mlp(ExplainerScene):
    """One token's network, what it would be without ReLU, what ReLU does in it, the same for all tokens, and what follows."""

    experiments = ("folding", "firing")
    needs = {"relu": "activation: relu", "every_token": "activation: relu", "add_norm": "activation: relu", "fold": "activation: relu"}
    place = "block"

    @step
    def widen(self):
        """A token's vector goes through W_1: every hidden feature looks at all that goes in."""
        self._lay_out(AROUND)
        net, hidden = self.drawn.network, self.drawn.hidden
        self.open_with(self.drawn.card, net.x, self.drawn.sizes[0])
        self.play(appear(net.widening, self.drawn.shapes[0], hidden.line, hidden.dots, self.drawn.sizes[1]))
        self.play(appear(self.drawn.formula), dim(self.drawn.formula.select("relu"), self.drawn.formula.select("output")))
        for bar, seconds in zip(hidden.bars, (EASY, BLINK), strict=False):
            lines = fan(self.theme, net.x.cells[0], bar, net.widening)
            self.play(draw(*lines, run_time=seconds))
            self.play(rise([bar], hidden.line.get_center(), run_time=0.4), vanish(lines, run_time=0.4))
        self.play(rise(hidden.bars[2:], hidden.line.get_center(), lag=0.05, run_time=0.5))
        self.remove(*hidden.bars)
        self.add(hidden.bars)
        self.play(appear(net.narrowing, self.drawn.shapes[1]))
        features, order, values = (self.view(f"firing.{{block}}.{name}")[self.focus] for name in ("features", "order", "values"))
        words = [[self.known(row) for row in rows.values] if high.values.min() > 0 else []
                 for rows, high in zip(order, values, strict=True)]
        config = self.staging.trace.config
        asked = self.say("fires", token=self.tokens[self.focus], narrow=config.d_model, wide=config.d_ff)
        said = asked, self.say("like", words="{words}")
        self.play(*(appear(part) for part in firing(self.theme, self.drawn, list(features), words, said, self.frame.is_slim)))

    @step
    def fold(self):
        """Without anything between them the two matrices are one, W_1 W_2: it gives the followed token the same numbers."""
        tall = self.stage.height >= BESIDE * self.stage.width
        left, right = self.stage.rows(2, WIDE) if tall else self.stage.columns(SHARES, WIDE)
        token, slim, one = self.tokens[self.focus], self.frame.is_slim, self.view("folding.{block}.matrix")
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
        """Without ReLU what answers the token answers its opposite, too. What is below 0 falls to 0, counted; and then it need not."""
        if self.frame.is_roomy:           # beside it is what no one matrix does
            self._lay_out(BESIDE_BENDS)
        net, hidden, formula = self.drawn.network, self.drawn.hidden, self.drawn.formula
        before = hidden.bars
        self.open_with(self.drawn.card, net.x, net.widening, hidden.line, before, hidden.dots, net.narrowing, net.output.border,
                       *self.drawn.shapes, *self.drawn.sizes, formula)
        drawn = self._bends() if self.frame.is_roomy else []
        self._answer(drawn[:1])
        said = self.say("die", total=self.staging.trace.config.d_ff)
        count, words = counted_beside(self.theme, self._dead[self.focus], said, self.drawn, self.frame.is_slim)
        steps = [str(k) for k in range(int(float(count.source)))]
        self.play(dim(*(bar for bar in before if float(bar.source) > 0)))
        self.play(Count(self.theme, count, steps, run_time=STEADY), appear(words, run_time=BRIEF))
        self.play(travel(before, net.hidden.bars))
        self.play(appear(net.output.cells, net.output.dots, run_time=BLINK))
        self._answer(drawn[1:])

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

    def _lay_out(self, shares: Sequence[int]) -> None:
        """The network between what is said of it and the widths of its layers, or what else stands there."""
        maths = self._maths(NETWORK if self.staging.trace.config.activation == "relu" else SMOOTH)
        views, said = [layer[self.focus] for layer in self._layers("hidden", "activation")], [self.say("narrow"), self.say("wide")]
        self.drawn = annotated_network(self.theme, self.tokens[self.focus], views, self._matrices, self._scales, maths, said, self.stage,
                                       shares, self.frame.is_slim)

    def _sum_rows(self, total: int) -> SumRows:
        """The followed token's vectors from the network to the end of the block, each with what it is made from where it is made here."""
        maths, words = written(self._norm), {key: quote(self.say(key)) for key in ("mlp", "norm")}
        (first, _), *others = (maths[name] for name in self._way)
        names = [first, *(symbol if symbol == made else f"{symbol} = {made.format(**words)}" for symbol, made in others)]
        return sum_rows(self.theme, [self._tensor(name)[self.focus] for name in self._way], names, total, self.say("rounded"), self.stage)

    def _bends(self) -> list[Bend]:
        """A number of the output, from the opposite of what the followed token brings to that itself, without ReLU and with it."""
        y, cases = self._maths("READ"), []
        for key, name in (("straight", "straight"), ("bent", "curved")):
            view = self.view(f"folding.{{block}}.{name}")[self.focus]
            first, last = (abs(float(view[end])) for end in (0, -1))
            cases.append((self.say(key), (self.say("silent_here" if first < SILENT * last else "answers"), self.say("answers")), view))
        return bends(self.theme, [f"-{y}", y], self.say("entry"), cases, self.drawn.beside)

    def _answer(self, drawn: Sequence[Bend]) -> None:
        """Lines, and what they are at both ends."""
        for each in drawn:
            self.play(appear(each.around, run_time=BRIEF), draw(each.line))
            self.play(appear(*each.values))
