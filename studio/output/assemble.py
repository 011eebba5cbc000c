"""Clips put one after the other."""

import heapq
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import av

from studio.errors import RenderError
from studio.output.extras import NOTHING, Extras, add, hide_subtitles
from studio.render.encoder import MP4
from studio.store.files import atomic

MARK = "comment"                          # the one of MP4's fields that says what the video is made of


def concatenate(clips: Iterable[Path | BinaryIO], target: Path, mark: str = "", extras: Extras = NOTHING, title: str = "") -> int:
    """Writes the clips, all of one quality, as one MP4; pictures are copied, not encoded again. Returns the number of frames.

    All that is seen, read or heard at one time lies together in the file. mark: what `is_made_of` knows the video by. extras: what
    it holds beside its pictures. title: what players call it. Raises RenderError if the clips do not fit together or the target
    cannot be written; an older target is then untouched.
    """
    with atomic(target) as partial:
        with av.open(str(partial.absolute()), "w", format="mp4", options=MP4) as output:
            output.metadata.update({MARK: mark} | ({"title": title} if title else {}))
            frames = _copy(clips, output, extras)
        if extras.tracks and not extras.shown:
            hide_subtitles(partial)
    return frames


def _copy(clips: Iterable[Path | BinaryIO], output, extras: Extras) -> int:
    pictures = _pictures(clips, output)
    first = next(pictures)                # its stream comes before all others
    frames = 0
    for packet in heapq.merge(chain([first], pictures), *add(output, extras), key=lambda packet: packet.dts * packet.time_base):
        frames += packet.stream == first.stream
        output.mux(packet)
    return frames


def _pictures(clips: Iterable[Path | BinaryIO], output) -> Iterator[av.Packet]:
    """The packets of all clips, one clip after the other."""
    stream, header, start = None, None, 0
    for clip in clips:
        with av.open(str(clip.absolute()) if isinstance(clip, Path) else clip) as source:
            video = source.streams.video[0]
            if stream is None:
                stream, header = output.add_stream_from_template(video), _header(video)
            elif _header(video) != header:
                raise RenderError(f"{getattr(clip, 'name', 'a clip')} is of another quality than those before it")
            for packet in source.demux(video):
                if packet.size:
                    packet.pts, packet.dts, packet.stream = packet.pts + start, packet.dts + start, stream
                    yield packet
            start += video.duration


def is_made_of(path: Path, mark: str) -> bool:
    """Whether there is a video already that was written with this mark."""
    try:
        with av.open(str(path.absolute())) as file:
            return file.metadata.get(MARK) == mark
    except (OSError, av.FFmpegError):
        return False


def _header(stream) -> tuple:
    return stream.codec_context.extradata, stream.time_base, stream.width, stream.height
