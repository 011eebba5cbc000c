"""Functions of one number as lines, and what they are added up to: straight lines to a straight one, bent ones to a bent one."""

from collections.abc import Sequence

from manim import Mobject, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import floor, largest
from scenes.parts.chart import curve
from scenes.parts.equation import equation
from scenes.parts.label import WORD, paragraph, text
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole

SIGN, THICK = 34 * PX, 4
HEIGHTS = 2, 10, 10, 1                    # of the names of columns, of each case, and of the ends of the way


class Bends(Whole):
    """`heads`, above the columns, and `ends` of the way, below them; for each case its `titles` and its `rows`, a panel for the lines and
    one for their sum."""

    def __init__(self, heads: Sequence[Mobject], ends: Sequence[Mobject], titles: Sequence[Mobject], rows: Sequence[VGroup]):
        super().__init__(heads=heads, ends=ends, titles=titles, rows=rows)


def bends(theme: Theme, heads: Sequence[str], ends: Sequence[str], cases: Sequence[tuple[str, View, View]], room: Room) -> Bends:
    """Cases one below the other in a room. heads: what is in each of the two columns. ends: the maths at both ends of the way. cases: what is
    said, the lines (line, sample) and their sum (sample); each column is on one scale, 0 in the middle."""
    top, *bodies, foot = room.rows(HEIGHTS, TIGHT)
    titles, rows = [], []
    for said, lines, total in cases:
        body = bodies[len(rows)]
        words = paragraph(theme, said, WORD, body.width)
        titles.append(words.move_to(body.strip(top=words.height).centre))
        left, right = body.trim(top=words.height + TIGHT).columns(2)
        rows.append(VGroup(_panel(theme, list(lines), left, "text", largest(*(each for _, each, _ in cases))),
                           _panel(theme, [total], right, "output", largest(*(each for *_, each in cases)))))
    names = [text(theme, head, WORD, at=place, width=place.width) for head, place in zip(heads, top.columns(2), strict=True)]
    marks = [equation(theme, maths, size=SIGN).move_to(place.inset(x=GAP / 2).point(side))
             for place in foot.columns(2) for maths, side in zip(ends, (-1, 1), strict=True)]
    return Bends(names, marks, titles, rows)


def _panel(theme: Theme, views: Sequence[View], room: Room, role: str, full: float) -> VGroup:
    inner = room.inset(TIGHT / 2, TIGHT / 2)
    return VGroup(frame(theme, room, fill="surface"), floor(theme, inner.level(inner.centre[1])),
                  *(curve(theme, view, inner, role, -full, full, THICK) for view in views))
