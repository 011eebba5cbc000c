"""The decoder: its block, masked self-attention, cross-attention, and the next word (Vaswani et al. 2017, sections 3.1 to 3.4)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import RIGHT, Animation, Mobject, VGroup

from model import View
from model.tokenizer import END
from scenes.base.layout import above, below, side_by_side
from scenes.base.scene import ExplainerScene, step
from scenes.decoder.beside import blocks_beside
from scenes.parts.bars import bars, floor, signed_bars
from scenes.parts.clock import Clock, clock
from scenes.parts.diagram import Module, module
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.label import WORD, Label, number, paragraph, text, weight_numbers, words_at
from scenes.parts.loom import Loom, across, back, loom
from scenes.parts.motion import BRIEF, FLASH, SHORT, SLOW, Together, appear, brighten, dim, draw, hide, travel, vanish
from scenes.parts.ranking import Ranking, grow, level, ranking, strongest, track
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import TokenCard, column_labels, row_labels, shape_label, token_card, token_column
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room

FORMULA, HEADING, SMALL, SAID, HUGE = (size * PX for size in (40, 32, 28, 72, 140))
HEAD, LEFT = 0.6, 1.6                     # room above the cards, and at their left for the weights
LABEL, SLANTED, NAMED = 1.4, 0.85, 1.2    # room for the words beside rows and below columns, and for names above
BEST, PRECISE, MOST = 5, 4, 20              # words that are ranked; decimals of what is almost 0; tokens that are shown
PITCH = 0.98                              # from card to card at most, where the decoder stands between them
MANY = 256                                # words that a bar each is drawn for at most
LOWEST = 0.48                             # a row of a word that is ranked
GUESS, MARKED = 1.3, 4                    # room for the words that are to be guessed; stroke width around their places
CHANCE = 1.05                             # room for a probability beside a card
IN_FULL, QUICK = 1, 0.25                  # words whose making is shown move by move; seconds that a move takes at least


class Panel(NamedTuple):
    """The decoder with what is given to it and what it says, place by place; `chances`: the probabilities of what it says."""

    title: Label
    given: VGroup
    into: list[VGroup]
    box: Module
    watch: Clock
    out: list[VGroup]
    said: VGroup
    chances: VGroup


class Spectrum(NamedTuple):
    """A bar for every word, what they are called, where they stand, and the highest one's word and number."""

    bars: VGroup
    name: Label
    room: Room
    best: VGroup


