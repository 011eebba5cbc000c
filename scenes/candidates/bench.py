"""The stage that scenes 4 to 6 share: the grid of scores with what meets in it, and beside it what is worked out and the verdict."""

from collections.abc import Sequence

import numpy as np
from manim import DOWN, LEFT, RIGHT, Mobject, VGroup

from model import View
from scenes.base.layout import Labelled, below, fitted
from scenes.base.scene import ExplainerScene
from scenes.candidates.candidate import Candidate
from scenes.parts.derivation import FORMULA, LETTER, Derivation, Projection, derivation, named_matrix
from scenes.parts.equation import Equation, equation, quote
from scenes.parts.heat_map import HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import WORD, Label, number, text
from scenes.parts.legend import Legend, legend
from scenes.parts.motion import FLASH, SHORT, Together, appear, brighten, dim, draw, merge, set_presence, travel, vanish
from scenes.parts.mixture import Mixture
from scenes.parts.opened import Opened, Side, opened
from scenes.parts.product import Product
from scenes.parts.score_grid import CARD, SLANTED, both_ways, compare_with_mirror, facing, mirrored, score_table
from scenes.parts.shapes import Block, frame, ring, room_of
from scenes.parts.softmax import Softmax, softmax
from scenes.parts.tokens import card_width, cards_beside, column_labels, row_labels
from scenes.parts.verdict import EVIDENCE, Objection, objection
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room

