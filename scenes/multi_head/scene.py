"""Scene 13: several heads at once (Vaswani et al. 2017, section 3.2.2)."""

from collections.abc import Iterable, Sequence

from manim import DOWN, PI, Animation, Mobject, VGroup

from model import View
from scenes.base.layout import above, below, fitted, named, side_by_side, sign
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.multi_head.adding import Terms, adding
from scenes.multi_head.areas import area
from scenes.parts.equation import Equation, equation, quote
from scenes.parts.heat_map import MARGIN, Cell, HeatMap, fit_grid, heat_map
from scenes.parts.label import WORD, Label, number, text
from scenes.parts.look import Look, look, swing
from scenes.parts.motion import BRIEF, SLOW, SLOWER, STEADY, appear, copy_to, draw, hide, live_dot_product, merge, slide, travel, vanish
from scenes.parts.pattern import most_looked_at, pattern
from scenes.parts.shapes import Block, frame, ring, room_of
from scenes.parts.slices import around_joined, in_line, joined, slice_grid, slices
from scenes.parts.tokens import card_width, cards_beside

ROLES = {"Q": "query", "K": "key", "V": "value"}
NAME, LARGE, SIGN = (size * PX for size in (38, 66, 34))
LINE, HEAD, CARD, SIDE = (length * PX for length in (50, 74, 250, 256))     # heights of a line and a name; widths of cards, thumbnails
CLOSE, APART, BETWEEN = TIGHT / 2, 40 * PX, 160 * PX      # between the parts of one head, between heads, between factors
NAMED = 12                                # heads that are named in words; of more there are only numbers
COLUMN = 4                                # thumbnails one below the other before there are two columns of them


