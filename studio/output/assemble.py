"""Clips put one after the other."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import av

from studio.errors import RenderError
from studio.output.extras import NOTHING, Extras, add, hide_subtitles
from studio.store.files import atomic
from studio.render.encoder import MP4

MARK = "comment"                          # the one of MP4's fields that says what the video is made of


def concatenate(clips: Sequence[Path | BinaryIO], target: Path, mark: str = "", extras: Extras = NOTHING, title: str = "") -> int:
    """Writes the clips, all of one quality, as one MP4; pictures are copied, not encoded again. Returns the number of frames.

    mark: what `is_made_of` knows the video by. extras: what it holds beside its pictures. title: of the video, for players. Raises RenderError if they do not fit
    together or the target cannot be written; an older target is then untouched.
    """
    with atomic(target) as partial:
        with av.open(str(partial), "w", format="mp4", options=MP4) as output:
            output.metadata.update({MARK: mark, "title": title})
            frames = _copy(clips, output, extras)
        if extras.tracks and not extras.shown:
            hide_subtitles(partial)
    return frames


def _copy(clips: Sequence[Path | BinaryIO], output, extras: Extras) -> int:
    stream, header, frames, start = None, None, 0, 0
    for clip in clips:
        with _opened(clip) as source:
            video = source.streams.video[0]
            if stream is None:
                stream, header = output.add_stream_from_template(video), _header(video)
                add(output, extras)
            elif _header(video) != header:
                raise RenderError(f"{clip.name} is of another quality than {clips[0].name}")
            for packet in source.demux(video):
                if packet.size:
                    packet.pts, packet.dts = packet.pts + start, packet.dts + start
                    packet.stream = stream
                    output.mux(packet)
                    frames += 1
            start += video.duration
    return frames


def is_made_of(path: Path, mark: str) -> bool:
    """Whether there is a video already that was written with this mark."""
    try:
        with av.open(str(path)) as file:
            return file.metadata.get(MARK) == mark
    except (OSError, av.FFmpegError):
        return False


def _opened(clip: Path | BinaryIO):
    if isinstance(clip, Path):
        return av.open(str(clip))
    clip.seek(0)
    return av.open(clip)


def _header(stream) -> tuple:
    return stream.codec_context.extradata, stream.time_base, stream.width, stream.height
