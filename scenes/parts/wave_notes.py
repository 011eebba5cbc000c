"""What is said beside waves and the table that they make: of one that confuses two places, of one that tells them apart, and of all."""

from collections.abc import Sequence
from dataclasses import replace

from manim import VGroup

from model import View
from scenes.base.room import GAP, Room
from scenes.base.theme import Theme
from scenes.parts.label import WORD, paragraph
from scenes.parts.readout import stated
from scenes.parts.shapes import ring, room_of
from scenes.parts.wave_cuts import WaveCuts


def wave_notes(theme: Theme, waves: WaveCuts, pair: Sequence[int], said: Sequence[str], apart: View, side: Room | None) -> list[VGroup]:
    """Rings around what the shortest wave is at a `pair` of columns, and around what that wave is which tells them apart best of those that
    are shown; of all waves a number.

    said: a note to each of the three, in the room at the `side` of the table, if there is one, at the height of what it speaks of.
    """
    cells = [[row[k] for k in pair] for row in waves.table.cells]
    shown = cells[0], max(cells, key=lambda row: abs(float(row[0].source) - float(row[1].source)))
    rings = [VGroup(*(ring(theme, cell) for cell in row)) for row in shown]
    if not side:
        return [*rings, VGroup()]
    notes = [paragraph(theme, words, WORD, side.width).move_to(side.level(row[0].get_y()).centre)
             for row, words in zip(shown, said, strict=False)]
    room = replace(side, top=room_of(notes[-1]).bottom - GAP, bottom=room_of(waves.table.border).bottom)
    return [*map(VGroup, rings, notes), stated(theme, said[-1], apart, room, lines=4)]
