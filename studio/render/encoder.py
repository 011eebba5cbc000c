"""RGB pictures in, one H.264 MP4 out."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from studio.render.quality import Quality

# Chroma is the mean of every two by two pixels, the same on every processor; flat colours come back within two levels of 255.
SCALING = "out_color_matrix=bt709:out_range=tv:flags=area+full_chroma_inp+bitexact"
# Measured on our scenes: slower presets make flat pictures hardly smaller at the same quality, in more than twice the time.
# With a constant quantiser the encoder need not look ahead. CABAC and 8x8dct are what the preset leaves out of the High profile.
X264 = {"preset": "ultrafast", "qp": "22", "bf": "0", "profile": "high", "x264-params": "cabac=1:8x8dct=1"}
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
        self._converter = _converter(quality)
        self._container = av.open(str(path), "w", format="mp4", options=MP4)
        options = X264 | {"g": str(2 * quality.fps)}
        self._stream = self._container.add_stream("libx264", rate=quality.fps, options=options)
        self._stream.width, self._stream.height, self._stream.pix_fmt = quality.width, quality.height, "yuv420p"
        codec = self._stream.codec_context
        codec.thread_count = THREADS
        codec.colorspace, codec.color_range = Colorspace.ITU709, ColorRange.MPEG
        codec.color_trc, codec.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709

    def write(self, pixels: np.ndarray, repeat: int = 1) -> None:
        """Shows a picture for `repeat` frames. pixels: uint8 (height, width, 4), RGBA, opaque."""
        self._converter.push(av.VideoFrame.from_numpy_buffer(pixels, format="rgba"))      # not copied
        frame = self._converter.pull()
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


def _converter(quality: Quality) -> Graph:
    """From RGBA to yuv420p. A filter reuses its frames; those that are made anew by a reformatter break the memory up."""
    graph = Graph()
    size = f"video_size={quality.width}x{quality.height}:pixel_aspect=1/1"
    graph.link_nodes(
        graph.add("buffer", f"{size}:pix_fmt=rgba:time_base=1/{quality.fps}"), graph.add("scale", SCALING),
        graph.add("format", "pix_fmts=yuv420p"), graph.add("buffersink"),
    ).configure()
    return graph
