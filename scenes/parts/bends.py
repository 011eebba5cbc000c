"""A number as a function of what goes in, from the opposite of a vector to that itself: as a straight line, or as one that bends."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import stacked
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import floor, largest
from scenes.parts.chart import Curve, curve
from scenes.parts.equation import equation
from scenes.parts.label import WORD, number, paragraph, text
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole

SIGN, THICK = 38 * PX, 6
HEAD, HEIGHTS, WIDTHS = (1, 3), (5, 1), (3, 5, 3)           # of what is said and a panel; of a line and its ends; of what is at these, and a line


class Bend(Whole):
    """`around`, a panel with what is said of it and the ends of the way; the `line`; its `values` at both ends."""

    def __init__(self, around: VGroup, line: Curve, values: Sequence[VGroup]):
        super().__init__(around=around, line=line, values=values)


def bends(theme: Theme, ends: Sequence[str], entry: str, cases: Sequence[tuple[str, Sequence[str], View]], room: Room) -> list[Bend]:
    """Cases one below the other in a room, all on one scale, 0 in the middle. ends: the maths at both ends of the way, which `entry`
    names. cases: what is said of it and at both ends, and the numbers (sample)."""
    full = largest(*(view for *_, view in cases))
    return [_bend(theme, ends, entry, case, full, place) for case, place in zip(cases, room.rows(len(cases), TIGHT), strict=True)]


def _bend(theme: Theme, ends: Sequence[str], entry: str, case: tuple[str, Sequence[str], View], full: float, room: Room) -> Bend:
    title, said, view = case
    head, panel = room.rows(HEAD, TIGHT)
    body, foot = panel.inset(TIGHT, TIGHT).rows(HEIGHTS, TIGHT)
    left, middle, right = body.inset(y=0.75 * WORD).columns(WIDTHS, TIGHT)
    line = curve(theme, view, middle, "output", -full, full, THICK)
    values = [stacked(*[text(theme, word, WORD, width=place.width)] * bool(word), number(theme, end, WORD, "output", 600), gap=TIGHT / 2)
              .move_to([place.centre[0], line.at(at)[1], 0])
              for word, end, place, at in zip(said, (view[0], view[-1]), (left, right), (0, 1), strict=True)]
    marks = [text(theme, entry, WORD, "muted", at=(*middle.centre[:1], foot.centre[1], 0)), *(equation(theme, maths, size=SIGN).move_to([line.at(at)[0], foot.centre[1], 0]) for maths, at in zip(ends, (0, 1), strict=True))]
    around = VGroup(paragraph(theme, title, WORD, head.width).move_to(head.centre), frame(theme, panel, fill="surface"),
                    floor(theme, middle.level(middle.centre[1])), *marks)
    return Bend(around, line, values)
