"""What is said beside waves and the table that they make: of the plain count, of a wave that confuses two places, and of all together."""

from collections.abc import Sequence
from dataclasses import replace

from manim import VGroup

from model import View
from scenes.base.layout import stacked
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import number, paragraph
from scenes.parts.shapes import ring, room_of
from scenes.parts.wave_cuts import WaveCuts

NOTE, LARGE = 32 * PX, 60 * PX


def wave_notes(theme: Theme, waves: WaveCuts, alike: tuple[int, int], said: Sequence[str], measures: tuple[View, View], side: Room | None
               ) -> list[VGroup]:
    """Of the count a number, around the columns `alike` of the shortest wave a ring each, and of all waves a number.

    said: a note to each of the three, in the room at the `side` of the table, if there is one, at the height of what it speaks of.
    """
    lines, cells = waves.table.cells, [waves.table.cells[0][k] for k in alike]
    if not side:
        return [VGroup(), VGroup(*(ring(theme, cell) for cell in cells)), VGroup()]
    count, confused, together = said
    high, low = room_of(waves.counts), room_of(lines[len(waves.curves) // 2]).top
    note = paragraph(theme, confused, NOTE, side.width).move_to(side.level(lines[0].get_y()).centre)
    return [
        _measured(theme, count, measures[0], replace(side, bottom=high.bottom, top=high.top)),
        VGroup(*(ring(theme, cell) for cell in cells), note),
        _measured(theme, together, measures[1], replace(side, top=low)),
    ]


def _measured(theme: Theme, said: str, source: View, room: Room) -> VGroup:
    return stacked(paragraph(theme, said, NOTE, room.width), number(theme, source, LARGE, "output", 600), gap=TIGHT, at=room)
