"""The workbench: a picture, and beside it a formula, what is worked out, and a verdict. Rooms for all of them on any stage."""

from dataclasses import replace
from typing import NamedTuple

from scenes.base.room import GAP, TIGHT, WIDE, Room

BESIDE, LINES = (3, 2), (2, 7, 3)         # of picture and panel; of formula, bench and verdict
BELOW, CLOSE = (5, 4), (1, 3, 2)          # the same where the panel is below the picture
FOOT, CLOSER = (3, 1), (4, 3)             # of all else and the verdict, and of picture and panel, where the stage is not high enough for that
BROAD = 1.3                               # a room so many times as wide as high has room for a line and a matrix above its end


class Workbench(NamedTuple):
    """Rooms: of the `picture`, of all that is beside it, the `panel`, and in that of a formula, `maths`, of the `bench`, and the `verdict`, which
    stands below it all on a stage that is neither wide nor high."""

    picture: Room
    panel: Room
    maths: Room
    bench: Room
    verdict: Room

    @property
    def deeper(self) -> Room:
        """The bench and the upper half of the verdict."""
        return replace(self.bench, bottom=self.verdict.centre[1] + TIGHT)

    def beside(self, square: Room, stage: Room) -> Room:
        """As `across`, but where that would stand beside what is at the left of the square, without the room for it."""
        room = self.across(square, stage)
        return replace(room, left=max(room.left, square.left)) if room.top > square.bottom else room

    def across(self, square: Room, stage: Room) -> Room:
        """A room below all that stands above the square of a picture, from its left to the end of the stage: as far down as the square, if that is
        more than half of the stage; where the verdict stands below, as far down as the stage, and from its left if it were narrow; all below the
        square where the panel stands below the picture."""
        if self.panel.top < self.picture.bottom:
            return replace(stage, top=square.bottom - TIGHT)
        below = replace(stage, left=square.left, top=square.top - TIGHT)
        if self.verdict.left > self.picture.left:
            return replace(below, bottom=square.bottom) if 2 * square.height > stage.height else below
        return below if below.width > BROAD * below.height else replace(below, left=stage.left)


def workbench(stage: Room) -> Workbench:
    """The rooms on a stage."""
    if stage.is_wide:
        picture, panel = stage.columns(BESIDE, WIDE)
        return Workbench(picture, panel, *panel.rows(LINES, GAP))
    if stage.height > stage.width:
        picture, panel = stage.rows(BELOW, TIGHT)
        return Workbench(picture, panel, *panel.rows(CLOSE, TIGHT))
    upper, verdict = stage.rows(FOOT, TIGHT)
    picture, panel = upper.columns(CLOSER, GAP)
    return Workbench(picture, panel, *panel.rows(LINES[:2], TIGHT), verdict)
