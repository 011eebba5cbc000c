"""Scene 18: the whole machine in one take, from the sentence into one number of one head, and back out."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.scene import ExplainerScene, step
from scenes.parts.diagram import block_diagram, module
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import fit_grid, heat_map
from scenes.parts.label import WORD, number, text
from scenes.parts.motion import appear, hide, live_dot_product
from scenes.parts.shapes import room_of
from scenes.parts.tokens import column_labels, row_labels, token_row
from scenes.parts.zoom import zoom_in, zoom_out
from scenes.base.room import PX, Room

LARGE, NAME, FORMULA = (size * PX for size in (76, 34, 38))
LABEL, SLANTED, GUIDE = 1.7, 0.85, 0.4    # room for the words beside rows and below columns, and for what is said of a guided head
WIDEST_CELL = 1.25                            # width of a cell of the one matrix that is shown alone
LIT = 4                                   # stroke width of the part that is entered


class Recap(ExplainerScene):
    """Five pictures, each behind a door of the one before."""

    place = "all"

    @step
    def machine(self):
        """The sentence goes in at the bottom; the translation comes out at the top."""
        self.pictures, self.doors = [], []
        for lay_out in (self._machine, self._block, self._heads, self._head):
            picture, door = lay_out()
            self.pictures.append(picture)
            self.doors.append(room_of(door))
        self.pictures.append(self._weight())
        for part in self.pictures[0]:
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
        """Into one weight: a query, a key, and what becomes of their product."""
        self._enter(3)
        (query, key), score = self.rows, self.chain[0][-1]
        self.play(appear(self.chain[0][0], run_time=0.4))
        pairs = zip(query.cells[0], key.cells[0], strict=True)
        self.play(live_dot_product(self.theme, query.view, key.view, pairs, score, run_time=2.4))
        self.play(appear(*self.chain[1:], lag=0.6))

    @step
    def back(self):
        """All the way out again."""
        self.pictures[-1].add(*self.chain)
        for picture, door, inner in reversed([*zip(self.pictures, self.doors, self.pictures[1:])]):
            self._behind_the_words(picture)
            self.play(zoom_out(inner, self.stage, picture, door))

    def _enter(self, level: int) -> None:
        inner = self.pictures[level + 1]
        self._behind_the_words(inner)
        self.play(zoom_in(self.pictures[level], self.doors[level], inner, self.stage))

    def _behind_the_words(self, picture: VGroup) -> None:
        """Makes room on the stage for a picture that comes up, below title and caption, which it may pass on its way."""
        hide(picture)
        self.add(picture, self.heading, *self.announced)

    def _view(self, name: str) -> View:
        """A tensor of the shown head."""
        return self.view(f"encoder.{{block}}.self_attention.{name}")[self.head]

    def _most(self) -> int:
        """The token that the followed one looks at most."""
        return int(self._view("weights")[self.focus].values.argmax())

    def _machine(self) -> tuple[VGroup, VGroup]:
        """The sentence, the encoder with its blocks, and, if there is one, the decoder and what it has said."""
        top, middle, bottom = self.stage.rows([0.6, 2.9, 0.6], gap=0.4)
        said = self.staging.trace.translation
        left, right = middle.columns([1, 1], gap=1.6) if said else (Room.around(middle.centre, 5.6, middle.height), None)
        sentence = self._cards(self.tokens, bottom, left)
        box, blocks = self._stack("encoder", left)
        blocks[self.spec.block].box.set_stroke(self.theme.colour("output"), LIT)
        x, y = left.centre[0], middle.centre[1]
        parts = [sentence, VGroup(arrow(self.theme, (x, bottom.top + 0.04, 0), (x, left.bottom - 0.04, 0)), box, blocks)]
        if said:
            across = arrow(self.theme, (left.right + 0.1, y, 0), (right.left - 0.1, y, 0), "key")
            x = right.centre[0]
            out = arrow(self.theme, (x, right.top + 0.04, 0), (x, top.bottom - 0.04, 0))
            parts += [VGroup(across, *self._stack("decoder", right)), VGroup(out, self._cards(said, top, right))]
        return VGroup(*parts), blocks[self.spec.block]

    def _cards(self, words: Sequence[str], row: Room, column: Room) -> VGroup:
        """A row of cards, in the middle of a column or, if they are wider, as near to it as the stage lets them be."""
        cards = token_row(self.theme, words, row)
        free = (row.width - cards.width) / 2
        return cards.set_x(min(max(column.centre[0], row.centre[0] - free), row.centre[0] + free))

    def _stack(self, name: str, room: Room) -> tuple[VGroup, VGroup]:
        """The box of the encoder or the decoder, and in it its blocks, the first at the bottom."""
        head, body = room.inset(0.3, 0.2).rows([0.45, 2.05], gap=0.12)
        n = self.staging.trace.config.n_blocks
        blocks = VGroup(
            module(self.theme, self.say("block", number=i + 1), place, size=NAME * 0.8)
            for i, place in enumerate(reversed(body.rows([1] * n, gap=0.1)))
        )
        label = text(self.theme, self.say(name), WORD, at=head.centre, width=head.width)
        return VGroup(module(self.theme, "", room).box, label), blocks

    def _block(self) -> tuple[VGroup, VGroup]:
        names = {kind: self.say(kind) for kind in ("attention", "add_norm", "mlp", "norm", "add")}
        room = Room.around(self.stage.centre, 6.0, self.stage.height)
        diagram = block_diagram(self.theme, names, room, self.staging.trace.config.norm)
        door = diagram.modules[diagram.kinds.index("attention")]
        door.box.set_stroke(self.theme.colour("output"), LIT)
        return diagram, door

    def _heads(self) -> tuple[VGroup, VGroup]:
        """The weights of all heads, side by side; the shown one has the brightest frame."""
        weights = self.view("encoder.{block}.self_attention.weights")
        n = len(weights)
        rows = self.stage.inset(y=0.15).rows([1] * (1 + (n > 4)), gap=0.2)
        rooms = [room for row in rows for room in row.columns([1] * (-(-n // len(rows))), gap=0.4)][:n]
        heads = VGroup()
        for i, (view, room) in enumerate(zip(weights, rooms, strict=True)):
            role = "output" if i == self.head else "line"
            picture = heat_map(self.theme, view, room.trim(bottom=0.5), role, weights=True)
            name = text(self.theme, self.say("head", number=i + 1), NAME, role if i == self.head else "muted", width=room.width)
            heads.add(VGroup(picture, name.move_to([room.centre[0], room_of(picture.border).bottom - 0.3, 0])))
        return heads, heads[self.head][0].border

    def _head(self) -> tuple[VGroup, VGroup]:
        """The weights of the shown head, with the words of its rows and columns."""
        room = self.stage.trim(left=LABEL, right=LABEL, bottom=SLANTED + GUIDE)
        view = self._view("weights")
        grid, n = fit_grid(view.shape, room), len(view)
        width, height = min(WIDEST_CELL, room.width / (n + 0.5)), min(0.75 * WIDEST_CELL, room.height / (n + 0.5))
        grid = grid._replace(width=width, height=height)
        weights = heat_map(self.theme, view, room, "line", digits=True, weights=True, grid=grid)
        words = VGroup(
            row_labels(self.theme, self.tokens, weights, "query", LABEL - 0.15),
            column_labels(self.theme, self.tokens, weights, "key", SLANTED),
            self.guide(view, self.stage.trim(top=self.stage.height - GUIDE)),
        )
        return VGroup(weights, words), weights.cells[self.focus][self._most()]

    def _weight(self) -> VGroup:
        """The query and the key whose weight it is. What becomes of them stands below, and appears later."""
        top, middle, bottom = self.stage.inset(0.4, 0.1).rows([1.1, 1.1, 1.8], gap=0.3)
        i, j = self.focus, self._most()
        sides = [("query", i, top), ("key", j, middle)]
        rooms = [room.trim(left=2.6, right=0.4) for _, _, room in sides]
        grid = fit_grid(self._view("query")[i].shape, rooms[0])
        self.rows = [heat_map(self.theme, self._view(name)[k], room, name, digits=True, grid=grid)
                     for (name, k, _), room in zip(sides, rooms, strict=True)]
        left = min(room_of(row.border).left for row in self.rows)
        end = left - 0.3
        words = [text(self.theme, self.say(f"{name}_of", token=self.tokens[k]), NAME, name, at=(end, room.centre[1], 0), align=1,
                      width=end - self.stage.left) for name, k, room in sides]
        self.chain = self._chain(bottom, *(self._view(name)[i, j] for name in ("scores", "scaled_scores", "weights")))
        return VGroup(*self.rows, *words)

    def _chain(self, room: Room, score: View, scaled: View, weight: View) -> list[VGroup]:
        """The score, the scaled score and the weight, one after the other, with what is done between them."""
        rooms = room.columns([2.2, 1.8, 1.2, 2.0, 1.8], gap=0.2)
        d_k = self.staging.trace.config.d_k
        numbers = [number(self.theme, view, size, role, weight=600) for view, size, role in
                   ((score, LARGE * 0.6, "text"), (scaled, LARGE * 0.6, "text"), (weight, LARGE, "weight"))]
        first = VGroup(equation(self.theme, "q dot k =", size=FORMULA), numbers[0]).arrange(buff=0.25).move_to(rooms[0].centre)
        steps = [self._between(place, maths) for place, maths in ((rooms[1], f"div sqrt({d_k})"), (rooms[3], '"softmax"'))]
        rest = [VGroup(steps[k], numbers[k + 1].move_to(rooms[2 * k + 2].centre)) for k in (0, 1)]
        return [first, *rest]

    def _between(self, room: Room, maths: str) -> VGroup:
        """An arrow across a room, and what is done on the way."""
        y = room.centre[1]
        sign = equation(self.theme, maths, size=FORMULA * 0.85, role="muted").move_to([room.centre[0], y + 0.4, 0])
        return VGroup(arrow(self.theme, (room.left + 0.1, y, 0), (room.right - 0.1, y, 0)), sign)
