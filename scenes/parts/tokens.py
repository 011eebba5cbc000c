"""Token cards: words of the sentence, and words as labels of rows and columns."""

from collections.abc import Callable, Sequence

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.parts.heat_map import HeatMap
from scenes.parts.label import SMALLEST_WORD, WORD, Label, fit_words, is_joined, is_special, text, text_width, thinned, words_at
from scenes.parts.shapes import frame, ring, room_of, rounded_rectangle
from scenes.parts.whole import Whole
from scenes.base.room import TIGHT, Room
from scenes.base.theme import Theme
from scenes.base.words import is_wide

PADDING, LEAST = 0.14, 0.035               # beside a word on its card, and where the cards of a row would not fit
LEAST_SLANT = np.pi / 5
SLENDER, NARROW = 0.9, 0.06               # a width, and the share of a card of less that stays free on either side of a long word
CLOSEST = 1.15 * SMALLEST_WORD             # from card to card in a column, and between words whose glyphs fill their line
FILLED, TIGHTLY, HIGHEST = 0.84, 0.96, 0.54               # the share of a column that cards fill, there too, and how high they are at most
LOOSELY = 0.86                            # of a row that they stand beside
BESIDE = 0.1                              # from a card too low for its word to that
LEVEL = 0.94                              # share of its column that a level word takes at most
SPACE = 0.28                              # between the words of a sentence, in em
MORE = "…"                                # on a card, for words that are not shown
SPREAD = (0.16, 0.4)                      # of a pitch, what a word and a card take at least in a column
LINE = 1.2                                # height of a line with accents and descenders, in em


class TokenCard(Whole):
    """A word on a card: `.box` and `.word`."""

    def __init__(self, box: VMobject, word: Label):
        super().__init__(box=box, word=word)


def token_card(theme: Theme, word: str, width: float, height: float, role: str = "line", size: float = WORD,
               padding: float = PADDING) -> TokenCard:
    """A word on a card of a given size, centred at the origin. padding: what stays free at its left and right at least.

    The card stays empty where not even both ends of the word have room.
    """
    box = rounded_rectangle(width, height, 0.08).set_fill(theme.colour("surface"), 1).set_stroke(theme.colour(role), 2)
    label = text(theme, word, size, width=width - 2 * padding)
    return TokenCard(box, label if label.advance <= width else text(theme, "", size))


def token_row(theme: Theme, words: Sequence[str], room: Room, height: float = 0.56, gap: float = 0.16, size: float = WORD
              ) -> VGroup:
    """A card for every word, side by side in the middle of a room, all of one size; they shrink, then lose letters, to fit."""
    width = card_width(theme, words, (room.width + gap) / len(words) - gap, size)
    padding = _padding(theme, words, width)
    fitted, size = fit_words(theme, words, size, width - 2 * padding)
    cards = VGroup(token_card(theme, word, width, height, size=size, padding=padding) for word in fitted)
    return side_by_side(cards, words, gap, room)


def snug_row(theme: Theme, words: Sequence[str], room: Room, height: float = 0.56, gap: float = 0.12, size: float = WORD,
             others: Sequence[str] = ()) -> VGroup:
    """A card for every word, side by side in the middle of a room, each as wide as its word needs, or the word of another row.

    They shrink until they fit, then close up; where they would be illegible they are as wide as each other, and elided.
    """
    pairs = list(zip(words, others or words, strict=True))
    widths = np.array([max(text_width(theme, word, 1) for word in pair) for pair in pairs])
    for padding, between in ((PADDING, gap), (LEAST, LEAST)):
        fits = min(size, (room.width - len(words) * 2 * padding - (len(words) - 1) * between) / widths.sum())
        if fits >= SMALLEST_WORD:
            cards = VGroup(token_card(theme, word, fits * width + 2 * padding, height, size=fits, padding=padding)
                           for word, width in zip(words, widths))
            return side_by_side(cards, words, between, room)
    return token_row(theme, words, room, height, LEAST)


def chosen(order: Sequence[int], fits: Callable[[Sequence[int | None]], bool]) -> tuple[int | None, ...]:
    """What is shown of a row, the most important first as far as it fits; None for each run that is left out.

    order: all places of the row, by importance. fits: whether there is room for so much.
    """
    def shown(kept: set[int]) -> list[int | None]:
        places = [k if k in kept else None for k in range(len(order))]
        return [k for k, before in zip(places, [0, *places]) if k is not None or before is not None]
    kept: set[int] = set()
    for k in order:
        if fits(shown(kept | {k})):
            kept.add(k)
    return tuple(shown(kept))


def near(count: int, keep: Sequence[int]) -> list[int]:
    """Places of a row of so many, those first that are kept, then their neighbours."""
    return sorted(range(count), key=lambda k: min(abs(k - own) for own in keep))


