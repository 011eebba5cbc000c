"""Scene 1: tokens in, tokens out: an encoder that runs once, a decoder that runs once a word (Vaswani et al. 2017, section 3)."""

from collections.abc import Sequence

from manim import Mobject, VGroup

from model import View
from model.tokenizer import END
from scenes.base.scene import ExplainerScene, step
from scenes.parts.clock import Clock, clock
from scenes.parts.diagram import Module, module, route
from scenes.parts.flow import arrow
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, peak
from scenes.parts.label import WORD, Label, text
from scenes.parts.motion import DIMMED, appear, brighten, dim, draw, set_presence, slide, travel, vanish
from scenes.parts.ranking import Ranking, grow, ranking, strongest
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import token_column
from scenes.base.room import PX, Room

NAME, HEADING = 38 * PX, 30 * PX
BEST = 3                                  # words whose probabilities are shown
LOWEST = 2.5                              # height of the two boxes at least
ROW = 0.95                                # height of a row of the ranking
QUICK = 0.3                               # seconds that a move takes at least


class Overview(ExplainerScene):
    """The sentence goes through the encoder at once; the decoder says the translation word by word."""

    experiments = ("passes",)

    @step
    def sentence(self):
        """All the tokens are there at once; two boxes wait for them."""
        self._lay_out()
        out = self.names["out"]
        left, right = room_of(VGroup(self.encoder, self.slots)).columns([1, 1], gap=0.9)
        self.wide = [self._box("encoder", left), self._box("decoder", right)]
        ends = [room_of(thing) for thing in (self.cards, *self.wide, out)]
        self.arrows = [arrow(self.theme, (a.right + 0.08, out.get_y(), 0), (b.left - 0.04, out.get_y(), 0))
                       for a, b in zip(ends, ends[1:], strict=False)]
        self.play(appear(self.names["cards"], self.cards))
        self.play(appear(*self.wide, lag=0.3, run_time=0.8))
        self.play(*(draw(*line) for line in self.arrows), appear(out))
        if not self.trained:
            self.play(dim(self.wide[1]))

    @step
    def encode(self):
        """All the tokens go into the encoder together; a key and a value come out for each."""
        self.out = arrow(self.theme, (room_of(self.decoder).right + 0.08, self.decoder.get_y(), 0), self.arrows[2].get_right())
        self.play(
            vanish(self.arrows[1]), travel(self.arrows[0], self.wires[0], run_time=0.9), travel(self.arrows[2], self.out, run_time=0.9),
            travel(self.wide[0], self.encoder, run_time=0.9), travel(self.wide[1], self.decoder, run_time=0.9),
        )
        self._go_into(self.encoder, [card.box for card in self.cards], 1.4)
        rows = VGroup(*self.keys, *self.values)
        for row in rows:
            row.shift([self.encoder.get_x() - row.get_x(), 0, 0])
        self.add(rows)
        self.bring_to_back(rows)
        self.play(*(slide(*half, x=room.centre[0] - self.encoder.get_x(), run_time=1.4)
                    for half, room in ((self.keys, self.rooms["keys"]), (self.values, self.rooms["values"]))))
        self.play(appear(self.names["keys"], self.names["values"]))

    @step
    def first_word(self):
        """The decoder has nothing but the start token; it reads the keys and values and gives a word."""
        self.play(vanish(self.out, self.names["out"]), appear(self.names["said"], self.slots[0], self.names["next"]))
        self.play(draw(*self.wires[1], *self.wires[2]), *(draw(*wire) for wire in self.wires[3:]))
        self._say(0, 1.2)

    @step
    def feedback(self):
        """The word goes back in, with all the words before it."""
        if len(self.said) > 1:
            self._say(1, 1.2)

    @step
    def loop(self):
        """So it goes on, until the end token comes out."""
        for place in range(2, len(self.said)):
            self._say(place, max(QUICK, 1 / (place - 1)))
        whole = frame(self.theme, room_of(self.slots[1:], 0.045), "output", radius=0.1)
        self.play(draw(whole, run_time=1.0))

    @step
    def clocks(self):
        """Both halves again, each beside a clock that counts its forward passes."""
        cards, words = self.cards, self.slots[1:]
        left, right = self._panels()
        self.play(vanish(*self.on_stage(cards, self.slots, self.encoder, self.decoder), self.slots[0]))
        self.play(
            *(travel(box, self._box(name, Room(panel.left, panel.right, panel.top - 0.75, panel.top)))
              for box, name, panel in ((self.encoder, "encoder", left), (self.decoder, "decoder", right))),
            slide(*words, x=self.stage.right - room_of(words).right), slide(cards, x=self.stage.left - room_of(cards).left),
        )
        clocks = [self._clock(panel, *what) for panel, *what in (
            (left, self.view("passes.encoder")[:1], "query", "at_once"), (right, self._passes(), "output", "one_by_one"),
        )]
        self.play(dim(cards, words), *(appear(watch.ring, words) for watch, words in clocks))
        self._run([watch for watch, _ in clocks], words)

    @property
    def trained(self) -> bool:
        """Whether there is a decoder."""
        return self.staging.trace.config.trained

    def _lay_out(self):
        """Everything of the machine, at its place."""
        lanes = self.stage.trim(top=0.8, bottom=0.1)
        names = ("cards", "encoder", "keys", "values", "decoder", "said", "next")
        self.rooms = dict(zip(names, lanes.columns([1.4, 1.5, 1.1, 1.1, 1.5, 1.5, 2.5], gap=0.36), strict=True))
        unknown = (self.say("unknown"),) * len(self.tokens)
        self.said = self.staging.trace.output_tokens or (*unknown, END)
        start = self.staging.trace.read_tokens[:1]
        self.cards = token_column(self.theme, self.tokens, self.rooms["cards"])
        self.slots = token_column(self.theme, (*start, *self.said), self.rooms["said"])
        tall = min(lanes.height, max(LOWEST, self.cards.height + 0.4, self.slots.height + 0.4))
        self.encoder, self.decoder = (self._box(name, Room.around(self.rooms[name].centre, self.rooms[name].width, tall))
                                      for name in ("encoder", "decoder"))
        self.keys, self.values = (self._rows(name) for name in ("key", "value"))
        tops = {"cards": self.cards, "keys": self.keys[0], "values": self.values[0], "said": self.slots}
        self.names = {part: self._name(part, room_of(thing).top + 0.24) for part, thing in tops.items()}
        self.names["out"] = self._name("out", self.decoder.get_y())
        self.names["next"] = self._name("next", self.decoder.get_y() + BEST * ROW / 2 + 0.2)
        self.wires, self.shown = self._wires(), VGroup()

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

    def _go_into(self, box: Module, things: Sequence[Mobject], seconds: float) -> None:
        """Copies of things go straight into a box, all together."""
        copies = VGroup(*(thing.copy() for thing in things))
        self.bring_to_back(copies)
        self.play(*(slide(copy, x=box.get_x() - copy.get_x(), run_time=seconds) for copy in copies))
        self.remove(copies)

    def _say(self, place: int, seconds: float) -> None:
        """One forward pass of the decoder: it reads the keys, the values and all the words so far; the next word joins them."""
        words = [card.box for card in self.slots[: place + 1]]
        self._go_into(self.decoder, [*words, *(row.cells for row in (*self.keys, *self.values))], seconds)
        best, card = self._best(place), self.slots[place + 1]
        self.play(vanish(*self.shown, run_time=QUICK), appear(best.tracks, best.words, best.numbers, run_time=0.6 * seconds),
                  grow(best.bars, run_time=seconds))
        self.remove(*best)
        self.add(best)
        self.shown = VGroup(best)
        winner = best.words[0].copy()
        winner.overlay = True             # it starts on the word that stays
        self.play(appear(card.box, run_time=QUICK), travel(winner, card.word, run_time=0.8 * seconds))
        self.remove(card.box, card.word)
        self.add(card)

    def _best(self, place: int) -> Ranking:
        """The most probable words to come next at a place of the translation."""
        room = Room.around((self.rooms["next"].centre[0], self.decoder.get_y()), self.rooms["next"].width, BEST * ROW)
        rooms = room.rows([1] * BEST, gap=0)
        if not self.trained:
            return ranking(self.theme, [self.say("unknown")] * BEST, (), rooms)
        chances = self.view("decoder.probabilities")[place]
        words, best = self.staging.trace.words("decoder.probabilities", "vocabulary"), strongest(chances, BEST)
        return ranking(self.theme, [words[i] for i in best], [chances[i] for i in best], rooms)

    def _panels(self) -> tuple[Room, Room]:
        """Where the two clocks stand: beside the sentence and beside the translation."""
        left, right = self.stage.columns([1, 1], gap=0.7)
        return left.trim(left=self.cards.width + 0.6), right.trim(right=self.slots.width + 0.6)

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
