"""The pattern of a head over a sentence: a disc for the weight of every pair, columns as wide as their words, one row opened into bars."""

from collections.abc import Sequence
from dataclasses import replace

from manim import Animation, VGroup

from model import View
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import DISC, RADIUS_SHARE, Cell, cell_colour
from scenes.parts.label import SMALLEST_WORD, WORD, Label, text, text_width
from scenes.parts.motion import Together, travel
from scenes.parts.shapes import frame, room_of, rounded_points
from scenes.parts.tokens import slanted_words, word_widths
from scenes.parts.weight import WeightBars, disc, weight_bars
from scenes.parts.whole import Whole

GAP, NAMES, NARROWEST = (length * PX for length in (6, 190, 76))      # between cells; room for the row's words; the narrowest column
OPEN = 4                                  # how many times as high as the others the opened row is
HEAD, SLANTED = 52 * PX, 130 * PX         # height of the words above, and where they find no room side by side
REACH = 0.75                              # of the length of the last slanted word, how far it leans out of its column
SHARE = 0.22                              # of the width, what the row's words take at most
LARGEST_WORD, SMALL, LARGEST = 38 * PX, 30 * PX, 90 * PX  # em sizes: of a word, of numbers, and of what stands out in the opened row
FILLED = 0.94                             # share of its column that a number takes at most


class Pattern(Whole):
    """`rows`: of each token its cells, a ground with a disc, or with a bar where it is opened; `numbers`: of that row; `words` of the
    rows; `columns`, the words above; `around`: the frame of the opened row."""

    def __init__(self, rows: VGroup, numbers: VGroup, words: VGroup, columns: VGroup, around: VGroup):
        super().__init__(rows=rows, numbers=numbers, words=words, columns=columns, around=around)

    def open_from(self, closed: "Pattern", run_time: float = 0.8) -> Animation:
        """A row opens into bars: what is around it makes room."""
        return Together(*(travel(old, new, run_time=run_time) for old, new in (
            (closed.rows, self.rows), (closed.words, self.words), (closed.columns, self.columns))))


def pattern(theme: Theme, words: Sequence[str], weights: View, room: Room, followed: int, opens: bool = False) -> Pattern:
    """The weights (query, key) of a head over its words, in a room. opens: whether the row of the token `followed` is shown as bars.

    Where rows are too low for their words, only that token is named.
    """
    columns, body, widths = _columns(theme, words, room)
    n, left = len(words), replace(room, right=body.left - TIGHT)
    places = [line.columns(widths, GAP) for line in body.rows([OPEN if opens and i == followed else 1 for i in range(n)], GAP)]
    rows = [VGroup(_cell(theme, source, place) for source, place in zip(row, line)) for row, line in zip(weights, places)]
    named = [word if i == followed or body.height >= n * SMALLEST_WORD else "" for i, word in enumerate(words)]
    names = VGroup(_name(theme, word, replace(left, bottom=line[0].bottom, top=line[0].top), opens and i == followed)
                   for i, (word, line) in enumerate(zip(named, places, strict=True)))
    if not opens:
        return Pattern(VGroup(*rows), VGroup(), names, columns, VGroup())
    bars = _bars(theme, weights[followed], places[followed])
    rows[followed] = VGroup(VGroup(ground, bar) for ground, bar in zip(bars.grounds, bars.bars, strict=True))
    around = VGroup(frame(theme, room_of(rows[followed], GAP), "query", width=5))
    return Pattern(VGroup(*rows), VGroup(*filter(lambda label: label.size >= theme.digit, bars.numbers)), names, columns, around)


def _columns(theme: Theme, words: Sequence[str], room: Room) -> tuple[VGroup, Room, list[float]]:
    """The words above the columns, the room of these, and their widths: level where all fit, else slanted above columns of one width."""
    body = room.trim(left=min(NAMES, SHARE * room.width))
    widths, size = word_widths(theme, [(word,) for word in words], body.width, LARGEST_WORD, NARROWEST, GAP)
    places = body.strip(top=HEAD).columns(widths, GAP)
    if all(text_width(theme, word, size) <= place.width for word, place in zip(words, places, strict=True)):
        return VGroup(text(theme, word, size, "key", at=place) for word, place in zip(words, places)), body.trim(top=HEAD + GAP), widths
    size = SMALLEST_WORD
    body = body.trim(right=REACH * min(SLANTED, text_width(theme, words[-1], size)))
    places = body.strip(top=SLANTED).columns(len(words), GAP)
    starts = [(place.centre[0], place.bottom + size / 2) for place in places]
    above = slanted_words(theme, words, starts, size, places[0].width + GAP, "key", SLANTED - 1.3 * size, -1)
    return above, body.trim(top=SLANTED + GAP), [1] * len(words)


def _cell(theme: Theme, source: View, place: Room) -> Cell:
    """A weight as a disc on a ground of its own."""
    low = min(place.width, place.height)
    cell = Cell(stroke_width=0, fill_color=cell_colour(theme, float(source), None), fill_opacity=1)
    cell.points = rounded_points(place.width, place.height, RADIUS_SHARE * low).copy()
    cell.source, cell.scale = source, None
    return cell.add(disc(theme, source, DISC * low)).move_to(place.centre)


def _name(theme: Theme, word: str, place: Room, loud: bool) -> Label:
    size = LARGEST if loud else max(SMALLEST_WORD, min(WORD, 0.7 * place.height))
    return text(theme, word, max(SMALLEST_WORD, min(size, place.height)), "query", 700 if loud else 400, at=place, align=1)


def _bars(theme: Theme, row: View, places: Sequence[Room]) -> WeightBars:
    """A row as bars; its largest weight has a number as large as its place takes."""
    widest = text_width(theme, f"0.{'0' * theme.decimals}", 1 / FILLED, 600, tabular=True)
    most = int(row.values.argmax())
    return weight_bars(theme, row, places, [min(LARGEST if i == most else SMALL, place.width / widest) for i, place in enumerate(places)])
