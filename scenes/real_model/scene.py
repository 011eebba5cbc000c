"""Scene 19: what the heads of a pretrained model mean (Clark et al. 2019), and where they look for nothing (Xiao et al. 2024)."""

from manim import Mobject, VGroup

from model import View
from model.tokenizer import written
from scenes.base.layout import above
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import bar
from scenes.parts.label import WORD, Word, is_special, number, text, text_width
from scenes.parts.look import Look, look, swing
from scenes.parts.machine import Machine
from scenes.parts.motion import BRIEF, SLOW, appear, draw, slide, vanish
from scenes.parts.network import rise
from scenes.parts.tokens import best_word, side_by_side, token_card, word_widths
from scenes.parts.weight import WeightBars, weight_bars

LINE, CARD, LARGE, COUNT = (size * PX for size in (56, 64, 44, 72))        # a line of words; a card, at least so wide; em sizes of numbers
KINDS = ("words", "attention", "mlp")


class RealModel(ExplainerScene):
    """One head and a pair of sentences; another over a distance; where all heads look for nothing; how large the model is."""

    experiments = ("others", "flow", "sizes")
    needs = {"pair": "spelling: wordpiece | bytes", "agreement": "spelling: wordpiece | bytes"}
    place = "head"
    own_keys = {
        "before": {"default": "the man saw the woman when he came home", "description": "a sentence of any words, one of a pair"},
        "after": {"default": "the man saw the woman when she came home", "description": "the other, as long: one word is another"},
        "far": {"default": "the keys to the old cabinet are on the table", "description": "a sentence in which two words agree"},
        "asks": {"default": "are", "description": "a word of `far`: the head is shown that looks most from it"},
        "asked": {"default": "keys", "description": "to this word of `far`"},
    }

    def wording(self, name: str) -> str:
        """It is measured whether the word that is swapped looks at another word in the other sentence, and more than at the first by what
        is written; and whether most of the attention goes to what is no word, and less than half as much is taken there."""
        if name == "sink":
            weights, taken = (self.view(f"flow.{key}").values for key in ("weights", "taken"))
            most = int(weights.argmax())
            return "spread" if not is_special(self.tokens[most]) else "little" if taken[most] < weights[most] / 2 else "caption"
        if name != "pair":
            return super().wording(name)
        before, after = (best_word(self._words(key), self._row(key)) for key in ("before", "after"))
        row = self._row("after").values.round(self.theme.decimals)
        return "shifts" if after == before else "caption" if row[after] > row[before] else "tied"

    def map(self, name: str) -> Machine:
        """Far apart it is another head; then all of them, and all that the blocks are made of."""
        if name == "agreement":
            return self.draw_map(self._count("others.block"), self._count("others.head"))
        return self.draw_map(self.spec.block, place="encoder" if name in ("sink", "sizes") else "head")

    @step
    def pair(self):
        """Where one token looks; then it becomes another one, and the arcs go where the weights go."""
        body, foot = self.stage.rows([self.stage.height - LINE, LINE], 0)
        rooms = body.rows(2, GAP)
        first = self._pair("before", body.fit(height=rooms[0].height))
        same, other = (self._pair(key, rooms[1]) for key in ("before", "after"))
        self._show(first, self._named_head(self.spec.block, self.head, self.spec.compared, foot))
        self.play(slide(first, y=(rooms[0].centre - body.centre)[1], run_time=SLOW))
        self.play(appear(same))
        self.wait(BRIEF)
        self.play(swing(same, other))

    @step
    def agreement(self):
        """In another sentence the strongest of all heads looks from one word to another, past those between them."""
        body, foot = self.stage.rows([self.stage.height - LINE, LINE], 0)
        asks, block, head, compared = (self._count(f"others.{name}") for name in ("asks", "block", "head", "heads"))
        picture = look(self.theme, self._words("far"), (), self.view("others.far.weights")[block, head, asks], asks, body)
        self.play(vanish(*self.on_stage()))
        self._show(picture, self._named_head(block, head, compared, foot))

    @step
    def sink(self):
        """Beside the share of the attention that each token has stands the share of what is taken from it."""
        half = (self.stage.height - CARD) / 2
        upper, middle, lower = self.stage.rows([half - TIGHT, CARD, half - TIGHT], TIGHT)
        widths, size = word_widths(self.theme, [(word,) for word in self.tokens], middle.width, WORD, CARD, TIGHT / 2)
        cards = VGroup(token_card(self.theme, word, width, CARD, size=size) for word, width in zip(self.tokens, widths, strict=True))
        side_by_side(cards, self.tokens, TIGHT / 2, middle)
        self.play(vanish(*self.on_stage()), appear(cards))
        for key, room in (("weights", upper), ("taken", lower)):
            shares = self._shares(self.view(f"flow.{key}"), cards, room.trim(top=LINE))
            name = text(self.theme, self.say(key), WORD, "muted", at=room.strip(top=LINE), align=-1)
            self.play(appear(name, shares.grounds, run_time=BRIEF))
            self.play(rise(shares.bars, shares.bars.get_bottom(), run_time=SLOW), appear(shares.numbers))

    @step
    def sizes(self):
        """The numbers of the model, counted by where they are, as lengths on one scale."""
        views = [self.view(f"sizes.{kind}") for kind in KINDS]
        *rooms, last = self.stage.columns(len(KINDS) + 1, WIDE)
        full = max(float(view) for view in views)
        self.play(vanish(*self.on_stage()))
        for kind, view, room in zip(KINDS, views, rooms, strict=True):
            name, body, count = room.rows([LINE, room.height - LINE - 2 * COUNT, COUNT], TIGHT)
            drawn = bar(self.theme, view, body, "muted", full)
            self.play(appear(text(self.theme, self.say(kind), WORD, at=name), run_time=BRIEF))
            self.play(rise([drawn], body.point(0, -1), run_time=BRIEF), appear(self._number(view, count, "text")))
        total = self._number(self.view("sizes.total"), last, "output")
        self.play(appear(total, above(text(self.theme, self.say("together"), WORD, "muted"), total)))

    def _words(self, key: str) -> list[Word]:
        """The tokens of another sentence, as they are written."""
        trace, rows = self.staging.trace, self.view(f"others.{key}.token_ids").values.astype(int)
        return [Word(piece) for piece in written([trace.vocabulary[row] for row in rows], trace.config.spelling)]

    def _row(self, key: str) -> View:
        """The weights of the token that differs, in the shown head."""
        return self.view(f"others.{key}.weights")[self.spec.block, self.head, self._count("others.differs")]

    def _pair(self, key: str, room: Room) -> Look:
        other = "after" if key == "before" else "before"
        return look(self.theme, self._words(key), self._words(other), self._row(key), self._count("others.differs"), room)

    def _show(self, picture: Look, name: Mobject) -> None:
        """A sentence, what one of its words looks at, and what head this is."""
        self.play(appear(picture.cards, name))
        self.play(draw(*picture.arcs, lag=0.1), appear(picture.weights.cells, picture.weights.numbers))
        self.play(appear(picture.most))

    def _named_head(self, block: int, head: int, compared: int, room: Room) -> Mobject:
        """Which head it is, and of how many it is the strongest, if it is."""
        key = "strongest" if compared else "chosen"
        return text(self.theme, self.say(key, block=block + 1, head=head + 1, compared=compared), WORD, "muted", at=room)

    def _count(self, name: str) -> int:
        return int(float(self.view(name)))

    def _shares(self, view: View, cards: VGroup, room: Room) -> WeightBars:
        rooms = [Room(card.get_left()[0], card.get_right()[0], room.bottom, room.top) for card in cards]
        wide = text_width(self.theme, f"0.{'0' * self.theme.decimals}", 1, 600, tabular=True)
        return weight_bars(self.theme, view, rooms, [min(LARGE, min(room.width for room in rooms) / wide)] * len(rooms))

    def _number(self, view: View, room: Room, role: str) -> Mobject:
        return number(self.theme, view, COUNT, role, 600, at=room, decimals=0, width=room.width)
