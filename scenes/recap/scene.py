"""Scene 18: the whole machine in one take, from the sentence into one number of one head; and what is handed on from word to word."""

from manim import VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.aim import Aim, aim
from scenes.parts.dot_plot import DotPlot, Told, dot_plots
from scenes.parts.label import Label, text
from scenes.parts.motion import EASY, LONG, STEADY, appear, draw, live_dot_product, vanish
from scenes.parts.one_weight import OneWeight, Taken, one_weight
from scenes.parts.pattern import pattern
from scenes.parts.phrase import PRONOUNS
from scenes.parts.relay import Link, Relay, relay
from scenes.parts.shapes import room_of
from scenes.parts.tokens import LINE
from scenes.parts.translator import Row, translator
from scenes.parts.weight_map import head_maps
from scenes.parts.zoom import zoom_in

NAME = 34 * PX                            # em size of what a picture is called
FOOT = 0.5                                # room for what is said below a picture
ACROSS = 4                                # heads side by side
HANDED = (5, 6)                           # heights of what is handed on, and of what that tells
WEIGHTS = "encoder.{block}.self_attention.weights"


class Recap(ExplainerScene):
    """Four pictures, each behind a door of the one before: a ring is where the next one is."""

    place = "all"
    experiments = ("beginning", "nouns")
    sparse = {"back": "three words, and nouns each of which is on one side of a line and leaves the other free"}

    @step
    def machine(self):
        """The sentence goes in at the bottom; the translation comes out at the top; in between are all weights of the encoder."""
        trace, names = self.staging.trace, [self.say("block", number=k + 1) for k in range(self.staging.trace.config.n_blocks)]
        weights = [trace[f"encoder.{k}.self_attention.weights"] for k in range(len(names))]
        count = sum(each.values.size for each in weights)
        titles = self.say("all_weights", count=count) if self.frame.is_roomy else self.say("encoder"), self.say("decoder")
        read, said = Row(self.tokens, self.focus), Row(trace.translation, self._place)
        self.encoder, (first, *rest) = translator(self.theme, read, said, titles, names, weights, (self.spec.block, self.head, self._most), self.stage)
        self.pictures = [VGroup(first, *rest), self._heads(), self._head(), self._weight(count)]
        self.doors = [(room_of(self.encoder.maps[self.spec.block]), room_of(self.maps.maps)),
                      (room_of(self.maps.maps[self.head]), room_of(self.closed.rows)), (room_of(self.opened.around), self.stage)]
        self.open_with(first)
        for part in rest:
            self.play(appear(part, run_time=EASY))

    @step
    def block(self):
        """Into one block of the encoder, its heads: in every one the row of the followed token, and what it looks at most."""
        self._enter(0)
        self.play(appear(*self.maps.bands, lag=0.2))
        self.play(appear(*self.maps.found, lag=0.2))
        self.pictures[1] = VGroup(self.pictures[1], *self.maps.bands, *self.maps.found)

    @step
    def one_head(self):
        """Into one head, and there into the row of the followed token; and, of a head that was taught, how far it has come."""
        self._enter(1)
        self.play(self.opened.open_from(self.closed))
        self.play(appear(self.opened.numbers, self.opened.around))
        for taught in self.taught:
            self.play(appear(taught.before, taught.wanted))
            self.play(draw(*taught.way), appear(taught.now))

    @step
    def weight(self):
        """Into one weight: a query meets a key; the scores of all keys share out 1."""
        self.pictures[2] = VGroup(self.opened, *self.about, *self.taught)
        self._enter(2)
        query, key, product = self.pictures[3].query, self.pictures[3].key, self.pictures[3].product
        pairs = zip(query.cells[0], key.cells[0], strict=True)
        self.play(live_dot_product(self.theme, query.view, key.view, pairs, None, run_time=LONG))
        self.play(appear(product.sign, product.score))
        self.play(appear(product.divided, product.scaled))
        for part in self.pictures[3].row:
            self.play(appear(*part, run_time=STEADY))

    @step
    def back(self):
        """What is handed on, from word to word; and what a noun hands on there, if that tells the pronoun."""
        upper, *lower = self.stage.rows(HANDED, GAP) if self._tells else [self.stage]
        handed = self._handed_on(upper)
        self.play(vanish(*self.on_stage()), appear(*handed.cards))
        for arc, weight, said in zip(handed.arcs, handed.weights, handed.said):
            self.play(draw(*arc, run_time=STEADY), appear(weight, said))
        for room in lower:
            nouns = self._nouns(room)
            self.play(appear(nouns.title, nouns.line, run_time=STEADY))
            self.play(appear(*nouns.dots, *nouns.names))
            self.play(draw(*nouns.cut), appear(nouns.right))

    def wording(self, name: str) -> str:
        """Of the head that was told which noun `it` stands for, this is said where it is followed from there."""
        most = self.view(WEIGHTS)[:, self.focus].values.argmax(-1).tolist()         # (head,)
        taught = {"machine": True, "block": most.count(self._most) == 1, "one_head": True, "back": self._tells}
        return "taught" if self.finds_noun(self._view("weights")) and taught.get(name) else super().wording(name)

    @property
    def _place(self) -> int | None:
        """The first place of the translation at which a pronoun is said, if there is one."""
        return next((k for k, word in enumerate(self.staging.trace.translation) if word in PRONOUNS), None)

    @property
    def _tells(self) -> bool:
        """Whether one number of the value of every noun that the followed token looks at there tells which pronoun is said."""
        tried = self.finds_noun(self._view("weights")) and self.twin and self.twin[self.focus] == self.tokens[self.focus]
        return bool(tried and self._place is not None and self.staging.trace["nouns.right"].values == len(self.staging.trace["nouns.words"].values))

    @property
    def _most(self) -> int:
        """The token that the followed one looks at most."""
        return int(self._view("weights")[self.focus].values.argmax())

    def _enter(self, level: int) -> None:
        door, inside = self.doors[level]
        self.play(zoom_in(self.pictures[level], door, self.pictures[level + 1], inside, self.stage))

    def _view(self, name: str) -> View:
        """A tensor of the shown head."""
        return self.view(f"encoder.{{block}}.self_attention.{name}")[self.head]

    def _below_name(self, name: str) -> tuple[Label, Room]:
        """What a picture is, at the top of the stage, and the room below it."""
        return text(self.theme, name, NAME, weight=500, at=self.stage.strip(top=LINE * NAME)), self.stage.trim(top=LINE * NAME + TIGHT)

    def _heads(self) -> VGroup:
        """The weights of all heads of the block, each as a map. Where the followed token looks in each of them appears later."""
        weights, own = self.view(WEIGHTS), self.tokens[self.focus]
        said = self.say("heads", number=self.spec.block + 1, token=own)
        name, body = self._below_name(f"{said}; {self.say('dots')}" if self.frame.is_roomy else said)
        looks = [(self.say("looks", own=own, other=self.tokens[k]), "weight" if k == self._most else "muted")
                 for k in weights[:, self.focus].values.argmax(-1)]
        names = [self.say("head", number=k + 1) for k in range(len(weights))]
        self.maps = head_maps(self.theme, weights, self.tokens, self.focus, names, looks, body, ACROSS if body.is_wide else ACROSS // 2)
        return VGroup(name, self.maps)

    def _head(self) -> VGroup:
        """The weights of the shown head, with the words of its rows and columns. Its opened row appears later, and how it was taught."""
        view, foot = self._view("weights"), self.stage.strip(bottom=FOOT)
        name, body = self._below_name(self.say("told_head" if self.finds_noun(view) else "one_head", block=self.spec.block + 1, head=self.head + 1))
        room = body.trim(bottom=FOOT + TIGHT)
        self.closed, self.opened = (pattern(self.theme, self.tokens, view, room, self.focus, opens) for opens in (False, True))
        self.taught = [self._aim(foot)] if self.finds_noun(view) and self.stage.is_wide and not self.frame.is_slim else []
        self.about = [name, self.guide(view, foot)] if not self.taught else [name]
        return VGroup(self.closed, *self.about)

    def _aim(self, room: Room) -> Aim:
        """From the followed token to its noun: the weight before training, now, and the one that was wanted."""
        before, at = self.staging.trace["beginning.weights"][self.spec.block][self.head], (self.focus, self._most)
        weights = before[at], self._view("weights")[at], self.staging.trace["beginning.wanted"]
        return aim(self.theme, [self.say(name) for name in ("untaught", "taught", "wanted")], weights, room)

    def _handed_on(self, room: Room) -> Relay:
        """From the token that is looked at most to the followed one; if a pronoun is said, by the decoder's strongest head to the word that asks for it."""
        trace, last, place = self.staging.trace, self.staging.trace.config.n_blocks - 1, self._place
        own, other, weight = self.tokens[self.focus], self.tokens[self._most], self._view("weights")[self.focus, self._most]
        words, links = [other, own], [Link(weight, self.say("takes", own=own, other=other), self.say("encoder_head", block=self.spec.block + 1, head=self.head + 1))]
        if place is not None:
            weights, asks = trace[f"decoder.{last}.cross_attention.weights"][place, :, place, self.focus], trace.read_tokens[place]
            head, words = int(weights.values.argmax()), [*words, asks, trace.translation[place]]
            links += [Link(weights[head], self.say("takes", own=asks, other=own), self.say("decoder_head", block=last + 1, head=head + 1)),
                      Link(None, self.say("says", word=words[-1]))]
        return relay(self.theme, words, links, room)

    def _nouns(self, room: Room) -> DotPlot:
        """The nouns that the followed token looks at there, on the axis of the number of their values that tells the pronoun; those of the sentence are named."""
        trace = self.staging.trace
        words, numbers, kinds, cut, above, right = (trace[f"nouns.{name}"] for name in ("words", "numbers", "said", "cut", "above", "right"))
        named = {k: word for k, word in enumerate(trace.vocabulary[int(row)] for row in words.values) if word in self.tokens}
        title = self.say("value", number=int(trace["nouns.feature"].values) + 1, count=len(words.values), own=self.tokens[self.focus])
        told, score = Told(numbers, kinds.values, cut, above, named), self.say("right", right=f"{float(right):.0f}", count=len(words.values))
        return dot_plots(self.theme, [told], [title], [score], PRONOUNS, [room])[0]

    def _weight(self, count: int) -> OneWeight:
        """The query and the key whose weight it is, one of so many. What becomes of them appears later."""
        query, key, scores, score, weights = map(self._view, ("query", "key", "scaled_scores", "scores", "weights"))
        at = self.focus, self._most
        taken = Taken(query[at[0]], key[at[1]], score[at], scores[at], scores[at[0]], weights[at[0]], at[1])
        names = [self.say(f"{name}_of", token=self.tokens[k]) for name, k in zip(("query", "key"), at)]
        return one_weight(self.theme, taken, self.tokens, self.say, names, self.stage, self.say("among", count=count), self.frame.is_roomy)
