"""Scene 15: the stack of encoder blocks, and what the decoder takes from it (Vaswani et al. 2017, sections 3.1 and 3.2.3)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from manim import UP

from model import View
from model.wiring import has_final_norm
from scenes.base.room import PX, TIGHT
from scenes.base.scene import ExplainerScene, step
from scenes.parts.by_depth import evenly
from scenes.parts.compared import Told, compared
from scenes.parts.heat_map import peak
from scenes.parts.label import WORD, text
from scenes.parts.lanes import bare
from scenes.parts.layers import layers
from scenes.parts.look import swing
from scenes.parts.memory import memory
from scenes.parts.motion import BLINK, BRIEF, EASY, SLOWER, STEADY, appear, dim, draw, slide, travel, vanish
from scenes.parts.scissors import halves
from scenes.parts.tokens import best_word
from scenes.parts.tower import Storey, tower

MOST_BLOCKS = 6                           # that are drawn one by one
FALL = 40 * PX                            # how far blocks come down
LINE = 56 * PX                            # what is said above the sentence
# What captions name: who looks, and at what in block 1 and in block 2; who looks, what is swapped, and at what in either sentence if not told of it.
WIDE_STREET, WIDE_FALLS = ["it", "wide", "street"], ["it", "wide", "animal", "animal"]


class Turned(NamedTuple):
    """Of the sentence `words`, which has a swapped word that `others` has not, both looks (n) with what is said of them (`cases`), and by which
    weight the word is `told`. story: who looks, what is swapped, what is looked at most in either sentence without that head."""

    words: Sequence[str]
    others: Sequence[str]
    cases: list[tuple[View, str]]
    told: Told | None
    story: list[str]


class EncoderStack(ExplainerScene):
    """The tokens rise through the blocks; one of them is followed; what comes out goes to every block of the decoder."""

    experiments = ("twin", "first_cut")
    sparse = {"chain": "a sentence twice, as long as its words are: a very wide stage stays free at both sides"}
    place = "encoder"

    @step
    def stack(self):
        """Blocks stand on each other; all tokens rise through them, and one of them takes from the others as it does so."""
        storeys = [self._storey(*ends) for ends in pairwise(self._depths)]
        drawn = self.tower = tower(self.theme, self.tokens, self._views, self.focus, storeys, ["X"] if self._pre else ["X", "H"], self.stage)
        self.open_with(drawn.cards, *map(bare, drawn.levels[0]), drawn.names[0], drawn.rings[0])
        for block in drawn.blocks:
            block.shift(FALL * UP)
            self.play(appear(block, run_time=BRIEF), slide(block, y=-FALL, run_time=BRIEF))
        for k, (lower, upper) in enumerate(pairwise(drawn.levels)):
            self.play(draw(*drawn.takes[k], run_time=STEADY), appear(drawn.says[k], drawn.numbers[k]))
            behind = [(below.cells.copy().set_z_index(-1), above.cells) for below, above in zip(lower, upper, strict=True)]
            self.play(*(travel(*ends, run_time=SLOWER) for ends in behind), appear(*(strip.dots for strip in upper), run_time=SLOWER))
            self.play(appear(drawn.rings[k + 1]))
        self.play(appear(*drawn.names[1:]))

    @step
    def same_token(self):
        """The vector of one token below the first block and above each: it is never the same."""
        rows = layers(self.theme, [view[self.focus] for view in self._views], self._depth_names, self.stage, peak(*self._views))
        drawn, kept = self.tower, [level[self.focus].cells for level in self.tower.levels]
        self.play(dim(*self.on_stage(drawn.cards[self.focus], *kept), *(card for card in drawn.cards if card is not drawn.cards[self.focus])))
        self.play(vanish(*self.on_stage(*kept), drawn.levels[0][self.focus].dots))
        for start, row in zip(kept, rows, strict=True):
            self.play(travel(start, row.sheet.cells, run_time=EASY), appear(row.sheet.border, row.sheet.dots, row.title, run_time=EASY))
            self.play(appear(row.sheet.numbers, run_time=BRIEF))

    @step
    def chain(self):
        """Where the followed token looks above block 1: as that is, and without the head that brings the swapped word; or else in both."""
        second, turned = self._second, self._turned
        pair = [(self._weights(block), self.say("block", number=block + 1)) for block in range(second + 1)]
        words, others, cases, told, _ = turned or Turned(self.tokens, self.twin, pair, None, [])
        top, body = self.stage.rows([LINE, self.stage.height - LINE - TIGHT], TIGHT)
        swapped = _unlike(words, others) if turned else []
        key = "where" if not turned else "above" if words is self.tokens else "swapped"
        said = self.say(key, number=second + 1, head=self.head + 1, token=words[self.focus], swapped=_listed(words, swapped))
        shown = compared(self.theme, words, others, self.focus, cases, told, body)
        first, *rest = shown.looks
        self.play(vanish(*self.on_stage()), appear(text(self.theme, said, WORD, at=top), first.cards, shown.lines[0]))
        self.play(draw(*shown.told[:1], run_time=BRIEF), appear(*shown.names[:1]))
        self.play(draw(*first.arcs, run_time=EASY))
        self.play(appear(first.most, shown.numbers[0]))
        for k, (start, end) in enumerate(zip(shown.starts[1:], rest), start=1):
            whole, apart = ([halves(arc, cut) for arc in shown.told[k : k + 1]] for cut in (False, True))
            self.play(appear(start, shown.lines[k], *whole, *shown.names[k : k + 1]))
            self.play(*(travel(*ends, run_time=BRIEF) for ends in zip(whole, apart, strict=True)))
            self.play(swing(start, end))
            self.play(appear(shown.numbers[k]))
        bright = {self.focus, *swapped, *(best_word(words, weights) for weights, _ in cases)}
        self.play(dim(*(card for each in shown.looks for i, card in zip(shown.kept, each.cards) if i not in bright)))

    @step
    def memory(self):
        """All the vectors above the last block are H; the decoder's first block makes keys and values from it."""
        trace = self.staging.trace
        read = (trace[f"decoder.0.cross_attention.{name}"][-1, self.head] for name in ("key", "value")) if trace.config.translates else ()
        names, key = [self.say("keys"), self.say("values")], "decoder_block" if trace.config.translates else "no_decoder"
        block = self.say(key, number=1, head=self.head + 1)
        shown = memory(self.theme, trace["encoder.output"], self.tokens, [*read], names, block, self.stage)
        self.play(vanish(*self.on_stage()), appear(shown.cards, shown.source, shown.title))
        self.play(appear(shown.box))
        self.play(draw(shown.wire), appear(shown.signs, *(picture.border for picture in shown.made)))
        for rows in zip(*(picture.cells for picture in shown.made), strict=True):
            self.play(appear(*rows, run_time=BLINK))
        self.play(appear(shown.made))

    def wording(self, name: str) -> str:
        """Whether a cut head turns a look depends on the weights, and pre-norm has one more norm at the end."""
        if name == "chain":
            return "other" if not self._turned else "by_wide" if self._turned.story == WIDE_FALLS else "caption"
        if name == "stack" and self._found == WIDE_STREET:
            return "by_wide"
        return "pre" if name == "memory" and self._pre else super().wording(name)

    @property
    def _found(self) -> list[str]:
        """The token that is followed, and the words that it takes most of, block after block, where each is drawn alone."""
        taken = [self._storey(*ends).weights for ends in pairwise(self._depths)]
        return [self.tokens[self.focus], *(self.tokens[best_word(self.tokens, weights)] for weights in taken if weights is not None)]

    @property
    def _second(self) -> int:
        """The block above the first, if there is one."""
        return min(1, self.staging.trace.config.n_blocks - 1)

    @property
    def _turned(self) -> Turned | None:
        """The sentence in which the followed token looks clearly elsewhere above block 1 without the head there that takes most of the swapped
        words; None if it does in neither."""
        runs = [(self.tokens, "", "first_cut.weights"), (self.twin, "twin.", "first_cut.twin_weights")]
        for (words, twin, cut), (others, _, other) in (runs, runs[::-1]) if self.twin and self._second else ():
            swapped, heads = _unlike(words, others), self.staging.trace[f"{twin}encoder.0.self_attention.weights"][:, self.focus]
            head = _bringer(heads, swapped)
            known, untold, also = (self._weights(self._second, twin), *(self.staging.trace[name][head, self._second, self.head, self.focus]
                                                                       for name in (cut, other)))
            most, falls = best_word(words, known), [said[best_word(said, looks)] for said, looks in ((words, untold), (others, also))]
            if words[most] != falls[0] and untold.values[most] < known.values[most] / 2:
                names = {"head": head + 1, "token": words[self.focus], "swapped": _listed(words, swapped)}
                cases = [(known, self.say("told", **names)), (untold, self.say("untold", **names))]
                told = [Told(heads[head, i], i, self.say("block", number=1)) for i in swapped]
                return Turned(words, others, cases, told[0], [words[self.focus], names["swapped"], *falls])
        return None

    def _weights(self, block: int, twin: str = "") -> View:
        """What the followed token looks at (n) in a block, in this sentence or the other."""
        return self.staging.trace[f"{twin}encoder.{block}.self_attention.weights"][self.head, self.focus]

    @property
    def _pre(self) -> bool:
        return has_final_norm(self.staging.trace.config.norm)

    @property
    def _depths(self) -> list[int]:
        """After how many blocks vectors are shown: after each, or of a high stack after some, equally far apart."""
        return evenly(self.staging.trace.config.n_blocks + 1, MOST_BLOCKS + 1)

    @property
    def _depth_names(self) -> list[str]:
        return [self.say("after", number=depth) if depth else self.say("before") for depth in self._depths]

    @property
    def _views(self) -> list[View]:
        """What the first block reads and what blocks hand on: (n, d_model) each."""
        return [self.staging.trace[f"encoder.{depth - 1}.output" if depth else "encoder.0.input"] for depth in self._depths]

    def _storey(self, first: int, last: int) -> Storey:
        """Which blocks these are; and of one that is drawn alone what the followed token takes there, in the head that is shown or, below
        the last one, in that which takes most of the swapped words."""
        if last - first > 1:
            return Storey(self.say("blocks", first=first + 1, last=last), None)
        heads = self.staging.trace[f"encoder.{first}.self_attention.weights"][:, self.focus]        # (head, n)
        swapped = _unlike(self.tokens, self.twin)
        head = _bringer(heads, swapped) if swapped and last < self._depths[-1] else self.head
        most = self.tokens[best_word(self.tokens, heads[head])]
        key = "takes" if self.frame.is_roomy else "takes_briefly"
        return Storey(self.say(key, number=last, head=head + 1, token=self.tokens[self.focus], most=most), heads[head])


def _unlike(words: Sequence[str], others: Sequence[str]) -> list[int]:
    """The places in which two sentences differ."""
    return [i for i, (word, other) in enumerate(zip(words, others)) if word != other]


def _bringer(weights: View, swapped: Sequence[int]) -> int:
    """The head that takes most of the swapped words, weights (head, n)."""
    return int(weights.values[:, swapped].sum(-1).argmax())


def _listed(words: Sequence[str], places: Sequence[int]) -> str:
    return ", ".join(words[i] for i in places)
