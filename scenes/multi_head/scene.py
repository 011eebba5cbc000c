"""Scene 13: several heads at once (Vaswani et al. 2017, section 3.2.2)."""

import numpy as np
from manim import PI, Mobject, VGroup

from model import View
from model.guides import ANTECEDENT, MODIFIER
from scenes.base.layout import above, below, named
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.adding import Terms, adding, terms
from scenes.parts.answers import NAMES, Answered, answers
from scenes.parts.areas import area
from scenes.parts.chain import Chain, chain, link
from scenes.parts.equation import equation
from scenes.parts.explained import explained
from scenes.parts.heat_map import MARGIN, peak
from scenes.parts.label import SMALLEST_WORD, WORD, Label, is_special, paragraph, text
from scenes.parts.look import Look, by_importance, fits_in_line, in_column, look, swing
from scenes.parts.machine import Machine
from scenes.parts.mixing import mixing
from scenes.parts.motion import BRIEF, SLOW, SLOWER, appear, copy_to, draw, hide, merge, slide, travel, vanish
from scenes.parts.shapes import frame, room_of
from scenes.parts.shared_out import another_way, shared_out
from scenes.parts.slices import around_joined, in_line, joined, slice_grid, slices
from scenes.parts.sum_line import sum_line
from scenes.parts.tokens import CLOSEST, card_width, kept_row

ROLES = {"Q": "query", "K": "key", "V": "value"}
SIGN = 34 * PX
LINE, HEAD, CARDS, CARD = (length * PX for length in (50, 74, 84, 250))       # heights of a line, a name and cards in a row; width of cards
CHAIN, LOOKS, FOOT = (length * PX for length in (256, 340, 110))      # heights of the way to a head, of looks above it at least, of a sum
CLOSE, APART = TIGHT / 2, 40 * PX         # between the parts of one head, between heads
AFTER = 0.15                              # of its time, that what follows in a chain comes after what is before it
EACH = 1.6                                # lag of one head after another, shared by all of them: many come as fast as a few
NAMED = 12                                # heads that are named in words; of more there are only numbers
BESIDE, ROOMY = 0.17, 12.0                # share of the stage that cards take at most; its width from which nothing moves closer


