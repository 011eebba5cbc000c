"""Scene 15: the stack of encoder blocks, and what the decoder takes from it (Vaswani et al. 2017, sections 3.1 and 3.2.3)."""

from collections.abc import Sequence
from itertools import pairwise

from manim import UP

from model import View
from model.wiring import has_final_norm
from scenes.base.room import PX, TIGHT
from scenes.base.scene import ExplainerScene, step
from scenes.parts.by_depth import evenly
from scenes.parts.compared import compared
from scenes.parts.heat_map import peak
from scenes.parts.label import WORD, text
from scenes.parts.lanes import bare
from scenes.parts.layers import layers
from scenes.parts.look import swing
from scenes.parts.memory import memory
from scenes.parts.motion import BLINK, BRIEF, EASY, SLOWER, STEADY, appear, dim, draw, slide, travel, vanish
from scenes.parts.phrase import PRONOUNS
from scenes.parts.shapes import room_of, strike
from scenes.parts.tokens import best_word
from scenes.parts.tower import Storey, tower

MOST_BLOCKS = 6                           # that are drawn one by one
FALL = 40 * PX                            # how far blocks come down
LINE = 56 * PX                            # what is said above the sentence
WIDE_STREET = ["wide", "street"]          # what captions name: the word that block 1 finds, and the noun that block 2 finds


class EncoderStack(ExplainerScene):
    """The tokens rise through the blocks; one of them is followed; what comes out goes to every block of the decoder."""

    experiments = ("twin", "unseen")
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
        """Where the followed token looks above block 1: as that is, and if it hides the swapped word; or, if that is all one, in both."""
        second, turned = self._second, self._turned
        pair = (self._weights(block) for block in range(second + 1))
        words, others, cases = turned or (self.tokens, self.twin, [(view, self.say("block", number=k + 1)) for k, view in enumerate(pair)])
        top, body = self.stage.rows([LINE, self.stage.height - LINE - TIGHT], TIGHT)
        hidden = _unlike(words, others) if turned else []
        swapped = ", ".join(words[i] for i in hidden)
        key = "where" if not turned else "above" if words is self.tokens else "swapped"
        said = self.say(key, number=second + 1, head=self.head + 1, token=words[self.focus], swapped=swapped)
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
        """All the vectors above the last block are H; the decoder's first block makes keys and values from it."""
        trace = self.staging.trace
        read = (trace[f"decoder.0.cross_attention.{name}"][-1, self.head] for name in ("key", "value")) if trace.config.translates else ()
        names, key = [self.say("keys"), self.say("values")], "decoder_block" if trace.config.translates else "no_decoder"
        block = self.say(key, number=1, head=self.head + 1)
        query = self._query() if trace.config.translates and self.frame.is_roomy else None
        shown = memory(self.theme, trace["encoder.output"], self.tokens, [*read], names, block, query, self.stage)
        self.play(vanish(*self.on_stage()), appear(shown.cards, shown.source, shown.title))
        self.play(appear(shown.box))
        self.play(appear(shown.query, shown.asks, run_time=STEADY))
        self.play(draw(shown.wire), appear(shown.signs, *(picture.border for picture in shown.made)))
        for rows in zip(*(picture.cells for picture in shown.made), strict=True):
            self.play(appear(*rows, run_time=BLINK))
        self.play(appear(shown.made))

    def wording(self, name: str) -> str:
        """Whether a hidden word turns a look depends on the weights, and pre-norm has one more norm at the end."""
        if name == "chain":
            words, others, *_ = self._turned or ((), ())
            return "other" if not words else "by_wide" if [words[i] for i in _unlike(words, others)] == WIDE_STREET[:1] else "caption"
        if name == "stack" and self._found == WIDE_STREET:
            return "by_wide"
        return "pre" if name == "memory" and self._pre else super().wording(name)

    @property
    def _found(self) -> list[str]:
        """The words that the followed token takes most of, block after block, where each is drawn alone."""
        taken = [self._storey(*ends).weights for ends in pairwise(self._depths)]
        return [self.tokens[best_word(self.tokens, weights)] for weights in taken if weights is not None]

    def _query(self) -> tuple[View, str]:
        """The query with which the decoder's first block asks for the pronoun, or for the last word, and whose that is."""
        trace, last = self.staging.trace, len(self.staging.trace.read_tokens) - 1
        place = next((k for k, word in enumerate(trace.translation) if word in PRONOUNS), last)
        return trace["decoder.0.cross_attention.query"][-1, self.head, place], self.say("asks", token=trace.read_tokens[place])

    @property
    def _second(self) -> int:
        """The block above the first, if there is one."""
        return min(1, self.staging.trace.config.n_blocks - 1)

    @property
    def _turned(self) -> tuple | None:
        """The sentence in which the followed token looks clearly elsewhere above block 1 if that shows the swapped word to no other, the other
        sentence, and both looks (n) with what is said of them; None if in neither."""
        pairs = ((self.tokens, self.twin, "", "unseen."), (self.twin, self.tokens, "twin.", "unseen.twin_"))
        for words, others, known, hidden in pairs if self.twin and self._second else ():
            swapped = ", ".join(words[i] for i in _unlike(words, others))
            known, hidden = self._weights(self._second, known), self.staging.trace[f"{hidden}weights"][self._second, self.head, self.focus]
            most = best_word(words, known)
            if best_word(words, hidden) != most and hidden.values[most] < known.values[most] / 2:
                return words, others, [(known, self.say("known")), (hidden, self.say("hidden", token=swapped))]
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
        head = int(heads.values[:, swapped].sum(-1).argmax()) if swapped and last < self._depths[-1] else self.head
        most = self.tokens[best_word(self.tokens, heads[head])]
        key = "takes" if self.frame.is_roomy else "takes_briefly"
        return Storey(self.say(key, number=last, head=head + 1, token=self.tokens[self.focus], most=most), heads[head])


def _unlike(words: Sequence[str], others: Sequence[str]) -> list[int]:
    """The places in which two sentences differ."""
    return [i for i, (word, other) in enumerate(zip(words, others)) if word != other]
