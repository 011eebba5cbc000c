"""Whether a clip is whole: of H.264 what can be seen without decoding every frame of it."""

from fractions import Fraction
from io import BytesIO

import av
from PIL import Image

from studio.errors import RenderError
from studio.render.job import Clip
from studio.render.quality import Quality

CLOSE = 0.1                               # seconds that a picture which moves may last more or less: its times are rounded
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


def check_frames(clip: Clip, quality: Quality) -> None:
    """RenderError if a video cannot be decoded, does not begin at once, or its last frame is not the clip's last one."""
    try:
        with av.open(BytesIO(clip.movie)) as file:
            times = [frame.time for frame in file.decode(video=0)]
    except (av.FFmpegError, LookupError) as error:
        raise RenderError(f"the video cannot be decoded: {error}") from error
    if not times or times[0] or round(times[-1] * quality.fps) != clip.frames - 1:
        raise RenderError(f"the video does not show frames 1 to {clip.frames}, each in its time")


def check_animation(clip: Clip, quality: Quality) -> None:
    """RenderError if a picture cannot be decoded, or moves and does not last as long as the clip says."""
    try:
        with Image.open(BytesIO(clip.movie)) as picture:
            pictures = picture.n_frames
            seconds = sum(_seconds(picture, number) for number in range(pictures))
    except (OSError, EOFError, ValueError, SyntaxError) as error:
        raise RenderError(f"the picture cannot be decoded: {error}") from error
    if pictures > 1 and abs(seconds - clip.frames / quality.fps) > CLOSE:
        raise RenderError(f"the picture lasts {seconds:.2f} s instead of {clip.frames / quality.fps:.2f} s")


def _is_whole(packet: av.Packet) -> bool:
    """Whether a packet consists of units to its end."""
    data, at = memoryview(packet), 0
    while at < len(data):
        length = int.from_bytes(data[at:at + LENGTH], "big")
        if not length:
            return False
        at += LENGTH + length
    return at == len(data)


def _seconds(picture: Image.Image, number: int) -> float:
    picture.seek(number)
    picture.load()
    return picture.info.get("duration", 0) / 1000
