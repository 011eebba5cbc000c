"""A mixture: vectors one below the other, each with room for what it is multiplied by, and what they add up to, below them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
from manim import Animation, VGroup

from model import View
from scenes.base.layout import fitted, line_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.bars import largest
from scenes.parts.equation import Equation, equation
from scenes.parts.feature_bars import feature_bars
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, peak, taller
from scenes.parts.label import WORD, Label, fit_words, format_number, number, text
from scenes.parts.motion import Together, merge
from scenes.parts.shapes import frame, ring, room_of
from scenes.parts.tokens import card_width, cards_beside, row_labels
from scenes.parts.whole import Whole

HEAD = (3, 3, 4)                          # of what is said of a formula, the formula, and what is held against it
CARD, FACTOR = 180 * PX, 170 * PX         # widths of the cards and of what the vectors are multiplied by
LOW = 40 * PX                             # lower rows have plain words instead of cards
TERMS = 3                                 # of a sum that is worked out
LETTER, TOTAL, SUM = 66 * PX, 54 * PX, 1.25               # sizes of z's name and of a sum; height of z's row, where the others have 1


class Mixture(Whole):
    """`cards` of the tokens, or their words where rows are low, their `vectors`, the sum `z` in line with them, and its `letter`. `places`: the
    rooms of the factors, for each vector one, and one for their sum."""

    def __init__(self, cards: VGroup, vectors: HeatMap, z: HeatMap, name: VGroup, places: Sequence[Room]):
        super().__init__(cards=cards, vectors=vectors, z=z, letter=name)
        self.places = places

    def pour(self, run_time: float = 1.4) -> Animation:
        """The vectors sink into their sum, one after the other."""
        rows = self.vectors.cells
        return Together(*(merge(row, into=self.z.border, scale=1, run_time=run_time) for row in rows), lag=min(0.5, 2 / len(rows)))


def mixture(theme: Theme, words: Sequence[str], vectors: View, z: View, room: Room, role: str, scale: float,
            asks: int) -> Mixture:
    """A mixture laid out in a room. vectors: (n, d). z: (d). scale: the magnitude that is drawn brightest in both. asks: the token for which
    all are mixed, whose card has a bright edge."""
    width, factor = card_width(theme, words, min(CARD, room.width * 2 / 7)), min(FACTOR, room.width / 4)
    above, below = room.rows([len(words), SUM], GAP)
    left = width + factor + 2 * TIGHT
    inner = above.trim(left=left)
    grid = fit_grid(vectors.shape, inner)
    grid = grid if inner.is_wide else taller(grid, inner.height)
    row = heat_map(theme, z, below.trim(left=left), "output", True, scale, grid=grid._replace(
        rows=(0,), height=min(grid.height, below.height - 2 * grid.margin)))
    picture = heat_map(theme, vectors, inner, role, True, scale, grid=grid)
    beside = cards_beside if grid.height >= LOW else partial(row_labels, role="text")
    cards = beside(theme, words, picture, width=width, gap=factor + 2 * TIGHT, keep=asks)
    if beside is cards_beside:
        cards[asks].box.set_stroke(theme.colour("output"))
    x = room_of(picture.border).left - TIGHT - factor / 2
    places = [Room.around((x, line.get_y()), factor, 0.9 * grid.height) for line in (*picture.cells, row)]
    name = equation(theme, "z_i", size=min(LETTER, below.height), role="output").move_to([cards.get_x(), row.get_y(), 0])
    return Mixture(cards, picture, row, VGroup(name), places)


def sum_of(theme: Theme, letter: str, role: str, room: Room, factor: str = "a") -> Equation:
    """How z is made, in a room. letter, role: of what is mixed. factor: by which it is multiplied."""
    maths = f"{{{{ z_i : z }}}} = scripts(sum)_j {factor}_(i j) {{{{ {letter} : mixed }}}}"
    return fitted(equation(theme, maths, {"z": "output", "mixed": role}, LETTER, at=room), room.inset(y=TIGHT / 2))


def letters_beside(theme: Theme, words: str, room: Room, roomy: bool) -> tuple[VGroup, Room]:
    """What is said of the letters of a formula, line by line at the left of a room, and the room of the formula; the first line only where the
    frame is not roomy, and below it where the room is high. words: lines, parted by ` · `."""
    side, above, *_ = room.columns(HEAD if roomy else 2) if roomy or room.height < 2 * WIDE else (room.strip(bottom=GAP), room.trim(bottom=GAP))
    lines, size = fit_words(theme, words.split(" · ") if roomy else words.split(" · ")[:1], WORD, side.width)
    said = VGroup(text(theme, line, size, "muted", at=place, align=-1) for line, place in zip(lines, side.rows(len(lines), 0), strict=True))
    return said, above


class Worked(NamedTuple):
    """One feature of a mixture, added up in a `line`, and the `rings` around it, in the vectors and in z."""

    rings: VGroup
    line: VGroup


def worked(theme: Theme, mixed: Mixture, weights: View, said: str, room: Room) -> Worked:
    """The sum behind one number of z, in a room, of the largest weights (n) that are not written as 0; of a feature in which what is written adds up
    and nothing is negative, if there is one. said: what stands before it."""
    vectors, z, decimals = mixed.vectors, mixed.z, mixed.z.decimals if mixed.z.digits else theme.decimals
    shares, columns = weights.values.round(theme.decimals), [j for j in z.grid.columns if j is not None]
    rows = vectors.view.values[:, columns].round(decimals)                          # (n, column)
    exact = np.abs(shares @ rows - z.view.values[columns].round(decimals)) < 10.0 ** -decimals / 2
    k = int((2 * exact + (rows[shares > 0] >= 0).all(0)).argmax())
    order = [int(i) for i in np.argsort(-shares, kind="stable") if shares[i] > 0]
    words = [text(theme, said, WORD, "muted")] * bool(said)
    for few in range(min(TERMS, len(order)), 0, -1):                                # fewer terms where their digits would be too small
        parts = [*words, *_sum(theme, mixed, weights, order, few, columns[k], decimals)]
        if theme.digit * sum(part.advance + TIGHT for part in parts) <= TOTAL * room.width:
            break
    rings = VGroup(ring(theme, VGroup(line[k] for line in picture.cells)) for picture in (vectors, z))
    return Worked(rings, line_of(*parts, at=room))


def _sum(theme: Theme, mixed: Mixture, weights: View, order: Sequence[int], few: int, column: int, decimals: int) -> list[Label]:
    """Some terms of a column's sum, and what all of them come to. order: of the vectors, those first that weigh most."""
    number_ = partial(number, theme, size=TOTAL)
    terms = [[number_(weights[i], role="weight"), text(theme, "×", TOTAL, "muted"), number_(mixed.vectors.view[i, column], decimals=decimals)]
             for i in sorted(order[:few])]
    signs = [text(theme, sign, TOTAL, "muted") for sign in ["+"] * (few - 1) + ["=" if few == len(order) else "+ … ="]]
    return [*(label for term, sign in zip(terms, signs, strict=True) for label in (*term, sign)),
            number_(mixed.z.view[column], role="output", decimals=decimals)]


