"""A word's numbers as bars, alone and on top of the number of a place, all on one scale; and which word each of these is nearest to."""

from collections.abc import Sequence
from dataclasses import replace

from manim import VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import Bar, bar, floor, largest
from scenes.parts.feature_bars import feature_bars
from scenes.parts.heat_map import fit_grid
from scenes.parts.label import LINE_SPACING, WORD, paragraph, text
from scenes.parts.whole import Whole

NAME, NEAREST = 34 * PX, 72 * PX          # em sizes of what the words are, and of these


class CountAdded(Whole):
    """`word`, its bars; `pillars`, a number of a place each, and `sums`, the same bars upon them; `floors`; `names` of all of these, the
    word's first, and which word each is `nearest` to. `free`: a room above what is low."""

    def __init__(self, word: VGroup, pillars: Sequence[Bar], sums: Sequence[VGroup], floors: VGroup, names: Sequence[VGroup],
                 nearest: Sequence[VGroup], free: Room):
        super().__init__(word=word, pillars=pillars, sums=sums, floors=floors, names=names, nearest=nearest)
        self.free = free


def count_added(theme: Theme, word: View, counts: Sequence[View], names: Sequence[str], lines: int, nearest: Sequence[str], said: str, room: Room
                ) -> CountAdded:
    """A word and sums of it in a room, side by side. word: (d). counts: numbers that are added to each of its numbers, rising. names: what
    stands below, in so many lines. nearest: the words to which they are, the first to itself; said: what these are."""
    foot = room.strip(bottom=NAME + LINE_SPACING * NEAREST)
    roles = ["output" if found == nearest[0] else "text" for found in nearest]
    found = [VGroup(text(theme, said, NAME, "muted", at=place.strip(top=NAME), width=place.width),
                    text(theme, each, NEAREST, role, 700, at=place.strip(bottom=LINE_SPACING * NEAREST), width=place.width))
             for each, role, place in zip(nearest, roles, foot.columns(1 + len(counts), GAP), strict=True)]
    room = room.trim(bottom=foot.height + TIGHT)
    wide = room.columns(1 + len(counts), GAP)[0].width
    below = [paragraph(theme, name, WORD, wide, lines=lines) for name in names]
    high = max(lines * LINE_SPACING * WORD, *(name.height for name in below))       # one long word may still take a line of its own
    columns = room.trim(bottom=high + TIGHT).columns(1 + len(counts), GAP)
    peak, shown = largest(word), fit_grid(word.shape, columns[0]).columns
    unit = columns[0].height / (float(counts[-1]) + 2 * peak)
    half = peak * unit
    rooms = [column.trim(bottom=half, top=half) for column in columns]
    alone, *sums = (feature_bars(theme, word, shown, place.level(place.bottom + value * unit).inset(y=-half), peak)
                    for place, value in zip(rooms, (0, *map(float, counts)), strict=True))
    return CountAdded(
        alone, [bar(theme, count, place, "line", float(counts[-1])) for count, place in zip(counts, rooms[1:], strict=True)], sums,
        VGroup(floor(theme, place) for place in rooms),
        [name.move_to(place.centre) for name, place in zip(below, room.strip(bottom=high).columns(len(columns), GAP), strict=True)], found,
        replace(columns[0], right=columns[1].right, bottom=rooms[0].bottom + (float(counts[0]) + peak) * unit + GAP),
    )
