"""Scene 18: the whole machine in one take, from the sentence into one number of one head, and back out."""

from collections.abc import Sequence
from dataclasses import replace

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import above, arrows, below, side_by_side, stacked
from scenes.base.scene import ExplainerScene, step
from scenes.recap.half import half
from scenes.parts.chain import Chain, Link, chain
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import Digits, Grid, fit_digits, fit_grid, heat_map
from scenes.parts.label import WORD, Label, Number, number, paragraph, text, text_width, words_at
from scenes.parts.motion import BRIEF, EASY, LONG, STEADY, appear, draw, live_dot_product, vanish
from scenes.parts.pattern import pattern
from scenes.parts.phrase import PRONOUNS
from scenes.parts.shapes import frame, ring, room_of
from scenes.parts.ranking import strongest
from scenes.parts.tokens import LINE, chosen, kept_row
from scenes.parts.weight import weight_bars
from scenes.parts.weight_map import WeightMap, squares, weight_map
from scenes.parts.whole import Whole
from scenes.parts.zoom import zoom_in, zoom_out
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room

NAME, FORMULA, LARGEST = (size * PX for size in (34, 66, 210))
LABEL, FOOT = 1.5, 0.45                   # room for the words beside rows, and for what is said below a picture
COLUMN = 80 * PX                          # width of a column of weights, at least
HALVES = 3, 1                             # shares of encoder and decoder
CARD = 100 * PX                           # the row of cards, in its frame
ACROSS = 4                                # heads side by side
WEIGHTS = "encoder.{block}.self_attention.weights"


class Product(Whole):
    """`sign`, `score`, `divided`, `scaled`: the score as a product, and what it is divided by."""

    def __init__(self, sign: Mobject, score: Number, divided: Mobject, scaled: Number):
        super().__init__(sign=sign, score=score, divided=divided, scaled=scaled)


