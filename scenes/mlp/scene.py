"""The MLP, the position-wise feed-forward network: max(0, y W_1 + b_1) W_2 + b_2 (Vaswani et al. 2017, equation 2)."""

from manim import VGroup, VMobject

from model import View
from model.lexicon import KINDS
from model.wiring import path, reads
from scenes.base.layout import fitted
from scenes.base.room import Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.annotated_network import FORMULA, annotated_network
from scenes.parts.asked import Asked, asked
from scenes.parts.bars import largest
from scenes.parts.block import written
from scenes.parts.equation import equation, quote
from scenes.parts.firing import counted_kinds, listed, ringed
from scenes.parts.heat_map import peak
from scenes.parts.messages import Message, Sent, messages
from scenes.parts.motion import BRIEF, EASY, SLOW, SLOWER, STEADY, appear, copy_to, draw, merge, travel, vanish
from scenes.parts.network import Scales, fan, rise
from scenes.parts.network_copies import network_copies
from scenes.parts.shapes import room_of
from scenes.parts.sum_rows import SumRows, sum_rows
from scenes.parts.two_ways import two_ways

SMOOTH = 'MLP(READ) = {{ "GELU" : relu }}({{ READ W_1 + b_1 : hidden }}) {{ W_2 + b_2 : output }}'
NETWORK = 'MLP(READ) = {{ "max" : relu }}(0, {{ READ W_1 + b_1 : hidden }}) {{ W_2 + b_2 : output }}'
HIDDEN = "READ W_1 + b_1"
WAYS = "(READ W_1 + b_1) W_2 + b_2", "READ {{ (W_1 W_2) : folded }} + (b_1 W_2 + b_2)"
BESIDE, BELOW = (6, 5), (2, 3)            # the network and what is said of a feature: widths, or heights where the frame is slim
ASKED = 5, 3                              # heights of a feature's panel and of what is below it
LIKE = 0.5                                # of how high the highest word makes a feature, what a word that is listed does at least
LEFT = {"kept": 0.5, "turned": 0.95}      # share of its probability that is left to a word at most, if its loss is shown


