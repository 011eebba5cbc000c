"""The MLP, the position-wise feed-forward network: max(0, y W_1 + b_1) W_2 + b_2 (Vaswani et al. 2017, equation 2)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup, VMobject

from model import View
from model.wiring import path, reads
from scenes.base.layout import above, below, no_higher, side_by_side, stacked
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import largest
from scenes.parts.bends import Bends, bends
from scenes.parts.block import written
from scenes.parts.diagram import route
from scenes.parts.equation import Equation, equation, quote
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, heat_maps, peak
from scenes.parts.label import LINE_SPACING, WORD, number, paragraph, text, text_width, wrap
from scenes.parts.motion import BLINK, BRIEF, EASY, SLOW, STEADY, Count, appear, brighten, copy_to, dim, draw, merge, travel, vanish
from scenes.parts.network import Layer, Network, Scales, fan, network, rise
from scenes.parts.product import Factor, product
from scenes.parts.shapes import ring, room_of
from scenes.parts.tokens import shape_label, token_card
from scenes.base.room import BESIDE, GAP, PX, TIGHT, WIDE, Room

SMOOTH = 'MLP(READ) = {{ "GELU" : relu }}({{ READ W_1 + b_1 : hidden }}) {{ W_2 + b_2 : output }}'
NETWORK = 'MLP(READ) = {{ "max" : relu }}(0, {{ READ W_1 + b_1 : hidden }}) {{ W_2 + b_2 : output }}'
FOLDED = r"&(READ W_1 + b_1) W_2 + b_2 \ &= READ {{ (W_1 W_2) : folded }} + (b_1 W_2 + b_2)"
NAME, SIGN, LARGE, SMALL = (size * PX for size in (48, 38, 96, 30))
CARD = 0.5                                # height of the token's card
FIRES = 3, 4, 4                           # heights of what is said of hidden features, and of what is said of each
FOLDED_SHARES, COMPARED = (7, 5), (3, 3, 3, 2)              # widths of the matrices and of what they make; heights of formula, rows, difference
IN_A_ROW = 8                              # copies of the network that stand side by side


class Mlp(ExplainerScene):
    """One token's network, what it would be without ReLU, what ReLU does in it, the same for all tokens, and what follows."""

    experiments = ("folding", "firing")
    needs = {"relu": "activation: relu", "every_token": "activation: relu", "add_norm": "activation: relu", "fold": "activation: relu"}
    place = "block"

    @step
    def widen(self):
        """A token's vector goes through W_1: every hidden feature looks at all that goes in."""
        self._lay_out()
        net, hidden = self.network, self.hidden
        self.open_with(self.card, net.x, self.sizes[0])
        self.play(appear(net.widening, self.shapes[0], hidden.line, hidden.dots, self.sizes[1]))
        self.play(appear(self.formula), dim(self.formula.select("relu"), self.formula.select("output")))
        for bar, seconds in zip(hidden.bars, (EASY, BLINK), strict=False):
            lines = fan(self.theme, net.x.cells[0], bar, net.widening)
            self.play(draw(*lines, run_time=seconds))
            self.play(rise([bar], hidden.line.get_center(), run_time=0.4), vanish(lines, run_time=0.4))
        self.play(rise(hidden.bars[2:], hidden.line.get_center(), lag=0.05, run_time=0.5))
        self.remove(*hidden.bars)
        self.add(hidden.bars)
        self.play(appear(net.narrowing, self.shapes[1]))
        self.play(*(appear(part) for part in self._fires()))

    @step
    def fold(self):
        """Without anything between them the two matrices are one, W_1 W_2: it gives the followed token the same numbers."""
        tall = self.stage.height >= BESIDE * self.stage.width
        left, right = self.stage.rows(2, WIDE) if tall else self.stage.columns(FOLDED_SHARES, WIDE)
        views = [self.view(f"weights.encoder.{{block}}.mlp.{name}") for name in ("W_1", "W_2")]
        one = self.view("folding.{block}.matrix")
        factors = [Factor(view, role) for view, role in zip((*views, one), ("line", "line", "output"), strict=True)]
        work = product(self.theme, *factors, left.trim(bottom=WORD + GAP), digits=False)
        names = [self._named(sheet, maths, side) for sheet, maths, side in
                 zip(work, ("W_1", "W_2", "W_1 W_2"), (UP, LEFT, DOWN), strict=True)]
        formula, rows, difference = self._compared(right)
        self.open_with(work.left, names[0], work.above, names[1])
        self.play(merge(*work.left.cells, *work.above.cells, into=work.result.border, run_time=SLOW), appear(work.result, run_time=SLOW))
        self.play(appear(names[2], *formula))
        self.play(appear(*rows, lag=0.5))
        self.play(appear(difference))

    @step
    def relu(self):
        """What is below 0 falls to 0, counted; only the rest goes on to the output, which no one matrix gives."""
        if self.frame.is_roomy:           # beside it is what no one matrix does
            self._lay_out([8, 27, 25])
        net, before = self.network, self.hidden.bars
        self.open_with(self.card, net.x, net.widening, self.hidden.line, before, self.hidden.dots, net.narrowing, net.output.border,
                       *self.shapes, *self.sizes, self.formula)
        self.play(brighten(self.formula.select("relu"), self.formula.select("output")))
        alive = [bar for bar in before if float(bar.source) > 0]
        count, words = self._count()
        self.play(dim(*alive))
        steps = [str(k) for k in range(int(float(count.source)))]
        self.play(Count(self.theme, count, steps, run_time=STEADY), appear(words, run_time=BRIEF))
        self.play(travel(before, net.hidden.bars))
        alive = [bar for bar in net.hidden.bars if float(bar.source) > 0]
        first, *rest = net.output.cells[0]
        lines = fan(self.theme, alive, first, net.narrowing)
        self.play(draw(*lines))
        self.play(appear(first, *rest, net.output.dots, lag=0.1, run_time=BLINK), vanish(lines, run_time=BLINK))
        for picture in self._bends():
            self.play(appear(*picture.heads, *picture.ends, picture.titles[0], *picture.rows[0], lag=0.3))
            self.play(appear(picture.titles[1], *picture.rows[1], lag=0.3))

    @step
    def every_token(self):
        """The same matrices serve every token: their copies stand side by side, and no line goes from one to another."""
        places = self._places()
        nets = [self._network("activation", i, place.trim(bottom=0.55)) for i, place in enumerate(places)]
        cards = [self._small_card(i, place) for i, place in enumerate(places)]
        counts = [self._small_count(i, net.hidden) for i, net in enumerate(nets)]
        own, others = nets[self.focus], [i for i in range(len(nets)) if i != self.focus]
        self.play(vanish(*self.on_stage(self.network, self.card)))
        self.remove(*self.network)
        self.add(self.network)
        self.play(travel(self.network, own), travel(self.card, cards[self.focus]))
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
        rows, names = self._rows()
        read, found, total = map(self._way.index, (*reads(self._norm)["mlp"], "mlp.output", "residual_2"))
        self.play(
            vanish(*self.on_stage(self.own), *self.own[1:4]),
            *(vanish(part.border, part.dots) for part in (self.own.x, self.own.output)),
            *(travel(start.cells, rows[i].cells) for start, i in ((self.own.x, read), (self.own.output, found))),
        )
        self.remove(*self.own)
        for i in (read, found):
            self.add(rows[i].cells)
            self.play(appear(rows[i].border, rows[i].dots, rows[i].numbers, names[i], run_time=0.4))
        if read:
            self.play(appear(rows[0], names[0]))
        bypass = self._bypass(rows[0], rows[total])
        rounded = [below(text(self.theme, self.say("rounded"), SMALL, "muted"), names[total], align=1)] * rows[total].digits
        self.play(draw(bypass[0], run_time=1.0))
        ghosts = rows[total].cells.copy()
        self.play(copy_to(rows[0].cells, rows[total]), travel(rows[found].cells.copy(), ghosts),
                  appear(bypass[1], names[total], *rounded))
        self.remove(ghosts)
        if total < 3:
            self.play(copy_to(rows[total].cells, rows[3], run_time=1.0), appear(names[3]))

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

    def _network(self, hidden: str, token: int, room: Room) -> Network:
        """The network of a token, its hidden layer before ReLU (`hidden`) or after it (`activation`)."""
        views = [self._tensor(f"mlp.{name}") for name in ("input", hidden, "output")]
        x, full, made = (self._tensor(f"mlp.{name}") for name in ("input", "hidden", "output"))
        return network(self.theme, *(view[token] for view in views), room, Scales(peak(x), largest(full) or 1.0, peak(made)))

    def _lay_out(self, shares: Sequence[int] = (13, 36, 10)) -> None:
        """The network between what is said of it and the widths of its layers, or what else stands there."""
        head, body = self.stage.trim(bottom=0.15).rows([0.5, 4.05], gap=0.15)
        if self.frame.is_slim:            # what is said of it stands below the network, and its ends have room at both sides
            middle, self.side = body.rows([2, 1])
        else:
            left, middle, right = body.columns(shares)
            self.side = left.trim(bottom=CARD + GAP)
        self.network, self.hidden = (self._network(name, self.focus, middle) for name in ("activation", "hidden"))
        self.hidden = self.hidden.hidden
        if self.frame.is_slim:
            end = room_of(self.network.x)
            left, right = (replace(middle, right=end.left - GAP), replace(middle, left=end.right + GAP))
        self.card = token_card(self.theme, self.tokens[self.focus], left.width, CARD, "output")
        self.card.move_to([left.centre[0], self.network.x.get_y(), 0])
        maths = NETWORK if self.staging.trace.config.activation == "relu" else SMOOTH
        place = replace(head, left=middle.left, right=middle.right)
        self.formula = no_higher(equation(self.theme, self._maths(maths), {"relu": "output"}, NAME, at=place), place).set_x(place.centre[0])
        config = self.staging.trace.config
        sizes = ('d_"model"', config.d_model), ('d_"ff"', config.d_ff), ('d_"model"', config.d_model)
        self.shapes = [self._shape(name, funnel) for name, funnel in
                       (("W_1", self.network.widening), ("W_2", self.network.narrowing))]
        self.beside, levels = replace(right, top=head.top, left=right.left + GAP), (self.network.x, self.hidden.line, self.network.output)
        sized = right.left >= room_of(self.hidden.line).right and right.width < middle.width / 2
        self.sizes = [self._size(*size, right.level(level.get_y()), key) if sized else VGroup()
                      for size, level, key in zip(sizes, levels, ("narrow", "wide", "narrow"), strict=True)]

    def _shape(self, name: str, funnel: VGroup) -> VGroup:
        """The shape of a matrix, beside its name in a funnel."""
        shape = self.view(f"weights.encoder.{{block}}.mlp.{name}").shape
        return shape_label(self.theme, shape).next_to(funnel[1], RIGHT, buff=0.25)

    def _size(self, maths: str, size: int, room: Room, key: str) -> VGroup:
        """The width of a layer, and what it is in the paper."""
        ours = equation(self.theme, f"{maths} = {size}", size=SIGN, width=room.width)
        clear = not self.frame.is_slim and room.centre[1] - self.stage.bottom >= 0.65 * (SIGN + SMALL)
        theirs = [text(self.theme, self.say(key), SMALL, "muted", width=room.width)] if clear else []
        both = VGroup(ours, *theirs).arrange(DOWN, buff=0.05, aligned_edge=LEFT)
        return both.move_to([room.left + both.width / 2, room.centre[1], 0])

    def _dead(self, token: int) -> View:
        return self.view("folding.{block}.dead")[token]

    def _count(self) -> tuple:
        """How many hidden features of the followed token ReLU sets to 0."""
        x, y = self.side.centre[0], self.hidden.line.get_y()
        count = number(self.theme, self._dead(self.focus), LARGE, "output", at=(x, y + 0.35, 0), decimals=0)
        words = text(self.theme, self.say("die", total=self.staging.trace.config.d_ff), SMALL, "muted", at=(x, y - 0.4, 0),
                     width=self.side.width)
        return tuple(side_by_side(count, words, at=self.side)) if self.frame.is_slim else (count, words)

    def _places(self) -> list[Room]:
        """Where the networks of all tokens stand."""
        n = len(self.tokens)
        lines = -(-n // IN_A_ROW)
        across = -(-n // lines)
        width = min(3.4, self.stage.width / across)
        rooms = Room.around(self.stage.centre, across * width, self.stage.height).rows([1] * lines, gap=0.3)
        return [place.inset(x=0.1 * width) for room in rooms for place in room.columns([1] * across, gap=0)][:n]

    def _small_card(self, token: int, place: Room) -> VGroup:
        role = "output" if token == self.focus else "line"
        card = token_card(self.theme, self.tokens[token], place.width, 0.42, role, SMALL)
        return card.move_to([place.centre[0], place.bottom + 0.21, 0])

    def _small_count(self, token: int, hidden: Layer) -> VGroup:
        """How many features of a token are 0, below its bars; of how many, where there is room."""
        count = number(self.theme, self._dead(token), self.theme.digit, "output", decimals=0)
        total = text(self.theme, said := self.say("silent", total=self.staging.trace.config.d_ff), SMALL, "muted",
                     width=hidden.line.width - count.advance - 0.1)
        return VGroup(count, *[total] * (total.string == said)).arrange(RIGHT, buff=0.1).next_to(hidden.line, DOWN, buff=0.12)

    def _rows(self) -> tuple[list[HeatMap], list[VGroup]]:
        """The followed token's vectors from the network to the end of the block, and their names."""
        left, right = self.stage.trim(right=0.8).columns([2.9, 8.85], gap=0.25)
        views = [self._tensor(name)[self.focus] for name in self._way]
        places = right.rows(len(views), gap=0.35)
        grid = fit_grid(views[0].shape, places[0])
        rows = heat_maps(self.theme, views, [place.strip(left=grid.size[0]) for place in places], digits=True, grid=grid)
        names = [equation(self.theme, maths, size=SIGN, width=left.width) for maths in self._written()]
        for name, row in zip(names, rows, strict=True):
            name.next_to(row.border, LEFT, buff=0.25)
        return rows, names

    def _written(self) -> list[str]:
        """How each of these rows is written, with what it is made from where it is made here."""
        maths, words = written(self._norm), {key: quote(self.say(key)) for key in ("mlp", "norm")}
        (first, _), *others = (maths[name] for name in self._way)
        return [first, *(symbol if symbol == made else f"{symbol} = {made.format(**words)}" for symbol, made in others)]

    def _bypass(self, start: HeatMap, end: HeatMap) -> VGroup:
        """The way round the network, at the right, and a plus sign where it ends."""
        edge, low, high = room_of(start.border).right, end.get_y(), start.get_y()
        x = edge + 0.7
        line = route(self.theme, [(edge + 0.1, high), (x, high), (x, low), (edge + 0.1, low)], "output")
        return VGroup(line, equation(self.theme, "+", size=NAME, role="output").move_to([x - 0.35, low + 0.3, 0]))

    def _named(self, sheet: HeatMap, maths: str, side: Sequence[float]) -> VGroup:
        """The name and shape of a matrix, at one of its sides."""
        shape = [shape_label(self.theme, sheet.view.shape)] * (not self.frame.is_slim)
        name = VGroup(equation(self.theme, maths, size=SIGN), *shape).arrange(buff=0.2)
        return name.next_to(sheet.border, side, buff=0.15)

    def _compared(self, room: Room) -> tuple[list[Equation], list[VGroup], VGroup]:
        """The formula of the one matrix; what two matrices and one make of the followed token, a row each; and how far these differ."""
        head, *places, foot = room.rows(COMPARED)
        if self.frame.is_slim:
            *places, foot = room.rows(COMPARED[1:], TIGHT)
        maths = no_higher(equation(self.theme, self._maths(FOLDED), {"folded": "output"}, NAME, at=head, align=-1), head)
        formula = [maths] * (not self.frame.is_slim)
        views = [self.view(f"folding.{{block}}.{name}")[self.focus] for name in ("two_steps", "one_step")]
        rows = []
        for key, view, role, place in zip(("two", "one"), views, ("line", "output"), places, strict=True):
            words = paragraph(self.theme, self.say(key, token=self.tokens[self.focus]), SMALL if self.frame.is_slim else WORD, place.width, align=-1)
            sheet = heat_map(self.theme, view, place.trim(top=max(WORD, words.height) + TIGHT), role, scale=peak(*views))
            rows.append(VGroup(sheet, above(words, sheet.border, align=-1)))
        return formula, rows, self._measured("differences", foot)

    def _measured(self, name: str, room: Room) -> VGroup:
        """How far numbers of the followed token are apart, in a room, and what they are."""
        value = number(self.theme, self.view(f"folding.{{block}}.{name}")[self.focus], LARGE / (1 + self.frame.is_slim), "output")
        words = paragraph(self.theme, self.say(name), SMALL, room.width - (value.width + GAP) * room.is_wide, lines=3)
        return (side_by_side if room.is_wide else stacked)(value, words, gap=TIGHT, at=room)

    def _bends(self) -> list[Bends]:
        """Hidden features and a number of the output, from the opposite of what the followed token brings to that itself, without ReLU and
        with it, where there is room."""
        y = self._maths("READ")
        total = self.staging.trace.config.d_ff
        cases = [(self.say(key, total=total), *(self.view(f"folding.{{block}}.{name}")[self.focus] for name in names))
                 for key, names in (("straight", ("lines", "straight")), ("bent", ("kinked", "curved")))]
        heads = self.say("hidden", shown=len(cases[0][1])), self.say("total")
        return [bends(self.theme, heads, [f"-{y}", y], cases, self.beside)] * self.frame.is_roomy

    def _fires(self) -> list[VGroup]:
        """Hidden features of the followed token, ringed and numbered, and at the left the words that each is highest for, if these fit;
        nothing of a feature that is not among those shown or fires for none."""
        features, order, values = (self.view(f"firing.{{block}}.{name}")[self.focus] for name in ("features", "order", "values"))
        bars = {bar.source.index[-1]: bar for bar in self.hidden.bars}
        head, *places = self.side.rows(FIRES, TIGHT) if not self.frame.is_slim else [None, *self.side.columns(len(features), GAP)]
        said = self.say("fires", token=self.tokens[self.focus])
        title = [paragraph(self.theme, said, SMALL, room.width, "muted", lines=3).move_to(room.centre) for room in [head] if room]
        marks = replace(room_of(self.hidden.line), top=room_of(self.network.narrowing).bottom - WORD / 2).columns(len(features))
        found = [self._feature(bars[int(feature.values)], feature, mark.point(y=1), [self.known(row) for row in rows.values], room)
                 for feature, rows, high, mark, room in zip(features, order, values, marks, places, strict=False)
                 if int(feature.values) in bars and high.values.min() > 0]
        return [*title, *found] * bool(found)

    def _feature(self, bar: VMobject, feature: View, mark: np.ndarray, words: Sequence[str], room: Room) -> VGroup:
        """The ring around a bar, at a mark the number of its feature, and in a room this number again and as many words as fit."""
        line = route(self.theme, [room_of(bar).point(y=1) + [0, TIGHT / 2, 0], mark - [0, WORD / 2, 0]], "text", tip=False)
        named = [number(self.theme, feature, WORD, "output", 600, decimals=0) for _ in range(2)]
        words = [word for word in words if text_width(self.theme, word, WORD) < room.width]
        lines = (room.height - WORD) // (LINE_SPACING * WORD)
        while words and len(wrap(self.theme, ", ".join(words), WORD, room.width)) > lines:
            words = words[:-1]
        listed = [stacked(named[1], paragraph(self.theme, ", ".join(words), WORD, room.width), gap=TIGHT / 2, at=room)] * bool(words)
        return VGroup(ring(self.theme, bar), line, named[0].move_to(mark), *listed)
