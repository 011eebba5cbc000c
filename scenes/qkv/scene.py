"""Scene 8: a query, a key and a value for every token (Vaswani et al. 2017, section 3.2.1)."""

from manim import DOWN, PI, RIGHT, VGroup

from model import View
from scenes.base.layout import fitted, left_of, stacked
from scenes.base.scene import ExplainerScene, step
from scenes.parts.cabinet import cabinet, headings, note
from scenes.parts.flow import weight_line
from scenes.parts.heat_map import peak
from scenes.parts.label import WORD, format_number, is_named, text, weight_numbers
from scenes.parts.made_by import by_hand, column_beside
from scenes.parts.motion import (
    BLINK,
    BRIEF,
    EASY,
    LONG,
    SHORT,
    SLOW,
    STEADY,
    Together,
    appear,
    brighten,
    copy_to,
    dim,
    draw,
    hide,
    merge,
    slide,
    travel,
    vanish,
)
from scenes.parts.shapes import ring, room_of
from scenes.parts.weighted_sum import WeightedSum, weighted_sum
from scenes.base.room import GAP, PX, TIGHT

LETTERS = {"Q": "query", "K": "key", "V": "value"}
KINDS = {"note": "query", "label": "key", "folder": "value", "weight": "weight", "score": "text"}    # what is in the cabinet's picture
FOLLOWED = 3                              # rows that have their own time, one after the other; more of them go faster
HEADING, SMALL, SHARE = (size * PX for size in (40, 28, 90))
HAND, WEIGHT, HEAD = (length * PX for length in (390, 170, 110))      # widths of note and weights; room for headings