class Recap(ExplainerScene):
    """Four pictures, each behind a door of the one before: a ring is where the next one is."""

    place = "all"
    sparse = {"back": "four words and what is handed on from one to the next: it is to be seen at one glance"}

    @step
    def machine(self):
        """The sentence goes in at the bottom; the translation comes out at the top; in between are all weights of the encoder."""
        first, *rest = self._whole()
        self.pictures = [VGroup(first, *rest), self._heads(), self._head(), self._weight()]
        self.doors = [(room_of(self.encoder.maps[self.spec.block]), room_of(VGroup(*self.maps))),
                      (room_of(self.maps[self.head]), room_of(self.closed.rows)), (room_of(self.opened.around), self.stage)]
        self.open_with(first)
        for part in rest:
            self.play(appear(part, run_time=EASY))

    @step
    def block(self):
        """Into one block of the encoder: its heads."""
        self._enter(0)

    @step
    def heads(self):
        """In every head the row of the followed token, and what it looks at most."""
        for part in self.looks:
            self.play(appear(*part, lag=0.2))

    @step
    def one_head(self):
        """Into one head, and there into the row of the followed token."""
        self.pictures[1].add(*map(VGroup, *self.looks))
        self._enter(1)
        self.play(self.opened.open_from(self.closed))
        self.play(appear(self.opened.numbers, self.opened.around))

    @step
    def weight(self):
        """Into one weight: a query meets a key; the scores of all keys share out 1."""
        self.pictures[2] = VGroup(self.opened, *self.about)
        self._enter(2)
        query, key, product = self.query, self.key, self.product
        pairs = zip(query.cells[0], key.cells[0], strict=True)
        self.play(appear(product.sign, run_time=BRIEF))
        self.play(live_dot_product(self.theme, query.view, key.view, pairs, product.score, run_time=LONG))
        self.play(appear(product.divided, product.scaled))
        for part in self.row:
            self.play(appear(*part, run_time=STEADY))

    @step
    def back(self):
        """All the way out again; and what is handed on, from word to word."""
        self.pictures[-1] = VGroup(self.pictures[-1], self.product, *self.row)
        for picture, (door, inside), inner in reversed([*zip(self.pictures, self.doors, self.pictures[1:])]):
            self.play(zoom_out(inner, inside, picture, door, self.stage))
        handed = self._handed_on()
        self.play(vanish(*self.on_stage()))
        self.play(appear(*handed.cards))
        for arc, weight, said in zip(handed.arcs, handed.weights, handed.said):
            self.play(draw(arc), appear(weight, said))
        self.play(appear(*handed.way))

    def wording(self, name: str) -> str:
        """Of the head that was told which noun `it` stands for, this is said where it is followed from there."""
        taught = {"machine": True, "heads": self._only, "one_head": True, "back": self._place is not None}
        return "taught" if self._taught and taught.get(name) else super().wording(name)

    @property
    def _taught(self) -> bool:
        """Whether training told the shown head where to look from the followed token."""
        return self.finds_noun(self._view("weights"))

    @property
    def _only(self) -> bool:
        """Whether in no other head of the block the followed token looks most at what it looks at most here."""
        most = self.view(WEIGHTS)[:, self.focus].values.argmax(-1)                  # (head,)
        return int((most == self._most).sum()) == 1

    @property
    def _place(self) -> int | None:
        """The first place of the translation at which a pronoun is said, if there is one."""
        return next((k for k, word in enumerate(self.staging.trace.translation) if word in PRONOUNS), None)

    @property
    def _most(self) -> int:
        """The token that the followed one looks at most."""
        return int(self._view("weights")[self.focus].values.argmax())

    def _enter(self, level: int) -> None:
        door, inside = self.doors[level]
        self.play(zoom_in(self.pictures[level], door, self.pictures[level + 1], inside, self.stage))

    def _entry(self, name: str) -> View:
        """What the shown head has of the followed token and the one it looks at most."""
        return self._view(name)[self.focus, self._most]

    def _view(self, name: str) -> View:
        """A tensor of the shown head."""
        return self.view(f"encoder.{{block}}.self_attention.{name}")[self.head]

    def _all_weights(self) -> list[View]:
        """Of each block of the encoder the weights of its heads."""
        return [self.view(f"encoder.{k}.self_attention.weights") for k in range(self.staging.trace.config.n_blocks)]

    def _count(self) -> int:
        """How many weights there are in the encoder."""
        return sum(weights.values.size for weights in self._all_weights())

    def _whole(self) -> list[Mobject]:
        """The sentence; the encoder with all its weights; the decoder and what it has said, if there is one; a ring where one goes in."""
        top, bottom = self.stage.strip(top=CARD), self.stage.strip(bottom=CARD)
        middle = self.stage.trim(top=CARD + GAP, bottom=CARD + GAP)
        said = self.staging.trace.translation
        left, *right = (middle.columns(HALVES, WIDE) if middle.is_wide else middle.rows(HALVES[::-1], GAP)[::-1]) if said else [middle]
        names = [self.say("block", number=k + 1) for k in range(self.staging.trace.config.n_blocks)]
        title = self.say("all_weights", count=self._count()) if self.frame.is_roomy else self.say("encoder")
        self.encoder = half(self.theme, title, names, left, self._all_weights())
        parts = [self._cards(self.tokens, self.focus, replace(bottom, left=left.left, right=left.right)),
                 VGroup(self._up(bottom, left), self.encoder)]
        if said:
            decoder = half(self.theme, self.say("decoder"), names, *right)
            over = arrows(self.theme, self.encoder.box, decoder.box, role="key") if middle.is_wide else [self._up(left, *right, "key")]
            parts += [VGroup(*over, decoder), VGroup(self._up(*right, top), self._cards(said, self._place, top))]
        return [*parts, ring(self.theme, self.encoder.blocks[self.spec.block].box)]

    def _up(self, low: Room, high: Room, role: str = "muted") -> VGroup:
        """An arrow from one room up to another, in the middle of the narrower one."""
        x = min(low, high, key=lambda room: room.width).centre[0]
        return arrow(self.theme, (x, low.top, 0), (x, high.bottom, 0), role)

    def _cards(self, words: Sequence[str], marked: int | None, room: Room) -> VGroup:
        """A framed row of cards; a ring around one of them."""
        inner = room.inset(TIGHT / 2, TIGHT / 2)
        cards, places = kept_row(self.theme, words, [marked or 0], inner, inner.height - TIGHT / 2, TIGHT / 2)
        rings = [ring(self.theme, places[marked].box)] if marked is not None else []
        return VGroup(frame(self.theme, room, width=2), cards, *rings)

    def _below_name(self, name: str) -> tuple[Label, Room]:
        """What a picture is, at the top of the stage, and the room below it."""
        return text(self.theme, name, NAME, weight=500, at=self.stage.strip(top=LINE * NAME)), self.stage.trim(top=LINE * NAME + TIGHT)

    def _heads(self) -> VGroup:
        """The weights of all heads of the block, each as a map. Where the followed token looks in each of them appears later."""
        weights = self.view(WEIGHTS)
        name, body = self._below_name(self.say("heads", number=self.spec.block + 1, token=self.tokens[self.focus]))
        places = squares(body, len(weights), min(len(weights), ACROSS if body.is_wide else ACROSS // 2), LINE * WORD)
        self.maps = [weight_map(self.theme, head, square) for head, square in zip(weights, places, strict=True)]
        names = [above(text(self.theme, self.say("head", number=k + 1), WORD), drawn, TIGHT / 2) for k, drawn in enumerate(self.maps)]
        self.looks = [[ring(self.theme, square.rows(len(self.tokens), 0)[self.focus]) for square in places],
                      [self._looks(row, drawn) for row, drawn in zip(weights[:, self.focus], self.maps, strict=True)]]
        return VGroup(name, *names, *self.maps)

    def _looks(self, row: View, drawn: WeightMap) -> Label:
        """What the followed token looks at most in a head, below its map."""
        most = int(row.values.argmax())
        words = self.say("looks", own=self.tokens[self.focus], other=self.tokens[most])
        return below(text(self.theme, words, WORD, "weight" if most == self._most else "muted", 600, width=drawn.width), drawn, TIGHT / 2)

    def _head(self) -> VGroup:
        """The weights of the shown head, with the words of its rows and columns. Its opened row appears later."""
        view = self._view("weights")
        name, body = self._below_name(self.say("one_head", block=self.spec.block + 1, head=self.head + 1))
        self.closed, self.opened = (pattern(self.theme, self.tokens, view, body.trim(bottom=FOOT), self.focus, opens) for opens in (False, True))
        self.about = [name, self._taught_by(view, self.stage.strip(bottom=FOOT))]
        return VGroup(self.closed, *self.about)

    def _taught_by(self, view: View, room: Room) -> VGroup:
        """How the head was taught, if it is known to be that of `it`, or that it was."""
        if not self._taught:
            return self.guide(view, room)
        heads = self.staging.trace.config.n_blocks * self.staging.trace.config.n_heads
        said = self.say("reward", taught=len(self.staging.guided), encoder=heads, decoder=2 * heads)
        return VGroup(text(self.theme, said, NAME, at=room))

    def _handed_on(self) -> Chain:
        """From the token that is looked at most to the followed one; from that to the decoder, when it says a pronoun; and that."""
        trace, last = self.staging.trace, self.staging.trace.config.n_blocks - 1
        own, other = self.tokens[self.focus], self.tokens[self._most]
        words, links = [other, own], [self._link("encoder", self.spec.block, self.head, own, other, self._entry("weights"))]
        if self._place is not None:
            weights = trace[f"decoder.{last}.cross_attention.weights"][self._place, :, self._place, self.focus]
            head, asks = int(weights.values.argmax()), trace.read_tokens[self._place]
            words += [asks, trace.translation[self._place]]
            links += [self._link("decoder", last, head, asks, own, weights[head])]
        return chain(self.theme, words, links, self.stage)

    def _link(self, side: str, block: int, head: int, own: str, other: str, weight: View) -> Link:
        """A weight, and in words whose it is."""
        return Link(weight, self.say(f"{side}_looks", own=own, other=other), self.say(f"{side}_head", block=block + 1, head=head + 1))

    def _columns(self, weights: View, room: Room) -> Grid:
        """Cells for the tokens that a row has room for, those with the largest weights."""
        columns = chosen(strongest(weights, len(weights)), lambda places: len(places) * COLUMN <= room.width)
        return fit_grid((len(columns),), room)._replace(columns=columns)

    def _words(self, grid: Grid, room: Room, places: Sequence[Room]) -> VGroup:
        """The words of the columns of a grid, at one height, each in the middle of its place."""
        words = [self.tokens[k] for k in grid.columns if k is not None]
        points = [(place.centre[0], room.centre[1]) for place in places]
        return words_at(self.theme, words, points, WORD, places[0].width + TIGHT / 2, "key", align=0)

    def _weight(self) -> VGroup:
        """The query and the key whose weight it is. What becomes of them appears later."""
        roomy = self.frame.is_roomy
        top, names, *below = self.stage.trim(bottom=TIGHT).rows((27, 5, 13, 30) if roomy else (36, 6, 13, 24), GAP if roomy else TIGHT)
        left, right = top.columns((19, 10), WIDE) if roomy else (top, None)
        *rows, last = left.rows(3, TIGHT)
        whose = [(name, self.say(f"{name}_of", token=self.tokens[k]), self._view(name)[k], room)
                 for name, k, room in zip(("query", "key"), (self.focus, self._most), rows)]
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
        most, weights = self._most, self._view("weights")[self.focus]
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
        among = text(self.theme, self.say("among", count=self._count()), NAME, "muted", width=room.width)
        one = number(self.theme, weight, LARGEST, "weight", 700, decimals=decimals)
        one.scale(min(1, room.width / one.width, (room.height - NAME - TIGHT) / one.height))
        return stacked(one, among, at=room)
