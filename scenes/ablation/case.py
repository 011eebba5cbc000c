"""A sentence, where the head looks in it, and beside it the word that is said with the head and the one without it."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.ablation.word_card import WordCard, word_card
from scenes.base.layout import above, side_by_side
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import ARC, WeightLine, weight_arc
from scenes.parts.label import Label, number, text
from scenes.parts.shapes import frame
from scenes.parts.tokens import snug_row
from scenes.parts.whole import Whole

HIGH, CHIP, NAME, WEIGHT = (size * PX for size in (72, 40, 34, 52))
FOLLOWED = 5 * PEN
SHARES, NARROW = (2, 1), (5, 2)           # of the sentence and the answers beside it, where there is room and where there is less
TO = 0.6                                  # from an arc's middle line to what is said above it, as a share of how thick the weight 1 is
EARLIER = 0.5                             # how high a look rises that is not the head's, as a share
PANEL = 28 * PX

Answer = tuple[str, View, str]            # a word that is said, its probability, and what it is the answer of


class Taken(NamedTuple):
    """How much the followed token takes of another, from 0, and where: in words."""

    token: int
    weight: View
    where: str


class Look(Whole):
    """`arc`, as thick as the weight, and `said`, where that is and its number."""

    def __init__(self, arc: WeightLine, said: VGroup):
        super().__init__(arc=arc, said=said)


class Case(Whole):
    """`box`; `cards`, the sentence; `chain`, the way to the answer, where there is room; `looks`, what the followed token takes, one after the other; `answers`, the word cards, and `names`
    above them."""

    def __init__(self, box: VGroup, cards: VGroup, chain: list[Label], looks: list[Look], answers: list[WordCard], names: list[Label]):
        super().__init__(box=box, cards=cards, chain=chain, looks=looks, answers=answers, names=names)


def case(theme: Theme, words: Sequence[str], others: Sequence[str], focus: int, taken: Sequence[Taken], answers: Sequence[Answer],
         way: str, room: Room, wide: bool, roomy: bool) -> Case:
    """A sentence in a room. others: those of its twin; where they differ a word has a bright frame. taken: what the followed token takes,
    of which token, and where; the last is that of the head. answers: with the head, in the colour of the output, and without. way: from the
    swapped word to the answer. wide: the answers stand
    beside the sentence, and not below it. roomy: whether there is room for all that is taken, and not for the last alone."""
    inner = room.inset(GAP, TIGHT)
    left, right = inner.columns(SHARES if roomy else NARROW, GAP) if wide else inner.rows(2, TIGHT / 2)
    cards = snug_row(theme, words, left.strip(bottom=HIGH), HIGH, gap=TIGHT / 2, size=CHIP)
    swapped = [(k, "text") for k, pair in enumerate(zip(words, others)) if len({*pair}) > 1]
    for k, role in (*swapped, (taken[-1].token, "key"), (focus, "query")):
        cards[k].box.set_stroke(theme.colour(role), FOLLOWED)
    full = ARC if roomy else ARC / 2
    rise = left.height - HIGH - WEIGHT - full / PEN * PX - roomy * (NAME + TIGHT)
    taken = taken if roomy else [taken[-1]._replace(where="")]
    looks = [_look(theme, cards, focus, each, rise if each is taken[-1] else EARLIER * rise, full) for each in taken]
    chain = [text(theme, way, NAME, weight=600, at=left.strip(top=NAME), align=-1)] * roomy
    places = right.columns(len(answers), GAP)
    said = [word_card(theme, word, chance, place.trim(top=NAME + TIGHT), role)
            for (word, chance, _), role, place in zip(answers, ("output", "text"), places, strict=True)]
    names = [text(theme, name, NAME, "muted", at=place.strip(top=NAME), width=place.width) for (*_, name), place in zip(answers, places, strict=True)]
    return Case(VGroup(frame(theme, room, radius=PANEL, width=2, fill="surface")), cards, chain, looks, said, names)


def _look(theme: Theme, cards: VGroup, focus: int, taken: Taken, rise: float, full: float) -> Look:
    arc = weight_arc(theme, cards[focus].get_top(), cards[taken.token].get_top(), taken.weight, rise, full=full)
    said = side_by_side(*[text(theme, taken.where, NAME, "muted")] * bool(taken.where), number(theme, taken.weight, WEIGHT, "weight", 700))
    return Look(arc, above(said, arc, full / PEN * PX * TO))
