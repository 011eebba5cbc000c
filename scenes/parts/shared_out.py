"""A row of weights as one bar of the length 1, shared out among words; below it what comes of the row, as long."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.base.layout import line_of, stacked
from scenes.base.room import PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, Label, format_number, is_special, number, paragraph, text, text_width
from scenes.parts.shapes import frame, rounded_points
from scenes.parts.weight import WeightBar
from scenes.parts.whole import Whole

TITLE, LETTER, LARGEST = (length * PX for length in (60, 66, 60))         # height of the line above; room for z’s letter; em size of words
HIGHEST, LOW, SHARES = 320 * PX, 160 * PX, (5, 2)         # heights of the bar and of what comes of it together, at most, and for that at least
SAID, INSIDE = 600, 0.86                  # how bold words are; share of its piece that they may take, and of its height
OUTLINE = 4 * PEN


class Span(WeightBar):
    """A weight as a length along a bar; `unit`: the length of 1."""

    least = 0.0

    def heights(self) -> np.ndarray:
        return np.array([self.width])


class SharedOut(Whole):
    """`title`, and `one` at the end of the `ground`, which is as long as the weight 1; its `pieces`, the largest first, each with its word and
    weight if these find room; `z`, which comes of it, and its `letter`; `more`, what there is no room for, as an outline, and what is `said`
    of it."""

    def __init__(self, title: VGroup, one: Label, ground: VMobject, pieces: VGroup, letter: VMobject, z: HeatMap, more: VGroup, said: VGroup):
        super().__init__(title=title, one=one, ground=ground, pieces=pieces, letter=letter, z=z, more=more, said=said)

    def piece_of(self, weight: View) -> Span:
        """The piece of a weight; the largest, if that has none."""
        return next((span for span, *_ in self.pieces if span.source.index == weight.index), self.pieces[0][0])


def shared_out(theme: Theme, words: Sequence[str], row: View, z: View, said: tuple[str, str], role: str, room: Room, most: float, scale: float,
               more: tuple[int, View, str] | None = None) -> SharedOut:
    """A row of weights (n) of one head in a room, and the z (d_k) that comes of it.

    said: what stands above the bar, in a role, and what is said of more. most: what the width of the room stands for. scale: of z.
    more: a word, how much it is given elsewhere, and what it is called there: laid on what it has here, all of which comes last, that sticks
    out beyond 1.
    """
    unit, last = (room.width - LETTER) / most, [more[0]] if more else []
    title = paragraph(theme, said[0], WORD, unit - WORD, role, SAID, align=-1)
    head = max(TITLE, title.height + TIGHT)
    line, body = room.strip(top=head), room.trim(top=head, left=LETTER)
    body = body.strip(top=min(HIGHEST, body.height))
    bar, low = body.rows(SHARES, TIGHT) if body.height >= LOW else (body, None)
    end = bar.left + unit
    order = [*(int(j) for j in np.argsort(-row.values, kind="stable") if j not in last), *last]
    starts = bar.left + unit * np.cumsum([0, *row.values[order]])
    pieces = VGroup(_piece(theme, words[j], row[j], start, bar, unit) for j, start in zip(order, starts) if unit * float(row[j]) >= PX)
    over, note = VGroup(), VGroup()
    if more:
        over = _outline(theme, (more[2], words[more[0]]), more[1], starts[-2], bar, unit)
    if more and low:
        note.add(*paragraph(theme, said[1], WORD, low.right - end - TIGHT, "muted", align=-1).shift(replace(low, left=end + TIGHT).centre))
    return SharedOut(
        title.shift([bar.left + (unit - WORD) / 2, line.centre[1], 0]), text(theme, "1", WORD, "text", SAID, at=(end, line.centre[1], 0), align=1),
        frame(theme, replace(bar, right=end), "text", radius=TIGHT / 4, fill="surface"), pieces,
        *(_sum(theme, z, scale, replace(low, right=end)) if low else (VGroup(), VGroup())), over, note,
    )


def _sum(theme: Theme, z: View, scale: float, room: Room) -> tuple[VMobject, HeatMap]:
    """z’s letter, and z (d_k), whose cells fill a room."""
    grid = fit_grid(z.shape, room)
    grid = grid._replace(width=(room.width - 2 * grid.margin) / len(grid.columns), height=room.height - 2 * grid.margin)
    letter = equation(theme, "z", size=LETTER, role="output").move_to(room.outside(left=LETTER / 2, gap=LETTER / 3).centre)
    return letter, heat_map(theme, z, room, "output", scale=scale, grid=grid)


def _piece(theme: Theme, word: str, weight: View, start: float, bar: Room, unit: float) -> VGroup:
    """A weight as a piece of a bar that starts somewhere, with its word and its digits in it."""
    place = Room(start, start + unit * float(weight), bar.bottom, bar.top)
    span = Span(stroke_width=1.5, stroke_color=theme.colour("background"), fill_color=theme.colour("weight"), fill_opacity=1)
    span.points = rounded_points(place.width, place.height, TIGHT / 4).copy()
    span.source, span.unit = weight, unit
    labels = _written(theme, word, weight, place)
    ink = theme.ink_on(span.get_fill_color())
    return VGroup(span.move_to(place.centre), *(label.set_fill(ink) for label in labels))


def _outline(theme: Theme, names: tuple[str, str], weight: View, start: float, bar: Room, unit: float) -> VGroup:
    """The same as an outline, in what sticks out of the bar the first of its names that finds room, and its digits."""
    place, end = Room(start, start + unit * float(weight), bar.bottom, bar.top), bar.left + unit
    around = frame(theme, place, "muted", radius=TIGHT / 4, width=OUTLINE)
    around.overlay = True
    outside = Room(end, place.right, bar.bottom, bar.top)
    labels = next(filter(None, (_written(theme, name, weight, outside) for name in names)), [])
    return VGroup(around, *(label.set_fill(theme.colour("muted")) for label in labels))


def _written(theme: Theme, word: str, weight: View, place: Room) -> list[Label]:
    """A word and its weight below it, or behind it, in the middle of a place, as large as they find room; none where they would be illegible."""
    widths = text_width(theme, word, 1, SAID), text_width(theme, format_number(0, theme.decimals), 1, SAID, tabular=True)
    wide, high = INSIDE * (place.width - TIGHT), INSIDE * place.height
    below, behind = min(wide / max(widths), high / 2 - TIGHT / 2), min(wide / sum(widths), high)
    legible = max(SMALLEST_WORD, theme.digit)
    size = min(LARGEST, below if below >= legible else behind)
    if size < legible:
        return []
    labels = text(theme, word, size, weight=SAID), number(theme, weight, size, "text", SAID)
    return [*(stacked(*labels, gap=TIGHT, at=place) if below >= legible else line_of(*labels, at=place))]


def another_way(weights: np.ndarray, head: int, token: int, words: Sequence[str]) -> tuple[int, int] | None:
    """The head that looks where another gives least, of weights (head, key) of a token: which it is, and which other word it looks at there;
    None where there is no other head or word. Of special tokens, at which heads look that find nothing, there is nothing to say."""
    more = weights - weights[head]                                                  # (head, key)
    more[:, [i == token or is_special(word) for i, word in enumerate(words)]] = 0
    other, place = np.unravel_index(more.argmax(), more.shape)
    return (int(other), int(place)) if more.max() > 0 else None
