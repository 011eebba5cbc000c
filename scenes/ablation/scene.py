"""Scene 17: what a head does, seen by taking it away (Michel et al. 2019, section 3)."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from manim import VGroup

from model import View
from model.tokenizer import END
from scenes.base.room import GAP, PEN, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.chains import Chain, Link, alike, chains
from scenes.parts.heads import BELOW, LABEL, NAME, Cut, head_cards, head_map, head_names, titled
from scenes.parts.label import number
from scenes.parts.look import bows
from scenes.parts.machine import Machine
from scenes.parts.moved import before_after, moved
from scenes.parts.motion import BLINK, BRIEF, FLASH, LONG, SLOW, STEADY, appear, brighten, dim, draw, travel, vanish
from scenes.parts.odds import odds
from scenes.parts.phrase import PRONOUNS, spaced
from scenes.parts.resaid import said_before, said_rooms, said_then
from scenes.parts.scissors import ABOVE, halves, scissors, told, within
from scenes.parts.tally import tallies
from scenes.parts.tokens import kept_row, snug_row
from scenes.parts.word_card import WordCard, flip, on_edge, word_card

ROWS = (3.1, 0.84, 3.5)                   # heights of the arcs, the sentence, what is said
CARD, CHIP = 84 * PX, 46 * PX             # height of a card of the sentence, and em size of its word
WEIGHT = 90 * PX
FOLLOWED = 7 * PEN
LOWEST = 900 * PX                         # a stage for two maps, one below the other
NARROWEST = 4.5                           # width of a card beside others, in em of the smallest digits
HOW_IT_KNEW = "tired animal il wide street elle animal il elle".split()             # what the caption names, as it stands in the lines
PAST = 0.6                                # of its presence, what was said before the cut keeps


class Ablation(ExplainerScene):
    """One head is cut and the model runs again; then every head in turn."""

    experiments = ("ablation", "twin", "twin_translation", "twin_ablation", "habit")
    place = "encoder"
    needs = {"answer": "output: decoder"}

    def map(self, name: str) -> Machine:
        """The cut head is struck out only while it is the one that is cut."""
        return self.draw_map(self.spec.block) if name in ("every_head", "answer") else super().map(name)

    @step
    def cut(self):
        """Where the head looks from the followed token; then what it finds is taken away."""
        high, middle, self.low = self.stage.rows(ROWS, gap=TIGHT)
        sentence, cards = kept_row(self.theme, self.tokens, [self.focus, self._most], middle, CARD, TIGHT / 2, CHIP)
        for k, role in ((self._most, "key"), (self.focus, "query")):
            cards[k].box.set_stroke(self.theme.colour(role), FOLLOWED)
        arcs = bows(self.theme, cards, self.focus, self._most, self._weights, high.height - ABOVE)
        most = arcs[self._most]
        whole, apart = (VGroup(*(halves(arc, apart=cut) for arc in arcs.values())) for cut in (False, True))
        weight = within(number(self.theme, most.source, WEIGHT, "weight", 700), most, self.stage)
        self.before = self._before() if self.trained else before_after(self.theme, self._vectors, self.low.rows(2))[:1]
        self.open_with(sentence, *self.before)
        self.play(draw(*whole, lag=0.05, run_time=SLOW), appear(weight))
        self.wait(LONG)
        strike = self.heading.machine.animate(run_time=FLASH).cut(*self._cut).build()
        if self._number("uniform"):
            alike = bows(self.theme, cards, self.focus, self._most, self.staging.trace["ablation.weights"][self.focus], high.height - ABOVE)
            self.play(vanish(whole, weight, run_time=STEADY), appear(*alike.values(), run_time=STEADY), strike)
            return
        tool, block, head = scissors(self.theme, most), *self._cut
        zero = told(self.theme, [self.say("no_output", block=block + 1, head=head + 1), self.say("nothing")], most, self.stage)
        self.play(appear(tool), vanish(weight))
        self.play(tool.animate(run_time=FLASH).close().build(), travel(whole, apart, run_time=FLASH), strike)
        self.wait(BRIEF)
        self.play(appear(zero), dim(apart), dim(*self.before[1:], share=PAST))

    @step
    def again(self):
        """The model runs again without the head, and says something else."""
        if not self.trained:
            self.play(appear(before_after(self.theme, self._vectors, self.low.rows(2))[1]))
            return
        shared, before, said, rest, gloss = self.before[1:]
        new = self._card(self._other, self.rooms.card, "output", "ablation", "decoder")
        changed = flip(self.theme, self._card(self._own, self.rooms.old, "muted", "ablation", "decoder"), new)
        self.play(travel(said, edge := on_edge(said), run_time=BLINK), vanish(before, gloss, run_time=BLINK))
        self.play(vanish(edge, run_time=FLASH), travel(on_edge(new), new, run_time=BLINK), brighten(shared, run_time=BLINK))
        self.play(vanish(rest), *map(appear, self._said_then("ablation.next_token_ids")))
        if self._own != self._other:
            self.play(appear(changed.old, changed.way), draw(changed.line))
        if self.wording("again") == "habit":
            self.wait(2 * LONG)
            one, other = self._names
            said, counts = (self.staging.trace[f"habit.{name}"] for name in ("said", "counts"))
            title, body = titled(self.theme, self.say("like_it", count=said.shape[1], one=one, other=other), self.stage, self.frame.is_roomy)
            self.play(vanish(*self.on_stage()), appear(title))
            for each in tallies(self.theme, (self.say("whole"), self._cut_name), PRONOUNS, said, counts, body):
                self.play(appear(each.title, *each.squares, run_time=STEADY), appear(each.counts, run_time=STEADY))

    @step
    def odds(self):
        """The probabilities of both words, before and after. Untrained: how far the vector has moved."""
        if not self.trained:
            both = moved(self.theme, self._vectors, self.say("distance"), self._shifts[self._cut], self.stage)
            self.play(vanish(*self.on_stage()), appear(*both))
            return
        wide, words = self.stage.is_wide, self.staging.trace.said("ablation.candidates")
        rooms = self.stage.trim(top=0 if self.frame.is_roomy else NAME).columns(2, gap=WIDE if wide else GAP)
        panels = [odds(self.theme, said, words, [self._chance(run, word) for word in words], room, wide)
                  for said, run, room in zip((self.say("whole"), self._cut_name), ("decoder", "ablation"), rooms, strict=True)]
        self.play(vanish(*self.on_stage()), *(appear(panel.title, panel.words) for panel in panels))
        for panel in panels:
            self.play(appear(*panel.standing, *panel.numbers, run_time=STEADY))

    @step
    def every_head(self):
        """Every head is cut, one at a time: what is then said to either sentence, or how far the vector moves."""
        blocks, heads = self._shifts.shape
        names = [self.say("block", number=k + 1) for k in range(blocks)], [self.say("head", number=k + 1) for k in range(heads)]
        said = self.say("cuts" if self.trained else "shifts", word=self.tokens[self.focus], count=blocks * heads)
        title, body = titled(self.theme, said, self.stage, self.frame.is_roomy)
        if not self.trained:
            picture = head_map(self.theme, self._shifts, body.trim(left=LABEL, bottom=BELOW), digits=True)
            self.open_with(title, head_names(self.theme, picture, *names))
            self.play(appear(*(picture.cell(i, j) for i in reversed(range(blocks)) for j in range(heads)), lag=0.15))
            return
        rooms = body.split(len(self._shown), WIDE)
        habit = [(*self._cut, self.say("habit"))] * bool(self._habit)
        self.maps = [head_cards(self.theme, cut, self.say("uncut"), *names, room, habit) for cut, room in zip(self._shown, rooms, strict=True)]
        self.open_with(title, *(part for each in self.maps for part in (each.title, each.names)))
        for each in self.maps:
            self.play(appear(*each.cards, lag=0.5, run_time=STEADY))
            self.play(appear(*each.rings))

    @step
    def answer(self):
        """From head to head to what is said, for both sentences; then without the head that tells them apart, and without this one."""
        head, body = self.stage.strip(top=CARD), self.stage.trim(top=(CARD + GAP) * self.frame.is_roomy)
        words = ["…" if len({*pair}) > 1 else pair[0] for pair in zip(self.tokens, self.twin or self.tokens)]
        sentence = [snug_row(self.theme, words, head, CARD, TIGHT / 2, CHIP)] * self.frame.is_roomy
        apart = self._told_apart
        heads = [("brings", self._bringer)] * apart + [("finds" if apart else "looks", self._cut)]
        columns = [(self.say(self._briefly(name), block=b + 1, head=h + 1, own=self.tokens[self.focus]), "weight") for name, (b, h) in heads]
        self.chains = chains(self.theme, [*columns, (self.say("says"), "output")], self._lines(), body)
        self.open_with(*sentence, self.chains.heads)
        for line in self.chains.lines:
            self.play(appear(line.title, run_time=BRIEF))
            self.play(appear(*line.cards, run_time=STEADY), draw(*line.ways, run_time=STEADY))
            self.wait(BRIEF)
        self.wait(2 * LONG)               # the end: there is much to look back at

    def wording(self, name: str) -> str:
        """The cut may be of two kinds, and need not change a word, nor be the only one that does."""
        if name == "cut":
            return "uniform" if self._number("uniform") else "taught" if self.finds_noun(self._weights) else "caption"
        if name == "answer":
            lines = self._lines()
            if not self._told_apart or len(lines) > 2 * len(self._names):
                return "caption" if self._names else "alone"
            words = [link.word for line in lines for link in line.links if isinstance(link, Link)]
            return "by_wide" if words == HOW_IT_KNEW else "told_apart"
        if not self.trained:
            return super().wording(name)
        flips = (self._own, self._other) == PRONOUNS
        if name == "every_head":
            both = self._told_apart and len(self._shown) > 1
            return "one_in_each" if both else "caption" if not self._alone else "needed" if flips else "only"
        if self._own == self._other:
            return "same"
        needed = name == "again" and flips and self.finds_noun(self._weights)
        return "caption" if not needed else "habit" if self._habit == self._other else "answer"

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
        return self.say("alike" if self._number("uniform") else self._briefly("cut"), block=block + 1, head=head + 1)

    def _briefly(self, key: str) -> str:
        """Which of two labels there is room for."""
        return key if self.frame.is_roomy else f"{key}_briefly"

    @property
    def _own(self) -> str:
        """The word that the whole model says at the step that is compared."""
        return self.staging.trace.said("ablation.candidates")[0]

    @property
    def _other(self) -> str:
        """The word that is said there without the head."""
        return self.staging.trace.said("ablation.next_token_ids")[self._number("place")]

    @property
    def _alone(self) -> bool:
        """Whether of all cuts of one head this one alone changes the translation."""
        changed = self.staging.trace["ablation.changed_words"].values
        return bool(changed[self._cut] > 0) and np.count_nonzero(changed) == 1

    @property
    def _habit(self) -> str:
        """The word that is said without the head to each of many sentences, if that is one and the whole model says two; else nothing."""
        if not (self._names and self.finds_noun(self._weights) and self.twin[self.focus] == self.tokens[self.focus]):
            return ""
        whole, cut = self.staging.trace["habit.counts"].values
        return PRONOUNS[int(cut.argmax())] if whole.all() and cut.max() == whole.sum() else ""

    @property
    def _told_apart(self) -> bool:
        """Whether it takes the taught head and one in a block before: without either, both sentences are answered alike."""
        return self._bringer is not None and self.finds_noun(self._weights)

    @property
    def _bringer(self) -> tuple[int, int] | None:
        """Block and head of another than is cut, in a block before, if in one of two sentences that is the only head that changes the word
        and in the other one the cut head is."""
        cuts, changed = self._cuts(), self._changing
        others = [heads[0] for heads in changed if len(heads) == 1 and heads != [self._cut]]
        apart = len(cuts) == 2 and cuts[0].whole[0] != cuts[1].whole[0]
        return others[0] if apart and [self._cut] in changed and others and others[0][0] < self._cut[0] else None

    @property
    def _changing(self) -> list[list[tuple[int, int]]]:
        """Block and head of each that changes the word if it is cut, in the sentence and in its twin, if there is one."""
        return [[(b, h) for b, row in enumerate(cut.words) for h, word in enumerate(row) if word != cut.whole[0]] for cut in self._cuts()]

    def _cuts(self) -> list[Cut]:
        """What is said to the sentence and its twin, if there is one, at the step that is compared, by the whole model and without each head."""
        scopes = [("decoder.", "ablation."), ("twin_translation.", "twin_ablation.")][: 1 + bool(self._names)]
        return [Cut(name, self._said(whole), *self._without_each(scope)) for name, (whole, scope) in zip(self._names or [""], scopes)]

    @property
    def _shown(self) -> list[Cut]:
        """Of the sentence, and of its twin too where there is room for it."""
        cuts = self._cuts()
        wide = self.stage.is_wide and self.stage.width > len(cuts) * self.staging.trace.config.n_heads * NARROWEST * self.theme.digit
        return cuts if wide or self.stage.height > LOWEST else cuts[:1]

    def _without_each(self, scope: str) -> tuple[list[list[str]], View]:
        """The words that are said without each head, and their probabilities, (block, head)."""
        rows, chances = (self.staging.trace[f"{scope}{name}"] for name in ("translations", "chances"))
        place = min(self._number("place"), rows.shape[-1] - 1)
        return [[self.staging.trace.output_vocabulary[int(row)] if row == row else "" for row in line]
                for line in rows.values[:, :, place]], chances[:, :, place]

    @property
    def _names(self) -> list[str]:
        """What sentence and twin are called: the words in which they differ. None without a twin."""
        differ = [pair for pair in zip(self.tokens, self.twin) if len({*pair}) > 1]
        return [" … ".join(words) for words in zip(*differ)]

    def _lines(self) -> list[Chain]:
        """For the sentence and its twin, if there is one, what the heads look at and what is said; and again without each of them."""
        cuts, said = self._cuts(), [self._said(scope) for scope in ("ablation.", "twin_ablation.")[: 1 + bool(self._names)]]
        brought = self._looks(*self._bringer) if self._told_apart else []
        before = [[Link(*found, "weight") if self._bringer in changing else Link(found[0], None, "muted", note=self.say("not_needed"))]
                  for found, changing in zip(brought, self._changing)]
        looks = [Link(*found, "weight") for found in self._looks(*self._cut)]
        whole = [[*first, look, Link(*cut.whole, "output")] for first, look, cut in zip(before or [[]] * len(cuts), looks, cuts)]
        gone, both = self.say("even" if self._number("uniform") else "gone"), partial(alike, self._names or [""])
        lines = both(whole)
        if self._told_apart:
            b, h = self._bringer
            left = self._most_of([f"{scope}ablation.looks" for scope in ("", "twin_")], b, h)
            lines += both([[gone, Link(*look, "text"), Link(cut.words[b][h], cut.chances[b, h], "text")] for look, cut in zip(left, cuts)])
        return lines + both([[*[None] * bool(before), gone, Link(*answer, "text")] for answer in said])

    def _looks(self, block: int, head: int) -> list[tuple[str, View]]:
        """What the followed token looks at most in a head, in the sentence and in its twin, if there is one, and how much."""
        return self._most_of([f"{scope}encoder.{block}.self_attention.weights" for scope in ("", "twin.")[: 1 + bool(self._names)]], head)

    def _most_of(self, names: Sequence[str], *head: int) -> list[tuple[str, View]]:
        """What the followed token looks at most by weights of the sentence and of its twin, and how much. head: where these are theirs."""
        rows = [self.staging.trace[name][(*head, self.focus)] for name in names]
        most = [int(row.values.argmax()) for row in rows]
        return [(words[k], row[k]) for words, row, k in zip((self.tokens, self.twin), rows, most)]

    def _said(self, prefix: str) -> tuple[str, View]:
        """The word that is said in a run at the step that is compared, or at its last one, and its probability."""
        rows = self.staging.trace[f"{prefix}next_token_ids"].values.astype(int)
        place = min(self._number("place"), len(rows) - 1)
        return self.staging.trace.output_vocabulary[rows[place]], self.staging.trace[f"{prefix}probabilities"][place][int(rows[place])]

    @property
    def _shifts(self) -> View:
        """How far every cut moves the followed token: (block, head)."""
        return self.staging.trace["ablation.shifts"][:, :, self.focus]

    @property
    def _vectors(self) -> list[View]:
        """The followed token as it comes out of the encoder, of the whole model and of the one that is cut."""
        return [self.staging.trace[name][self.focus] for name in ("encoder.output", "ablation.output")]

    def _chance(self, run: str, word: str) -> View:
        """The probability of a word in a run at the step that is compared."""
        return self.staging.trace[f"{run}.probabilities"][self._number("place")][self.staging.trace.output_vocabulary.index(word)]

    @property
    def _weights(self) -> View:
        """How much the followed token looks at each in the head that is cut."""
        block, head = self._cut
        return self.staging.trace[f"encoder.{block}.self_attention.weights"][head][self.focus]

    @property
    def _most(self) -> int:
        """The token that the followed one looks at most."""
        return int(self._weights.values.argmax())

    def _before(self) -> list[VGroup]:
        """What the whole model says: a panel, the words up to the one that is compared, that this is before the cut, a card
        with that word, all others, its gender."""
        self.rooms = said_rooms(self.theme, (self._own, self._other), self.low)
        said = spaced(self.staging.trace.said("decoder.next_token_ids")[: self._number("place")])
        return [*said_before(self.theme, said, self.say("before"), self.rooms), self._card(self._own, self.rooms.card, "output", "decoder"),
                *self._said_then("decoder.next_token_ids")]

    def _card(self, word: str, room: Room, role: str, *runs: str) -> WordCard:
        """A word on a card, with its probability at the step that is compared, in one run or in two, now and before."""
        return word_card(self.theme, word, self._chance(runs[0], word), room, role, *(self._chance(run, word) for run in runs[1:]))

    def _said_then(self, name: str) -> tuple[VGroup, VGroup]:
        """The words after the one that is compared; and whose gender the pronoun has, or what goes with the one that is said without the
        head."""
        after, own = ([word for word in self.staging.trace.said(each)[self._number("place") + 1:] if word != END]
                      for each in (name, "decoder.next_token_ids"))
        pronoun, agreeing = self._own if after == own else self._other, [word for word, other in zip(after, own) if word != other]
        said = self.say(pronoun, noun=self.tokens[self._most]) if after == own and pronoun in PRONOUNS else ""
        if agreeing and pronoun in PRONOUNS:
            said = self.say("agrees", word=agreeing[0], pronoun=pronoun)
        return said_then(self.theme, after, own, said, self.rooms)
