"""Scene 13: several heads at once (Vaswani et al. 2017, section 3.2.2)."""

from collections.abc import Iterable, Sequence

from manim import DOWN, PI, RIGHT, UP, Animation, VGroup

from model import View
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import Bar, bars, floor, stack
from scenes.parts.equation import equation, quote
from scenes.parts.heat_map import MARGIN, SMALLEST_DIGIT, Cell, HeatMap, fit_grid, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, Label, number, text, weight_numbers
from scenes.parts.look import Look, look, swing
from scenes.parts.motion import SLOW, appear, draw, hide, live_dot_product, slide, travel, vanish
from scenes.parts.shapes import Block, frame, room_of
from scenes.parts.slices import around_joined, in_line, joined, slice_grid, slices
from scenes.parts.tokens import LINE, card_width, cards_beside, column_labels, row_labels, shape_label
from scenes.base.room import PX, Room
from scenes.base.theme import Theme

ROLES = {"Q": "query", "K": "key", "V": "value"}
WORK = {"projections": '3 n d_"model"^2', "scores": 'n^2 d_"model"', "averages": 'n^2 d_"model"', "mixing": 'n d_"model"^2'}
TOTAL, NAME, SIGN, SMALL = (size * PX for size in (48, 38, 30, 26))
LABEL, SLANTED, NAMED, READOUT = 1.5, 0.85, 0.45, 0.4     # room beside rows, below columns, for names and what is looked at most
CLOSE, APART = 0.08, 0.3                  # between the parts of one head, and between heads
ROW = 4                                   # patterns side by side before there are two rows of them


