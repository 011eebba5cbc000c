"""Where a token looks: a sentence, arcs from one of its tokens to all of them, and the weights below.

Where the words of a sentence fit no line they stand in a column, and the arcs beside it.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from manim import LEFT, RIGHT, UP, Animation, VGroup, VMobject, smooth, squish_rate_func

from model import View
from model.tokenizer import Piece
from scenes.parts.flow import ARC, WeightLine, weight_arc
from scenes.parts.heat_map import Grid, HeatMap, heat_map
from scenes.parts.label import SMALLEST_WORD, Word, is_special
from scenes.parts.motion import Presence, Together, travel
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import CLOSEST, TokenCard, best_word, side_by_side, token_card, token_column, word_widths
from scenes.parts.whole import Whole
from scenes.base.room import PEN, PX, Room
from scenes.base.theme import Theme
from scenes.base.words import ELLIPSIS

CARD, CELL, GAP, BELOW = (length * PX for length in (76, 110, 16, 14))
LARGEST_WORD = 42 * PX
NARROWEST = 0.58                          # card that the digits of a weight fit below
AROUND = 0.04                             # from a card in a line to the frame of the one that is looked at most
SHARE = 0.65                              # of its room that the cards of a column take at most
FLATTEST = 0.25                           # share of the highest arc's height that the lowest one has
LEFT_OUT = Word(Piece(ELLIPSIS, special=True))             # stands for words


class Look(Whole):
    """What one token of a sentence looks at.

    cards: the sentence. arcs: from the token to each, itself included. weights: below the cards, a cell for each, no frame; empty
    where they are not written. most: the frame around the card of the word that it looks at most.
    """

    def __init__(self, cards: VGroup, arcs: VGroup, weights: HeatMap | VGroup, most: VMobject):
        super().__init__(cards=cards, arcs=arcs, weights=weights, most=most)


def look(theme: Theme, words: Sequence[str], others: Sequence[str], weights: View, origin: int, room: Room, written: bool = True,
         kept: Sequence[int | None] = ()) -> Look:
    """What a token looks at, laid out in a room: arcs above, cards, weights; or cards, and arcs at their right.

    others: the words of another sentence, or none, whose cards are as wide; words that differ from them stand out.
    weights: (n), of the token `origin`. written: whether they stand below the cards, if these are in a line.
    kept: which tokens a column has, if not all, and None where some are left out.
    """
    flat = fits_in_line(theme, words, others, room.width)
    written, side, kept = written and flat, UP if flat else RIGHT, range(len(words)) if flat or not kept else kept
    if flat:
        high = room.height - CARD - (CELL + BELOW) * written
        cards = _sentence_cards(theme, words, others, origin, room.level(room.top - high - CARD / 2))
    else:
        cards = _sentence_column(theme, words, others, origin, room, kept)
        high = room.width - cards.width
    places = {i: card for i, card in zip(kept, cards, strict=True) if i is not None}
    most = frame(theme, room_of(places[best_word(words, weights)].box, AROUND * flat), "key", radius=0.1, width=4)
    arcs = VGroup(_arc(theme, places, origin, j, weights[j], high, side) for j in places)
    return Look(cards, arcs, _below(theme, weights, cards, room) if written else VGroup(), most)


def by_importance(words: Sequence[str], others: Sequence[str], origin: int, views: Sequence[View]) -> list[int]:
    """The tokens of a sentence: that which looks, those that it looks at most by any of its weights (n), those that are others in another
    sentence, then all by the first weights."""
    changed = [i for i, pair in enumerate(zip(words, others)) if len({*pair}) > 1]
    first = dict.fromkeys([origin, *(best_word(words, weights) for weights in views), *changed])
    return [*first, *(i for i in np.argsort(-views[0].values) if i not in first)]


def in_column(order: Sequence[int], room: Room) -> list[int | None]:
    """The tokens that find a place one below the other in a room, the first of an order before others; None where some are left out."""
    kept: set[int] = set()
    for i in order:
        if len(_with_gaps({*kept, i}, len(order))) * CLOSEST <= room.height:
            kept.add(i)
    return _with_gaps(kept, len(order))


def _with_gaps(kept: set[int], count: int) -> list[int | None]:
    entries = [i if i in kept else None for i in range(count)]
    return [i for before, i in pairwise([0, *entries]) if before is not None or i is not None]


def fits_in_line(theme: Theme, words: Sequence[str], others: Sequence[str], width: float) -> bool:
    """Whether the cards of a sentence, large enough to be read and none elided, fit a width side by side."""
    widths, _ = _widths(theme, words, others, np.inf, SMALLEST_WORD)
    return sum(widths) + GAP * (len(widths) - 1) <= width


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


def _sentence_cards(theme: Theme, words: Sequence[str], others: Sequence[str], origin: int, room: Room) -> VGroup:
    """The cards of a sentence side by side, that of the token `origin` in its colour; others: as for `look`."""
    widths, size = _widths(theme, words, others, room.width, LARGEST_WORD)
    cards = VGroup(token_card(theme, word, width, CARD, size=size) for word, width in zip(words, widths, strict=True))
    return side_by_side(_marked(theme, cards, words, others, origin), words, GAP, room)


def _sentence_column(theme: Theme, words: Sequence[str], others: Sequence[str], origin: int, room: Room, kept: Sequence[int | None]
                     ) -> VGroup:
    """The cards of a sentence one below the other at the left of a room, an ellipsis where words are left out."""
    written = [LEFT_OUT if i is None else words[i] for i in kept]
    cards = token_column(theme, written, room.strip(left=SHARE * room.width), CARD).align_to(room.point(-1), LEFT)
    return _marked(theme, cards, written, [LEFT_OUT if i is None else (others or words)[i] for i in kept], kept.index(origin))


def _widths(theme: Theme, words: Sequence[str], others: Sequence[str], most: float, size: float) -> tuple[list[float], float]:
    return word_widths(theme, list(zip(words, others or words, strict=True)), most, size, NARROWEST, GAP)


def _marked(theme: Theme, cards: VGroup, words: Sequence[str], others: Sequence[str], origin: int) -> VGroup:
    """Cards with the token `origin` in its colour and the words that differ from others in theirs."""
    for i, (card, word, other) in enumerate(zip(cards, words, others or words, strict=True)):
        card.box.set_stroke(theme.colour("query" if i == origin else "line" if word == other else "output"))
    return cards


def bows(theme: Theme, cards: Mapping[int, TokenCard], origin: int, most: int, weights: View, high: float) -> dict[int, WeightLine]:
    """The bow from one card of a row to each that is shown, by its place: highest to the one that is looked at most.

    weights: (n), of the token `origin`. high: how far they may reach.
    """
    return {j: _arc(theme, cards, origin, j, weights[j], high, highest=j == most) for j in cards}


def _arc(theme: Theme, cards: Mapping[int, TokenCard], origin: int, j: int, source: View, high: float, side=UP, highest: bool = False
         ) -> WeightLine:
    """The bow from one card to another at a side of them, the higher the further apart, or highest; to the card itself, a loop.

    high: how far it may reach.
    """
    apart = 1 if highest else abs(j - origin) / max(1, *(abs(k - origin) for k in cards))
    start, end = cards[origin].get_edge_center(side), cards[j].get_edge_center(side)
    size, along = (cards[j].width, RIGHT) if side is UP else (cards[j].height, UP)
    if j == origin:
        start, end = (start + way * size / 4 * along for way in (-1, 1))
    full = min(ARC, cards[j].height / PX * PEN)
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
