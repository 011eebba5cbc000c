"""A narrator: what is said, by whom, how loud and when; what cannot be said; and what of it is made again."""

import io
import json
import sys
import wave
from dataclasses import replace
from pathlib import Path

import av
import faked
import numpy as np
import pytest
import srt
import yaml
from click.testing import CliRunner
from hearing import loudness, true_peak

from scenes.base.spec import CardSpec
from studio import notebook
from studio.cli import main
from studio.errors import UserError
from studio.output.deck import make_deck
from studio.output.film import render_film
from studio.output.narration import lines
from studio.plan.film import parts_of
from studio.read import folders
from studio.read.pronunciation import PHONEMES, pronunciation, sentences
from studio.read.spec import load
from studio.render import inputs
from studio.render.cache import Cache
from studio.render.quality import Quality
from studio.voice import voices
from studio.voice.speech import AFTER, BEFORE, BETWEEN, speech

ROOT = Path(__file__).resolve().parent.parent
TINY = Quality("tiny", 64, 64, 20)
LETTER = 0.05                             # seconds that the fake narrator takes for a letter
# It hums, notes what it was given, and does what its second argument says.
NARRATOR = f"""
import io, math, struct, sys, wave
text = sys.stdin.buffer.read().decode()
with open(sys.argv[1], "a", encoding="utf-8") as log:
    log.write(text + "\\n")
how = sys.argv[2] if len(sys.argv) > 2 else ""
if how == "fails":
    sys.exit("no voice today")
n = round({LETTER} * 16000 * len(text))
hum = [0 if how == "silent" else 9000 * math.sin(k / 8) * math.sin(k / 900) for k in range(n)]
with wave.open(file := io.BytesIO(), "wb") as written:
    written.setparams((1, 2, 16000, 0, "NONE", ""))
    written.writeframes(struct.pack(f"<{{n}}h", *map(int, hum)))
sys.stdout.buffer.write(b"no sound" if how == "text" else file.getvalue())
"""
LONG = "This is what is told here instead, and it takes a while. " * 4
FILM = """\
title: {{en: A small film, zh: 一部短片}}
narrator: {{command: [{python}, narrator.py, said.txt]}}
say: {{one_head: {{en: {long}}}}}
scenes:
  - {{scene: recap, steps: [block, one_head, weight], sentence: the old dog runs, captions: {{block: {{en: {caption}}}}}, say: {{}}}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("narrator.py").write_text(NARRATOR, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The folder of the film as it is made the first time, with subtitles."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place := tmp_path_factory.mktemp("made"))
        Path("narrator.py").write_text(NARRATOR, encoding="utf-8")
        render(write(), captions="track")
    return place


@pytest.fixture
def described(made) -> dict:
    """What the film's JSON says."""
    return json.loads((made / "out/film.json").read_text(encoding="utf-8"))


def write(caption="One block. It is here.", long=LONG) -> str:
    """A film of three steps, told by the fake narrator; the second one is told more than its pictures last."""
    Path("film.yaml").write_text(FILM.format(python=sys.executable, caption=json.dumps(caption), long=json.dumps(long)), encoding="utf-8")
    return "film.yaml"


def told(place: Path = Path()) -> list[str]:
    """What the fake narrator was given to say."""
    log = place / "said.txt"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def render(film: str, out: str = "out", cache: Cache | None = None, **options):
    """Makes a film of black pictures: the steps that were drawn, and what its JSON says."""
    with faked.drawing() as drawn:
        render_film(load(film), TINY, Path(out), 1, cache=cache, allow_commands=True, **options)
    return drawn, json.loads(Path(out, "film.json").read_text(encoding="utf-8"))


