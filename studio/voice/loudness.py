"""How loud a sound is, and one that is as loud as all the others.

Loudness in LUFS (ITU-R BS.1770-4, EBU R 128), peaks in dBTP: also those between the samples count.
"""

from fractions import Fraction

import av
import numpy as np
from av.filter import Graph

LUFS, DBTP = -16.0, -1.5                  # what every sound comes to; AAC adds up to half a dB to its peaks
LOOK = 0.004                              # seconds in which the limiter sees a peak coming
FINER = 4                                 # points for each sample in which a peak is looked for
ROUNDS = 3                                # what the limiter takes away is given back by more gain


def loudness(samples: np.ndarray, rate: int) -> float:
    """The integrated loudness of a sound (sample,), in LUFS, as libavfilter measures it."""
    graph, clock = Graph(), Fraction(1, rate)
    source = graph.add_abuffer(format="flt", layout="mono", sample_rate=rate, time_base=clock)
    meter, sink = graph.add("ebur128", "metadata=1:framelog=quiet"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None], np.float32), "flt", "mono")
    frame.sample_rate, frame.time_base, frame.pts = rate, clock, 0
    graph.push(frame)
    graph.push(None)
    said = {}
    while True:
        try:
            said = graph.pull().metadata or said
        except (av.EOFError, av.BlockingIOError):
            return float(said["lavfi.r128.I"])


def levelled(samples: np.ndarray, rate: int, before: int = 0, after: int = 0) -> np.ndarray:
    """The sound (sample,) at LUFS and below DBTP, with so many silent samples around it, which count where it is short."""
    samples = samples - samples.mean()
    found = np.pad(samples, (before, after))
    more = LUFS - loudness(found, rate)
    for _ in range(ROUNDS):
        found = np.pad(_limited(samples * 10 ** (more / 20), rate), (before, after))
        more += LUFS - loudness(found, rate)
    return found


def _limited(samples: np.ndarray, rate: int) -> np.ndarray:
    """The sound without peaks above DBTP, turned down smoothly around each."""
    samples = samples[: len(samples) // 2 * 2]
    spectrum = np.pad(np.fft.rfft(samples), (0, (FINER - 1) * len(samples) // 2))
    fine = np.fft.irfft(spectrum, FINER * len(samples)) * FINER                                 # (FINER · sample,)
    need = np.minimum(1, 10 ** (DBTP / 20) / np.maximum(np.abs(fine).reshape(-1, FINER).max(1), 1e-9))
    around = round(LOOK * rate)
    held = np.lib.stride_tricks.sliding_window_view(np.pad(need, around, constant_values=1), 2 * around + 1).min(1)
    window = np.hanning(2 * around + 3)[1:-1]
    return samples * np.convolve(np.pad(held, around, constant_values=1), window / window.sum(), "valid")