SCOPE = "encoder.{block}.self_attention"
SHARES, LINES = (3, 2), (2, 6, 4)         # of grid and panel; of formula, bench and verdict
EVEN, CLOSE = (1, 0.92), (1.2, 2.4, 3)    # the same where the panel is below the grid
HEAD = (3, 3, 4)                          # of what is said of a formula, the formula, and what is held against it
MOST = 3                                  # other matrices that are tried
STRUCK = 0.5                              # presence of what is struck out
READOUT, LOUD, LEGEND, ASKED, QUESTION = (size * PX for size in (40, 64, 150, 150, 420))
CANDIDATES = ("tokens", "keys", "queries")
OBJECTIONS = ("symmetric", "no_parameters", "fixed")
MATRICES = {"Q": "query", "K": "key", "V": "value"}
PLURALS = {"Q": "queries", "K": "keys"}


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

    @property
    def other_heads(self) -> list[int]:
        """Heads of the shown block whose matrices are tried instead of the shown one's."""
        return [head for head in range(self.staging.trace.config.n_heads) if head != self.head][:MOST]

    def lay_out(self) -> None:
        """Where everything stands: the `table` of scores, `cards`, `vectors` and `letter` of the tokens, and the rooms for all else."""
        wide = self.stage.is_wide
        self.work, self.panel = self.stage.split(SHARES if wide else EVEN, WIDE if wide else TIGHT)
        self.table = score_table(self.theme, self.tokens, self.work)
        self.maths, self.bench, self.verdict_room = self.panel.rows(LINES, GAP) if wide else self.panel.rows(CLOSE, TIGHT)
        self.vectors = self.table.rows(self.theme, self.view(f"{SCOPE}.input"))
        self.cards = cards_beside(self.theme, self.tokens, self.vectors, CARD, TIGHT / 2)
        self.letter, self.pending = self._letter("t_i", self.vectors), VGroup()

    @property
    def scale(self) -> float:
        """The magnitude that is drawn brightest in the scores of all candidates."""
        return peak(*(self.candidate(name).scores for name in CANDIDATES))

    def scores_of(self, view: View, room: Room | None = None) -> HeatMap:
        """A grid of scores, on the colour scale and with the digits that all the candidates share."""
        room, grid = (room, fit_grid(view.shape, room)) if room else (self.table.square, self.table.grid)
        everything = np.concatenate([self.candidate(name).scores.values for name in CANDIDATES])
        return heat_map(self.theme, view, room, digits=fit_digits(self.theme, everything, grid), scale=self.scale, grid=grid)

    def colours(self) -> Legend:
        """What the colours of all scores mean, where the verdict will be."""
        return legend(self.theme, self.verdict_room.fit(height=LEGEND), self.scale, (self.say("does_not_fit"), self.say("fits")))

    def ask(self) -> list[Mobject]:
        """The empty cells of the grid, a question mark in it, and one where its formula will be."""
        cells = [cell for row in self.scores_of(self.candidate("tokens").scores).cells for cell in row]
        blanks = VGroup(frame(self.theme, room_of(cell), width=0, radius=TIGHT / 2, fill="surface") for cell in cells)
        sign = equation(self.theme, quote("?"), size=min(QUESTION, 0.7 * self.table.square.height), role="output").move_to(self.table.square.centre)
        for part in sign.family_members_with_points():
            part.overlay = True           # it stands on all the cells
        asked = equation(self.theme, "s_(i j) = {{ #h(0.2em) ? : sign }}", {"sign": "output"}, ASKED, at=self.panel)
        return [blanks, sign, asked, below(text(self.theme, self.say("asks"), WORD, "muted", width=self.panel.width), asked, GAP)]

    def work_of(self, name: str, head: int | None = None) -> Product:
        """The two sides of a candidate and the grid where they meet; tokens stand at the left already."""
        candidate = self.candidate(name, head)
        (left, above), (role, other) = candidate.sides, candidate.roles
        rows = self.vectors if name == "tokens" else self.table.rows(self.theme, left, role)
        return Product(rows, self.table.columns(self.theme, above, other), self.scores_of(candidate.scores))

    def names_of(self, name: str, work: Product) -> list[Equation]:
        """The letters of the two sides: at the left of the upper one, and below the left one."""
        (left, above), roles = self.candidate(name).letters, self.candidate(name).ink
        upper = equation(self.theme, f"{above}_j", size=LETTER, role=roles[1]).next_to(work.above.border, LEFT, buff=TIGHT)
        return [upper, self.letter if name == "tokens" else self._letter(f"{left}_i", work.left, roles[0])]

    def words_below(self, picture: HeatMap, foot: float = 0.0) -> VGroup:
        """The words of a grid's columns; foot: how far down they may reach, if not as far as below the large one."""
        return column_labels(self.theme, self.tokens, picture, "text", foot or self.table.foot)

    def formula_of(self, name: str, room: Room | None = None) -> Equation:
        """How a candidate makes its scores, at the top of the panel."""
        candidate = self.candidate(name)
        roles = dict(zip(("left", "above"), candidate.ink, strict=True))
        room = room or self.maths
        return equation(self.theme, candidate.formula, roles, min(FORMULA, 0.6 * room.height), at=room)

    def objections_to(self, name: str) -> list[Objection]:
        """The three cards with their evidence."""
        candidate = self.candidate(name)
        count = number(self.theme, candidate.parameters, READOUT, "output", decimals=0)
        evidence = (self._gap(candidate), [self._small("learned"), count], self._adapting(name))
        return [
            objection(self.theme, self.say(key), shown, room)
            for key, shown, room in zip(OBJECTIONS, evidence, self.verdict_room.rows(3, TIGHT / 2), strict=True)
        ]

    def opened_pair(self, name: str) -> Opened:
        """The dot product of the followed token and another, as tokens or as query and key, opened on the bench."""
        (i, j), candidate = self.pair, self.candidate(name)
        of_tokens, of_queries = (self.view(f"candidates.{side}_products")[self.spec.block] for side in ("token", "query"))
        products = of_tokens[i, j] if name == "tokens" else of_queries[self.head, i, j]
        sides = [Side(vectors[k], self.tokens[k], role, ink)
                 for k, vectors, role, ink in zip(self.pair, candidate.sides, candidate.roles, candidate.ink, strict=True)]
        return opened(self.theme, sides, products, candidate.scores[i : i + 1, j : j + 1], self.scale, self.bench, self.say("rounded"))

    def repeated(self) -> tuple[Opened, Block]:
        """The opened dot product of the pair, and a ring around its score: what is the same whatever the task."""
        i, j = self.pair
        return self.opened_pair("tokens"), ring(self.theme, self.work_now.result.cells[i][j])

    def weights_at(self, mixed: Mixture) -> WeightBars:
        """The weights of the followed token, as bars beside what they weigh."""
        return weight_bars(self.theme, self.view(f"{SCOPE}.weights")[self.head, self.focus], mixed.places[:-1], WORD)

    def opened(self, said: str = "") -> Softmax:
        """The softmax of the followed token's scores; said: what their total is called."""
        row, scores = (self.spec.block, self.head, self.focus), self.view(f"{SCOPE}.scaled_scores")[self.head, self.focus]
        powers, total, shares, line = (self.view(f"exponentials.{name}")[row] for name in ("powers", "totals", "shares", "curve"))
        return softmax(self.theme, self.tokens, scores, powers, total, shares, line, self.stage, said, peak(scores))

    def sum_of(self, letter: str, role: str, room: Room, factor: str = "a") -> Equation:
        """How z is made: letter, role: of what is mixed; factor: by which it is multiplied."""
        maths = f"{{{{ z_i : z }}}} = scripts(sum)_j {factor}_(i j) {{{{ {letter} : mixed }}}}"
        formula = equation(self.theme, maths, {"z": "output", "mixed": role}, FORMULA, at=room)
        return formula if self.frame.is_roomy else fitted(formula, room)

    def over_whose(self, room: Room) -> Room:
        """The room of a formula: above what is said of its weights, where that does not stand beside it."""
        return room.trim(bottom=GAP) if not self.frame.is_roomy else room

    def whose(self, words: str, room: Room) -> VGroup:
        """What is said of the letters of a formula, line by line at the left of its room; the first line only, below it, where the frame is
        narrow."""
        lines = words.split(" · ") if self.frame.is_roomy else words.split(" · ")[:1]
        side = room.columns(HEAD)[0] if self.frame.is_roomy else room.strip(bottom=GAP)
        return VGroup(text(self.theme, line, EVIDENCE, "muted", at=place, align=-1)
                      for line, place in zip(lines, side.rows(len(lines), 0), strict=True))

    def facing(self, name: str) -> VGroup:
        """The scores of the pair in both directions, on the bench."""
        return facing(self.theme, self.tokens, self.candidate(name).scores, self.pair, self.bench)

    def weights_of(self, letter: str, head: int | None = None) -> View:
        """W_Q, W_K or W_V of the shown head, or of another, transposed: (d_k, d_model)."""
        head, d_k = self.head if head is None else head, self.staging.trace.config.d_k
        return self.view(f"weights.{SCOPE}.W_{letter}")[:, head * d_k : (head + 1) * d_k].T                # (d_k, d_model)

    def matrix_of(self, letter: str, room: Room, head: int | None = None) -> Labelled:
        """The same, with its name at the left."""
        return named_matrix(self.theme, letter, MATRICES[letter], self.weights_of(letter, head), room)

    def tried(self, head: int, room: Room) -> Whole:
        """The `matrices` of keys of a head, and the `score` of the pair with them, in a room."""
        left, beside = room.columns(SHARES, TIGHT)
        which, whose, digits = beside.rows((1, 1, 2), 0)
        source = self.candidate("keys", head).scores[self.pair]
        score = number(self.theme, source, max(self.theme.digit, min(LOUD, 0.8 * digits.height)), at=digits, weight=600, width=digits.width)
        words = (self.say("this" if head == self.head else "another"), which), (" → ".join(self.tokens[k] for k in self.pair), whose)
        said = [text(self.theme, line, EVIDENCE, "muted", at=place) for line, place in words]
        return Whole(score=VGroup(*said, score), matrices=[self.matrix_of("K", left, head)])

    def projection(self, letter: str) -> Projection:
        """What makes queries or keys in the shown head."""
        d_k, role = self.staging.trace.config.d_k, MATRICES[letter]
        bias = self.view(f"weights.{SCOPE}.b_{letter}")[self.head * d_k : (self.head + 1) * d_k]
        bare = self.view(f"candidates.bare_{PLURALS[letter]}")[self.spec.block, self.head]
        return Projection(letter, role, self.weights_of(letter), bias, bare, self.view(f"{SCOPE}.{role}")[self.head])

    def on_bench(self, letter: str) -> Derivation:
        """The followed token upon W_Q or W_K of the shown head, and what comes out, beside it."""
        note = self.say("turned", count=self.staging.trace.config.d_k).split(" · ")
        return derivation(self.theme, self.projection(letter), self.view(f"{SCOPE}.input"), self.focus, self.tokens[self.focus], self.wide,
                          self.frame.is_roomy, self.say("row_by_token"), note)

    @property
    def wide(self) -> Room:
        """The room of grid and panel, below what stands above the grid."""
        return Room(self.table.square.left, self.stage.right, self.table.square.bottom, self.table.square.top - TIGHT)

    def stand(self, name: str, struck: Sequence[int] = ()) -> None:
        """Puts a candidate on stage, at once, as its scene leaves it. struck: the objections that are struck out."""
        self.work_now, self.objections, self.formula = self.work_of(name), self.objections_to(name), self.formula_of(name)
        self.words, self.names = self.words_below(self.work_now.result), self.names_of(name, self.work_now)
        self.add(self.cards, self.work_now, self.words, *self.names, self.formula, *self.objections)
        for k in struck:
            for part in self.objections[k].claim:
                set_presence(part, STRUCK)
            self.add(self.objections[k].strike)

    def make(self, letter: str, name: str, seconds: float) -> None:
        """The followed token meets a matrix, and what comes out takes its place at the left of the grid; then all the other tokens.

        seconds: that the first entry takes.
        """
        bench, old, self.work_now = self.on_bench(letter), self.work_now.left, self.work_of(name)
        self.play(appear(bench.token, bench.word))
        self.play(appear(bench.matrix, bench.note))
        for motion in bench.multiply(self.theme, seconds):
            self.play(motion)
        self.put_down(bench, old, self.work_now.left)
        self.make_the_rest(bench, old, self.work_now.left)
        self.bench_now = bench

    def fold(self, picture: HeatMap) -> None:
        """The grid turns over its diagonal: what it is then lies upon what it was, and goes."""
        turned, sheet = mirrored(picture), picture.cells.copy()
        self.add(sheet)
        self.play(vanish(picture.numbers), dim(picture.cells))
        self.play(travel(sheet, turned, run_time=2.0))
        self.wait(SHORT)
        self.play(brighten(picture.cells, run_time=0.4), vanish(turned), appear(picture.numbers))

    def compare(self, name: str) -> None:
        """The card of the mirror is held up, and its number counts how far the grid is from its mirror image; then a pair both ways."""
        card, picture = self.objections[0], self.work_now.result
        sign, gap = card.evidence
        self.play(appear(card.box, card.title, sign) if card not in self.mobjects else vanish(gap), vanish(self.pending, run_time=FLASH))
        self.play(appear(gap, run_time=0.3), compare_with_mirror(self.theme, picture, gap))
        self.boxes, self.both = self.both_ways(picture), self.facing(name)
        self.play(draw(*self.boxes), appear(*self.both, lag=0.3))

    def both_ways(self, picture: HeatMap) -> VGroup:
        """Rings around the scores of the pair, one for each direction."""
        return both_ways(self.theme, picture, self.pair)

    def put_down(self, bench: Derivation, old: HeatMap, side: HeatMap) -> None:
        """What came out takes the place of what was in the row of its token."""
        row = VGroup(VGroup(cell) for cell in side.cells[self.focus])
        self.play(vanish(old.cells[self.focus]), travel(bench.columns[-1].cells.copy(), row))

    def make_the_rest(self, bench: Derivation, old: HeatMap, side: HeatMap) -> None:
        """All the other tokens go through the same matrix, and the frame is that of what came out."""
        others = [k for k in range(len(self.tokens)) if k != self.focus]
        self.play(travel(old.border, side.border), vanish(old.dots), appear(side.dots))
        if others:
            self.play(Together(*(
                Together(merge(self.vectors.cells[k], into=bench.matrix.sheet.border), vanish(old.cells[k]), appear(side.row(k)))
                for k in others), lag=0.4))

    def strike_out(self, *cards: Objection) -> None:
        """Objections fall."""
        self.play(draw(*(card.strike for card in cards)))
        self.play(dim(*(part for card in cards for part in card.claim), share=STRUCK))

    def comparison(self) -> list[Mobject]:
        """The three grids with their formulas and readouts: the last picture of `queries`, the first of `values`.

        Sets `grids`, the heat maps in the order of CANDIDATES; the rest is what stands around each of them.
        """
        left = card_width(self.theme, self.tokens, CARD) + TIGHT
        wide, foot = self.stage.is_wide, self.table.foot if self.stage.is_wide else SLANTED
        rooms = self.stage.trim(left=left).columns(len(CANDIDATES), GAP) if wide else self.stage.rows(len(CANDIDATES), GAP)
        candidates = [self.candidate(name) for name in CANDIDATES]
        self.grids, around = [], []
        for name, candidate, room in zip(CANDIDATES, candidates, rooms, strict=True):
            if wide:
                above, middle, below = room.rows((1, 4, 1), TIGHT)
            else:
                middle, beside = room.columns(SHARES, GAP)
                middle, (above, below) = middle.trim(left=left), beside.rows(2, GAP)
            picture = self.scores_of(candidate.scores, middle.trim(bottom=foot))
            gap = VGroup(*self._gap(candidate)).arrange(RIGHT if wide else DOWN, buff=TIGHT)
            gap.scale(min(1, room.width / gap.width)).move_to(below.centre)
            self.grids.append(picture)
            around.append(VGroup(self.formula_of(name, above), self.words_below(picture, foot), gap))
        named = self.grids[:1] if wide else self.grids
        return [*self.grids, *around, *(row_labels(self.theme, self.tokens, grid, "text", left - TIGHT) for grid in named)]

    def _letter(self, maths: str, picture: HeatMap, role: str = "text") -> Equation:
        return equation(self.theme, maths, size=LETTER, role=role).next_to(picture.border, DOWN, buff=TIGHT / 2)

    def _gap(self, candidate: Candidate) -> list[Mobject]:
        """How far a grid is from its mirror image: what it is called, and the number."""
        return [self._small("gap"), number(self.theme, candidate.asymmetry, READOUT, "output")]

    def _adapting(self, name: str) -> list[Mobject]:
        """What the pair scores with another head's matrices and with this one's; or a word: tokens have none, and there may be no other head."""
        if name == "tokens" or not self.other_heads:
            return [self._small("same" if name == "tokens" else "other")]
        before, after = (number(self.theme, self.candidate(name, head).scores[self.pair], READOUT, "output") for head in (self.other_heads[-1], None))
        return [before, text(self.theme, "→", EVIDENCE, "muted"), after]

    def not_yet(self, card: Objection) -> Label:
        """What stands on a card that is not decided."""
        self.pending = text(self.theme, self.say("not_yet"), EVIDENCE, "muted", at=room_of(card.box).inset(TIGHT), align=1)
        return self.pending

    def _small(self, key: str) -> Mobject:
        return text(self.theme, self.say(key), EVIDENCE, "muted")
