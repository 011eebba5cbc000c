"""Whether a clip is whole: what can be seen without decoding every frame of it."""

from fractions import Fraction
from io import BytesIO

import av

from studio.errors import RenderError
from studio.render.job import Clip
from studio.render.quality import Quality

LENGTH = 4                                # bytes before each unit of H.264 in an MP4, which say how long it is


def check(clip: Clip, quality: Quality) -> None:
    """RenderError if the clip has not as many frames as it says, each in its time and whole, or a key frame cannot be decoded."""
    try:
        with av.open(BytesIO(clip.movie)) as file:
            stream = file.streams.video[0]
            length, packets = stream.duration * stream.time_base, [packet for packet in file.demux(stream) if packet.size]
            keys = [packet for packet in packets if packet.is_keyframe]
            seen = sum(len(stream.codec_context.decode(packet)) for packet in [*keys, None])
    except (av.FFmpegError, LookupError, TypeError) as error:
        raise RenderError(f"the clip cannot be decoded: {error}") from error
    frames, step = len(packets), 1 / (quality.fps * stream.time_base)
    if (frames, length) != (clip.frames, Fraction(clip.frames, quality.fps)):
        raise RenderError(f"the clip has {frames} frames in {float(length):.3f} s, not {clip.frames}")
    if [packet.pts for packet in packets] != [number * step for number in range(frames)]:
        raise RenderError("the frames of the clip do not follow each other in time")
    if not keys or seen != len(keys) or not all(map(_is_whole, packets)):
        raise RenderError("the clip cannot be decoded: it has frames that are not whole")


def _is_whole(packet: av.Packet) -> bool:
    """Whether a packet consists of units to its end."""
    data, at = memoryview(packet), 0
    while at < len(data):
        length = int.from_bytes(data[at:at + LENGTH], "big")
        if not length:
            return False
        at += LENGTH + length
    return at == len(data)
