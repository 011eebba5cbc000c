"""Scene 1: one word is swapped, and the machine says another: how did it know? Then tokens in, tokens out: an encoder that runs once,
a decoder that runs once a word (Vaswani et al. 2017, section 3)."""

from collections.abc import Sequence

import numpy as np
from manim import Mobject, VGroup, VMobject

from model import View
from model.tokenizer import END
from scenes.base.layout import stacked
from scenes.base.scene import ExplainerScene, step
from scenes.overview.hook import Half, half
from scenes.parts.clock import Clock, clock
from scenes.parts.diagram import Module, module, route
from scenes.parts.flow import arrow, bow
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, peak
from scenes.parts.label import WORD, Label, number, text
from scenes.parts.motion import (
    BRIEF, DIMMED, SHORT, SLOW, SLOWER, STEADY, appear, brighten, dim, draw, merge, set_presence, slide, travel, vanish,
)
from scenes.parts.ranking import Ranking, grow, ranking, strongest
from scenes.parts.shapes import frame, ring, room_of
from scenes.parts.tokens import snug_row, token_column
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room

NAME, HEADING = 38 * PX, 30 * PX
SHARED, QUESTION, STEPS = (size * PX for size in (60, 62, 200))     # em sizes of the shared beginning, the question, and counted steps
BEST = 3                                  # words whose probabilities are shown
ROW = 0.95                                # height of a row of the ranking
QUICK = 0.3                               # seconds that a move takes at least
CARD, HOP = 84 * PX, 70 * PX              # height of a card in a row that is looked at, and of a hop to the next one
PRONOUNS = ("il", "elle")                 # French for `it`; the words say what each of them means


