"""The film: cards, chapters, subtitles, voices, and what its files say of it."""

import json
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import srt

from studio.errors import UserError
from studio.output.film import render_film
from studio.plan.film import CARDS, parts_of
from studio.read.folders import folder
from studio.read.spec import load
from studio.render.quality import Quality

TINY = Quality("tiny", 320, 180, 5)
VOICE = 17.0                              # seconds, more than the step would take
FILM = """\
title: {en: A small film, zh: 一部短片}
theme: light
scenes:
  - scene: qkv
    steps: [one_token]
    voice: {one_token: voice.wav}
    captions: {one_token: {zh: "我自己的话。"}}
  - scene: recap
    steps: [machine, block]
    sentence: the old dog runs
"""


def small_film(place: Path, captions: str | None = None, text: str = FILM) -> Path:
    """A film of two scenes, the first of which is spoken."""
    with wave.open(str(place / "voice.wav"), "wb") as file:
        file.setparams((1, 2, 22050, 0, "NONE", ""))
        file.writeframes((9000 * np.sin(np.arange(VOICE * 22050) / 10)).astype("<i2").tobytes())
    (place / "film.yaml").write_text(text, encoding="utf-8")
    render_film(load(str(place / "film.yaml")), TINY, place / "out", 1, captions=captions)
    return place / "out" / "film.mp4"


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    return small_film(tmp_path_factory.mktemp("film"))


@pytest.fixture(scope="module")
def described(film) -> dict:
    return json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))


def test_cards_open_part_and_close_it(film, described):
    first, second = described["scenes"]
    assert described["title"] == "A small film"
    assert first["start"] > 2 and second["start"] > first["end"] + 1 and described["seconds"] > second["end"] + 2
    assert first["opens"] == 0 and second["opens"] == first["end"]
    assert [path.name for path in (film.parent / "clips").iterdir()] != [] and not list(film.parent.rglob(f"*{CARDS}*"))


def test_no_card_parts_what_is_one_take():
    whole = load("film")
    names = [part.name for part in parts_of(whole)]
    for before, after in zip(whole.scenes, whole.scenes[1:]):
        goes_on = folder(after.scene).facts.follows == before.scene
        assert (f"{CARDS}/chapter/{after.name}" in names) is not goes_on
    assert names[0] == f"{CARDS}/opening" and names[-1] == f"{CARDS}/closing"
    assert sum(folder(scene.scene).facts.follows != "" for scene in whole.scenes) >= 4


def test_scenes_that_show_another_sentence_are_parted(tmp_path):
    text = "scenes: [weighted_average, {scene: dot_product_weights, sentence: the old dog runs, focus: dog}]\n"
    (tmp_path / "film.yaml").write_text(text, encoding="utf-8")
    assert f"{CARDS}/chapter/dot_product_weights" in [part.name for part in parts_of(load(str(tmp_path / "film.yaml")))]


def test_chapters_are_its_scenes(film, described):
    with av.open(str(film)) as file:
        chapters = [(chapter["start"], chapter["end"], chapter["metadata"]["title"]) for chapter in file.chapters()]
    first, second = described["scenes"]
    opens, end = (round(1000 * second) for second in (second["opens"], described["seconds"]))
    assert chapters == [(0, opens, first["title"]), (opens, end, second["title"])]


def test_subtitles_in_both_languages_inside_and_beside(film, described):
    with av.open(str(film)) as file:
        tracks = {track.metadata["language"]: track for track in file.streams.subtitles}
        assert list(tracks) == ["eng", "zho"] and all(track.disposition == 0 for track in tracks.values())
        said = {}
        for language, track in tracks.items():
            file.seek(0)
            said[language] = [bytes(packet)[2:].decode() for packet in file.demux(track) if packet.size > 2]
    steps = [step for scene in described["scenes"] for step in scene["steps"]]
    for code, language in (("en", "eng"), ("zh", "zho")):
        cues = list(srt.parse(film.with_suffix(f".{code}.srt").read_text(encoding="utf-8")))
        assert [cue.content for cue in cues] == said[language]
        starts = [cue.start.total_seconds() for cue in cues]
        assert {step["start"] for step in steps} <= set(starts) and cues[-1].end.total_seconds() == steps[-1]["end"]
        assert film.with_suffix(f".{code}.vtt").read_text(encoding="utf-8").startswith("WEBVTT\n\n00:00:")
    assert " ".join(said["eng"]).split()[:3] == steps[0]["caption"].split()[:3]
    assert said["zho"][0] == "我自己的话。"


def test_the_voice_lasts_and_stands_at_its_step(film, described):
    step = described["scenes"][0]["steps"][0]
    assert step["end"] - step["start"] >= VOICE
    with av.open(str(film)) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        assert abs(float(video.duration * video.time_base) - float(audio.duration * audio.time_base)) < 0.05
        samples = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio)])
    loud = np.flatnonzero(np.abs(samples) > 0.05) / 48000
    assert abs(loud[0] - step["start"]) < 0.05 and abs(loud[-1] - step["start"] - VOICE) < 0.05


def test_it_starts_at_once_and_says_its_colours(film):
    data = film.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(film)) as file:
        codec = file.streams.video[0].codec_context
        assert (codec.colorspace, codec.color_primaries, codec.color_trc) == (1, 1, 1) and codec.pix_fmt == "yuv420p"


def test_captions_are_in_the_picture_or_beside_it(tmp_path, film):
    text = "scenes:\n  - {scene: recap, steps: [machine]}\n"

    def last(mode):
        (tmp_path / str(mode)).mkdir()
        made = small_film(tmp_path / str(mode), mode, text)
        with av.open(str(made)) as file:
            tracks = [track.disposition for track in file.streams.subtitles]
            with av.open(str(made.parent / "clips/recap/01-machine.mp4")) as clip:
                in_clip, frames = len(clip.streams.subtitles), [frame.to_ndarray(format="gray") for frame in clip.decode(video=0)]
        return tracks, in_clip, len(list(made.parent.glob("*.srt"))), frames[-1]

    both, burned, track, none = (last(mode) for mode in (None, "burned", "track", "none"))
    assert [way[0] for way in (both, burned, track, none)] == [[0, 0], [], [1, 0], []]
    assert [way[1] for way in (both, burned, track, none)] == [0, 0, 2, 0]
    assert [way[2] for way in (both, burned, track, none)] == [2, 2, 2, 0]
    assert (both[3] == burned[3]).all() and (track[3] == none[3]).all()
    differs = np.argwhere(both[3].astype(int) - track[3] > 20)[:, 0] / TINY.height
    assert len(differs) and differs.min() > 0.8


def test_a_sound_that_is_none_is_told(tmp_path):
    (tmp_path / "mine.yaml").write_text("scene: qkv\nvoice: {one_token: a.wav, blnd: b.wav}\n", encoding="utf-8")
    said = r"mine\.yaml:2:20: voice\.one_token: .*a\.wav cannot be read: No such file.*\n.*voice\.blnd: .*'blend'"
    with pytest.raises(UserError, match=said):
        load(str(tmp_path / "mine.yaml"))


def test_a_title_is_in_the_films_language(tmp_path):
    (tmp_path / "film.yaml").write_text(FILM, encoding="utf-8")
    (tmp_path / "voice.wav").write_bytes(b"")
    text = FILM.replace("    voice: {one_token: voice.wav}\n", "")
    (tmp_path / "film.yaml").write_text(text, encoding="utf-8")
    assert load(str(tmp_path / "film.yaml"), ["language=zh"]).title == "一部短片"
