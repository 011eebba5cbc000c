"""Clips put one after the other."""

from collections.abc import Sequence
from pathlib import Path

import av

from studio.errors import RenderError
from studio.output.files import atomic
from studio.render.encoder import MP4


def concatenate(clips: Sequence[Path], target: Path) -> int:
    """Writes the clips, all of one quality, as one MP4; pictures are copied, not encoded again. Returns the number of frames.

    Raises RenderError if they do not fit together or the target cannot be written; an older target is then untouched.
    """
    with atomic(target) as partial, av.open(str(partial), "w", format="mp4", options=MP4) as output:
        stream, header, frames, start = None, None, 0, 0
        for path in clips:
            with av.open(str(path)) as source:
                video = source.streams.video[0]
                if stream is None:
                    stream, header = output.add_stream_from_template(video), _header(video)
                elif _header(video) != header:
                    raise RenderError(f"{path} is of another quality than {clips[0]}")
                for packet in source.demux(video):
                    if packet.size:
                        packet.pts, packet.dts = packet.pts + start, packet.dts + start
                        packet.stream = stream
                        output.mux(packet)
                        frames += 1
                start += video.duration
    return frames


def _header(stream) -> tuple:
    return stream.codec_context.extradata, stream.time_base, stream.width, stream.height