class Outside(NamedTuple):
    """Of the feature in which z is furthest out of what all the vectors have: `rings` around it, there and in z, the `least` and
    the `most` of it in the vectors, and what it is in `z`, as they are written."""

    rings: VGroup
    least: str
    most: str
    z: str


def outside(theme: Theme, mixed: Mixture) -> Outside | None:
    """How far z is out of the vectors, as the digits show it; None where it is not, or cells are too slim for digits."""
    if not mixed.z.digits:
        return None
    pictures, places = (mixed.vectors, mixed.z), mixed.z.decimals
    columns = [j for j in mixed.z.grid.columns if j is not None]
    vectors, z = (view.values[..., columns].round(places) for view in (mixed.vectors.view, mixed.z.view))       # (n, column), (column)
    least, most = vectors.min(0), vectors.max(0)
    beyond = np.maximum(least - z, z - most)                                        # (column,)
    k = int(beyond.argmax())
    if beyond[k] <= 0:
        return None
    rings = VGroup(ring(theme, VGroup(line[k] for line in picture.cells)) for picture in pictures)
    return Outside(rings, *(format_number(values[k], places) for values in (least, most, z)))


def factors(theme: Theme, scores: View, places: Sequence[Room]) -> list[HeatMap]:
    """Scores (n) as what the vectors are multiplied by, each a square in its place."""
    return [heat_map(theme, scores[j : j + 1], place, "background", True, peak(scores)) for j, place in enumerate(places)]


def reaching(theme: Theme, vectors: View, z: View, picture: HeatMap, room: Room, said: str) -> tuple[VGroup, VGroup]:
    """How far the vectors reach in each feature, as a frame from the lowest to the highest, with a word on what that is; and z in it as a bar. The
    largest of all fills the height of a room, whose width is that of a picture of z with the word at its left."""
    cells, full = room_of(picture.cells, PX), largest(vectors, z)
    beside, room = replace(room, right=cells.left - TIGHT), replace(room, left=cells.left, right=cells.right)
    columns, unit = picture.grid.columns, room.height / 2 / full
    frames = VGroup()
    for place, j in zip(room.columns(len(columns), gap=0), columns, strict=True):
        if j is not None:
            low, high = (room.centre[1] + unit * edge(vectors.values[:, j]) for edge in (np.min, np.max))
            frames.add(frame(theme, Room(place.left + PX, place.right - PX, low, high), "muted", radius=TIGHT / 4, width=2, fill="surface"))
    return VGroup(frames, text(theme, said, WORD, "muted", at=beside, align=-1)), feature_bars(theme, z, columns, room, full)
