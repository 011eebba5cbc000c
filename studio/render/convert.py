"""From RGBA to what is encoded: yuv420p, BT.709, limited range."""

from collections.abc import Sequence
from functools import cache

import av
import numpy as np
from av.filter import Graph

from scenes.base.shape import MOST
from studio.render.grid import HIGH, WIDE, Rectangle
from studio.render.libav import Lines, Planes, library

# Chroma is the mean of every two by two pixels, the same on every processor; flat colours come back within two levels of 255.
SCALING = "out_color_matrix=bt709:out_range=tv:flags=area+full_chroma_inp+bitexact"
FLAGS = 0x20 | 0x4000 | 0x80000           # SWS_AREA, SWS_FULL_CHR_H_INP, SWS_BITEXACT
BT709, FULL, LIMITED, ONE = 1, 1, 0, 1 << 16
TOO_NARROW = 2                            # pixels: a part that libswscale does not treat as it does within a picture
PIXEL = 4                                 # bytes


class Converter:
    """Converts every picture whole. width, height: in pixels, even."""

    def __init__(self, width: int, height: int):
        self._graph = graph = Graph()
        graph.link_nodes(
            graph.add("buffer", f"video_size={width}x{height}:pixel_aspect=1/1:pix_fmt=rgba:time_base=1/1"),
            graph.add("scale", SCALING), graph.add("format", "pix_fmts=yuv420p"), graph.add("buffersink"),
        ).configure()

    def convert(self, pixels: np.ndarray, changed: Sequence[Rectangle]) -> av.VideoFrame:
        """The picture as it is encoded, until the next is converted. pixels: uint8 (height, width, 4), RGBA, opaque.

        changed: rectangles of whole cells outside which it is the picture before.
        """
        self._graph.push(av.VideoFrame.from_numpy_buffer(pixels, format="rgba"))      # not copied
        return self._graph.pull()         # a filter reuses its frames; made anew by a reformatter they break the memory up


class TileConverter:
    """Converts only what has changed."""

    def __init__(self, width: int, height: int):
        self._frame = av.VideoFrame(width, height, "yuv420p")
        self._planes = [(plane.buffer_ptr, plane.line_size) for plane in self._frame.planes]
        self._lines = Lines(*(size for _, size in self._planes))

    def convert(self, pixels: np.ndarray, changed: Sequence[Rectangle]) -> av.VideoFrame:
        """As `Converter` does."""
        source, lines, scale = pixels.ctypes.data, Lines(pixels.strides[0]), library().sws_scale
        (luma, line), (blue, half), (red, _) = self._planes
        for left, top, right, bottom in changed:
            chroma = top // 2 * half + left // 2
            scale(_scaler(right - left), Planes(source + top * lines[0] + PIXEL * left), lines, 0, bottom - top,
                  Planes(luma + top * line + left, blue + chroma, red + chroma), self._lines)
        return self._frame


def converter(width: int, height: int) -> Converter | TileConverter:
    """The faster one, if it is known to convert as the other does."""
    return (TileConverter if width % WIDE != TOO_NARROW and trusted() else Converter)(width, height)


@cache
def _scaler(width: int) -> int:
    """A SwsContext for parts of a width. It takes a part for the upper end of a picture of which no more ever comes."""
    swscale = library()
    rgba, yuv = (swscale.av_get_pix_fmt(name) for name in (b"rgba", b"yuv420p"))
    found = swscale.sws_getContext(width, MOST, rgba, width, MOST, yuv, FLAGS, None, None, None)
    table = swscale.sws_getCoefficients(BT709)
    if not found or swscale.sws_setColorspaceDetails(found, table, FULL, table, LIMITED, 0, ONE, ONE) < 0:
        raise LookupError("this libswscale is not the one expected")
    return found


@cache
def trusted() -> bool:
    """Whether parts are converted here as they are within a picture. Tested once a process."""
    try:
        return _converts_the_same()
    except (OSError, LookupError, AttributeError):
        return False


def _converts_the_same() -> bool:
    width, height = 3 * WIDE + 4, 3 * HIGH + 2
    random, whole, tiles = np.random.default_rng(0), Converter(width, height), TileConverter(width, height)
    pixels = np.zeros((height, width, 4), np.uint8)
    for changed in ([(0, 0, width, height)], [(WIDE, 0, 2 * WIDE, HIGH)], [(0, HIGH, WIDE, height), (2 * WIDE, 0, width, 2 * HIGH)]):
        for left, top, right, bottom in changed:
            pixels[top:bottom, left:right] = random.integers(0, 256, (bottom - top, right - left, 4))
        if not np.array_equal(whole.convert(pixels, changed).to_ndarray(), tiles.convert(pixels, changed).to_ndarray()):
            return False
    return True
