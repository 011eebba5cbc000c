"""Scene 1: one word is swapped, and the machine says another: how did it know? Then tokens in, tokens out: an encoder that runs once,
a decoder that runs once a token (Vaswani et al. 2017, section 3)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manim import Mobject, VGroup, VMobject

from model import View
from model.tokenizer import END
from model.tokenizer import text as written_text
from scenes.base.scene import ExplainerScene, step
from scenes.base.layout import above
from scenes.parts.clock import Clock, clock
from scenes.parts.diagram import Module, module, route
from scenes.parts.flow import arrow, bow
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, heat_rows, peak
from scenes.parts.label import SMALLEST_WORD, WORD, Label, Number, number, paragraph, text, text_width
from scenes.parts.legend import legend
from scenes.parts.motion import (
    DIMMED, FLASH, SHORT, SLOW, SLOWER, STEADY, appear, brighten, dim, draw, merge, set_presence, slide, travel, vanish,
)
from scenes.parts.phrase import PRONOUNS, spaced
from scenes.parts.ranking import Ranking, grow, ranking, strongest
from scenes.parts.shapes import frame, ring, room_of
from scenes.parts.swapped import Swapped, swapped
from scenes.parts.tokens import snug_row, token_column
from scenes.base.room import BESIDE, GAP, PEN, PX, TIGHT, WIDE, Room

NAME, HEADING, MAPPED = (size * PX for size in (38, 30, 26))
SPOKEN, SHARED, QUESTION, STEPS = (size * PX for size in (112, 60, 62, 270))         # em sizes of sentences and of counted steps
LEGEND = 150 * PX
ENLARGED = 6                              # cells of an enlarged row, one of them for what is left out
BEST = 3                                  # words whose probabilities are shown
ROW = 0.8                                 # height of a row of the ranking
QUICK = 0.3                               # seconds that a move takes at least
CARD, HOP = 70 * PX, 0.3                  # height of a card of a row; of a short step, as a share of a long one's
BOLD = 8 * PEN
ASKED = 0.75                              # of the height of its room, what the question takes at most
SHORTEST = 64 * PX                        # of a row of the ranking
HALF = 0.44                               # em size of two lines, as a share of the height that they have
ON_TWO_LINES = 1.7                        # how many times the width of the stage a sentence may be long


class Overview(ExplainerScene):
    """Two translations and a question. Then the sentence goes through the encoder at once; the decoder answers word by word."""

    experiments = ("passes", "twin", "twin_translation", "path_length")
    needs = {
        "swap": "output: decoder | none", "question": "output: decoder | none", "encode": "output: decoder | none",
        "first_word": "output: decoder | none", "feedback": "output: decoder | none", "loop": "output: decoder | none",
        "clocks": "output: decoder | none", "recurrence": "output: decoder | none",
    }

    @step
    def sentence(self):
        """A sentence goes in, and its translation comes out."""
        top, into, middle, out, low = self.stage.rows([3, 0.7, 1.3, 0.7, 3], gap=TIGHT)
        trace = self.staging.trace
        said = spaced(trace.translation) if self.trained else written_text(trace.output_tokens, trace.config.spelling)
        machine = module(self.theme, self.say("machine"), middle, size=SHARED)
        ways = [arrow(self.theme, room.point(y=1), room.point(y=-1), "text", BOLD) for room in (into, out)]
        self.open_with(self._lines(trace.sentence, "text", top))
        self.wait(SHORT)
        self.play(draw(*ways[0]), appear(machine))
        self.play(draw(*ways[1]), appear(self._lines(said or self.say("unknown"), "output", low), run_time=STEADY))

    @step
    def swap(self):
        """The end of the sentence and of its translation, large; beside it one word is swapped, and the machine says another."""
        top, middle, self.foot = self.stage.rows([9, 59, 8], GAP / 2)
        rooms = middle.trim(top=WIDE / 2).columns(2 if self.spec.twin else 1)
        above_all = top if self.focus else None
        self.halves = [self._half("encoder", self.tokens, self.staging.trace.output_tokens, above_all, rooms[0])]
        if self.spec.twin:
            said = self.staging.trace.said("twin_translation.next_token_ids") if self.trained else ()
            self.halves.append(self._half("twin.encoder", self.twin, said, above_all, rooms[1]))
        first, *others = self.halves
        shared = text(self.theme, " ".join(self.tokens[: self.focus]), SHARED, weight=500, at=top)
        self.play(vanish(*self.on_stage()), appear(shared, first.brace, first.box, first.said, first.word, first.rest))
        for half in others:
            self.play(appear(half.brace, half.box, half.said))
            self.play(appear(first.mark, half.mark), appear(half.word, half.rest, run_time=STEADY))

    @step
    def question(self):
        """How did it know?"""
        size = min(QUESTION, ASKED * self.foot.height)
        asked = self.say("question" if self._asks and self.frame.is_roomy else "question_alone")
        question = text(self.theme, asked, size, weight=700, at=self.foot)
        self.play(*(appear(each.ask) for each in self.halves))
        self.play(*(appear(each.gloss) for each in self.halves))
        self.play(appear(question, run_time=STEADY))

    @step
    def encode(self):
        """All the tokens go into the encoder together; a row of numbers comes out for each."""
        self.play(vanish(*self.on_stage()), appear(*self._lay_out()))
        self.play(draw(*self.wires[0]), merge(*(card.box for card in self.cards), into=self.wires[0], run_time=SLOWER))
        self.play(appear(*self.numbers, self.names["rows"], lag=0.05, run_time=SHORT))
        self.mapped, scale = [*self._on_the_map(), *self._enlarged()], peak(self.view("encoder.output"))
        self.key = legend(self.theme, self.rooms["key"].fit(height=LEGEND), scale, (self.say("negative"), self.say("positive")))
        self.play(appear(self.key))
        self.play(appear(*self.mapped))

    @step
    def first_word(self):
        """The decoder has nothing but the start token; it reads the numbers and gives a word."""
        self.play(vanish(*self.mapped, *[self.key] * (not self.frame.is_roomy)), *(draw(*wire) for wire in self.wires[1:]),
                  appear(self.names["said"], self.slots[0], self.read, self.names["next"]))
        self._say(0, SLOW)
        self.play(appear(self._others()))

    @step
    def feedback(self):
        """The word goes back in, with all the words before it."""
        if len(self.said) > 1:
            self._say(1, SLOW)

    @step
    def loop(self):
        """So it goes on, until the end token comes out."""
        for place in range(2, len(self.said)):
            self._say(place, max(QUICK, STEADY / (place - 1)), place + 1 < len(self.said))
        self.play(vanish(self.key), draw(*self._to_the_end()), appear(*self._stopped(), *self._cut_off()))

    @step
    def clocks(self):
        """Both halves again, each beside a clock that counts its forward passes."""
        words, slim = self.slots[1:], self.frame.is_slim
        kept = () if slim else (self.cards, words)
        middle = self.stage if slim else self.stage.trim(left=self.cards.width + WIDE, right=self.slots.width + WIDE)
        left, right = middle.rows(2) if middle.height >= BESIDE * middle.width else middle.columns(2)
        once, many = self.view("passes.encoder")[:1], list(self.view("passes.generation")) if self.trained else []
        clocks = [self._clock(left, once, "query", "at_once"), self._clock(right, many, "output", "one_by_one")]
        halves = [module(self.theme, "", panel).box for panel in (left, right)]
        self.play(vanish(*self.on_stage(*kept, self.encoder.box, self.decoder.box)),
                  travel(self.encoder.box, halves[0]), travel(self.decoder.box, halves[1]),
                  *(slide(*part, x=(self.stage.point(end) - room_of(part).point(end))[0]) for part, end in zip(kept, (-1, 1))), dim(*kept))
        self.play(*(appear(watch.ring, said) for watch, said in clocks))
        self._run([watch for watch, _ in clocks], *kept)

    @step
    def recurrence(self):
        """From the followed word to the one it stands for: one step by attention, one a word by a recurrence."""
        here, there = self.focus, self._meant("encoder")
        way = range(here, there, 1 if there > here else -1)
        steps = {"attention": [(here, there)], "recurrence": [(k, k + way.step) for k in way]}
        panels = [self._steps(what, room) for what, room in zip(steps.items(), self.stage.rows(2), strict=True)]
        self.play(vanish(*self.on_stage()), *(appear(*around) for around, _, _ in panels))
        for _, lines, count in panels:
            self.play(draw(*lines, lag=0.3))
            self.play(appear(count))

    def wording(self, name: str) -> str:
        """Without a twin there is nothing to compare, and not every word that differs is a pronoun."""
        if self.staging.trace.config.continues:
            return "continues"
        alone = self.trained and (name == "swap" and not self.spec.twin or name == "question" and not self._asks)
        return "alone" if alone else super().wording(name)

    @property
    def _asks(self) -> bool:
        """Whether one word of the sentence makes another pronoun."""
        return bool(self.spec.twin) and self.trained and {half.word.string for half in self.halves} == {*PRONOUNS}

    @property
    def trained(self) -> bool:
        """Whether there is a decoder."""
        return self.staging.trace.config.translates

    def _lines(self, words: str, role: str, room: Room) -> VGroup:
        """A sentence in two lines of a room."""
        size = min(SPOKEN, max(SMALLEST_WORD, min(HALF * room.height, ON_TWO_LINES * room.width / text_width(self.theme, words, 1, 500))))
        return paragraph(self.theme, words, size, room.width, role, 500).move_to(room.centre)

    def _half(self, scope: str, tokens: Sequence[str], output: Sequence[str], shared: Room | None, room: Room) -> Swapped:
        """A sentence from the followed word on, and its translation from the first word on that differs."""
        start, words = self.focus, [word for word in output if word != END] or [self.say("unknown")]
        differs = next((i for i, pair in enumerate(zip(self.tokens, self.twin)) if len({*pair}) > 1), None)
        place = min(int(self.staging.trace["twin_translation.place"].values), len(words) - 1) if self.trained and self.spec.twin else 0
        gloss = self.say(words[place], noun=tokens[self._meant(scope)]) if words[place] in PRONOUNS else ""
        return swapped(self.theme, tokens[start:], differs and differs - start, words[place:], gloss, shared, room)

    def _meant(self, scope: str) -> int:
        """Which token the followed one looks at most in the shown head."""
        weights = self.view(f"{scope}.{{block}}.self_attention.weights")[self.head][self.focus]
        return int(weights.values.argmax())

    def _lay_out(self) -> list[Mobject]:
        """Everything of the machine, at its place. Returns what is there from the start."""
        self.rooms = self._lanes()
        unknown = (self.say("unknown"),) * len(self.tokens)
        self.said = self.staging.trace.output_tokens or (*unknown, END)
        start = self.staging.trace.read_tokens[:1]
        self.cards = token_column(self.theme, self.tokens, self.rooms["cards"])
        self.slots = token_column(self.theme, (*start, *self.said), self.rooms["said"])
        self.read = frame(self.theme, room_of(self.slots[: len(self.said)], GAP / 5), "output")         # the end token stays out
        self.encoder, self.decoder = (self._box(name, self.rooms[name]) for name in ("encoder", "decoder"))
        self.numbers = self._rows()
        tops = {"cards": self.cards, "rows": self.numbers[0], "said": self.slots}
        self.names = {part: self._name(part, room_of(thing).top + 0.24) for part, thing in tops.items()}
        self.names["next"] = self._name("next", self._ranks.top + 0.2)
        self.wires, self.shown = self._wires(), VGroup()
        return [self.cards, self.names["cards"], self.encoder, self.decoder]

    def _lanes(self) -> dict[str, Room]:
        """Rooms for the parts of the machine: in one line, or the decoder's below the encoder's, from the right to the left."""
        if not self.frame.is_slim:
            lanes = self.stage.trim(top=0.8, bottom=0.1).columns([1.4, 1.5, 2.6, 1.5, 1.5, 2.5])
            rooms = dict(zip(("cards", "encoder", "rows", "decoder", "said", "next"), lanes, strict=True))
            key = rooms["next"].strip(bottom=LEGEND)
            return {**rooms, "next": rooms["next"].trim(bottom=LEGEND + GAP), "key": key} if self.frame.is_roomy else {**rooms, "key": rooms["next"]}
        high, low = self.stage.trim(top=HEADING + GAP, bottom=1.5 * GAP).rows([1.4, 1], 3 * GAP)
        rooms = [*high.columns([20, 13, 17]), *low.columns([4, 3, 4])]
        return dict(zip(("cards", "encoder", "rows", "next", "decoder", "said", "key"), [*rooms, rooms[3]], strict=True))

    def _box(self, name: str, room: Room) -> Module:
        """One of the two halves; a decoder that there is not stays dark."""
        box = module(self.theme, self.say(name), room, size=NAME)
        if name == "decoder" and not self.trained:
            for shape in box:
                set_presence(shape, DIMMED)
        return box

    def _rows(self) -> list[HeatMap]:
        """What the encoder makes of each token, a row of numbers."""
        view, room = self.view("encoder.output"), self.rooms["rows"]
        columns = list(dict.fromkeys(card.get_x() for card in self.cards))
        rooms = dict(zip(columns, room.columns(len(columns), TIGHT), strict=True))
        grid = fit_grid(view[0].shape, Room.around((0, 0), rooms[columns[0]].width, self.cards[0].height))
        return heat_rows(self.theme, view, [rooms[card.get_x()].level(card.get_y()) for card in self.cards], "line", grid)

    def _name(self, part: str, y: float) -> Label:
        """What a part of the machine is called, above it."""
        room, x = self.rooms[part], self.rooms[part].centre[0]
        width = min(room.width + GAP, 2 * min(x - self.stage.left, self.stage.right - x))
        return text(self.theme, self.say(part), HEADING, "muted", 500, at=(x, y, 0), width=width)

    @property
    def _best_ones(self) -> int:
        """Of how many words the probabilities are shown: as many as have room."""
        return max(1, min(BEST, int(self.rooms["next"].height / SHORTEST) - 1))

    @property
    def _ranks(self) -> Room:
        """Where the most probable words stand, in the middle of the decoder's height, or above what is said of them."""
        room, height = self.rooms["next"], self._best_ones * min(ROW, self.rooms["next"].height / (self._best_ones + 1))
        y = room.top - WIDE - height / 2 if self.frame.is_roomy else self.decoder.get_y()
        return Room.around((room.centre[0], y), room.width, height)

    def _wires(self) -> list[VGroup]:
        """From the cards to the encoder, from the numbers and from the words to the decoder, from the decoder to the next word."""
        y, edge, rows, after = self.encoder.get_y(), room_of(self.decoder), room_of(VGroup(*self.numbers)), self.rooms["next"]
        from_cards, from_words = (arrow(self.theme, (start, at, 0), (end, at, 0)) for start, end, at in (
            (room_of(self.cards).right, room_of(self.encoder).left, y), (room_of(self.read).left, edge.right, self.read.get_y())))
        x, across, top = self.decoder.get_x(), rows.bottom - GAP, self.stage.top - 0.12
        if self.frame.is_slim:
            down = [(rows.centre[0], rows.bottom), (rows.centre[0], across), (x, across), (x, edge.top)]
            out = arrow(self.theme, (edge.left, self.decoder.get_y(), 0), (after.right + TIGHT / 2, self.decoder.get_y(), 0))
            return [from_cards, route(self.theme, down), from_words, out]
        over = [(x, edge.top), (x, top), (after.centre[0], top), (after.centre[0], self._ranks.top + 0.42)]
        return [from_cards, arrow(self.theme, (rows.right, y, 0), (edge.left, y, 0)), from_words, route(self.theme, over)]

    def _to_the_end(self) -> VGroup:
        """From the last word that comes out to its card, which stands below all that the decoder reads."""
        after, last, y = self.rooms["next"], room_of(self.slots[len(self.said)]), room_of(self.shown[0].words[0]).centre[1]
        if self.frame.is_slim:
            (x, end), low = (room.centre[0] for room in (after, last)), max(after.bottom - GAP, self.stage.bottom)
            return route(self.theme, [(x, max(self._ranks.bottom - WIDE, low + TIGHT)), (x, low), (end, low), (end, last.bottom)], "output")
        x, end = (last.right + after.left) / 2, last.centre[1]
        return route(self.theme, [(after.left - TIGHT / 4, y), (x, y), (x, end), (last.right, end)], "output")

    def _stopped(self) -> list[VMobject]:
        """That the end token does not go back in, beside it, if it has come out and there is room."""
        if not self.trained or self.said[-1] != END or not self.frame.is_roomy:
            return []
        room = self.rooms["key"].trim(bottom=LEGEND / 4)
        return [paragraph(self.theme, self.say("stopped"), WORD, room.width, "output", lines=3, align=-1).move_to(room.centre)]

    def _enlarged(self) -> list[Mobject]:
        """Where a row of colours is a row of numbers: the first of those of the followed word, large, if there is room."""
        if not self.frame.is_roomy:
            return []
        row, room = self.view("encoder.output")[self.focus], replace(self.rooms["next"], left=self.rooms["said"].left)
        theme, grid = replace(self.theme, decimals=2), fit_grid(row.shape, room, ENLARGED)
        sheet = heat_map(theme, row, room, "output", True, peak(self.view("encoder.output")), grid=grid)
        words = text(self.theme, self.say("enlarged", token=self.tokens[self.focus]), WORD, "output", width=room.width)
        return [ring(self.theme, self.numbers[self.focus].border, "output"), sheet, above(words, sheet.border)]

    def _say(self, place: int, seconds: float, goes: bool = False) -> None:
        """One forward pass of the decoder: it reads the numbers and all the words so far; the next word joins them. goes: whether the most
        probable words go with it, for others to follow."""
        words = [card.box for card in self.slots[: place + 1]]
        if place < 2:                     # later it is the same again
            self.play(merge(*words, into=self.wires[2]), merge(*(row.cells for row in self.numbers), into=self.wires[1]))
        best, card = self._best(place), self.slots[place + 1]
        self.play(vanish(*self.shown, run_time=FLASH))
        self.play(appear(best.tracks, best.words, best.numbers, run_time=seconds), grow(best.bars, run_time=seconds))
        self.shown = VGroup(*[best] * (not goes))
        winner = best.words[0].copy()
        winner.overlay = True             # it starts on the word that stays
        self.play(appear(card.box, run_time=QUICK),
                  travel(winner, card.word, run_time=seconds) if card.word.string else merge(winner, into=card.box, run_time=seconds),
                  *[vanish(best, run_time=QUICK)] * goes)

    def _steps(self, way: tuple[str, Sequence[tuple[int, int]]], room: Room) -> tuple[list[Mobject], VGroup, Number]:
        """What a way of reading needs from the followed word to another: the sentence, its steps as bows, and their number."""
        (name, steps), inner = way, room.inset(GAP, GAP)
        left, right = (inner, inner.columns([3, 1])[1].rows(2)[0]) if self.frame.is_slim else inner.columns([4, 1])
        head, high, low = left.rows([0.6, 2, 1], gap=0)
        cards = snug_row(self.theme, self.tokens, low, CARD, gap=TIGHT / 2)
        marks = [ring(self.theme, cards[k].box) for k in {self.focus, self._meant("encoder")}]
        tops = [card.get_top() for card in cards]
        reach = min(high.height, high.top - tops[0][1]) * (1 if len(steps) == 1 else HOP)
        lines = VGroup(bow(self.theme, tops[a], tops[b], reach, width=BOLD) for a, b in steps)
        source = self.view(f"path_length.{name}")[self.focus, self._meant("encoder")]
        title = text(self.theme, self.say(name), NAME, weight=500, at=head, align=-1)
        count = number(self.theme, source, min(STEPS, right.height), weight=700, at=right, decimals=0)
        return [module(self.theme, "", room).box, title, cards, *marks], lines, count

    def _best(self, place: int) -> Ranking:
        """The most probable words to come next at a place of the translation."""
        rooms = self._ranks.rows(self._best_ones, gap=0)
        if not self.trained:
            return ranking(self.theme, [self.say("unknown")] * self._best_ones, (), rooms)
        chances = self.view("decoder.probabilities")[place]
        words, best = self.staging.trace.words("decoder.probabilities", "vocabulary"), strongest(chances, self._best_ones)
        return ranking(self.theme, [words[i] for i in best], [chances[i] for i in best], rooms)

    def _others(self) -> VGroup:
        """How many other words share the rest of the probability, below the best, if there is a decoder."""
        room = self._ranks.level(self._ranks.bottom - GAP)
        count = self.view("decoder.probabilities").shape[-1] - self._best_ones if self.trained else 0
        return VGroup(*[text(self.theme, self.say("others", count=count), WORD, "muted", at=room, align=-1)] * (count > 0))

    def _cut_off(self) -> list[VMobject]:
        """That a word cut short is a token of its own, below what comes next, if one was said and there is room."""
        short = list(dict.fromkeys(word for word in self.said if word.endswith("'")))
        if not short or not self.frame.is_roomy:
            return []
        room = replace(self.rooms["next"], top=self._ranks.bottom - WIDE)
        return [paragraph(self.theme, self.say("cut_off", words=" ".join(short)), HEADING, room.width, "muted", lines=3).move_to(room.centre)]

    def _on_the_map(self) -> list[Label]:
        """What the two halves are called, and the whole, below the map above the stage, if there is room and it is seen."""
        if not self.frame.is_roomy or self.furniture != "full":
            return []
        y, there = self.stage.strip(top=WORD).centre[1], room_of(self.heading.machine)
        halves = [("encoder", there.left, -1), *[("decoder", there.right, 1)] * self.trained]
        words = [text(self.theme, self.say(name), MAPPED, at=(x, y, 0), align=align) for name, x, align in halves]
        return [*words, text(self.theme, self.say("map"), MAPPED, "muted", at=(there.left - GAP, y, 0), align=1)]

    def _clock(self, panel: Room, counts: Sequence[View], role: str, key: str) -> tuple[Clock, VGroup]:
        """A clock in the middle of a panel, and the words below it."""
        head, dial, unit, name = panel.inset(GAP, GAP).rows([0.6, 4.4, 0.5, 0.6])
        words = [
            text(self.theme, self.say("encoder" if key == "at_once" else "decoder"), SHARED, weight=500, at=head),
            text(self.theme, self.say("once" if key == "at_once" else "passes"), WORD, "muted", at=unit), text(self.theme, self.say(key), SHARED, role, 500, at=name),
        ]
        return clock(self.theme, counts, dial.centre, min(dial.width, dial.height) / 2, role), VGroup(*words)

    def _run(self, clocks: Sequence[Clock], cards: Sequence[Mobject] = (), words: Sequence[Mobject] = ()) -> None:
        """The encoder's clock goes round once, for all the cards; the decoder's goes on by an arc for every word."""
        once, many = clocks
        for i in range(max(1, len(many.arcs))):
            seconds = max(QUICK, 1.4 / (i + 1))
            moves = [draw(*once.arcs, run_time=seconds), appear(*once.numbers), brighten(*cards)] if i == 0 else []
            for arc, count in zip(many.arcs[i : i + 1], many.numbers[i:], strict=False):
                before = [vanish(many.numbers[i - 1], run_time=FLASH)] if i else []
                moves += [*before, draw(arc, run_time=seconds), appear(count, run_time=QUICK), brighten(*words[i : i + 1], run_time=QUICK)]
            self.play(*moves)
