"""GIF: a picture that moves, wherever pictures are shown."""

from dataclasses import dataclass
from typing import ClassVar

from studio.render.format import Format

FPS = 15                                  # at most


@dataclass(frozen=True)
class Gif(Format):
    """GIF of 256 colours that are chosen from all the pictures themselves.

    width: in pixels, at most that of the clip; loops: how often it plays, 0 for ever.
    """

    name: ClassVar[str] = "gif"
    width: int = 960
    loops: int = 0

    def writer(self, path, quality):
        from studio.render.movie import Shrunk, shrunk
        from studio.render.palette import TwoPasses

        small = shrunk(quality, self.width, FPS)
        return Shrunk(TwoPasses(path, small, self.loops), quality, small)

    def check(self, clip, quality):
        from studio.render.whole import check_animation

        check_animation(clip, quality)
