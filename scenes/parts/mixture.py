"""A mixture: vectors one below the other, each with room for what it is multiplied by, and what they add up to, below them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from manim import UP, Animation, VGroup

from model import View
from scenes.base.layout import fitted, line_of, stacked
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.bars import largest
from scenes.parts.equation import Equation, equation
from scenes.parts.feature_bars import feature_bars
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, peak, taller
from scenes.parts.label import WORD, fit_words, number, paragraph, text
from scenes.parts.motion import Together, merge
from scenes.parts.ranking import measured
from scenes.parts.shapes import frame, room_of
from scenes.parts.tokens import card_width, cards_beside, row_labels
from scenes.parts.whole import Whole

HEAD = (3, 3, 4)                          # of what is said of a formula, the formula, and what is held against it
CARD, FACTOR = 180 * PX, 170 * PX         # widths of the cards and of what the vectors are multiplied by
LOW = 40 * PX                             # lower rows have plain words instead of cards
LETTER, TOTAL, SUM = 66 * PX, 54 * PX, 1.25               # sizes of z's name and of a distance; height of z's row, where the others have 1
LINE, NAMES, DECIMALS = 100 * PX, 0.4, 1  # height of a distance; share of the width that its name takes; of what bars are drawn of


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


class Nearer(Whole):
    """`words`, what is how far from something; `bars` and `numbers`, how far."""

    def __init__(self, words: VGroup, bars: VGroup, numbers: VGroup):
        super().__init__(words=words, bars=bars, numbers=numbers)


def mixture(theme: Theme, words: Sequence[str], vectors: View, z: View, room: Room, role: str, scale: float,
            asks: int, digits: bool = True) -> Mixture:
    """A mixture laid out in a room. vectors: (n, d). z: (d). scale: the magnitude that is drawn brightest in both. asks: the token for which
    all are mixed, whose card has a bright edge. digits: in the cells."""
    width, factor = card_width(theme, words, min(CARD, room.width * 2 / 7)), min(FACTOR, room.width / 4)
    above, below = room.rows([len(words), SUM], GAP)
    left = width + factor + 2 * TIGHT
    inner = above.trim(left=left)
    grid = fit_grid(vectors.shape, inner)
    grid = grid if inner.is_wide else taller(grid, inner.height)
    row = heat_map(theme, z, below.trim(left=left), "output", digits, scale, grid=grid._replace(
        rows=(0,), height=min(grid.height, below.height - 2 * grid.margin)))
    picture = heat_map(theme, vectors, inner, role, digits, scale, grid=grid)
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


def nearer(theme: Theme, names: Sequence[str], distances: Sequence[View], room: Room) -> Nearer:
    """How far two things are from a third, in a room: their names, and lying bars with numbers, the second in the colour of the output."""
    lines, roles = room.fit(height=2 * LINE).rows(2, TIGHT), ("muted", "output")
    words = VGroup(text(theme, name, WORD, at=line.strip(left=NAMES * room.width), align=1) for name, line in zip(names, lines, strict=True))
    places = [line.trim(left=NAMES * room.width + GAP).fit(height=line.height / 2) for line in lines]
    return Nearer(words, *measured(theme, distances, places, roles, min(TOTAL, lines[0].height)))


def factors(theme: Theme, scores: View, places: Sequence[Room]) -> list[HeatMap]:
    """Scores (n) as what the vectors are multiplied by, each a square in its place."""
    return [heat_map(theme, scores[j : j + 1], place, "background", True, peak(scores)) for j, place in enumerate(places)]


def reaching(theme: Theme, vectors: View, z: View, picture: HeatMap, room: Room, said: str) -> tuple[VGroup, VGroup, bool]:
    """How far all numbers of the vectors reach, as a band with these two numbers and a word on what they are at its left; z as bars in line with a
    picture of it, with its largest number; and whether one of its numbers is out of the band. All fills the height of a room; where it is too low
    for the word, that is left out."""
    cells, columns, shown = room_of(picture.cells), picture.grid.columns, [j for j in picture.grid.columns if j is not None]
    least, most = (vectors[divmod(int(find(vectors.values)), len(z))] for find in (np.argmin, np.argmax))
    low, high = min(z.values.min(), float(least), 0), max(z.values.max(), float(most), 0)
    beside, body = replace(room, right=cells.left - TIGHT), replace(room, left=cells.left, right=cells.right).inset(y=WORD)
    unit, full = body.height / (high - low), largest(z)
    floor = body.bottom - low * unit
    band = replace(body, bottom=floor + float(least) * unit, top=floor + float(most) * unit)
    bars = feature_bars(theme, z, columns, Room.around((body.centre[0], floor), body.width, 2 * full * unit), full)
    furthest = max(range(len(shown)), key=lambda k: abs(z.values[shown[k]]))
    bars.add(number(theme, z[shown[furthest]], WORD, "output", 600, decimals=DECIMALS).next_to(
        bars[furthest], UP * np.sign(z.values[shown[furthest]]), buff=TIGHT / 4))
    ends = [number(theme, end, WORD, weight=600, decimals=DECIMALS) for end in (least, most)]
    numbers = line_of(ends[0], text(theme, "…", WORD, "muted"), ends[1], at=beside)
    words = stacked(paragraph(theme, said, WORD, beside.width, "muted", lines=3), numbers.copy(), gap=TIGHT, at=beside)
    around = VGroup(frame(theme, band, "muted", TIGHT / 4, 2, "line"), words if words.height <= beside.height else numbers)
    return around, bars, bool(z.values.min() < float(least) or z.values.max() > float(most))
