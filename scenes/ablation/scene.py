"""Scene 17: what a head does, seen by taking it away (Michel et al. 2019, section 3)."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from model import View
from model.tokenizer import END
from scenes.base.scene import ExplainerScene, step
from scenes.parts.heads import boxes, head_map, head_names, strike
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.label import text
from scenes.parts.look import Look, look, swing
from scenes.parts.lookup import distance
from scenes.parts.motion import appear, dim, draw, travel, vanish
from scenes.parts.ranking import Ranking, grow, ranking
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import snug_row
from scenes.base.room import PX, Room

HEADING, SMALL = 32 * PX, 28 * PX
CARD, LINE = 0.54, 16                     # height of a card; words in a line
LABEL, BELOW = 1.1, 0.4                   # room for the names of blocks and heads
WORST = 2                                 # cuts whose translations are shown
ODDS = 0.8                                # height of a probability and its bar


class Ablation(ExplainerScene):
    """One head is cut and the model runs again; then every head in turn."""

    experiments = ("ablation",)
    place = "encoder"

    @step
    def cut(self):
        """Where the head looks from the followed token; then it is struck out of all the heads."""
        top, bottom = self.stage.rows([2.75, 1.9], gap=0.24)
        block, head = self._cut
        self.look = self._look(self.staging.trace[f"encoder.{block}.self_attention.weights"][head], top)
        picture = head_map(self.theme, self._shifts, bottom.trim(bottom=BELOW))
        self.heads = boxes(self.theme, picture)
        box = self._cut_box(self.heads)
        self.strike = strike(self.theme, box)
        edge = room_of(self.heads).right + 0.3
        name = text(self.theme, self._cut_name, HEADING, "output", at=(edge, box.get_y(), 0), align=-1, width=bottom.right - edge)
        self.play(appear(self.look.cards))
        self.play(draw(*self.look.arcs, lag=0.1), appear(self.look.weights.cells, self.look.weights.numbers))
        self.play(appear(self.look.most, run_time=0.4))
        self.wait(0.8)
        self.play(appear(self.heads, self._names(picture)))
        self.play(box.animate(run_time=0.6).set_stroke(self.theme.colour("output"), 4).build())
        self.play(draw(self.strike, run_time=0.8), appear(name))
        self._blind(top)

    @step
    def again(self):
        """The whole model and the one without the head, side by side: what each of them makes of the sentence."""
        names, grids, self.bodies = zip(*self._lanes(), strict=True)
        top = Room(self.bodies[0].left, self.stage.right, self.stage.top - CARD, self.stage.top)
        sentence = snug_row(self.theme, self.tokens, top, CARD)
        minis = [boxes(self.theme, head_map(self.theme, self._shifts, grid)) for grid in grids]
        struck = strike(self.theme, self._cut_box(minis[1]).set_stroke(self.theme.colour("output"), 3))
        whole = self.heads.copy()
        self._cut_box(whole).set_stroke(self.theme.colour("line"), 2)
        self.play(vanish(*self.on_stage(self.heads, self.strike, self.look.cards)))
        self.play(
            travel(self.look.cards, sentence), travel(whole, minis[0]),
            travel(self.heads, minis[1]), travel(self.strike, struck),
        )
        said = [text(self.theme, words, SMALL, role, at=room.centre, width=room.width + 0.3)
                for words, role, room in zip((self.say("whole"), self._cut_name), ("text", "output"), names, strict=True)]
        self.play(appear(*said))
        self.heads, self.strike = minis[1], struck
        self._run()

    @step
    def odds(self):
        """Where the two part: the probabilities before and after. Untrained: how far the vector has moved."""
        if not self.trained:
            source = self._shifts[self._cut]
            apart = distance(self.theme, *(vector.border for vector in self.vectors), self.say("distance"), source)
            self.play(draw(*apart.lines), appear(apart.words))
            return
        place = int(self._number("place"))
        others = [card for cards in self.rows for i, card in enumerate(cards) if i != place]
        marks = [frame(self.theme, room_of(cards[place].box), "output", 0.08, 4) for cards in self.rows if place < len(cards)]
        self.play(dim(*others), appear(*marks))
        pictures = [self._odds(name, place, body, cards) for name, body, cards in
                    zip(("decoder.probabilities", "ablation.probabilities"), self.bodies, self.rows, strict=True)]
        self.play(*(appear(picture.tracks, picture.words) for picture in pictures))
        for picture in pictures:
            self.play(grow(picture.bars, 1.0), appear(picture.numbers, run_time=1.0))

    @step
    def every_head(self):
        """Every head is cut, one at a time: a grid of what that changes."""
        self.play(vanish(*self.on_stage(self.heads, self.strike)), vanish(self.strike))
        pictures, titles = zip(*self._grids(), strict=True)
        places = [boxes(self.theme, picture) for picture in pictures]
        starts = [self.heads, *(self.heads.copy() for _ in places[1:])]
        self.play(*(travel(start, end) for start, end in zip(starts, places, strict=True)),
                  appear(*titles, *map(self._names, pictures), run_time=1.2))
        blocks, heads = self._shifts.shape
        cuts = [VGroup(*(picture.cell(i, j) for picture in pictures)) for i in range(blocks) for j in range(heads)]
        self.play(appear(*cuts, lag=max(0.15, 1.2 - 0.05 * len(cuts))))
        if self.trained:
            self._mark_changes(pictures)

    def wording(self, name: str) -> str:
        """The cut may be of two kinds, and need not change a word."""
        if name == "cut":
            return "uniform" if self._number("uniform") else "caption"
        if self.trained and name == "odds" and not self.staging.trace["ablation.changed_words"].values[self._cut]:
            return "same"
        return super().wording(name)

    @property
    def trained(self) -> bool:
        """Whether there is a decoder that translates."""
        return self.staging.trace.config.trained

    def _number(self, name: str) -> float:
        return float(self.staging.trace[f"ablation.{name}"])

    @property
    def _cut(self) -> tuple[int, int]:
        """Block and head that are cut, from 0."""
        return int(self._number("block")), int(self._number("head"))

    @property
    def _cut_name(self) -> str:
        block, head = self._cut
        return self.say("cut", block=block + 1, head=head + 1)

    @property
    def _shifts(self) -> View:
        """How far every cut moves the followed token: (block, head)."""
        return self.staging.trace["ablation.shifts"][:, :, self.focus]

    def _cut_box(self, heads: VGroup):
        block, head = self._cut
        return heads[block][head]

    def _look(self, weights: View, room: Room) -> Look:
        return look(self.theme, self.tokens, (), weights[self.focus], self.focus, room)

    def _blind(self, room: Room) -> None:
        """What becomes of the head's look: nothing that counts, or the same look at all tokens."""
        if self._number("uniform"):
            after = self._look(self.staging.trace["ablation.weights"], room)
            self.play(swing(self.look, after))
        else:
            self.play(dim(self.look.arcs, self.look.weights, self.look.most, run_time=0.8))

    def _names(self, picture: HeatMap) -> VGroup:
        """The names of blocks and heads around a grid of them."""
        blocks, heads = picture.view.shape
        return head_names(self.theme, picture, [self.say("block", number=k + 1) for k in range(blocks)],
                          [self.say("head", number=k + 1) for k in range(heads)], LABEL, BELOW)

    def _lanes(self) -> list[tuple[Room, Room, Room]]:
        """For the whole model and for the cut one: room for a name, for all the heads below it, and for what comes out."""
        lanes = []
        for lane in self.stage.trim(top=CARD + 0.3).rows([1, 1], gap=0.2):
            left, body = lane.columns([2.1, 10.4], gap=0.3)
            name, grid = left.rows([0.45, 1.2], gap=0.1)
            lanes.append((name, grid, body))
        return lanes

    def _run(self) -> None:
        """Both models say their translation, word by word; or what they make of the followed token is shown."""
        if not self.trained:
            sources = [self.staging.trace[name][self.focus] for name in ("encoder.output", "ablation.output")]
            scale = peak(*sources)
            self.vectors = [
                heat_map(self.theme, source, Room.around(body.centre, body.width, 0.7), role, digits=True, scale=scale)
                for source, body, role in zip(sources, self.bodies, ("line", "output"), strict=True)
            ]
            self.play(appear(*self.vectors, lag=0.5, run_time=1.0))
            return
        self.rows = self._translations()
        for pair in zip(*self.rows):
            self.play(appear(*pair, run_time=0.55))
        rest = [card for cards in self.rows for card in cards[min(map(len, self.rows)):]]
        if rest:
            self.play(appear(*rest, lag=0.5))

    def _spoken(self, name: str) -> list[str]:
        """The words of recorded rows of the output vocabulary, without the end token."""
        known = self.staging.trace.output_vocabulary
        return [known[int(row)] for row in self.staging.trace[name].values if known[int(row)] != END]

    def _translations(self) -> list[list]:
        """Both translations as cards that stand below each other, in as many lines as they need."""
        spoken = [self._spoken(name) for name in ("decoder.next_token_ids", "ablation.next_token_ids")]
        most = max(map(len, spoken))
        padded = [words + [""] * (most - len(words)) for words in spoken]
        rows = []
        for words, others, mine, body in zip(padded, padded[::-1], spoken, self.bodies, strict=True):
            cards = []
            for start in range(0, most, LINE):
                line = slice(start, start + LINE)
                y = body.top - 0.1 - CARD / 2 - start / LINE * (CARD + 0.1)
                cards += snug_row(self.theme, words[line], body.level(y), CARD, others=others[line])
            rows.append(cards[: len(mine)])
        return rows

    def _odds(self, name: str, place: int, body: Room, cards: list) -> Ranking:
        """The probabilities of the two words at the step that is compared."""
        trace = self.staging.trace
        view, ids = trace[name][place], [int(row) for row in trace["ablation.candidates"].values]
        middle = room_of(VGroup(*cards)).bottom - 0.15 - ODDS / 2
        rooms = dict(zip(ids, Room.around((body.centre[0], middle), 7.2, ODDS).columns([1, 1], gap=0.7), strict=True))
        ids.sort(key=lambda row: -float(view[row]))
        return ranking(self.theme, [trace.output_vocabulary[row] for row in ids], [view[row] for row in ids],
                       [rooms[row] for row in ids])

    def _grids(self) -> list[tuple[HeatMap, VGroup]]:
        """The grids of what a cut changes, each with its title."""
        body = self.stage.trim(top=0.65, bottom=BELOW + 1.5)
        if not self.trained:
            picture = head_map(self.theme, self._shifts, body.trim(left=2 + LABEL, right=2, bottom=-1.2), digits=True)
            return [(picture, self._headed("moved", picture, token=self.tokens[self.focus]))]
        left, right = (room.trim(left=LABEL) for room in body.columns([1, 1], gap=0.5))
        trace = self.staging.trace
        word = trace.output_vocabulary[int(trace["ablation.candidates"].values[0])]
        kept = head_map(self.theme, trace["ablation.kept"], left, digits=True, scale=1.0)
        loss = head_map(self.theme, trace["ablation.loss_changes"], right, digits=True)
        return [(kept, self._headed("kept", kept, word=word)), (loss, self._headed("loss", loss))]

    def _headed(self, key: str, picture: HeatMap, **values: str):
        edge = room_of(picture.border)
        return text(self.theme, self.say(key, **values), HEADING, weight=500, at=(picture.get_x(), edge.top + 0.35, 0), width=5.6)

    def _mark_changes(self, pictures: Sequence[HeatMap]) -> None:
        """Frames around the cuts that change the translation, what they mean, and what the worst of them make of it."""
        changed = self.staging.trace["ablation.changed_words"].values
        wrong = [tuple(place) for place in np.argwhere(changed > 0).tolist()]
        if not wrong:
            return
        losses = self.staging.trace["ablation.loss_changes"].values
        marks = [frame(self.theme, room_of(picture.cells[i][j]), "output", 0.08, 5) for picture in pictures for i, j in wrong]
        first, *rest = self.stage.trim(top=self.stage.height - 1.3).rows([1] * (1 + WORST), gap=0)
        words = text(self.theme, self.say("changed"), SMALL, "output", at=(first.centre[0] + 0.3, first.centre[1], 0), width=8)
        edge = room_of(words).left - 0.35
        sign = frame(self.theme, Room.around((edge, words.get_y()), 0.42, 0.28), "output", 0.06, 4)
        self.play(appear(*marks, sign, words))
        worst = sorted(wrong, key=lambda place: -losses[place])
        self.play(appear(*(self._told(*place, room) for place, room in zip(worst, rest)), lag=0.5))

    def _told(self, block: int, head: int, room: Room):
        """What the model says without a head."""
        known, rows = self.staging.trace.output_vocabulary, self.staging.trace["ablation.translations"][block, head].values
        words = " ".join(known[int(row)] for row in rows if row == row and known[int(row)] != END)
        said = self.say("says", block=block + 1, head=head + 1, words=words)
        return text(self.theme, said, SMALL, at=room.centre, width=room.width)
