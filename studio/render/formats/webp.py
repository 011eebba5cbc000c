"""Animated WebP: a picture that moves, where no video may stand."""

from dataclasses import dataclass
from typing import ClassVar

from studio.render.format import Format

FPS = 30                                  # at most
WEBP = {"quality": "80", "compression_level": "4"}


@dataclass(frozen=True)
class Webp(Format):
    """WebP in all its colours. width: in pixels, at most that of the clip; loops: how often it plays, 0 for ever.

    transparent: with straight alpha.
    """

    name: ClassVar[str] = "webp"
    transparent: bool = False
    width: int = 960
    loops: int = 0

    def writer(self, path, quality):
        from studio.render.alpha import straight
        from studio.render.movie import Encoding, Movie, Shrunk, shrunk

        small = shrunk(quality, self.width, FPS)
        encoding = Encoding("libwebp_anim", "bgra", WEBP, {"loop": str(self.loops)}, straight, held=True)
        return Shrunk(Movie(path, small, encoding), quality, small)

    def check(self, clip, quality):
        from studio.render.whole import check_animation

        check_animation(clip, quality)
