"""The mask: scores, what of them is ahead, and the weights that softmax makes of the rest."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import Labelled, above, below, labelled, right_of, stacked
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.label import text, words_at
from scenes.parts.shapes import room_of
from scenes.parts.whole import Whole

FORMULA, HEADING, SMALL = (size * PX for size in (40, 32, 28))
LABEL, SLANTED, NAMED = (size * PX for size in (190, 115, 162))    # for the words beside rows and below columns, and for names above
GUESS, BETWEEN, BELOW = (size * PX for size in (175, 190, 70))    # for what is to be guessed; between both sheets, beside and below
MARKED = 4                                # stroke width around the places of those


class Words(NamedTuple):
    """`read`, at the rows and columns; `said`, after each of them, if there is a decoder, and what these are called; what is rounded."""

    read: Sequence[str]
    said: Sequence[str]
    to_guess: str
    rounded: str


class Masking(Whole):
    """`scores`, with all that is around them; `way`, to the weights, and `names`, what is done on it; `weights`; `guesses`, at their right.

    `masked`: the scores once what is ahead is hidden; they are no part of it yet.
    """

    def __init__(self, scores: Labelled, masked: HeatMap, way: VGroup, names: list[Mobject], weights: Labelled, guesses: list[Mobject]):
        super().__init__(scores=scores, way=way, names=names, weights=weights, guesses=guesses)
        self.masked = masked

    def cover(self) -> list[tuple[list[VGroup], list[VGroup]]]:
        """What goes and what comes where the mask hides what is ahead: in a row, in another one, in all others."""
        ahead = self.ahead()
        parts = [[cell for row in some for cell in row] for some in (ahead[:1], ahead[1:2], ahead[2:])]
        return [([self.scores.sheet.cell(*cell) for cell in part], [self.masked.cell(*cell) for cell in part]) for part in parts if part]

    def ahead(self) -> list[list[tuple[int, int]]]:
        """Of each row that is shown the cells that are hidden, as they are counted in the picture."""
        kept = [k for k in self.masked.grid.rows if k is not None]
        return [[(a, b) for b, key in enumerate(kept) if key > query] for a, query in enumerate(kept)]


def masking(theme: Theme, views: Sequence[View], words: Words, room: Room) -> Masking:
    """Scores, scores with the mask, and weights (query, key), in a room; in each row the place of the word to be guessed is framed."""
    body = room.trim(right=GUESS * bool(words.said))
    beside = body.is_wide
    left, right = body.columns(2, BETWEEN) if beside else body.trim(bottom=SLANTED).rows(2, BELOW)
    plain, masked, weights = views
    names = [equation(theme, maths, size=FORMULA) for maths in ("(Q K^T) / sqrt(d_k)", "A")]
    (above_scores, above_weights), head = (names, NAMED) if beside else ((None, None), 0)
    around = {"rows": words.read, "left": LABEL, "foot": SLANTED, "head": head, "digits": True}
    scores = labelled(theme, plain, left, title=above_scores, columns=words.read if beside else (), **around)
    hidden = heat_map(theme, masked, room_of(scores.sheet), digits=True, scale=peak(plain), grid=scores.sheet.grid)
    below_words = right.trim(bottom=0 if beside else -SLANTED)
    result = labelled(theme, weights, below_words, title=above_weights, columns=words.read, weights=True, **around)
    picture = Masking(scores, hidden, *_way(theme, scores, result, words.rounded), result, _guesses(theme, result, words))
    kept = [k for k in hidden.grid.rows if k is not None]
    for i, j in (cells[0] for cells in picture.ahead() if cells and words.said):
        if kept[j] == kept[i] + 1:
            hidden.cells[i][j].set_stroke(theme.colour("output"), MARKED)
    return picture


def _way(theme: Theme, scores: Labelled, weights: Labelled, rounded: str) -> tuple[VGroup, list[Mobject]]:
    """The arrow from one sheet to the other, beside or below it, and what is done on the way."""
    start, end = room_of(scores.sheet), room_of(weights)
    softmax, zero = (equation(theme, maths, size=HEADING, role="muted") for maths in ('"softmax"', "e^(-oo) = 0"))
    if end.left > start.right:
        way = arrow(theme, (start.right + TIGHT, start.centre[1], 0), (end.left - TIGHT, start.centre[1], 0))
        return way, [above(softmax, way), below(stacked(zero, text(theme, rounded, SMALL, "muted")), way)]
    x = start.point(-1 / 2)[0]
    way = arrow(theme, (x, start.bottom - TIGHT / 2, 0), (x, end.top + TIGHT / 2, 0))
    return way, [right_of(softmax, way)]


def _guesses(theme: Theme, weights: Labelled, words: Words) -> list[Mobject]:
    """The word that is to be guessed in every row, at the right of the weights, below what that is."""
    if not words.said:
        return []
    sheet, edge = weights.sheet, room_of(weights.sheet)
    shown = [words.said[k] for k in sheet.grid.rows if k is not None]
    points = [(edge.right + TIGHT, row.get_y()) for row in sheet.cells]
    said = words_at(theme, shown, points, weights.rows[0].size, GUESS - TIGHT, "output", align=-1)
    place = edge.outside(right=GUESS - TIGHT, gap=TIGHT).outside(top=SMALL, gap=TIGHT)
    return [said, text(theme, words.to_guess, SMALL, "output", at=place)]
