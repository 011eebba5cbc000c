"""Scene 18: the whole machine in one take, from the sentence into one number of one head, and back out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manim import ORIGIN, RIGHT, Mobject, VGroup

from model import View
from scenes.base.layout import arrows, below, side_by_side, stacked
from scenes.base.scene import ExplainerScene, step
from scenes.recap.half import Half, half
from scenes.parts.diagram import Module, block_diagram
from scenes.parts.equation import equation
from scenes.parts.flow import ARC, WeightLine, arrow, weight_arc
from scenes.parts.heat_map import Digits, HeatMap, fit_digits, fit_grid, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, Label, Number, number, paragraph, text, words_at
from scenes.parts.motion import BRIEF, LONG, STEADY, appear, draw, hide, live_dot_product
from scenes.parts.phrase import PRONOUNS
from scenes.parts.shapes import ring, room_of
from scenes.parts.tokens import column_labels, row_labels, snug_row
from scenes.parts.weight import weight_bars
from scenes.parts.whole import Whole
from scenes.parts.zoom import zoom_in, zoom_out
from scenes.base.room import GAP, PEN, PX, TIGHT, WIDE, Room

NAME, FORMULA, LARGEST = (size * PX for size in (34, 66, 210))
LABEL, SLANTED, FOOT = 1.5, 1.1, 0.45    # room for the words beside rows and below columns, and for what is said below a picture
BLOCK = 0.7                               # share of the stage's width that the diagram of a block takes
HALVES = 3, 1                             # shares of encoder and decoder
THICK = PEN / PX / 3                      # stroke width that the weight 1 has at most in a block, by the block's height
CARD = 90 * PX                            # the row of cards, and of a ring around one
LIT = 4                                   # stroke width of the part that is entered


class Product(Whole):
    """`sign`, `score`, `divided`, `scaled`: the score as a product, and what it is divided by."""

    def __init__(self, sign: Mobject, score: Number, divided: Mobject, scaled: Number):
        super().__init__(sign=sign, score=score, divided=divided, scaled=scaled)


class Look(Whole):
    """`ways`, of the two words up to a block; `arc`, between them, `weight`, its number, and `head`, whose it is, where there is room."""

    def __init__(self, ways: list[VGroup], arc: WeightLine, weight: Number, head: list[Label]):
        super().__init__(ways=ways, arc=arc, weight=weight, head=head)


class Recap(ExplainerScene):
    """Five pictures, each behind a door of the one before."""

    place = "all"

    @step
    def machine(self):
        """The sentence goes in at the bottom; the translation comes out at the top."""
        self.pictures, self.doors = [], []
        for lay_out in (self._whole, self._block, self._heads, self._head):
            picture, door = lay_out()
            self.pictures.append(picture)
            self.doors.append(room_of(door))
        self.pictures.append(self._weight())
        first, *rest = self.pictures[0]
        self.open_with(first)
        for part in rest:
            self.play(appear(part, run_time=0.8))

    @step
    def block(self):
        """Into one block of the encoder."""
        self._enter(0)

    @step
    def heads(self):
        """Into its attention: every head has weights of its own."""
        self._enter(1)

    @step
    def one_head(self):
        """Into one head: its matrix of weights."""
        self._enter(2)

    @step
    def weight(self):
        """Into one weight: a query meets a key; the scores of all keys share out 1."""
        self._enter(3)
        query, key, product = self.query, self.key, self.product
        pairs = zip(query.cells[0], key.cells[0], strict=True)
        self.play(appear(product.sign, run_time=BRIEF))
        self.play(live_dot_product(self.theme, query.view, key.view, pairs, product.score, run_time=LONG))
        self.play(appear(product.divided, product.scaled))
        for part in self.row:
            self.play(appear(*part, run_time=STEADY))

    @step
    def back(self):
        """All the way out again."""
        self.pictures[-1] = VGroup(self.pictures[-1], self.product, *self.row)
        for picture, door, inner in reversed([*zip(self.pictures, self.doors, self.pictures[1:])]):
            self._behind_the_words(picture)
            self.play(zoom_out(inner, self.stage, picture, door))
        self.play(appear(*(ring(self.theme, card.box) for card in self.followed)), draw(*self.look.ways))
        self.play(draw(self.look.arc), appear(self.look.weight, *self.look.head))

    def wording(self, name: str) -> str:
        """Of the head that was told which noun `it` stands for, this is said where it is followed from there."""
        return "taught" if name in ("machine", "one_head") and self._taught else super().wording(name)

    @property
    def _taught(self) -> bool:
        """Whether training told the shown head where to look from the followed token."""
        return self.finds_noun(self._view("weights"))

    def _enter(self, level: int) -> None:
        inner = self.pictures[level + 1]
        self._behind_the_words(inner)
        self.play(zoom_in(self.pictures[level], self.doors[level], inner, self.stage))

    def _behind_the_words(self, picture: VGroup) -> None:
        """Makes room on the stage for a picture that comes up, below title and caption, which it may pass on its way."""
        hide(picture)
        self.add(picture, *self.around_stage())

    def _entry(self, name: str) -> View:
        """What the shown head has of the followed token and the one it looks at most."""
        return self._view(name)[self.focus, self._most()]

    def _view(self, name: str) -> View:
        """A tensor of the shown head."""
        return self.view(f"encoder.{{block}}.self_attention.{name}")[self.head]

    def _most(self) -> int:
        """The token that the followed one looks at most."""
        return int(self._view("weights")[self.focus].values.argmax())

    def _whole(self) -> tuple[VGroup, VGroup]:
        """The sentence, the encoder with its blocks, and, if there is one, the decoder and what it has said."""
        top, bottom = self.stage.strip(top=CARD), self.stage.strip(bottom=CARD)
        middle = self.stage.trim(top=CARD + GAP, bottom=CARD + GAP)
        said = self.staging.trace.translation
        left, *right = (middle.columns(HALVES, WIDE) if middle.is_wide else middle.rows(HALVES[::-1], GAP)[::-1]) if said else [middle]
        cards = self._cards(self.tokens, replace(bottom, left=left.left, right=left.right))
        self.encoder = self._half("encoder", left, self._free(cards, left))
        door = self.encoder.blocks[self.spec.block]
        door.box.set_stroke(self.theme.colour("output"), LIT)
        self.followed = [cards[k] for k in {self.focus, self._most()}]
        self.look = self._look(cards, door)
        parts = [cards, VGroup(self._up(bottom, left, left.centre[0]), self.encoder)]
        if said:
            decoder, words = self._half("decoder", right[0]), self._cards(said, top)
            self.followed += [card for card, word in zip(words, said, strict=True) if word in PRONOUNS]
            over = arrows(self.theme, self.encoder.box, decoder.box, role="key") if middle.is_wide else [self._up(left, right[0], left.centre[0], "key")]
            parts += [VGroup(*over, decoder), VGroup(self._up(right[0], top, right[0].centre[0]), words)]
        return VGroup(*parts), door

    def _free(self, cards: VGroup, room: Room) -> Room:
        """What is left of a room at the left or at the right of the ways of both words, where there is more."""
        low, high = sorted(cards[k].get_x() for k in (self.focus, self._most()))
        sides = Room(room.left, low, room.bottom, room.top), Room(high, room.right, room.bottom, room.top)
        return max(sides, key=lambda side: side.width).inset(x=GAP)

    def _half(self, name: str, room: Room, free: Room | None = None) -> Half:
        """The encoder or the decoder, with the names of its blocks."""
        names = [self.say("block", number=k + 1) for k in range(self.staging.trace.config.n_blocks)]
        return half(self.theme, self.say(name), names, room, free)

    def _up(self, low: Room, high: Room, x: float, role: str = "muted") -> VGroup:
        """An arrow from one room up to another."""
        return arrow(self.theme, (x, low.top, 0), (x, high.bottom, 0), role)

    def _cards(self, words: Sequence[str], room: Room) -> VGroup:
        return snug_row(self.theme, words, room, room.height - TIGHT, gap=TIGHT / 2)

    def _look(self, sentence: VGroup, block: Module) -> Look:
        """The weight again, in its block: the ways of both words up to it, an arc between them, and its number."""
        room = room_of(block.box)
        own, other = (sentence[k] for k in (self.focus, self._most()))
        aside, foot = own.width / 4 * RIGHT if own is other else ORIGIN, room.bottom + TIGHT
        tops = [own.get_top() + aside, other.get_top() - aside]
        ends = [np.array([x, foot, 0]) for x, _, _ in tops]
        full = min(ARC, room.height * THICK)
        arc = weight_arc(self.theme, *ends, self._entry("weights"), room.height - 2 * TIGHT - full / PEN * PX / 2, full=full)
        size = max(self.theme.digit, min(FORMULA, arc.height / 2))
        whose = below(text(self.theme, self.say("head", number=self.head + 1), NAME), block.label)
        return Look(
            ways=[arrow(self.theme, start, end, role) for start, end, role in zip(tops, ends, ("query", "key"), strict=True)], arc=arc,
            weight=number(self.theme, self._entry("weights"), size, "weight", 700).move_to(arc.get_center() - [0, size / 4, 0]),
            head=[whose] * bool(room.height > 2 * (WORD + NAME)),
        )

    def _block(self) -> tuple[VGroup, VGroup]:
        names = {kind: self.say(kind) for kind in ("attention", "add_norm", "mlp", "norm", "add")}
        head, body = self._below_name(self.say("block", number=self.spec.block + 1))
        room = body.fit(width=BLOCK * body.width)
        diagram = block_diagram(self.theme, names, room, self.staging.trace.config.norm)
        door = diagram.modules[diagram.kinds.index("attention")]
        door.box.set_stroke(self.theme.colour("output"), LIT)
        return VGroup(diagram, head), door

    def _below_name(self, name: str) -> tuple[Label, Room]:
        """What a picture is, at the top of the stage, and the room below it."""
        return text(self.theme, name, NAME, weight=500, at=self.stage.strip(top=NAME)), self.stage.trim(top=NAME + TIGHT)

    def _heads(self) -> tuple[VGroup, VGroup]:
        """The weights of all heads, side by side; the shown one has the brightest frame."""
        weights = self.view("encoder.{block}.self_attention.weights")
        n = len(weights)
        name, body = self._below_name(self.say("heads", number=self.spec.block + 1, count=n))
        around = self.frame.is_roomy * np.array([LABEL, SLANTED])
        rooms = body.trim(left=around[0]).grid(n, across=4 if n <= 4 else -(-n // 2))
        heads = VGroup()
        for i, (view, room) in enumerate(zip(weights, rooms, strict=True)):
            role = "text" if i == self.head else "line"
            picture = heat_map(self.theme, view, room.trim(bottom=FOOT + around[1]), role, weights=True)
            ink = "text" if i == self.head else "muted"
            title = text(self.theme, self.say("head", number=i + 1), NAME, ink, width=room.width)
            heads.add(VGroup(picture, below(title, picture.border, TIGHT + around[1]), self._words_around(picture, room.left == rooms[0].left, around)))
        return VGroup(heads, name), heads[self.head][0].border

    def _words_around(self, picture: HeatMap, first: bool, around: np.ndarray) -> VGroup:
        """The tokens at the rows, of the first picture of a line, and at the columns, where they can be read.

        around: what is kept free for them at the left and below; nothing for no words.
        """
        grid = picture.grid
        shown = [[self.tokens[k] for k in kept if k is not None] for kept in (grid.rows, grid.columns)]
        rows = row_labels(self.theme, shown[0], picture, "query", around[0] - TIGHT) if first and around[0] and grid.height > SMALLEST_WORD else VGroup()
        columns = column_labels(self.theme, shown[1], picture, "key", around[1]) if around[1] and grid.width > SMALLEST_WORD else VGroup()
        return VGroup(rows, columns)

    def _head(self) -> tuple[VGroup, VGroup]:
        """The weights of the shown head, with the words of its rows and columns; a ring around the row that is followed."""
        view = self._view("weights")
        name, body = self._below_name(self.say("one_head", block=self.spec.block + 1, head=self.head + 1))
        room = body.trim(left=LABEL, right=SLANTED, bottom=SLANTED + FOOT)
        grid = fit_grid(view.shape, room)._replace(width=room.width / (len(view) + 1), height=room.height / (len(view) + 1))
        weights = heat_map(self.theme, view, room, "line", weights=True, grid=grid)
        words = VGroup(
            row_labels(self.theme, self.tokens, weights, "query", LABEL - TIGHT),
            column_labels(self.theme, self.tokens, weights, "key", SLANTED),
            self._taught_by(view, self.stage.strip(bottom=FOOT)), name, ring(self.theme, weights.cells[self.focus]),
        )
        return VGroup(weights, words), weights.cells[self.focus][self._most()]

    def _taught_by(self, view: View, room: Room) -> VGroup:
        """How the head was taught, if it is known to be that of `it`, or that it was."""
        return VGroup(text(self.theme, self.say("reward"), NAME, at=room)) if self._taught else self.guide(view, room)

    def _weight(self) -> VGroup:
        """The query and the key whose weight it is. What becomes of them appears later."""
        top, names, middle, bottom = self.stage.trim(bottom=TIGHT).rows([2.7, 0.5, 1.3, 3])
        left, right = top.columns([1.9, 1], gap=WIDE)
        rows = left.rows(3, gap=TIGHT)
        vectors, words = zip(*(self._vector(*what) for what in
                               (("query", self.focus, rows[0]), ("key", self._most(), rows[1]))), strict=True)
        self.query, self.key = vectors
        whole = rows[2] if self.frame.is_roomy else replace(rows[2], right=top.right)
        self.product = self._product(whole)
        self.row = self._row(names.trim(left=LABEL), middle.trim(left=LABEL), bottom.trim(left=LABEL), right.trim(bottom=0 if self.frame.is_roomy else rows[2].height + GAP))
        return VGroup(*vectors, *words)

    def _vector(self, name: str, token: int, room: Room) -> tuple[HeatMap, Label]:
        """A query or a key, and whose it is."""
        place = room.trim(left=2.2 * LABEL)
        word = text(self.theme, self.say(f"{name}_of", token=self.tokens[token]), NAME, name,
                    at=room.strip(left=2.2 * LABEL - TIGHT), align=1)
        return heat_map(self.theme, self._view(name)[token], place, name, digits=True), word

    def _product(self, room: Room) -> Product:
        """The score and the scaled score, and what is done to get them."""
        line = self._line(FORMULA, room)
        return Product(*(line if self.frame.is_roomy else self._line(max(self.theme.digit, FORMULA * min(1, room.width / line.width, room.height / line.height)), room)))

    def _line(self, size: float, room: Room) -> VGroup:
        score, scaled = (number(self.theme, self._entry(name), size, weight=600) for name in ("scores", "scaled_scores"))
        sign = equation(self.theme, "{{ q : q }} dot {{ k : k }} =", {"q": "query", "k": "key"}, size=size)
        root = equation(self.theme, f"quad div sqrt({self.staging.trace.config.d_k}) =", size=size)
        return side_by_side(sign, score, root, scaled, gap=GAP * size / FORMULA, at=room)

    def _row(self, names: Room, middle: Room, foot: Room, right: Room) -> list[list[Mobject]]:
        """What appears one after the other: the scores of all tokens, their weights, and the one weight."""
        most = self._most()
        scores = heat_map(self.theme, self._view("scaled_scores")[self.focus], middle, digits=True)
        places = [Room(cell.left, cell.right, foot.bottom, foot.top) for cell in map(room_of, scores.cells[0])]
        weights = self._view("weights")[self.focus]
        digits = fit_digits(self.theme, weights.values, scores.grid, weights=True) or Digits(1, self.theme.digit)
        shares = weight_bars(self.theme, weights, places, digits.size, digits.decimals)
        points = [(place.centre[0], names.centre[1]) for place in places]
        words = words_at(self.theme, self.tokens, points, WORD, places[0].width, "key", align=0)
        said = [text(self.theme, self.say(name), NAME, "muted", at=place.outside(left=LABEL - TIGHT, gap=TIGHT), align=1)
                for name, place in (("scores", middle), ("weights", foot))]
        one = number(self.theme, weights[most], LARGEST, "weight", 700, decimals=digits.decimals)
        count = sum(self.view(f"encoder.{k}.self_attention.weights").values.size for k in range(self.staging.trace.config.n_blocks))
        among = [text(self.theme, self.say("among", count=count), NAME, "muted", width=right.width)] * self.frame.is_roomy
        one = one.scale(min(1, right.width / one.width, (right.height - len(among) * (NAME + TIGHT)) / one.height))
        stacked(one, *among, at=right)
        rounded = below(paragraph(self.theme, self.say("rounded"), NAME, LABEL - TIGHT, "muted", align=1), said[1], TIGHT, align=1)
        return [[scores, words, said[0], ring(self.theme, scores.cells[0][most])], [shares, said[1], rounded],
                [ring(self.theme, shares.grounds[most]), one, *among]]
