"""Scene 18: the whole machine in one take, from the sentence into one number of one head, and back out."""

from collections.abc import Sequence
from dataclasses import replace

from manim import ORIGIN, RIGHT, UP, Mobject, VGroup

from model import View
from model.guides import ANTECEDENT
from scenes.base.layout import below, side_by_side
from scenes.base.scene import ExplainerScene, step
from scenes.parts.diagram import block_diagram, module
from scenes.parts.equation import equation
from scenes.parts.flow import WeightLine, arrow, weight_arc
from scenes.parts.heat_map import Digits, HeatMap, fit_digits, fit_grid, heat_map
from scenes.parts.label import WORD, Label, Number, number, text, words_at
from scenes.parts.motion import BRIEF, LONG, STEADY, appear, draw, hide, live_dot_product
from scenes.parts.phrase import PRONOUNS
from scenes.parts.shapes import ring, room_of
from scenes.parts.tokens import column_labels, row_labels, snug_row
from scenes.parts.weight import weight_bars
from scenes.parts.whole import Whole
from scenes.parts.zoom import zoom_in, zoom_out
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room

NAME, FORMULA, LARGEST = (size * PX for size in (34, 66, 210))
LABEL, SLANTED, FOOT = 1.5, 1.1, 0.45    # room for the words beside rows and below columns, and for what is said below a picture
BLOCK = 0.7                               # share of the stage's width that the diagram of a block takes
CARD = 0.56                               # how high a card is at most; a ring around it stays in its row
LIT = 4                                   # stroke width of the part that is entered


