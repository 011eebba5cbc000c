"""Draws a film twice, as it is done and whole, and compares every picture: `python -m tests.verify --help`."""

import numpy as np
from manim import Mobject

from studio.render.camera import FastCamera
from studio.render.canvas import Canvas, DirtyCanvas


class Unlike(AssertionError):
    """A picture is not the one that is drawn whole."""


class VerifiedCanvas(DirtyCanvas):
    """Draws every picture whole as well. Raises Unlike if they differ, or if it is not known where the picture has changed."""

    def __init__(self, camera: FastCamera):
        super().__init__(camera)
        self.pictures, self.whole = 0, Canvas(FastCamera())

    def lay(self, mobjects: list[Mobject]) -> None:
        super().lay(mobjects)
        for name in ("background", "frame_width", "frame_height"):
            setattr(self.whole.camera, name, getattr(self.camera, name))
        self.whole.lay(mobjects)

    def draw(self, mobjects: list[Mobject]) -> None:
        super().draw(mobjects)
        self.whole.draw(mobjects)
        self.pictures += 1
        different = np.argwhere((self.pixels != self.whole.pixels).any(-1))
        if len(different):
            (top, left), (bottom, right) = different.min(0), different.max(0)
            raise Unlike(f"{len(different)} pixels differ, from ({left}, {top}) to ({right}, {bottom})")
        if self.changed != self.whole.changed:
            raise Unlike(f"changed where {self.changed}, not {self.whole.changed}")
