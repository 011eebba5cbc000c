"""What the real voice says is heard as it is meant, loud enough, and in its time: takes minutes, and the extra [hearing]."""

import io
import wave
from pathlib import Path

import av
import faked
import numpy as np
import pytest
import yaml
from hearing import Listener, loudness, plain, true_peak

from studio.output.film import render_film
from studio.output.narration import lines
from studio.plan.film import scenes_of
from studio.read.pronunciation import pronunciation
from studio.read.spec import load
from studio.render.quality import Quality
from studio.voice.speech import AFTER, BEFORE, speech
from studio.voice.voices import Heart

ROOT = Path(__file__).resolve().parent.parent
TINY = Quality("tiny", 64, 64, 20)
MOST_WRONG = 0.03                         # of the words
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spoken():
    """All that may be said in English, and the speech of it."""
    voice, how = Heart(), pronunciation("en", {})
    said = [yaml.safe_load(path.read_text(encoding="utf-8"))["steps"] for path in sorted(ROOT.glob("scenes/*/words.en.yaml"))]
    texts = [text for steps in said for step in steps.values() for key, text in step.items() if key != "title"]
    return {text: speech(text, voice, how) for text in texts}


def test_it_is_understood(spoken, tmp_path):
    jiwer = pytest.importorskip("jiwer")
    pytest.importorskip("faster_whisper")
    listener, how = Listener(tmp_path), pronunciation("en", {})
    meant = [plain(how.spoken(text)) for text in spoken]
    heard = [plain(listener.hears(io.BytesIO(made.wav))) for made in spoken.values()]
    wrong = [f"{said}\n  {found}" for said, found in zip(meant, heard, strict=True) if said != found]
    assert jiwer.wer(meant, heard) <= MOST_WRONG, "\n".join(wrong)


def test_every_text_is_as_loud_as_the_others(spoken):
    for text, made in spoken.items():
        with wave.open(io.BytesIO(made.wav)) as file:
            samples, rate = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768, file.getframerate()
        assert loudness(samples, rate) == pytest.approx(-16, abs=0.3) and true_peak(samples) <= -1, text
        assert not samples[: round(BEFORE * rate)].any() and not samples[-round(AFTER * rate) :].any()


def test_in_the_film_sound_and_pictures_keep_together(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text("title: T\nnarrator: heart\nscenes: [keys, queries, {scene: recap, pace: 3}]\n", encoding="utf-8")
    spec = load("film.yaml")
    with faked.drawing():
        render_film(spec, TINY, Path("out"), 1)
    steps = [(scene, step) for scene in yaml.safe_load(Path("out/film.json").read_text())["scenes"] for step in scene["steps"]]
    with av.open("out/film.mp4") as file:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    for _, step in steps:
        with wave.open(f"out/voice/{step['id']}.wav") as wav:
            rate, made = wav.getframerate(), np.frombuffer(wav.readframes(wav.getnframes()), "<i2") / 32768
        part = np.abs(sound[round(step["start"] * 48000) : round(step["end"] * 48000)])
        begins, ends = (np.flatnonzero(np.abs(each) > 0.05)[[0, -1]] / at for each, at in ((part, 48000), (made, rate)))
        assert np.abs(begins - ends).max() < 0.05, step["id"]
        assert step["end"] - step["start"] >= len(made) / rate - 1 / TINY.fps
    natural = {f"{scene.name}/{line.step}": line.seconds for scene in scenes_of(spec) for line in lines(scene, TINY.fps)}
    held = [step["id"] for _, step in steps if step["end"] - step["start"] > natural[step["id"]] + 0.01]
    assert held and all(name.startswith("recap/") for name in held)
