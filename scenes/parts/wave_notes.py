"""What is said beside waves and the table that they make: of one that confuses two places, and of one that tells them apart."""

from collections.abc import Sequence

from manim import VGroup

from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.label import paragraph
from scenes.parts.shapes import ring
from scenes.parts.wave_cuts import WaveCuts

NOTE = 48 * PX                            # em size

def wave_notes(theme: Theme, waves: WaveCuts, said: Sequence[str], side: Room | None) -> list[VGroup]:
    """Rings around what the shortest wave is at the two places, and around what that wave is which tells them apart best of those that are
    shown. said: a note to each of the two, in the room at the `side` of the table, if there is one, at the height of what it speaks of."""
    cells = waves.table.cells
    told = max(range(len(cells)), key=lambda i: abs(float(cells[i][0].source) - float(cells[i][1].source)))
    return [VGroup(VGroup(*(ring(theme, cell) for cell in cells[i])),
                   *(paragraph(theme, words, NOTE, room.width, lines=3).move_to(room.level(cells[i][0].get_y()).centre) for room in [side] if room))
            for i, words in zip((0, told), said, strict=True)]
