"""One token's column: its vector at every stage of the residual stream, one above the other, and in colour what was added."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.layout import left_of, side_by_side
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import largest, signed_bars
from scenes.parts.equation import equation
from scenes.parts.feature_bars import middle
from scenes.parts.heat_map import fit_grid
from scenes.parts.label import SMALLEST_WORD, Number, number, paragraph, text
from scenes.parts.shapes import rounded_rectangle
from scenes.parts.whole import Whole

HEADROOM, LINES = 1.3, 4                  # of the largest bar, for its number; so many of these a row must hold to have one
NOTED = 1080 * PX                         # the least width of a row beside which it is said what it is
NAME, NAMES = 56 * PX, 200 * PX           # em size of a name, and the room at the left for it
KEY, OUTLINE = 40 * PX, 2.5 * PEN         # height of the key, and width of an outline


class Stage(NamedTuple):
    """A stage of the stream: how it is written and what it is, its vector (d), and for a sum the two vectors that it is made of."""

    maths: str
    words: str
    vector: View
    terms: tuple[View, View] | None


class Row(Whole):
    """`floor`: its middle line; `label`; `carried`: the bars of what was there; `added`: on their ends, what came to it, or nothing;
    `result`: the outlines of what that makes, or nothing; `largest`: how much the highest bar is."""

    def __init__(self, floor: VGroup, label: VGroup, carried: VGroup, added: VGroup, result: VGroup, largest: VGroup):
        super().__init__(floor=floor, label=label, carried=carried, added=added, result=result, largest=largest)


def column(theme: Theme, stages: Sequence[Stage], room: Room) -> list[Row]:
    """A row of bars for every stage, from the bottom up, all on one scale and feature above feature."""
    full = HEADROOM * largest(*(view for stage in stages for view in (stage.vector, *(stage.terms or ())))) or 1.0
    columns = fit_grid(stages[0].vector.shape, room).columns
    places = room.trim(left=NAMES).rows(len(stages), TIGHT)[::-1]
    return [_row(theme, stage, columns, place, full) for stage, place in zip(stages, places, strict=True)]


def _row(theme: Theme, stage: Stage, columns: Sequence[int | None], room: Room, full: float) -> Row:
    before, change = stage.terms or (stage.vector, None)
    carried, added, result, unit = VGroup(), VGroup(), VGroup(), room.height / 2 / full
    bars, *notes = room.columns([4, 1], GAP) if room.width >= NOTED else [room]
    places = bars.columns(len(columns), gap=0)
    for place, j in zip(places, columns, strict=True):
        if j is not None:
            carried.add(*signed_bars(theme, before[j : j + 1], place, "muted", full))
        if j is not None and change:
            change_bars = signed_bars(theme, change[j : j + 1], place, None, full)
            added.add(*change_bars.shift([0, float(before[j]) * unit, 0]))
            result.add(*outlined(theme, signed_bars(theme, stage.vector[j : j + 1], place, None, full)))
    floor = middle(theme, bars)
    name = left_of(equation(theme, stage.maths, size=NAME, width=NAMES - 2 * TIGHT), floor)
    said = [paragraph(theme, stage.words, SMALLEST_WORD, note.width, "muted", lines=3, align=-1).shift(note.centre) for note in notes]
    largest = _largest(theme, stage.vector, columns, places, unit)
    return Row(VGroup(floor), VGroup(name, *said), carried, added, result, VGroup(*([largest] if LINES * largest.size <= room.height else [])))


def _largest(theme: Theme, vector: View, columns: Sequence[int | None], places: Sequence[Room], unit: float) -> Number:
    """The value of the highest bar, beyond its end."""
    place, j = max(((place, j) for place, j in zip(places, columns, strict=True) if j is not None), key=lambda at: abs(vector.values[at[1]]))
    value = float(vector[j])
    size = max(SMALLEST_WORD, theme.digit)
    label = number(theme, vector[j], size)
    x = min(place.centre[0], places[-1].right - label.advance / 2)
    return label.shift([x, place.centre[1] + value * unit + (1 if value > 0 else -1) * 0.7 * size, 0])


def outlined(theme: Theme, bars: VGroup) -> VGroup:
    """Bars of which only the outline is seen."""
    return bars.set_fill(opacity=0).set_stroke(theme.colour("text"), OUTLINE)


def key(theme: Theme, words: Sequence[str], room: Room, across: int) -> VGroup:
    """What the bars are, so many side by side in a room. words: of what was there, of what is added, positive and negative, and of the outline."""
    swatches = [rounded_rectangle(KEY / 2, KEY / 2, 0).set_fill(theme.colour(role), 1) for role in ("muted", "plus", "minus")]
    swatches.append(rounded_rectangle(KEY / 2, KEY / 2, 0).set_stroke(theme.colour("text"), OUTLINE))
    return VGroup(side_by_side(swatch, text(theme, word, KEY * 0.8, "muted", width=place.width - KEY), gap=TIGHT / 2, at=place)
                  for swatch, word, place in zip(swatches, words, room.grid(len(words), across, GAP if across == len(words) else 0), strict=True))
