"""Scene 2: from words to vectors: a row of a table for every token (Vaswani et al. 2017, section 3.4)."""

from collections.abc import Sequence
from dataclasses import replace

from manim import PI, VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.heat_map import peak
from scenes.parts.in_context import TALL, in_context
from scenes.parts.label import WORD, format_number, is_named, number, paragraph, text_width
from scenes.parts.legend import beyond, legend
from scenes.parts.lookup import Lookup, lifted, lookup
from scenes.parts.motion import BLINK, BRIEF, EASY, LONG, SHORT, STEADY, Together, appear, copy_to, dim, draw, hide, travel, vanish
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import PADDING, as_sentence, token_card, word_widths
from scenes.parts.word_list import neighbours, word_list

HUGE, LEGEND = 96 * PX, 150 * PX          # em size of what is read first; height of what the colours mean
LEAST = 0.8                               # of the width of a column if all were alike, what the narrowest has
LIFTED = 1.5                              # height of the lifted row with its name


class Embeddings(ExplainerScene):
    """A sentence becomes tokens, tokens become ids, ids pick rows of a table; a row knows nothing of its sentence yet."""

    experiments = ("twin", "distances")

    @step
    def sentence(self):
        """The sentence comes apart into tokens; each is looked up in the list of all words, and has its number there."""
        head, lists, foot = self.stage.inset(x=TIGHT / 2).rows([5, 16, 5], TIGHT)
        places, ids = lists.columns(len(self.tokens), TIGHT), self.staging.trace["token_ids"]
        words, tall = [(token,) for token in self.tokens], min(TALL, head.height - TIGHT / 4)
        widths, size = word_widths(self.theme, words, lists.width, min(HUGE, tall - 2 * TIGHT), LEAST * places[0].width, TIGHT)
        places = lists.columns(widths, TIGHT) if max(widths) > places[0].width else places
        cards = [min(width, text_width(self.theme, word, size) + 2 * PADDING) for width, word in zip(widths, self.tokens, strict=True)]
        self.cards = VGroup(token_card(self.theme, word, width, tall, size=size, padding=TIGHT / 4)
                            for word, width in zip(self.tokens, cards, strict=True))
        words = as_sentence(self.cards.move_to(head.centre), head)
        self.cards = VGroup(*(card.set_x(place.centre[0]) for card, place in zip(self.cards, places, strict=True)))
        vocabulary = [word_list(self.theme, self._nearby(row), row, place, size, "output" if i == self.focus else "line")
                      for i, (row, place) in enumerate(zip(ids.values.astype(int).tolist(), places, strict=True))]
        self.ids = self._ids(ids, [replace(foot, left=place.left, right=place.right) for place in places])
        boxes = [card.box for card in self.cards]
        hide(*boxes)
        self.open_with(*boxes, words)
        self.wait(1.5)
        self.play(*(travel(word, card.word) for word, card in zip(words, self.cards, strict=True)))
        self.play(appear(*boxes, lag=0.05))
        self.play(appear(*(VGroup(column.panel, column.words) for column in vocabulary), lag=0.2))
        self.play(appear(*(column.ring for column in vocabulary), lag=0.2))
        self.play(appear(*self.ids, lag=0.3))

    @step
    def row(self):
        """One id leads to its row of the table; the row lifts out."""
        found = self._lay_out()
        key = self._key(found, found.place.fit(height=LEGEND))
        names, foot = (self.say("vector_of", token=self.tokens[self.focus]), self.say("width")), self.stage.strip(bottom=LIFTED)
        vector, name = lifted(self.theme, self.staging.trace["embeddings"][self.focus], self._scale, names, foot, self.frame.is_roomy)
        learned = self.staging.trace.config.trained and self.frame.is_roomy        # where the numbers of the table come from
        origin = [above(paragraph(self.theme, self.say("learned"), WORD, key.width), key, GAP)] * learned
        self.play(vanish(*self.on_stage(self.cards)), travel(self.cards, found.cards, -PI / 8))
        self.play(appear(found.numbers, found.table, found.table_name, *found.addresses, run_time=EASY))
        self.play(dim(*(part for i in range(len(self.tokens)) if i != self.focus for part in (found.cards[i], found.numbers[i]))))
        own = found.row(self.focus)
        self.play(draw(found.links[self.focus], run_time=STEADY))
        self.play(draw(frame(self.theme, room_of(own), "output"), run_time=EASY))
        self.play(copy_to(VGroup(own), vector, run_time=LONG))
        self.play(appear(name, key, *origin))

    @step
    def all_rows(self):
        """Every other id does the same: a row of the table for each token."""
        found = self._lay_out()
        self.x, slim, low = found.x, self.frame.is_slim, replace(found.place, left=room_of(found.table).left)     # below both
        key = self._key(found, low.fit(height=LEGEND - GAP) if slim else found.place.fit(height=LEGEND))
        key.move_to([key.get_x() if slim else self.x.get_x(), self.stage.bottom + LIFTED / 2, 0])
        self.play(vanish(*self.on_stage()), appear(found.table, found.table_name, *found.addresses, found.cards, found.numbers,
                                                   self.x.border, self.x.dots, found.x_name, key))
        self.play(draw(*found.links, lag=0.1))
        rows = [(VGroup(found.row(i).copy()), VGroup(row)) for i, row in enumerate(self.x.cells)]
        self.play(Together(*(travel(start, end, run_time=STEADY) for start, end in rows), lag=0.25))
        self.play(appear(self.x.numbers))

    @step
    def generic(self):
        """The vector of a word is the same in any sentence: nothing between the twins' vectors."""
        trace, scopes = self.staging.trace, ("", "twin.")[: 1 + self._twin]
        before, after = ([trace[f"{scope}{name}"][self.focus] for scope in scopes] for name in ("embeddings", "encoder.output"))
        distances = [trace[f"distances.{name}"][self.focus] for name in ("before", "after") if self._twin]
        names = {name: self.say(name, token=self.tokens[self.focus]) for name in ("before", "after", "encoder", "distance")}
        sentences = self.tokens, self.twin or self.tokens
        self.pair = in_context(self.theme, sentences, self.focus, before, after, distances, names, self._scale, self.stage,
                               self.frame.is_slim)
        followed = VGroup(self.x.cells[self.focus])
        self.play(vanish(*self.on_stage(self.x.cells)), vanish(*(row for i, row in enumerate(self.x.cells) if i != self.focus)),
                  appear(self.pair.sentences[0]))
        self.play(*(appear(cards, run_time=EASY) for cards in self.pair.sentences[1:]))
        self.play(*(copy_to(followed, vector, run_time=LONG) for vector in self.pair.wide), vanish(followed, run_time=BLINK))
        for apart in self.pair.apart[:1]:
            self.play(draw(*apart.lines, run_time=0.5), appear(apart.words))

    @step
    def in_context(self):
        """In the encoder the other words come in: the same word leaves it with a vector of its own in each sentence."""
        pair = self.pair
        self.play(
            *(travel(wide.cells, vector.cells) for wide, vector in zip(pair.wide, pair.before, strict=True)),
            *(travel(wide.border, vector.border) for wide, vector in zip(pair.wide, pair.before, strict=True)),
            vanish(*(part for wide in pair.wide for part in (wide.numbers, wide.dots))),
            *(travel(wide, small) if len(wide.words) == len(small.words) else Together(vanish(wide), appear(small))
              for wide, small in zip(pair.apart[:1], pair.apart[1:], strict=False)),
        )
        self.play(appear(pair.encoder, *pair.headings, *(vector.dots for vector in pair.before)))
        self.play(*(draw(*line, run_time=EASY) for line in pair.ways), *(draw(*wire, run_time=EASY) for wire in pair.wires[0]))
        self.play(*(draw(*wire, run_time=SHORT) for wire in pair.wires[1]))
        inside = [vector.cells.copy() for vector in pair.before]
        self.add(*inside)
        self.bring_to_back(*inside)
        self.play(*(travel(start, end.cells, run_time=LONG) for start, end in zip(inside, pair.after, strict=True)))
        self.play(appear(*(part for end in pair.after for part in (end.border, end.dots)), run_time=BRIEF))
        for apart in pair.apart[2:]:
            self.play(draw(*apart.lines, run_time=0.5), appear(apart.words))

    def wording(self, name: str) -> str:
        """Without a twin in which the followed word stands at the same place there is nothing to compare."""
        if name == "sentence":
            return super().wording(name)
        if name == "all_rows":
            return "repeated" if len(set(self.tokens)) < len(self.tokens) else "caption"
        return "caption" if self._twin else "alone"

    @property
    def _twin(self) -> bool:
        twin = self.twin
        return bool(twin) and twin[self.focus] == self.tokens[self.focus]

    @property
    def _scale(self) -> float:
        """The magnitude that is brightest in all vectors that are looked up."""
        return peak(self.staging.trace["embeddings"])

    def _nearby(self, row: int) -> dict[int, str]:
        """The word in a row of the vocabulary and those around it."""
        return {k: self.known(k) for k in neighbours(row, len(self.staging.trace.vocabulary))}

    def _ids(self, ids: View, places: Sequence[Room]) -> VGroup:
        """The ids of the tokens, each in its place, as far as they are readable."""
        widths = [text_width(self.theme, "0" * max(len(f"{float(row):.0f}"), 3), 1, 600, tabular=True) for row in ids]
        size = max(self.theme.digit, min(HUGE, *(place.width / width for place, width in zip(places, widths, strict=True))))
        pitch, widest = places[0].width + TIGHT, text_width(self.theme, "000", self.theme.digit, 600, tabular=True)
        return VGroup(number(self.theme, row, size, weight=600, at=place, decimals=0) for i, (row, place) in enumerate(zip(ids, places))
                      if is_named(i, pitch, self.focus, widest))

    def _lay_out(self) -> Lookup:
        """Tokens, ids, the table E and what is found there, on one scale."""
        trace, scale, room = self.staging.trace, self._scale, self.stage.trim(bottom=LIFTED)
        views, names = (trace["weights.embedding"], trace["embeddings"]), ("E", self.say("rows"))
        return lookup(self.theme, self.tokens, self.focus, trace["token_ids"], views, names, scale, room, self.frame.is_slim)

    def _key(self, found: Lookup, room: Room) -> VGroup:
        """What the colours of both mean, in a room."""
        scale = self._scale
        key = legend(self.theme, room, scale, (self.say("negative"), self.say("positive")))
        cut = self.say("beyond", scale=format_number(scale, 1))
        return VGroup(key, *beyond(self.theme, key, cut, scale, (found.table, found.x)))
