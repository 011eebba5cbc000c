"""A table with a row for every position, numbered from 0."""

from manim import VGroup

from model import View
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, heat_map
from scenes.parts.label import SMALLEST_WORD, WORD, text
from scenes.parts.tokens import row_labels
from scenes.parts.whole import Whole

NOTE = 28 * PX
BESIDE, NUMBERS = 0.5, 0.4                # room beside the table, and what the numbers take of it
SHARES = (4, 3, 43)                       # heights of the name, the note and the table


class NumberedTable(Whole):
    """`sheet`, the table; `words`, its name and what is to be said of it; `numbers`, of its rows."""

    def __init__(self, sheet: HeatMap, words: VGroup, numbers: VGroup):
        super().__init__(sheet=sheet, words=words, numbers=numbers)


def numbered_table(theme: Theme, view: View, said: tuple[str, str], role: str, room: Room, roomy: bool) -> NumberedTable:
    """A table (position, d_model) in a room. said: its name and a note. As many rows are numbered as can be read."""
    head, note, body = room.rows(SHARES, TIGHT) if roomy else (
        room.strip(top=WORD), room.trim(top=WORD).strip(top=WORD), room.trim(top=2 * WORD + TIGHT, bottom=SMALLEST_WORD / 2))
    sheet = heat_map(theme, view, body.trim(left=BESIDE), role)
    words = VGroup(text(theme, said[0], min(WORD, head.height), weight=600, at=head), text(theme, said[1], NOTE, "muted", at=note))
    shown = [str(p) for p in sheet.grid.rows if p is not None]
    return NumberedTable(sheet, words, row_labels(theme, shown, sheet, "muted", NUMBERS))
