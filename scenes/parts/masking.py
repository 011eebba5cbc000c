"""The mask: scores, what of them is ahead, and the weights that softmax makes of the rest."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import Labelled, above, below, labelled, line_of, right_of, stacked
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, peak, wider
from scenes.parts.label import SMALLEST_WORD, WORD, number, text, text_width, words_at
from scenes.parts.shapes import Block, ring, room_of
from scenes.parts.whole import Whole, without

FORMULA, HEADING, SMALL = (size * PX for size in (40, 32, 28))
LABEL, SLANTED, LEVEL, NAMED = (size * PX for size in (190, 115, 70, 162))         # for the words beside rows and below columns, and for names above
FILLED = 0.9                              # of its column that a level word takes at most
GUESS, BETWEEN, BELOW = (size * PX for size in (175, 190, 70))    # for what is to be guessed; between that and the weights, beside and below


class Words(NamedTuple):
    """`read`, at the rows and columns; `said`, after each of them, if there is a decoder, and what these are called; what is rounded;
    which row is the example."""

    read: Sequence[str]
    said: Sequence[str]
    to_guess: str
    rounded: str
    example: int


class Masking(Whole):
    """`scores`, with all that is around them, and `guesses`, at their right; `answer`, rings around what is to be guessed in the example,
    there and in its row; `way`, to the weights, and `names`, what is done on it; `weights`.

    `masked`: the scores once what is ahead is hidden; they are no part of it yet. `example`: which of the rows is the example, if it is shown.
    """

    def __init__(self, scores: Labelled, masked: HeatMap, guesses: list[Mobject], answer: list[Block], way: VGroup, names: list[Mobject],
                 weights: Labelled, example: int | None):
        super().__init__(scores=scores, guesses=guesses, answer=answer, way=way, names=names, weights=weights)
        self.masked, self.example = masked, example

    def before(self) -> list[Mobject]:
        """The scores before the mask: what is ahead is there in the example only."""
        _, others = self.ahead()
        return without([self.scores], {part for cell in others for part in self.scores.sheet.cell(*cell).get_family()})

    def cover(self) -> list[tuple[list[VGroup], list[VGroup]]]:
        """What goes and what comes where the mask hides what is ahead: in the example, in all other rows, where nothing goes."""
        (own, others), sheet = self.ahead(), self.scores.sheet
        parts = ([sheet.cell(*cell) for cell in own], own), ([], others)
        return [(gone, [self.masked.cell(*cell) for cell in part]) for gone, part in parts if part]

    def ahead(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The cells that are hidden in the example, and in all other rows, as they are counted in the picture."""
        kept = [k for k in self.masked.grid.rows if k is not None]
        cells = [(a, b) for a, query in enumerate(kept) for b, key in enumerate(kept) if key > query]
        return [cell for cell in cells if cell[0] == self.example], [cell for cell in cells if cell[0] != self.example]


def masking(theme: Theme, views: Sequence[View], words: Words, room: Room) -> Masking:
    """Scores, scores with the mask, and weights (query, key), in a room; in one row the place of the word to be guessed is ringed."""
    guess = GUESS * bool(words.said)
    beside = room.trim(right=guess).is_wide
    label, foot = (LABEL, SLANTED) if beside else _snug(theme, words.read, room.width - guess)
    left, right = (room.columns(2, BETWEEN + guess) if beside else room.trim(right=guess, bottom=foot, top=SMALL + TIGHT).rows(2, BELOW))
    plain, masked, weights = views
    names = [equation(theme, maths, size=FORMULA) for maths in ("(Q K^T) / sqrt(d_k)", "A")]
    (above_scores, above_weights), head = (names, NAMED) if beside else ((None, None), 0)
    inner = left.trim(left=label)
    grid = None if beside else wider(fit_grid(plain.shape, inner), inner.width)
    around = {"rows": words.read, "left": label, "foot": foot, "head": head, "digits": True, "grid": grid}
    scores = labelled(theme, plain, left, title=above_scores, columns=words.read if beside else (), **around)
    hidden = heat_map(theme, masked, room_of(scores.sheet), digits=True, scale=peak(plain), grid=scores.sheet.grid)
    below_words = right.trim(bottom=0 if beside else -foot)
    result = labelled(theme, weights, below_words, title=above_weights, columns=words.read, weights=True, **around)
    said, guesses = _guesses(theme, scores, words)
    kept = [k for k in scores.sheet.grid.rows if k is not None]
    example = kept.index(words.example) if words.example in kept else None
    return Masking(scores, hidden, guesses, _answer(theme, scores, said, words.example), *_way(theme, scores, result, words.rounded, guess),
                   result, example)


