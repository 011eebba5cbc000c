"""The stage that scenes 3 to 7 share: the tokens with their vectors, the grid of scores, and the verdict on each candidate."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import DOWN, LEFT, PI, RIGHT, Mobject, VGroup

from model import View
from scenes.base.scene import ExplainerScene
from scenes.parts.equation import Equation, equation, quote
from scenes.parts.heat_map import OBLONG, HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import Label, Number, number, text
from scenes.parts.motion import (
    Together,
    appear,
    brighten,
    dim,
    draw,
    hide,
    live_dot_product,
    merge,
    presence,
    set_presence,
    travel,
    vanish,
)
from scenes.parts.product import Product
from scenes.parts.score_grid import compare_with_mirror, mirrored
from scenes.parts.shapes import Block, frame, room_of
from scenes.parts.tokens import card_width, cards_beside, column_labels, row_labels
from scenes.parts.verdict import EVIDENCE, Objection, objection
from scenes.base.room import PX, Room

SCOPE = "encoder.{block}.self_attention"
CARD, FOOT, VERDICT, GAP = 1.45, 0.7, 3.05, 0.15     # widths of token cards and of the verdict, room for the words below the grid
ROW, TALL, ENTRY = 0.27, 0.42, 0.78       # heights of a token upon a matrix, or upon another; width of what comes out
NARROWEST = 0.75                          # room beside the vectors
STRUCK = 0.5                              # presence of what is struck out
LETTER, FORMULA, READOUT, SIGN, SUM, QUESTION = (size * PX for size in (32, 44, 30, 28, 44, 150))
CANDIDATES = ("tokens", "keys", "queries")
OBJECTIONS = ("symmetric", "no_parameters", "cannot_adapt")
MATRICES = {"Q": "query", "K": "key", "V": "value"}


class Candidate(NamedTuple):
    """Something that scores could be made of. For each of the two sides its letter, its role and its vectors (n, d).

    scores: (n, n). asymmetry: how far they are from their mirror image. parameters: how many numbers are learned for them.
    """

    letters: tuple[str, str]
    roles: tuple[str, str]
    sides: tuple[View, View]
    scores: View
    asymmetry: View
    parameters: View

    @property
    def formula(self) -> str:
        """How a score is made, as Typst maths, with the two letters as symbols."""
        a, b = self.letters
        return f"S_(i j) = {{{{ {a}_i : left }}}} dot {{{{ {b}_j : above }}}}"

    @property
    def ink(self) -> tuple[str, str]:
        """The roles in which the two letters are written."""
        return tuple("text" if role == "line" else role for role in self.roles)


class Bench(NamedTuple):
    """Where a token meets a matrix: the token (d_model), the matrix (d_k, d_model) below it, and what each of its rows gives."""

    token: HeatMap
    matrix: HeatMap
    column: HeatMap
    words: VGroup                         # the token, the name of the matrix, and the sign between matrix and column

    @property
    def shown(self) -> list[Mobject]:
        """What stays of it once the column has gone to its place."""
        return [self.token.cells, self.matrix, *self.words[:2]]


class CandidateScene(ExplainerScene):
    """A scene on this stage. `opening` begins with `lay_out` and adds what the scene before has left there."""

    def candidate(self, name: str, head: int | None = None) -> Candidate:
        """One of the CANDIDATES, of the shown block and head, or of another head."""
        block, head = self.spec.block, self.head if head is None else head
        tokens, parameters = self.view(f"{SCOPE}.input"), self.view("candidates.parameters")
        query, key, scores = (self.view(f"{SCOPE}.{tensor}")[head] for tensor in ("query", "key", "scores"))
        by_token, by_key = (self.view(f"candidates.{side}_scores")[block] for side in ("token", "key"))
        gaps = [self.view(f"candidates.{side}_asymmetry")[block] for side in ("token", "key", "query")]
        return {
            "tokens": Candidate(("t", "t"), ("line", "line"), (tokens, tokens), by_token, gaps[0], parameters[0]),
            "keys": Candidate(("k", "k"), ("key", "key"), (key, key), by_key[head], gaps[1][head], parameters[1]),
            "queries": Candidate(("q", "k"), ("query", "key"), (query, key), scores, gaps[2][head], parameters[2]),
        }[name]

    @property
    def pair(self) -> tuple[int, int]:
        """The followed token and the one after it (or, if it is the last, before it)."""
        i, n = self.focus, len(self.tokens)
        return i, i + 1 if i + 1 < n else max(i - 1, 0)

    def lay_out(self) -> None:
        """Where everything stands: `cards`, `vectors` and `letter` of the tokens, `score_grid`, and the rooms for all else."""
        source, n = self.view(f"{SCOPE}.input"), len(self.tokens)
        tall = min(2.95, max(2.3, 0.19 * n))
        work, self.verdict_room = self.stage.trim(right=VERDICT + 0.4), self.stage.trim(left=self.stage.width - VERDICT)
        _, band, _ = work.rows([work.height - tall - FOOT - 2 * GAP, tall, FOOT], gap=GAP)
        cards = max(NARROWEST, card_width(self.theme, self.tokens, CARD))
        left, self.slot, self.square = band.trim(left=cards + 0.12).columns([2.9, 1.25, 3.0], gap=0.35)
        self.score_grid = fit_grid((n, n), self.square)
        self.vectors = self.rows_of(source, left)
        self.cards = cards_beside(self.theme, self.tokens, self.vectors, cards)
        self.letter = self._letter("t_i", self.vectors)
        top = Room.around(band.centre, 0, self.score_grid.size[1]).top + GAP
        self.bench = Room(work.left, self.slot.right, top, self.stage.top)
        self.over = Room(self.square.left, self.square.right, top, self.stage.top)

    def rows_of(self, source: View, room: Room, role: str = "line") -> HeatMap:
        """Vectors (n, d), each at the height of its token."""
        grid = fit_grid(source.shape, room)
        grid = grid._replace(height=self.score_grid.height, width=min(grid.width, OBLONG * self.score_grid.height))
        return heat_map(self.theme, source, room, role, grid=grid)

    def columns_of(self, source: View, role: str = "line") -> HeatMap:
        """Vectors (n, d) upright above the grid, each in the column of its token."""
        grid = fit_grid(source.T.shape, self.over)._replace(width=self.score_grid.width)
        return heat_map(self.theme, source.T, self.over.level(self.over.bottom + grid.size[1] / 2), role, grid=grid)

    def scores_of(self, view: View, room: Room | None = None) -> HeatMap:
        """A grid of scores, on the colour scale and with the digits that all the candidates share."""
        room, grid = (room, fit_grid(view.shape, room)) if room else (self.square, self.score_grid)
        n, block = len(view), self.spec.block
        measured = [self.view(f"candidates.{side}_scores")[block] for side in ("token", "key")]
        everything = np.concatenate([tensor.values.reshape(-1, n) for tensor in (*measured, self.view(f"{SCOPE}.scores"))])
        # A token's score with itself is far greater than all others: on a scale that has room for it the others would look alike.
        brightest = peak(*(self.candidate(name).scores for name in ("keys", "queries")))
        digits = fit_digits(self.theme, everything, grid)
        return heat_map(self.theme, view, room, digits=digits, scale=brightest, grid=grid)

    def empty_grid(self) -> list[Mobject]:
        """The frame of the grid, the words of its columns, a question mark in it, and one in the place of the formula."""
        border = frame(self.theme, Room.around(self.square.centre, *self.score_grid.size))
        sign = equation(self.theme, quote("?"), size=min(QUESTION, 0.7 * border.height), role="output").move_to(border)
        formula = equation(self.theme, "S_(i j) = {{ #h(0.2em) ? : sign }}", {"sign": "output"}, FORMULA)
        words = self.words_below(self.scores_of(self.candidate("tokens").scores))
        return [border, words, sign, formula.move_to(self._verdict_rooms()[0].centre)]

    def empty_slot(self) -> Block:
        """The frame between the tokens and their scores in which keys, or queries, will stand."""
        return frame(self.theme, room_of(self.rows_of(self.candidate("keys").sides[0], self.slot).border), "muted", width=1.5)

    def work_of(self, name: str, head: int | None = None) -> Product:
        """The two sides of a candidate and the grid where they meet; tokens stand at the left already."""
        candidate = self.candidate(name, head)
        (left, above), (role, other) = candidate.sides, candidate.roles
        rows = self.vectors if name == "tokens" else self.rows_of(left, self.slot, role)
        return Product(rows, self.columns_of(above, other), self.scores_of(candidate.scores))

    def names_of(self, name: str, work: Product) -> list[VGroup]:
        """The letters of the two sides: beside the upper one, and below the left one, unless it is the tokens."""
        (left, above), roles = self.candidate(name).letters, self.candidate(name).ink
        upper = equation(self.theme, f"{above}_j", size=LETTER, role=roles[1]).next_to(work.above.border, RIGHT, buff=0.1)
        return [upper] if name == "tokens" else [upper, self._letter(f"{left}_i", work.left, roles[0])]

    def words_below(self, picture: HeatMap) -> VGroup:
        """The words of a grid's columns."""
        return column_labels(self.theme, self.tokens, picture, "text", FOOT)

    def formula_of(self, name: str) -> Equation:
        """How a candidate makes its scores, at the top of the verdict."""
        return self._formula(self.candidate(name), self._verdict_rooms()[0])

    def objections_to(self, name: str) -> list[Objection]:
        """The three cards with their evidence."""
        candidate = self.candidate(name)
        count = number(self.theme, candidate.parameters, READOUT, "output", decimals=0)
        gap = [self._gap_maths(), self._readout(candidate.asymmetry)]
        evidence = (gap, [self._small("learned"), count], [self._small("same")])
        return [
            objection(self.theme, self.shared(key), shown, room)
            for key, shown, room in zip(OBJECTIONS, evidence, self._verdict_rooms()[1:], strict=True)
        ]

    def on_bench(self, letter: str, head: int | None = None) -> Bench:
        """The followed token upon W_Q, W_K or W_V of the shown head, or of another, and what comes out, beside it."""
        role, head, d_k = MATRICES[letter], self.head if head is None else head, self.staging.trace.config.d_k
        weights = self.view(f"weights.{SCOPE}.W_{letter}")[:, head * d_k : (head + 1) * d_k].T               # (d_k, d_model)
        top, below = self.bench.rows([ROW, self.bench.height - ROW - 0.1], gap=0.1)
        x = self.vectors.border.get_x()
        tokens = self.view(f"{SCOPE}.input")
        grid = self.vectors.grid._replace(rows=(0,), height=ROW)
        token = heat_map(self.theme, tokens[self.focus], Room.around((x, top.centre[1]), 0, 0), scale=peak(tokens), grid=grid)
        grid = fit_grid(weights.shape, below)._replace(width=self.vectors.grid.width)
        matrix = heat_map(self.theme, weights, Room.around((x, below.centre[1]), 0, 0), role, grid=grid)
        made = self.view(f"{SCOPE}.{role}")[head]
        right = self.slot.trim(left=self.slot.width - ENTRY).level(below.centre[1])
        column = heat_map(self.theme, made[self.focus : self.focus + 1].T, right, role, digits=True, scale=peak(made),
                          grid=grid._replace(columns=(0,), width=ENTRY - 0.18))
        edge = room_of(matrix.border)
        name = equation(self.theme, f"W_{letter}", size=LETTER, role=role).next_to(matrix.border, LEFT, buff=0.14)
        sign = equation(self.theme, f"+ b_{letter} =", size=SIGN, role="muted")
        sign.move_to([(edge.right + room_of(column.border).left) / 2, below.centre[1], 0])
        word = self._word_of(self.focus, token)
        return Bench(token, matrix, column, VGroup(word, name, sign))

    def two_on_bench(self, i: int, j: int) -> tuple[list[HeatMap], VGroup, Number]:
        """The vectors of two tokens one below the other, their words and an equals sign, and their score."""
        tokens, x = self.view(f"{SCOPE}.input"), self.vectors.border.get_x()
        tall = min(TALL, (self.bench.height - 0.1) / 2)
        grid = self.vectors.grid._replace(rows=(0,), height=tall)
        rooms = self.bench.inset(y=(self.bench.height - 2 * tall - 0.1) / 2).rows([1, 1], gap=0.1)
        rows = [
            heat_map(self.theme, tokens[k], Room.around((x, room.centre[1]), 0, 0), scale=peak(tokens), grid=grid)
            for k, room in zip((i, j), rooms, strict=True)
        ]
        words = [self._word_of(k, row) for k, row in zip((i, j), rows, strict=True)]
        right, y = room_of(rows[0].border).right, self.bench.centre[1]
        sign = equation(self.theme, "=", size=FORMULA, role="muted").move_to([right + 0.3, y, 0])
        source = self.candidate("tokens").scores[i, j]
        score = number(self.theme, source, SUM, "output", at=(right + 0.55, y, 0), align=-1)
        return rows, VGroup(*words, sign), score

    def stand(self, name: str, struck: Sequence[int] = ()) -> None:
        """Puts a candidate on stage, at once, as its scene leaves it. struck: the objections that are struck out."""
        self.work, self.objections, self.formula = self.work_of(name), self.objections_to(name), self.formula_of(name)
        self.words, self.names = self.words_below(self.work.result), self.names_of(name, self.work)
        self.add(self.cards, self.vectors, self.letter, *self.work, self.words, *self.names, self.formula, *self.objections)
        for k in struck:
            for part in self.objections[k].claim:
                set_presence(part, STRUCK)
            self.add(self.objections[k].strike)

    def make_whole(self, *others: Mobject) -> None:
        """What has come together piece by piece stands on stage as wholes; others: what stays beside the candidate."""
        strikes = (card.strike for card in self.objections)
        kept = (self.cards, self.vectors, self.letter, self.words, self.formula, *self.names, *self.objections, *strikes, *others)
        self.remove(*self.on_stage(*kept))
        self.add(*self.work)

    def reopen(self, name: str, *unknown: int) -> None:
        """The objections are to another candidate now; the numbers of some of them are still to be found."""
        new = self.objections_to(name)
        self.play(vanish(*(self.objections[k].evidence for k in unknown)))
        for k in unknown:
            old = self.objections[k]
            for before, after in zip(old.claim, new[k].claim, strict=True):
                set_presence(after, presence(before))
            new[k].strike = old.strike
            hide(new[k].evidence)
            self.remove(old)
            self.add(new[k], *(line for line in self.mobjects if line is old.strike))    # which stays above its card
            self.objections[k] = new[k]
        self.play(appear(*(new[k].evidence[0] for k in unknown)))

    def fold(self, picture: HeatMap) -> None:
        """The grid turns over its diagonal: what it is then lies upon what it was, and goes."""
        turned, sheet = mirrored(picture), picture.cells.copy()
        self.add(sheet)
        self.play(vanish(picture.numbers), dim(picture.cells))
        self.play(travel(sheet, turned, run_time=2.0))
        self.wait(0.8)
        self.play(brighten(picture.cells, run_time=0.4), vanish(turned), appear(picture.numbers))

    def compare(self, picture: HeatMap, card: Objection) -> None:
        """The card of the mirror is held up, and its number counts how far the grid is from its mirror image."""
        sign, gap = card.evidence
        self.play(brighten(card.box, card.title, sign))
        self.play(appear(gap, run_time=0.3), compare_with_mirror(self.theme, picture, gap))

    def both_ways(self, picture: HeatMap) -> VGroup:
        """Frames around the scores of the pair, one for each direction."""
        i, j = self.pair
        return VGroup(self.box_around(picture, a, b) for a, b in ((i, j), (j, i)))

    def box_around(self, picture: HeatMap, i: int, j: int) -> Block:
        """A frame around a score."""
        return frame(self.theme, room_of(picture.cells[i][j], 0.02), "output", radius=min(0.08, 0.15 * self.score_grid.height))

    def multiply(self, bench: Bench, letter: str, seconds: float) -> None:
        """The rows of a matrix meet the followed token, one by one; each gives an entry of its key, or query.

        seconds: that the first entry takes.
        """
        d_k = self.staging.trace.config.d_k
        bias = self.view(f"weights.{SCOPE}.b_{letter}")[self.head * d_k : (self.head + 1) * d_k]
        entries = bench.column.cells
        self.play(appear(bench.column.border, bench.column.dots, bench.words[2], run_time=0.3))
        for k in range(min(2, len(entries))):
            into = bench.column.numbers[k][0] if bench.column.digits else None
            pairs = zip(bench.token.cells[0], bench.matrix.cells[k], strict=True)
            self.play(appear(entries[k], run_time=0.3))
            self.play(live_dot_product(self.theme, bench.token.view, bench.matrix.view[k], pairs, into, float(bias[k]),
                                       seconds / (k + 1)))
        if rest := [bench.column.row(k) for k in range(2, len(entries))]:
            self.play(appear(*rest, lag=0.3, run_time=0.4))

    def put_down(self, bench: Bench, side: HeatMap) -> None:
        """What came out lies down in the row of its token."""
        row = VGroup(VGroup(cell) for cell in side.cells[self.focus])
        self.play(vanish(bench.column.numbers, bench.column.border, bench.column.dots, bench.words[2], run_time=0.4))
        self.play(travel(bench.column.cells, row, arc=PI / 2))

    def make_the_rest(self, bench: Bench, side: HeatMap) -> None:
        """All the other tokens go through the same matrix."""
        others = [k for k in range(len(self.tokens)) if k != self.focus]
        if others:
            self.play(Together(*(
                Together(merge(self.vectors.cells[k], into=bench.matrix), appear(side.row(k))) for k in others
            ), lag=0.4))

    def strike_out(self, card: Objection) -> None:
        """An objection falls."""
        self.play(draw(card.strike))
        self.play(dim(*card.claim, share=STRUCK))

    def comparison(self) -> list[Mobject]:
        """The three grids side by side with their formulas and readouts: the last picture of `queries`, the first of `values`.

        Sets `grids`, the heat maps in the order of CANDIDATES, and `row_words`; the rest is what stands around each of them.
        """
        rooms = self.stage.trim(left=CARD, right=0.1, top=0.75, bottom=FOOT + 0.6).columns([1, 1, 1], gap=0.6)
        candidates = [self.candidate(name) for name in CANDIDATES]
        self.grids = [self.scores_of(candidate.scores, room) for candidate, room in zip(candidates, rooms, strict=True)]
        self.row_words = row_labels(self.theme, self.tokens, self.grids[0], "text", CARD - 0.2)
        around = [self._around(*both) for both in zip(candidates, self.grids, rooms, strict=True)]
        return [*self.grids, *around, self.row_words]

    def _around(self, candidate: Candidate, picture: HeatMap, room: Room) -> VGroup:
        edge = room_of(picture.border)
        formula = self._formula(candidate, Room(room.left, room.right, edge.top + 0.15, edge.top + 0.75))
        readout = VGroup(self._gap_maths(), self._readout(candidate.asymmetry)).arrange(RIGHT, buff=0.12)
        return VGroup(formula, self.words_below(picture), readout.move_to([room.centre[0], edge.bottom - FOOT - 0.3, 0]))

    def shared(self, key: str) -> str:
        """A label that all the scenes on this stage use."""
        return self.say(key)

    def _word_of(self, k: int, row: HeatMap) -> VGroup:
        """The word of a token beside its vector on the bench."""
        return row_labels(self.theme, [self.tokens[k]], row, "text", room_of(row.border).left - self.stage.left - GAP)

    def _letter(self, maths: str, picture: HeatMap, role: str = "text") -> Equation:
        return equation(self.theme, maths, size=LETTER, role=role).next_to(picture.border, DOWN, buff=0.14)

    def _formula(self, candidate: Candidate, room: Room) -> Equation:
        roles = dict(zip(("left", "above"), candidate.ink, strict=True))
        return equation(self.theme, candidate.formula, roles, FORMULA, width=room.width).move_to(room.centre)

    def _readout(self, asymmetry: View) -> Number:
        return number(self.theme, asymmetry, READOUT, "output")

    def _gap_maths(self) -> Equation:
        return equation(self.theme, "max lr(|S - S^T|) =", size=EVIDENCE, role="muted")

    def _small(self, key: str) -> Label:
        return text(self.theme, self.shared(key), EVIDENCE, "muted", width=VERDICT - 0.8)

    def _verdict_rooms(self) -> Sequence[Room]:
        return self.verdict_room.rows([0.75, 1.2, 1.2, 1.2], gap=0.17)
