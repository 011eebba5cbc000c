"""What is handed on: words side by side, each takes from the one before, as much as its weight says."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import RIGHT, UP, VGroup, VMobject

from model import View
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import ARC, WeightLine, tip, weight_arc, weight_width
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, Number, number, paragraph
from scenes.parts.tokens import TokenCard, card_width, token_card
from scenes.parts.whole import Whole

CARD, WORD, NAME, WEIGHT = (size * PX for size in (170, 84, 36, 96))   # height of a card; em sizes: its word, what is said, a weight
SHARE, MOST = 0.72, 0.86                  # of its column that a card takes, and that it takes at most for its word
ASIDE = 5                                 # from the middle of a card to the foot of an arc, as its width by so many
THICK, WITHIN = 7, 0.6                    # the weight 1 is at most a column's width by so many thick; share of an arc that its number takes
RISE, SAID = 300 * PX, 4 * NAME           # heights of the arcs, and of what is said below


class Link(NamedTuple):
    """How much a word takes from the one before: a weight; in words what it takes from which, and with which head."""

    weight: View
    takes: str
    head: str


class Handed(Whole):
    """`line`, as thick as a weight, and its `tip`."""

    def __init__(self, line: WeightLine, tip: VMobject):
        super().__init__(line=line, tip=tip)


class Relay(Whole):
    """`cards`; `arcs`, from each to the next, with a tip there, `weights`, their numbers, and `said` of them."""

    def __init__(self, cards: list[TokenCard], arcs: list[Handed], weights: list[Number], said: list[VGroup]):
        super().__init__(cards=cards, arcs=arcs, weights=weights, said=said)


def relay(theme: Theme, words: Sequence[str], links: Sequence[Link], room: Room) -> Relay:
    """Words in a room, and the links from each to the next."""
    room = room.fit(height=RISE + CARD + TIGHT + SAID)
    columns, low = room.columns(len(words), GAP), room.strip(bottom=min(SAID, room.height / 3))
    middle = low.outside(top=min(CARD, room.height / 4), gap=TIGHT)
    width = max(SHARE * columns[0].width, card_width(theme, words, MOST * columns[0].width, WORD / 2))
    cards = [token_card(theme, word, width, middle.height, size=min(WORD, max(SMALLEST_WORD, middle.height / 2))).move_to([column.centre[0], middle.centre[1], 0])
             for word, column in zip(words, columns, strict=True)]
    aside, rise = cards[0].width / ASIDE * RIGHT, room.top - middle.top - TIGHT
    full = min(ARC, columns[0].width / THICK * PEN / PX)
    arcs = [_handed(theme, link.weight, start.get_top() + aside, end.get_top() - aside, rise, full)
            for link, start, end in zip(links, cards, cards[1:])]
    numbers = [number(theme, link.weight, min(WEIGHT, rise / 3), "weight", 700, at=_inside(arc.line, middle.top), width=WITHIN * arc.line.width)
               for link, arc in zip(links, arcs)]
    for written in numbers:
        written.scale(max(1, theme.digit / written.em))
    spans = [Room(start.centre[0], end.centre[0], low.bottom, low.top).inset(TIGHT / 2) for start, end in zip(columns, columns[1:])]
    said = [_said(theme, link, span) for link, span in zip(links, spans)]
    return Relay(cards, arcs, numbers, said)


def _handed(theme: Theme, weight: View, start, end, rise: float, full: float) -> Handed:
    """The arc of a weight from one point to another, and its tip."""
    broad = weight_width(float(weight), full) * PX / PEN
    line = weight_arc(theme, start + broad * UP, end + broad * UP, weight, rise - broad, full=full)
    return Handed(line, tip(theme, end, UP, broad, opacity=line.get_stroke_opacity()))


def _inside(line: WeightLine, foot: float) -> np.ndarray:
    """The middle of what a bow leaves free below it."""
    return np.array([line.get_x(), (foot + line.get_top()[1] - line.get_stroke_width() / 2 * PX / PEN) / 2, 0])


def _said(theme: Theme, link: Link, room: Room) -> VGroup:
    """What a word takes, and with which head: smaller where there is no room for these lines, and without the head if there still is none."""
    lines, rows = ((link.takes, "text"), (link.head, "muted")), room.rows(2, 0)
    for size in (NAME, SMALLEST_WORD):
        said = [paragraph(theme, line, size, room.width, role) for line, role in lines]
        if all(len(each) * LINE_SPACING * size <= row.height for each, row in zip(said, rows)):
            return VGroup(*(each.shift(row.centre) for each, row in zip(said, rows, strict=True)))
    return VGroup(said[0].shift(room.centre))
