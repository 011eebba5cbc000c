"""How often each angle is found: a histogram on an axis from 0 to 180 degrees, on which a right angle is marked."""

from manim import VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import floor, histogram
from scenes.parts.label import WORD, number, paragraph, text
from scenes.parts.lookup import link
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole

SMALL = 28 * PX
ROOMY, LOW = (5, 30, 4), (4, 3, 1)        # heights of what it is, the bars and the axis; where words are large
MARKS = 4                                 # parts of the axis between numbers


class Angles(Whole):
    """`around`, a panel, what it is, the axis and the right angle; `shares`, the bars."""

    def __init__(self, around: VGroup, shares: VGroup):
        super().__init__(around=around, shares=shares)


def angles(theme: Theme, said: str, view: View, edges: View, full: float, role: str, room: Room, roomy: bool) -> Angles:
    """A histogram (bin) in a room. edges: (bin + 1), in degrees. full: the share that is as high as its room."""
    head, body, foot = room.inset(GAP, TIGHT / 2).rows(ROOMY if roomy else LOW, TIGHT / 2)
    axis = [number(theme, edges[k], theme.digit, "muted", at=(body.left + body.width * k / (len(edges) - 1), foot.centre[1], 0), decimals=0)
            for k in range(0, len(edges), (len(edges) - 1) // MARKS)]
    words = (text(theme, said, WORD, at=head, align=-1) if roomy else
             paragraph(theme, said, SMALL, head.width, lines=4).move_to(head.centre))
    right_angle = link(theme, body.point(0, -1), body.point(0, 1), "muted")
    return Angles(VGroup(frame(theme, room, fill="surface"), words, right_angle, floor(theme, body), *axis), histogram(theme, view, body, role, full))
