"""WebM: for pages in a browser."""

from dataclasses import dataclass
from typing import ClassVar

from studio.render.format import Format

# Measured on our scenes: in real-time mode flat pictures are no larger at the same quality, in a third of the time.
# Alternative reference frames are not shown themselves, and so have no alpha.
VP9 = {"crf": "30", "b": "0", "deadline": "realtime", "cpu-used": "6", "auto-alt-ref": "0"}


@dataclass(frozen=True)
class Webm(Format):
    """VP9 in BT.709. Silent. transparent: with straight alpha, which Safari does not show."""

    name: ClassVar[str] = "webm"
    transparent: bool = False

    def writer(self, path, quality):
        from studio.render.alpha import bled
        from studio.render.movie import Encoding, Movie

        form = "yuva420p" if self.transparent else "yuv420p"
        return Movie(path, quality, Encoding("libvpx-vp9", form, VP9, alpha=bled, held=True))

    def check(self, clip, quality):
        from studio.render.whole import check_frames

        check_frames(clip, quality)
