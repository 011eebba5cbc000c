"""What is said beside waves and the table that they make: of one that confuses two places, and of one that tells them apart."""

from collections.abc import Sequence

from manim import VGroup

from scenes.base.room import Room
from scenes.base.theme import Theme
from scenes.parts.label import WORD, paragraph
from scenes.parts.shapes import ring
from scenes.parts.wave_cuts import WaveCuts


def wave_notes(theme: Theme, waves: WaveCuts, pair: Sequence[int], said: Sequence[str], side: Room | None) -> list[VGroup]:
    """Rings around what the shortest wave is at a `pair` of columns, and around what that wave is which tells them apart best of those that
    are shown; and the numbers of both, if they are legible.

    said: a note to each of the two, in the room at the `side` of the table, if there is one, at the height of what it speaks of.
    """
    cells = [[row[k] for k in pair] for row in waves.table.cells]
    told = max(range(len(cells)), key=lambda i: abs(float(cells[i][0].source) - float(cells[i][1].source)))
    return [VGroup(VGroup(*(ring(theme, cell) for cell in cells[i])), *waves.table.numbers[i : i + 1],
                   *(paragraph(theme, words, WORD, room.width).move_to(room.level(cells[i][0].get_y()).centre) for room in [side] if room))
            for i, words in zip((0, told), said, strict=True)]
