"""A sentence, where the head looks in it, and beside it the word that is said with the head and the one without it."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.ablation.word_card import WordCard, word_card
from scenes.base.layout import above
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import WeightLine, weight_arc
from scenes.parts.label import Label, Number, number, text
from scenes.parts.shapes import frame
from scenes.parts.tokens import snug_row
from scenes.parts.whole import Whole

HIGH, CHIP, NAME, WEIGHT = (size * PX for size in (72, 40, 36, 64))
FOLLOWED = 5 * PEN
SHARES, RISE = (2, 1), 0.6                # of the sentence and the answers beside it; share of the room above the sentence to which an arc rises
PANEL = 28 * PX

Answer = tuple[str, View, str]            # a word that is said, its probability, and what it is the answer of


class Case(Whole):
    """`box`; `cards`, the sentence; `arc`, the largest weight of the followed token, and `weight`, its number; `answers`, the word cards,
    and `names` above them."""

    def __init__(self, box: VGroup, cards: VGroup, arc: WeightLine, weight: Number, answers: list[WordCard], names: list[Label]):
        super().__init__(box=box, cards=cards, arc=arc, weight=weight, answers=answers, names=names)


def case(theme: Theme, words: Sequence[str], others: Sequence[str], focus: int, weights: View, answers: Sequence[Answer], room: Room,
         wide: bool) -> Case:
    """A sentence in a room. others: those of its twin; where they differ a word has a bright frame. weights: how much its followed token
    looks at each. answers: with the head, in the colour of the output, and without. wide: these stand
    beside the sentence, and not below it."""
    inner = room.inset(GAP, TIGHT)
    left, right = inner.columns(SHARES, GAP) if wide else inner.rows(2, TIGHT)
    cards = snug_row(theme, words, left.strip(bottom=HIGH), HIGH, gap=TIGHT / 2, size=CHIP)
    most = int(weights.values.argmax())
    swapped = [(k, "text") for k, pair in enumerate(zip(words, others)) if len({*pair}) > 1]
    for k, role in (*swapped, (most, "key"), (focus, "query")):
        cards[k].box.set_stroke(theme.colour(role), FOLLOWED)
    arc = weight_arc(theme, cards[focus].get_top(), cards[most].get_top(), weights[most], RISE * (left.height - HIGH))
    weight = above(number(theme, weights[most], WEIGHT, "weight", 700), arc, GAP)
    places = right.columns(len(answers), GAP)
    said = [word_card(theme, word, chance, place.trim(top=NAME + TIGHT), role)
            for (word, chance, _), role, place in zip(answers, ("output", "text"), places, strict=True)]
    names = [text(theme, name, NAME, "muted", at=place.strip(top=NAME), width=place.width) for (*_, name), place in zip(answers, places, strict=True)]
    return Case(VGroup(frame(theme, room, radius=PANEL, width=2, fill="surface")), cards, arc, weight, said, names)
