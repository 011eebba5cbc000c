"""Scene 17: what a head does, seen by taking it away (Michel et al. 2019, section 3)."""

from collections.abc import Sequence

import numpy as np
from manim import Mobject, VGroup

from model import View
from model.tokenizer import END
from scenes.base.layout import line_of
from scenes.base.room import GAP, PEN, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.flow import WeightLine
from scenes.parts.heads import NAME, WHOLE, below_number, head_map, head_names, map_title
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, Label, number, text, text_width
from scenes.parts.look import bows
from scenes.parts.lookup import distance
from scenes.parts.motion import BLINK, BRIEF, FLASH, STEADY, appear, brighten, dim, draw, travel, vanish
from scenes.parts.odds import odds
from scenes.parts.phrase import PRONOUNS, differing, phrase, spaced
from scenes.parts.scissors import ABOVE, halves, scissors, within
from scenes.parts.shapes import frame, ring
from scenes.parts.tokens import kept_row, snug_row
from scenes.parts.trials import Answer, Trial, trials
from scenes.parts.word_card import WordCard, card_rooms, flip, on_edge, word_card

ROWS, SAID = (3.1, 0.84, 3.5), (0.6, 2.8)  # heights of the arcs, the sentence, what is said; in that, of what is said already, and then
NARROW = 6, 17, 6                         # the same in a narrow frame, with a line below
OTHERS = 5, 3, 3                          # heights of the words after the card and of what there is to say of them
WIDEST, WIDEST_ALONE = 0.28, 0.44         # shares of the room that a card may take, with words beside it and without
PANEL = 28 * PX                           # radius of the corners of its panel
CARD, CHIP = 84 * PX, 46 * PX             # height of a card of the sentence, and em size of its word
GLOSS, TOLD, WEIGHT, REST = (size * PX for size in (46, 52, 90, 92))
FOLLOWED = 7 * PEN
LABEL, BELOW = 1.3, 0.5                   # room for the names of blocks and heads
LOWER = 0.8                               # em size of words in a line, as a share of its height at most
PAST = 0.6                                # of its presence, what was said before the cut keeps


