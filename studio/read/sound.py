"""Sound files."""

from pathlib import Path

import av


def seconds(path: Path) -> float:
    """How long a sound file is. ValueError with the reason if it is none."""
    try:
        with av.open(str(path)) as file:
            if not file.streams.audio:
                raise ValueError("has no sound")
            return sum(frame.samples / frame.sample_rate for frame in file.decode(audio=0))
    except (OSError, av.FFmpegError) as error:
        raise ValueError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
