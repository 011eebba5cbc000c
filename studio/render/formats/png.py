"""PNG: the picture that a step ends with."""

from dataclasses import dataclass
from typing import ClassVar

from studio.errors import RenderError
from studio.render.format import Format


class LastPicture:
    """Keeps the last picture of all."""

    def __init__(self, path, transparent):
        self.path, self.transparent = path, transparent

    def write(self, pixels, repeat=1, changed=None):
        self.pixels = pixels

    def close(self):
        from studio.render.alpha import png

        self.path.write_bytes(png(self.pixels, self.transparent))

    def abort(self):
        """There is no file yet."""


@dataclass(frozen=True)
class Png(Format):
    """The last picture alone, lossless. transparent: with straight alpha."""

    name: ClassVar[str] = "png"
    moves: ClassVar[bool] = False
    transparent: bool = False

    def writer(self, path, quality):
        return LastPicture(path, self.transparent)

    def check(self, clip, quality):
        if clip.movie != clip.picture:
            raise RenderError("the picture is not the last one of its step")
