"""Sound files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import av
import numpy as np

SOUND = {"format": "fltp", "layout": "stereo", "rate": 48000}         # as it is heard in a video


def seconds(path: Path) -> float:
    """How long a sound file is. ValueError with the reason if it is none, or has nothing to hear."""
    if not os.path.isfile(path):
        raise ValueError("is no file" if os.path.exists(path) else "cannot be read: No such file or directory")
    with _told():
        length = sum(samples.shape[1] for samples in decoded(path)) / SOUND["rate"]
    if not length:
        raise ValueError("lasts 0 seconds")
    return length


def of_wav(data: bytes) -> np.ndarray:
    """The samples of a WAV as SOUND has them (channel, sample). ValueError with the reason if it is none."""
    with _told(), av.open(BytesIO(data), format="wav") as source:
        return np.concatenate([np.zeros((2, 0), np.float32), *_resampled(source)], 1)


def decoded(path: Path) -> Iterator[np.ndarray]:
    """The samples of a sound file as SOUND has them, in pieces (channel, sample); read from this file alone."""
    # Whole, so that no part of it is taken for a protocol; and a file that names others, a playlist, gets none of them.
    with av.open(str(path.absolute()), options={"protocol_whitelist": "file"}) as source:
        yield from _resampled(source)


def _resampled(source) -> Iterator[np.ndarray]:
    resampler = av.AudioResampler(**SOUND)
    for frame in (*source.decode(audio=0), None):
        for part in resampler.resample(frame):
            yield part.to_ndarray()


@contextmanager
def _told() -> Iterator[None]:
    """Within this, what is no sound is a ValueError with the reason."""
    try:
        yield
    except IndexError as error:
        raise ValueError("has no sound") from error
    except (OSError, av.FFmpegError) as error:
        raise ValueError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
