"""Scene 15: the stack of encoder blocks, and what the decoder takes from it (Vaswani et al. 2017, sections 3.1 and 3.2.3)."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from manim import UP, VGroup

from model import View
from model.wiring import has_final_norm
from scenes.base.scene import ExplainerScene, step
from scenes.encoder_stack.chain import Chain, chain
from scenes.parts.diagram import module, route
from scenes.parts.equation import equation
from scenes.parts.heat_map import LARGEST_CELL, HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, fit_words, number, paragraph, text
from scenes.parts.lanes import bare, lanes, strips
from scenes.parts.motion import BRIEF, EASY, appear, dim, draw, merge, travel, vanish
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import best_word, cards_beside, shape_label, token_card
from scenes.base.layout import above, line_of
from scenes.base.room import GAP, PX, TIGHT, Room

NAME, SIGN, SMALL, LARGE = (size * PX for size in (50, 40, 28, 80))
CARD, STRIP, CLEAR = 0.6, 0.3, 0.1        # height of a card and of a strip; between a strip and what is above and below it
MOST_BLOCKS = 6                           # that are drawn one by one
TALLEST, TALL_ROW = 1.6, 1.8              # a block, and a row of one token's vectors
LINE = 56 * PX                            # between the two sentences
WORDS = 1.6                               # width of the words beside a picture at most
NARROW = 4 * PX                           # beside the word of a card in its lane, where long words shall stay whole


class EncoderStack(ExplainerScene):
    """The tokens rise through the blocks; one of them is followed; what comes out goes to every block of the decoder."""

    experiments = ("distances", "twin")
    place = "encoder"

    @step
    def stack(self):
        """Blocks stand on each other; all tokens rise through them."""
        self._lay_out()
        self.open_with(self.cards, *map(bare, self.levels[0]), self.names[0])
        for block in self.blocks:
            block.shift(0.3 * UP)
            self.play(appear(block, run_time=0.4), block.animate(run_time=0.4).shift(-0.3 * UP).build())
        for lower, upper in zip(self.levels, self.levels[1:], strict=False):
            self._rise(lower, upper)
        self.play(appear(*self.names[1:]))

    @step
    def same_token(self):
        """The vector of one token below the first block and above each: it is never the same."""
        self._lay_out_rows()
        kept = [level[self.focus].cells for level in self.levels]
        self.play(dim(*self.on_stage(self.cards[self.focus], *kept), *self._others(self.cards)))
        self.play(vanish(*self.on_stage(*kept), self.levels[0][self.focus].dots))
        for start, row, name in zip(kept, self.wide, self.row_names, strict=True):
            self.play(travel(start, row.cells, run_time=0.9), appear(row.border, row.dots, name, run_time=0.9))
            self.play(appear(row.numbers, run_time=0.4))

    @step
    def chain(self):
        """Block 1 carries the changed word to the others, so that in block 2 the followed one looks elsewhere: in both sentences."""
        first, *rest = chains = self._lay_out_chains()
        self.play(vanish(*self.on_stage()), appear(first.cards, *(each.cards for each in rest)))
        for look in ("lower", "upper"):
            for each in chains:
                shown = getattr(each, look)
                self.play(appear(shown.said), draw(*shown.arcs, run_time=EASY))
                self.play(appear(*shown.numbers, run_time=BRIEF))
            if look == "lower":
                self.play(appear(self.apart))

    @step
    def memory(self):
        """All the vectors above the last block are H; every block of the decoder makes keys and values of its own from it."""
        self._lay_out_memory()
        self.play(vanish(*self.on_stage()), appear(self.h_cards, self.h, self.h_name))
        self.play(appear(self.heading_of))
        for block, (wire, box, made) in enumerate(zip(self.wires, self.decoders, self.made, strict=True)):
            signs, pictures = zip(*made, strict=True)
            self.play(appear(box, *signs), draw(*wire))
            if all(pictures):
                for together in ([pictures] if block else [[picture] for picture in pictures]):
                    self._make(together)

    def wording(self, name: str) -> str:
        """Whether a swapped word turns a look depends on the weights, and pre-norm has one more norm at the end."""
        if name == "chain":
            return "caption" if self._looks_elsewhere else "other"
        return "pre" if name == "memory" and self._pre else super().wording(name)

    @property
    def _second(self) -> int:
        """The block above the first, if there is one."""
        return min(1, self.staging.trace.config.n_blocks - 1)

    def _looks(self, block: int, twin: str = "") -> View:
        """The attention weights of a block (h, n, n), in this sentence or the other."""
        return self.staging.trace[f"{twin}encoder.{block}.self_attention.weights"]

    @property
    def _looks_elsewhere(self) -> bool:
        """Whether a swapped word turns the followed token's look above the first block."""
        if not self.twin or not self._second:
            return False
        own, other = (best_word(words, self._looks(self._second, twin)[self.head, self.focus]) for words, twin in ((self.tokens, ""), (self.twin, "twin.")))
        return own != other

    @property
    def _pre(self) -> bool:
        return has_final_norm(self.staging.trace.config.norm)

    def _rise(self, below: Sequence[HeatMap], above: Sequence[HeatMap]) -> None:
        """Copies of the vectors go up behind the block and come out above it as others."""
        copies = [strip.cells.copy() for strip in below]
        self.add(*copies)
        self.bring_to_back(*copies)
        self.play(*(travel(start, strip.cells, run_time=2.2) for start, strip in zip(copies, above, strict=True)))
        dots = [strip.dots for strip in above if len(strip.dots)]
        if dots:
            self.play(appear(*dots, run_time=0.2))

    def _make(self, pictures: Sequence[HeatMap]) -> None:
        """Each row of H goes into its row of keys or values, which come up."""
        self.play(*(merge(start, into=row) for picture in pictures
                    for start, row in zip(self.h.cells, picture.cells, strict=True)))
        self.play(appear(*(picture.border for picture in pictures)), *(
            appear(*map(picture.row, range(len(self.tokens))), picture.dots, lag=0.05) for picture in pictures
        ))

    def _others(self, parts: VGroup) -> list:
        return [part for i, part in enumerate(parts) if i != self.focus]

    @property
    def _depths(self) -> list[int]:
        """After how many blocks vectors are shown: after each, or of a high stack after some, equally far apart."""
        n_blocks = self.staging.trace.config.n_blocks
        return [*range(0, n_blocks, -(-n_blocks // MOST_BLOCKS)), n_blocks]

    @property
    def _views(self) -> list[View]:
        """What the first block reads and what blocks hand on: (n, d_model) each."""
        _, *above = self._depths
        return [self.staging.trace[name] for name in ("encoder.0.input", *(f"encoder.{depth - 1}.output" for depth in above))]

    @property
    def _scale(self) -> float:
        """The magnitude that is brightest at every depth."""
        return peak(*self._views)

    def _lay_out(self) -> None:
        """From the bottom up: the tokens, their vectors, and in turn a block and the vectors above it."""
        n_blocks, level = len(self._depths) - 1, STRIP + 2 * CLEAR
        tall = min(TALLEST, (self.stage.height - CARD - (n_blocks + 1) * level) / n_blocks)
        whole = CARD + (n_blocks + 1) * level + n_blocks * tall
        body = Room.around(self.stage.centre, self.stage.width, whole).trim(left=0.7, right=0.2)
        places = lanes(len(self.tokens), body)
        sides = min(body.centre[0] - 1.5, places[0].left - 0.1), max(body.centre[0] + 1.5, places[-1].right + 0.1)
        size = max(SMALLEST_WORD, min(WORD, 0.72 * tall))
        heights = [body.bottom + CARD + level / 2 + k * (level + tall) for k in range(n_blocks + 1)]
        self.cards = self._lane_cards(places, body.bottom + CARD / 2)
        self.levels = [strips(self.theme, view, places, y, STRIP, self._scale)
                       for view, y in zip(self._views, heights, strict=True)]
        self.blocks = [
            module(self.theme, name, Room(*sides, y + level / 2, y + level / 2 + tall), size=size)
            for name, y in zip(self._block_names, heights)
        ]
        self.names = [equation(self.theme, maths, size=NAME, role=role).move_to([sides[0] - 0.35, y, 0])
                      for maths, role, y in (("X", "text", heights[0]), ("H", "output", heights[-1]))[: 1 if self._pre else 2]]

    def _lane_cards(self, places: Sequence[Room], y: float, words: Sequence[str] = ()) -> VGroup:
        words, size = fit_words(self.theme, words or self.tokens, WORD, places[0].width - 2 * NARROW)
        cards = VGroup(token_card(self.theme, word, place.width, CARD, size=size, padding=NARROW).move_to([place.centre[0], y, 0])
                       for word, place in zip(words, places, strict=True))
        cards[self.focus].box.set_stroke(self.theme.colour("output"), 3)
        return cards

    def _lay_out_rows(self) -> None:
        """The followed token at every depth, the first at the bottom: over the whole stage, then with room for its neighbours."""
        rooms = self.stage.rows(len(self._views), TIGHT)[::-1]
        rooms = [room.fit(height=TALL_ROW) for room in rooms]
        sources = [view[self.focus] for view in self._views]
        places = [room.trim(top=WORD + TIGHT) for room in rooms]
        grid = fit_grid(sources[0].shape, places[0])
        digits = fit_digits(self.theme, np.stack([source.values for source in sources]), grid)
        self.wide = [heat_map(self.theme, source, place, "output", digits=digits, scale=self._scale, grid=grid)
                     for source, place in zip(sources, places, strict=True)]
        self.row_names = [above(text(self.theme, words, WORD, "muted"), row.border, TIGHT / 2, -1)
                          for words, row in zip(self._depth_names, self.wide, strict=True)]

    @property
    def _block_names(self) -> list[str]:
        """What the blocks are called, or several that are drawn as one."""
        return [self.say("block", number=last) if last - first == 1 else self.say("blocks", first=first + 1, last=last)
                for first, last in pairwise(self._depths)]

    @property
    def _depth_names(self) -> list[str]:
        """What the depths are called."""
        _, *above = self._depths
        return [self.say("before"), *(self.say("after", number=depth) for depth in above)]

    def _lay_out_chains(self) -> list[Chain]:
        """Both sentences, or the only one; between them how far the followed token is from itself, before the first block and after it."""
        changed = [i for i, (word, other) in enumerate(zip(self.tokens, self.twin)) if word != other]
        giver = changed[0] if changed else best_word(self.tokens, self._looks(0)[self.head, self.focus])
        carrier = int(self._looks(0)[:, self.focus, giver].values.argmax())
        high, line, low = self.stage.rows([self.stage.height / 2 - LINE, LINE, self.stage.height / 2 - LINE], 0)
        sentences = [(self.tokens, self.twin, "", high), (self.twin, self.tokens, "twin.", low)] if self.twin else [(self.tokens, (), "", self.stage)]
        self.apart = self._apart(line) if self.twin else VGroup()
        return [chain(self.theme, words, others, (
            (giver, self._looks(0, twin)[carrier, :, giver], self.say("takes", number=1, head=carrier + 1, token=words[giver])),
            (self.focus, self._looks(self._second, twin)[self.head, self.focus],
             self.say("looks", number=self._second + 1, head=self.head + 1, token=words[self.focus])),
        ), room, self.frame.is_roomy) for words, others, twin, room in sentences]

    def _apart(self, room: Room) -> VGroup:
        """How far the followed token is from itself in the other sentence: before the first block, and after it."""
        moved = self.staging.trace["distances.moved"][:, self.focus]
        words = self.say("between", token=self.tokens[self.focus]), self.say("before"), self.say("after", number=1)
        start, *places = (text(self.theme, word, SMALL, "muted") for word in words)
        numbers = (number(self.theme, moved[depth], max(SMALL, self.theme.digit), "output", 600) for depth in range(2))
        return line_of(start, *(part for pair in zip(places, numbers) for part in pair), at=room)

    def _lay_out_memory(self) -> None:
        """H at the left; beside it the decoder's blocks, each with its keys and values, row by row as H."""
        n_blocks, view = self.staging.trace.config.n_blocks, self.staging.trace["encoder.output"]
        left, right = self.stage.trim(top=1.2, bottom=0.65).columns([5.0, 7.4], gap=0.5)
        self.h = heat_map(self.theme, view, left.trim(left=WORDS + 0.2), "output")
        self.h_cards = cards_beside(self.theme, self.tokens, self.h, WORDS)
        inner = room_of(self.h.border)
        name = equation(self.theme, "H", size=NAME, role="output"), shape_label(self.theme, view.shape)
        self.h_name = VGroup(*name).arrange(buff=0.18).move_to([inner.centre[0], inner.top + 0.32, 0])
        rooms = Room(right.left, right.right, inner.bottom - 0.1, inner.top + 0.8).columns([1] * n_blocks, gap=0.25)
        said = self.say("made" if self.staging.trace.config.translates else "decoder", number=self.head + 1)
        self.heading_of = text(self.theme, said, WORD, weight=500, at=(right.centre[0], rooms[0].top + 0.25, 0), width=right.width)
        self.decoders, self.made = [], []
        for block, room in enumerate(rooms):
            title = text(self.theme, self.say("block", number=block + 1), SMALL, width=room.width - 0.2,
                         at=(room.centre[0], room.top - 0.22, 0))
            self.decoders.append(VGroup(frame(self.theme, room, "line", fill="surface"), title))
            halves = room.inset(0.1).columns([1, 1], gap=0.15)
            self.made.append([self._made(block, *what) for what in zip("KV", ("key", "value"), halves, strict=True)])
        self.wires = self._wires(rooms)

    def _made(self, block: int, letter: str, name: str, room: Room) -> tuple[VGroup, HeatMap | None]:
        """The sign of the keys or values of a block of the decoder; and they, each beside the row of H that it is made from."""
        sign = equation(self.theme, f"{letter}^(({block + 1}))", size=SIGN, role=name, width=room.width)
        sign.move_to([room.centre[0], room_of(self.h.border).top + 0.22, 0])
        if not self.staging.trace.config.translates:
            return sign, None
        view = self.staging.trace[f"decoder.{block}.cross_attention.{name}"][0, self.head]
        grid = self.h.grid._replace(columns=fit_grid(view.shape, room).columns)
        grid = grid._replace(width=min(LARGEST_CELL, (room.width - 2 * grid.margin) / len(grid.columns)))
        return sign, heat_map(self.theme, view, room.level(self.h.get_y()), name, digits=True, grid=grid)

    def _wires(self, rooms: Sequence[Room]) -> list[VGroup]:
        """From below H along the foot of the stage up into every block."""
        inner = room_of(self.h.border)
        x, y = inner.centre[0], inner.bottom - 0.6
        return [route(self.theme, [(x, inner.bottom), (x, y), (room.centre[0], y), (room.centre[0], room.bottom)], "output")
                for room in rooms]
