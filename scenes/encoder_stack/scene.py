"""Scene 15: the stack of encoder blocks, and what the decoder takes from it (Vaswani et al. 2017, sections 3.1 and 3.2.3)."""

from collections.abc import Sequence

import numpy as np
from manim import UP, VGroup

from model import View
from model.wiring import has_final_norm
from scenes.base.scene import ExplainerScene, step
from scenes.parts.diagram import module, route
from scenes.parts.equation import equation
from scenes.parts.heat_map import LARGEST_CELL, HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, fit_words, text
from scenes.parts.lanes import bare, lanes, strips
from scenes.parts.motion import appear, dim, draw, merge, travel, vanish
from scenes.parts.nearest import nearest
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import PADDING, cards_beside, shape_label, token_card
from scenes.base.room import PX, Room

NAME, SIGN, SMALL = (size * PX for size in (40, 34, 28))
CARD, STRIP, CLEAR = 0.5, 0.28, 0.08      # height of a card and of a strip; between a strip and what is above and below it
TALLEST, TALL_ROW = 1.3, 1.3              # a block, and a row of one token's vectors
WORDS = 1.5                               # width of the words beside H at most
BEST = 3                                  # nearest tokens that are shown


class EncoderStack(ExplainerScene):
    """The tokens rise through the blocks; one of them is followed; what comes out goes to every block of the decoder."""

    experiments = ("distances",)
    place = "encoder"

    @step
    def stack(self):
        """Blocks stand on each other; all tokens rise through them."""
        self._lay_out()
        self.play(appear(self.cards), appear(*map(bare, self.levels[0])), appear(self.names[0]))
        for block in self.blocks:
            block.shift(0.3 * UP)
            self.play(appear(block, run_time=0.4), block.animate(run_time=0.4).shift(-0.3 * UP).build())
        for below, above in zip(self.levels, self.levels[1:], strict=False):
            self._rise(below, above)
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
    def neighbours(self):
        """Beside each of its vectors: the tokens whose vectors are most like it."""
        self.play(
            vanish(*(row.numbers for row in self.wide), *(row.dots for row in self.wide), run_time=0.4),
            *(travel(getattr(wide, part), getattr(small, part), run_time=1.0)
              for wide, small in zip(self.wide, self.small, strict=True) for part in ("cells", "border")),
        )
        self.play(appear(*(row.dots for row in self.small), run_time=0.3))
        for depth in range(len(self.small)):
            self.play(appear(*self._near(depth), lag=0.6))

    @step
    def memory(self):
        """All the vectors above the last block are H; every block of the decoder makes keys and values of its own from it."""
        self._lay_out_memory()
        row = self.small[-1].cells
        self.play(vanish(*self.on_stage(row)))
        self.play(travel(row, VGroup(self.h.cells[self.focus]), run_time=1.0),
                  appear(self.h_cards, self.h.border, self.h_name, run_time=1.0))
        self.play(appear(*self._others(self.h.cells), self.h.dots, lag=0.1))
        self.remove(*self.h.cells)
        self.add(self.h)
        self.play(appear(self.title))
        for block, (wire, box, made) in enumerate(zip(self.wires, self.decoders, self.made, strict=True)):
            signs, pictures = zip(*made, strict=True)
            self.play(appear(box, *signs), draw(*wire))
            if all(pictures):
                for together in ([pictures] if block else [[picture] for picture in pictures]):
                    self._make(together)

    def wording(self, name: str) -> str:
        """One token alone has no neighbours, and pre-norm has one more norm after the last block."""
        if name == "neighbours" and len(self.tokens) == 1:
            return "alone"
        return "pre" if name == "memory" and self._pre else super().wording(name)

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
    def _views(self) -> list[View]:
        """What the first block reads and what every block hands on: (n, d_model) each."""
        blocks = range(self.staging.trace.config.n_blocks)
        return [self.staging.trace[name] for name in ("encoder.0.input", *(f"encoder.{block}.output" for block in blocks))]

    @property
    def _scale(self) -> float:
        """The magnitude that is brightest at every depth."""
        return peak(*self._views)

    def _lay_out(self) -> None:
        """From the bottom up: the tokens, their vectors, and in turn a block and the vectors above it."""
        n_blocks, level = self.staging.trace.config.n_blocks, STRIP + 2 * CLEAR
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
            module(self.theme, self.say("block", number=k + 1), Room(*sides, y + level / 2, y + level / 2 + tall), size=size)
            for k, y in enumerate(heights[:-1])
        ]
        self.names = [equation(self.theme, maths, size=NAME, role=role).move_to([sides[0] - 0.35, y, 0])
                      for maths, role, y in (("X", "text", heights[0]), ("H", "output", heights[-1]))[: 1 if self._pre else 2]]

    def _lane_cards(self, places: Sequence[Room], y: float) -> VGroup:
        words, size = fit_words(self.theme, self.tokens, WORD, places[0].width - 2 * PADDING)
        cards = VGroup(token_card(self.theme, word, place.width, CARD, size=size).move_to([place.centre[0], y, 0])
                       for word, place in zip(words, places, strict=True))
        cards[self.focus].box.set_stroke(self.theme.colour("output"), 3)
        return cards

    def _lay_out_rows(self) -> None:
        """The followed token at every depth, the first at the bottom: over the whole stage, then with room for its neighbours."""
        depths = len(self._views)
        body = Room.around(self.stage.centre, self.stage.width, min(self.stage.height, depths * TALL_ROW))
        self.rows = body.rows([1] * depths, gap=0)[::-1]
        names, wide = zip(*(row.columns([1.5, 11.1], gap=0.2) for row in self.rows), strict=True)
        small, self.near_rooms = zip(*(row.columns([3.9, 7.0], gap=0.3) for row in wide), strict=True)
        self.wide, self.small = self._vectors(wide, digits=True), self._vectors(small)
        said = [self.say("before"), *(self.say("after", number=k + 1) for k in range(depths - 1))]
        self.row_names = [text(self.theme, words, SMALL, "muted", at=(room.left, room.centre[1], 0), align=-1, width=room.width)
                          for words, room in zip(said, names, strict=True)]

    def _vectors(self, rooms: Sequence[Room], digits: bool = False) -> list[HeatMap]:
        """The followed token's vector at every depth, each in its room."""
        sources = [view[self.focus] for view in self._views]
        grid = fit_grid(sources[0].shape, Room.around((0, 0), rooms[0].width, min(0.6, 0.8 * rooms[0].height)))
        whole = np.stack([source.values for source in sources])
        digits = fit_digits(self.theme, whole, grid) if digits else None
        return [heat_map(self.theme, source, room, "output", digits=digits, scale=self._scale, grid=grid)
                for source, room in zip(sources, rooms, strict=True)]

    def _near(self, depth: int) -> VGroup:
        """The followed token's nearest tokens at a depth, each with its cosine."""
        trace, rooms = self.staging.trace, self.near_rooms[depth].columns([1] * BEST, gap=0.2)
        order = [int(place) for place in trace["distances.nearest"].values[depth, self.focus]]
        return nearest(self.theme, self.tokens, order, trace["distances.cosines"][depth, self.focus], rooms)

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
        self.title = text(self.theme, self.say("decoder"), WORD, weight=500, at=(right.centre[0], rooms[0].top + 0.25, 0))
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
        sign = equation(self.theme, f"{letter}_{block + 1}", size=SIGN, role=name, width=room.width)
        sign.move_to([room.centre[0], room_of(self.h.border).top + 0.22, 0])
        if not self.staging.trace.config.trained:
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
