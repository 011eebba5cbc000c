"""Scene 1: one word is swapped, and the machine says another: how did it know? Then tokens in, tokens out: an encoder that runs once,
a decoder that runs once a token (Vaswani et al. 2017, section 3)."""

from collections.abc import Sequence
from dataclasses import replace

from manim import Animation, Mobject, VGroup

from model import View
from model.tokenizer import END
from model.tokenizer import text as written_text
from scenes.base.room import BESIDE, GAP, PEN, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.clock import counted, run
from scenes.parts.diagram import module
from scenes.parts.encoder_decoder import IN_LINE, LEGEND, encoder_decoder
from scenes.parts.flow import arrow
from scenes.parts.heat_map import peak
from scenes.parts.hops import hops
from scenes.parts.label import WORD, in_lines, paragraph, text
from scenes.parts.legend import legend
from scenes.parts.machine import captioned
from scenes.parts.motion import BLINK, SHORT, SLOW, SLOWER, STEADY, appear, dim, draw, hide, merge, slide, travel, vanish
from scenes.parts.phrase import PRONOUNS, spaced
from scenes.parts.ranking import grow, ranking, strongest
from scenes.parts.reread import DECIMALS, Reread, reread
from scenes.parts.shapes import room_of
from scenes.parts.swapped import Swapped, swapped

SPOKEN, SHARED, QUESTION = (size * PX for size in (112, 60, 62))         # em sizes of sentences
LINES = 4                                 # of a sentence, at most
ASKED = 0.75                              # of the height of its room, what the question takes at most
BOLD = 8 * PEN