class Ablation(ExplainerScene):
    """One head is cut and the model runs again; then every head in turn."""

    experiments = ("ablation", "twin", "twin_translation", "twin_ablation", "unseen")
    place = "encoder"
    needs = {"answer": "output: decoder"}

    @step
    def cut(self):
        """Where the head looks from the followed token; then what it finds is taken away."""
        self.high, middle, self.low = self.stage.rows(ROWS, gap=TIGHT)
        self.sentence = self._sentence(middle)
        arcs = self._bows(self._weights("encoder"))
        most, arcs = arcs.pop(self._most), VGroup(*arcs.values())
        whole = halves(most, apart=False)
        weight = within(number(self.theme, most.source, WEIGHT, "weight", 700), most, self.stage)
        told = self._told(most)
        self.before = self._before() if self.trained else [self._vector("encoder.output", "line", self.low.rows(2)[0])]
        self.open_with(self.sentence, *self.before)
        self.play(draw(*whole, *arcs, lag=0.05), appear(weight))
        self.wait(STEADY)
        if self._number("uniform"):
            self._blind(arcs, whole, weight)
            return
        tool = scissors(self.theme, most)
        self.play(appear(tool), vanish(weight))
        self.play(tool.animate(run_time=FLASH).close().build(), travel(whole, apart := halves(most, apart=True), run_time=FLASH),
                  self._strike_out())
        self.wait(BRIEF)
        self.play(appear(told), dim(apart, arcs), dim(*self.before[1:], share=PAST))

    @step
    def again(self):
        """The model runs again without the head, and says something else."""
        if not self.trained:
            self.play(appear(self._vector("ablation.output", "output", self.low.rows(2)[1])))
            return
        shared, before, said, rest, gloss = self.before[1:]
        new, old = (self._card(("ablation.probabilities", "decoder.probabilities"), *what) for what in (
            (self._said_after, self.card), (self._said_before, self.old, "muted")))
        changed = flip(self.theme, old, new)
        self.play(travel(said, edge := on_edge(said), run_time=BLINK), vanish(before, gloss, run_time=BLINK))
        self.play(vanish(edge, run_time=FLASH), travel(on_edge(new), new, run_time=BLINK), brighten(shared, run_time=BLINK))
        self.play(vanish(rest), *map(appear, self._rest("ablation.next_token_ids")))
        if self._changed:
            self.play(appear(changed.old, changed.way), draw(changed.line))
        if self._alike and len(self.others) > 1:
            word, chance = self._said("twin_ablation.")
            place, value = self.others[-1], number(self.theme, chance, GLOSS, "output", 600)
            words = text(self.theme, self.say("too", twin=self._names[1], word=word), GLOSS, width=place.width - value.advance - TIGHT)
            self.play(appear(line_of(words, value, at=place, align=-1)))

    @step
    def odds(self):
        """The probabilities of both words, before and after. Untrained: how far the vector has moved."""
        if not self.trained:
            self.play(vanish(*self.on_stage()), appear(*self._apart()))
            return
        wide, rows = self.stage.is_wide, self.staging.trace["ablation.candidates"].values.astype(int)
        words, rooms = [*map(self._word, rows)], self.stage.columns(2, gap=WIDE if wide else GAP)
        chances = [[self._chances(f"{name}.probabilities")[row] for row in rows] for name in ("decoder", "ablation")]
        panels = [odds(self.theme, said, words, each, room, wide)
                  for said, each, room in zip((self.say("whole"), self._cut_name), chances, rooms, strict=True)]
        self.play(vanish(*self.on_stage()), *(appear(panel.title, panel.words) for panel in panels))
        for panel in panels:
            self.play(appear(*panel.standing, *panel.numbers, run_time=STEADY))

    @step
    def every_head(self):
        """Every head is cut, one at a time: a map of what that does to this word."""
        name = "kept" if self.trained else "shifts"
        view = self.staging.trace[f"ablation.{name}"] if self.trained else self._shifts
        roomy = self.frame.is_roomy
        high = 3 * NAME + WHOLE
        head, body = self.stage.rows((6, 70)) if roomy else (self.stage.strip(top=high), self.stage.trim(top=high + TIGHT))
        picture = head_map(self.theme, view, body.trim(left=LABEL, bottom=BELOW), digits=True, scale=1.0 if self.trained else None)
        word = self._word(self._said_before) if self.trained else self.tokens[self.focus]
        whole = (self.say("uncut"), self._chances("decoder.probabilities")[self._said_before]) if self.trained else None
        title = map_title(self.theme, self.say(name, word=word, count=view.values.size), whole, head, roomy)
        blocks, heads = view.shape
        names = head_names(self.theme, picture, [self.say("block", number=k + 1) for k in range(blocks)],
                           [self.say("head", number=k + 1) for k in range(heads)], LABEL, BELOW)
        cells = [picture.cell(i, j) for i in reversed(range(blocks)) for j in range(heads)]
        self.open_with(title, names)
        self.play(appear(*cells, lag=max(0.15, 1.2 - 0.05 * len(cells))))
        if self.trained:
            self.play(appear(*self._changes(picture)))

    @step
    def answer(self):
        """Both sentences: what is said as it is, with the word in which they differ hidden in block 1, and with the head cut."""
        head, body = self.stage.strip(top=CARD), self.stage.trim(top=(CARD + GAP) * self.frame.is_roomy)
        sentence = [snug_row(self.theme, self._open, head, CARD, TIGHT / 2, CHIP)] * self.frame.is_roomy
        self.table = trials(self.theme, self._names, self._trials(), body)
        self.open_with(*sentence, self.table.names)
        for panel in self.table.panels:
            self.play(appear(panel.box, panel.title))
            self.play(appear(panel.looks, panel.cards, run_time=STEADY))
            self.play(appear(panel.verdict))

    def wording(self, name: str) -> str:
        """The cut may be of two kinds, and need not change a word, nor be the only one that does."""
        if name == "cut":
            return "uniform" if self._number("uniform") else "taught" if self._taught else "caption"
        if self.trained and name in ("again", "odds") and not self._changed:
            return "same"
        if self.trained and name == "again" and self._taught and self._other_pronoun:
            return "alike" if self._alike else "answer"
        if self.trained and name == "every_head" and self._alone:
            return "needed" if self._other_pronoun else "only"
        if name == "answer":
            return "told_apart" if self._told_apart else "caption" if self._names else "alone"
        return super().wording(name)

    @property
    def trained(self) -> bool:
        """Whether there is a decoder that translates."""
        return self.staging.trace.config.translates

    def _number(self, name: str) -> int:
        return int(float(self.staging.trace[f"ablation.{name}"]))

    @property
    def _cut(self) -> tuple[int, int]:
        """Block and head that are cut, from 0."""
        return self._number("block"), self._number("head")

    @property
    def _cut_name(self) -> str:
        block, head = self._cut
        return self.say("cut", block=block + 1, head=head + 1)

    @property
    def _changed(self) -> bool:
        """Whether the cut changes a word."""
        return self._said_after != self._said_before

    @property
    def _other_pronoun(self) -> bool:
        """Whether without the head the other pronoun is said."""
        return (self._word(self._said_before), self._word(self._said_after)) == PRONOUNS

    @property
    def _alike(self) -> bool:
        """Whether without the head the twin, to which the whole model says something else, is answered as the sentence is."""
        if not self._names:
            return False
        whole, cut = (self._said(f"{name}.")[0] for name in ("twin_translation", "twin_ablation"))
        return self._word(self._said_before) != whole and cut == self._word(self._said_after)

    @property
    def _taught(self) -> bool:
        """Whether the head was taught which noun the followed token stands for."""
        return self.finds_noun(self._weights("encoder"))

    @property
    def _alone(self) -> bool:
        """Whether of all cuts of one head this one alone changes the translation."""
        changed = self.staging.trace["ablation.changed_words"].values
        return bool(changed[self._cut] > 0) and np.count_nonzero(changed) == 1

    @property
    def _told_apart(self) -> bool:
        """Whether it takes both the taught head and what block 1 tells the others: without either, both sentences are answered alike."""
        words = [[answer.word for answer in trial.answers] for trial in self._trials()]
        return self._taught and [len({*each}) for each in words] == [2, 1, 1]

    @property
    def _open(self) -> list[str]:
        """The sentence, with dots where its twin has another word."""
        return ["…" if len({*pair}) > 1 else pair[0] for pair in zip(self.tokens, self.twin or self.tokens)]

    @property
    def _names(self) -> list[str]:
        """What sentence and twin are called: the words in which they differ. None without a twin."""
        differ = [pair for pair in zip(self.tokens, self.twin) if len({*pair}) > 1]
        return [" … ".join(words) for words in zip(*differ)]

    def _trials(self) -> list[Trial]:
        """What is said to the sentence and its twin, if there is one: as they are, with what they differ in hidden, without the head."""
        block, head = self._cut
        own, there, here = f"{block}.self_attention.weights", (head, self.focus), (block, head, self.focus)
        runs = [(self.say("as_it_is"), ("decoder.", f"encoder.{own}", there), ("twin_translation.", f"twin.encoder.{own}", there)),
                (self.say("hidden"), ("unseen.", "unseen.weights", here), ("unseen.twin_", "unseen.twin_weights", here)),
                (self._cut_name, ("ablation.", "", ()), ("twin_ablation.", "", ()))]
        if self._names:
            return [self._trial(name, answers) for name, *answers in runs]
        return [self._trial(name, [answer]) for name, answer, _ in runs[::2]]

    def _trial(self, name: str, runs: Sequence[tuple[str, str, tuple[int, ...]]]) -> Trial:
        """What is said in runs. Of each: how the tensors of its words begin, and where the head's weights are, if these count."""
        answers = [Answer(*self._said(prefix), *self._look(words, *where))
                   for (prefix, *where), words in zip(runs, (self.tokens, self.twin))]
        told_apart = len({answer.word for answer in answers}) > 1
        verdict = ("≠", self.say("different")) if told_apart else ("=", self.say("same"))
        return Trial(name, answers, verdict if self._names else ())

    def _look(self, words: Sequence[str], name: str, index: tuple[int, ...]) -> tuple[str, View | None]:
        """Where the head looks from the followed token, in words, and its weight; without one, what the head that is cut gives."""
        if not name:
            return self.say("alike" if self._number("uniform") else "nothing"), None
        weights = self.staging.trace[name][index]
        most = int(weights.values.argmax())
        return self.say("looks", own=words[self.focus], other=words[most]), weights[most]

    def _said(self, prefix: str) -> tuple[str, View]:
        """The word that is said in a run at the step that is compared, or at its last one, and its probability."""
        rows = self.staging.trace[f"{prefix}next_token_ids"].values.astype(int)
        place = min(self._number("place"), len(rows) - 1)
        return self._word(rows[place]), self.staging.trace[f"{prefix}probabilities"][place][int(rows[place])]

    @property
    def _said_before(self) -> int:
        """The word that the whole model says at the step that is compared: its row of the output vocabulary."""
        return int(self.staging.trace["ablation.candidates"].values[0])

    @property
    def _said_after(self) -> int:
        """The word that is said there without the head."""
        return int(self.staging.trace["ablation.next_token_ids"].values[self._number("place")])

    @property
    def _shifts(self) -> View:
        """How far every cut moves the followed token: (block, head)."""
        return self.staging.trace["ablation.shifts"][:, :, self.focus]

    def _word(self, row: float) -> str:
        return self.staging.trace.output_vocabulary[int(row)]

    def _chances(self, name: str) -> View:
        """The probabilities (vocabulary) of a run at the step that is compared."""
        return self.staging.trace[name][self._number("place")]

    def _weights(self, scope: str) -> View:
        """How much the followed token looks at each in the head that is cut."""
        block, head = self._cut
        return self.staging.trace[f"{scope}.{block}.self_attention.weights"][head][self.focus]

    @property
    def _most(self) -> int:
        """The token that the followed one looks at most."""
        return int(self._weights("encoder").values.argmax())

    def _strike_out(self):
        """The head is struck out on the map."""
        return self.heading.machine.animate(run_time=FLASH).cut(*self._cut).build()

    def _sentence(self, room: Room) -> VGroup:
        """The sentence; the followed token and the one it looks at most wear their colours."""
        cards, self.words = kept_row(self.theme, self.tokens, [self.focus, self._most], room, CARD, TIGHT / 2, CHIP)
        for k, role in ((self._most, "key"), (self.focus, "query")):
            self.words[k].box.set_stroke(self.theme.colour(role), FOLLOWED)
        return cards

    def _bows(self, weights: View) -> dict[int, WeightLine]:
        """The arcs from the followed token to all that are shown."""
        return bows(self.theme, self.words, self.focus, self._most, weights, self.high.height - ABOVE)

    def _told(self, arc: WeightLine) -> Label:
        """That the head's output is 0, within the arc; in one that is narrow not which head this is."""
        said = self.say("no_output", block=self._cut[0] + 1, head=self._cut[1] + 1)
        if text_width(self.theme, said, TOLD, 600) > arc.width - 2 * GAP:
            said = self.say("nothing")
        return within(text(self.theme, said, TOLD, weight=600, width=max(self.stage.width / 3, arc.width - 4 * GAP)), arc, self.stage)

    def _blind(self, arcs: VGroup, whole: VGroup, weight: Mobject) -> None:
        """The head looks everywhere alike."""
        after = VGroup(*self._bows(self.staging.trace["ablation.weights"][self.focus]).values())
        self.play(vanish(arcs, whole, weight, run_time=STEADY), appear(after, run_time=STEADY), self._strike_out())

    def _before(self) -> list[Mobject]:
        """What the whole model says: a panel, the words up to the one that is compared, that this is before the cut, a card
        with that word, all others, its gender."""
        start, after = self._word(self._said_before), self._word(self._said_after)
        said = self._tokens("decoder.next_token_ids")[: self._number("place")]
        wide = self.stage.is_wide
        head, body, *foot = self.low.inset(GAP, TIGHT / 2).rows(SAID if wide else NARROW, gap=TIGHT / 2)
        self.old, self.card, beside = card_rooms(self.theme, (start, after), body, WIDEST if wide else WIDEST_ALONE)
        self.others = beside.rows(OTHERS, gap=0) if wide else foot
        panel = frame(self.theme, self.low, radius=PANEL, width=2, fill="surface")
        shared = text(self.theme, spaced(said), min(GLOSS, max(SMALLEST_WORD, head.height)), "muted", at=head)
        before = text(self.theme, self.say("before"), GLOSS, "muted", at=self.old, align=1)
        return [panel, shared, before, self._card(["decoder.probabilities"], self._said_before, self.card),
                *self._rest("decoder.next_token_ids")]

    def _card(self, names: Sequence[str], row: int, room: Room, role: str = "output") -> WordCard:
        """A word on a card, with its probability at the step that is compared, in one run or in two, now and before."""
        now, *was = (self._chances(name)[row] for name in names)
        return word_card(self.theme, self._word(row), now, room, role, *was)

    def _tokens(self, name: str) -> list[str]:
        """The words of recorded rows of the output vocabulary, without the end token."""
        return [word for word in map(self._word, self.staging.trace[name].values) if word != END]

    def _rest(self, name: str) -> tuple[VGroup, VGroup]:
        """The words after the one that is compared, loud where the whole model says other letters; and what there is to say of them."""
        after, own = (self._tokens(each)[self._number("place") + 1:] for each in (name, "decoder.next_token_ids"))
        high, *low = self.others
        rest = phrase(self.theme, differing(after, own, "output"), min(REST, LOWER * high.height), high, role="text") if after else VGroup()
        agreeing = next((word for word, other in zip(after, own) if word != other), "")
        said = self._gloss() if after == own else self._agreeing(agreeing) if agreeing else ""
        return rest, VGroup(text(self.theme, said, GLOSS, at=place, align=-1) for place in low[:1] if said)

    def _gloss(self) -> str:
        """Whose gender the pronoun has that the whole model says, if it says one."""
        word = self._word(self._said_before)
        return self.say(word, noun=self.tokens[self._most]) if word in PRONOUNS else ""

    def _agreeing(self, word: str) -> str:
        """That another word of the translation goes with the pronoun that is said without the head, if one is."""
        pronoun = self._word(self._said_after)
        return self.say("agrees", word=word, pronoun=pronoun) if pronoun in PRONOUNS else ""

    def _vector(self, name: str, role: str, room: Room) -> HeatMap:
        """The followed token as it comes out of the encoder, of the whole model or of the one that is cut."""
        scale = peak(*(self.staging.trace[each][self.focus] for each in ("encoder.output", "ablation.output")))
        return heat_map(self.theme, self.staging.trace[name][self.focus], room, role, digits=True, scale=scale)

    def _apart(self) -> list[Mobject]:
        """Both vectors, far from each other, and how far that is."""
        rooms = self.stage.rows([1, 1.2, 1])
        first, second = (self._vector(name, role, room) for name, role, room in
                         (("encoder.output", "line", rooms[0]), ("ablation.output", "output", rooms[2])))
        return [first, second, distance(self.theme, first.border, second.border, self.say("distance"), self._shifts[self._cut])]

    def _changes(self, picture: HeatMap) -> list[Mobject]:
        """In every cell, below its number, what is said if that head is cut, and a ring around each cut that changes the translation."""
        place, marks = self._number("place"), []
        for (i, j), changed in np.ndenumerate(self.staging.trace["ablation.changed_words"].values):
            cell, rows = picture.cells[picture.grid.rows.index(i)][j], self.staging.trace["ablation.translations"].values[i, j]
            if place < len(rows) and rows[place] == rows[place]:
                marks.append(below_number(self.theme, cell, self._word(rows[place]), 700 if changed else 400))
            if changed:
                marks.append(ring(self.theme, cell))
        return marks
