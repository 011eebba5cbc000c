"""What is handed on: words side by side, each takes from the one before, as much as its weight says, or comes out of it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import RIGHT, UP, VGroup, VMobject

from model import View
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import ARC, WeightLine, arrow, tip, weight_arc, weight_width
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, Number, number, paragraph
from scenes.parts.tokens import TokenCard, card_width, token_card
from scenes.parts.whole import Whole

CARD, WORD, NAME, WEIGHT = (size * PX for size in (170, 84, 36, 96))   # height of a card; em sizes: its word, what is said, a weight
SHARE, MOST = 0.72, 0.86                  # of its column that a card takes, and that it takes at most for its word
ASIDE = 5                                 # from the middle of a card to the foot of an arc, as its width by so many
STRAIGHT = 6 * PEN                        # width of the arrow to what comes out
THICK, WITHIN = 7, 0.6                    # the weight 1 is at most a column's width by so many thick; share of an arc that its number takes
RISE, SAID = 300 * PX, 4 * NAME           # heights of the arcs, and of what is said below


class Link(NamedTuple):
    """How much a word takes from the one before: a weight; in words what it takes from which, and with which head. Without a weight: it comes out."""

    weight: View | None
    takes: str
    head: str = ""


class Handed(Whole):
    """`line`, as thick as a weight, and its `tip`."""

    def __init__(self, line: WeightLine, tip: VMobject):
        super().__init__(line=line, tip=tip)


class Relay(Whole):
    """`cards`; `arcs`, from each to the next, with a tip there, `weights`, their numbers, and `said` of them. What comes out has a straight arrow."""

    def __init__(self, cards: list[TokenCard], arcs: list[Handed | VGroup], weights: list[Number | VGroup], said: list[VGroup]):
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
    arcs = [_handed(theme, link.weight, start.get_top() + aside, end.get_top() - aside, rise, full) if link.weight is not None
            else arrow(theme, start.get_right() + TIGHT / 2 * RIGHT, end.get_left() - TIGHT / 2 * RIGHT, "text", STRAIGHT)
            for link, start, end in zip(links, cards, cards[1:])]
    numbers = [_number(theme, link.weight, arc.line, middle.top, rise / 3) if link.weight is not None else VGroup() for link, arc in zip(links, arcs)]
    spans = [Room(start.centre[0], end.centre[0], low.bottom, low.top).inset(TIGHT / 2) for start, end in zip(columns, columns[1:])]
    return Relay(cards, arcs, numbers, _said(theme, links, spans))


def _handed(theme: Theme, weight: View, start, end, rise: float, full: float) -> Handed:
    """The arc of a weight from one point to another, and its tip."""
    broad = weight_width(float(weight), full) * PX / PEN
    line = weight_arc(theme, start + broad * UP, end + broad * UP, weight, rise - broad, full=full)
    return Handed(line, tip(theme, end, UP, broad, opacity=line.get_stroke_opacity()))


def _number(theme: Theme, weight: View, line: WeightLine, foot: float, most: float) -> Number:
    """The number of a weight in the middle of what its bow leaves free below it."""
    inside = np.array([line.get_x(), (foot + line.get_top()[1] - line.get_stroke_width() / 2 * PX / PEN) / 2, 0])
    written = number(theme, weight, min(WEIGHT, most), "weight", 700, at=inside, width=WITHIN * line.width)
    return written.scale(max(1, theme.digit / written.em))


def _said(theme: Theme, links: Sequence[Link], rooms: Sequence[Room]) -> list[VGroup]:
    """What each word takes, and with which head: smaller where there is no room for these lines, and without the heads if there still is none."""
    places = [room.rows(2, 0) for room in rooms]
    for size in (NAME, SMALLEST_WORD):
        said = [[paragraph(theme, line, size, room.width, role) for line, role in ((link.takes, "text"), (link.head, "muted")) if line]
                for link, room in zip(links, rooms, strict=True)]
        if all(len(each) * LINE_SPACING * size <= rooms[0].height / 2 for lines in said for each in lines):
            return [VGroup(*(each.shift(row.centre) for each, row in zip(lines, rows))) for lines, rows in zip(said, places)]
    return [VGroup(takes.shift(room.centre)) for (takes, *_), room in zip(said, rooms)]
