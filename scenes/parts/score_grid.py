"""The grid of scores: a row from the left and a column from above meet in every cell, and the mirror image of it all."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from manim import DOWN, LEFT, Animation, VGroup

from model import View
from scenes.parts.heat_map import Grid, HeatMap, fit_grid, heat_map, taller
from scenes.parts.label import SMALLEST_WORD, WORD, Number, fit_words, format_number, number, text, text_width
from scenes.parts.motion import BLINK, BRIEF, STEADY, Count, Light, Together, appear, brighten, dim, merge, travel, vanish
from scenes.parts.product import Product
from scenes.parts.shapes import ring
from scenes.parts.tokens import card_width, column_labels
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme

CARD, SIDE, OVER = 180 * PX, 160 * PX, 100 * PX           # widths of cards and of the left factor, height of the upper one, at most
LEVEL, SLANTED, FEW = 60 * PX, 115 * PX, 6                # below the grid: room for the words of few tokens, and of more
SPACIOUS = 1.35                           # a room so many times as wide as high has its cells and its vectors as wide as they can be
DECISIVE = 100 * PX                       # em size of the scores that are compared
SLOW, FAST = 1.2, 0.3                     # seconds that the first and the later cells take


class ScoreTable(NamedTuple):
    """Where a grid of scores stands, whose cells are square but in a room much wider than high, or higher: the `grid`, the room of its `square`, that
    of the vectors `beside` it and `over` it, the height of its `foot`, for words: 0 where there are none, and the width of a `card`."""

    grid: Grid
    square: Room
    beside: Room
    over: Room
    foot: float
    card: float

    def rows(self, theme: Theme, source: View, role: str = "line") -> HeatMap:
        """Vectors (n, d) at the left of the grid, each at the height of its token."""
        grid = fit_grid(source.shape, self.beside)._replace(height=self.grid.height)
        return heat_map(theme, source, self.beside, role, grid=grid)

    def columns(self, theme: Theme, source: View, role: str = "line") -> HeatMap:
        """Vectors (n, d) upright above the grid, each in the column of its token."""
        grid = fit_grid(source.T.shape, self.over)._replace(width=self.grid.width)
        return heat_map(theme, source.T, self.over, role, grid=grid)

    def words(self, theme: Theme, words: Sequence[str], picture: HeatMap, keep: int) -> VGroup:
        """The words of the grid's columns below a picture in its place, if there is room for them. keep: one that is among them wherever some are
        left out."""
        return column_labels(theme, words, picture, "text", self.foot, keep=keep) if self.foot else VGroup()


def score_table(theme: Theme, words: Sequence[str], room: Room) -> ScoreTable:
    """A table of scores for these tokens, in the middle of a room, with room for their cards at its left; below it for their words, unless
    these would be slanted and take more than a third of the height."""
    n, side, high = len(words), min(SIDE, room.width * 2 / 9), min(OVER, room.height / 5)
    card = card_width(theme, words, min(CARD, room.width * 2 / 7))
    beside, spacious = card + TIGHT / 2 + side, room.width > SPACIOUS * room.height
    widest = max(text_width(theme, word, SMALLEST_WORD) for word in words)
    for foot in (LEVEL, SLANTED if 3 * SLANTED <= room.height else 0)[n > FEW :]:
        low = max(foot, LEVEL)            # the letter of the vectors at the left
        grid = fit_grid((n, n), room.trim(left=beside, bottom=low, top=high))
        pitch = min(grid.width, grid.height)
        grid = grid._replace(width=grid.width if spacious else pitch, height=taller(grid, room.height - low - high).height if room.height > room.width else pitch)
        if widest <= 0.9 * pitch:
            break
    across, down = grid.size
    if spacious:
        side, beside = side + room.width - beside - across, room.width - across
    whole = Room.around(room.centre, beside + across, high + down + low)
    square = whole.trim(left=beside, top=high, bottom=low)
    over = Room(square.left, square.right, square.top + TIGHT / 2, whole.top)
    return ScoreTable(grid, square, square.outside(left=side - TIGHT / 2, gap=TIGHT / 2), over, foot, card)


def meet(work: Product, i: int, j: int, run_time: float = SLOW) -> Animation:
    """Copies of row i, at the left, and of column j, above, fly to the cell where they cross and become the score."""
    cell = work.result.cell(i, j)
    return Together(
        merge(work.left.cells[i], columns(work.above)[j], into=cell, run_time=run_time), appear(cell, run_time=run_time)
    )


def fill(work: Product, i: int, skip: int | None = None) -> Iterator[Animation]:
    """Fills the grid, animation by animation: row i score by score, each faster than the one before; then all other rows at once.

    skip: a column of row i that is filled already.
    """
    for turn, j in enumerate(j for j in range(len(work.result.cells[i])) if j != skip):
        yield meet(work, i, j, max(FAST, SLOW / (turn + 1)))
    if others := [k for k in range(len(work.result.cells)) if k != i]:
        yield Together(*(
            Together(merge(work.left.cells[k], into=work.result.cells[k]), appear(work.result.row(k))) for k in others
        ), lag=0.3)


def columns(picture: HeatMap) -> VGroup:
    """The cells of a matrix column by column."""
    return VGroup(VGroup(column) for column in zip(*picture.cells, strict=True))


def mirrored(picture: HeatMap) -> VGroup:
    """A copy of a square grid's cells, turned over the diagonal: the entry (i, j) lies in the place of (j, i)."""
    oblong = picture.grid.width / picture.grid.height
    return picture.cells.copy().apply_matrix([[0, -oblong], [-1 / oblong, 0]], about_point=picture.border.get_center())