class Qkv(ExplainerScene):
    """One token meets W_Q, W_K and W_V; then all do; then what the three are for."""

    experiments = ("told",)
    place = "head"
    sparse = {"one_token": "the rows of the other tokens stay empty until the next step"}

    def wording(self, name: str) -> str:
        """Of the cabinet: that the followed token asks for its noun, if it does; of the answer: that one number of it tells the form, if it does."""
        if name not in ("filing_cabinet", "weighted_sum"):
            return super().wording(name)
        holds = self._finds_noun and (name == "filing_cabinet" or self.telling is not None)
        return super().wording(name) if holds else "caption"

    @step
    def one_token(self):
        """The vector of one token stands beside W_Q, column by column; then beside W_K and W_V."""
        source, stage = self.view("encoder.{block}.self_attention.input"), self.stage
        made = [(letter, role, self._weights(letter), self._view(role)) for letter, role in LETTERS.items()]
        self.x, self.x_name, self.cards, self.projections = by_hand(
            self.theme, self.tokens, self.focus, source, made, stage, self.frame.is_roomy)
        others = [card for i, card in enumerate(self.cards) if i != self.focus]
        self.play(appear(*self.cards, self.x.row(self.focus), self.x.dots, self.x.border, self.x_name, run_time=BRIEF))
        self.play(dim(*others), appear(*(VGroup(p.name, p.matrix, p.bias) for p in self.projections), lag=0.3))
        first, *rest = self.projections
        column = column_beside(self.theme, self.x.view, self.focus, first.matrix)
        row = VGroup(VGroup(cell.copy()) for cell in self.x.cells[self.focus])
        self.play(travel(row, column.cells, arc=-PI / 2))
        self.play(appear(first.for_one, first.names[0], first.result.border, first.result.dots))
        for j, seconds in [(0, 2.4), (1, SLOW)][: len(first.result.cells[0])]:
            for motion in first.multiply(self.theme, self.x.view, column, self.focus, j, seconds):
                self.play(motion)
        self.play(first.rest_of_row(self.focus, skip=2))
        for projection in rest:
            following = column_beside(self.theme, self.x.view, self.focus, projection.matrix)
            self.play(travel(column.cells, following.cells, run_time=SHORT))
            self.play(appear(projection.for_one, projection.names[0], projection.result.border, projection.result.dots, run_time=BRIEF))
            self.play(projection.rest_of_row(self.focus))
            column = following
        self.play(vanish(column.cells))

    @step
    def all_tokens(self):
        """The other rows of X come in; the same matrices make all the rows of Q, K and V."""
        others = [i for i in range(len(self.tokens)) if i != self.focus]
        if others:
            self.play(brighten(*self.cards), appear(*(self.x.row(i) for i in others), lag=0.15))
            made = (Together(*(Together(merge(self.x.cells[i], into=p.matrix.border), appear(p.result.row(i)), lag=0.5)
                               for p in self.projections)) for i in others)
            self.play(Together(*made, lag=1, run_time=LONG * min(len(others), FOLLOWED)))
        self.play(vanish(*(part for p in self.projections for part in (p.for_one, p.names[0])), run_time=BLINK))
        self.play(appear(*(part for p in self.projections for part in (p.for_all, p.names[1]))))

    @step
    def filing_cabinet(self):
        """The followed query becomes a note; the keys become labels, the values what lies in the drawers."""
        query, key, value = (p.result for p in self.projections)
        free, shares = self.stage.trim(top=HEAD), [HAND, self.stage.width - HAND - GAP]
        hand, beside = free.columns(shares) if self.stage.is_wide else free.rows([2, 3], HEAD)
        self.room = beside.strip(right=WEIGHT)
        asked = self.say("query_asks" if self._finds_noun else "query_of", token=self.tokens[self.focus])
        self.note = note(self.theme, asked, self._view("query")[self.focus], hand, peak(self._view("query")))
        self.cabinet = cabinet(self.theme, self.tokens, self._view("key"), self._view("value"), self._view("scores")[self.focus],
                               beside.trim(left=0 if self.stage.is_wide else GAP, right=WEIGHT + GAP))
        kinds = [(self.say(key), self.say(f"{key}_is"), role) for key, role in KINDS.items()]
        self.headings = headings(self.theme, self.note, self.cabinet, self.room, kinds, self.stage.is_wide)
        lines = (text(self.theme, line, WORD) for line in self._divided.split(" · "))
        said = fitted(stacked(*lines, gap=TIGHT / 2), hand.trim(right=-TIGHT / 2).strip(bottom=HEAD if self.stage.is_wide else SMALL + GAP))
        self.said = VGroup(*[said] * self.frame.is_roomy)
        gone = (part for p in self.projections for part in (p.name, p.matrix, p.bias, p.for_all, p.names[1], p.result.numbers, p.result.dots))
        self.play(vanish(self.x, self.x_name, self.cards, *gone))
        self.play(
            appear(self.note.sheet, self.note.title, self.headings[0]), vanish(query.border, query.cells),
            copy_to(VGroup(query.cells[self.focus]), self.note.query, run_time=STEADY),
        )
        labels, drawers = self.cabinet.labels, self.cabinet.drawers
        self.play(
            vanish(key.border, value.border),
            *(travel(VGroup(row), label.cells, run_time=SLOW) for row, label in zip(key.cells, labels)),
            *(travel(VGroup(row), drawer.cells, run_time=SLOW) for row, drawer in zip(value.cells, drawers)),
        )
        around = [part for row in (*drawers, *labels) for part in (row.border, row.numbers, row.dots)]
        case = (self.cabinet.body, self.cabinet.words, self.cabinet.handles)
        hide(*case, *around)
        self.add(*case, *labels, *drawers)
        self.play(appear(*case, *around, run_time=EASY), appear(*self.headings[1:3]))

    @step
    def blend(self):
        """The note meets every label, and each drawer opens by its weight."""
        weights = self._view("weights")[self.focus]
        body, drawers, handles, reach = room_of(self.cabinet.body), self.cabinet.drawers, self.cabinet.handles, self.cabinet.reach
        sheet, along = room_of(self.note.sheet), RIGHT if self.stage.is_wide else DOWN
        start = (sheet.right, sheet.centre[1], 0) if self.stage.is_wide else (body.left - GAP / 2, sheet.bottom, 0)
        self.lines = VGroup(
            weight_line(self.theme, start, (body.left, drawer.get_y(), 0), weight, along)
            for drawer, weight in zip(drawers, weights, strict=True)
        )
        size = max(self.theme.digit, min(SHARE, self.cabinet.drawers[0].height / 2))
        numbers = weight_numbers(self.theme, weights, [(self.room.right, drawer.get_y()) for drawer in drawers], size)
        self.weights = VGroup(each for i, each in enumerate(numbers) if is_named(i, self.cabinet.pitch, self.focus, size))
        self.play(draw(*self.lines, lag=0.3), appear(self.headings[4], *self.cabinet.scores, lag=0.3))
        self.play(appear(self.headings[3], self.said, *self.weights))
        self.play(*(slide(*drawer, x=reach * float(weight), run_time=LONG) for *drawer, weight in zip(drawers, handles, weights)))

    @step
    def weighted_sum(self):
        """Weight × value, term by term, added up; the sum ends on the recorded z. Ringed is the number that tells the form, if one does."""
        total = self._total()
        hide(*(vector.numbers for vector in total.vectors))
        box, written = self.cabinet, [drawer.numbers for drawer in self.cabinet.drawers]
        self.play(vanish(*self.note, self.lines, box.body, box.words, box.scores, box.handles, *box.labels, *written, *self.headings, self.weights, self.said))
        self.play(
            *(travel(drawer.cells, vector.cells) for drawer, vector in zip(self.cabinet.drawers, total.vectors)),
            *(travel(drawer.border, vector.border) for drawer, vector in zip(self.cabinet.drawers, total.vectors)),
            *(travel(*dots) for drawer, vector in zip(self.cabinet.drawers, total.vectors) for dots in zip(drawer.dots, vector.dots)),
            appear(total.weights, total.words),
        )
        self.play(appear(*(vector.numbers for vector in total.vectors), run_time=BRIEF))
        for j, (vector, product) in enumerate(zip(total.vectors, total.products)):
            self.play(appear(total.signs[j], run_time=BLINK), copy_to(vector.cells, product, run_time=max(BLINK, SLOW / (j + 1))))
        self.play(draw(total.line, run_time=BRIEF))
        for j, (product, so_far) in enumerate(zip(total.products, total.sums)):
            seconds = max(BLINK, SLOW / (j + 1))
            before = [vanish(total.sums[j - 1], run_time=seconds)] if j else []
            self.play(*before, copy_to(product.cells, so_far, run_time=seconds))
        z, noun = total.sums[-1], total.vectors[int(self._view("weights")[self.focus].values.argmax())]
        free = room_of(z.border).left - GAP - self.stage.left
        said = [text(self.theme, self.say("result", token=self.tokens[self.focus]), HEADING, "output", weight=600, width=free),
                *(text(self.theme, self._told_by(self.telling), WORD, width=free) for _ in z.column(self.telling))]
        rings = self.ringed(noun, z) or [ring(self.theme, z.border)]
        self.play(appear(left_of(stacked(*said, gap=TIGHT, align=1), z.border, GAP), total.note), draw(*rings))

    def _told_by(self, number: int) -> str:
        """On which side of the cut a number of the followed token's z lies."""
        z, cut, above = float(self._view("heads")[self.focus, number]), *(float(self.of_told(name)[1]) for name in ("cuts", "above"))
        return self.say("side", number=number + 1, form=self.forms[int(above if z > cut else 1 - above)])

    @property
    def _finds_noun(self) -> bool:
        """Whether French needs the noun of the followed token, and that token looks most at the one after it."""
        return bool(self.forms) and self._view("weights")[self.focus].values.argmax() == self.focus + 1

    @property
    def _divided(self) -> str:
        """What is said of the weights before it is told why scores are divided by √d_k: what becomes of the largest score; lines, parted by ` · `."""
        scores, scaled, decimals = self._view("scores")[self.focus].values, self._view("scaled_scores")[self.focus].values, self.theme.decimals
        k, root = int(scores.argmax()), f"{self.staging.trace.config.d_k ** 0.5:.3g}"
        score, divided = (format_number(row[k], decimals) for row in (scores, scaled))
        exact = format_number(round(float(scores[k]), decimals) / float(root), decimals) == divided
        return self.say("divided", score=score, root=root, sign="=≈"[not exact], divided=divided)

    def _view(self, name: str) -> View:
        """A tensor of the shown head."""
        return self.view(f"encoder.{{block}}.self_attention.{name}")[self.head]

    def _weights(self, letter: str) -> tuple[View, View]:
        """W (d_model, d_k) and b (d_k) of the shown head."""
        columns = slice(self.head * self.staging.trace.config.d_k, (self.head + 1) * self.staging.trace.config.d_k)
        whole, bias = (self.view(f"weights.encoder.{{block}}.self_attention.{name}_{letter}") for name in "Wb")
        return whole[:, columns], bias[columns]

    def _total(self) -> WeightedSum:
        return weighted_sum(
            self.theme, self.tokens, self._view("weights")[self.focus], self._view("value"),
            self._view("weighted_values")[self.focus], self._view("partial_sums")[self.focus], self._view("heads")[self.focus],
            self.stage, self.say("rounded"),
        )