def _snug(theme: Theme, words: Sequence[str], width: float) -> tuple[float, float]:
    """What words need at the left of a matrix as wide as a room with them, and below its columns, where they are level if they can be."""
    label = min(LABEL, max(text_width(theme, word, WORD) for word in words) + 2 * TIGHT)
    level = max(text_width(theme, word, SMALLEST_WORD) for word in words) <= FILLED * (width - label) / len(words)
    return label, LEVEL if level else SLANTED


def told(theme: Theme, score: View, weight: View, words: Sequence[str], room: Room, role: str = "text") -> VGroup:
    """What becomes of a score, in a line. words: what stands before the score, before the weight, and behind it."""
    numbers = [number(theme, view, WORD, role, 700) for view in (score, weight)]
    first, second, last = (text(theme, each, WORD, role) for each in words)
    return line_of(first, numbers[0], second, numbers[1], last, at=room)


def _answer(theme: Theme, scores: Labelled, said: VGroup, example: int) -> list[Block]:
    """Rings around the place of the next word in a row, and around that word beside it; none if they are not both shown."""
    kept = [k for k in scores.sheet.grid.rows if k is not None]
    if example + 1 not in kept or example not in kept or not said:
        return []
    i, j = kept.index(example), kept.index(example + 1)
    around = ring(theme, scores.sheet.cell(i, j), "output").set_z_index(1)              # the cells of the mask come later
    return [around, ring(theme, room_of(said[i], TIGHT / 3), "output")]


def _way(theme: Theme, scores: Labelled, weights: Labelled, rounded: str, guess: float) -> tuple[VGroup, list[Mobject]]:
    """The arrow from one sheet to the other, beside or below it, and what is done on the way. guess: the width of what stands between."""
    start, end = room_of(scores.sheet), room_of(weights)
    softmax, zero = (equation(theme, maths, size=HEADING, role="muted") for maths in ('"softmax"', "e^(-oo) = 0"))
    if end.left > start.right:
        way = arrow(theme, (start.right + guess + TIGHT, start.centre[1], 0), (end.left - TIGHT, start.centre[1], 0))
        return way, [above(softmax, way), below(stacked(zero, text(theme, rounded, SMALL, "muted")), way)]
    x = start.point(-1 / 2)[0]
    way = arrow(theme, (x, start.bottom - TIGHT / 2, 0), (x, end.top + TIGHT / 2, 0))
    return way, [right_of(softmax, way)]


def _guesses(theme: Theme, scores: Labelled, words: Words) -> tuple[VGroup, list[Mobject]]:
    """The word that is to be guessed in every row, at the right of the scores; and all of them, below what they are."""
    if not words.said:
        return VGroup(), []
    sheet, edge = scores.sheet, room_of(scores.sheet)
    shown = [words.said[k] for k in sheet.grid.rows if k is not None]
    points = [(edge.right + TIGHT, row.get_y()) for row in sheet.cells]
    said = words_at(theme, shown, points, scores.rows[0].size, GUESS - TIGHT, "output", align=-1)
    place = edge.outside(right=GUESS - TIGHT, gap=TIGHT).outside(top=SMALL, gap=TIGHT)
    return said, [said, text(theme, words.to_guess, SMALL, "output", at=place, align=-1)]
