"""The decoder: its block, masked self-attention, cross-attention, and the next word (Vaswani et al. 2017, sections 3.1 to 3.4)."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from model import View
from model.tokenizer import END
from scenes.base.layout import arrows, line_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.blocks_beside import blocks_beside
from scenes.parts.masking import Words, masking, told
from scenes.parts.diagram import module
from scenes.parts.label import WORD, Label, number, paragraph, text
from scenes.parts.loom import LEFT, Columns, across, asked, back, columns, said_by
from scenes.parts.motion import (
    BRIEF, EASY, FLASH, LONG, SHORT, SLOW, SLOWER, STEADY, Together, appear, brighten, copy_to, dim, draw, travel, vanish,
)
from scenes.parts.next_word import BEST, PRECISE, SMALL, Scored, next_word, opens
from scenes.parts.passes import CHANCE, Passes, fed_back, passes, probabilities
from scenes.parts.ranking import grow, ranking, strongest
from scenes.parts.tokens import token_card

HEADING = 32 * PX
FOUND = 2.5                               # height of what a query finds in em, where it takes two lines
MOST = 20                                 # tokens that are shown
NUMBER = 110 * PX                         # room for weights beside cards
OPENED, CLOSED = (13, 18, 36, 33), (15, 36, 24, 24)      # widths on the way to the next word, where the matrix of the linear layer is shown, and where not
CARD = 216 * PX, 81 * PX                  # size of the card of the word that asks for the next
IN_FULL, QUICK = 1, 0.25                  # words whose making is shown move by move; seconds that a move takes at least


class Decoder(ExplainerScene):
    """What a block is made of, what a word may see, where it looks in the sentence, how it becomes the next word, how that is learned."""

    experiments = ("passes", "causal", "unmasked")
    sparse = dict.fromkeys(("cross_attention", "loop"), "cards in columns and thin strands between them: a very wide stage stays free there")
    place = "decoder"
    needs = {"block": "output: decoder | none", "cross_attention": "output: decoder | none", "training": "output: decoder | none"}

    def wording(self, name: str) -> str:
        """What carries a text on says words, as a translator does, but has no decoder beside its one stack."""
        if name == "cross_attention" and self._crossed():
            return "taught" if self.guided(self._looks()) else "crossed"
        return "continues" if self.continues else super().wording(name)

    @step
    def block(self):
        """The block that is known and, module by module, the decoder's; what is new in it is bright, and says what it is for."""
        both = blocks_beside(self.theme, self.say, self.stage, self.staging.trace.config.norm)
        self.open_with(both.encoder, both.names[0])
        self.play(appear(both.names[1]))
        for wire, part in zip(both.decoder.wires, both.decoder.modules):
            self.play(draw(wire, run_time=FLASH), appear(part, run_time=BRIEF))
        self.play(draw(both.decoder.wires[-1], *both.decoder.bypasses, run_time=SHORT), appear(*both.said))
        self.play(draw(both.way, run_time=SLOW), appear(both.memory, run_time=SLOW))

    @step
    def mask(self):
        """Scores of what would be ahead go to minus infinity; softmax makes them 0."""
        self._prepare()
        top, foot, roomy = self.stage.strip(top=HEADING), self.stage.strip(bottom=3 * HEADING), self.trained and self.frame.is_roomy
        body = self.stage.trim(top=(HEADING + TIGHT) * roomy, bottom=(foot.height + TIGHT) * roomy)
        read, said = (self.queries, self.said) if self.trained else (self.tokens, ())
        example = self._tempted() if self.trained else 0
        picture = masking(self.theme, [self._scores(name) for name in ("scaled_scores", "masked_scores", "weights")],
                          Words(read, said, self.say("to_guess"), self.say("rounded"), example), body)
        words = self.say("given", translation=" ".join(self.said[:-1]))
        given = [text(self.theme, words, HEADING, at=top)] * roomy
        self.open_with(*picture.before(), *given, *picture.guesses)
        without, masked = self._becomes(example, foot.rows(2, 0)) if picture.answer and roomy else ([], [])
        self.play(appear(*picture.answer, *without, run_time=STEADY))
        self.wait(SLOW + SLOW)            # the score of the answer, before it is hidden
        for gone, come in picture.cover():
            self.play(vanish(*gone, run_time=BRIEF), appear(*come, lag=1 / 2 / len(come), run_time=EASY))
        self.play(draw(*picture.way), appear(picture.names))
        self.play(appear(*picture.weights.around), copy_to(picture.masked.cells, picture.weights.sheet))
        self.play(appear(*masked))

    @step
    def cross_attention(self):
        """Every place of the translation looks at the sentence; the strands cross where the languages differ in order."""
        queries, words = (self.queries, self.said) if self.trained else (self.tokens, ())
        low = max((self.stage.height - TIGHT) / 8, FOUND * SMALL)
        body, foot = self.stage.trim(bottom=low + TIGHT), self.stage.strip(bottom=low)
        roomy, weights, followed = self.frame.is_roomy, self._looks(), self._followed()
        drawn = self._columns(queries, words, body.trim(left=LEFT if roomy else NUMBER, right=CHANCE + TIGHT if roomy else TIGHT))
        cards, whose = drawn.cards, self.say("weights_of", word=queries[followed]) if roomy else ""
        found = asked(self.theme, cards, weights[followed], followed, whose, body)
        others = [i for i in range(len(cards.queries)) if i != followed]
        lines = [across(self.theme, cards, weights[i], i) for i in others]
        self.play(vanish(*self.on_stage()), appear(drawn.names[0], cards.sources))
        self.play(appear(drawn.names[1], cards.queries, found.tag))
        self.play(draw(*found.lines, lag=0.2), appear(found.whose, *found.numbers, lag=0.2))
        if words:
            cards.words[followed].box.set_stroke(self.theme.colour("output"), 4)
            self.play(appear(drawn.names[2], said_by(self.theme, cards, followed)))
        says = [said_by(self.theme, cards, i) for i in others if words]
        self.play(*(draw(*line, run_time=SLOWER) for line in lines), appear(*says, lag=0.2))
        self.play(dim(*lines))
        self.play(appear(*self._found(followed, foot)))
        self.asking = cards.queries[followed]

    @step
    def next_word(self):
        """The vector of one place becomes a score for every word, the scores become probabilities."""
        roomy, words = self.frame.is_roomy, self.staging.trace.words("decoder.logits", "vocabulary") if self.trained or self.continues else ()
        top, *low, body = self.stage.trim(top=TIGHT / 2).rows((3, 2, 14) if roomy else (1, 5), GAP if roomy else WIDE)
        opened = opens(words, body)
        (first, *rooms), *low = (room.columns(OPENED if opened else CLOSED, 3 * GAP if roomy else GAP) for room in (top, *low))
        asking = self.tokens[-1] if self.continues else self.asking.word.string
        card = token_card(self.theme, asking, min(CARD[0], first.width), min(CARD[1], first.height)).move_to(first.centre)
        boxes = zip(["decoder" if self.trained else "blocks"], rooms) if opened else zip(("linear", "softmax"), rooms[1:], strict=True)
        layers = [module(self.theme, self.say(name), room) for name, room in boxes]
        if self.continues:
            self.play(vanish(*self.on_stage()), appear(card))
        else:
            self.play(vanish(*self.on_stage(self.asking)), travel(self.asking, card, run_time=STEADY))
        if not words:
            unknown = ranking(self.theme, [self.say("unknown")] * BEST, (), body.columns(BEST, WIDE))
            self.play(appear(*layers, *arrows(self.theme, card, *layers), unknown, lag=0.2))
            self.play(dim(*layers))
            return
        drawn = next_word(self.theme, self._scored(), words, self.say, card, layers, [first, *rooms], low, body, opened)
        for wire, part in zip(drawn.wires, drawn.chain, strict=True):
            self.play(draw(wire, run_time=BRIEF), appear(part, run_time=BRIEF))
        self.play(appear(*drawn.matrix))
        self.play(*(copy_to(cells, end) for cells, end in zip(drawn.picked, drawn.column)), appear(*drawn.column[len(drawn.picked):]))
        for each in drawn.spectra:
            self.play(travel(each.flat(), each.bars, run_time=SLOW), appear(each.floor, each.title, each.best))
        best = drawn.best
        self.play(appear(best.said, best.chance))
        self.play(appear(best.others.words, best.others.tracks, best.others.numbers, best.rest), grow(best.others.bars))

    @step
    def loop(self):
        """Each word that comes out goes back in; the first three move by move, the others fast."""
        drawn = self._columns(self.queries, self.said, self.stage.trim(left=LEFT if self.frame.is_roomy else TIGHT, right=CHANCE + TIGHT))
        self.play(vanish(*self.on_stage()), appear(drawn.names[0], drawn.cards.sources))
        self.play(appear(*drawn.names[1:], drawn.cards.queries[0]))
        cards, looks, lines = drawn.cards, [VGroup(), VGroup()], []
        for place in range(len(cards.queries)):
            in_full = place < IN_FULL
            seconds = (STEADY, EASY, SHORT)[place] if in_full else QUICK
            if place:
                self.play(fed_back(cards.words[place - 1], cards.queries[place], seconds))
            if self.trained:
                own, other = (self.view(f"decoder.{{block}}.{kind}_attention.weights")[place, self.head, place]
                              for kind in ("self", "cross"))
                looks = [back(self.theme, cards, own, place), across(self.theme, cards, other, place)]
            moves = [draw(*each, run_time=seconds) for each in looks if len(each)]
            for move in moves if in_full else [Together(*moves)]:
                self.play(move)
            chances = probabilities(self.theme, self._chances("generation"), cards.words)[place : place + 1]
            self.play(appear(cards.words[place], *chances, run_time=seconds))
            self.play(vanish(looks[0], run_time=QUICK), dim(looks[1], run_time=QUICK))
            lines.append(looks[1])
        self.play(brighten(*lines, run_time=EASY))

    @step
    def training(self):
        """With all the words given, one pass does for all places what generation does pass by pass."""
        roomy, foot = self.frame.is_roomy, self.stage.strip(bottom=WORD)
        rooms = self.stage.trim(bottom=(WORD + TIGHT) * roomy).split(2, gap=WIDE if roomy else GAP)
        given, alone = (self._passes(name, room) for name, room in zip(("training", "generation"), rooms, strict=True))
        self.play(vanish(*self.on_stage()), appear(*(part for each in (given, alone) for part in (each.title, each.box, *each.watch.ring))))
        self.play(appear(*given.given))
        self.play(*(draw(*line, run_time=EASY) for line in given.into))
        self.play(*(draw(arc, run_time=STEADY) for arc in given.watch.arcs), appear(*given.watch.numbers))
        self.play(*(draw(*line, run_time=SHORT) for line in given.out), appear(*given.said, *given.chances))
        for place, card in enumerate(alone.given):
            seconds = max(QUICK, EASY / (place + 1))
            self.play(fed_back(alone.said[place - 1], card, seconds) if place else appear(card))
            moves = [draw(*alone.into[place], run_time=seconds)]
            if alone.watch.arcs:
                moves += [draw(alone.watch.arcs[place], run_time=seconds), appear(alone.watch.numbers[place], run_time=QUICK)]
                moves += [vanish(alone.watch.numbers[place - 1], run_time=FLASH)] if place else []
            self.play(*moves)
            self.play(draw(*alone.out[place], run_time=seconds),
                      appear(alone.said[place], *alone.chances[place : place + 1], run_time=seconds))
        if self.trained and roomy:
            value = number(self.theme, self.view("passes.difference"), WORD, "output", decimals=PRECISE)
            self.play(appear(line_of(text(self.theme, self.say("difference"), SMALL, "muted"), value, at=foot)))

    @property
    def trained(self) -> bool:
        """Whether there is a decoder."""
        return self.staging.trace.config.translates

    @property
    def continues(self) -> bool:
        """Whether the text goes on, word by word, without a decoder."""
        return self.staging.trace.config.continues

    def _prepare(self):
        """What the decoder reads, token by token, and what it says to it; as many unknown words without one."""
        trace, unknown = self.staging.trace, self.say("unknown")
        start = self.tokens[-1:] if self.continues else trace.read_tokens[:1]
        self.said = trace.words("decoder.logits", "step") if trace.output_tokens else (*[unknown] * len(self.tokens), END)
        self.queries = (*start, *self.said[:-1])

    def _scores(self, name: str) -> View:
        """What the last pass holds of the shown head; without a decoder, the encoder's with the same mask."""
        if self.trained:
            return self.view(f"decoder.{{block}}.self_attention.{name}")[-1, self.head]
        if name == "scaled_scores":
            return self.view("encoder.{block}.self_attention.scaled_scores")[self.head]
        return self.view(f"causal.{name}")[self.spec.block, self.head]

    def _unmasked(self) -> View:
        """How much every place would look at every other without the mask."""
        return self.view("unmasked.weights")[self.spec.block, self.head]

    def _tempted(self) -> int:
        """The place that would look most at the word that it has to guess."""
        return int(np.diagonal(self._unmasked().values, 1).argmax()) if len(self.queries) > 1 else 0

    def _becomes(self, place: int, rooms: Sequence[Room]) -> list[list[VGroup]]:
        """What becomes of a place's score of the word that it has to guess: without the mask, and with it, each in a room."""
        at, kinds = (place, place + 1), (("without_mask", "scaled_scores", "copies"), ("with_mask", "masked_scores", "guesses"))
        weights, words = (self._unmasked(), self._scores("weights")), {"read": self.queries[place], "word": self.said[place]}
        return [[told(self.theme, self._scores(name)[at], weight[at], [self.say(first), self.say("weight"), self.say(last, **words)], room, role)]
                for (first, name, last), weight, room, role in zip(kinds, weights, rooms, ("text", "output"), strict=True)]

    def _looks(self) -> View:
        """How much every place that is shown looks at every token of the sentence."""
        if self.trained:
            return self.view("decoder.{block}.cross_attention.weights")[-1, self.head, :MOST]
        return self.view("encoder.{block}.self_attention.weights")[self.head]

    def _followed(self) -> int:
        """The place that looks most at the followed token."""
        return strongest(self._looks()[:, self.focus], 1)[0]

    def _scored(self) -> Scored:
        """The vector of the next word, and what makes a score for every word of it: a matrix, or the table of words once more."""
        place = 0 if self.continues else self._followed()
        chances, logits = (self.view(f"decoder.{name}")[place] for name in ("probabilities", "logits"))
        if self.continues:
            return Scored("tied", "scores", self.view("encoder.output")[-1], self.view("weights.embedding").T, logits, chances)
        return Scored("product", "scores_french", self.view("decoder.output")[place, place], self.view("weights.output.W"), logits, chances)

    def _crossed(self) -> bool:
        """Whether what the translation looks at most goes backwards somewhere."""
        most = self._looks().values.argmax(-1)                                      # (token,)
        return self.trained and bool((np.diff(most) < 0).any())

    def _found(self, followed: int, room: Room) -> list[Label]:
        """What the followed query finds and why, where the order of words is another; and which head this is."""
        if not self.trained:
            return []
        looks, high, low = self._looks(), *room.rows(2, 0)
        head = self.say("aligned" if self.guided(looks) else "shown_head", block=self.spec.block + 1, head=self.head + 1, end=END)
        source = self.tokens[int(looks[followed].values.argmax())]
        words = self.say("finds", read=self.queries[followed], word=self.said[followed], source=source)
        if not self.frame.is_roomy:
            return [paragraph(self.theme, words, SMALL, room.width).shift(room.centre)] * self._crossed()
        return [text(self.theme, head, HEADING, at=low), *[text(self.theme, words, HEADING, at=high)] * self._crossed()]

    def _columns(self, queries: Sequence[str], words: Sequence[str], room: Room) -> Columns:
        """The cards of the sentence, of what asks, and of what is said; and what stands above them."""
        sources, asks = ("asked" if self.trained else "keys", "asks") if not self.continues else ("text", "last")
        names = [self.say(key) for key in (sources, asks, "says")]
        between = 1 if self.continues or not self.frame.is_roomy else 11 / 4
        return columns(self.theme, names, (self.tokens, queries[:MOST], words[:MOST]), room, between, self.frame.is_roomy)

    def _chances(self, how: str) -> list[View]:
        """The probability of each word that is said, in training or in generation, as far as any is."""
        if self.trained:
            return list(self.view(f"passes.{how}_probabilities"))
        ids = self.view("decoder.next_token_ids").values.astype(int) if self.continues else ()
        return [self.view("decoder.probabilities")[step, token] for step, token in enumerate(ids)]

    def _passes(self, name: str, room: Room) -> Passes:
        """The decoder as it learns, or as it generates."""
        said = self.said[:MOST]
        counts = list(self.view(f"passes.{name}"))[: len(said) if name == "generation" else 1] if self.trained else []
        return passes(self.theme, self.say(name), self.say("decoder"), self.queries[:MOST], said, counts, self._chances(name), room)