class Product(Whole):
    """`sign`, `score`, `divided`, `scaled`: the score as a product, and what it is divided by."""

    def __init__(self, sign: Mobject, score: Number, divided: Mobject, scaled: Number):
        super().__init__(sign=sign, score=score, divided=divided, scaled=scaled)


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
        self.play(appear(*(ring(self.theme, card.box) for card in self.followed)), draw(self.arc[0]), appear(self.arc[1]))

    def wording(self, name: str) -> str:
        """Of the head that was told which noun `it` stands for, this is said where it is followed from there."""
        return "taught" if name == "one_head" and self._taught else super().wording(name)

    @property
    def _taught(self) -> bool:
        """Whether training told the shown head where to look from the followed token."""
        weights = self._view("weights")
        found = weights.name == ANTECEDENT.tensor(self.staging.trace.config)
        return found and self.guided(weights) and self.tokens[self.focus] == "it"

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
        top, middle, bottom, below_it = self.stage.rows([0.6, 2.4, 0.6, 0.8], gap=0.3)
        said = self.staging.trace.translation
        left, right = middle.columns([1, 1], gap=1.6) if said else (Room.around(middle.centre, 5.6, middle.height), None)
        sentence = self._cards(self.tokens, bottom, left)
        box, blocks = self._stack("encoder", left)
        blocks[self.spec.block].box.set_stroke(self.theme.colour("output"), LIT)
        x, y = left.centre[0], middle.centre[1]
        self.followed = [sentence[k] for k in {self.focus, self._most()}]
        self.arc = self._arc(sentence, below_it)
        parts = [sentence, VGroup(arrow(self.theme, (x, bottom.top + 0.04, 0), (x, left.bottom - 0.04, 0)), box, blocks)]
        if said:
            across = arrow(self.theme, (left.right + 0.1, y, 0), (right.left - 0.1, y, 0), "key")
            x = right.centre[0]
            out = arrow(self.theme, (x, right.top + 0.04, 0), (x, top.bottom - 0.04, 0))
            words = self._cards(said, top, right)
            self.followed += [card for card, word in zip(words, said, strict=True) if word in PRONOUNS]
            parts += [VGroup(across, *self._stack("decoder", right)), VGroup(out, words)]
        return VGroup(*parts), blocks[self.spec.block]

    def _arc(self, sentence: VGroup, room: Room) -> tuple[WeightLine, Number]:
        """The weight again, below the sentence: an arc between the two words, and its number."""
        own, other = (sentence[k] for k in (self.focus, self._most()))
        aside = own.width / 4 * RIGHT if own is other else ORIGIN
        start, end = own.get_bottom() + aside, other.get_bottom() - aside
        arc = weight_arc(self.theme, start, end, self._entry("weights"), -room.height)
        return arc, number(self.theme, self._entry("weights"), FORMULA, "weight", 700).move_to(arc.get_center() + TIGHT * UP / 2)

    def _cards(self, words: Sequence[str], row: Room, column: Room) -> VGroup:
        """A row of cards, in the middle of a column or, if they are wider, as near to it as the stage lets them be."""
        cards = snug_row(self.theme, words, row, min(CARD, row.height - TIGHT), gap=TIGHT / 2)
        free = (row.width - cards.width) / 2
        return cards.set_x(min(max(column.centre[0], row.centre[0] - free), row.centre[0] + free))

    def _stack(self, name: str, room: Room) -> tuple[VGroup, VGroup]:
        """The box of the encoder or the decoder, and in it its blocks, the first at the bottom."""
        head, body = room.inset(0.3, 0.2).rows([0.45, 2.05], gap=0.12)
        n = self.staging.trace.config.n_blocks
        blocks = VGroup(
            module(self.theme, self.say("block", number=i + 1), place, size=WORD)
            for i, place in enumerate(reversed(body.rows([1] * n, gap=0.1)))
        )
        label = text(self.theme, self.say(name), WORD, at=head.centre, width=head.width)
        return VGroup(module(self.theme, "", room).box, label), blocks

    def _block(self) -> tuple[VGroup, VGroup]:
        names = {kind: self.say(kind) for kind in ("attention", "add_norm", "mlp", "norm", "add")}
        room = self.stage.fit(width=BLOCK * self.stage.width)
        diagram = block_diagram(self.theme, names, room, self.staging.trace.config.norm)
        door = diagram.modules[diagram.kinds.index("attention")]
        door.box.set_stroke(self.theme.colour("output"), LIT)
        return diagram, door

    def _heads(self) -> tuple[VGroup, VGroup]:
        """The weights of all heads, side by side; the shown one has the brightest frame."""
        weights = self.view("encoder.{block}.self_attention.weights")
        n = len(weights)
        rooms = self.stage.grid(n, across=4 if n <= 4 else -(-n // 2))
        heads = VGroup()
        for i, (view, room) in enumerate(zip(weights, rooms, strict=True)):
            role = "text" if i == self.head else "line"
            picture = heat_map(self.theme, view, room.trim(bottom=FOOT), role, weights=True)
            name = text(self.theme, self.say("head", number=i + 1), NAME, "text" if i == self.head else "muted", width=room.width)
            heads.add(VGroup(picture, below(name, picture.border)))
        return heads, heads[self.head][0].border

    def _head(self) -> tuple[VGroup, VGroup]:
        """The weights of the shown head, with the words of its rows and columns; a ring around the row that is followed."""
        view = self._view("weights")
        room = self.stage.trim(left=LABEL, right=SLANTED, bottom=SLANTED + FOOT)
        grid = fit_grid(view.shape, room)._replace(width=room.width / (len(view) + 1), height=room.height / (len(view) + 1))
        weights = heat_map(self.theme, view, room, "line", weights=True, grid=grid)
        words = VGroup(
            row_labels(self.theme, self.tokens, weights, "query", LABEL - TIGHT),
            column_labels(self.theme, self.tokens, weights, "key", SLANTED),
            self.guide(view, self.stage.strip(bottom=FOOT)), ring(self.theme, weights.cells[self.focus]),
        )
        return VGroup(weights, words), weights.cells[self.focus][self._most()]

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
        return Product(*(line if self.frame.is_roomy else self._line(FORMULA * min(1, room.width / line.width), room)))

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
        one = one.scale(min(1, right.width / one.width, right.height / one.height)).move_to(right.centre)
        rounded = below(text(self.theme, self.say("rounded"), NAME, "muted"), said[1], TIGHT)
        return [[scores, words, said[0], ring(self.theme, scores.cells[0][most])], [shares, said[1], rounded],
                [ring(self.theme, shares.grounds[most]), one]]
