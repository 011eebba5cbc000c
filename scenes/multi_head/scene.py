"""Scene 13: several heads at once (Vaswani et al. 2017, section 3.2.2)."""

from collections.abc import Sequence

import numpy as np
from manim import DOWN, PI, Mobject, VGroup

from model import View
from scenes.base.layout import LABEL, Labelled, above, below, fitted, labelled, left_of, named, sign
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.multi_head.adding import Terms, adding
from scenes.multi_head.areas import area
from scenes.multi_head.chain import Chain, Link, chain
from scenes.parts.equation import equation, quote
from scenes.parts.heat_map import MARGIN, fit_grid, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, Label, paragraph, text, text_width, words_in
from scenes.parts.look import Look, by_importance, fits_in_line, in_column, look, swing
from scenes.parts.machine import Machine
from scenes.parts.motion import BRIEF, SLOW, SLOWER, STEADY, appear, copy_to, draw, hide, merge, slide, travel, vanish
from scenes.parts.pattern import Pattern, pattern
from scenes.parts.shapes import frame, ring, room_of
from scenes.parts.slices import around_joined, cut, in_line, joined, slice_grid, slices
from scenes.parts.sum_line import SumLine, sum_line
from scenes.parts.tokens import CLOSEST, card_width, cards_beside, row_labels
from scenes.parts.whole import Whole

ROLES = {"Q": "query", "K": "key", "V": "value"}
NAME, LARGE, SIGN = (size * PX for size in (38, 66, 34))
LINE, HEAD, CARD = (length * PX for length in (50, 74, 250))      # heights of a line and a name; width of cards
CHAIN, LOOKS, FOOT = (length * PX for length in (256, 340, 110))      # heights of the way to a head, of looks above it at least, of a sum
CLOSE, APART, BETWEEN = TIGHT / 2, 40 * PX, 160 * PX      # between the parts of one head, between heads, between factors
FEW = 16                                  # rows and columns that are shown of a matrix that stands beside others
AFTER = 0.15                              # of its time, that what follows in a chain comes after what is before it
NAMED = 12                                # heads that are named in words; of more there are only numbers
NARROW = 0.8                              # share of its answers that the letter of a head takes at most
BESIDE, ROOMY = 0.17, 12.0                # share of the stage that cards take at most; its width from which nothing moves closer


