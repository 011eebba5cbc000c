"""MOV: for editing and for Keynote."""

from dataclasses import dataclass
from typing import ClassVar

from studio.render.format import Format

VENDOR = {"vendor": "apl0"}               # some programs of Apple's take no others


@dataclass(frozen=True)
class Mov(Format):
    """QuickTime Animation (qtrle): lossless, and small where pictures are flat. Silent.

    transparent: with straight alpha. prores: ProRes 4444 instead, 10 bits, which more programs edit; about as large as a photograph
    a frame.
    """

    name: ClassVar[str] = "mov"
    transparent: bool = False
    prores: bool = False

    def writer(self, path, quality):
        from studio.render.alpha import bled, straight
        from studio.render.movie import Encoding, Movie

        if self.prores:
            form = "yuva444p10le" if self.transparent else "yuv444p10le"
            options = {"profile": "4444", "alpha_bits": "16" if self.transparent else "0"} | VENDOR
            encoding = Encoding("prores_ks", form, options, alpha=bled)
        else:
            encoding = Encoding("qtrle", "argb" if self.transparent else "rgb24", alpha=straight)
        return Movie(path, quality, encoding)

    def check(self, clip, quality):
        from studio.render.whole import check_frames

        check_frames(clip, quality)
