"""What is not known yet: a grid of empty cells with a question mark on it, and a formula that lacks its right side."""

from manim import Mobject, VGroup

from scenes.base.layout import below
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation, quote
from scenes.parts.heat_map import HeatMap
from scenes.parts.label import WORD, text
from scenes.parts.shapes import frame, room_of

ASKED, QUESTION, LESS = 150 * PX, 420 * PX, 0.7           # sizes of a formula and of the sign; share of a grid's height that this takes at most


def unknown(theme: Theme, grid: HeatMap, letter: str, said: str, square: Room, beside: Room) -> list[Mobject]:
    """The empty cells of a grid that fills a square room; the sign on them; and beside it what is asked for, with a line of words below.

    letter: of an entry of the grid, as mathematics.
    """
    blanks = VGroup(frame(theme, room_of(cell), width=0, radius=TIGHT / 2, fill="surface") for row in grid.cells for cell in row)
    sign = equation(theme, quote("?"), size=min(QUESTION, LESS * square.height), role="output").move_to(square.centre)
    for part in sign.family_members_with_points():
        part.overlay = True               # it stands on all the cells
    asked = equation(theme, f"{letter} = {{{{ #h(0.2em) ? : sign }}}}", {"sign": "output"}, ASKED, at=beside)
    return [blanks, sign, asked, below(text(theme, said, WORD, "muted", width=beside.width), asked, GAP)]