class MultiHead(ExplainerScene):
    """d_model is cut into h heads of d_k; each looks in its own way; then they are joined and mixed."""

    experiments = ("twin", "contributions", "multiplications")
    place = "head"
    own_keys = {"first": {"default": False, "type": "boolean", "description": "`split` cuts block 1, of which one head was shown before"}}

    def wording(self, name: str) -> str:
        """Of a slice it may be said that it was shown. Without a twin nothing changes; above the first block a token knows of the swap."""
        if name == "split" and self.spec.keys["first"]:
            return "seen"
        if name == "follow" and not self.twin:
            return "alone"
        return "told" if name == "follow" and self._is_told else super().wording(name)

    def map(self, name: str) -> Machine:
        """The block that is cut need not be the one that is shown."""
        return self.draw_map(self._cut if name == "split" else self.spec.block)

    @step
    def patterns(self):
        """In one head a row has given its 1 away. What the same token takes in every head: the others look elsewhere."""
        body, said = self._footed(self._taught(), WORD, "output")
        weights = self._patterns()[self.head]
        closed, opened = (pattern(self.theme, self.tokens, weights, body, self.focus, opens) for opens in (False, True))
        name = self._head_label(closed)
        self.open_with(closed.words, closed.columns, closed.rows, name)
        self.play(opened.open_from(closed))
        self.play(appear(opened.numbers, opened.around))
        taken, of_heads, words = self._taken_by_heads(body)
        others = [each for i, each in enumerate(of_heads) if i != self.head]
        self.play(vanish(*self.on_stage()), appear(taken.title, words, taken.sheet.border, *of_heads[self.head]))
        self.play(appear(*others, lag=0.4))
        if said:
            self.play(appear(*said))

    @step
    def split(self):
        """The slices of one head, and beside them those of all the others, which together are a matrix; then each head gathers its own."""
        margin, *rows = self.stage.rows((1, 4, 4), GAP) if self.stage.height > self.stage.width else (None, *self.stage.rows(2, 0))
        upper, lower = (row.trim(top=HEAD, bottom=CLOSE) for row in rows)
        *thirds, margin = [*upper.columns(3, GAP), margin] if margin else upper.columns(4, GAP)
        rooms = lower.columns(self.heads, APART)
        width = min(thirds[0].width / self.heads, (rooms[0].width - 2 * CLOSE) / 3) - CLOSE
        views = [self.staging.trace[f"weights.encoder.{self._cut}.self_attention.W_{letter}"] for letter in ROLES]
        grid = slice_grid(views[0], self.heads, Room.around((0, 0), width, upper.height))
        places = [[in_line(self.heads, width + CLOSE, third.centre) for third in thirds],
                  [*zip(*(in_line(3, width + CLOSE, room.centre) for room in rooms))]]         # by matrix, then by head
        matrices, homes = ([slices(self.theme, view, *where, grid) for view, *where in zip(views, each, ROLES.values(), strict=True)]
                           for each in places)
        wholes = [*zip(map(VGroup, *zip(*matrices)), ROLES.items(), strict=True)]
        shapes = cut(views[0], self.heads)[0].shape, views[0].shape
        one, whole = ([above(named(self.theme, f"W_{letter}", shape, role, at=third), parts, align=-1)
                       for third, (parts, (letter, role)) in zip(thirds, wholes, strict=True)] for shape in shapes)
        others = [VGroup(*(part for i, part in enumerate(parts) if i != self.head)) for parts in matrices]
        self.open_with(*(parts[self.head] for parts in matrices), *one)
        self.play(vanish(*one), appear(*others, *whole, run_time=STEADY))
        self.play(appear(self._size_of_a_head(margin)))
        looks = [("output", 5) if i == self.head else ("line", 3) for i in range(self.heads)]      # the followed head is lit
        frames = [frame(self.theme, room_of(VGroup(*parts), CLOSE), role, width=width) for parts, (role, width) in zip(zip(*homes), looks)]
        kinds = ["before" if i == self.head and self.spec.keys["first"] else "head" for i in range(self.heads)]
        names = [self._head_name(i, frames[i], kinds[i], rooms[i].width) for i in range(self.heads)]
        for some in ([self.head], [i for i in range(self.heads) if i != self.head]):
            self.play(*(travel(a[i].copy(), b[i]) for a, b in zip(matrices, homes, strict=True) for i in some))
            self.play(appear(*(frames[i] for i in some), *(names[i] for i in some)))

    @step
    def follow(self):
        """What one token looks at in one head; then a word of the sentence changes, and the arcs go where the weights go.

        Where it is an earlier block that has brought the changed word, below stands how it came here.
        """
        body, how = self._footed(self.say("how") if self.guided(self._patterns()[self.head]) else "", SMALLEST_WORD, "muted")
        low = self._chain(body.strip(bottom=CHAIN)) if self._is_told else Chain(VGroup(), VGroup(VGroup(), VGroup()))
        body = body.trim(bottom=CHAIN + TIGHT) if self._is_told else body
        flat = fits_in_line(self.theme, self.tokens, self.twin, body.width)
        rooms = (body.rows if flat else body.columns)(2, GAP) if self.twin else [body]
        self.look = self._look(body.fit(rooms[0].width, rooms[0].height))
        self.play(vanish(*self.on_stage()), appear(self.look.cards, self.look.weights, *how))
        self.play(draw(*self.look.arcs, lag=AFTER / 3))
        self.play(appear(self.look.most, low.names), appear(*low.rows[0], lag=AFTER))
        if self.twin:
            same, other = self._look(rooms[1]), self._look(rooms[1], twin=True)
            copy = self.look.copy()
            hide(copy)
            self.play(travel(copy, same), slide(self.look, **dict(zip("xy", rooms[0].centre - body.centre)), run_time=SLOW))
            self.play(swing(same, other))
            self.play(appear(*low.rows[1], lag=AFTER))

    @step
    def concatenate(self):
        """The answers of the heads stand side by side, and close up."""
        body, gap = self.stage.trim(bottom=HEAD), self._share * APART
        closed = body.fit(width=body.width - self.heads * gap - 2 * (self.heads - 1) * MARGIN)       # the cells stay as large
        apart, self.answers = self._answers(body, gap), self._answers(closed)
        names = [self._head_name(i, letter) for i, letter in enumerate(apart.letters)]
        if self._carded and len(self.look.cards) == len(apart.cards):
            self.play(vanish(*self.on_stage(self.look.cards)), travel(self.look.cards, apart.cards, -PI / 8))
        else:
            self.play(vanish(*self.on_stage()), appear(apart.cards))
        self.play(appear(*(VGroup(*group) for group in zip(apart.parts, apart.letters, names)), lag=0.5))
        self.play(vanish(*names, *(part.border for part in apart.parts), run_time=BRIEF))
        self.play(*(travel(old, new, run_time=SLOWER) for old, new in zip(apart[:-1], self.answers)))
        n, config = len(self.tokens), self.staging.trace.config
        maths = f"n times h dot d_k = {n} times {config.n_heads} dot {config.d_k} = {n} times {config.d_model}"
        shape = equation(self.theme, maths, size=SIGN, role="muted", width=self.stage.width)
        self.play(appear(self.answers.whole, below(shape, self.answers.whole).set_x(self.stage.centre[0]) if self.frame.is_slim
                         else below(shape, self.answers.whole)))

    @step
    def mix(self):
        """A row of the joined heads times a column of W_O: every entry of the output takes from all the heads."""
        each = self._from_each_head(self.stage.strip(bottom=FOOT))
        room = self.stage.trim(bottom=FOOT + TIGHT if each else 0)
        left, middle, right = self._places(room)
        old, self.answers = self.answers, self._answers(Room(room.left, left.right, left.bottom, left.top + 2 * LINE))
        mixer, result = self._weights("O"), self.view("encoder.{block}.self_attention.output")
        mixer = heat_map(self.theme, mixer, middle, grid=fit_grid(mixer.shape, middle, FEW, FEW))
        grid = fit_grid(result.shape, right, FEW)._replace(height=self.answers.parts[0].grid.height)
        output = heat_map(self.theme, result, right, "output", grid=grid)
        self.play(vanish(*self.on_stage(old)), travel(old, self.answers))
        self.play(appear(mixer, self._above(mixer.border, "W_O", shape=mixer.view.shape)))
        self.play(
            appear(sign(self.theme, "times", self.answers.whole, mixer.border), self._plus_bias(mixer.border, output.border)),
            appear(output.border, output.dots),
        )
        row, column = [cell for part in self.answers.parts for cell in part.cells[self.focus]], [line[0] for line in mixer.cells]
        self.play(appear(*(ring(self.theme, VGroup(*cells)) for cells in (row, column, output.cells[self.focus][:1])), lag=0.2))
        self.play(appear(*each or (), lag=0.1))
        self.play(appear(output.cells[self.focus][0]))
        self.play(appear(*output.cells[self.focus][1:], lag=0.1, run_time=BRIEF))
        self.play(appear(*(line for i, line in enumerate(output.cells) if i != self.focus), lag=0.1))
        self.play(appear(self._above(output.border, quote(self.say("output")), "output", output.view.shape)))

    @step
    def contributions(self):
        """For one token: what each head gives, times its own rows of W_O, is what it adds; all that and the bias are the output."""
        names = [self.say("head", number=i + 1) for i in range(self.heads)]
        table = adding(self.theme, self._terms(), names, (self.tokens[self.focus], self.say("adds"), self.say("length")), self.stage, self.head)
        self.play(vanish(*self.on_stage()), appear(table.names, table.heads),
                  *(copy_to(VGroup(part.cells[self.focus]), answer) for part, answer in zip(self.answers.parts, table.answers)))
        self.play(appear(*table.strips, lag=0.2), appear(*table.signs, lag=0.2))
        self.play(appear(*table.parts, lag=0.4))
        self.play(appear(*table.sizes, lag=0.3))
        self.play(appear(table.bias, table.below, table.line))
        self.play(*(merge(part, into=table.total, scale=1, run_time=SLOW) for part in (*table.parts, table.bias)),
                  appear(table.total, run_time=SLOW))
        self.play(appear(table.ring))

    @step
    def count(self):
        """Two areas of one size: all the multiplications of a single wide head, and of the narrow heads that it is cut into."""
        config, count = self.staging.trace.config, lambda name: self.staging.trace[f"multiplications.{name}"]
        left, right = self.stage.split(2, WIDE)
        words = [self.say("of_head" if heads == 1 else "of_heads", heads=heads, width=width)
                 for heads, width in ((1, config.d_model), (self.heads, config.d_k))]
        wide = area(self.theme, words[0], [count("wide_total")], count("wide_total"), left, "muted")
        narrow = area(self.theme, words[1], list(count("narrow_heads")), count("narrow_total"), right, "output")
        self.play(vanish(*self.on_stage()), appear(wide.words, wide.blocks))
        self.play(appear(wide.total))
        self.play(travel(wide.blocks.copy(), narrow.close(), run_time=SLOW), appear(narrow.words))
        self.play(narrow.fall_apart())
        self.play(appear(narrow.total))

    @property
    def heads(self) -> int:
        return self.staging.trace.config.n_heads

    @property
    def _cut(self) -> int:
        """The block whose matrices are cut, from 0."""
        return 0 if self.spec.keys["first"] else self.spec.block

    def _weights(self, letter: str) -> View:
        return self.view(f"weights.encoder.{{block}}.self_attention.W_{letter}")

    def _patterns(self) -> View:
        return self.view("encoder.{block}.self_attention.weights")

    def _size_of_a_head(self, room: Room) -> VGroup:
        """How many columns of each matrix are a head's: by its symbols, and here."""
        config, (maths, words) = self.staging.trace.config, room.split((3, 2), 0)
        said = [self.say("seen" if self.spec.keys["first"] else "all", block=self._cut + 1, columns=config.d_model, heads=config.n_heads),
                self.say("each", columns=config.d_k)]
        lines = [words_in(self.theme, line, NAME, place, "muted") for line, place in zip(said, words.rows(2, 0), strict=True)]
        fit = all(line.height <= words.height / 2 for line in lines)
        return VGroup(fitted(equation(self.theme, 'd_k = d_"model" / h', size=LARGE), maths if fit else room), *lines * fit)

    def _head_name(self, head: int, picture: Mobject, key: str = "head", width: float = LINE) -> Label:
        """The name of a head above its picture, as wide as that, or as a width that is free."""
        role, name = "output" if head == self.head else "muted", self.say(key, number=head + 1)
        said = text(self.theme, name if self.heads <= NAMED else f"{head + 1}", WORD, role, width=max(width, picture.width))
        return above(said, picture, TIGHT / 2)

    def _head_label(self, picture: Pattern) -> Label:
        """The name of the followed head in the corner of its pattern."""
        corner = (room_of(picture.words).right, picture.columns.get_y(), 0)
        return text(self.theme, self.say("head", number=self.head + 1), WORD, "output", 600, at=corner, align=1)

    def _footed(self, words: str, size: float, role: str) -> tuple[Room, list[VGroup]]:
        """The stage without a line at its foot, or as many as words need that are said there, and these, if there are any."""
        said = paragraph(self.theme, words, size, self.stage.width, role)
        foot = self.stage.strip(bottom=max(LINE, said.height + TIGHT))
        return self.stage.trim(bottom=foot.height), [said.move_to(foot.centre)] * bool(words)

    def _taught(self) -> str:
        """Which head was told where to look, if one was."""
        taught = [i for i in range(self.heads) if self.guided(self._patterns()[i])]
        return self.say("taught", number=taught[0] + 1) if len(taught) == 1 else ""

    def _taken_by_heads(self, room: Room) -> tuple[Labelled, list[VGroup], VGroup]:
        """What the followed token takes from every token; of each head a row, or a column in a tall room, with its name; and the words."""
        names, upright = [self.say("head", number=i + 1) for i in range(self.heads)], room.height > room.width
        key = "taken_above" if self.spec.keys["first"] and self.spec.block else "taken_by"
        said, rounded = (paragraph(self.theme, self.say(key, word=self.tokens[self.focus], block=self.spec.block + 1, rounded=note), NAME, room.width, "query")
                         for note in ("", self.say("rounded")))
        view, rows, columns = (self._taken(False).T, self.tokens, names) if upright else (self._taken(False), names, self.tokens)
        left = min(LABEL, TIGHT + max(text_width(self.theme, word, WORD) for word in rows))
        found = labelled(self.theme, view, room, "line", title=said, rows=rows, columns=columns, digits=True, weights=True, left=left,
                         head=rounded.height + 2 * TIGHT, inks=("key", "output") if upright else ("output", "key"))
        title = (rounded if found.sheet.digits else said).move_to([room.centre[0], found.title.get_y(), 0])
        found = Labelled(found.sheet, title, found.rows, found.columns)
        if upright:
            cells = [VGroup(*(found.sheet.cell(k, i) for k in range(len(found.rows)))) for i in range(len(found.columns))]
            return found, [VGroup(*pair) for pair in zip(cells, found.columns)], found.rows
        return found, [VGroup(*found.sheet.row(i), name) for i, name in enumerate(found.rows)], found.columns

    def _look(self, room: Room, twin: bool = False) -> Look:
        words, others = (self.twin, self.tokens) if twin else (self.tokens, self.twin)
        taken = [self._taken(which)[self.head] for which in (False, True)[: 1 + bool(self.twin)]]
        kept = in_column(by_importance(self.tokens, self.twin, self.focus, taken), room)
        return look(self.theme, words, others, taken[twin], self.focus, room, not self._is_told, kept)

    def _taken(self, twin: bool, below: int = 0) -> View:
        """What the followed token takes from each in all heads, of the shown block or of one so many below it."""
        return self.staging.trace[f"{'twin.' * twin}encoder.{self.spec.block - below}.self_attention.weights"][:, self.focus]

    @property
    def _is_told(self) -> bool:
        """Whether the followed token, the same in both sentences, looks most at another place in the twin, a block came before, and there
        is room to say how the word came there."""
        if self.stage.height < CHAIN + LOOKS and not fits_in_line(self.theme, self.tokens, self.twin, self.stage.width):
            return False
        own, other = (self._taken(twin).values[self.head].argmax() for twin in (False, True)) if self.twin else (0, 0)
        return bool(self.spec.block and own != other and self.tokens[self.focus] == self.twin[self.focus])

    def _chain(self, room: Room) -> Chain:
        """How the changed word comes to the followed token: by the head of the block before that takes most from it in both sentences."""
        changed, links = next(i for i, pair in enumerate(zip(self.tokens, self.twin)) if len({*pair}) > 1), []
        head = int(np.minimum(*(self._taken(twin, 1).values[:, changed] for twin in (False, True))).argmax())
        for twin, words in ((False, self.tokens), (True, self.twin)):
            row, query = self._taken(twin)[self.head], self.view(f"{'twin.' * twin}encoder.{{block}}.self_attention.query")
            most, taken = int(row.values.argmax()), self._taken(twin, 1)[head, changed]
            links.append(Link((words[changed], words[self.focus], words[most]), taken, query[self.head, self.focus], row[most]))
        names = [self.say("taken", block=self.spec.block, head=head + 1), self.say("asks", block=self.spec.block + 1)]
        return chain(self.theme, links, [*names, self.say("looks", head=self.head + 1)], room)

    def _answers(self, room: Room, apart: float = 0.0) -> Whole:
        """The answers of the heads side by side, so far apart, or as one matrix: `parts`, their `letters`, the sentence as `cards`, and the
        frame of the `whole`."""
        source = self.view("encoder.{block}.self_attention.concatenated")
        room = room.trim(left=self._card_width + TIGHT, top=2 * LINE)
        slot = room.width / self.heads - apart if apart else (room.width - 2 * MARGIN) / self.heads + 2 * MARGIN
        grid = slice_grid(source, self.heads, room.fit(width=slot))
        if not apart:
            grid = grid._replace(width=min(grid.width, (room.width - 2 * grid.margin) / (self.heads * len(grid.columns))))
        centres = in_line(self.heads, grid.size[0] + apart, room.centre) if apart else joined(self.heads, grid, room.centre)
        parts = slices(self.theme, source, centres, "output", grid)
        hide(*(part.border for part in parts if not apart))
        width = NARROW * len(grid.columns) * grid.width
        maths = [equation(self.theme, f"Z_{i + 1}", size=NAME, role="output", width=max(width, SMALLEST_WORD)) for i in range(self.heads)]
        letters = [above(letter, part.border, TIGHT / 2) for letter, part in zip(maths, parts, strict=True)]
        hide(*(letter for letter in letters[1:-1] if width < SMALLEST_WORD))
        if self._carded:
            cards = cards_beside(self.theme, self.tokens, parts[0], self._card_width, keep=self.focus)
            cards[self.focus].box.set_stroke(self.theme.colour("output"))
        else:
            cards = row_labels(self.theme, self.tokens, parts[0], "text", self._card_width, keep=self.focus)
            cards[self.focus].set_fill(self.theme.colour("output"))
        return Whole(parts=parts, letters=letters, cards=cards, whole=around_joined(self.theme, self.heads, grid, room.centre, "output"))

    @property
    def _share(self) -> float:
        """How far things are apart, as a share of what they are in a wide frame."""
        return min(1, self.stage.width / ROOMY)

    @property
    def _card_width(self) -> float:
        return card_width(self.theme, self.tokens, min(CARD, BESIDE * self.stage.width))

    @property
    def _carded(self) -> bool:
        """Whether the rows of a matrix are high enough for cards."""
        return self.stage.height - 2 * LINE - FOOT - TIGHT >= len(self.tokens) * CLOSEST

    def _places(self, room: Room) -> tuple[Room, Room, Room]:
        """The rooms of the answers, of what mixes them, and of the output: side by side, a longer sign before the last, or that below."""
        near, far = (BETWEEN, BETWEEN) if self.frame.is_roomy else (2 * SIGN, 5 * SIGN)
        if room.height > room.width:
            above, below = (half.trim(left=self._card_width + TIGHT, top=2 * LINE) for half in room.rows(2, 0))
            left, middle = above.columns(2, near)
            return left, middle, Room(middle.left, middle.right, below.bottom, below.top)
        room = room.trim(left=self._card_width + TIGHT, top=2 * LINE)
        width = (room.width - near - far) / 3
        left, _, middle, _, right = room.columns((width, near, width, far, width), 0)
        return left, middle, right

    def _plus_bias(self, mixer: Mobject, output: Mobject) -> Mobject:
        """What stands before the output."""
        if room_of(output).top < room_of(mixer).bottom:
            return left_of(equation(self.theme, "+ b_O =", size=NAME, role="muted"), output)
        return sign(self.theme, "+ b_O =", mixer, output)

    def _from_each_head(self, room: Room) -> SumLine | None:
        """The first number that comes out for the followed token as what each head gives of it, and the bias."""
        terms, names = self._terms(), [text(self.theme, self.say("head", number=i + 1), SIGN, "muted") for i in range(self.heads)]
        bias = equation(self.theme, "b_O", size=SIGN, role="muted")
        return sum_line(self.theme, [*names, bias], [part[0] for part in (*terms.parts, terms.bias)], terms.total[0], room)

    def _above(self, sheet: Mobject, maths: str, role: str = "text", shape: Sequence[int] = ()) -> VGroup:
        name = named(self.theme, maths, shape, role)
        if shape and not self.frame.is_roomy:
            return above(name.arrange(DOWN, buff=TIGHT / 4), sheet, align=1)
        return above(name, sheet)

    def _terms(self) -> Terms:
        """What is added up to the output of the followed token."""
        scope, block, i = "encoder.{block}.self_attention", self.spec.block, self.focus
        added = {name: self.staging.trace[f"contributions.{name}"][block] for name in ("parts", "sizes")}
        heads, mixer, d_k = range(self.heads), self._weights("O"), self.staging.trace.config.d_k
        return Terms(
            [self.view(f"{scope}.heads")[h, i] for h in heads], [mixer[h * d_k:(h + 1) * d_k] for h in heads],
            *([added[name][h, i] for h in heads] for name in ("parts", "sizes")),
            self.view(f"weights.{scope}.b_O"), self.view(f"{scope}.output")[i],
        )
