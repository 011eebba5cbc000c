"""The stage that scenes 4 to 6 share: the grid of scores with what meets in it, and beside it what is worked out and the verdict."""

from collections.abc import Sequence

from manim import Mobject, VGroup

from model import View
from model.tokenizer import END
from scenes.base.layout import Labelled, below
from scenes.base.room import PX, TIGHT, Room
from scenes.base.scene import ExplainerScene
from scenes.parts.candidates import Candidate, Comparison, comparison
from scenes.parts.derivation import LETTER, Derivation, Projection, derivation, named_matrix
from scenes.parts.equation import equation
from scenes.parts.heat_map import peak
from scenes.parts.label import WORD
from scenes.parts.legend import Legend, legend
from scenes.parts.mixture import Mixture
from scenes.parts.motion import appear, become, dim, draw, set_presence, vanish
from scenes.parts.nudged import Nudge, Nudged, nudged
from scenes.parts.opened import Added, Opened, opened
from scenes.parts.phrase import spaced
from scenes.parts.product import Product
from scenes.parts.score_grid import both_ways, compare_with_mirror, facing, fold, score_table
from scenes.parts.softmax import Softmax, softmax
from scenes.parts.tokens import cards_beside
from scenes.parts.unknown import unknown
from scenes.parts.verdict import Objection
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.workbench import workbench

SCOPE = "encoder.{block}.self_attention"
STRUCK = 0.5                              # presence of what is struck out
LEGEND, HIGH = 150 * PX, 10 * WORD        # of the colours; a bench with room for a reason above two scores, heights of which are as
REASON = 1, 4
CANDIDATES = {"token": ("input", "input"), "key": ("key", "key"), "query": ("query", "key")}    # what meets in the scores of each
OBJECTIONS = ("symmetric", "no_parameters")
MATRICES = {"Q": "query", "K": "key", "V": "value"}


