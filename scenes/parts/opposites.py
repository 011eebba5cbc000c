"""What functions make of a vector, of its opposite, and both results added: nothing, if a function is a matrix."""

from collections.abc import Sequence

from manim import Mobject, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import largest
from scenes.parts.equation import equation
from scenes.parts.feature_bars import feature_bars, middle
from scenes.parts.heat_map import fit_grid
from scenes.parts.label import WORD, paragraph, text
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole

SIGN = 38 * PX
HEIGHTS = 1, 5, 5                         # of the names of columns, and of each function


class Opposites(Whole):
    """`heads`, above the columns; for each function its `titles` and its `rows`, the bars of the three vectors, each on a ground."""

    def __init__(self, heads: Sequence[Mobject], titles: Sequence[Mobject], rows: Sequence[VGroup]):
        super().__init__(heads=heads, titles=titles, rows=rows)


def opposites(theme: Theme, heads: Sequence[str], cases: Sequence[tuple[str, Sequence[View]]], room: Room) -> Opposites:
    """Functions one below the other in a room. heads: the maths above each column but the last, and what that is called. cases: what is
    said of a function, and the vectors (d) that it makes, one for each column; all on one scale."""
    top, *lines = room.rows(HEIGHTS, GAP)
    full = largest(*(view for _, views in cases for view in views))
    titles, rows = [], []
    for (said, views), line in zip(cases, lines, strict=True):
        words = paragraph(theme, said, WORD, line.width)
        titles.append(words.move_to(line.strip(top=words.height).centre))
        places = line.trim(top=words.height + TIGHT).columns(len(views), TIGHT)
        rows.append(VGroup(_bars(theme, view, place, full) for view, place in zip(views, places, strict=True)))
    *places, last = top.columns(len(heads), TIGHT)
    names = [equation(theme, head, size=SIGN, at=place) for head, place in zip(heads, places, strict=False)]
    return Opposites([*names, text(theme, heads[-1], WORD, at=last, width=last.width)], titles, rows)


def _bars(theme: Theme, view: View, room: Room, full: float) -> VGroup:
    inner = room.inset(TIGHT / 2, TIGHT / 2)
    bars = feature_bars(theme, view, fit_grid(view.shape, inner).columns, inner, full)
    return VGroup(frame(theme, room, fill="surface"), middle(theme, inner), bars)
