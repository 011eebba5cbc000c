"""Pictures in, one stream of some container out."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from studio.render.convert import SCALING
from studio.render.format import Writer
from studio.render.quality import Quality

SAME = {"fflags": "bitexact"}              # nothing in a file is random, or says when it was written
SHRINKING = "flags=area+bitexact"         # every pixel is the mean of those in its place


@dataclass(frozen=True)
class Encoding:
    """How pictures are encoded. options: of the encoder; container: of the file.

    alpha: what is done to premultiplied pixels first. held: whether a picture that stands is one frame, and another one as it ends.
    """

    codec: str
    pixel_format: str
    options: Mapping[str, str] = field(default_factory=dict)
    container: Mapping[str, str] = field(default_factory=dict)
    alpha: Callable[[np.ndarray], np.ndarray] = np.ascontiguousarray
    held: bool = False


class Movie:
    """Writes a file of one stream. The colours of YUV are BT.709, limited range, and tagged so."""

    def __init__(self, path: Path, quality: Quality, encoding: Encoding):
        self._encoding, self._tick, self._frames, self._shown = encoding, Fraction(1, quality.fps), 0, 0
        self._container = av.open(str(path), "w", options=SAME | dict(encoding.container))
        self._stream = stream = self._container.add_stream(encoding.codec, rate=quality.fps, options=dict(encoding.options))
        stream.width, stream.height, stream.pix_fmt = quality.width, quality.height, encoding.pixel_format
        stream.codec_context.thread_count = 1                   # so that the file does not depend on the number of cores
        scaling = SHRINKING
        if encoding.pixel_format.startswith("yuv"):
            scaling, context = SCALING, stream.codec_context
            context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
            context.color_trc, context.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709
        self._convert = scaler(quality, quality, encoding.pixel_format, scaling)

    def write(self, pixels, repeat=1, changed=None):
        self._frame = self._convert(self._encoding.alpha(pixels))
        for turn in range(1 if self._encoding.held else repeat):
            self._show(self._frames + turn)
        self._frames += repeat

    def close(self):
        if self._shown < self._frames - 1:
            self._show(self._frames - 1)
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def abort(self):
        with suppress(av.FFmpegError):
            self._container.close()

    def _show(self, number: int) -> None:
        self._frame.pts, self._frame.time_base, self._shown = number, self._tick, number
        self._container.mux(self._stream.encode(self._frame))


class Shrunk:
    """Hands some of the pictures on, smaller, to a writer of that quality."""

    def __init__(self, writer: Writer, quality: Quality, small: Quality):
        self._writer, self._frames, self._every = writer, 0, quality.fps / small.fps
        self._scale = scaler(quality, small, "rgba", SHRINKING)
        self.abort = writer.abort

    def write(self, pixels, repeat=1, changed=None):
        before, self._frames = ceil(self._frames / self._every), self._frames + repeat
        if wanted := ceil(self._frames / self._every) - before:
            self._writer.write(self._scale(pixels).to_ndarray(), wanted)

    def close(self):
        self._writer.close()


def shrunk(quality: Quality, width: int, fps: int) -> Quality:
    """A quality of at most this width and so many frames a second: every second frame, or third, or …"""
    width = min(width, quality.width)
    height = max(1, round(quality.height * width / quality.width))
    return replace(quality, width=width, height=height, fps=Fraction(quality.fps, ceil(quality.fps / fps)))


def scaler(quality: Quality, target: Quality, pixel_format: str, how: str) -> Callable[[np.ndarray], av.VideoFrame]:
    """Makes frames of a size and format out of pixels, uint8 (height, width, 4), RGBA."""
    graph = Graph()
    graph.link_nodes(
        graph.add("buffer", f"video_size={quality.width}x{quality.height}:pixel_aspect=1/1:pix_fmt=rgba:time_base=1/1"),
        graph.add("scale", f"{target.width}:{target.height}:{how}"), graph.add("format", f"pix_fmts={pixel_format}"),
        graph.add("buffersink"),
    ).configure()

    def scaled(pixels: np.ndarray) -> av.VideoFrame:
        graph.push(av.VideoFrame.from_numpy_buffer(pixels, format="rgba"))
        return graph.pull()

    return scaled