class Overview(ExplainerScene):
    """Two translations and a question. Then the sentence goes through the encoder at once; the decoder says the translation word by word."""

    experiments = ("passes", "twin", "twin_translation", "path_length")

    @step
    def sentence(self):
        """A sentence, its end in large letters, and what the machine makes of it."""
        self.top, self.left, self.right, self.foot = self._hook_rooms()
        first = self._half("encoder", self.tokens, self.staging.trace.output_tokens, self.left)
        self.halves = [first]
        self.shared = self._shared()
        self.brace = self._brace(first)
        self.play(appear(self.shared, self.brace, first.box, first.said, first.mark))
        self.wait(STEADY)
        self.play(appear(first.word, first.rest, run_time=STEADY))

    @step
    def swap(self):
        """One word is swapped; the machine says another."""
        if not self.spec.twin:
            return
        first, second = self.halves[0], self._half("twin.encoder", self.spec.twin, self._twin_output(), self.right)
        self.halves.append(second)
        brace = self._brace(second)
        self.play(appear(second.box, brace, second.said, second.mark))
        self.brace.add(*brace)
        self.play(appear(second.word, second.rest, run_time=STEADY))

    @step
    def question(self):
        """How did it know?"""
        question = text(self.theme, self.say("question"), QUESTION, weight=700, at=self.foot)
        self.play(*(appear(each.ask) for each in self.halves))
        self.play(*(appear(each.gloss) for each in self.halves))
        self.play(appear(question, run_time=STEADY))

    @step
    def encode(self):
        """All the tokens go into the encoder together; a key and a value come out for each."""
        self.play(vanish(*self.on_stage()), appear(*self._lay_out(), run_time=STEADY))
        self.play(draw(*self.wires[0]), merge(*self.cards, into=self.wires[0], run_time=SLOWER))
        self.play(appear(*self.keys, *self.values, self.names["keys"], self.names["values"], lag=0.05, run_time=SHORT))

    @step
    def first_word(self):
        """The decoder has nothing but the start token; it reads the keys and values and gives a word."""
        self.play(appear(self.names["said"], self.slots[0], self.names["next"]), *(draw(*wire) for wire in self.wires[1:]))
        self._say(0, SLOW)

    @step
    def feedback(self):
        """The word goes back in, with all the words before it."""
        if len(self.said) > 1:
            self._say(1, SLOW)

    @step
    def loop(self):
        """So it goes on, until the end token comes out."""
        for place in range(2, len(self.said)):
            self._say(place, max(BRIEF, STEADY / (place - 1)))
        self.play(draw(frame(self.theme, room_of(self.slots[1:], GAP / 5), "output")))

    @step
    def clocks(self):
        """Both halves again, each beside a clock that counts its forward passes."""
        words = self.slots[1:]
        left, right = self.stage.trim(left=self.cards.width + WIDE, right=self.slots.width + WIDE).split(2)
        self.play(vanish(*self.on_stage(self.cards, words)))
        clocks = [self._clock(panel, *what) for panel, *what in (
            (left, self.view("passes.encoder")[:1], "query", "at_once"), (right, self._passes(), "output", "one_by_one"),
        )]
        self.play(slide(*words, x=self.stage.right - room_of(words).right), dim(self.cards, words),
                  *(appear(watch.ring, said) for watch, said in clocks))
        self._run([watch for watch, _ in clocks], words)

    @step
    def recurrence(self):
        """From the followed word to the one it stands for: one step by attention, one a word by a recurrence."""
        here, there = self.focus, self._meant("encoder")
        above, middle, below = self.stage.rows([3.4, 0.8, 2.6])
        cards = snug_row(self.theme, self.tokens, middle, CARD, gap=TIGHT / 2)
        marks = [ring(self.theme, cards[k].box) for k in {here, there}]
        way = range(here, there, 1 if there > here else -1)
        hops = VGroup(bow(self.theme, cards[k].get_bottom(), cards[k + way.step].get_bottom(), -HOP) for k in way)
        leap = bow(self.theme, cards[here].get_top(), cards[there].get_top(), 0.9 * above.height)
        self.play(vanish(*self.on_stage()), appear(cards, *marks))
        for name, lines, room in (("attention", [leap], above.trim(top=0.3 * above.height)), ("recurrence", hops, below.trim(top=HOP))):
            source = self.view(f"path_length.{name}")[here, there]
            count = number(self.theme, source, STEPS, weight=700, decimals=0)
            told = stacked(count, text(self.theme, self.say(name), NAME), gap=GAP, at=room)
            self.play(draw(*lines, lag=0.5), appear(told[1]))
            self.play(appear(told[0]))

    def wording(self, name: str) -> str:
        """Without a twin there is nothing to compare."""
        alone = self.trained and not self.spec.twin and name in ("swap", "question")
        return "alone" if alone else super().wording(name)

    @property
    def trained(self) -> bool:
        """Whether there is a decoder."""
        return self.staging.trace.config.trained

    def _hook_rooms(self) -> list[Room]:
        """Rooms for the shared beginning, the two halves, or the only one, and the question."""
        top, middle, foot = self.stage.rows([0.9, 5.9, 0.8], gap=GAP / 2)
        return [top, *(middle.trim(top=WIDE / 2).split(2) if self.spec.twin else [middle.trim(top=WIDE / 2)] * 2), foot]

    def _half(self, scope: str, tokens: Sequence[str], output: Sequence[str], room: Room) -> Half:
        """A sentence from the followed word on, and its translation from the first word on that differs."""
        start, words = self.focus, [word for word in output if word != END] or [self.say("unknown")]
        swapped = next((i for i, pair in enumerate(zip(self.tokens, self.spec.twin)) if len({*pair}) > 1), None)
        place = min(int(float(self.staging.trace["twin_translation.place"])), len(words) - 1) if self.trained and self.spec.twin else 0
        gloss = self.say(words[place], noun=tokens[self._meant(scope)]) if words[place] in PRONOUNS else ""
        return half(self.theme, tokens[start:], swapped and swapped - start, words[place:], gloss, room)

    def _twin_output(self) -> list[str]:
        """What is said to the twin sentence, if there is a decoder."""
        rows = self.view("twin_translation.next_token_ids").values if self.trained else ()
        return [self.staging.trace.output_vocabulary[int(row)] for row in rows]

    def _shared(self) -> Label:
        """The beginning of the sentence, up to the followed word."""
        return text(self.theme, " ".join(self.tokens[: self.focus]), SHARED, weight=500, at=self.top)

    def _brace(self, part: Half) -> VGroup:
        """From the middle of the shared beginning down to a half."""
        (x, y, _), (end, low) = self.top.point(y=-1), (part.box.get_x(), room_of(part.box).top)
        line = VMobject(stroke_color=self.theme.colour("muted"), stroke_width=5)
        line.points = np.array([[x, y, 0], [x, low, 0], [end, y, 0], [end, low, 0]])
        return VGroup(*[line] * (self.focus > 0))

    def _meant(self, scope: str) -> int:
        """Which token the followed one looks at most in the shown head."""
        weights = self.view(f"{scope}.{{block}}.self_attention.weights")[self.head][self.focus]
        return int(weights.values.argmax())

    def _lay_out(self) -> list[Mobject]:
        """Everything of the machine, at its place. Returns what is there from the start."""
        lanes = self.stage.trim(top=0.8, bottom=0.1)
        names = ("cards", "encoder", "keys", "values", "decoder", "said", "next")
        self.rooms = dict(zip(names, lanes.columns([1.4, 1.5, 1.1, 1.1, 1.5, 1.5, 2.5], gap=0.36), strict=True))
        unknown = (self.say("unknown"),) * len(self.tokens)
        self.said = self.staging.trace.output_tokens or (*unknown, END)
        start = self.staging.trace.read_tokens[:1]
        self.cards = token_column(self.theme, self.tokens, self.rooms["cards"])
        self.slots = token_column(self.theme, (*start, *self.said), self.rooms["said"])
        self.encoder, self.decoder = (self._box(name, self.rooms[name]) for name in ("encoder", "decoder"))
        self.keys, self.values = (self._rows(name) for name in ("key", "value"))
        tops = {"cards": self.cards, "keys": self.keys[0], "values": self.values[0], "said": self.slots}
        self.names = {part: self._name(part, room_of(thing).top + 0.24) for part, thing in tops.items()}
        self.names["next"] = self._name("next", self.decoder.get_y() + BEST * ROW / 2 + 0.2)
        self.wires, self.shown = self._wires(), VGroup()
        return [self.cards, self.names["cards"], self.encoder, self.decoder]

    def _box(self, name: str, room: Room) -> Module:
        """One of the two halves; a decoder that there is not stays dark."""
        box = module(self.theme, self.say(name), room, size=NAME)
        if name == "decoder" and not self.trained:
            for shape in box:
                set_presence(shape, DIMMED)
        return box

    def _rows(self, name: str) -> list[HeatMap]:
        """The keys, or the values, one row for every token: of the decoder's block, or without one of the encoder's."""
        whole = "decoder.{block}.cross_attention." if self.trained else "encoder.{block}.self_attention."
        view = (self.view(whole + name)[0] if self.trained else self.view(whole + name))[self.head]
        room, scale = self.rooms[f"{name}s"], peak(view)
        grid = fit_grid(view[0].shape, Room.around((0, 0), room.width, self.cards[0].height))
        return [heat_map(self.theme, row, room.level(card.get_y()), name, scale=scale, grid=grid)
                for row, card in zip(view, self.cards, strict=True)]

    def _name(self, part: str, y: float) -> Label:
        """What a part of the machine is called, above it."""
        role = {"keys": "key", "values": "value"}.get(part, "muted")
        room = self.rooms["next" if part == "out" else part]
        return text(self.theme, self.say(part), HEADING, role, 500, at=(room.centre[0], y, 0), width=room.width + 0.3)

    def _wires(self) -> list[VGroup]:
        """From the cards to the encoder, from the values and from the words to the decoder, from the decoder to the next word."""
        y, edge, first = self.encoder.get_y(), room_of(self.decoder), self.slots[0].get_y()
        ends = [(room_of(self.cards).right, room_of(self.encoder).left, y), (room_of(VGroup(*self.values)).right, edge.left, y),
                (room_of(self.slots).left, edge.right, first)]
        top, x = self.stage.top - 0.12, self.rooms["next"].centre[0]
        over = [(self.decoder.get_x(), edge.top), (self.decoder.get_x(), top), (x, top), (x, y + BEST * ROW / 2 + 0.42)]
        return [*(arrow(self.theme, (start, at, 0), (end, at, 0)) for start, end, at in ends), route(self.theme, over)]

    def _say(self, place: int, seconds: float) -> None:
        """One forward pass of the decoder: it reads the keys, the values and all the words so far; the next word joins them."""
        read = [merge(*self.slots[: place + 1], into=self.wires[2]), merge(*self.keys, *self.values, into=self.wires[1])]
        self.play(*read[: 2 * (place < 2)])
        best, card = self._best(place), self.slots[place + 1]
        self.play(vanish(*self.shown, run_time=QUICK), appear(best.tracks, best.words, best.numbers, run_time=seconds),
                  grow(best.bars, run_time=seconds))
        self.shown = VGroup(best)
        winner = best.words[0].copy()
        winner.overlay = True             # it starts on the word that stays
        self.play(appear(card.box, run_time=QUICK), travel(winner, card.word, run_time=seconds))

    def _best(self, place: int) -> Ranking:
        """The most probable words to come next at a place of the translation."""
        room = Room.around((self.rooms["next"].centre[0], self.decoder.get_y()), self.rooms["next"].width, BEST * ROW)
        rooms = room.rows([1] * BEST, gap=0)
        if not self.trained:
            return ranking(self.theme, [self.say("unknown")] * BEST, (), rooms)
        chances = self.view("decoder.probabilities")[place]
        words, best = self.staging.trace.words("decoder.probabilities", "vocabulary"), strongest(chances, BEST)
        return ranking(self.theme, [words[i] for i in best], [chances[i] for i in best], rooms)

    def _passes(self) -> Sequence[View]:
        """How many passes each word has taken, if there is a decoder."""
        return list(self.view("passes.generation")) if self.trained else []

    def _clock(self, panel: Room, counts: Sequence[View], role: str, key: str) -> tuple[Clock, VGroup]:
        """A clock in the middle of a panel, and the words below it."""
        dial, name, unit = panel.trim(top=0.95).rows([2.9, 0.5, 0.4], gap=0.05)
        words = [
            text(self.theme, self.say(key), NAME, role, 500, at=name.centre, width=panel.width),
            text(self.theme, self.say("passes"), WORD, "muted", at=unit.centre, width=panel.width),
        ]
        return clock(self.theme, counts, dial.centre, 1.3, role), VGroup(*words)

    def _run(self, clocks: Sequence[Clock], words: VGroup) -> None:
        """The encoder's clock goes round once, for all the cards; the decoder's goes on by an arc for every word."""
        once, many = clocks
        for i in range(max(1, len(many.arcs))):
            seconds = max(QUICK, 1.4 / (i + 1))
            moves = [draw(*once.arcs, run_time=seconds), appear(*once.numbers), brighten(self.cards)] if i == 0 else []
            for arc, count, word in zip(many.arcs[i:], many.numbers[i:], words[i : i + 1], strict=False):
                before = [vanish(many.numbers[i - 1], run_time=QUICK)] if i else []
                moves += [*before, draw(arc, run_time=seconds), appear(count, run_time=QUICK), brighten(word, run_time=QUICK)]
            self.play(*moves)