class Decoder(ExplainerScene):
    """What a block is made of, what a word may see, where it looks in the sentence, how it becomes the next word, and how all this is learned at once."""

    experiments = ("passes", "causal")
    place = "decoder"
    needs = {"block": "output: decoder | none", "cross_attention": "output: decoder | none", "training": "output: decoder | none"}

    def wording(self, name: str) -> str:
        """What carries a text on says words, as a translator does, but has no decoder beside its one stack."""
        if name == "cross_attention" and self._crossed():
            return "crossed"
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
        top, body = self.stage.rows([1, 9], TIGHT)
        left, right = body.trim(bottom=SLANTED, top=NAMED, right=GUESS * self.trained).columns(2, gap=LABEL)
        plain, masked, weights = (self._scores(name) for name in ("scaled_scores", "masked_scores", "weights"))
        scale = peak(plain)
        sheet, target = (heat_map(self.theme, view, left.trim(left=LABEL), "line", digits=True, scale=scale)
                         for view in (plain, masked))
        result = heat_map(self.theme, weights, right.trim(left=LABEL), "line", digits=True, weights=True)
        self.readers, *around = self._around(result, "A")
        guesses = self._guesses(sheet, result)
        self.open_with(sheet, *self._around(sheet, "(Q K^T) / sqrt(d_k)"), *self._given(top))
        self.play(appear(guesses))
        if self.trained:
            self._mark_next(target)
        self._cover(sheet, target)
        edges = room_of(target.border), room_of(self.readers)
        y = target.border.get_y()
        into = arrow(self.theme, (edges[0].right + TIGHT, y, 0), (edges[1].left - TIGHT, y, 0))
        names = [put(equation(self.theme, maths, size=HEADING, role="muted"), into) for maths, put in (('"softmax"', above), ("e^(-oo) = 0", below))]
        self.play(draw(*into), appear(*names))
        self.play(appear(result.border, result.dots, self.readers, *around),
                  travel(target.cells.copy(), result.cells))
        self.remove(result.cells)
        self.add(result)
        self.play(appear(result.numbers, run_time=0.4))

    @step
    def cross_attention(self):
        """Every place of the translation looks at the sentence; the strands cross where the languages differ in order."""
        queries, words = (self.queries, self.said) if self.trained else (self.tokens, ())
        body, foot = self.stage.rows([7, 1], TIGHT)
        cards, names = self._loom(queries, words, body)
        weights, followed = self._looks(), self._followed()
        lines = [across(self.theme, cards, row, i) for i, row in enumerate(weights)]
        tag = frame(self.theme, room_of(cards.queries[followed]), "query", radius=0.08, width=4)
        ends = [(card.get_left()[0] - 0.14, card.get_y()) for card in cards.sources]
        numbers = weight_numbers(self.theme, weights[followed], ends)
        whose = self.say("weights_of", word=cards.queries[followed].word.string)
        whose = paragraph(self.theme, whose, HEADING, LEFT - GAP, "weight").move_to([self.stage.left + (LEFT - GAP) / 2, names[0].get_y(), 0])
        self.play(vanish(*self.on_stage(self.readers)), appear(names[0], cards.sources))
        self._become_cards(cards.queries)
        self.play(appear(names[1], tag))
        self.play(draw(*lines[followed], lag=0.2), appear(whose, *numbers, lag=0.2))
        pairs = [VGroup(arrow(self.theme, query.get_right() + [0.1, 0, 0], word.get_left() - [0.05, 0, 0]), word)
                 for query, word in zip(cards.queries, cards.words, strict=False)]
        if words:
            cards.words[followed].box.set_stroke(self.theme.colour("output"), 4)
            self.play(appear(names[2], pairs[followed]))
        self.play(*(draw(*line, run_time=1.4) for i, line in enumerate(lines) if i != followed),
                  appear(*(pair for i, pair in enumerate(pairs) if i != followed), lag=0.2))
        self.play(dim(*(line for i, line in enumerate(lines) if i != followed)))
        self.play(appear(*self._found(followed, foot)))
        self.asking = cards.queries[followed]

    @step
    def next_word(self):
        """The vector of one place becomes a score for every word, the scores become probabilities."""
        top, body = self.stage.rows([1, 5], WIDE)
        rooms = top.columns([1.5, 3.6, 2.4, 2.4], gap=0.75)
        asking = self.tokens[-1] if self.continues else self.asking.word.string
        card = token_card(self.theme, asking, min(1.6, rooms[0].width), 0.6).move_to(rooms[0].centre)
        layers = [module(self.theme, self.say(name), room) for name, room in zip(("linear", "softmax"), rooms[2:], strict=True)]
        if self.continues:
            self.play(vanish(*self.on_stage()), appear(card))
        else:
            self.play(vanish(*self.on_stage(self.asking)), travel(self.asking, card, run_time=1.0))
        self.asking = card
        if self.trained or self.continues:
            self._score(rooms[1], layers, body)
        else:
            self._score_nothing(layers, body)

    @step
    def loop(self):
        """Each word that comes out goes back in; the first three move by move, the others fast."""
        cards, names = self._loom(self.queries, self.said, self.stage)
        self.play(vanish(*self.on_stage()), appear(names[0], cards.sources))
        self.play(appear(*names[1:], cards.queries[0]))
        lines = [self._generate(cards, place) for place in range(len(cards.queries))]
        self.play(brighten(*lines, run_time=0.8))

    @step
    def training(self):
        """With all the words given, one pass does for all places what generation does pass by pass."""
        body, foot = self.stage.rows([12, 1], gap=0.1)
        given, alone = (self._panel(name, room) for name, room in zip(("training", "generation"), body.columns([1, 1], gap=0.6)))
        self.play(vanish(*self.on_stage()), appear(given.title, given.box, *given.watch.ring, alone.title, alone.box, *alone.watch.ring))
        self.play(appear(*given.given))
        self.play(*(draw(*line, run_time=0.8) for line in given.into))
        self.play(*(draw(arc, run_time=1.0) for arc in given.watch.arcs), appear(*given.watch.numbers))
        self.play(*(draw(*line, run_time=0.6) for line in given.out), appear(*given.said, *given.chances))
        for place in range(len(alone.given)):
            self._one_by_one(alone, place)
        if self.trained:
            self.play(appear(*self._difference(foot)))

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

    def _given(self, room: Room) -> list[Mobject]:
        """The sentence and the translation that training gives with it."""
        if not self.trained:
            return []
        words = self.say("given", sentence=" ".join(self.tokens), translation=" ".join(self.said[:-1]))
        return [text(self.theme, words, HEADING, at=room)]

    def _guesses(self, sheet: HeatMap, result: HeatMap) -> VGroup:
        """The word that is to be guessed in every row, at the right of the weights, below what that is."""
        if not self.trained:
            return VGroup()
        shown, edge = [k for k in sheet.grid.rows if k is not None], room_of(result.border)
        words = words_at(self.theme, [self.said[k] for k in shown], [(edge.right + TIGHT, row.get_y()) for row in result.cells],
                         self.readers[0].size, GUESS - TIGHT, "output", align=-1)
        name = text(self.theme, self.say("to_guess"), SMALL, "output", at=edge.outside(right=GUESS - TIGHT, gap=TIGHT).outside(top=SMALL, gap=TIGHT))
        return VGroup(words, name)

    def _mark_next(self, sheet: HeatMap) -> None:
        """The place of the word that is to be guessed is framed in every row that has it."""
        kept = [k for k in sheet.grid.rows if k is not None]
        for line, k in zip(sheet.cells, kept, strict=True):
            if k + 1 in kept:
                line[kept.index(k + 1)].set_stroke(self.theme.colour("output"), MARKED)

    def _looks(self) -> View:
        """How much every place that is shown looks at every token of the sentence."""
        if self.trained:
            return self.view("decoder.{block}.cross_attention.weights")[-1, self.head, :MOST]
        return self.view("encoder.{block}.self_attention.weights")[self.head]

    def _followed(self) -> int:
        """The place that looks most at the followed token."""
        return strongest(self._looks()[:, self.focus], 1)[0]

    def _around(self, sheet: HeatMap, maths: str) -> list:
        """Words at its rows and below its columns, and its name."""
        words = self.queries if self.trained else self.tokens
        shown = [words[k] for k in sheet.grid.rows if k is not None]
        name = equation(self.theme, maths, size=FORMULA)
        return [
            row_labels(self.theme, shown, sheet, "query", LABEL - 0.14), column_labels(self.theme, shown, sheet, "key", SLANTED),
            above(name, sheet.border, TIGHT / 2),
        ]

    def _cover(self, sheet: HeatMap, masked: HeatMap) -> None:
        """The cells of what is ahead become minus infinity: a row, another one, all the others."""
        kept = [k for k in sheet.grid.rows if k is not None]
        rows = [[(a, b) for b, key in enumerate(kept) if key > query] for a, query in enumerate(kept)]
        for some, seconds in ((rows[:1], 1.2), (rows[1:2], 0.8), (rows[2:], 0.8)):
            cells = [cell for row in some for cell in row]
            if cells:
                self.play(vanish(*(sheet.cell(*cell) for cell in cells), run_time=seconds / 2),
                          appear(*(masked.cell(*cell) for cell in cells), lag=0.5 / len(cells), run_time=seconds))
        self.remove(*sheet.get_family(), *masked.get_family())
        self.add(masked)

    def _become_cards(self, cards: VGroup) -> None:
        """The words beside the weights become the cards that ask, unless there are more than are shown."""
        if len(cards) != len(self.readers):
            self.play(vanish(self.readers), appear(cards))
            return
        boxes, words = (VGroup(*parts) for parts in zip(*cards, strict=True))
        hide(boxes)
        self.add(boxes, self.readers)
        self.play(appear(boxes), travel(self.readers, words))
        self.remove(boxes, words)
        self.add(*cards)

    def _crossed(self) -> bool:
        """Whether what the translation looks at most goes backwards somewhere."""
        most = self._looks().values.argmax(-1)                                      # (token,)
        return self.trained and bool((np.diff(most) < 0).any())

    def _found(self, followed: int, room: Room) -> list[Label]:
        """What the followed query finds and why, where the order of words is another; and which head this is."""
        if not self.trained:
            return []
        looks, high, low = self._looks(), *room.rows(2, 0)
        head = self.say("aligned" if self.guided(looks) else "shown_head", block=self.spec.block + 1, head=self.head + 1)
        source = self.tokens[int(looks[followed].values.argmax())]
        words = self.say("finds", read=self.queries[followed], word=self.said[followed], source=source)
        return [text(self.theme, head, SMALL, "muted", at=low), *[text(self.theme, words, HEADING, at=high)] * self._crossed()]

    def _loom(self, queries: Sequence[str], words: Sequence[str], room: Room) -> tuple[Loom, list[Label]]:
        """The cards of the sentence, of what asks, and of what is said; and what stands above them."""
        rooms = room.trim(top=HEAD, left=LEFT, right=CHANCE + TIGHT).columns([1.6, 1.6 if self.continues else 4.4, 1.6, 0.9, 1.6], gap=0.1)
        cards = loom(self.theme, self.tokens, queries[:MOST], words[:MOST], (rooms[0], rooms[2], rooms[4]))
        asked = "asked" if self.trained else "text" if self.continues else "keys"
        columns = {asked: cards.sources, "last" if self.continues else "asks": cards.queries, "says": cards.words}
        return cards, [self._heading_of(self.say(key), column) for key, column in columns.items() if len(column)]

    def _heading_of(self, words: str, column: VGroup) -> VGroup:
        """What a column of cards is, above it, in one line or in two."""
        x, y = column.get_x(), room_of(column).top + 0.27
        if not self.frame.is_roomy:
            return paragraph(self.theme, words, SMALL, LEFT, "muted", 500).move_to([x, y + TIGHT / 2, 0])
        return text(self.theme, words, HEADING, "muted", 500, at=(x, y, 0), width=2)

    def _score_nothing(self, layers: list[Module], room: Room) -> None:
        """The two layers stay dark, and no word has a probability."""
        unknown = ranking(self.theme, [self.say("unknown")] * BEST, (), room.columns([1] * BEST, gap=0.5))
        self.play(appear(*layers, *self._wires((self.asking, *layers)), unknown, lag=0.2))
        self.play(dim(*layers))

    def _score(self, room: Room, layers: list[Module], body: Room) -> None:
        """The vector meets the linear layer, then the scores meet softmax; the best words are named."""
        place, (left, right) = 0 if self.continues else self._followed(), body.columns([1.5, 1], WIDE) if self.stage.is_wide else body.rows([1, 1], GAP)
        all_shown = len(self.view("decoder.logits")[place]) <= MANY
        vector = heat_map(self.theme, self._last(place), room)
        wires = self._wires((self.asking, vector.border, *layers))
        columns = self.say("columns", shape=" × ".join(map(str, self._scoring.shape)))
        shape = below(text(self.theme, columns, SMALL, "muted"), layers[0])
        spectra = self._spectra(place, left) if all_shown else []
        said, others, rest = self._best(place, right if all_shown else body)
        self.play(draw(*wires[0]), appear(vector))
        self.play(draw(*wires[1]), appear(layers[0], shape))
        for spectrum in spectra[:1]:
            flat = VGroup(bar.copy().stretch(0.01, 1, about_point=spectrum.room.centre) for bar in spectrum.bars)
            self.play(travel(flat, spectrum.bars, run_time=1.4), appear(spectrum.name, spectrum.best))
        self.play(draw(*wires[2]), appear(layers[1]))
        for before, spectrum in zip(spectra, spectra[1:]):
            self.play(travel(before.bars.copy(), spectrum.bars, run_time=1.6), appear(floor(self.theme, spectrum.room), spectrum.name, spectrum.best))
        self.play(appear(said))
        self.play(appear(others.words, others.tracks, others.numbers, *rest), grow(others.bars))

    def _last(self, place: int) -> View:
        """The vector that the next word is made of."""
        return self.view("encoder.output")[-1] if self.continues else self.view("decoder.output")[place, place]

    @property
    def _scoring(self) -> View:
        """The matrix that makes a score for every word: its own, or the table of words once more."""
        return self.view("weights.embedding").T if self.continues else self.view("weights.output.W")

    def _spectra(self, place: int, room: Room) -> list[Spectrum]:
        """A bar for every word of the vocabulary, its score and its probability; the best are marked."""
        strips = [strip.trim(top=SMALL + TIGHT) for strip in room.rows([1.3, 1])]
        chances, logits = (self.view(f"decoder.{name}")[place] for name in ("probabilities", "logits"))
        spectra = (signed_bars(self.theme, logits, strips[0], "muted", abs(logits.values).max()),
                   bars(self.theme, chances, strips[1], "muted", 1.0))
        for spectrum in spectra:
            for i in strongest(chances, BEST):
                spectrum[i].set_fill(self.theme.colour("output"))
        names = [text(self.theme, self.say(key, count=len(view)), SMALL, "muted", at=(strip.left, strip.top + 0.12, 0), align=-1, width=strip.width)
                 for key, view, strip in zip(("scores", "probabilities"), (logits, chances), strips, strict=True)]
        best = [self._on_top(view, *parts) for view, *parts in zip((logits, chances), spectra, strips)]
        return [Spectrum(*parts) for parts in zip(spectra, names, strips, best, strict=True)]

    def _on_top(self, view: View, spectrum: VGroup, room: Room) -> VGroup:
        """The word of the highest bar and its number, beside its top, where there is more room."""
        (top,), words = strongest(view, 1), self.staging.trace.words("decoder.logits", "vocabulary")
        x, side = spectrum[top].get_x(), -1 if spectrum[top].get_x() > room.centre[0] else 1
        said = text(self.theme, words[top], HEADING, "output"), number(self.theme, view[top], HEADING, "output", 600)
        label = side_by_side(*said)
        return label.move_to([x + side * (label.width / 2 + TIGHT), spectrum[top].get_top()[1] - HEADING / 2, 0])

    def _best(self, place: int, room: Room) -> tuple[VGroup, Ranking, list[Label]]:
        """The best word, large, with its probability; below it the next ones with theirs, and how many more there are."""
        chances = self.view("decoder.probabilities")[place]
        words, (first, *others) = self.staging.trace.words("decoder.logits", "vocabulary"), strongest(chances, BEST)
        head, foot = room.rows([1, 1.6])
        others = others[: max(1, int(foot.height / LOWEST) - 1)]
        *rooms, last = foot.rows(len(others) + 1, 0)
        more = len(words) - 1 - len(others)
        rest = [text(self.theme, self.say("more", count=more), SMALL, "muted", at=last, align=-1)] * (more > 0)
        word, value = head.columns([1, 1.1])
        said = VGroup(text(self.theme, words[first], min(SAID, word.height), "output", 600, at=word, align=-1),
                      number(self.theme, chances[first], min(HUGE, 1.2 * value.height), "output", 600, at=value, align=1, width=value.width))
        return said, ranking(self.theme, [words[i] for i in others], [chances[i] for i in others], rooms, PRECISE, "muted"), rest

    def _wires(self, things: Sequence) -> list[VGroup]:
        """Arrows from each thing to the next, at one height."""
        y, edges = things[0].get_y(), [room_of(thing) for thing in things]
        return [arrow(self.theme, (a.right + 0.1, y, 0), (b.left - 0.05, y, 0)) for a, b in zip(edges, edges[1:], strict=False)]

    def _generate(self, cards: Loom, place: int) -> VGroup:
        """One word is made: it is fed back, looks back and across, and the next comes out. Returns what it looked with."""
        seconds = (1.0, 0.8, 0.6)[place] if place < IN_FULL else QUICK
        if place:
            self.play(_fed_back(cards.words[place - 1], cards.queries[place], seconds))
        looks = [VGroup(), VGroup()]
        if self.trained:
            block = "decoder.{block}."
            looks = [back(self.theme, cards, self.view(block + "self_attention.weights")[place, self.head, place], place),
                     across(self.theme, cards, self.view(block + "cross_attention.weights")[place, self.head, place], place)]
        moves = [draw(*lines, run_time=seconds) for lines in looks if len(lines)]
        for move in moves if place < IN_FULL else [Together(*moves)]:
            self.play(move)
        word = cards.words[place]
        self.play(appear(word, *self._chances(cards.words, place, place + 1), run_time=seconds))
        self.play(vanish(looks[0], run_time=QUICK), dim(looks[1], run_time=QUICK))
        return looks[1]

    def _chances(self, cards: VGroup, start: int, end: int, how: str = "generation") -> list[VGroup]:
        """The probabilities of some of the words, each beside its card: in digits, and as a bar on a track as long as 1 if there is room."""
        if not self.trained and not self.continues:
            return []
        chances = self._said_chances[start:end] if self.continues else self.view(f"passes.{how}_probabilities")[start:end]
        rooms = [room_of(card).outside(right=CHANCE, gap=TIGHT) for card in cards[start:end]]
        size = min(WORD, 0.5 * room_of(cards[0]).height)
        if size < self.theme.digit:
            return [VGroup(number(self.theme, source, self.theme.digit, "output", at=room)) for source, room in zip(chances, rooms, strict=True)]
        return [VGroup(number(self.theme, source, size, "output", at=room.point(0, 0.5)), track(self.theme, room), level(self.theme, source, room))
                for source, room in zip(chances, rooms, strict=True)]

    @property
    def _said_chances(self) -> list[View]:
        """The probability of each word by which the text goes on."""
        ids = self.view("decoder.next_token_ids").values.astype(int)
        return [self.view("decoder.probabilities")[step, token] for step, token in enumerate(ids)]

    def _panel(self, name: str, room: Room) -> Panel:
        """The decoder as it learns, or as it generates."""
        head, body = room.rows([1, 12], gap=0.1)
        first, middle, last, _ = body.trim(right=CHANCE).columns([1.4, 1.6, 1.4, 0], gap=0.3)
        given, said = (token_column(self.theme, words[:MOST], place, PITCH)
                       for words, place in ((self.queries, first), (self.said, last)))
        box = module(self.theme, self.say("decoder"), Room.around(middle.centre, middle.width, max(2.4, given.height + 0.2)))
        box.label.shift([0, box.height / 2 - 0.35, 0])
        counts = list(self.view(f"passes.{name}"))[: len(said)] if self.trained else []
        edges = room_of(box)
        return Panel(
            text(self.theme, self.say(name), HEADING, weight=500, at=head.centre, width=head.width), given,
            [arrow(self.theme, card.get_right() + [0.04, 0, 0], [edges.left, card.get_y(), 0]) for card in given], box,
            clock(self.theme, counts[:1] if name == "training" else counts, box.get_center(), 0.5, "output"),
            [arrow(self.theme, [edges.right, card.get_y(), 0], card.get_left() - [0.04, 0, 0]) for card in said], said,
            VGroup(*self._chances(said, 0, len(said), name)),
        )

    def _one_by_one(self, panel: Panel, place: int) -> None:
        """One pass of the generation."""
        seconds = max(QUICK, 0.8 / (place + 1))
        card = panel.given[place]
        self.play(_fed_back(panel.said[place - 1], card, seconds) if place else appear(card))
        moves = [draw(*panel.into[place], run_time=seconds)]
        if panel.watch.arcs:
            moves += [draw(panel.watch.arcs[place], run_time=seconds), appear(panel.watch.numbers[place], run_time=QUICK)]
            moves += [vanish(panel.watch.numbers[place - 1], run_time=FLASH)] if place else []
        self.play(*moves)
        self.play(draw(*panel.out[place], run_time=seconds),
                  appear(panel.said[place], *panel.chances[place : place + 1], run_time=seconds))

    def _difference(self, room: Room) -> VGroup:
        """How far the probabilities of the one pass are from those of the many."""
        words = text(self.theme, self.say("difference"), SMALL, "muted")
        largest = number(self.theme, self.view("passes.difference"), WORD, "output", decimals=PRECISE)
        return VGroup(words, largest).arrange(RIGHT, buff=0.2).move_to(room.centre)


def _fed_back(word: TokenCard, place: TokenCard, seconds: float) -> Animation:
    """A copy of a word that has come out goes to the place where it is read."""
    copy = word.copy()
    copy.word.overlay = True              # it starts on the word that stays, and passes over others
    return travel(copy, place, run_time=seconds)
