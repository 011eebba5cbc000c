"""Looks compared: where one token of a sentence looks in several cases, each with its largest weight and what is said of it."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import DOWN, VGroup

from model import View
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import WeightLine, weight_arc
from scenes.parts.label import SMALLEST_WORD, WORD, Label, number, paragraph, text
from scenes.parts.look import Look, by_importance, fits_in_line, in_column, look
from scenes.parts.shapes import room_of
from scenes.parts.tokens import best_word
from scenes.parts.whole import Whole

LARGE = 56 * PX                           # em size of a weight that has a line of its own
CLOSE = TIGHT / 4                         # between a card and the weight at its other side
DEEP, THICK = 104 * PX, 36                # how far an arc reaches below the cards; how thick it is for the weight 1, in pixels


class Told(NamedTuple):
    """The `weight` by which a token was told, a block before, of another at a `place`; `name`: which block that is."""

    weight: View
    place: int
    name: str


class Compared(Whole):
    """For each case its look (`looks`), `numbers`, its largest weight, and `lines`, what is said of it. starts: the look of the first
    case at the place of each. `told`: below the cards of each what the token was told before, and `names` in it, if there is room.
    kept: which tokens the cards of each look are, None where some are left out."""

    def __init__(self, looks: Sequence[Look], starts: Sequence[Look], numbers: VGroup, lines: VGroup, told: Sequence[WeightLine],
                 names: Sequence[Label], kept: Sequence[int | None]):
        super().__init__(looks=looks, starts=starts, numbers=numbers, lines=lines, told=told, names=names)
        self.kept = tuple(kept)


def compared(theme: Theme, words: Sequence[str], others: Sequence[str], origin: int, cases: Sequence[tuple[View, str]], told: Told | None,
             room: Room) -> Compared:
    """Looks of the token `origin` in a room: one below the other, or side by side where the words fit no line.

    others: as for `look`. cases: the weights (n) of each, and what is said of it. told: what the token was told before, if that is shown.
    """
    flat, views = fits_in_line(theme, words, others, room.width), [weights for weights, _ in cases]
    places = (room.rows if flat else room.columns)(len(cases), GAP)
    lines = VGroup(paragraph(theme, said, WORD, place.width) for (_, said), place in zip(cases, places, strict=True))
    head = max(line.height for line in lines)
    most, size = [best_word(words, weights) for weights in views], max(LARGE if flat else WORD, theme.digit)
    free = told is not None and flat and places[0].height >= 3 * DEEP and not any(min(origin, told.place) <= i <= max(origin, told.place) for i in most)
    numbers = VGroup(number(theme, weights[i], size, "weight", 600) for weights, i in zip(views, most, strict=True))
    beside = {"bottom": max(size, DEEP * free) + CLOSE} if flat else {"left": max(label.advance for label in numbers) + CLOSE}
    bodies = [place.trim(top=head + TIGHT).trim(**beside) for place in places]
    kept = in_column(by_importance(words, others, origin, views), bodies[0])
    looks, starts = ([look(theme, words, others, weights, origin, body, False, kept) for body, weights in zip(bodies, shown, strict=True)]
                     for shown in (views, views[:1] * len(views)))
    for line, place, label, each in zip(lines, places, numbers, looks, strict=True):
        line.shift(place.strip(top=head).centre)
        label.shift(room_of(each.most).outside(gap=CLOSE, **{side: label.advance if side == "left" else size for side in beside}).centre)
    below = [_below(theme, each, origin, told) for each in looks if free]
    return Compared(looks, starts, numbers, lines, [arc for arc, _ in below], [name for _, name in below], range(len(words)) if flat else kept)


def _below(theme: Theme, shown: Look, origin: int, told: Told) -> tuple[WeightLine, Label]:
    """Below the cards of a sentence the arc by which one token was told of another, and in it the name of the block."""
    start, end = (shown.cards[i].get_bottom() for i in (origin, told.place))
    arc = weight_arc(theme, start, end, told.weight, DEEP - THICK / 2 * PX, DOWN, THICK * PEN)
    return arc, text(theme, told.name, SMALLEST_WORD, "muted", at=room_of(arc).strip(top=DEEP - THICK * PX), width=arc.width)
