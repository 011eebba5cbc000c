"""Alpha: Cairo draws premultiplied pixels, files want straight ones."""

import io
import zlib

import numpy as np
from PIL import Image

# What a channel of 0…255 is without the alpha that it was multiplied by: (alpha, channel).
_ALPHA, _CHANNEL = np.ogrid[:256, :256]
STRAIGHT = np.minimum(255, (_CHANNEL * 255 + _ALPHA // 2) // np.maximum(_ALPHA, 1)).astype(np.uint8)
BLOCK = 8                                 # pixels a side, within which a lossy codec lets colours run into each other


def straight(pixels: np.ndarray) -> np.ndarray:
    """The same picture with straight alpha. pixels: uint8 (height, width, 4), RGBA, premultiplied. What is transparent is black."""
    found = pixels.copy()
    edges = (pixels[..., 3] > 0) & (pixels[..., 3] < 255)
    found[edges, :3] = STRAIGHT[pixels[edges, 3:], pixels[edges, :3]]
    return found


def bled(pixels: np.ndarray) -> np.ndarray:
    """The same with straight alpha, where what is transparent has the mean colour of what is seen near it.

    A codec that halves chroma or rounds blocks takes it for its neighbours' colour: black would show around them as a fringe.
    """
    found = straight(pixels)
    height, width, _ = pixels.shape
    rows, columns = range(0, height, BLOCK), range(0, width, BLOCK)
    sums = np.add.reduceat(np.add.reduceat(pixels, rows, 0, np.uint32), columns, 1)                # block row, block column, 4
    near = (sums[..., :3] * 255 // np.maximum(sums[..., 3:], 1)).astype(np.uint8)
    clear = np.nonzero(pixels[..., 3] == 0)
    found[*clear, :3] = near[clear[0] // BLOCK, clear[1] // BLOCK]
    return found


def png(pixels: np.ndarray, transparent: bool = False) -> bytes:
    """A picture as PNG. pixels: uint8 (height, width, 4), RGBA, premultiplied; if it is not to be transparent, opaque."""
    image = Image.fromarray(straight(pixels)) if transparent else Image.fromarray(pixels).convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG", compress_type=zlib.Z_RLE)      # in two thirds of the time as small, where most is flat
    return file.getvalue()