def samples(path) -> tuple[np.ndarray, int]:
    """A WAV (sample,), and its rate."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768, file.getframerate()


def animformer(*args: str):
    return CliRunner().invoke(main, args)


def wrong(said: str, *overrides: str) -> str:
    """What is wrong with a scene of which this is said."""
    Path("mine.yaml").write_text(f"scene: qkv\n{said}\n", encoding="utf-8")
    with pytest.raises(UserError) as error:
        load("mine.yaml", overrides)
    return str(error.value)


# What is made

def test_the_film_tells_itself(made, described):
    film, (block, one_head, weight) = described, described["scenes"][0]["steps"]
    natural = {line.step: line.seconds for line in lines(load(str(made / "film.yaml")).scenes[0], TINY.fps)}
    assert told(made) == ["One block.", "It is here.", *sentences(LONG), *sentences(weight["said"])] and one_head["said"] == LONG.strip()
    assert film["scenes"][0]["narrator"]["name"] == "command" and film["scenes"][0]["narrator"]["synthetic"] is True
    wav, rate = samples(made / "out/voice/recap/one_head.wav")
    assert len(wav) / rate > natural["one_head"] + 1 and 0 <= one_head["end"] - one_head["start"] - len(wav) / rate < 0.16
    assert block["end"] - block["start"] == pytest.approx(natural["block"], abs=1e-3)
    with av.open(str(made / "out/film.mp4")) as file:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    for step in (block, one_head, weight):
        part = np.abs(sound[round(step["start"] * 48000) : round(step["end"] * 48000)])
        loud = np.flatnonzero(part > 0.02) / 48000
        spoken, rate = samples(made / f"out/voice/{step['id']}.wav")
        assert abs(loud[0] - BEFORE) < 0.05 and abs(loud[-1] - (len(spoken) / rate - AFTER)) < 0.05
    assert len(sound) / 48000 == pytest.approx(film["seconds"], abs=0.05)


def test_sound_and_pictures_lie_together(made):
    with av.open(str(made / "out/film.mp4")) as file:
        latest, apart = {}, 0.0
        for packet in file.demux(video=0, audio=0):
            if packet.pts is not None:
                latest[packet.stream.type] = float(packet.pts * packet.time_base)
                apart = max(apart, abs(latest.get("video", 0.0) - latest.get("audio", 0.0)))
    assert len(latest) == 2 and 0 < apart < 1


def test_every_voice_is_as_loud_as_the_others(made):
    files = sorted((made / "out/voice").rglob("*.wav"))
    found = [samples(path) for path in files]
    assert len(files) == 3
    assert [loudness(*each) for each in found] == pytest.approx([-16] * 3, abs=0.3)
    assert max(true_peak(sound) for sound, _ in found) <= -1
    for sound, rate in found:
        assert not sound[: round(BEFORE * rate)].any() and not sound[-round(AFTER * rate) :].any()


def test_a_changed_caption_makes_one_voice_and_one_clip():
    cache = Cache()
    first, _ = render(write(), cache=cache)
    said = told()
    again, _ = render(write(), cache=cache)
    changed, film = render(write(caption="Another block."), cache=cache)
    assert sorted(first) == ["cards/closing/card", "cards/opening/card", "recap/block", "recap/one_head", "recap/weight"]
    assert again == [] and changed == ["recap/block"] and told() == [*said, "Another block."]
    assert film["scenes"][0]["steps"][0]["said"] == "Another block."


def test_two_runs_make_the_same_voices(made):
    render(write())
    first, second = ({path.relative_to(out): path.read_bytes() for path in out.rglob("*.wav")} for out in (made / "out", Path("out")))
    assert first == second and len(first) == 3 and told() == told(made)


def test_only_a_step_that_must_last_longer_is_another_clip():
    silent, spoken = load(write(), ["narrator=none"]).scenes[0], load("film.yaml").scenes[0]
    keys = {step: inputs.key(silent, step, inputs.of(silent, step, TINY)) for step in silent.steps}
    assert keys == {step: inputs.key(spoken, step, inputs.of(spoken, step, TINY)) for step in spoken.steps}
    cache = Cache()
    with faked.drawing() as first:
        render_film(replace(silent, narrator=""), TINY, Path("silent"), 1, cache=cache)
    drawn, _ = render("film.yaml", cache=cache)
    assert len(first) == 3 and sorted(drawn) == ["cards/closing/card", "cards/opening/card", "recap/one_head"]


def test_what_is_heard_can_be_read_when_it_is_heard(made, described):
    cues = list(srt.parse((made / "out/film.en.srt").read_text(encoding="utf-8")))
    block, _, _ = described["scenes"][0]["steps"]
    of_block = [cue for cue in cues if cue.start.total_seconds() < block["end"] - 0.01]
    assert [cue.content for cue in of_block] == ["One block.", "It is here."]
    second = block["start"] + BEFORE + LETTER * len("One block.") + BETWEEN
    assert [cue.start.total_seconds() for cue in of_block] == pytest.approx([block["start"], second], abs=0.1)
    assert of_block[-1].end.total_seconds() == pytest.approx(block["end"], abs=1e-3)
    assert " ".join(" ".join(cue.content.split()) for cue in cues).count("This is what is told here instead") == 4
    assert "told here" not in (made / "out/film.zh.srt").read_text(encoding="utf-8")


def test_decks_have_the_sound(folder):
    out = folder / "deck"
    with faked.drawing():
        make_deck(load(write()), TINY, out, 1, kinds=("pptx", "html"), allow_commands=True)
    from pptx import Presentation

    movies = [part.blob for part in Presentation(out / "deck.pptx").part.package.iter_parts() if part.partname.endswith(".mp4")]
    assert len(movies) == 3
    for movie in movies:
        with av.open(io.BytesIO(movie)) as file:
            video, audio = file.streams.video[0], file.streams.audio[0]
            assert abs(float(video.duration * video.time_base) - float(audio.duration * audio.time_base)) < 0.1
    page = (out / "deck.html").read_text(encoding="utf-8")
    assert page.count("<video playsinline") == 3 and "<video muted" not in page


def test_a_notebook_plays_the_sound():
    shown = [notebook.Shown(b"", "mp4", b"", "", False, heard)._repr_mimebundle_()["text/html"] for heard in (True, False)]
    assert [" muted" in html for html in shown] == [False, True]


def test_the_last_card_says_that_the_voice_is_synthetic():
    for language, said in (("en", "The voice in this film is synthetic"), ("zh", "片中旁白为合成语音")):
        cards = [part for part in parts_of(load(write(), [f"language={language}"])) if isinstance(part, CardSpec)]
        assert cards[-1].above == said and cards[-1] == parts_of(load("film.yaml", [f"language={language}"]))[-1]
    assert [part.name for part in parts_of(load("film.yaml", ["narrator=none"]))] == ["cards/opening", "recap"]


# Who says what

def test_a_sound_file_of_the_users_own_wins(made):
    Path("own.wav").write_bytes((made / "out/voice/recap/one_head.wav").read_bytes())
    Path(write()).write_text(Path("film.yaml").read_text().replace("say: {}}", "voice: {one_head: own.wav}}"), encoding="utf-8")
    _, film = render("film.yaml", "other")
    assert "said" not in film["scenes"][0]["steps"][1] and not Path("other/voice/recap/one_head.wav").exists()
    assert len(told()) == 2 + len(sentences(film["scenes"][0]["steps"][2]["said"]))


def test_what_is_said_is_the_users_own_or_the_fuller_words_or_the_caption_that_is_shown(monkeypatch):
    words = yaml.safe_load((ROOT / "scenes/recap/words.en.yaml").read_text(encoding="utf-8"))
    words["steps"]["machine"]["say"] = "More of the machine."
    spoken = {**yaml.safe_load((ROOT / "assets/text/en.yaml").read_text(encoding="utf-8")), "scenes": {"recap": words}}
    Path("en.yaml").write_text(yaml.safe_dump(spoken), encoding="utf-8")

    def said(*overrides):
        return next(lines(load("recap", ["narrator=heart", "language=en.yaml", "head=2", *overrides]))).text

    assert said() == "More of the machine."
    assert said("captions={machine: {en: My own.}}") == "My own."
    assert said("captions={machine: {en: My own.}}", "say={machine: {en: Aloud.}}") == "Aloud."
    assert said("model.weights=random", "sentence=the old dog runs") == words["steps"]["machine"]["untrained"]
    with_it, without = load("recap", ["language=en.yaml"]), load("recap")
    assert inputs.of(with_it, "machine", TINY)["words"] == inputs.of(without, "machine", TINY)["words"]


def test_a_program_runs_only_if_that_is_allowed_and_never_in_a_shell():
    result = animformer("render", write(), "--size", "64x64", "--fps", "5")
    assert result.exit_code == 2 and f"narrator.command: runs a program, {sys.executable}; add --allow-commands" in result.stderr
    assert told() == [] and not Path("out").exists()
    spec = load("recap", ["steps=[one_head]", f"narrator.command=[{sys.executable}, narrator.py, '$(touch a); touch b #']"])
    with faked.drawing():
        render_film(spec, TINY, Path("out"), 1, allow_commands=True)
    assert Path("$(touch a); touch b #").is_file() and not Path("a").exists() and not Path("b").exists()


FAILURES = {
    "[{python}, narrator.py, said.txt, fails]": r"narrator\.command: \S+ ended with 1: no voice today, for 'We told this head",
    "[{python}, narrator.py, said.txt, text]": r"narrator\.command: \S+ gave a sound that cannot be read: Invalid data",
    "[{python}, narrator.py, said.txt, silent]": "nothing is heard",
    "[no-such-program]": "narrator.command: there is no program no-such-program; write its path, or install it",
    "[{python}, -c, 'import time; time.sleep(60)']": r"narrator\.command: \S+ took more than 0\.2 s",
}


@pytest.mark.parametrize("command", FAILURES)
def test_a_program_that_gives_no_voice_is_told(command, monkeypatch):
    monkeypatch.setattr(voices, "PATIENCE", 0.2 if "sleep" in command else 60)
    spec = load("recap", ["steps=[one_head]", f"narrator.command={command.format(python=sys.executable)}"])
    with pytest.raises(UserError, match=FAILURES[command]), faked.drawing():
        render_film(spec, TINY, Path("out"), 1, allow_commands=True)
    assert list(Path("out").rglob("*.*")) == []


# What cannot be said

HOSTILE = {
    "say: {blend: {en: '<speak>Hello</speak>'}}": "say.blend.en: there is no spoken form in 'en' for U+003C (LESS-THAN SIGN), nor for 1 other",
    "say: {blend: {en: '[softmax](/x/)'}}": "say.blend.en: there is no spoken form in 'en' for U+005B (LEFT SQUARE BRACKET)",
    "say: {blend: {en: 'Well \U0001F600'}}": "say.blend.en: there is no spoken form in 'en' for U+1F600 (GRINNING FACE); say how, pronounce:",
    "say: {blend: {en: 你好，猫。}}": "say.blend.en: '你好，猫。' cannot be said by a voice that speaks 'en'; write it in 'en'",
    "captions: {blend: {en: The ∮ of it.}}": "captions.blend.en: there is no spoken form in 'en' for U+222E (CONTOUR INTEGRAL)",
    f"say: {{blend: {{en: {'word ' * 2000}}}}}": "say.blend.en: has 9999 characters; at most 600 can be said in a step",
    "say: {blend: {en: ' '}}": "say.blend.en: is empty",
    "say: {blend: {en: 'a\u200bb'}}": "say.blend.en: 'a\\u200bb' has U+200B",
    "say: {blend: {fr: Bonjour.}, blnd: {en: x}}": "say.blend.fr: there is no language 'fr'; there is: en, zh\nmine.yaml:2:30: say.blnd: there is no step",
    "narrator: hart": "narrator: must be a name, or a program with its arguments, not 'hart'; write one of none, heart, or narrator: {command:",
    "narrator: {command: []}": "narrator: must be a name, or a program with its arguments, not keys with values",
    "narrator: {command: espeak}": "narrator.command: must be a list: [a, b], not 'espeak'",
    "pronounce: {en: {q: ∮}}": "pronounce.en.q: there is no spoken form in 'en' for U+222E",
    "pronounce: {en: {'': q}}": "pronounce.en: '' is said as 'q'; write a few letters for each",
}


@pytest.mark.parametrize("said", HOSTILE)
def test_what_cannot_be_said_is_told_with_its_place(said):
    overrides = [] if said.startswith("narrator") else ["narrator=heart"]
    assert HOSTILE[said] in wrong(said, *overrides) and wrong(said, *overrides).startswith("mine.yaml:2:")


def test_a_language_without_a_voice_is_said_to_have_none_yet():
    assert "heart does not speak 'zh', and none of our voices does yet; leave it out, or name a program that does" in wrong("narrator: heart", "language=zh")
    assert load("qkv", ["narrator.command=[speaker]", "language=zh"]).command == ("speaker",)


def test_a_missing_extra_is_told_with_what_mends_it(monkeypatch):
    monkeypatch.setattr(voices, "find_spec", lambda name: None)
    result = animformer("check", "recap/one_head", "--narrator", "heart", "--set", "steps=[one_head]", "--json")
    problems = json.loads(result.stdout)["problems"]
    assert [(each["kind"], each["hint"]) for each in problems] == [("no-extra", "install the extra [voice]: .venv/bin/pip install -e '.[voice]'")]


def test_check_finds_what_has_no_spoken_form_in_words_of_the_users_own(monkeypatch):
    words = yaml.safe_load((ROOT / "scenes/recap/words.en.yaml").read_text(encoding="utf-8"))
    words["steps"]["one_head"]["taught"] = "Its attention ⊗ heads."
    spoken = {**yaml.safe_load((ROOT / "assets/text/en.yaml").read_text(encoding="utf-8")), "scenes": {"recap": words}}
    Path("en.yaml").write_text(yaml.safe_dump(spoken), encoding="utf-8")
    result = animformer("check", "recap", "--set", "steps=[one_head]", "--set", "language=en.yaml", "--narrator", "heart", "--json")
    kinds = {each["kind"]: each for each in json.loads(result.stdout)["problems"]}
    assert kinds["no-spoken-form"]["path"] == "one_head" and "U+2297" in kinds["no-spoken-form"]["message"]


# How it is said

def test_every_caption_of_ours_can_be_said():
    for language in ("en", "zh"):
        how = pronunciation(language, {})
        for file in ROOT.glob(f"scenes/*/words.{language}.yaml"):
            for step, said in yaml.safe_load(file.read_text(encoding="utf-8"))["steps"].items():
                for key, text in said.items():
                    assert key == "title" or how.unspeakable(text) == "", (file, step, key)


def test_a_pronunciation_is_of_characters_that_can_be_said():
    for language in ("en", "zh"):
        table = pronunciation(language, {})
        assert table.words and all(PHONEMES.fullmatch(how) or not replace(table, words={}).unspeakable(how) for how in table.words.values())


def test_whole_words_the_longest_first_each_once():
    how = pronunciation("en", {"cat": "dog", "dog": "cat"})
    assert how.spoken("The cat and the dog; concatenate.") == "The dog and the cat; concatenate."
    assert how.spoken("W₁W₂ ÷ √dₖ") == "W one W two divided by the square root of D K"
    assert how.spoken("Softmax of −∞") == "Softmax of minus infinity"
    assert how.spoken("Softmax", phonemes=True).startswith("[Softmax](/s")


def test_sentences():
    assert sentences("One. Two? “Three!” Four… and 2.7 times.") == ["One.", "Two?", "“Three!”", "Four… and 2.7 times."]
    assert sentences("一句。“两句？”三句") == ["一句。", "“两句？”", "三句"]


# The voice

def test_the_voice_is_the_one_that_was_tried_and_says_the_same_twice():
    voice, how = voices.Heart(), pronunciation("en", {})
    assert list(voice.problems()) == []
    first, second = (speech("Softmax: a ReLU, and √dₖ. Yes.", each, how) for each in (voice, voices.Heart()))
    assert first == second and len(first.said) == 2 and first.said[1].start - first.said[0].end == pytest.approx(BETWEEN, abs=0.002)


def test_another_voice_of_that_name_is_not_taken(monkeypatch):
    monkeypatch.setattr(voices, "CONTENT", "another")
    assert [problem.hint for problem in voices.Heart().problems()] == ["pip install --force-reinstall hibari-tts==0.2.1"]


def test_phonemes_that_the_voice_has_not_are_told():
    with pytest.raises(UserError, match="'ы' is no phoneme of heart"):
        voices.Heart().speak("It is mine.", pronunciation("en", {"mine": "/mыn/"}))


def test_no_clip_is_made_from_what_only_speaks():
    for scene in folders.ours():
        assert not [name for name in inputs.code_of(folders.folder(scene)) if "voice" in name or "heard" in name or "pronunciation" in name]
