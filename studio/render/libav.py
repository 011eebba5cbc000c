"""What FFmpeg's libraries can do beyond what PyAV passes on: converting parts of a picture, and telling an encoder what has changed."""

import ctypes
from collections.abc import Sequence
from functools import cache

import av.frame
import av.video.reformatter
import numpy as np
from av import VideoFrame
from av.sidedata.sidedata import Type

from studio.render.grid import Rectangle

# The AVFrame of a PyAV frame comes after the head of every object and the table of its methods (av/frame.pxd).
FRAME_AT = object.__basicsize__ + ctypes.sizeof(ctypes.c_void_p)
FRAME_SIZE = FRAME_AT + 3 * ctypes.sizeof(ctypes.c_void_p)
CHANGED = 1                               # AV_VIDEO_HINT_TYPE_CHANGED

Planes, Lines = ctypes.c_void_p * 4, ctypes.c_int * 4


class Hint(ctypes.Structure):
    """AVVideoHint (libavutil/video_hint.h)."""

    _fields_ = [("n", ctypes.c_size_t), ("offset", ctypes.c_size_t), ("size", ctypes.c_size_t), ("kind", ctypes.c_int)]


@cache
def library() -> ctypes.CDLL:
    """The libraries that PyAV is linked with, by one of its modules."""
    found, pointer, number = ctypes.CDLL(av.video.reformatter.__file__), ctypes.c_void_p, ctypes.c_int
    for name, result, *arguments in (
        ("av_get_pix_fmt", number, ctypes.c_char_p),
        ("sws_getContext", pointer, *[number] * 7, *[pointer] * 3),
        ("sws_getCoefficients", pointer, number),
        ("sws_setColorspaceDetails", number, pointer, pointer, number, pointer, *[number] * 4),
        ("sws_scale", number, pointer, Planes, Lines, number, number, Planes, Lines),
        ("av_video_hint_create_side_data", pointer, pointer, ctypes.c_size_t),
        ("av_frame_remove_side_data", None, pointer, number),
    ):
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found


def tell_changes(frame: VideoFrame, changed: Sequence[Rectangle]) -> None:
    """Says of a frame that it is the one before outside some rectangles. LookupError if frames are not made as expected."""
    at, libav = _address(frame), library()
    libav.av_frame_remove_side_data(at, Type.VIDEO_HINT.value)
    hint = Hint.from_address(libav.av_video_hint_create_side_data(at, len(changed)))
    said = np.array([(left, top, right - left, bottom - top) for left, top, right, bottom in changed], np.uint32).tobytes()
    hint.kind = CHANGED
    ctypes.memmove(ctypes.addressof(hint) + hint.offset, said, len(said))


def _address(frame: VideoFrame) -> int:
    if av.frame.Frame.__basicsize__ == FRAME_SIZE:
        found = ctypes.c_void_p.from_address(id(frame) + FRAME_AT).value
        if ctypes.c_void_p.from_address(found).value == frame.planes[0].buffer_ptr:
            return found
    raise LookupError("this PyAV is not the one expected")