def compare_with_mirror(theme: Theme, picture: HeatMap, into: Number, run_time: float = 2.4) -> Animation:
    """The pairs (i, j) and (j, i) light up in turn while a number counts through max |S_ij - S_ji| so far.

    into: the number, which ends on what it shows (its source).
    """
    pairs = list(zip(*np.triu_indices(len(picture.cells), 1), strict=True))
    if not pairs:
        return Count(theme, into, [], run_time=run_time)
    gaps = [abs(picture.view.values[i, j] - picture.view.values[j, i]) for i, j in pairs]
    places, colour = len(into.string.partition(".")[2]), theme.colour("output")
    lights = Together(
        *(Together(*(Light(picture.cells[a][b], colour, run_time=1) for a, b in ((i, j), (j, i)))) for i, j in pairs),
        lag=0.4, run_time=run_time,
    )
    strings = [format_number(x, places) for x in np.maximum.accumulate(gaps)]
    return Together(lights, Count(theme, into, strings, run_time=run_time))


def fold(picture: HeatMap) -> Iterator[Animation]:
    """The grid turns over its diagonal: what it is then lies upon what it was, and goes."""
    turned, sheet = mirrored(picture), picture.cells.copy()
    yield Together(appear(sheet, run_time=BLINK), vanish(picture.numbers), dim(picture.cells))
    yield travel(sheet, turned, run_time=2.0)
    yield Together(brighten(picture.cells, run_time=BRIEF), vanish(turned, run_time=STEADY), appear(picture.numbers, run_time=STEADY))


def both_ways(theme: Theme, picture: HeatMap, pair: tuple[int, int]) -> VGroup:
    """Rings around the scores of a pair, one for each direction."""
    i, j = pair
    return VGroup(ring(theme, picture.cells[a][b]) for a, b in ((i, j), (j, i)))


def facing(theme: Theme, words: Sequence[str], scores: View, pair: tuple[int, int], room: Room, said: Sequence[str] = ()) -> VGroup:
    """The scores of a pair in both directions, one below the other, large. words: (n). scores: (n, n). said: what is said of each
    direction, where there is room for it."""
    lines = VGroup()
    for k, ((a, b), line) in enumerate(zip((pair, pair[::-1]), room.rows(2, GAP), strict=True)):
        names, digits = line.columns((5, 4), TIGHT)
        high = line.height > 3 * WORD
        size = max(theme.digit, min(DECISIVE, (0.6 if high else 0.75) * line.height))
        roomy = high and max((text_width(theme, each, SMALLEST_WORD) for each in said), default=np.inf) <= names.width
        below = [text(theme, said[k], fit_words(theme, said, WORD, names.width)[1], "muted")] if roomy else []
        pair_of = text(theme, f"{words[a]} → {words[b]}", WORD, width=names.width)
        lines.add(VGroup(VGroup(pair_of, *below).arrange(DOWN, buff=TIGHT, aligned_edge=LEFT).move_to(names.point(-1), LEFT),
                         number(theme, scores[a, b], size, at=digits, align=1, weight=600, width=digits.width)))
    return lines
