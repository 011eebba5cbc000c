"""Scene 18: the whole machine in one take, from the sentence into one number of one head, and back out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from manim import ORIGIN, RIGHT, Animation, Mobject, VGroup

from model import View
from scenes.base.layout import arrows, below, side_by_side, stacked
from scenes.base.scene import ExplainerScene, step
from scenes.recap.half import Half, half
from scenes.parts.diagram import Module, block_diagram
from scenes.parts.equation import equation
from scenes.parts.flow import ARC, WeightLine, arrow, weight_arc
from scenes.parts.heat_map import MOST, Digits, Grid, fit_digits, fit_grid, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, Label, Number, number, paragraph, text, text_width, words_at
from scenes.parts.motion import BRIEF, LONG, STEADY, appear, draw, hide, live_dot_product, slide
from scenes.parts.phrase import PRONOUNS
from scenes.parts.shapes import ring, room_of
from scenes.parts.ranking import strongest
from scenes.parts.tokens import LINE, TokenCard, chosen, column_labels, kept_row, near, row_labels
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole
from scenes.parts.zoom import zoom_in, zoom_out
from scenes.base.room import GAP, PEN, PX, TIGHT, WIDE, Room

NAME, FORMULA, LARGEST = (size * PX for size in (34, 66, 210))
LABEL, SLANTED, FOOT = 1.5, 1.1, 0.45    # room for the words beside rows and below columns, and for what is said below a picture
BLOCK = 0.7                               # share of the stage's width that the diagram of a block takes
SIDE, LOW, COLUMN = (size * PX for size in (130, 84, 80))  # room beside the rows of heads; such a row with its gap, and a column, at least
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
        self.play(appear(ring(self.theme, self.found.box)), draw(*self.look.ways))
        self.play(draw(self.look.arc), appear(self.look.weight, *self.look.head))
        for move in self._heard():
            self.play(move)

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
        cards, sentence = self._cards(self.tokens, [self.focus, self._most()], replace(bottom, left=left.left, right=left.right))
        self.encoder = self._half("encoder", left, self._free(sentence, left))
        door = self.encoder.blocks[self.spec.block]
        door.box.set_stroke(self.theme.colour("output"), LIT)
        self.found, self.look = sentence[self._most()], self._look(sentence, door)
        parts = [VGroup(cards, ring(self.theme, sentence[self.focus].box)), VGroup(self._up(bottom, left, left.centre[0]), self.encoder)]
        if said:
            pronouns = [k for k, word in enumerate(said) if word in PRONOUNS]
            decoder, (words, places) = self._half("decoder", right[0]), self._cards(said, pronouns or [0], top)
            self.decoder = decoder
            over = [self._up(left, right[0], left.centre[0], "key")]
            if middle.is_wide:
                over = arrows(self.theme, self.encoder.box, decoder.box, role="key")
            rings = [ring(self.theme, places[k].box) for k in pronouns]
            parts += [VGroup(*over, decoder), VGroup(self._up(right[0], top, right[0].centre[0]), words, *rings)]
        return VGroup(*parts), door

    def _free(self, cards: Mapping[int, TokenCard], room: Room) -> Room:
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

    def _cards(self, words: Sequence[str], keep: Sequence[int], room: Room) -> tuple[VGroup, dict[int, TokenCard]]:
        return kept_row(self.theme, words, keep, room, room.height - TIGHT, TIGHT / 2)

    def _look(self, sentence: Mapping[int, TokenCard], block: Module) -> Look:
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
            head=[whose] * bool(room.height > 2 * (WORD + NAME) and room_of(whose).bottom > room.bottom + TIGHT),
        )

    def _heard(self) -> list[Animation]:
        """In the decoder's last block comes which head takes most from the followed token where a pronoun is said, and how much that is."""
        said, blocks = self.staging.trace.translation, self.staging.trace.config.n_blocks
        places = [k for k, word in enumerate(said) if word in PRONOUNS]
        if not places:
            return []
        weights = self.staging.trace[f"decoder.{blocks - 1}.cross_attention.weights"][places[0], :, places[0], self.focus]
        head, block = int(weights.values.argmax()), self.decoder.blocks[-1]
        whose, taken = (text(self.theme, line, NAME) for line in (self.say("for", number=head + 1, word=said[places[0]]),
                                                                  self.say("looks_at", token=self.tokens[self.focus])))
        words = side_by_side(taken, number(self.theme, weights[head], WORD, "weight", 700))
        room = room_of(block.box).inset(TIGHT, TIGHT)
        lines = stacked(block.label.copy(), whose, words, gap=TIGHT / 2, at=room)
        if lines.width > room.width or lines.height > room.height:
            return []
        return [slide(block.label, y=lines[0].get_y() - block.label.get_y()), appear(whose, words)]

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
        return text(self.theme, name, NAME, weight=500, at=self.stage.strip(top=LINE * NAME)), self.stage.trim(top=LINE * NAME + TIGHT)

    def _heads(self) -> tuple[VGroup, VGroup]:
        """What the followed token takes of each in every head, as far as there is room; a ring around the shown one's."""
        weights = self.view("encoder.{block}.self_attention.weights")[:, self.focus]
        name, body = self._below_name(self.say("heads", number=self.spec.block + 1, token=self.tokens[self.focus]))
        inner = body.trim(left=SIDE, right=SIDE * self.frame.is_roomy, bottom=FOOT)
        shown = [k for k in chosen(near(len(weights), [self.head]), lambda rows: len(rows) * LOW <= inner.height) if k is not None]
        lines = inner.rows(len(shown), GAP)
        grid = self._columns(weights[self.head], lines[0])
        rows = [self._shares(weights[k], line, grid) for k, line in zip(shown, lines, strict=True)]
        heads = [text(self.theme, self.say("head", number=k + 1), NAME, "text" if k == self.head else "muted",
                      at=line.outside(left=SIDE - TIGHT, gap=TIGHT), align=1) for k, line in zip(shown, lines, strict=True)]
        sums = [text(self.theme, self.say("sum"), NAME, "muted", at=line.outside(right=SIDE - TIGHT, gap=TIGHT), align=-1)
                for line in lines if self.frame.is_roomy and None not in grid.columns]
        places = [room_of(ground) for ground in rows[0].grounds]
        words = self._words(grid, body.strip(bottom=FOOT), places)
        door = rows[shown.index(self.head)].grounds
        return VGroup(*rows, *heads, *sums, words, name, ring(self.theme, door)), door

    def _columns(self, weights: View, room: Room) -> Grid:
        """Cells for the tokens that a row has room for, those with the largest weights."""
        columns = chosen(strongest(weights, len(weights)), lambda places: len(places) * COLUMN <= room.width)
        return fit_grid((len(columns),), room)._replace(columns=columns)

    def _shares(self, weights: View, room: Room, grid: Grid) -> WeightBars:
        """Weights (key) as bars with their numbers, those that a grid has."""
        digits = fit_digits(self.theme, weights.values, grid._replace(height=room.height), weights=True) or Digits(1, 0)
        places = [place for place, k in zip(room.columns(len(grid.columns), TIGHT / 2), grid.columns, strict=True) if k is not None]
        return weight_bars(self.theme, [weights[k] for k in grid.columns if k is not None], places, digits.size, digits.decimals)

    def _words(self, grid: Grid, room: Room, places: Sequence[Room]) -> VGroup:
        """The words of the columns of a grid, at one height, each in the middle of its place."""
        words = [self.tokens[k] for k in grid.columns if k is not None]
        points = [(place.centre[0], room.centre[1]) for place in places]
        return words_at(self.theme, words, points, WORD, places[0].width + TIGHT / 2, "key", align=0)

    def _head(self) -> tuple[VGroup, VGroup]:
        """The weights of the shown head, with the words of its rows and columns; a ring around the row that is followed."""
        view = self._view("weights")
        name, body = self._below_name(self.say("one_head", block=self.spec.block + 1, head=self.head + 1))
        room = body.trim(left=LABEL, right=SLANTED, bottom=SLANTED + FOOT)
        most = int(min(room.width, room.height) / (LINE * SMALLEST_WORD)) - 1
        kept = chosen(near(len(view), [self.focus, self._most()]), lambda places: len(places) <= min(MOST, most))
        grid = Grid(kept, kept, room.width / (len(kept) + 1), room.height / (len(kept) + 1))
        weights = heat_map(self.theme, view, room, "line", weights=True, grid=grid)
        shown = [k for k in kept if k is not None]
        row, tokens = weights.cells[shown.index(self.focus)], [self.tokens[k] for k in shown]
        words = VGroup(
            row_labels(self.theme, tokens, weights, "query", LABEL - TIGHT), column_labels(self.theme, tokens, weights, "key", SLANTED),
            self._taught_by(view, self.stage.strip(bottom=FOOT)), name, ring(self.theme, row),
        )
        return VGroup(weights, words), row[shown.index(self._most())]

    def _taught_by(self, view: View, room: Room) -> VGroup:
        """How the head was taught, if it is known to be that of `it`, or that it was."""
        if not self._taught:
            return self.guide(view, room)
        config = self.staging.trace.config
        said = self.say("reward", taught=len(self.staging.guided), count=3 * config.n_blocks * config.n_heads)
        return VGroup(text(self.theme, said, NAME, at=room))

    def _weight(self) -> VGroup:
        """The query and the key whose weight it is. What becomes of them appears later."""
        roomy = self.frame.is_roomy
        top, names, *below = self.stage.trim(bottom=TIGHT).rows((27, 5, 13, 30) if roomy else (36, 6, 13, 24), GAP if roomy else TIGHT)
        left, right = top.columns((19, 10), WIDE) if roomy else (top, None)
        *rows, last = left.rows(3, TIGHT)
        whose = [(name, self.say(f"{name}_of", token=self.tokens[k]), self._view(name)[k], room)
                 for name, k, room in zip(("query", "key"), (self.focus, self._most()), rows)]
        beside = 2.2 * LABEL if roomy else max(text_width(self.theme, said, NAME) for _, said, *_ in whose) + TIGHT
        self.query, self.key = (heat_map(self.theme, view, room.trim(left=beside), name, digits=True) for name, _, view, room in whose)
        self.product = self._product(last)
        self.row = self._row(*(room.trim(left=LABEL) for room in (names, *below)), right)
        return VGroup(self.query, self.key, *(text(self.theme, said, NAME, name, at=room.strip(left=beside - TIGHT), align=1)
                                              for name, said, _, room in whose))

    def _product(self, room: Room) -> Product:
        """The score and the scaled score, and what is done to get them."""
        line, high = self._line(FORMULA, room), room.height + TIGHT
        return Product(*self._line(max(self.theme.digit, FORMULA * min(1, room.width / line.width, high / line.height)), room))

    def _line(self, size: float, room: Room) -> VGroup:
        score, scaled = (number(self.theme, self._entry(name), size, weight=600) for name in ("scores", "scaled_scores"))
        sign = equation(self.theme, "{{ q : q }} dot {{ k : k }} =", {"q": "query", "k": "key"}, size=size)
        root = equation(self.theme, f"quad div sqrt({self.staging.trace.config.d_k}) =", size=size)
        return side_by_side(sign, score, root, scaled, gap=GAP * size / FORMULA, at=room)

    def _row(self, names: Room, middle: Room, foot: Room, right: Room | None) -> list[list[Mobject]]:
        """What appears one after the other: the scores of the tokens, their weights, and the one weight, if there is room."""
        most, weights = self._most(), self._view("weights")[self.focus]
        grid = self._columns(weights, middle)
        scores = heat_map(self.theme, self._view("scaled_scores")[self.focus], middle, digits=True, grid=grid)
        places = [Room(cell.left, cell.right, foot.bottom, foot.top) for cell in map(room_of, scores.cells[0])]
        digits = fit_digits(self.theme, weights.values, grid, weights=True) or Digits(1, self.theme.digit)
        kept = [k for k in grid.columns if k is not None]
        shares = weight_bars(self.theme, [weights[k] for k in kept], places, digits.size, digits.decimals)
        said = [text(self.theme, self.say(name), NAME, "muted", at=place.outside(left=LABEL - TIGHT, gap=TIGHT), align=1)
                for name, place in (("scores", middle), ("weights", foot))]
        at = kept.index(most)
        moves = [[scores, self._words(grid, names, places), said[0], ring(self.theme, scores.cells[0][at])], [shares, said[1]],
                 [ring(self.theme, shares.grounds[at])]]
        if right:
            rounded = paragraph(self.theme, self.say("rounded"), NAME, LABEL - TIGHT, "muted", align=1)
            moves[1].append(below(rounded, said[1], TIGHT, align=1))
            moves[2] += self._one(weights[most], right, digits.decimals)
        return moves

    def _one(self, weight: View, room: Room, decimals: int) -> VGroup:
        """The one weight, large, and among how many it is one."""
        count = sum(self.view(f"encoder.{k}.self_attention.weights").values.size for k in range(self.staging.trace.config.n_blocks))
        among = text(self.theme, self.say("among", count=count), NAME, "muted", width=room.width)
        one = number(self.theme, weight, LARGEST, "weight", 700, decimals=decimals)
        one.scale(min(1, room.width / one.width, (room.height - NAME - TIGHT) / one.height))
        return stacked(one, among, at=room)