class MultiHead(ExplainerScene):
    """d_model is cut into h heads of d_k; each looks in its own way; then they are joined and mixed."""

    experiments = ("twin", "contributions", "multiplications")
    place = "head"
    sparse = {"contributions": "five columns take the width of a narrow frame, and their cells are no higher than they should be"}
    own_keys = {"first": {"default": False, "type": "boolean", "description": "`split` cuts block 1, of which one head was shown before"}}

    def wording(self, name: str) -> str:
        """Of a slice it may be said that it was shown. Without a twin nothing changes; above the first block a token knows of the swap."""
        if name == "split" and self.spec.keys["first"]:
            return "seen"
        if name == "follow" and (self._is_told or not self.twin):
            return "told" if self.twin else "alone"
        return super().wording(name)

    def map(self, name: str) -> Machine:
        """The block that is cut need not be the one that is shown."""
        return self.draw_map(self._cut if name == "split" else self.spec.block)

    @step
    def patterns(self):
        """What a token takes in one head is 1 in all; what there is no room for it takes in another."""
        head, token, weights = self.head, self.focus, self._taken(False)
        body, said = self._footed(self._taught(), WORD, "muted")
        other = another_way(weights.values, head, token, self.tokens)
        more = (other[1], weights[other], self.say("theirs", number=other[0] + 1, word=self.tokens[other[1]])) if other else None
        cards, places = kept_row(self.theme, self.tokens, [token, *other[1:]] if other else [token], body.strip(top=CARDS), CARDS, TIGHT, WORD)
        places[token].box.set_stroke(self.theme.colour("query"), 4)
        answers, shown = self.view("encoder.{block}.self_attention.heads")[:, token], [head, *other[:1]] if other else [head]
        key = "head" if self.frame.is_slim and self.stage.height <= self.stage.width else "takes"
        lines = body.trim(top=CARDS + GAP / 2, bottom=TIGHT).rows(len(shown), GAP / 2)
        rows = [shared_out(self.theme, self.tokens, weights[i], answers[i], (self.say(key, number=i + 1, token=self.tokens[token]), self.say("full")),
                           "output" if i == head else "text", line, 1 + float(more[1]) if more else 1, peak(answers), more if i == head else None)
                for i, line in zip(shown, lines, strict=True)]
        first, *others = rows
        self.open_with(cards, first.title, first.one, first.ground)
        self.play(appear(*first.pieces, lag=0.1))
        self.play(appear(first.z, first.letter))
        for row in others:
            self.play(appear(row.title, row.one, row.ground))
            self.play(appear(*row.pieces, lag=0.1))
            self.play(appear(row.z, row.letter))
            self.play(travel(row.piece_of(more[1]).copy(), first.more[0]))
            self.play(appear(*first.more[1:], first.said))
        self.play(appear(*said))

    @step
    def split(self):
        """The matrices of one wide head are cut into slices, as many as there are heads; then each head gathers its own."""
        margin, *rows = self.stage.rows((1, 4, 4), GAP) if self.stage.height > self.stage.width else (None, *self.stage.rows(2, 0))
        upper, lower = (row.trim(top=HEAD, bottom=CLOSE) for row in rows)
        *thirds, margin = [*upper.columns(3, GAP), margin] if margin else upper.columns(4, GAP)
        rooms = lower.columns(self.heads, APART)
        width = min(thirds[0].width / self.heads, (rooms[0].width - 2 * CLOSE) / 3) - CLOSE
        views = [self.staging.trace[f"weights.encoder.{self._cut}.self_attention.W_{letter}"] for letter in ROLES]
        grid = slice_grid(views[0], self.heads, Room.around((0, 0), width, upper.height))
        places = [[joined(self.heads, grid, third.centre) for third in thirds], [in_line(self.heads, width + CLOSE, third.centre) for third in thirds],
                  [*zip(*(in_line(3, width + CLOSE, room.centre) for room in rooms))]]         # by matrix, then by head
        closed, matrices, homes = ([slices(self.theme, view, *where, grid) for view, *where in zip(views, each, ROLES.values(), strict=True)]
                           for each in places)
        around = [around_joined(self.theme, self.heads, grid, third.centre, role) for third, role in zip(thirds, ROLES.values())]
        whole = [above(named(self.theme, f"W_{letter}", views[0].shape, role, at=third), VGroup(*parts), align=-1)
                 for third, parts, (letter, role) in zip(thirds, matrices, ROLES.items(), strict=True)]
        VGroup(*(part.border for parts in closed for part in parts)).set_stroke(width=0)
        config, key = self.staging.trace.config, "seen" if self.spec.keys["first"] else "all"
        count = {"columns": config.d_model, "count": config.d_model**2}
        lines = [self.say(key, block=self._cut + 1, **count), self.say("each", heads=self.heads, width=config.d_k, **count)]
        formula, *said = explained(self.theme, 'd_k = d_"model" / h', lines, margin)
        self.open_with(*(part for parts in closed for part in parts), *around, *whole, *said[:1])
        self.wait(1.5)
        self.play(*(travel(a, b, run_time=SLOW) for old, new in zip(closed, matrices) for a, b in zip(old, new)), vanish(*around),
                  appear(formula, *said[1:]))
        looks = [("output", 5) if i == self.head else ("line", 3) for i in range(self.heads)]      # the followed head is lit
        frames = [frame(self.theme, room_of(VGroup(*parts), CLOSE), role, width=width) for parts, (role, width) in zip(zip(*homes), looks)]
        kinds = ["before" if i == self.head and self.spec.keys["first"] and not self.frame.is_slim else "head" for i in range(self.heads)]
        names = [self._head_name(i, frames[i], kinds[i], rooms[i].width) for i in range(self.heads)]
        for some in ([self.head], [i for i in range(self.heads) if i != self.head]):
            self.play(*(travel(a[i].copy(), b[i]) for a, b in zip(matrices, homes, strict=True) for i in some))
            self.play(appear(*(frames[i] for i in some), *(names[i] for i in some)))

    @step
    def follow(self):
        """What one token looks at in one head; then a word of the sentence changes, and the arcs go where the weights go.

        Where it is an earlier block that has brought the changed word, below stands how it came here.
        """
        body, how = self._footed(self.say("how") if self.guided(self._patterns()[self.head]) else "", SMALLEST_WORD, "muted")
        low = self._chain(body.strip(bottom=CHAIN)) if self._is_told else Chain(VGroup(), VGroup(VGroup(), VGroup()))
        body = body.trim(bottom=CHAIN + TIGHT) if self._is_told else body
        flat = fits_in_line(self.theme, self.tokens, self.twin, body.width)
        rooms = (body.rows if flat else body.columns)(2, GAP) if self.twin else [body]
        self.look = self._look(body.fit(rooms[0].width, rooms[0].height))
        self.play(vanish(*self.on_stage()), appear(self.look.cards, self.look.weights, *how))
        self.play(draw(*self.look.arcs, lag=AFTER / 3))
        self.play(appear(self.look.most, low.names), appear(*low.rows[0], lag=AFTER))
        if self.twin:
            same, other = self._look(rooms[1]), self._look(rooms[1], twin=True)
            copy = self.look.copy()
            hide(copy)
            self.play(travel(copy, same), slide(self.look, **dict(zip("xy", rooms[0].centre - body.centre)), run_time=SLOW))
            self.play(swing(same, other))
            self.play(appear(*low.rows[1], lag=AFTER))

    @step
    def concatenate(self):
        """The answers of the heads stand side by side, and close up."""
        body, gap = self.stage.trim(bottom=HEAD), min(1, self.stage.width / ROOMY) * APART
        closed = body.fit(width=body.width - self.heads * gap - 2 * (self.heads - 1) * MARGIN)       # the cells stay as large
        apart, self.answers = answers(self.theme, self._answered, body, gap), answers(self.theme, self._answered, closed)
        names = [self._head_name(i, letter) for i, letter in enumerate(apart.letters)]
        if self._answered.carded and len(self.look.cards) == len(apart.cards):
            self.play(vanish(*self.on_stage(self.look.cards)), travel(self.look.cards, apart.cards, -PI / 8))
        else:
            self.play(vanish(*self.on_stage()), appear(apart.cards))
        self.play(appear(*(VGroup(*group) for group in zip(apart.parts, apart.letters, names)), lag=self._lag))
        self.play(vanish(*names, *(part.border for part in apart.parts), run_time=BRIEF))
        self.play(*(travel(old, new, run_time=SLOWER) for old, new in zip(apart[:-1], self.answers)))
        n, config = len(self.tokens), self.staging.trace.config
        maths = f"n times h dot d_k = {n} times {config.n_heads} dot {config.d_k} = {n} times {config.d_model}"
        shape = equation(self.theme, maths, size=SIGN, role="muted", width=self.stage.width)
        self.play(appear(self.answers.whole, below(shape, self.answers.whole).set_x(self.stage.centre[0]) if self.frame.is_slim
                         else below(shape, self.answers.whole)))

    @step
    def mix(self):
        """A row of the joined heads times a column of W_O: every entry of the output takes from all the heads."""
        added, bias = self._terms(), equation(self.theme, "b_O", size=SIGN, role="muted")
        names = [text(self.theme, name, SIGN, "output" if i == self.head else "muted") for i, name in enumerate(self._names)]
        numbers, foot = [part[0] for part in (*added.parts, added.bias)], self.stage.strip(bottom=FOOT)
        each = sum_line(self.theme, [*names, bias], numbers, added.total[0], foot)
        room = self.stage.trim(bottom=FOOT + TIGHT if each else 0)
        result = self.view("encoder.{block}.self_attention.output")
        drawn = mixing(self.theme, self._answered, self._weights("O"), result, self.say("output"), room, self.frame.is_roomy, self.head if each else None)
        old, self.answers, output = self.answers, drawn.answers, drawn.output
        words = [self.answers.cards] * (self.stage.height > self.stage.width)        # where rows close up
        going = [(part, end) for part, end in zip(old, self.answers, strict=True) if end not in words]
        self.play(vanish(*self.on_stage(*(part for part, _ in going))), *(travel(*pair) for pair in going))
        self.play(appear(drawn.mixer, drawn.mixer_name, *words))
        self.play(appear(drawn.times, drawn.plus), appear(output.border, output.dots))
        self.play(appear(*drawn.rings, lag=0.2))
        self.play(appear(*each or (), lag=0.1))
        self.play(appear(output.cells[self.focus][0]))
        self.play(appear(*output.cells[self.focus][1:], lag=0.1, run_time=BRIEF))
        self.play(appear(*(line for i, line in enumerate(output.cells) if i != self.focus), lag=0.1))
        self.play(appear(drawn.title))

    @step
    def contributions(self):
        """For one token: what each head gives, times its own rows of W_O, is what it adds; all that and the bias are the output."""
        words = self.tokens[self.focus], self.say("adds"), self.say("length")
        table = adding(self.theme, self._terms(), self._names, words, self.stage, self.head)
        self.play(vanish(*self.on_stage()), appear(table.names, table.heads),
                  *(copy_to(VGroup(part.cells[self.focus]), answer) for part, answer in zip(self.answers.parts, table.answers)))
        self.play(appear(*table.strips, lag=self._lag / 2), appear(*table.signs, lag=self._lag / 2))
        self.play(appear(*table.parts, lag=self._lag))
        self.play(appear(*table.sizes, lag=self._lag))
        self.play(appear(table.bias, table.below, table.line))
        merged = merge(*(part.cells for part in (*table.parts, table.bias)), into=table.total, scale=1, run_time=SLOW)
        self.play(merged, appear(table.total, run_time=SLOW))
        self.play(appear(table.ring))

    @step
    def count(self):
        """Two areas of one size: all the multiplications of a single wide head, and of the narrow heads that it is cut into."""
        config, count = self.staging.trace.config, lambda name: self.staging.trace[f"multiplications.{name}"]
        left, right = self.stage.split(2, WIDE)
        words = [self.say("of_head" if heads == 1 else "of_heads", heads=heads, width=width)
                 for heads, width in ((1, config.d_model), (self.heads, config.d_k))]
        wide = area(self.theme, words[0], [count("wide_total")], count("wide_total"), left, "muted")
        narrow = area(self.theme, words[1], list(count("narrow_heads")), count("narrow_total"), right, "output")
        self.play(vanish(*self.on_stage()), appear(wide.words, wide.blocks))
        self.play(appear(wide.total))
        self.play(travel(wide.blocks.copy(), narrow.close(), run_time=SLOW), appear(narrow.words))
        self.play(narrow.fall_apart())
        self.play(appear(narrow.total))

    @property
    def heads(self) -> int:
        return self.staging.trace.config.n_heads

    @property
    def _lag(self) -> float:
        """The share of its time that one head comes after another: so many of them take as long as a few."""
        return min(0.4, EACH / self.heads)

    def _taught(self) -> str:
        """Which of the heads was taught, where from and where to; nothing if none was."""
        for key, guide in (("taught_it", ANTECEDENT), ("taught_noun", MODIFIER)):
            if guide.tensor(self.staging.trace.config) == self._patterns().name and self.guided(self._patterns()[guide.head]):
                return self.say(key, number=guide.head + 1)
        return ""

    @property
    def _names(self) -> list[str]:
        return [self.say("head", number=i + 1) for i in range(self.heads)]

    @property
    def _answered(self) -> Answered:
        """The answers, with the sentence on cards where rows are high enough for these."""
        width = card_width(self.theme, self.tokens, min(CARD, BESIDE * self.stage.width))
        carded = self.stage.height - NAMES - FOOT - TIGHT >= len(self.tokens) * CLOSEST
        return Answered(self.view("encoder.{block}.self_attention.concatenated"), self.heads, self.tokens, self.focus, width, carded)

    @property
    def _cut(self) -> int:
        """The block whose matrices are cut, from 0."""
        return 0 if self.spec.keys["first"] else self.spec.block

    def _weights(self, letter: str) -> View:
        return self.view(f"weights.encoder.{{block}}.self_attention.W_{letter}")

    def _patterns(self) -> View:
        return self.view("encoder.{block}.self_attention.weights")

    def _head_name(self, head: int, picture: Mobject, key: str = "head", width: float = LINE) -> Label:
        """The name of a head above its picture, as wide as that, or as a width that is free."""
        role, name = "output" if head == self.head else "muted", self.say(key, number=head + 1)
        said = text(self.theme, name if self.heads <= NAMED else f"{head + 1}", WORD, role, width=max(width, picture.width))
        return above(said, picture, TIGHT / 2)

    def _footed(self, words: str, size: float, role: str) -> tuple[Room, list[VGroup]]:
        """The stage without a line at its foot, or as many as words need that are said there, and these, if there are any."""
        said = paragraph(self.theme, words, size, self.stage.width, role)
        foot = self.stage.strip(bottom=max(LINE, said.height + TIGHT))
        return self.stage.trim(bottom=foot.height), [said.move_to(foot.centre)] * bool(words)

    def _look(self, room: Room, twin: bool = False) -> Look:
        words, others = (self.twin, self.tokens) if twin else (self.tokens, self.twin)
        taken = [self._taken(which)[self.head] for which in (False, True)[: 1 + bool(self.twin)]]
        kept = in_column(by_importance(self.tokens, self.twin, self.focus, taken), room)
        return look(self.theme, words, others, taken[twin], self.focus, room, not self._is_told, kept)

    def _taken(self, twin: bool, below: int = 0) -> View:
        """What the followed token takes from each in all heads, of the shown block or of one so many below it."""
        return self.staging.trace[f"{'twin.' * twin}encoder.{self.spec.block - below}.self_attention.weights"][:, self.focus]

    @property
    def _is_told(self) -> bool:
        """Whether the followed token, the same in both sentences, looks most at another place in the twin, a block came before, and there
        is room to say how the word came there."""
        if self.stage.height < CHAIN + LOOKS and not fits_in_line(self.theme, self.tokens, self.twin, self.stage.width):
            return False
        own, other = (self._taken(twin).values[self.head].argmax() for twin in (False, True)) if self.twin else (0, 0)
        return bool(self.spec.block and own != other and self.tokens[self.focus] == self.twin[self.focus])

    def _chain(self, room: Room) -> Chain:
        """How the changed word comes to the followed token: by the head of the block before that takes most from it in both sentences."""
        changed = next(i for i, pair in enumerate(zip(self.tokens, self.twin)) if len({*pair}) > 1)
        head = int(np.minimum(*(self._taken(twin, 1).values[:, changed] for twin in (False, True))).argmax())
        queries = (self.view(f"{twin}encoder.{{block}}.self_attention.query")[self.head, self.focus] for twin in ("", "twin."))
        links = [link(words, changed, self.focus, self._taken(twin, 1)[head, changed], query, self._taken(twin)[self.head])
                 for twin, words, query in zip((False, True), (self.tokens, self.twin), queries)]
        names = [self.say("taken", block=self.spec.block, head=head + 1), self.say("asks", block=self.spec.block + 1)]
        return chain(self.theme, links, [*names, self.say("looks", head=self.head + 1)], room)

    def _terms(self) -> Terms:
        """What is added up to the output of the followed token."""
        scope, i = "encoder.{block}.self_attention", self.focus
        parts, sizes = (self.staging.trace[f"contributions.{name}"][self.spec.block][:, i] for name in ("parts", "sizes"))
        return terms(self.view(f"{scope}.heads")[:, i], self._weights("O"), parts, sizes, self.view(f"weights.{scope}.b_O"),
                     self.view(f"{scope}.output")[i])
