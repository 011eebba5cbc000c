"""Frames in, H.264 out: all made by the encoder, or those in which nothing changes made without it."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from io import BytesIO

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from studio.render.grid import HIGH, WIDE, Rectangle
from studio.render.libav import tell_changes
from studio.render.quality import Quality

# Measured on our scenes (tests/bench). With a constant quantiser the encoder need not look ahead, and nothing that stays is made
# again. Key frames are asked for, so that they come in time although the encoder does not get to see every frame. In both streams a
# frame refers to the one before alone, and nothing is weighted: so frames can be put between.
BOTH = {"bf": "0", "profile": "high", "mb_info": "1", "forced-idr": "1"}
BY_CODE = "keyint=infinite:force-cfr=1:ref=1:weightp=0:rc-lookahead=0:scenecut=0"

# CABAC, 8x8dct and the parts of key frames are what the preset leaves out of the High profile; they take no time.
X264 = BOTH | {"preset": "ultrafast", "x264-params": f"{BY_CODE}:cabac=1:8x8dct=1:analyse=i4x4,i8x8"}

# A fifth less, in twice the encoder's time; looking ahead makes nothing smaller at four times that. psy would make pictures sharper
# that are drawn as sharp as they are meant to be, and deblocking change what lies beside a change.
COMPACT = BOTH | {"preset": "medium", "x264-params": f"{BY_CODE}:psy=0:trellis=2:no-deblock=1"}

# The largest with which the worst frame is within 45 dB of what is drawn. Where pixels are few, more of them are edges.
FINE, COARSE_QP, QP = 720, 22, 24         # FINE: lines, or columns, from which on a picture has many
BETWEEN_KEYS = 5                          # seconds: a picture that changes after so many is a key frame; they are most of a file

# A P frame of one slice that others refer to, up to the number of the frame, which has 4 bits (ITU-T H.264, 7.3.1, 7.3.3).
START, HEAD = b"\x00\x00\x00\x01\x41", 0b1001101_0            # and first_mb_in_slice 0, slice_type 5, pic_parameter_set_id 0
HEAD_AT, NUMBERS, REST = len(START), 16, 0b000_11111
SMALL = 2000                              # bytes, which a frame in which nothing changes has not
TRIED = 4 * WIDE, 4 * HIGH                # pixels of the pictures that all this is tried with first
CLOSE = 16                                # levels of 255 within which every pixel of a picture comes back
NOT_EXPECTED = "this libx264 is not the one expected"


class Stream:
    """A video stream of a container. The encoder makes every frame.

    There are no B-frames. frames: how many are in the container: all that went in.
    """

    def __init__(self, container: OutputContainer, quality: Quality):
        self._container, self._quality = container, quality
        self.frames = self._encoded = self._since_key = 0
        self._stream = container.add_stream("libx264", rate=quality.fps, options=_options(quality))
        self._stream.width, self._stream.height, self._stream.pix_fmt = quality.width, quality.height, "yuv420p"
        codec = self._stream.codec_context
        codec.thread_count = 1            # so that a clip does not depend on the number of cores; they have processes of their own
        codec.colorspace, codec.color_range = Colorspace.ITU709, ColorRange.MPEG
        codec.color_trc, codec.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709

    def show(self, frame: av.VideoFrame, changed: Sequence[Rectangle]) -> None:
        """Shows a picture, yuv420p. changed: rectangles outside which it is the one before."""
        self._frame = frame
        self._mux(self.encode(frame, self._since_key >= BETWEEN_KEYS * self._quality.fps))

    def again(self) -> None:
        """Shows the same picture for another frame."""
        self._mux(self.encode(self._frame))

    def close(self) -> None:
        """Nothing comes any more."""
        self._mux(self._stream.encode(None))

    def encode(self, frame: av.VideoFrame, is_key: bool = False) -> list[av.Packet]:
        """What the encoder makes by the time it gets a picture, in no container yet. The first frame of all is a key frame."""
        frame.pict_type = PictureType.I if is_key else PictureType.NONE
        frame.pts, frame.time_base = self._encoded, Fraction(1, self._quality.fps)
        self._encoded += 1
        return self._stream.encode(frame)

    def _mux(self, packets: Iterable[av.Packet]) -> None:
        for packet in packets:
            packet.stream, packet.time_base, packet.duration = self._stream, Fraction(1, self._quality.fps), 1
            packet.pts = packet.dts = self.frames
            self.frames += 1
            self._since_key = 1 if packet.is_keyframe else self._since_key + 1
            self._container.mux(packet)


class SkippingStream(Stream):
    """The same, but the encoder is told what has changed, and does not get the frames in which nothing has.

    Such a frame skips all its macroblocks, and is the same every time but for its number; those that follow it have other numbers
    than the encoder knows of.
    """

    def show(self, frame: av.VideoFrame, changed: Sequence[Rectangle]) -> None:
        tell_changes(frame, changed)
        super().show(frame, changed)

    def again(self) -> None:
        self._mux([av.Packet(skip(self._quality))])

    def _mux(self, packets: Iterable[av.Packet]) -> None:
        super()._mux(packet if packet.is_keyframe else av.Packet(numbered(bytes(packet), self._since_key)) for packet in packets)


def stream(container: OutputContainer, quality: Quality) -> Stream:
    """The faster one, if it is known to work."""
    return (SkippingStream if trusted(quality.compact) else Stream)(container, quality)


def _options(quality: Quality) -> dict[str, str]:
    quantiser = QP if min(quality.width, quality.height) >= FINE else COARSE_QP
    return (COMPACT if quality.compact else X264) | {"qp": str(quantiser)}


def numbered(frame: bytes, number: int) -> bytes:
    """A P frame with another number. LookupError if it is not like those of the encoder."""
    if frame[:HEAD_AT] != START or frame[HEAD_AT] & ~1 != HEAD or not frame[HEAD_AT + 1] & REST:
        raise LookupError(NOT_EXPECTED)
    high, low = divmod(number % NUMBERS, NUMBERS // 2)
    return frame[:HEAD_AT] + bytes((HEAD | high, low << 5 | frame[HEAD_AT + 1] & REST)) + frame[HEAD_AT + 2:]


@cache
def skip(quality: Quality) -> bytes:
    """A P frame in which nothing changes, with the number 0. LookupError if the encoder does not make it as expected."""
    packet = _seen_again(quality, 2)[-1]
    if len(packet) > SMALL:
        raise LookupError(NOT_EXPECTED)
    return numbered(packet, 0)


def _seen_again(quality: Quality, times: int) -> list[bytes]:
    """What the encoder makes of a picture that it sees again so often."""
    frame, alone = av.VideoFrame(quality.width, quality.height, "yuv420p"), Stream(_container(BytesIO()), quality)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return [bytes(packet) for _ in range(times + 1) for packet in alone.encode(frame)][1:]


@cache
def trusted(compact: bool) -> bool:
    """Whether frames can be made without the encoder, and it can be told what has changed, and a decoder shows what it should.

    Tested once a process.
    """
    quality = Quality("", *TRIED, 30, compact)
    try:
        return _makes_the_same(quality) and _shows_the_same(quality)
    except (OSError, LookupError, AttributeError, ValueError):
        return False


def _makes_the_same(quality: Quality) -> bool:
    """Up to the last byte, where x264 leaves a mark that no decoder looks at."""
    made = [numbered(skip(quality), number) for number in range(1, NUMBERS + 3)]
    return all(ours[:-1] == theirs[:-1] for ours, theirs in zip(made, _seen_again(quality, len(made)), strict=True))


def _shows_the_same(quality: Quality) -> bool:
    (width, height), here = TRIED, (WIDE, HIGH, 2 * WIDE, 2 * HIGH)
    random, file = np.random.default_rng(0), BytesIO()
    before = np.repeat(random.integers(0, 256, (height * 3 // 2, width // 8), np.uint8), 8, axis=1)
    after = before.copy()
    after[here[1]:here[3], here[0]:here[2]] ^= 64
    with _container(file) as container:
        stream = SkippingStream(container, quality)
        for picture, changed in ((before, [(0, 0, width, height)]), (after, [here])):
            stream.show(av.VideoFrame.from_ndarray(picture, format="yuv420p"), changed)
            stream.again()
        stream.close()
    file.seek(0)
    with av.open(file) as movie:
        movie.streams.video[0].codec_context.options = {"err_detect": "explode"}
        first, again, second, last = (frame.to_ndarray() for frame in movie.decode(video=0))
    elsewhere = (before == after)[:height]
    return (np.array_equal(first, again) and np.array_equal(second, last) and (first[:height] == second[:height])[elsewhere].all()
            and np.abs(second.astype(int) - after).max() < CLOSE)


def _container(file: BytesIO) -> OutputContainer:
    return av.open(file, "w", format="mp4")
