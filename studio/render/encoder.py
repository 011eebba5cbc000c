"""RGB pictures in, one H.264 MP4 out."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from studio.render.quality import Quality

# Chroma from every pixel and exact rounding: flat colours come back within two levels of 255.
SCALING = int(Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INP | Interpolation.ACCURATE_RND | Interpolation.BITEXACT)
BT709 = {"dst_colorspace": Colorspace.ITU709, "dst_color_range": ColorRange.MPEG,
         "dst_color_trc": ColorTrc.BT709, "dst_color_primaries": ColorPrimaries.BT709}
THREADS = 2                               # fixed, so that a clip does not depend on the machine's number of cores
MP4 = {"movflags": "+faststart"}


class ClipEncoder:
    """Encodes frames of one quality into a file: H.264 High, yuv420p, converted to BT.709 and tagged so, index first.

    Clips of the same quality can be put one after the other without encoding again: each begins with a key frame, refers
    to nothing outside itself, and shares its header with the others. There are no B-frames: decoding order is showing
    order, so a clip of any length begins at 0 and ends where the next may begin.
    """

    def __init__(self, path: Path, quality: Quality):
        self.quality, self.frames = quality, 0
        self._reformatter = VideoReformatter()
        self._container = av.open(str(path), "w", format="mp4", options=MP4)
        options = {"preset": "veryfast", "crf": "16", "profile": "high", "bf": "0", "g": str(2 * quality.fps)}
        self._stream = self._container.add_stream("libx264", rate=quality.fps, options=options)
        self._stream.width, self._stream.height, self._stream.pix_fmt = quality.width, quality.height, "yuv420p"
        codec = self._stream.codec_context
        codec.thread_count = THREADS
        codec.colorspace, codec.color_range = Colorspace.ITU709, ColorRange.MPEG
        codec.color_trc, codec.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709

    def write(self, pixels: np.ndarray, repeat: int = 1) -> None:
        """Shows a picture for `repeat` frames. pixels: uint8 (height, width, 4), RGBA, opaque."""
        frame = av.VideoFrame.from_ndarray(pixels, format="rgba")
        frame = self._reformatter.reformat(frame, format="yuv420p", interpolation=SCALING, **BT709)
        frame.time_base = Fraction(1, self.quality.fps)
        for _ in range(repeat):
            frame.pts = self.frames
            self._container.mux(self._stream.encode(frame))
            self.frames += 1

    def close(self) -> int:
        """Finishes the file. Returns its number of frames."""
        self._container.mux(self._stream.encode())
        self._container.close()
        return self.frames

    def abort(self) -> None:
        """Lets go of the file, whatever state it is in."""
        with suppress(av.FFmpegError):
            self._container.close()
