"""Rows that change places."""

from collections.abc import Sequence

from manim import PI, Animation, Transform, VMobject

from scenes.parts.heat_map import HeatMap
from scenes.parts.motion import Together

SWING = PI / 2


class PassBy(Transform):
    """Goes past other things, and may cover them on the way."""

    def begin(self):
        self._overlay(True)
        super().begin()

    def finish(self):
        super().finish()
        self._overlay(False)

    def _overlay(self, passing: bool):
        for member in self.mobject.get_family():
            member.overlay = passing


def shuffle(rows: Sequence[VMobject], places: Sequence[int], pitch: float, run_time: float = 1.6) -> Animation:
    """Rows that stand one below the other swing to their new places; those that go up and those that go down part ways."""
    return Together(*(
        PassBy(row, row.copy().shift([0, (i - place) * pitch, 0]), path_arc=SWING, run_time=run_time)
        for i, (row, place) in enumerate(zip(rows, places, strict=True))
    ))


def put(picture: HeatMap, places: Sequence[int]) -> HeatMap:
    """A heat map whose rows stand at other places."""
    for i, place in enumerate(places):
        picture.row(i).shift([0, (i - place) * picture.grid.height, 0])
    return picture