class MultiHead(ExplainerScene):
    """d_model is cut into h heads of d_k; each looks in its own way; then they are joined and mixed."""

    experiments = ("twin", "multiplications")
    place = "block"

    def wording(self, name: str) -> str:
        """Without a twin the sentence that is followed stays as it is."""
        return "alone" if name == "follow" and not self.staging.trace.twin else super().wording(name)

    @step
    def split(self):
        """The columns of W_Q, W_K and W_V are cut apart, and each head gathers its part of each."""
        upper, lower = self.stage.trim(top=0.58, bottom=0.1).rows([1, 1], gap=0.62)
        *thirds, margin = upper.columns([3.1, 3.1, 3.1, 2.5])
        rooms = lower.columns([1] * self.heads, gap=APART)
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
        self.frames = [self._frame(i, [parts[i] for parts in homes]) for i in range(self.heads)]
        self.names = [self._head_name(i, edge) for i, edge in enumerate(self.frames)]
        for some in filter(None, (range(1), range(1, self.heads))):
            self.play(*(travel(a[i].copy(), b[i]) for a, b in zip(matrices, homes, strict=True) for i in some))
            self.play(appear(*(self.frames[i] for i in some), *(self.names[i] for i in some)))

    @step
    def patterns(self):
        """The patterns of all heads over the sentence, and what the followed token looks at most in each."""
        self.sheets, first = self._sheets()
        names = [self._head_name(i, sheet.border, READOUT + 0.2) for i, sheet in enumerate(self.sheets)]
        self.play(
            vanish(*self.on_stage(*self.frames, *self.names)),
            *(travel(edge, sheet.border) for edge, sheet in zip(self.frames, self.sheets, strict=True)),
            *(travel(old, new) for old, new in zip(self.names, names, strict=True)),
        )
        inside = [VGroup(sheet.cells, sheet.numbers) for sheet in self.sheets]
        self.play(appear(*inside, lag=0.4), appear(*self._token_words(self.sheets, first)))
        rows = [frame(self.theme, room_of(sheet.cells[self.focus], 0.02), "query", radius=0.05, width=2) for sheet in self.sheets]
        self.play(appear(*rows))
        self.play(appear(*(self._readout(i, sheet) for i, sheet in enumerate(self.sheets)), lag=0.4))
        self.names = names

    @step
    def follow(self):
        """What one token looks at in one head; then a word of the sentence changes, and the arcs go where the weights go."""
        twin = self.staging.trace.twin
        rooms = self.stage.rows([1, 1], gap=0.3) if twin else [self.stage.inset(y=0.4)]
        self.look = self._look(rooms[0])
        own, name = self.sheets[self.head], self.names[self.head]
        self.look.shift([0, self.stage.centre[1] - rooms[0].centre[1], 0])
        corner = text(self.theme, name.string, WORD, "output", at=(self.stage.right, self.stage.top - WORD / 2, 0), align=1)
        self.play(
            vanish(*self.on_stage(name)), travel(name, corner), appear(self.look.cards),
            travel(VGroup(own.cells[self.focus].copy()), self.look.weights.cells),
        )
        self.play(appear(self.look.weights.numbers), draw(*self.look.arcs, lag=0.1))
        self.play(appear(self.look.most))
        if twin:
            self._change_a_word(rooms)

    @step
    def concatenate(self):
        """The answers of the heads stand side by side, and close up."""
        source, width = self._joined(), card_width(self.theme, self.tokens, most=1.9)
        body = self.stage.trim(left=width + CLOSE, top=1.0, bottom=0.5)
        grid = slice_grid(source, self.heads, body.columns([1] * self.heads, gap=APART)[0])
        self.parts = slices(self.theme, source, in_line(self.heads, grid.size[0] + APART, body.centre), "output", grid)
        self.letters = [self._letter(i, part) for i, part in enumerate(self.parts)]
        names = [self._head_name(i, part.border, 0.7) for i, part in enumerate(self.parts)]
        self.cards = cards_beside(self.theme, self.tokens, self.parts[0], width)
        self.play(vanish(*self.on_stage(self.look.cards)), travel(self.look.cards, self.cards, -PI / 8))
        self.play(appear(*(VGroup(*group) for group in zip(self.parts, self.letters, names)), lag=0.5))
        self.play(vanish(*names, *(part.border for part in self.parts), run_time=0.4))
        places = joined(self.heads, grid, body.centre)
        steps = [place[0] - part.get_x() for place, part in zip(places, self.parts)]
        moved = [*zip(self.parts, steps), *zip(self.letters, steps), (self.cards, steps[0])]
        self.play(*(slide(thing, x=x, run_time=1.4) for thing, x in moved))
        self.whole = around_joined(self.theme, self.heads, grid, body.centre, "output")
        n, d_k = source.shape[0], self.staging.trace.config.d_k
        shape = f"n times h dot d_k = {n} times {self.heads} dot {d_k} = {n} times {source.shape[1]}"
        words = equation(self.theme, shape, size=SIGN, role="muted").next_to(self.whole, DOWN, buff=0.15)
        self.play(appear(self.whole, words))

    @step
    def mix(self):
        """A row of the joined heads times a column of W_O: every entry of the output takes from all the heads."""
        width = card_width(self.theme, self.tokens, most=1.9)
        left, middle, right = self.stage.trim(left=width + CLOSE, top=1.0, bottom=0.5).columns([1, 1, 1], gap=1.1)
        parts = self._bring_aside(left, width)
        mixer, result = heat_map(self.theme, self._weights("O"), middle), self.view("encoder.{block}.self_attention.output")
        grid = fit_grid(result.shape, right)._replace(height=parts[0].grid.height)
        output = heat_map(self.theme, result, right, "output", grid=grid)
        self.play(appear(mixer, self._above(mixer.border, "W_O", shape=mixer.view.shape)))
        self.play(
            appear(self._sign("times", self.whole, mixer.border), self._sign("+ b_O =", mixer.border, output.border)),
            appear(output.border, output.dots),
        )
        row, column = (cell for part in parts for cell in part.cells[self.focus]), [line[0] for line in mixer.cells]
        self.play(self._first_entry(row, column, output), appear(output.cells[self.focus][0], run_time=2.4))
        self.play(appear(*output.cells[self.focus][1:], lag=0.2, run_time=0.4))
        self.play(appear(*(line for i, line in enumerate(output.cells) if i != self.focus), lag=0.2))
        self.play(appear(self._above(output.border, quote(self.say("output")), "output", output.view.shape)))

    @step
    def count(self):
        """Stage by stage the narrow heads pile up, and take as many multiplications together as the wide one."""
        left, right = self.stage.columns([8.2, 4.0], gap=0.6)
        rooms = left.trim(top=0.75, bottom=0.95).columns([1] * len(WORK), gap=0.5)
        full = float(self._count("wide").values.max())
        self.play(vanish(*self.on_stage()))
        wide, narrow, numbers = zip(*(self._stage_of_work(j, room, full) for j, room in enumerate(rooms)), strict=True)
        names = [self._work_name(*work, room) for work, room in zip(WORK.items(), rooms, strict=True)]
        single, several, uncut = self._totals(right)
        self.play(appear(*names, lag=0.2))
        self.play(appear(*wide, single), appear(*(pair[0] for pair in numbers)))
        for i in range(self.heads):
            self.play(*(self._fall(pile[i], run_time=max(0.25, 1.0 / (i + 1))) for pile in narrow))
        self.play(appear(several), appear(*(pair[1] for pair in numbers)))
        self.play(appear(uncut))

    @property
    def heads(self) -> int:
        return self.staging.trace.config.n_heads

    def _weights(self, letter: str) -> View:
        return self.view(f"weights.encoder.{{block}}.self_attention.W_{letter}")

    def _patterns(self) -> View:
        return self.view("encoder.{block}.self_attention.weights")

    def _joined(self) -> View:
        return self.view("encoder.{block}.self_attention.concatenated")

    def _count(self, name: str) -> View:
        return self.view(f"multiplications.{name}")

    def _show_whole(self, matrices: Sequence[Sequence[HeatMap]], wholes: Sequence[Block]) -> None:
        """The three matrices as they are before they are cut."""
        shown = []
        for letter, parts, whole in zip(ROLES, matrices, wholes, strict=True):
            hide(*(part.border for part in parts))
            inside = (thing for part in parts for thing in (part.cells, part.dots))
            shown.append(VGroup(whole, *inside, self._above(whole, f"W_{letter}", ROLES[letter], self._weights(letter).shape)))
        self.play(appear(*shown, lag=0.3))

    def _cut(self, matrices: Sequence[Sequence[HeatMap]], wholes: Sequence[Block], centres: Sequence) -> None:
        """Matrices come apart between the columns of one head and the next."""
        moves = []
        for parts, centre in zip(matrices, centres, strict=True):
            self.add(*parts)
            places = in_line(self.heads, parts[0].grid.size[0] + CLOSE, centre)
            moves += [slide(part, x=place[0] - part.get_x(), run_time=1.0) for part, place in zip(parts, places, strict=True)]
        self.play(vanish(*wholes), *moves)
        self.play(appear(*(part.border for parts in matrices for part in parts), run_time=0.4))

    def _size_of_a_head(self, room: Room) -> VGroup:
        config = self.staging.trace.config
        maths = f'd_k &= d_"model" / h \\ &= {config.d_model} / {config.n_heads} = {config.d_k}'
        return equation(self.theme, maths, size=NAME, width=room.width).move_to(room.centre)

    def _frame(self, head: int, parts: Sequence[HeatMap]) -> Block:
        """Around what belongs to a head; the followed one's is lit."""
        role, width = ("output", 4) if head == self.head else ("line", 2.5)
        return frame(self.theme, room_of(VGroup(*parts), 0.1), role, width=width)

    def _head_name(self, head: int, below: Block, up: float = 0.25) -> Label:
        """The name of a head above its picture."""
        at = (below.get_x(), room_of(below).top + up, 0)
        role = "output" if head == self.head else "muted"
        return text(self.theme, self.say("head", number=head + 1), SMALL, role, at=at, width=max(0.75, below.width))

    def _sheets(self) -> tuple[list[HeatMap], list[HeatMap]]:
        """The patterns of all heads in one row or two, and those that have nothing below them."""
        rows = -(-self.heads // ROW)
        across = -(-self.heads // rows)
        rooms = [room for row in self.stage.rows([1] * rows) for room in row.trim(left=LABEL).columns([1] * across, gap=0.25)]
        trims = {"top": NAMED + READOUT, "bottom": SLANTED if rows == 1 else 0}
        sheets = [
            heat_map(self.theme, pattern, room.trim(**trims), "output" if i == self.head else "line", digits=True, weights=True)
            for i, (pattern, room) in enumerate(zip(self._patterns(), rooms, strict=False))
        ]
        return sheets, sheets[::across]

    def _token_words(self, sheets: Sequence[HeatMap], first: Sequence[HeatMap]) -> list[VGroup]:
        """The words of rows and columns; where rows are too close only the followed one's, where columns are none."""
        rows = row_labels if first[0].grid.height >= LINE * SMALLEST_WORD else self._row_word
        words = [rows(self.theme, self.tokens, sheet, "query", LABEL - 0.15) for sheet in first]
        if len(first) == 1 and sheets[0].grid.width >= LINE * SMALLEST_WORD:
            words += [column_labels(self.theme, self.tokens, sheet, "key", SLANTED) for sheet in sheets]
        return words

    def _row_word(self, theme: Theme, words: Sequence[str], sheet: HeatMap, role: str, width: float) -> Label:
        """The word of the followed row alone."""
        at = (room_of(sheet.border).left - 0.14, sheet.cells[self.focus].get_y(), 0)
        return text(theme, words[self.focus], SMALL, role, at=at, align=1, width=width)

    def _readout(self, head: int, sheet: HeatMap) -> VGroup:
        """What the followed token looks at most in one head, and how much."""
        row = self._patterns()[head, self.focus]
        most = int(row.values.argmax())
        weight = weight_numbers(self.theme, row, [(0, 0)] * len(row), SMALLEST_DIGIT)[most]
        width = max(sheet.border.width, 1.35) - weight.advance - 0.15
        words = self.say("looks", token=self.tokens[self.focus], word=self.tokens[most])
        line = VGroup(text(self.theme, words, SMALL, width=width), weight).arrange(RIGHT, buff=0.15)
        return line.move_to([sheet.get_x(), room_of(sheet.border).top + READOUT / 2, 0])

    def _look(self, room: Room, twin: bool = False) -> Look:
        trace = self.staging.trace
        words, others = (trace.twin, self.tokens) if twin else (self.tokens, trace.twin)
        weights = self.view(("twin." if twin else "") + "encoder.{block}.self_attention.weights")[self.head, self.focus]
        return look(self.theme, words, others, weights, self.focus, room)

    def _change_a_word(self, rooms: Sequence[Room]) -> None:
        """A second copy of the sentence comes down, and becomes the other sentence."""
        same, other = self._look(rooms[1]), self._look(rooms[1], twin=True)
        copy = self.look.copy()
        hide(copy)
        self.play(travel(copy, same), slide(self.look, y=rooms[0].centre[1] - self.stage.centre[1], run_time=SLOW))
        self.wait(0.6)
        self.play(swing(same, other))
        self.wait(1.0)

    def _letter(self, head: int, part: HeatMap) -> VGroup:
        """Z and its number above the answers of a head."""
        width = 0.8 * len(part.grid.columns) * part.grid.width
        name = equation(self.theme, f"Z_{head + 1}", size=NAME, role="output", width=width)
        return name.next_to(part.border, UP, buff=0.12)

    def _bring_aside(self, room: Room, width: float) -> list[HeatMap]:
        """The joined heads make room for what they are multiplied with."""
        source = self._joined()
        slot = Room.around((0, 0), (room.width - 2 * MARGIN) / self.heads + 2 * MARGIN, room.height)
        grid = slice_grid(source, self.heads, slot)
        parts = slices(self.theme, source, joined(self.heads, grid, room.centre), "output", grid)
        hide(*(part.border for part in parts))
        whole = around_joined(self.theme, self.heads, grid, room.centre, "output")
        letters = [self._letter(i, part) for i, part in enumerate(parts)]
        cards = cards_beside(self.theme, self.tokens, parts[0], width)
        pairs = [(self.whole, whole), (self.cards, cards), *zip(self.letters, letters)]
        for old, new in zip(self.parts, parts, strict=True):
            pairs += [(old.cells, new.cells), *zip(old.dots, new.dots)]
        self.play(vanish(*self.on_stage(*(old for old, _ in pairs))), *(travel(old, new) for old, new in pairs))
        self.remove(*self.parts, *(part.cells for part in parts))
        self.add(*parts)
        self.whole = whole
        return parts

    def _first_entry(self, row: Iterable[Cell], column: Iterable[Cell], output: HeatMap) -> Animation:
        """One entry of the output is counted out below it."""
        bias = float(self.view("weights.encoder.{block}.self_attention.b_O")[0])
        at = (output.get_x(), room_of(output.border).bottom - 0.3, 0)
        entry = number(self.theme, output.view[self.focus, 0], WORD, "output", at=at)
        down = {cell.source.index[0]: cell for cell in column}
        pairs = [(cell, down[cell.source.index[1]]) for cell in row if cell.source.index[1] in down]
        a, b = self._joined()[self.focus], self._weights("O")[:, 0]
        return live_dot_product(self.theme, a, b, pairs, entry, bias, run_time=2.4)

    def _above(self, below: Block, maths: str, role: str = "text", shape: Sequence[int] = ()) -> VGroup:
        """The name of a matrix above its frame, and its shape if it is told."""
        name = VGroup(equation(self.theme, maths, size=NAME, role=role))
        if shape:
            name.add(shape_label(self.theme, shape))
        return name.arrange(buff=0.2).next_to(below, UP, buff=0.15)

    def _sign(self, maths: str, left: Block, right: Block) -> VGroup:
        """A sign in the gap between two matrices."""
        x = (room_of(left).right + room_of(right).left) / 2
        return equation(self.theme, maths, size=SIGN, role="muted").move_to([x, left.get_y(), 0])

    def _stage_of_work(self, stage: int, room: Room, full: float) -> tuple[VGroup, VGroup, tuple[Label, Label]]:
        """The multiplications of one stage: of the wide head, of the narrow ones as a pile, and both as numbers."""
        left, right = room.columns([1, 1], gap=0.15)
        wide = bars(self.theme, self._count("wide")[stage : stage + 1], left, "muted", full)
        narrow = stack(self.theme, self._count("narrow")[:, stage], right, "output", full)
        top = room_of(VGroup(wide, narrow)).top
        numbers = tuple(
            number(self.theme, self._count(name)[stage], SMALLEST_DIGIT, role, at=(room.centre[0], top + up, 0), decimals=0)
            for name, up, role in (("wide", 0.5, "muted"), ("narrow_sums", 0.22, "output"))
        )
        return wide, narrow, numbers

    def _work_name(self, stage: str, formula: str, room: Room) -> VGroup:
        """The floor of a stage's bars, and below it what is computed and how many multiplications that takes."""
        at = (room.centre[0], room.bottom - 0.25, 0)
        words = text(self.theme, self.say(stage), SMALL, at=at, width=room.width)
        maths = equation(self.theme, formula, size=SIGN, role="muted").move_to([at[0], at[1] - 0.45, 0])
        return VGroup(floor(self.theme, room), words, maths)

    def _totals(self, room: Room) -> list[VGroup]:
        """The sums of the single wide head, of the narrow heads, and of as many wide ones, as rows of a table."""
        config, body = self.staging.trace.config, Room.around(room.centre, room.width, 3.6)
        kinds = (("wide_total", 1, config.d_model, "muted"), ("narrow_total", self.heads, config.d_k, "output"),
                 ("uncut_total", self.heads, config.d_model, "text"))
        rows = []
        for (name, heads, width, role), place in zip(kinds, body.rows([1, 1, 1], gap=0.2), strict=True):
            head = "head" if heads == 1 else "heads"
            upper, lower = place.rows([1, 1], gap=0)
            words = self.say(f"of_{head}", heads=heads, width=width)
            rows.append(VGroup(
                text(self.theme, words, WORD, role, at=upper.centre, width=place.width),
                number(self.theme, self._count(name), TOTAL, role, weight=600, at=lower.centre, decimals=0),
            ))
        return rows

    def _fall(self, piece: Bar, run_time: float) -> Animation:
        """A piece comes down on its pile."""
        above = piece.copy().shift([0, 0.5, 0])
        hide(above)
        return travel(above, piece, run_time=run_time)
