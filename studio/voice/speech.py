"""Speech: what is said in a step, as a WAV that is as loud as every other, kept so that nothing is said twice."""

import io
import json
import wave
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from scenes.base.spec import Sentence
from studio.errors import Problem, UserError, quoted
from studio.read.pronunciation import Pronunciation, sentences
from studio.store.digest import digest_of
from studio.store.store import SPEECH, Store
from studio.voice import loudness, voices
from studio.voice.voices import Narrator

BEFORE, BETWEEN, AFTER = 0.3, 0.3, 0.5    # seconds of silence: as a step begins, between two sentences, and as it ends
FLOOR, FRAME, EDGE = 10 ** (-50 / 20), 0.01, 0.03    # what is silence (of full scale, in frames of so many seconds), and what is left of it
CODE = [Path(module.__file__) for module in (loudness, voices)] + [Path(__file__)]


@dataclass(frozen=True)
class Speech:
    """A WAV, how many seconds it lasts, and its sentences."""

    wav: bytes
    seconds: float
    said: tuple[Sentence, ...]


def speech(text: str, voice: Narrator, how: Pronunciation, store: Store | None = None) -> Speech:
    """A text as a voice says it, sentence by sentence. store: where speech is that need not be made. Raises UserError as voices do."""
    parts = sentences(text)
    key = SPEECH + "." + digest_of([[(part, how.spoken(part, phonemes=True)) for part in parts], voice.made_by, CODE])
    if kept := store and store.get(key):
        return _unpacked(kept)
    found = _made(parts, voice, how)
    if store:
        store.put(key, _packed(found))
    return found


def _made(parts: list[str], voice: Narrator, how: Pronunciation) -> Speech:
    sounds, said, at = [], [], BEFORE
    for part in parts:
        samples, rate = voice.speak(part, how)
        samples = _trimmed(samples, rate)
        if not len(samples):
            raise UserError([Problem(f"nothing is heard of {quoted(part)}", path="narrator", kind="silent", hint="say words")])
        said.append(Sentence(part, round(at, 3), round(at + len(samples) / rate, 3)))
        at += len(samples) / rate + BETWEEN
        sounds += [samples, np.zeros(round(BETWEEN * rate), np.float32)]
    whole = loudness.levelled(np.concatenate(sounds[:-1]), rate, round(BEFORE * rate), round(AFTER * rate))
    return Speech(_wav(whole, rate), len(whole) / rate, tuple(said))


def _trimmed(samples: np.ndarray, rate: int) -> np.ndarray:
    """The sound (sample,) without the silence around it."""
    frame, edge = round(FRAME * rate), round(EDGE * rate)
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    loud = np.flatnonzero(np.sqrt((frames**2).mean(1)) > FLOOR)
    return samples[max(0, loud[0] * frame - edge) : (loud[-1] + 1) * frame + edge] if len(loud) else samples[:0]


def _wav(samples: np.ndarray, rate: int) -> bytes:
    """A WAV of 16 bits, one channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, rate, 0, "NONE", ""))
        written.writeframes(np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def _packed(found: Speech) -> bytes:
    """A line that says what there is; the WAV."""
    return json.dumps({"seconds": found.seconds, "said": [asdict(sentence) for sentence in found.said]}).encode() + b"\n" + found.wav


def _unpacked(body: bytes) -> Speech:
    """What was packed."""
    line, _, wav = body.partition(b"\n")
    said = json.loads(line)
    return Speech(wav, said["seconds"], tuple(Sentence(**sentence) for sentence in said["said"]))