def kept_row(theme: Theme, words: Sequence[str], keep: Sequence[int], room: Room, height: float, gap: float, size: float = WORD
             ) -> tuple[VGroup, dict[int, TokenCard]]:
    """A snug row of cards; where not all are legible those of some words and of their neighbours, and dots on a card for all others.

    Returns the cards, and the card of each word that is shown by its place.
    """
    def fits(places: Sequence[int | None]) -> bool:
        widths = [text_width(theme, MORE if k is None else words[k], SMALLEST_WORD) + 3 * LEAST for k in places]
        return sum(widths) - LEAST <= room.width
    places = chosen(near(len(words), keep), fits)
    cards = snug_row(theme, [MORE if k is None else words[k] for k in places], room, height, gap, size)
    return cards, {k: card for k, card in zip(places, cards, strict=True) if k is not None}


def framed_row(theme: Theme, words: Sequence[str], marked: int | None, room: Room) -> VGroup:
    """A snug row of cards in a frame that fills a room (`kept_row`), and a ring around one of them."""
    inner = room.inset(TIGHT / 2, TIGHT / 2)
    cards, places = kept_row(theme, words, [marked or 0], inner, inner.height - TIGHT / 2, TIGHT / 2)
    rings = [ring(theme, places[marked].box)] if marked is not None else []
    return VGroup(frame(theme, room, width=2), cards, *rings)


def side_by_side(cards: VGroup, words: Sequence[str], gap: float, room: Room) -> VGroup:
    """Puts cards in a row in the middle of a room, a gap apart, but for pieces of a word, which touch."""
    widths = np.array([card.width for card in cards])
    lefts = np.cumsum([0, *(width + gap * (not is_joined(word)) for width, word in zip(widths, words[1:]))])
    start = room.centre[0] - (lefts[-1] + widths[-1]) / 2
    for card, x in zip(cards, start + lefts + widths / 2, strict=True):
        card.move_to([x, room.centre[1], 0])
    return cards


def as_sentence(cards: VGroup, room: Room) -> VGroup:
    """The words of cards once more, as they stand in a sentence in the middle of a room."""
    words = VGroup(card.word.copy() for card in cards)
    gap = SPACE * words[0].size
    x = room.centre[0] - (sum(word.advance + gap for word in words) - gap) / 2
    for word, card in zip(words, cards, strict=True):
        word.shift([x + word.advance / 2 - card.get_x(), room.centre[1] - card.get_y(), 0])
        x += word.advance + gap
    return words


