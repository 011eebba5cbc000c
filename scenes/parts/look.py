"""Where a token looks: a sentence, arcs from one of its tokens to all of them, and the weights below."""

from collections.abc import Sequence

import numpy as np
from manim import UP, Animation, VGroup, VMobject, smooth, squish_rate_func

from model import View
from scenes.parts.flow import ARC, WeightLine, weight_arc
from scenes.parts.heat_map import Grid, HeatMap, heat_map
from scenes.parts.label import is_special
from scenes.parts.motion import Presence, Together, travel
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import best_word, side_by_side, token_card, word_widths
from scenes.parts.whole import Whole
from scenes.base.room import PX, Room
from scenes.base.theme import Theme

CARD, CELL, GAP, BELOW = (length * PX for length in (76, 110, 16, 14))
LARGEST_WORD = 42 * PX
NARROWEST = 0.58                          # card that the digits of a weight fit below
FLATTEST = 0.25                           # share of the highest arc's height that the lowest one has


class Look(Whole):
    """What one token of a sentence looks at.

    cards: the sentence. arcs: from the token to each, itself included. weights: below the cards, a cell for each, no frame; empty
    where they are not written. most: the frame around the card of the word that it looks at most.
    """

    def __init__(self, cards: VGroup, arcs: VGroup, weights: HeatMap | VGroup, most: VMobject):
        super().__init__(cards=cards, arcs=arcs, weights=weights, most=most)


def look(theme: Theme, words: Sequence[str], others: Sequence[str], weights: View, origin: int, room: Room, written: bool = True) -> Look:
    """What a token looks at, laid out in a room: arcs above, cards, weights.

    others: the words of another sentence, or none, whose cards are as wide; words that differ from them stand out.
    weights: (n), of the token `origin`. written: whether they stand below the cards.
    """
    high = room.height - CARD - (CELL + BELOW) * written
    cards = sentence_cards(theme, words, others, origin, room.level(room.top - high - CARD / 2))
    most = frame(theme, room_of(cards[best_word(words, weights)].box, 0.04), "key", radius=0.1, width=4)
    arcs = VGroup(arc(theme, cards, origin, j, source, high) for j, source in enumerate(weights))
    return Look(cards, arcs, _below(theme, weights, cards, room) if written else VGroup(), most)


def _below(theme: Theme, weights: View, cards: VGroup, room: Room) -> HeatMap:
    """The weights at the bottom of a room, each as wide as the card above it."""
    grid = Grid((0,), tuple(range(len(cards))), min(card.width for card in cards), CELL)
    cells = heat_map(theme, weights, room.level(room.bottom + CELL / 2), digits=True, weights=True, grid=grid)
    cells.remove(cells.border)
    for cell, card in zip(cells.cells[0], cards, strict=True):
        cell.stretch(card.width / cell.width, 0)
    for line in (*cells.cells, *cells.numbers):
        for part, card in zip(line, cards, strict=True):
            part.set_x(card.get_x())
    return cells


def sentence_cards(theme: Theme, words: Sequence[str], others: Sequence[str], origin: int, room: Room) -> VGroup:
    """The cards of a sentence side by side, that of the token `origin` in its colour; others: as for `look`."""
    others = others or words
    widths, size = word_widths(theme, list(zip(words, others, strict=True)), room.width, LARGEST_WORD, NARROWEST, GAP)
    roles = ["query" if i == origin else "line" if a == b else "output" for i, (a, b) in enumerate(zip(words, others))]
    cards = VGroup(token_card(theme, word, width, CARD, role, size) for word, role, width in zip(words, roles, widths, strict=True))
    return side_by_side(cards, words, GAP, room)


def arc(theme: Theme, cards: VGroup, origin: int, j: int, source: View, high: float, side=UP, full: float = ARC) -> WeightLine:
    """The bow from one card to another, above or, with `side` down, below them, the higher the further apart; to the card itself, a loop.

    high: how far it may reach. full: the stroke width of the weight 1.
    """
    apart = abs(j - origin) / max(1, origin, len(cards) - 1 - origin)
    start, end = cards[origin].get_edge_center(side), cards[j].get_edge_center(side)
    if j == origin:
        start, end = (start + [way * cards[j].width / 4, 0, 0] for way in (-1, 1))
    line = weight_arc(theme, start, end, source, (FLATTEST + (0.96 - FLATTEST) * apart) * high, side, full)
    return line.set_stroke(theme.colour("muted")) if is_special(cards[j].word.string) else line


def swing(before: Look, after: Look, run_time: float = 2.5) -> Animation:
    """One look becomes another of the same token at the same place: words that differ change, and every arc goes from one weight
    to the other. Digits go before the cells move and come after."""
    start, end = (squish_rate_func(smooth, *part) for part in ((0, 0.3), (0.7, 1)))
    pairs = list(zip(before.cards, after.cards, strict=True))
    changed = [(old.word, new.word) for old, new in pairs if old.word.string != new.word.string]
    kept = [(old.word, new.word) for old, new in pairs if old.word.string == new.word.string]
    moving = [*((old.box, new.box) for old, new in pairs), *kept, (before.arcs, after.arcs)]
    if before.weights:
        changed.append((before.weights.numbers, after.weights.numbers))
        moving.append((before.weights.cells, after.weights.cells))
    return Together(
        *(Presence(old, 0, run_time=run_time, rate_func=start) for old, _ in changed),
        *(travel(old, new, run_time=run_time) for old, new in moving),
        travel(before.most, after.most, np.copysign(np.pi / 2, before.most.get_x() - after.most.get_x()), run_time),
        *(Presence(new, 1, start=0, run_time=run_time, rate_func=end) for _, new in changed),
    )