class MultiHead(ExplainerScene):
    """d_model is cut into h heads of d_k; each looks in its own way; then they are joined and mixed."""

    experiments = ("twin", "distances", "contributions", "multiplications")
    place = "head"

    def wording(self, name: str) -> str:
        """Some heads were told where to look. Without a twin nothing changes; above the first block a token knows of the swap."""
        if name == "patterns" and self.guided(self._patterns()[self.head]):
            return "taught"
        if name == "follow" and not self.twin:
            return "alone"
        return "told" if name == "follow" and self.spec.block and self._looks_elsewhere else super().wording(name)

    @step
    def split(self):
        """The columns of W_Q, W_K and W_V are cut apart, and each head gathers its part of each."""
        upper, lower = (row.trim(top=HEAD, bottom=CLOSE) for row in self.stage.rows(2, 0))
        *thirds, margin = upper.columns(4, GAP)
        rooms = lower.columns(self.heads, APART)
        width = min(thirds[0].width / self.heads, (rooms[0].width - 2 * CLOSE) / 3) - CLOSE
        grid = slice_grid(self._weights("Q"), self.heads, Room.around((0, 0), width, upper.height))
        places = [in_line(3, width + CLOSE, room.centre) for room in rooms]         # of the parts, by head and matrix
        matrices, wholes, homes = [], [], []
        for k, (room, (letter, role)) in enumerate(zip(thirds, ROLES.items(), strict=True)):
            view = self._weights(letter)
            matrices.append(slices(self.theme, view, joined(self.heads, grid, room.centre), role, grid))
            wholes.append(around_joined(self.theme, self.heads, grid, room.centre, role))
            homes.append(slices(self.theme, view, [place[k] for place in places], role, grid))
        self._show_whole(matrices, wholes)
        for some in (slice(0, 1), slice(1, 3)):
            self._cut(matrices[some], wholes[some], [room.centre for room in thirds[some]])
        self.play(appear(self._size_of_a_head(margin)))
        frames = [self._frame(i, [parts[i] for parts in homes]) for i in range(self.heads)]
        self.names = [self._head_name(i, edge) for i, edge in enumerate(frames)]
        for some in filter(None, (range(1), range(1, self.heads))):
            self.play(*(travel(a[i].copy(), b[i]) for a, b in zip(matrices, homes, strict=True) for i in some))
            self.play(appear(*(frames[i] for i in some), *(self.names[i] for i in some)))

    @step
    def patterns(self):
        """The followed head's pattern over the sentence, the others beside it; the row of the followed token opens into bars."""
        body, foot = self.stage.rows([self.stage.height - LINE, LINE], 0)
        side = SIDE * (3 + -(-(self.heads - 1) // COLUMN)) / 4
        left, right = body.split([body.width - side - GAP, side], GAP)
        weights = self._patterns()[self.head]
        closed, opened = (pattern(self.theme, self.tokens, weights, left, row) for row in (None, self.focus))
        thumbs, names = self._thumbnails(right)
        others = [name for i, name in enumerate(self.names) if i != self.head]
        self.play(vanish(*self.on_stage(*others)), *(travel(old, new) for old, new in zip(others, names, strict=True)),
                  appear(closed.words, closed.columns, closed.rows))
        self.play(appear(*thumbs, lag=0.4))
        self.play(opened.open_from(closed))
        rows = [frame(self.theme, room_of(thumb.cells[self.focus]), "query", radius=CLOSE) for thumb in thumbs]
        name = text(self.theme, self.say("head", number=self.head + 1), WORD, "output", at=foot, align=-1)
        self.play(appear(opened.numbers, opened.around, *rows, name, self.guide(weights, foot)))
        self.play(appear(most_looked_at(self.theme, opened, weights[self.focus])))

    @step
    def follow(self):
        """What one token looks at in one head; then a word of the sentence changes, and the arcs go where the weights go."""
        body, *foot = self.stage.rows([self.stage.height - 2 * LINE, LINE, LINE], 0)
        body = body.trim(bottom=TIGHT / 2)
        rooms = body.rows(2, GAP) if self.twin else [body]
        self.look = self._look(body.fit(height=rooms[0].height))
        self.play(vanish(*self.on_stage()), appear(self.look.cards, self.look.weights.cells, self.guide(self._patterns()[self.head], foot[1])))
        self.play(appear(self.look.weights.numbers), draw(*self.look.arcs, lag=0.1))
        self.play(appear(self.look.most))
        if self.twin:
            self._change_a_word(rooms, body)
            self.play(appear(*[self._already_apart(foot[0])] * (self.wording("follow") == "told")))

    @step
    def concatenate(self):
        """The answers of the heads stand side by side, and close up."""
        source, width = self._joined(), card_width(self.theme, self.tokens, CARD)
        body = self.stage.trim(left=width + TIGHT, top=2 * LINE, bottom=HEAD)
        grid = slice_grid(source, self.heads, body.columns(self.heads, APART)[0])
        self.parts = slices(self.theme, source, in_line(self.heads, grid.size[0] + APART, body.centre), "output", grid)
        self.letters = [self._letter(i, part) for i, part in enumerate(self.parts)]
        names = [self._head_name(i, letter) for i, letter in enumerate(self.letters)]
        self.cards = self._cards(self.parts[0], width)
        self.play(vanish(*self.on_stage(self.look.cards)), travel(self.look.cards, self.cards, -PI / 8))
        self.play(appear(*(VGroup(*group) for group in zip(self.parts, self.letters, names)), lag=0.5))
        self.play(vanish(*names, *(part.border for part in self.parts), run_time=BRIEF))
        places = joined(self.heads, grid, body.centre)
        steps = [place[0] - part.get_x() for place, part in zip(places, self.parts)]
        moved = [*zip(self.parts, steps), *zip(self.letters, steps), (self.cards, steps[0])]
        self.play(*(slide(thing, x=x, run_time=SLOWER) for thing, x in moved))
        self.whole = around_joined(self.theme, self.heads, grid, body.centre, "output")
        n, d_k = source.shape[0], self.staging.trace.config.d_k
        shape = f"n times h dot d_k = {n} times {self.heads} dot {d_k} = {n} times {source.shape[1]}"
        self.play(appear(self.whole, below(equation(self.theme, shape, size=SIGN, role="muted"), self.whole)))

    @step
    def mix(self):
        """A row of the joined heads times a column of W_O: every entry of the output takes from all the heads."""
        width = card_width(self.theme, self.tokens, CARD)
        left, middle, right = self.stage.trim(left=width + TIGHT, top=2 * LINE, bottom=HEAD).columns(3, BETWEEN)
        self.parts = self._bring_aside(left, width)
        self.mixer, result = heat_map(self.theme, self._weights("O"), middle), self.view("encoder.{block}.self_attention.output")
        grid = fit_grid(result.shape, right)._replace(height=self.parts[0].grid.height)
        output = heat_map(self.theme, result, right, "output", grid=grid)
        self.play(appear(self.mixer, self._above(self.mixer, "W_O", shape=self.mixer.view.shape)))
        self.play(
            appear(sign(self.theme, "times", self.whole, self.mixer.border), sign(self.theme, "+ b_O =", self.mixer.border, output.border)),
            appear(output.border, output.dots),
        )
        row, column = [cell for part in self.parts for cell in part.cells[self.focus]], [line[0] for line in self.mixer.cells]
        self.play(appear(*(ring(self.theme, VGroup(*cells)) for cells in (row, column, output.cells[self.focus][:1])), lag=0.2))
        self.play(self._first_entry(row, column, output), appear(output.cells[self.focus][0], run_time=2 * SLOW))
        self.play(appear(*output.cells[self.focus][1:], lag=0.1, run_time=BRIEF))
        self.play(appear(*(line for i, line in enumerate(output.cells) if i != self.focus), lag=0.1))
        self.play(appear(self._above(output, quote(self.say("output")), "output", output.view.shape)))

    @step
    def contributions(self):
        """For one token: what each head gives, times its own rows of W_O, is what it adds; all that and the bias are the output."""
        names = [self.say("head", number=i + 1) for i in range(self.heads)]
        table = adding(self.theme, self._terms(), names, (self.tokens[self.focus], self.say("adds"), self.say("length")), self.stage, self.head)
        self.play(vanish(*self.on_stage()), appear(table.names, table.heads),
                  *(copy_to(VGroup(part.cells[self.focus]), answer) for part, answer in zip(self.parts, table.answers)))
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

    def _weights(self, letter: str) -> View:
        return self.view(f"weights.encoder.{{block}}.self_attention.W_{letter}")

    def _patterns(self) -> View:
        return self.view("encoder.{block}.self_attention.weights")

    def _joined(self) -> View:
        return self.view("encoder.{block}.self_attention.concatenated")

    def _show_whole(self, matrices: Sequence[Sequence[HeatMap]], wholes: Sequence[Block]) -> None:
        """The three matrices as they are before they are cut."""
        shown = []
        for letter, parts, whole in zip(ROLES, matrices, wholes, strict=True):
            hide(*(part.border for part in parts))
            inside = (thing for part in parts for thing in (part.cells, part.dots))
            name = named(self.theme, f"W_{letter}", self._weights(letter).shape, ROLES[letter])
            shown.append(VGroup(whole, *inside, above(name, whole)))
        self.open_with(*shown)

    def _cut(self, matrices: Sequence[Sequence[HeatMap]], wholes: Sequence[Block], centres: Sequence) -> None:
        """Matrices come apart between the columns of one head and the next."""
        moves = []
        for parts, centre in zip(matrices, centres, strict=True):
            places = in_line(self.heads, parts[0].grid.size[0] + CLOSE, centre)
            moves += [slide(part, x=place[0] - part.get_x(), run_time=STEADY) for part, place in zip(parts, places, strict=True)]
        self.play(vanish(*wholes), *moves)
        self.play(appear(*(part.border for parts in matrices for part in parts), run_time=BRIEF))

    def _size_of_a_head(self, room: Room) -> VGroup:
        config = self.staging.trace.config
        maths = f'd_k &= d_"model" / h \\ &= {config.d_model} / {config.n_heads} = {config.d_k}'
        said = text(self.theme, self.say("h"), NAME, "muted", at=room.strip(bottom=LINE), width=room.width)
        return VGroup(fitted(equation(self.theme, maths, size=LARGE), room.trim(bottom=LINE + TIGHT)), said)

    def _frame(self, head: int, parts: Sequence[HeatMap]) -> Block:
        """Around what belongs to a head; the followed one's is lit."""
        role, width = ("output", 5) if head == self.head else ("line", 3)
        return frame(self.theme, room_of(VGroup(*parts), CLOSE), role, width=width)

    def _head_name(self, head: int, picture: Mobject, width: float = LINE) -> Label:
        """The name of a head above its picture, as wide as that, or as a width that is free."""
        role, name = "output" if head == self.head else "muted", self.say("head", number=head + 1)
        return above(text(self.theme, name if self.heads <= NAMED else f"{head + 1}", WORD, role, width=max(width, picture.width)), picture, TIGHT / 2)

    def _thumbnails(self, room: Room) -> tuple[list[HeatMap], list[Label]]:
        """The patterns of the other heads, small, each with its name."""
        others = [i for i in range(self.heads) if i != self.head]
        across = -(-len(others) // COLUMN) if room.width < room.height else len(others)
        rooms = [place.trim(top=LINE) for place in room.grid(len(others), across)] if others else []
        thumbs = [heat_map(self.theme, self._patterns()[i], place, weights=True) for i, place in zip(others, rooms, strict=True)]
        return thumbs, [self._head_name(i, thumb.border, place.width) for i, thumb, place in zip(others, thumbs, rooms, strict=True)]

    def _look(self, room: Room, twin: bool = False) -> Look:
        words, others = (self.twin, self.tokens) if twin else (self.tokens, self.twin)
        weights = self.view(("twin." if twin else "") + "encoder.{block}.self_attention.weights")[self.head, self.focus]
        return look(self.theme, words, others, weights, self.focus, room)

    def _change_a_word(self, rooms: Sequence[Room], body: Room) -> None:
        """A second copy of the sentence comes down, and becomes the other sentence."""
        same, other = self._look(rooms[1]), self._look(rooms[1], twin=True)
        copy = self.look.copy()
        hide(copy)
        self.play(travel(copy, same), slide(self.look, y=(rooms[0].centre - body.centre)[1], run_time=SLOW))
        self.wait(BRIEF)
        self.play(swing(same, other))

    @property
    def _looks_elsewhere(self) -> bool:
        """Whether the followed token looks most at another place in the twin sentence."""
        own, other = (self.view(f"{twin}encoder.{{block}}.self_attention.weights").values[self.head, self.focus].argmax() for twin in ("", "twin."))
        return bool(own != other)

    def _already_apart(self, room: Room) -> VGroup:
        """How far the followed token is from itself in the other sentence before this head reads it."""
        said = text(self.theme, self.say("apart", token=self.tokens[self.focus]), NAME, "muted")
        found = number(self.theme, self.staging.trace["distances.moved"][self.spec.block, self.focus], NAME, "output", 600)
        return fitted(side_by_side(said, found, gap=TIGHT, at=room), room)

    def _cards(self, sheet: HeatMap, width: float) -> VGroup:
        """The sentence beside the rows of a matrix, the followed token in its colour."""
        cards = cards_beside(self.theme, self.tokens, sheet, width)
        cards[self.focus].box.set_stroke(self.theme.colour("output"))
        return cards

    def _letter(self, head: int, part: HeatMap) -> Equation:
        """Z and its number above the answers of a head."""
        width = 0.8 * len(part.grid.columns) * part.grid.width
        return above(equation(self.theme, f"Z_{head + 1}", size=NAME, role="output", width=width), part.border, TIGHT / 2)

    def _bring_aside(self, room: Room, width: float) -> list[HeatMap]:
        """The joined heads make room for what they are multiplied with."""
        source = self._joined()
        slot = Room.around((0, 0), (room.width - 2 * MARGIN) / self.heads + 2 * MARGIN, room.height)
        grid = slice_grid(source, self.heads, slot)
        parts = slices(self.theme, source, joined(self.heads, grid, room.centre), "output", grid)
        hide(*(part.border for part in parts))
        whole = around_joined(self.theme, self.heads, grid, room.centre, "output")
        letters = [self._letter(i, part) for i, part in enumerate(parts)]
        cards = self._cards(parts[0], width)
        pairs = [(self.whole, whole), (self.cards, cards), *zip(self.letters, letters)]
        for old, new in zip(self.parts, parts, strict=True):
            pairs += [(old.cells, new.cells), *zip(old.dots, new.dots)]
        self.play(vanish(*self.on_stage(*(old for old, _ in pairs))), *(travel(old, new) for old, new in pairs))
        self.whole = whole
        return parts

    def _first_entry(self, row: Iterable[Cell], column: Iterable[Cell], output: HeatMap) -> Animation:
        """One entry of the output is counted out below it."""
        bias = float(self.view("weights.encoder.{block}.self_attention.b_O")[0])
        entry = below(number(self.theme, output.view[self.focus, 0], LARGE, "output", width=output.width), output.border)
        down = {cell.source.index[0]: cell for cell in column}
        pairs = [(cell, down[cell.source.index[1]]) for cell in row if cell.source.index[1] in down]
        a, b = self._joined()[self.focus], self._weights("O")[:, 0]
        return live_dot_product(self.theme, a, b, pairs, entry, bias, run_time=2.4)

    def _above(self, sheet: HeatMap, maths: str, role: str = "text", shape: Sequence[int] = ()) -> VGroup:
        name = named(self.theme, maths, shape, role)
        if shape and not self.frame.is_roomy:
            return above(name.arrange(DOWN, buff=TIGHT / 4), sheet.border, align=1)
        return above(name, sheet.border)

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