class Mlp(ExplainerScene):
    """One token's network and what a feature of it asks, what it would be without ReLU, what ReLU does, the same for all tokens, what follows."""

    sparse = {"widen": "W_2 and what comes out of it have their place above, and come with ReLU"}

    experiments = ("folding", "firing")
    needs = {"relu": "activation: relu", "every_token": "activation: relu", "add_norm": "activation: relu", "fold": "activation: relu"}
    place = "block"

    @step
    def widen(self):
        """A token's vector goes through W_1: every hidden feature looks at all that goes in. Of one: how high it is for every token, and of
        which words that is said."""
        self._lay_out()
        net, hidden, (panel, foot) = self.drawn.network, self.drawn.hidden, self.panel.rows(ASKED)
        found = self._found(self.panel if self.panel.is_wide else foot)
        self.open_with(self.drawn.card, net.x)
        self.play(appear(net.widening, self.drawn.shapes[0], hidden.line, hidden.dots, run_time=BRIEF))
        lines = fan(self.theme, net.x.cells[0], hidden.bars[0], net.widening)
        self.play(draw(*lines, run_time=EASY))
        self.play(rise(hidden.bars, hidden.line.get_center(), lag=0.05, run_time=EASY), vanish(lines))
        self.play(appear(*self._above, run_time=BRIEF))
        self.play(appear(*self._ringed))
        for each in self._asked(panel if found else self.panel, not (found and self.panel.is_wide)):
            self.play(appear(each.around, each.line))
            self.play(rise(each.bars, each.line.get_center()), appear(each.numbers))
        self.play(appear(*found))

    @step
    def fold(self):
        """Without anything between them the two matrices are one, W_1 W_2: it gives the followed token the same numbers."""
        x, hidden, _ = (layer[self.focus] for layer in self._layers("hidden"))
        *made, apart = (self.view(f"folding.{{block}}.{name}")[self.focus] for name in ("two_steps", "one_step", "differences"))
        maths = [] if self.frame.is_slim else [*map(self._maths, WAYS)]
        ways = two_ways(self.theme, self.tokens[self.focus], (x, hidden, *made), self._scales.hidden, "W_1 W_2", maths,
                        (self.say("differences"), apart), self.stage)
        net = ways.network
        self.open_with(ways.cards, net.x, net.widening, net.hidden, net.narrowing, net.output.border, *ways.formulas[:1])
        self.play(copy_to(net.x.cells, net.output, run_time=STEADY))
        self.play(merge(*(shape for shape, _ in net.funnels), net.hidden, into=ways.matrix, run_time=SLOW),
                  appear(ways.matrix, ways.x, run_time=SLOW))
        self.play(appear(*ways.formulas[1:]), copy_to(ways.x.cells, ways.output, run_time=STEADY))
        self.play(appear(ways.difference))

    @step
    def relu(self):
        """What one feature adds to the followed token, and what that is for; what it would add to one that it does not fit, without ReLU, and what
        that would do; and that what is below 0 becomes 0. In a slim frame without the network."""
        self._lay_out()
        net, hidden, slim = self.drawn.network, self.drawn.hidden, self.frame.is_slim
        own, without, kept = self._messages(self.stage if slim else self.panel)
        before = hidden.bars
        self.open_with(*[self.drawn.card, net.x, net.widening, hidden.line, before, hidden.dots, net.narrowing, net.output.border,
                         *self.drawn.shapes, self.drawn.formula, *self._ringed] * (not slim))
        for each in (own, without):
            self.play(appear(each.around, each.line))
            self.play(rise(each.bars, each.line[0].get_center()))
            self.play(appear(each.does))
        self.play(*[travel(before, net.hidden.bars, run_time=SLOWER)] * (not slim), appear(kept.around, kept.line))
        self.play(travel(without.bars.copy(), kept.bars, run_time=STEADY))
        self.play(*[appear(net.output.cells, net.output.dots, run_time=BRIEF)] * (not slim), appear(kept.does))

    @step
    def every_token(self):
        """The same matrices serve every token: their copies stand side by side, and no line goes from one to another."""
        said = self.say("silent", total=self.staging.trace.config.d_ff)
        layers, dead = self._layers("activation"), self.view("folding.{block}.dead")
        nets, cards, counts = network_copies(self.theme, self.tokens, self.focus, layers, self._scales, dead, said, self.stage)
        own, others = nets[self.focus], [i for i in range(len(nets)) if i != self.focus]
        net, card = self.drawn.network, self.drawn.card
        self.play(vanish(*self.on_stage(net, card)))
        self.remove(*net)
        self.add(*[net] * (not self.frame.is_slim))
        self.play(*([appear(own, cards[self.focus])] if self.frame.is_slim else [travel(net, own), travel(card[0], cards[self.focus])]))
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
        """What kind of word a feature asks for, if one; that its row answers, if its help and harm are shown; what ends the block, by its norm."""
        if name == "relu":
            return "answers" if self._kind and all(self._loses(each)[0] for each in LEFT) else "caption"
        return self._kind or "caption" if name == "widen" else self._norm

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
        if self.staging.trace.config.activation == "relu":
            return [fitted(equation(self.theme, self._maths(HIDDEN), size=FORMULA), room_of(self.drawn.network.narrowing))]
        return [self.drawn.network.narrowing, self.drawn.shapes[1], self.drawn.formula]

    @property
    def _matrices(self) -> list[View]:
        return [self.view(f"weights.encoder.{{block}}.mlp.{name}") for name in ("W_1", "W_2")]

    def _layers(self, *hidden: str) -> list[View]:
        """What goes in, the hidden layer before ReLU (`hidden`) or after it (`activation`), what comes out: of all tokens."""
        return [self._tensor(f"mlp.{name}") for name in ("input", *hidden, "output")]

    @property
    def _scales(self) -> Scales:
        x, full, made = self._layers("hidden")
        return Scales(peak(x), largest(full) or 1.0, peak(made))

    def _lay_out(self) -> None:
        """The network, and beside it a panel for one of its features, or below it where the frame is slim."""
        place, self.panel = self.stage.rows(BELOW) if self.frame.is_slim else self.stage.columns(BESIDE)
        maths = self._maths(NETWORK if self.staging.trace.config.activation == "relu" else SMOOTH)
        views = [layer[self.focus] for layer in self._layers("hidden", "activation")]
        self.drawn = annotated_network(self.theme, self.tokens[self.focus], views, self._matrices, self._scales, maths, place,
                                       self.frame.is_slim)

    def _chosen(self, name: str) -> View:
        """What is measured of the hidden feature that is looked at: its place, `feature`, its `number`, counted from 1 as heads are, and more."""
        return self.view(f"firing.{{block}}.{name}")[self.focus]

    @property
    def _ringed(self) -> list[VGroup]:
        return ringed(self.theme, self.drawn.network, self._chosen("feature"), self._chosen("number"))

    @property
    def _kind(self) -> str:
        """Of which kind all words make it high, and none of the others; nothing if that is not so of any."""
        return ["", *KINDS][int(self._chosen("kind").values) + 1]

    def _found(self, room: Room) -> list[VGroup]:
        """How many words of each kind make the feature high, if that tells a kind and there is room; or else the words that make it highest."""
        if self._kind:
            names, said = [self.say(kind) for kind in (*KINDS, "other")], self.say("counted", token=self.tokens[self.focus])
            counts = self._chosen("above"), self.view("firing.{block}.kinds")
            return [] if self.panel.is_wide else [counted_kinds(self.theme, said, names, *counts, room)]
        order, values = (self._chosen(name).values for name in ("order", "values"))
        words = [self.known(row) for row, high in zip(order, values) if values.min() > 0 and high >= LIKE * values.max()]
        said = self.say("like", feature=int(self._chosen("number").values), words="{words}")
        return [listed(self.theme, words, said, room)] if words else []

    def _asked(self, room: Room, there: bool) -> list[Asked]:
        """That feature of every token before ReLU, and what it asks, if there is room for that."""
        feature, number, block = *(int(self._chosen(name).values) for name in ("feature", "number")), self.spec.block + 1
        key, values = f"asks_{self._kind}" if self._kind else "asked", self._tensor("mlp.hidden")[:, feature]
        said = [self.say(key, whom=self.say(whom), block=block, feature=number) for whom in ("all", "some")]
        return [asked(self.theme, said, self.tokens, values, self.focus, largest(values), room)] if there else []

    def _messages(self, room: Room) -> list[Message]:
        """What that feature adds to the followed token, and what to the one that it fits least: without ReLU, and with it."""
        (before, after), (unclipped, added) = map(self._tensor, ("mlp.hidden", "mlp.activation")), map(self._chosen, ("unclipped", "added"))
        feature, number, least = (int(self._chosen(name).values) for name in ("feature", "number", "least"))
        (needed, *lost), (word, *fallen) = (self._loses(name, key) for name, key in (("kept", "needed"), ("turned", "said")))
        sent = [Sent(self.tokens[i], high[i, feature], row[i], said, becomes) for i, high, row, said, becomes in (
            (self.focus, after, added, needed, lost), (least, before, unclipped, word, fallen), (least, after, added, word, fallen[:1]))]
        heads, rows = ([self.say(name, feature=number) for name in names] for names in (("without", "with"), ("row_of", "row")))
        answers = [self.say(name, token="{token}") for name in ("no", "yes")] if self._kind else ["{token}"] * 2
        return messages(self.theme, heads, rows, answers, sent, room)

    def _loses(self, name: str, key: str = "said") -> tuple:
        """The word that loses most without that row (kept), or by it, upside down at one token (turned), as it was and as it is, if it loses much."""
        if not self.staging.trace.config.translates:
            return ("",)
        said, left, number = self.view("decoder.probabilities"), self._chosen(name), int(self._chosen("number").values)
        own = [said[step, int(row)] for step, row in enumerate(self.view("decoder.next_token_ids").values)]
        lost = max(range(len(own)), key=lambda step: float(own[step]) - float(left[step]))
        much = float(left[lost]) <= LEFT[name] * float(own[lost])
        return (self.say(key, word=self.staging.trace.output_tokens[lost], feature=number), own[lost], left[lost]) if much else ("",)

    def _sum_rows(self, total: int) -> SumRows:
        """The followed token's vectors from the network to the end of the block, each with what it is made from where it is made here."""
        maths, words = written(self._norm), {key: quote(self.say(key)) for key in ("mlp", "norm")}
        (first, _), *others = (maths[name] for name in self._way)
        names = [first, *(symbol if symbol == made else f"{symbol} = {made.format(**words)}" for symbol, made in others)]
        return sum_rows(self.theme, [self._tensor(name)[self.focus] for name in self._way], names, total, self.say("rounded"), self.stage)
