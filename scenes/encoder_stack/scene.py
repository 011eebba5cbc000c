"""Scene 15: the stack of encoder blocks, and what the decoder takes from it (Vaswani et al. 2017, sections 3.1 and 3.2.3)."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from manim import UP, VGroup

from model import View
from model.wiring import has_final_norm
from scenes.base.layout import above, left_of
from scenes.base.room import PX, TIGHT, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.compared import compared
from scenes.parts.equation import equation
from scenes.parts.heat_map import HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, WORD, Label, text, text_width
from scenes.parts.lanes import bare
from scenes.parts.look import swing
from scenes.parts.memory import memory
from scenes.parts.motion import BRIEF, EASY, SLOWER, STEADY, appear, dim, draw, merge, travel, vanish
from scenes.parts.shapes import ring, room_of, strike
from scenes.parts.tokens import best_word
from scenes.parts.tower import takes, tower

NAME = 50 * PX
MOST_BLOCKS = 6                           # that are drawn one by one; of a decoder, at all
TALL_ROW = 243 * PX                       # a row of one token's vectors
LOW = 3 * SMALLEST_WORD                   # a block in which there is room for words or for strands, not for both
LINE = 56 * PX                            # what is said above the sentence
Case = tuple[Sequence[str], Sequence[str], list[tuple[View, str]]]       # a sentence, the other, and weights (n) with what is said of them


class EncoderStack(ExplainerScene):
    """The tokens rise through the blocks; one of them is followed; what comes out goes to every block of the decoder."""

    experiments = ("twin", "unseen")
    place = "encoder"

    @step
    def stack(self):
        """Blocks stand on each other; all tokens rise through them, and one of them takes from the others as it does so."""
        self._lay_out()
        rings = [ring(self.theme, level[self.focus].cells, "output") for level in self.levels]
        self.open_with(self.cards, *map(bare, self.levels[0]), self.names[0], rings[0])
        for block in self.blocks:
            block.shift(0.3 * UP)
            self.play(appear(block, run_time=0.4), block.animate(run_time=0.4).shift(-0.3 * UP).build())
        for k, (lower, upper) in enumerate(pairwise(self.levels)):
            self.play(draw(*self.takes[k], run_time=STEADY), appear(self.says[k]))
            self._rise(lower, upper)
            self.play(appear(rings[k + 1]))
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
        """Where the followed token looks above block 1: as that is, and if it hides the swapped word; or, if that is all one, in both."""
        words, others, cases = self._turned or self._in_both
        top, body = self.stage.rows([LINE, self.stage.height - LINE - TIGHT], TIGHT)
        said = self.say("above" if self._turned else "where", number=self._second + 1, head=self.head + 1, token=words[self.focus])
        hidden = [i for i, (word, other) in enumerate(zip(words, others)) if self._turned and word != other]
        shown = compared(self.theme, words, others, self.focus, cases, body)
        first, *rest = shown.looks
        self.play(vanish(*self.on_stage()), appear(text(self.theme, said, WORD, at=top), first.cards, shown.lines[0]))
        self.play(draw(*first.arcs, run_time=EASY))
        self.play(appear(first.most, shown.numbers[0]))
        for start, end, number, line in zip(shown.starts[1:], rest, shown.numbers[1:], shown.lines[1:]):
            self.play(appear(start, line))
            self.play(draw(*(strike(self.theme, room_of(card.box)) for i, card in zip(shown.kept, start.cards) if i in hidden), run_time=BRIEF))
            self.play(swing(start, end))
            self.play(appear(number))
        told = {self.focus, *hidden, *(best_word(words, weights) for weights, _ in cases)}
        self.play(dim(*(card for each in shown.looks for i, card in zip(shown.kept, each.cards) if i not in told)))

    @step
    def memory(self):
        """All the vectors above the last block are H; every block of the decoder makes keys and values of its own from it."""
        config, view = self.staging.trace.config, self.staging.trace["encoder.output"]
        names = ["key", "value"] if config.translates else []
        made = [[self.staging.trace[f"decoder.{k}.cross_attention.{name}"][0, self.head] for name in names]
                for k in range(min(config.n_blocks, MOST_BLOCKS))]
        blocks = [(self.say("decoder_block", number=k + 1), views) for k, views in enumerate(made)]
        heading = self.say("made" if config.translates else "decoder", number=self.head + 1)
        shown = memory(self.theme, view, self.tokens, blocks, heading, self.stage)
        self.play(vanish(*self.on_stage()), appear(shown.cards, shown.source, shown.title))
        self.play(appear(shown.heading))
        for k, (wire, box, signs, made) in enumerate(zip(shown.wires, shown.boxes, shown.signs, shown.made, strict=True)):
            self.play(appear(box, signs), draw(*wire))
            for together in [made] if k else [[picture] for picture in made]:
                self._make(shown.source, together)

    def wording(self, name: str) -> str:
        """Whether a hidden word turns a look depends on the weights, and pre-norm has one more norm at the end."""
        if name == "chain":
            return "caption" if self._turned else "other"
        return "pre" if name == "memory" and self._pre else super().wording(name)

    @property
    def _second(self) -> int:
        """The block above the first, if there is one."""
        return min(1, self.staging.trace.config.n_blocks - 1)

    @property
    def _turned(self) -> Case | None:
        """The sentence in which the followed token looks clearly elsewhere above block 1 if that shows the swapped word to no other; None
        if in neither."""
        pairs = ((self.tokens, self.twin, "", "unseen."), (self.twin, self.tokens, "twin.", "unseen.twin_"))
        for words, others, known, hidden in pairs if self.twin and self._second else ():
            swapped = ", ".join(word for word, other in zip(words, others) if word != other)
            known, hidden = self._weights(self._second, known), self.staging.trace[f"{hidden}weights"][self._second, self.head, self.focus]
            most = best_word(words, known)
            if best_word(words, hidden) != most and hidden.values[most] < known.values[most] / 2:
                return words, others, [(known, self.say("known")), (hidden, self.say("hidden", token=swapped))]
        return None

    @property
    def _in_both(self) -> Case:
        """The sentence, and where the followed token looks in the first block and in the one above it."""
        cases = [(self._weights(block), self.say("block", number=block + 1)) for block in range(self._second + 1)]
        return self.tokens, self.twin, cases

    def _weights(self, block: int, twin: str = "") -> View:
        """What the followed token looks at (n) in a block, in this sentence or the other."""
        return self.staging.trace[f"{twin}encoder.{block}.self_attention.weights"][self.head, self.focus]

    @property
    def _pre(self) -> bool:
        return has_final_norm(self.staging.trace.config.norm)

    def _rise(self, below: Sequence[HeatMap], above: Sequence[HeatMap]) -> None:
        """Copies of the vectors go up behind the block and come out above it as others."""
        copies = [strip.cells.copy() for strip in below]
        self.add(*copies)
        self.bring_to_back(*copies)
        self.play(*(travel(start, strip.cells, run_time=SLOWER) for start, strip in zip(copies, above, strict=True)))
        dots = [strip.dots for strip in above if len(strip.dots)]
        if dots:
            self.play(appear(*dots, run_time=0.2))

    def _make(self, source: HeatMap, pictures: Sequence[HeatMap]) -> None:
        """Each row of H goes into its row of keys or values, which come up."""
        self.play(*(merge(start, into=row) for picture in pictures for start, row in zip(source.cells, picture.cells, strict=True)),
                  *(appear(picture.border, picture) for picture in pictures))

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

    def _lay_out(self) -> None:
        """The tokens, their vectors, and the blocks between; what the followed one takes in them, and how the ends are called."""
        self.cards, self.levels, self.blocks, places = tower(self.theme, self.tokens, self._views, self.focus, self.stage)
        blocks = [(*ends, room_of(block.box)) for ends, block in zip(pairwise(self._depths), self.blocks)]
        self.says = [self._takes(*block) for block in blocks]
        self.takes = [takes(self.theme, self._heads(last - 1), self.focus, places, room) if last - first == 1 and room.height >= LOW else VGroup()
                      for first, last, room in blocks]
        self.names = [left_of(equation(self.theme, maths, size=NAME, role=role), self.blocks[0]).set_y(level[0].get_y())
                      for maths, role, level in (("X", "text", self.levels[0]), ("H", "output", self.levels[-1]))[: 1 if self._pre else 2]]

    def _lay_out_rows(self) -> None:
        """The followed token at every depth, the first at the bottom: over the whole stage, then with room for its neighbours."""
        rooms = self.stage.rows(len(self._views), TIGHT)[::-1]
        rooms = [room.fit(height=TALL_ROW) for room in rooms]
        sources = [view[self.focus] for view in self._views]
        places = [room.trim(top=WORD + TIGHT) for room in rooms]
        grid = fit_grid(sources[0].shape, places[0])
        digits = fit_digits(self.theme, np.stack([source.values for source in sources]), grid)
        self.wide = [heat_map(self.theme, source, place, "output", digits=digits, scale=peak(*self._views), grid=grid)
                     for source, place in zip(sources, places, strict=True)]
        self.row_names = [above(text(self.theme, words, WORD, "muted"), row.border, TIGHT / 2, -1)
                          for words, row in zip(self._depth_names, self.wide, strict=True)]

    def _takes(self, first: int, last: int, room: Room) -> Label:
        """Which blocks these are, and of one that is drawn alone where the followed token takes most, over all heads, if there is room for it."""
        token, size = self.tokens[self.focus], max(SMALLEST_WORD, min(WORD, room.height / 4))
        said, room = self._name(first, last), room.inset(x=TIGHT) if room.height < LOW else room.inset(TIGHT).strip(top=size)
        others = [int(j) for j in np.argsort(-self._heads(last - 1).values.mean(0)) if j != self.focus][:2]
        if last - first == 1 and len(others) == 2:
            most, other = (self.tokens[j] for j in others)
            longer = self.say("takes", number=last, token=token, most=most, other=other)
            said = longer if text_width(self.theme, longer, SMALLEST_WORD) <= room.width / 2 else said
        return text(self.theme, said, size, at=room, align=-1, width=room.width / 2)

    def _name(self, first: int, last: int) -> str:
        return self.say("block", number=last) if last - first == 1 else self.say("blocks", first=first + 1, last=last)

    def _heads(self, block: int) -> View:
        """What the followed token looks at (head, n) in a block."""
        return self.staging.trace[f"encoder.{block}.self_attention.weights"][:, self.focus]

    @property
    def _depth_names(self) -> list[str]:
        """What the depths are called."""
        _, *above = self._depths
        return [self.say("before"), *(self.say("after", number=depth) for depth in above)]
