"""MP4: H.264 in the colours of the web. What scenes and films are put together from."""

from dataclasses import dataclass
from typing import ClassVar

from studio.render.format import Format


@dataclass(frozen=True)
class Mp4(Format):
    """H.264 High in yuv420p, BT.709: plays everywhere. It has no alpha."""

    name: ClassVar[str] = "mp4"

    def writer(self, path, quality):
        from studio.render.encoder import ClipEncoder  # slow to start

        return ClipEncoder(path, quality)

    def check(self, clip, quality):
        from studio.render import whole

        whole.check(clip, quality)
