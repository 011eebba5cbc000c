"""The snip: scissors, an arc in two halves that they part, and what is said within it."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from scenes.parts.flow import WeightLine
from scenes.parts.label import Label, text, text_width
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.whole import Whole
from scenes.base.room import GAP, PEN, PX, Room
from scenes.base.theme import Theme

BLADE, HANDLE, RING = 118 * PX, 84 * PX, 52 * PX          # from the pivot to the point and to the ring; the ring's diameter
REACH = 0.35                              # share of a blade that is below the arc
ABOVE = (1 - REACH) * BLADE               # how far they reach beyond the arc
HIGH = 1.9                                # of an arc, for which they are in full size
EDGE, BEND = 12 * PX, 30 * PX             # half the width of a blade at the pivot; how far a handle turns aside
OPEN, CLOSED = 0.32, 0.06                 # angles of a blade from the middle
TOLD = 52 * PX                            # em size of what is said within an arc
SWING, MISSING = 0.04, 0.05               # how far a half turns, in radians; the share of the arc that each half loses


class Scissors(Whole):
    """Two blades that point up, each with a ring, crossed at the pivot, which is their middle."""

    def __init__(self, left: VGroup, right: VGroup, pivot: np.ndarray):
        super().__init__(left=left, right=right)
        self.pivot = pivot

    def close(self) -> "Scissors":
        """Brings the blades together; to be seen, `scissors.animate.close()`."""
        for blade, side in ((self.left, 1), (self.right, -1)):
            blade.rotate(side * (CLOSED - OPEN), about_point=self.pivot)
        return self


def scissors(theme: Theme, arc: WeightLine) -> Scissors:
    """Open scissors that come from below to the middle of an arc; much smaller ones to a low arc, so that words have room below it."""
    size = min(1, (arc.height / HIGH) ** 2)
    pivot = arc.get_top() - [0, REACH * size * BLADE, 0]
    blades = (_blade(theme, side).shift(pivot).rotate(side * OPEN, about_point=pivot) for side in (1, -1))
    return Scissors(*(blade.scale(size, about_point=pivot) for blade in blades), pivot)


def halves(arc: WeightLine, apart: bool) -> VGroup:
    """An arc as two that meet in its middle, or that have been cut `apart` there and swing away from each other, each on its foot."""
    lose, turn = (MISSING, SWING) if apart else (0.0, 0.0)
    parts = VGroup(arc.copy().pointwise_become_partial(arc, *share) for share in ((0, 0.5 - lose), (0.5 + lose, 1)))
    along, up = np.sign((arc.get_end() - arc.get_start())[0]) or 1.0, np.sign((arc.get_center() - arc.get_start())[1])
    side = along * up
    parts[0].rotate(side * turn, about_point=arc.get_start())
    parts[1].rotate(-side * turn, about_point=arc.get_end())
    return parts


def told(theme: Theme, lines: Sequence[str], arc: WeightLine, stage: Room) -> Label:
    """The first of some lines that fits within an arc, or the last one, smaller."""
    said = next((line for line in lines if text_width(theme, line, TOLD, 600) <= arc.width - 2 * GAP), lines[-1])
    return within(text(theme, said, TOLD, weight=600, width=max(stage.width / 3, arc.width - 4 * GAP)), arc, stage)


def within(label: Label, arc: WeightLine, stage: Room) -> Label:
    """Puts a label within an arc that is wide enough, or else beside it, on the stage."""
    edge, half = room_of(arc, GAP), label.width / 2
    x = edge.centre[0] if edge.width > label.width + 4 * GAP else edge.right + half
    return label.move_to([x if x + half < stage.right else edge.left - half, edge.bottom + GAP + label.size, 0])


def _blade(theme: Theme, side: int) -> VGroup:
    """An edge that ends in a point, and a handle that turns aside to its ring, so that the rings of two lie side by side."""
    ink, out = theme.colour("text"), side * BEND
    edge = VMobject(stroke_width=0, fill_color=ink, fill_opacity=1).set_points_as_corners(
        [[-EDGE, 0, 0], [0, BLADE, 0], [EDGE, 0, 0], [0, -EDGE, 0], [-EDGE, 0, 0]])
    handle = VMobject(stroke_color=ink, stroke_width=13 * PEN).set_points_as_corners([[0, 0, 0], [out, RING / 2 - HANDLE, 0]])
    ring = rounded_rectangle(RING, RING, RING / 2).set_stroke(ink, 11 * PEN)
    return VGroup(edge, handle, ring.shift([out, -HANDLE, 0]))