class Overview(ExplainerScene):
    """Two translations and a question. Then the sentence goes through the encoder at once; the decoder answers word by word."""

    experiments = ("passes", "twin", "distances", "twin_translation", "path_length")
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
        read, spoken = (in_lines(self.theme, words, SPOKEN, room, LINES, role, 500)
                        for words, room, role in ((trace.sentence, top, "text"), (said or self.say("unknown"), low, "output")))
        self.open_with(read)
        self.wait(SHORT)
        self.play(draw(*ways[0]), appear(machine))
        self.play(draw(*ways[1]), appear(spoken, run_time=STEADY))

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
        """All the tokens go into the encoder together; a row of numbers comes out for each. One word is swapped: other rows change, too."""
        made, said = self.view("encoder.output"), self.staging.trace.output_tokens or (*[self.say("unknown")] * len(self.tokens), END)
        self.said, names = (*self.staging.trace.read_tokens[:1], *said), {part: self.say(part) for part in IN_LINE}
        self.machine = encoder_decoder(self.theme, names, self.tokens, made, self.said, self.trained, self.stage, self.frame.is_slim,
                                       self.frame.is_roomy)
        cards, self.shown, room, again = self.machine.cards, VGroup(), self.machine.rooms["key"], self._reread(made)
        self.key = legend(self.theme, room if self.frame.is_slim else room.fit(height=LEGEND), peak(made), (self.say("negative"), self.say("positive")))
        on_map = self._on_map()
        self.beside = [*on_map, again.bars, again.numbers, again.name] if again else on_map
        self.play(vanish(*self.on_stage()), appear(cards, self.machine.names["cards"], self.machine.encoder))
        self._read(cards, draw(*self.machine.wires[0]))
        self.play(appear(*self.machine.rows, self.machine.names["rows"], lag=0.05, run_time=SHORT))
        self.play(appear(self.key, *on_map))
        self.swapped = again and (again.gone, [*again.cards, *again.rows])
        if again:
            self.play(vanish(*again.gone[: len(again.cards)]), appear(*again.cards))
            self._read(again.cards)
            self.play(vanish(*self.machine.rows), appear(*again.rows, run_time=STEADY))
            self.play(grow(again.bars), appear(again.numbers, again.name))

    @step
    def first_word(self):
        """The decoder has nothing but the start token; it reads the numbers and gives a word."""
        machine, (gone, instead) = self.machine, self.swapped or ([], [])
        self.play(vanish(*self.beside, *instead, *[self.key] * (not self.frame.is_roomy)), appear(*gone, machine.decoder))
        self.play(*(draw(*wire) for wire in machine.wires[1:]), appear(machine.names["said"], machine.said[0], machine.read, machine.names["next"]))
        self._say(0, SLOW)
        if self.trained:
            room, count = machine.best[-1], len(self.staging.trace.output_vocabulary)
            others = text(self.theme, self.say("others", count=count), WORD, "muted", at=room.level(room.bottom - GAP), align=-1)
            self.play(appear(*[others] * (count > len(machine.best))))

    @step
    def feedback(self):
        """The word goes back in, with all the words before it."""
        if len(self.said) > 2:
            self._say(1, SLOW)

    @step
    def loop(self):
        """So it goes on, one more word followed and the others fast, until the end token comes out, which does not go back in."""
        for place in range(2, len(self.said) - 1):
            self._say(place, STEADY if place == 2 else BLINK, place == 2)
        self.play(vanish(self.key, self.machine.back))
        self.play(appear(*self._notes()))

    @step
    def clocks(self):
        """Both halves again, each beside a clock that counts its forward passes."""
        machine, slim = self.machine, self.frame.is_slim
        kept = cards, words = (VGroup(), VGroup()) if slim else (machine.cards, machine.said[1:])
        middle = (self.stage if slim else self.stage.trim(left=cards.width + WIDE, right=machine.said.width + WIDE)).trim(top=TIGHT)
        panels = left, right = middle.rows(2) if middle.height >= BESIDE * middle.width else middle.columns(2)
        once, many = self.view("passes.encoder")[:1], list(self.view("passes.generation")) if self.trained else []
        (reads, read), (says, said) = (
            counted(self.theme, counts, tuple(map(self.say, keys)), role, panel) for counts, keys, role, panel in (
                (once, ("encoder", "once", "at_once"), "query", left), (many, ("decoder", "passes", "one_by_one"), "output", right)))
        boxes = machine.encoder.box, machine.decoder.box
        hide(*words[-1:])                 # what came out last has not gone back in
        self.play(vanish(*self.on_stage(*kept, *boxes)),
                  *(travel(box, module(self.theme, "", panel).box) for box, panel in zip(boxes, panels)),
                  *(slide(*part, x=(self.stage.point(end) - room_of(part).point(end))[0]) for part, end in zip(kept, (-1, 1)) if part),
                  dim(cards, words[:-1]))
        self.play(appear(reads.ring, read), appear(says.ring, said))
        for moves in run(reads, says, cards, words):
            self.play(*moves)

    @step
    def recurrence(self):
        """From the followed word to the one it stands for: one step by attention, one a word by a recurrence."""
        ends, rooms = (self.focus, self._meant("encoder")), dict(zip(("attention", "recurrence"), self.stage.rows(2)))
        ways = [hops(self.theme, self.tokens, ends, name == "recurrence", self.view(f"path_length.{name}")[ends], self.say(name), room,
                     self.frame.is_slim) for name, room in rooms.items()]
        self.play(vanish(*self.on_stage()), *(appear(*way.around) for way in ways))
        for way in ways:
            self.play(draw(*way.bows, lag=0.3))
            self.play(appear(way.count))

    def wording(self, name: str) -> str:
        """Without a twin there is nothing to compare, and not every word that differs is a pronoun; where there is room a row is compared."""
        if self.staging.trace.config.continues:
            return "continues"
        if name == "encode" and self._others_move:
            return "compared"
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

    def _say(self, place: int, seconds: float, followed: bool = True) -> None:
        """One forward pass of the decoder."""
        rooms, before = self.machine.best, self.shown
        if self.trained:
            chances, words = self.view("decoder.probabilities")[place], self.staging.trace.words("decoder.probabilities", "vocabulary")
            places = strongest(chances, len(rooms))
            best = ranking(self.theme, [words[i] for i in places], [chances[i] for i in places], rooms)
        else:
            best = ranking(self.theme, [self.said[place + 1], *[self.say("unknown")] * (len(rooms) - 1)], (), rooms)
        for moves in self.machine.say(place, best, before, seconds, followed):
            self.play(*moves)
        self.shown = VGroup(best)

    def _read(self, cards: VGroup, *moves: Animation) -> None:
        """Cards go into the encoder."""
        self.play(*moves, merge(*(card.box for card in cards), into=self.machine.wires[0], run_time=SLOWER if moves else STEADY))

    def _on_map(self) -> list[Mobject]:
        """What the map above the stage is, and where both halves are on it, if there is room."""
        if not self.frame.is_roomy or self.furniture != "full":
            return []
        names, y = (self.say("encoder"), self.say("decoder")), self.stage.strip(top=WORD).centre[1]
        return captioned(self.theme, self.heading.machine, self.say("map"), names, y)

    @property
    def _others_move(self) -> bool:
        """Whether the twin changes the rows of words that are the same in both."""
        same = [i for i, words in enumerate(zip(self.tokens, self.twin)) if words[0] == words[1]]
        return 0 < len(same) < len(self.tokens) and bool(self.view("distances.after").values[same].max() >= 10.0**-DECIMALS)

    def _reread(self, made: View) -> Reread | None:
        """The twin in the encoder, if it changes other rows than those of its own words."""
        if not self._others_move:
            return None
        words, rooms = next(pair for pair in zip(self.tokens, self.twin) if pair[0] != pair[1]), self.machine.rooms
        beside = None if self.frame.is_slim else replace(rooms["decoder"], right=rooms["said"].right)
        return reread(self.theme, self.machine, self.tokens, self.twin, (made, self.view("twin.encoder.output"), self.view("distances.after")),
                      self.focus, self.say("moved", other=words[1]), beside)

    def _notes(self) -> list[VGroup]:
        """Below what comes next, if there is room: that the end token does not go back in, if it was said."""
        rooms = self.machine.rooms
        if not self.frame.is_roomy or not self.trained or self.said[-1] != END:
            return []
        low = replace(rooms["next"], top=self.machine.best[-1].bottom - WIDE, bottom=rooms["key"].bottom)
        return [paragraph(self.theme, self.say("stopped"), WORD, low.width, "output", lines=4, align=-1).move_to(low.centre)]
