"""The film: cards, chapters, subtitles, voices, and what its files say of it."""

import json
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import srt

from scenes.base.spec import CardSpec, SceneSpec
from studio.errors import UserError
from studio.output.contents import played
from studio.output.film import render_film
from studio.plan.film import CARDS, parts_of
from studio.read.folders import ours
from studio.read.spec import load, ready
from studio.render.quality import Quality

TINY = Quality("tiny", 320, 180, 5)
VOICE = 17.0                              # seconds, more than the step would take
FILM = """\
title: {en: A small film, zh: 一部短片}
theme: light
scenes:
  - act: {en: What, zh: 什么}
  - scene: qkv
    steps: [one_token]
    voice: {one_token: voice.wav}
    captions: {one_token: {zh: "我自己的话。"}}
  - act: {en: Again, zh: 再来}
  - scene: recap
    steps: [machine, block]
    sentence: the old dog runs
  - {scene: overview, steps: [sentence]}
"""


def small_film(place: Path, captions: str | None = None, text: str = FILM) -> Path:
    """A film of three scenes in two acts, the first of which is spoken."""
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


def test_a_card_stands_before_each_act_and_nothing_else_between_scenes(film, described):
    first, second, third = described["scenes"]
    assert described["title"] == "A small film"
    assert [scene["act"] for scene in described["scenes"]] == ["What", "Again", "Again"]
    assert first["start"] > 1 and second["start"] > first["end"] + 1
    assert third["start"] == third["opens"] == second["end"] and described["seconds"] == third["end"]
    assert first["opens"] == 0 and second["opens"] == first["end"]
    assert [path.name for path in (film.parent / "clips").iterdir()] != [] and not list(film.parent.rglob(f"*{CARDS}*"))


def test_the_first_act_bears_the_films_title():
    acts = [part for part in parts_of(load("film")) if isinstance(part, CardSpec)]
    assert [card.above for card in acts] == [load("film").title, "", "", ""]
    assert [(card.place, card.of) for card in acts] == [(place, 4) for place in range(4)]


def test_a_card_is_there_from_its_first_frame_to_its_last(film):
    with av.open(str(film)) as file:
        frames = [frame.to_ndarray(format="gray") for frame, _ in zip(file.decode(video=0), range(11))]
    assert np.ptp(frames[0]) > 100 and all((abs(frame.astype(int) - frames[0]) < 6).all() for frame in frames)


def test_without_acts_only_the_title_has_a_card(tmp_path):
    written = tmp_path / "film.yaml"
    for title, cards in (("title: Mine\n", ["Mine"]), ("", [])):
        written.write_text(f"{title}scenes: [recap, {{act: Later}}, {{scene: qkv}}]\n", encoding="utf-8")
        parts = parts_of(load(str(written)))
        assert [part.title for part in parts if isinstance(part, CardSpec)] == [*cards, "Later"]
        assert [part.name for part in parts if isinstance(part, SceneSpec)] == ["recap", "qkv"]


def test_the_article_has_every_step_and_the_film_every_scene():
    film, article = load("film"), load("article")
    assert {scene.name for scene in film.scenes} == {scene.name for scene in article.scenes} == set(ready(ours())) - {"real_model"}
    assert all(scene.steps == scene.order for scene in article.scenes)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_film_is_about_ten_minutes_long(language):
    minutes = sum(seconds for scene in load("film", [f"language={language}"]).scenes for _, _, seconds in played(scene)) / 60
    assert 8.5 < minutes < 11


WRONG_ACTS = {
    "[recap, {act: End}]": "1:18: scenes.1.act: no scene comes after it",
    "[{act: One}, {act: Two}, recap]": "1:11: scenes.0.act: no scene comes after it",
    "[{act: [One]}, recap]": "1:16: scenes.0.act: must be a text, not a list; or one for each language: {en: …, zh: …}",
    "[{act: One, theme: light}, recap]": "1:21: scenes.0.theme: unknown key of an act; write what holds for a scene beside the scene",
    "[{act: \U0001F600}, recap]": "1:16: scenes.0.act: the fonts have no glyph for U+1F600",
}


@pytest.mark.parametrize("scenes", WRONG_ACTS)
def test_what_is_wrong_with_an_act_is_told(tmp_path, monkeypatch, scenes):
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(f"scenes: {scenes}\n", encoding="utf-8")
    with pytest.raises(UserError) as told:
        load("film.yaml")
    assert str(told.value).startswith(f"film.yaml:{WRONG_ACTS[scenes]}")


def test_the_running_question_is_in_the_films_language_and_a_scene_may_have_none(tmp_path):
    text = "question: {en: 'Why?', zh: 为什么？}\nscenes: [qkv, {scene: recap, question: ''}, {scene: keys, question: 'How?'}]\n"
    (tmp_path / "film.yaml").write_text(text, encoding="utf-8")
    for language, first in (("en", "Why?"), ("zh", "为什么？")):
        scenes = load(str(tmp_path / "film.yaml"), [f"language={language}"]).scenes
        assert [scene.keys["question"] for scene in scenes] == [first, "", "How?"]
    with pytest.raises(UserError, match=r"question\.fr: there is no language 'fr'"):
        load("qkv", ["question.fr=Quoi?"])


def test_chapters_are_its_scenes(film, described):
    with av.open(str(film)) as file:
        chapters = [(chapter["start"], chapter["end"], chapter["metadata"]["title"]) for chapter in file.chapters()]
    scenes = described["scenes"]
    starts = [*(round(1000 * scene["opens"]) for scene in scenes), round(1000 * described["seconds"])]
    assert chapters == [(*pair, f"{scene['act']} · {scene['title']}") for *pair, scene in zip(starts, starts[1:], scenes)]


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
