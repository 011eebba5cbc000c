"""RGB pictures in, one H.264 MP4 out."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import av
import numpy as np

from studio.render.convert import converter
from studio.render.grid import Rectangle
from studio.render.quality import Quality
from studio.render.stream import stream

MP4 = {"movflags": "+faststart"}


class ClipEncoder:
    """Encodes frames of one quality into a file: H.264 High, yuv420p, converted to BT.709 and tagged so, index first.

    Clips of the same quality can be put one after the other without encoding again: each begins with a key frame, refers
    to nothing outside itself, and shares its header with the others. Decoding order is showing order, so a clip of any length
    begins at 0 and ends where the next may begin.
    """

    def __init__(self, path: Path, quality: Quality):
        self._whole = [(0, 0, quality.width, quality.height)]
        self._container = av.open(str(path), "w", format="mp4", options=MP4)
        self._stream, self._converter = stream(self._container, quality), converter(quality.width, quality.height)

    def write(self, pixels: np.ndarray, repeat: int = 1, changed: Sequence[Rectangle] | None = None) -> None:
        """Shows a picture for `repeat` frames. pixels: uint8 (height, width, 4), RGBA, opaque.

        changed: rectangles of whole cells of a `Grid` outside which it is the picture before, if that is known.
        """
        if changed is None or not self._stream.frames:
            changed = self._whole
        if changed:
            self._stream.show(self._converter.convert(pixels, changed), changed)
        for _ in range(repeat - bool(changed)):
            self._stream.again()

    def close(self) -> int:
        """Finishes the file. Returns its number of frames."""
        self._stream.close()
        self._container.close()
        return self._stream.frames

    def abort(self) -> None:
        """Lets go of the file, whatever state it is in."""
        with suppress(av.FFmpegError):
            self._container.close()