class CandidateScene(ExplainerScene):
    """A scene on this stage. `opening` begins with `lay_out` and adds what the scene before has left there."""

    def candidate(self, name: str) -> Candidate:
        """One of the CANDIDATES, of the shown block and head."""
        place = (self.spec.block, self.head)[: 1 + (name != "token")]
        vectors = (self.view(f"{SCOPE}.{side}") for side in CANDIDATES[name])
        scores = self.view(f"{SCOPE}.scores")[self.head] if name == "query" else self.view(f"candidates.{name}_scores")[place]
        return Candidate(CANDIDATES[name], tuple(view[self.head] if place[1:] else view for view in vectors), scores,
                         self.view(f"candidates.{name}_asymmetry")[place], self.view("candidates.parameters")[[*CANDIDATES].index(name)])

    def nudged(self, name: str) -> Candidate:
        """The tokens, or the keys, once they are nudged for the score of the pair."""
        place, vectors = (self.focus, self.spec.block, self.head)[: 2 + (name != "token")], "inputs" if name == "token" else "keys"
        made, scores = (self.view(f"nudged.{tensor}")[place] for tensor in (vectors, f"{name}_scores"))
        return self.candidate(name)._replace(vectors=(made, made), scores=scores)

    @property
    def looks(self) -> bool:
        """Whether the followed token looks most at the other one of the pair, in the shown head."""
        return self.view(f"{SCOPE}.weights")[self.head, self.focus].values.argmax() == self.pair[1]

    @property
    def is_taught(self) -> bool:
        """Whether training told the shown head where to look."""
        return self.guided(self.view(f"{SCOPE}.weights")[self.head])

    @property
    def pair(self) -> tuple[int, int]:
        """The followed token and the one after it (or, if it is the last, before it)."""
        i, n = self.focus, len(self.tokens)
        return i, i + 1 if i + 1 < n else max(i - 1, 0)

    def lay_out(self) -> None:
        """Where everything stands: the `table` of scores, `cards`, `vectors` and `letter` of the tokens, and the `rooms` for all else."""
        self.rooms = workbench(self.stage)
        self.table = score_table(self.theme, self.tokens, self.rooms.picture)
        self.vectors = self.table.rows(self.theme, self.view(f"{SCOPE}.input"))
        self.cards = cards_beside(self.theme, self.tokens, self.vectors, self.table.card, TIGHT / 2, self.focus)
        self.letter = below(equation(self.theme, "t_i", size=LETTER), self.vectors.border, TIGHT / 2)

    @property
    def all_scores(self) -> list[View]:
        """The scores of all candidates, which are drawn on one scale."""
        return [self.candidate(name).scores for name in CANDIDATES]

    def colours(self) -> Legend:
        """What the colours of all scores mean, where the verdict will be."""
        room, ends = self.rooms.verdict.fit(height=LEGEND), (self.say("does_not_fit"), self.say("fits"))
        return legend(self.theme, room, peak(*self.all_scores), ends)

    def ask(self) -> list[Mobject]:
        """The empty cells of the grid, a question mark in it, and one where its formula will be."""
        return unknown(self.theme, self.work_of("token").result, "s_(i j)", self.say("asks"), self.table.square, self.rooms.panel)

    def work_of(self, name: str) -> Product:
        """The two sides of a candidate and the grid where they meet; tokens stand at the left already."""
        return self.candidate(name).work(self.theme, self.table, self.all_scores, self.vectors if name == "token" else None)

    def work_nudged(self, name: str) -> Product:
        """The same with what is nudged."""
        candidate = self.nudged(name)
        return candidate.work(self.theme, self.table, [*self.all_scores, candidate.scores])

    def objections_to(self, name: str) -> list[Objection]:
        """The two cards with their evidence."""
        titles, said = ([self.say(key) for key in keys] for keys in (OBJECTIONS, ("gap", "learned")))
        return self.candidate(name).objections(self.theme, titles, said, self.rooms.verdict.rows(2, TIGHT))

    def opened_pair(self, name: str) -> Opened:
        """The dot product of the followed token and another, as tokens or as query and key, opened on the bench."""
        (i, j), candidate, place = self.pair, self.candidate(name), (self.spec.block, self.head)[: 1 + (name == "query")]
        products, picked, rest = (self.view(f"candidates.{name}_{part}")[place] for part in ("products", "picked", "rest"))
        cell = slice(i, i + 1), slice(j, j + 1)
        added = Added(products[i, j], candidate.scores[cell], picked[i, j], rest[cell])
        few = len(added.picked)
        said = self.say("of_all", picked=few, count=len(added.products) - few), self.say("rounded")
        room = self.rooms.deeper if name == "query" else self.rooms.bench        # below that of tokens stands what colours mean
        return opened(self.theme, candidate.sides(self.tokens, self.pair), added, peak(*self.all_scores), room, said)

    @property
    def moves_E(self) -> bool:
        """Whether the tokens that are shown are rows of E and places, so that a row of E that moves is all that moves."""
        config = self.staging.trace.config
        return not self.spec.block and config.embedding != "normalised" and config.norm == "post"

    def before_and_after(self, name: str) -> list[Nudged]:
        """The score of the pair, which is to be higher; how much the followed token itself has changed for it, or W_K, before and after; and what the
        machine then says, if a changed word changes that."""
        (i, j), keys, at = self.pair, name == "key", (self.focus, self.spec.block, self.head)
        wanted = Nudge(self.said_of("wanted", self.tokens[j]), *(each.scores[i, j] for each in (self.candidate(name), self.nudged(name))))
        moved = self.view("nudged.rows_changed")[i] if self.moves_E else self.view("nudged.changed")[i, self.spec.block]
        itself = Nudge(self.say("itself", token=self.tokens[i]), None, moved, True)
        changed = Nudge("W_K", self.weights_of("K"), self.view("nudged.matrices")[at], role="key") if keys else itself
        rows = ("decoder.next_token_ids", ()), ("nudged.key_said", at) if keys else ("nudged.said", i)
        was, now = (self.says(self.view(each)[place]) for each, place in rows) if self.suffers else ("", "")
        said = [Nudge(self.say("then_says"), was, now) if was != now else Nudge(self.say("still_says"), None, now)] if now else []
        return nudged(self.theme, [wanted, changed, *said], self.rooms.deeper)

    def says(self, rows: View) -> str:
        """What rows of the output vocabulary say, up to the end."""
        return spaced([word for word in (self.staging.trace.output_vocabulary[int(row)] for row in rows.values) if word != END])

    @property
    def suffers(self) -> bool:
        """Whether the translation, if there is one, is another once the followed token is nudged."""
        there = self.moves_E and self.staging.trace.config.translates
        return there and self.says(self.view("decoder.next_token_ids")) != self.says(self.view("nudged.said")[self.focus])

    def said_of(self, key: str, other: str) -> str:
        """What is said of a score of the followed token; no more than whose it is, where there is little room."""
        pair = f"{self.tokens[self.focus]} → {other}"
        return self.say(key, pair=pair) if self.frame.is_roomy else pair

    def weights_at(self, mixed: Mixture) -> WeightBars:
        """The weights of the followed token, as bars beside what they weigh."""
        return weight_bars(self.theme, self.view(f"{SCOPE}.weights")[self.head, self.focus], mixed.places[:-1], WORD)

    def opened(self, said: str = "") -> Softmax:
        """The softmax of the followed token's scores; said: what their total is called."""
        row, scores = (self.spec.block, self.head, self.focus), self.view(f"{SCOPE}.scaled_scores")[self.head, self.focus]
        powers, total, shares, line = (self.view(f"exponentials.{name}")[row] for name in ("powers", "totals", "shares", "curve"))
        return softmax(self.theme, self.tokens, scores, powers, total, shares, line, self.stage, said, peak(scores))

    def both_ways(self, name: str) -> tuple[VGroup, VGroup]:
        """Rings around the scores of the pair, one for each direction, and these scores on the bench, if there is room for it below what they are made
        of; of each, which of the two has to know the other, if the shown head looks for that, and in the end, whether it was taught to."""
        said = [self.say("choice", one=self.forms[0], other=self.forms[1]), self.say("no_choice")] if self.forms and self.looks else []
        if name == "query" and said and self.is_taught:
            weight, wanted = (f"{float(view):.2f}" for view in (self.view(f"{SCOPE}.weights")[(self.head, *self.pair)], self.view("candidates.wanted")))
            said = [self.say("pushed", weight=weight, wanted=wanted), self.say("not_pushed")]
        candidate, room, over = self.candidate(name), self.rooms.bench, VGroup()
        if room.height >= HIGH:
            head, room = room.rows(REASON, TIGHT)
            over.add(candidate.turned(self.theme, head))
        return (both_ways(self.theme, self.work_now.result, self.pair),
                VGroup(*over, *facing(self.theme, self.tokens, candidate.scores, self.pair, room, said)))

    def weights_of(self, letter: str) -> View:
        """W_Q, W_K or W_V of the shown head: (d_model, d_k)."""
        d_k = self.staging.trace.config.d_k
        return self.view(f"weights.{SCOPE}.W_{letter}")[:, self.head * d_k : (self.head + 1) * d_k]         # (d_model, d_k)

    def matrix_of(self, letter: str, room: Room) -> Labelled:
        """The same, with its name at the left."""
        return named_matrix(self.theme, letter, MATRICES[letter], self.weights_of(letter), room)

    def on_bench(self, letter: str, i: int) -> Derivation:
        """Token i beside W_Q or W_K of the shown head, and what comes out, where both cross; and what that is as if it said, if it is known."""
        d_k, role, token = self.staging.trace.config.d_k, MATRICES[letter], self.tokens[i]
        bias, made = self.view(f"weights.{SCOPE}.b_{letter}")[self.head * d_k : (self.head + 1) * d_k], self.view(f"{SCOPE}.{role}")[self.head]
        said = self.say(f"as_if_{role}", token=token) if self.forms and self.looks else ""
        note, said = (words * bool(self.frame.is_roomy) for words in (self.say("by_column", token=token), said))
        return derivation(self.theme, Projection(letter, role, self.weights_of(letter), bias, made), self.view(f"{SCOPE}.input"), i, token,
                          self.rooms.across(self.table.square, self.stage), note, said)

    def turned_to(self, work: Product) -> Product:
        """What meets in the grid, and its scores, become others, which are given back."""
        self.play(*(become(old, new) for old, new in zip(self.work_now, work, strict=True)))
        return work

    def stand(self, name: str, struck: Sequence[int] = (), nudged: bool = False) -> None:
        """Puts a candidate on stage, at once, as its scene leaves it. struck: the objections that are struck out. nudged: whether the followed
        token is nudged."""
        candidate, self.objections = self.candidate(name), self.objections_to(name)
        self.work_now = self.work_nudged(name) if nudged else self.work_of(name)
        self.formula, self.names = candidate.formula(self.theme, self.rooms.maths), candidate.names_at(self.theme, self.work_now)
        self.words = self.table.words(self.theme, self.tokens, self.work_now.result, self.focus)
        self.add(self.cards, self.work_now, self.words, *self.names, self.formula, *self.objections[nudged:])
        for k in struck:
            for part in self.objections[k].claim:
                set_presence(part, STRUCK)
            self.add(self.objections[k].strike)

    def make(self, letter: str, i: int, seconds: float) -> None:
        """Token i meets a matrix, and something comes out. seconds: that the first entry takes."""
        self.bench_now = bench = self.on_bench(letter, i)
        self.play(appear(bench.token, bench.word))
        self.play(appear(bench.matrix, bench.note))
        for motion in (*bench.multiply(self.theme, seconds), appear(bench.said)):
            self.play(motion)

    def make_all(self, name: str, i: int) -> None:
        """What came out of token i takes its place at the left of the grid; then all the other tokens meet the matrix."""
        old, self.work_now = self.work_now.left, self.work_of(name)
        others = [row for k, row in enumerate(self.vectors.cells) if k != i]
        for motion in self.bench_now.passed_on(old, self.work_now.left, i, others):
            self.play(motion)

    def compare(self, name: str) -> None:
        """The grid turns over its diagonal; the card of the mirror is held up, and its number counts how far the grid is from its mirror image;
        then a pair both ways."""
        card, picture = self.objections[0], self.work_now.result
        *words, gap = card.evidence
        for motion in fold(picture):
            self.play(motion)
        self.play(appear(card.box, card.title, *words) if card not in self.mobjects else vanish(gap))
        self.play(appear(gap, run_time=0.3), compare_with_mirror(self.theme, picture, gap))
        self.boxes, self.both = self.both_ways(name)
        self.play(draw(*self.boxes), appear(*self.both, lag=0.3))

    def strike_out(self, *cards: Objection) -> None:
        """Objections fall."""
        self.play(draw(*(card.strike for card in cards)))
        self.play(dim(*(part for card in cards for part in card.claim), share=STRUCK))

    def comparison(self) -> Comparison:
        """All candidates side by side: the last picture of `queries`, the first of `values`."""
        return comparison(self.theme, self.tokens, [self.candidate(name) for name in CANDIDATES], self.stage, self.say("gap"))
