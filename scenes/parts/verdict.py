"""A verdict: cards with what speaks against a proposal, which are struck out when it no longer does."""

from collections.abc import Sequence

from manim import RIGHT, VGroup, VMobject

from scenes.parts.label import Label, text
from scenes.parts.shapes import Block, frame, room_of
from scenes.parts.whole import Whole
from scenes.base.room import PX, Room
from scenes.base.theme import Theme

BEYOND = 0.14                             # how far the line that strikes out a title reaches beyond it
STRIKE = 3.5
TITLE, EVIDENCE = 35 * PX, 29 * PX


class Objection(Whole):
    """A card: `.box`, `.title` and, below that, `.evidence`. `.strike`, the line through the title, is no part of it yet."""

    def __init__(self, box: Block, title: Label, evidence: VGroup, strike: VMobject):
        super().__init__(box=box, title=title, evidence=evidence)
        self.strike = strike

    @property
    def claim(self) -> list[VMobject]:
        """What steps back once it is struck out: all but the measurements."""
        words = self.evidence.submobjects if len(self.evidence) == 1 else []
        return [self.box, self.title, *words]


def objection(theme: Theme, title: str, evidence: Sequence[VMobject], room: Room) -> Objection:
    """A card that fills a room. evidence: words, maths and numbers that stand side by side below the title."""
    box = frame(theme, room, fill="surface", width=2)
    above, below = room.inset(0.15, 0.16).rows([1, 1], gap=0.06)
    label = text(theme, title, TITLE, weight=500, at=above.centre, width=above.width - 2 * BEYOND)
    edge = room_of(label, BEYOND)
    strike = VMobject(stroke_color=theme.colour("output"), stroke_width=STRIKE)
    strike.set_points_as_corners([[edge.left, above.centre[1], 0], [edge.right, above.centre[1], 0]])
    return Objection(box, label, VGroup(*evidence).arrange(RIGHT, buff=0.12).move_to(below.centre), strike)
