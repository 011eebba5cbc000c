"""Scene 2: from words to vectors: a row of a table for every token (Vaswani et al. 2017, section 3.4)."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from manim import DOWN, RIGHT, Mobject, VGroup

from model import View
from scenes.base.scene import ExplainerScene, step
from scenes.parts.diagram import module
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import HeatMap, fit_digits, fit_grid, heat_map, is_beyond, peak
from scenes.parts.label import WORD, format_number, is_named, number, paragraph, text, text_width
from scenes.parts.legend import legend
from scenes.parts.lookup import distance, link, table_grid
from scenes.parts.motion import Together, appear, copy_to, dim, draw, hide, travel, vanish
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import PADDING, cards_beside, shape_label, snug_row, token_card, word_widths
from scenes.parts.whole import Whole
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.layout import above, below, side_by_side

NAME, SMALL, LARGE, HUGE = (size * PX for size in (60, 28, 64, 96))
HIGHEST, LEGEND = 110 * PX, 150 * PX                        # row of a table
AROUND = 2                                # words shown before and after a token's in the list
HIGH = 0.8                                # em size of a word, as a share of the height of its card, at most
SPACE = 0.28                              # between the words of the sentence, in em
READABLE = 16                             # entries of the lifted row, so that their digits are not cut
LEAST = 0.8                               # of the width of a column if all were alike, what the narrowest has
BETWEEN = 240 * PX                        # what headings and a distance take between two sentences and two vectors, each a large card high
TALL, LIFTED = 0.95, 1.5                   # heights: of a large card, and of the lifted row with its name


class Embeddings(ExplainerScene):
    """A sentence becomes tokens, tokens become ids, ids pick rows of a table; a row knows nothing of its sentence yet."""

    experiments = ("twin", "distances")

    @step
    def sentence(self):
        """The sentence comes apart into tokens; each is looked up in the list of all words, and has its number there."""
        head, lists, foot = self.stage.rows([1, 3.2, 1], TIGHT)
        places = lists.columns(len(self.tokens), TIGHT)
        words, tall = [(token,) for token in self.tokens], min(TALL, head.height - TIGHT / 4)
        widths, size = word_widths(self.theme, words, lists.width, min(HUGE, tall - 2 * TIGHT), LEAST * places[0].width, TIGHT)
        places = lists.columns(widths, TIGHT) if max(widths) > places[0].width else places
        cards = [min(width, text_width(self.theme, word, size) + 2 * PADDING) for width, word in zip(widths, self.tokens, strict=True)]
        self.cards = VGroup(token_card(self.theme, word, width, tall, size=size, padding=TIGHT / 4) for word, width in zip(self.tokens, cards, strict=True))
        self.cards.move_to(head.centre)
        words = self._sentence(head)
        self.cards = VGroup(*(card.set_x(place.centre[0]) for card, place in zip(self.cards, places, strict=True)))
        vocabulary = [self._neighbours(i, place, size) for i, place in enumerate(places)]
        digits = (max(len(str(int(self._id(i).values))), 3) for i in range(len(self.tokens)))
        size = min(HUGE, *(place.width / text_width(self.theme, "0" * count, 1, 600, tabular=True) for place, count in zip(places, digits)))
        pitch, widest = places[0].width + TIGHT, text_width(self.theme, "000", self.theme.digit, 600, tabular=True)
        self.ids = VGroup(number(self.theme, self._id(i), max(size, self.theme.digit), weight=600, at=place, decimals=0)
                          for i, place in enumerate(replace(foot, left=place.left, right=place.right) for place in places)
                          if is_named(i, pitch, self.focus, widest))
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
        self._lay_out()
        others = [part for i in range(len(self.tokens)) if i != self.focus for part in (self.column[i], self.numbers[i])]
        self.play(vanish(*self.on_stage(self.cards)), travel(self.cards, self.column))
        self.play(appear(self.numbers, self.table, self.table_name, *self.addresses, run_time=0.8))
        self.play(dim(*others))
        place = self._place(self.focus)
        self.play(draw(self.links[self.focus], run_time=1.0))
        self.play(draw(frame(self.theme, room_of(self.table.cells[place]), "output"), run_time=0.8))
        self.play(copy_to(VGroup(self.table.cells[place]), self.vector, run_time=1.6))
        self.play(appear(self.vector_name, self.key, *self._learned()))

    @step
    def all_rows(self):
        """Every other id does the same: a row of the table for each token."""
        self._lay_out()
        self.key.move_to([self.x.get_x(), self.stage.bottom + LIFTED / 2, 0])
        self.play(vanish(*self.on_stage()), appear(self.table, self.table_name, *self.addresses, self.column, self.numbers,
                                                   self.x.border, self.x.dots, self.x_name, self.key))
        self.play(draw(*self.links, lag=0.1))
        rows = [(VGroup(self.table.cells[self._place(i)].copy()), VGroup(self.x.cells[i])) for i in range(len(self.tokens))]
        self.play(Together(*(travel(start, end, run_time=1.0) for start, end in rows), lag=0.25))
        self.play(appear(self.x.numbers))

    @step
    def generic(self):
        """The vector of a word is the same in any sentence: nothing between the twins' vectors."""
        self._lay_out_twins()
        followed = VGroup(self.x.cells[self.focus])
        self.play(vanish(*self.on_stage(self.x.cells)), vanish(*(row for i, row in enumerate(self.x.cells) if i != self.focus)),
                  appear(self.sentences[0]))
        self.play(*(appear(cards, run_time=0.8) for cards in self.sentences[1:]))
        self.play(*(copy_to(followed, vector, run_time=1.6) for vector in self.wide), vanish(followed, run_time=0.3))
        for apart in self.apart[:1]:
            self.play(draw(*apart.lines, run_time=0.5), appear(apart.words))

    @step
    def in_context(self):
        """In the encoder the other words come in: the same word leaves it with a vector of its own in each sentence."""
        self.play(
            *(travel(wide.cells, vector.cells) for wide, vector in zip(self.wide, self.before, strict=True)),
            *(travel(wide.border, vector.border) for wide, vector in zip(self.wide, self.before, strict=True)),
            vanish(*(part for wide in self.wide for part in (wide.numbers, wide.dots))),
            *(travel(wide, small) if len(wide.words) == len(small.words) else Together(vanish(wide), appear(small))
              for wide, small in zip(self.apart[:1], self.apart[1:], strict=False)),
        )
        self.play(appear(self.encoder, *self.headings, *(vector.dots for vector in self.before)))
        self.play(*(draw(*line, run_time=0.8) for line in self.ways), *(draw(*wire, run_time=0.8) for wire in self.wires[0]))
        self.play(*(draw(*wire, run_time=0.6) for wire in self.wires[1]))
        inside = [vector.cells.copy() for vector in self.before]
        self.add(*inside)
        self.bring_to_back(*inside)
        self.play(*(travel(start, end.cells, run_time=1.6) for start, end in zip(inside, self.after, strict=True)))
        self.play(appear(*(part for end in self.after for part in (end.border, end.dots)), run_time=0.4))
        for apart in self.apart[2:]:
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

    def _sentence(self, room: Room) -> VGroup:
        """The words of the cards as they stand in a sentence."""
        words = VGroup(card.word.copy() for card in self.cards)
        gap = SPACE * words[0].size
        x = room.centre[0] - (sum(word.advance + gap for word in words) - gap) / 2
        for word, card in zip(words, self.cards, strict=True):
            word.shift([x + word.advance / 2 - card.get_x(), room.centre[1] - card.get_y(), 0])
            x += word.advance + gap
        return words

    def _place(self, token: int) -> int:
        """In which of the shown rows of the table the vector of a token stands."""
        return self.table.grid.rows.index(int(self._id(token).values))

    def _id(self, token: int) -> View:
        return self.staging.trace["token_ids"][token]

    def _lay_out(self) -> None:
        """Tokens and ids at the left, the table in the middle, room for X at the right; the lifted row below. Both tables are on one scale."""
        whole, vectors, scale = self.stage.trim(bottom=LIFTED), self.staging.trace["embeddings"], self._scale
        shares = [3, 2, 4, 0.3, 3.5] if self.frame.is_slim else [2.4, 0.9, 4.4, 0.5, 4.4]
        left, _, middle, _, right = whole.trim(top=0.6).columns(shares, gap=0.1)
        table = self.staging.trace["weights.embedding"]
        grid = table_grid(table.shape, [int(self._id(i).values) for i in range(len(self.tokens))], middle)
        grid = grid._replace(height=min(HIGHEST, (middle.height - 2 * grid.margin) / len(grid.rows)))
        self.table = heat_map(self.theme, table, middle, scale=scale, grid=grid)
        grid = fit_grid(vectors.shape, right)._replace(width=grid.width)
        grid = grid._replace(height=min(self.table.grid.height, (right.height - 2 * grid.margin) / len(grid.rows)))
        self.x = heat_map(self.theme, vectors, right, "output", digits=True, scale=scale, grid=grid)
        self.column = cards_beside(self.theme, self.tokens, self.x, left.width - 0.6, keep=self.focus)
        self.column.shift([left.left - room_of(self.column).left, 0, 0])
        self.table_name = self._named(equation(self.theme, "E", size=NAME), table, self.table)
        self.x_name = self._named(text(self.theme, self.say("rows"), WORD, "output", width=right.width), vectors, self.x)
        self.key = self._key(right.fit(height=LEGEND), scale)
        self._number()
        self._lift(self.staging.trace["embeddings"][self.focus], self.stage.strip(bottom=LIFTED))

    def _key(self, room: Room, scale: float) -> VGroup:
        """What the colours mean, and the cut corners, where the table or what is looked up in it has such."""
        key = legend(self.theme, room, scale, (self.say("negative"), self.say("positive")))
        cut = any(is_beyond(float(cell.source), scale) for sheet in (self.table, self.x) for row in sheet.cells for cell in row)
        words = text(self.theme, self.say("beyond", scale=format_number(scale, 1)), SMALL, "muted", width=room.width)
        return VGroup(key, *[below(words, key)] * cut)

    def _learned(self) -> list[Mobject]:
        """Where the numbers of the table come from, above what its colours mean, if they were learned and there is room."""
        if not self.staging.trace.config.trained or not self.frame.is_roomy:
            return []
        return [above(paragraph(self.theme, self.say("learned"), WORD, self.key.width), self.key, GAP)]

    @property
    def _scale(self) -> float:
        """The magnitude that is brightest in all these vectors."""
        return peak(self.staging.trace["embeddings"])

    def _number(self) -> None:
        """The ids beside the tokens and beside the rows of the table, and the lines between them."""
        size = max(self.theme.digit, min(WORD, 0.58 * self.x.grid.height))
        low, digit = self.x.grid.height, self.theme.digit
        self.numbers = VGroup(number(self.theme, self._id(i), size, decimals=0) if is_named(i, low, self.focus, digit) else VGroup()
                              for i in range(len(self.tokens)))
        start, end = room_of(self.column).right + TIGHT + self.numbers.width, room_of(self.table.border).left - 0.12
        spots = [(start, card.get_y(), 0) for card in self.column]
        for label, (x, y, _) in zip(self.numbers, spots, strict=True):
            label.move_to([x - label.width / 2, y, 0])
        seen = {self._place(i): self._id(i) for i in range(len(self.tokens))}
        size = max(self.theme.digit, min(WORD, 0.58 * self.table.grid.height))
        self.addresses = VGroup(
            number(self.theme, seen[i], size, at=(end, self.table.cells[i].get_y(), 0), align=1, decimals=0) for i in sorted(seen)
            if is_named(i, self.table.grid.height, self._place(self.focus), digit)
        )
        for (a, b), row in zip(pairwise([-1, *(int(seen[i].values) for i in sorted(seen))]), self.table.cells):
            if b - a > 1 and self.table.grid.height > 2 * size:
                dots, y = self.table.dots[0].copy(), row.get_y() + self.table.grid.height / 2
                self.addresses.add(dots.arrange(DOWN, buff=dots[0].height / 2).move_to([self.addresses[0].get_x(), y, 0]))
        left = room_of(self.addresses).left - 0.12
        self.links = [
            link(self.theme, (start + 0.12, y, 0), (left, self.table.cells[self._place(i)].get_y(), 0),
                 "output" if i == self.focus else "muted", 3 if i == self.focus else 1.5) for i, (_, y, _) in enumerate(spots)
        ]

    def _neighbours(self, i: int, room: Room, size: float) -> Whole:
        """The word of a token in the list of all words, between the words before and after it, at most as large as it is on its card; each
        with its number, where that fits."""
        count, place = len(self.staging.trace.vocabulary), int(self._id(i).values)
        shown = [self.known(k) if 0 <= k < count else "" for k in range(place - AROUND, place + AROUND + 1)]
        rows = room.rows(len(shown), 0)
        size = min(LARGE, size, 0.62 * rows[0].height)
        found = [text(self.theme, word, size, *(("text", 600) if k == AROUND else ("muted", 400)), at=row.inset(x=TIGHT / 4))
                 for k, (word, row) in enumerate(zip(shown, rows, strict=True)) if word]
        column = VGroup(word for word in found if word.advance <= room.width)
        around = rows[AROUND].inset(TIGHT / 4, TIGHT / 4)
        ids = [text(self.theme, f"{k}", SMALL, "muted", at=row.inset(x=TIGHT).point(-1), align=-1)
               for k, row in enumerate(rows, place - AROUND) if 0 <= k < count]
        free = (room.width - column.width) / 2 > ids[-1].width + 2 * TIGHT
        return Whole(panel=frame(self.theme, room, width=0, fill="surface"), words=VGroup(column, *(ids if free else [])),
                     ring=frame(self.theme, around, "output" if i == self.focus else "line"))

    def _lift(self, source: View, room: Room) -> None:
        """The row that lifts out, at the foot of the stage, with its digits."""
        room = room.trim(top=WORD + TIGHT)
        grid = fit_grid(source.shape, room, READABLE)
        self.vector = heat_map(self.theme, source, room, "output", digits=True, scale=self._scale, grid=grid)
        border, said = self.vector.border, text(self.theme, self.say("width"), SMALL, "muted")
        width = side_by_side(said, equation(self.theme, f'd_"model" = {len(source)}', size=WORD, role="output"))
        name = text(self.theme, self.say("vector_of", token=self.tokens[self.focus]), WORD, "output", width=border.width - width.width - GAP)
        self.vector_name = VGroup(above(name, border, align=-1), *[above(width, border, align=1)] * self.frame.is_roomy)

    def _titled(self, key: str, picture: HeatMap) -> Mobject:
        """What a picture is, above it."""
        return above(text(self.theme, self.say(key, token=self.tokens[self.focus]), WORD, "muted", width=picture.width), picture.border)

    def _named(self, name: Mobject, view: View, picture: HeatMap) -> VGroup:
        """The name of a matrix and its true shape, above it."""
        name = VGroup(name, shape_label(self.theme, view.shape)).arrange(buff=0.18)
        name = name if name.width <= picture.width else name.arrange(DOWN, buff=TIGHT / 4)
        return name.move_to([picture.get_x(), room_of(picture.border).top + 0.3, 0])

    def _lay_out_twins(self) -> None:
        """The sentences above and below; between them the vectors of one word: alone, then before the encoder and after it."""
        scopes = ("", "twin.")[: 1 + self._twin]
        self.tall = min(TALL, (self.stage.height - BETWEEN) / 4)
        top, body, bottom = self.stage.rows([self.tall, self.stage.height - 2 * (self.tall + GAP), self.tall])
        self.sentences = [self._marked(i, room) for i, room in zip(range(len(scopes)), (top, bottom), strict=False)]
        _, middle, _ = columns = body.inset(y=GAP).trim(top=WORD + TIGHT).columns([4.9, 2.0, 4.9], gap=0.5)
        self.wide = self._vectors("embeddings", scopes, body, self._scale, digits=True)
        self.before, self.after = (self._vectors(name, scopes, column) for name, column in
                                   (("embeddings", columns[0]), ("encoder.output", columns[2])))
        self.encoder = module(self.theme, self.say("encoder"), middle.inset(y=0 if self._twin else 0.6), size=WORD)
        self.wires = [self._wires(self.before, RIGHT), self._wires(self.after, -RIGHT)]
        self.ways = [self._way(cards) for cards in self.sentences]
        compared = (("before", self.wide), ("before", self.before), ("after", self.after))
        self.apart = [self._distance(name, *vectors) for name, vectors in compared if self._twin]
        self.headings = [self._titled(key, vectors[0]) for key, vectors in (("before", self.before), ("after", self.after))]

    def _vectors(self, name: str, scopes: Sequence[str], room: Room, scale: float = 0.0, digits: bool = False) -> list[HeatMap]:
        """The followed word's vector of each sentence, one at the top and one at the bottom of a room, or one in its middle."""
        sources = [self.staging.trace[f"{scope}{name}"][self.focus] for scope in scopes]
        scale = scale or peak(*sources)
        grid = fit_grid(sources[0].shape, room.fit(height=self.tall))
        half = grid.size[1] / 2
        heights = (room.top - half, room.bottom + half) if self._twin else (room.centre[1],)
        digits = fit_digits(self.theme, np.array([s.values for s in sources]), grid) if digits else None
        return [heat_map(self.theme, source, room.level(y), "output", digits=digits, scale=scale, grid=grid)
                for source, y in zip(sources, heights, strict=True)]

    def _marked(self, which: int, room: Room) -> VGroup:
        """The cards of a sentence; the followed word, and those that the twin has not, stand out."""
        sentences = self.tokens, self.twin or self.tokens
        words, others = sentences[which], sentences[1 - which]
        cards = snug_row(self.theme, words, room, self.tall, others=others, size=min(LARGE, HIGH * self.tall))
        for i, card in enumerate(cards):
            if i == self.focus or words[i] != others[i]:
                card.box.set_stroke(self.theme.colour("output" if i == self.focus else "text"), 3)
        return cards

    def _way(self, cards: VGroup) -> VGroup:
        """The way of a whole sentence into the encoder: a line along all its cards, and an arrow."""
        edge, box, up = room_of(cards), room_of(self.encoder), cards.get_y() > self.encoder.get_y()
        y, end = (edge.bottom - 0.1, box.top + 0.04) if up else (edge.top + 0.1, box.bottom - 0.04)
        x = self.encoder.get_x()
        halves = (link(self.theme, (side, y), (x, y), "muted", 3) for side in (edge.left, edge.right))
        return VGroup(*halves, *arrow(self.theme, (x, y, 0), (x, end, 0)))

    def _wires(self, vectors: Sequence[HeatMap], side) -> list[VGroup]:
        """An arrow from each vector to the encoder, or from the encoder to each."""
        wires = []
        for vector in vectors:
            inner, outer = (edge.get_edge_center(way) for edge, way in ((self.encoder.box, -side), (vector.border, side)))
            inner, outer = ([at[0] + sign * 0.08 * side[0], vector.get_y(), 0] for at, sign in ((inner, -1), (outer, 1)))
            wires.append(arrow(self.theme, *((outer, inner) if side[0] > 0 else (inner, outer))))
        return wires

    def _distance(self, name: str, first: HeatMap, second: HeatMap) -> VGroup:
        source = self.staging.trace[f"distances.{name}"][self.focus]
        return distance(self.theme, first.border, second.border, self.say("distance"), source, self.frame.is_slim)