def token_column(theme: Theme, words: Sequence[str], room: Room, pitch: float = 0.6) -> VGroup:
    """A card for every word, one below the other in the middle of a room, all of one size and at most `pitch` apart.

    What would be too small to read in one column stands in several.
    """
    columns = room.columns(int(np.ceil(len(words) * CLOSEST / room.height)), gap=0.06)
    rows = -(-len(words) // len(columns))
    pitch = min(pitch, room.height / rows)
    word, card = (share * pitch for share in SPREAD)
    size = min(max(WORD, word), max(SMALLEST_WORD, 0.68 * pitch))
    width = card_width(theme, words, columns[0].width, size)
    padding = _padding(theme, words, width)
    fitted, size = fit_words(theme, words, size, width - 2 * padding)
    top = room.centre[1] + (rows - 1) / 2 * pitch
    height = min(max(HIGHEST, card), max(FILLED * pitch, min(TIGHTLY * pitch, 1.15 * size)))
    return VGroup(
        token_card(theme, word, width, height, size=size, padding=padding)
        .move_to([columns[i // rows].centre[0], top - i % rows * pitch, 0])
        for i, word in enumerate(fitted)
    )


def best_word(words: Sequence[str], weights: View) -> int:
    """Which word has the largest of some weights; special tokens, which often have it, are none if there are others."""
    return max(range(len(words)), key=lambda i: (not is_special(words[i]), weights.values[i]))


def card_width(theme: Theme, words: Sequence[str], most: float, size: float = WORD) -> float:
    """The width of cards that hold the widest of the words, but at most `most`."""
    return min(most, max(text_width(theme, word, size) for word in words) + 2 * PADDING)


def _padding(theme: Theme, words: Sequence[str], width: float) -> float:
    """What stays free beside words on cards of a width: less on slender cards on which they would be elided."""
    fit = width > SLENDER or max(text_width(theme, word, SMALLEST_WORD) for word in words) <= width - 2 * PADDING
    return PADDING if fit else min(PADDING, NARROW * width)


def word_widths(theme: Theme, pairs: Sequence[Sequence[str]], most: float, size: float, narrowest: float, gap: float
                ) -> tuple[list[float], float]:
    """Widths of columns that hold their words side by side, and the size of these: the largest up to `size` at which they fit.

    pairs: the words that each must hold. most: what all may take. narrowest: of a column. If they fit at no size, the widest share
    what is left, and only their words lose letters.
    """
    most -= gap * (len(pairs) - 1)
    for size in np.linspace(size, SMALLEST_WORD, 8):
        widths = [max(narrowest, *(text_width(theme, word, size) + 2 * PADDING for word in pair)) for pair in pairs]
        if sum(widths) <= most:
            return widths, size
    ordered = sorted(widths)
    widest = max((most - sum(ordered[:k])) / (len(ordered) - k) for k in range(len(ordered)))
    return [min(width, widest) for width in widths], SMALLEST_WORD


def cards_beside(theme: Theme, words: Sequence[str], heat_map: HeatMap, width: float, gap: float = 0.12, keep: int = 0) -> VGroup:
    """A card to the left of every row of a heat map, all as wide as the widest word needs, but not wider than `width`.

    Where rows are lower than a readable word the cards are small and empty, and beside some of them, the row to be kept among these, stands
    its word.
    """
    pitch = heat_map.grid.height
    if pitch < CLOSEST:
        return _low_cards(theme, thinned(words, pitch, keep, CLOSEST), heat_map, width, gap)
    size = min(WORD, max(SMALLEST_WORD, 0.58 * pitch))
    width = card_width(theme, words, width, size)
    padding = _padding(theme, words, width)
    words, size = fit_words(theme, words, size, width - 2 * padding)
    height = max(LOOSELY * pitch, min(TIGHTLY * pitch, 1.15 * size))
    x = room_of(heat_map.border).left - gap - width / 2
    return VGroup(
        token_card(theme, word, width, height, size=size, padding=padding).move_to([x, row.get_y(), 0])
        for word, row in zip(words, heat_map.cells, strict=True)
    )


def _low_cards(theme: Theme, words: Sequence[str], heat_map: HeatMap, width: float, gap: float) -> VGroup:
    """A small card for every row, and its word at the left of it."""
    side, right = LOOSELY * heat_map.grid.height, room_of(heat_map.border).left - gap
    cards = [token_card(theme, "", side, side).move_to([right - side / 2, row.get_y(), 0]) for row in heat_map.cells]
    written = words_at(theme, words, [(right - side - BESIDE, card.get_y()) for card in cards], SMALLEST_WORD, width - side - BESIDE)
    return VGroup(TokenCard(card.box, word) for card, word in zip(cards, written, strict=True))


def row_labels(theme: Theme, words: Sequence[str], heat_map: HeatMap, role: str, width: float, gap: float = 0.14, keep: int = 0) -> VGroup:
    """Words at the left of the rows of a heat map, ending at it, as far as they are readable there (`thinned`)."""
    pitch, x = heat_map.grid.height, room_of(heat_map.border).left - gap
    size = min(WORD, max(SMALLEST_WORD, 0.7 * pitch))
    return words_at(theme, thinned(words, pitch, keep, _least(words)), [(x, row.get_y()) for row in heat_map.cells], size, width, role)


def column_labels(theme: Theme, words: Sequence[str], heat_map: HeatMap, role: str, height: float, gap: float = 0.1, keep: int = 0) -> VGroup:
    """Words below the columns of a heat map: level where all fit, slanted otherwise, the steeper the closer the columns are, and upright
    only as far as they are readable (`thinned`).

    height: how far down they may reach.
    """
    pitch = heat_map.grid.width
    words = thinned(words, pitch, keep, _least(words))
    size = min(WORD, max(SMALLEST_WORD, 0.62 * pitch))
    level = LEVEL * pitch / max(text_width(theme, word, 1) for word in words)                   # the size at which all fit
    size = min(size, level) if level >= SMALLEST_WORD else size
    columns, y = [cell.get_x() for cell in heat_map.cells[0]], room_of(heat_map.border).bottom - gap - 0.4 * size
    if level >= SMALLEST_WORD:
        return words_at(theme, words, [(x, y) for x in columns], size, pitch, role, align=0)
    return slanted_words(theme, words, [(x, y) for x in columns], size, pitch, role, height - gap - size)


def _least(words: Sequence[str]) -> float:
    """How far apart the smallest words must be: Latin ones as far as they are high, ideographs, whose ink fills their line, farther."""
    return CLOSEST if any(map(is_wide, "".join(words))) else SMALLEST_WORD


def slanted_words(theme: Theme, words: Sequence[str], points: Sequence[Sequence[float]], size: float, pitch: float, role: str,
                  height: float, align: int = 1) -> VGroup:
    """Words that end at points a pitch apart, or with `align` -1 start there, the steeper the closer these are, and at most so high."""
    slant = max(LEAST_SLANT, np.arcsin(min(1, LINE * size / pitch)))
    labels = words_at(theme, words, [(0, 0)] * len(words), size, height / np.sin(slant), role, align)
    for label, point in zip(labels, points, strict=True):
        label.rotate(slant, about_point=np.zeros(3)).shift([*point, 0])
        label.slant = slant
    return labels


def shape_label(theme: Theme, shape: Sequence[int], size: float = SMALLEST_WORD) -> Label:
    """The true shape of a matrix, `4 × 16`, or the length of a vector."""
    return text(theme, " × ".join(map(str, shape)), size, "muted")
