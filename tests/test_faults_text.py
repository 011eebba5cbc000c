"""Text: one rule for all that is seen, whoever wrote it and wherever it is written."""

import json
import unicodedata
import wave
from contextlib import suppress
from functools import reduce
from pathlib import Path

import av
import faked
import numpy as np
import pytest
import srt
import yaml
from click.testing import CliRunner
from faked import TINY

from scenes.base.spec import CardSpec
from studio.check.lint import lint_card
from studio.cli import main
from studio.errors import UserError
from studio.output.captions import Cue, subrip, unmarked, webvtt
from studio.output.film import render_film
from studio.output.storyboard import THUMBNAIL, _written
from studio.plan import card
from studio.plan.film import parts_of
from studio.read import assets, sound, text, words, yaml_file
from studio.read.spec import load
from studio.render.manim_settings import settings
from studio.render.order import order_of
from studio.render.quality import Quality
from studio.render.worker import StepRenderer

NFC, NFD = "café", unicodedata.normalize("NFD", "café")
SMALL = Quality("small", 320, 180, 5)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wrong(*said: str, target: str = "") -> list[str]:
    """What is wrong with a YAML, or with a scene that is told this on the command line."""
    Path("mine.yaml").write_text("\n".join(said) + "\n", "utf-8")
    with pytest.raises(UserError) as told:
        load(target or "mine.yaml")
    return [str(problem) for problem in told.value.problems]


RANDOM = "scene: weighted_average\nmodel: {weights: random}"


# Compared as they are drawn

@pytest.mark.parametrize("sentence, focus", [(NFC, NFD), (NFD, NFC), (NFD, NFD)])
def test_texts_are_compared_in_one_form(sentence, focus):
    Path("mine.yaml").write_text(f"{RANDOM}\nsentence: the {sentence} sleeps\nfocus: {focus}\ntwin: a {focus} b\n", "utf-8")
    spec = load("mine.yaml")
    assert (spec.tokens, spec.focus, spec.twin[1]) == (("the", NFC, "sleeps"), 1, NFC)
    assert load("mine.yaml", [f"focus={NFD}"]).focus == 1


def test_what_a_font_has_only_composed_is_no_missing_glyph():
    fonts = assets.theme("dark").fonts
    for composed in ("ǟ", "ḱ", "é"):
        decomposed = unicodedata.normalize("NFD", composed)
        assert fonts.missing(decomposed) == fonts.missing(composed)
        assert np.array_equal(fonts.outline(decomposed).points, fonts.outline(composed).points)


def test_words_of_a_language_are_one_line_each_and_composed():
    said = yaml_file.read(words.TEXT / "en.yaml", "en").values | {"untrained": f"one\ntwo \u2028 {NFD}"}
    assert words._in_lines(said)["untrained"] == f"one two {NFC}"
    assert words._in_lines({"labels": {"a": "three   spaces"}}) == {"labels": {"a": "three   spaces"}}


# What cannot be seen

UNSEEN = {"soft hyphen": "\u00ad", "zero width space": "\u200b", "word joiner": "\u2060", "filler": "\u3164", "bom": "\ufeff",
          "override": "\u202e", "selector": "\ufe0f", "joiner": "\u200d"}


@pytest.mark.parametrize("mark", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize("key", ["sentence: a \"{}\" c", "sentence: a \"b{}\" c", "tokens: [a, \"{}\"]", "twin: \"a{}\"",
                                 "captions: {{sum: {{en: \"x{}y\"}}}}", "captions: {{sum: {{zh: \"x{}y\"}}}}"])
def test_what_cannot_be_seen_is_refused_by_its_name(mark, key):
    said = wrong(RANDOM, *(["sentence: a"] if "twin" in key else []), key.format(mark))
    name = f"U+{ord(mark):04X} ({unicodedata.name(mark)})"
    assert any(f"has {name}, which cannot be seen; leave it out" in line for line in said), said


@pytest.mark.parametrize("seen", ["می‌خواهم", "क्‍ष", "नमस्ते"])
def test_a_joiner_between_the_letters_it_is_for_is_one_of_them(seen):
    assert text.unseen(seen) == "" and text.unseen(f"\u200d{seen}") == "\u200d"


@pytest.mark.parametrize("mark", ["\u00a0", "\u3000", "\u2003", "\u200b"])
def test_what_looks_like_a_space_to_everybody_but_yaml_is_told(mark):
    name = f"U+{ord(mark):04X} ({unicodedata.name(mark)})"
    for lines in (["scene: qkv", f"{mark}focus: cat"], ["model:", f"{mark}{mark}weights: random"], [f"scene:{mark}qkv"],
                  ["scene: qkv", f"focus:{mark}cat"]):
        assert any(f"write a plain space in the place of {name}" in line for line in wrong(*lines)), (lines, wrong(*lines))


def test_blanks_around_words_are_none_of_them():
    Path("mine.yaml").write_text(f"{RANDOM}\ntokens: ['\u00a0a ', \"b\\u3000c\"]\n", "utf-8")
    assert load("mine.yaml").tokens == ("a", "b c")


# One rule for titles, labels and captions

LONG = "w" * (text.MAX_TITLE + 1)


@pytest.mark.parametrize("title, said", [
    (LONG, "has 81 characters; at most 80 can be shown"),
    ("一" * 41, "has 82 characters; at most 80 can be shown; an ideograph counts twice"),
    ("'  '", "is empty"), ("a\u200bb", "has U+200B (ZERO WIDTH SPACE), which cannot be seen"),
    ("𓀀", "the fonts have no glyph for U+13000 (EGYPTIAN HIEROGLYPH A001)"),
    ("{en: a, eng: b}", "title.eng: there is no language 'eng'; did you mean 'en'?"),
    (f"{{en: a, zh: {LONG}}}", "title.zh: has 81 characters"), ("[a]", "must be a text, not a list"),
])
def test_a_film_s_title_is_checked_as_all_text_is(title, said):
    assert any(said in line and line.startswith("mine.yaml:1:") for line in wrong(f"title: {title}", "scenes: [recap]"))


def test_a_title_is_one_line():
    Path("film.yaml").write_text(f"title: |\n  One\n  two {NFD}\n\nscenes: [recap]\n", "utf-8")
    assert load("film.yaml").title == f"One two {NFC}"


@pytest.mark.parametrize("title", ["w" * text.MAX_TITLE, "wide words " * 7, "一" * 40, "A", "i" * 79])
def test_any_title_that_passes_fits_its_card(title):
    Path("film.yaml").write_text(f"title: '{title}'\nscenes: [recap]\n", "utf-8")
    film = load("film.yaml", ["language=zh"] if title[0] == "一" else [])
    for part in parts_of(film):
        if isinstance(part, CardSpec):
            assert lint_card(part.name, lambda *args, part=part: card.build(part, *args)) == []


def test_a_card_is_linted():
    keys = {"pace": 1.0, "frame": "wide", "type": "normal"}
    spec = CardSpec(name="cards/x", language="en", theme="dark", keys=keys, title="one two three four " * 30, above="𓀀")
    found = {finding.kind for finding in lint_card("x", lambda *args: card.build(spec, *args))}
    assert {"small", "glyph"} <= found


@pytest.mark.parametrize("path, new, said", [
    ("scenes.qkv.title", LONG, "has 81 characters"), ("scenes.qkv.steps.blend.caption", "w" * 201, "has 201 characters"),
    ("untrained", "a\u200bb", "'a\\u200bb' has U+200B (ZERO WIDTH SPACE), which cannot be seen"), ("untrained", " ", "is empty"),
    ("scenes.qkv.title", "𓀀", "the fonts have no glyph for U+13000"),
])
def test_words_of_a_language_are_checked_as_all_text_is(path, new, said):
    whole = yaml.safe_load(CliRunner().invoke(main, ["words", "en"]).stdout)
    *above, last = path.split(".")
    reduce(dict.__getitem__, above, whole)[last] = new
    Path("de.yaml").write_text(yaml.safe_dump(whole, allow_unicode=True), "utf-8")
    with pytest.raises(UserError) as told:
        load("qkv", ["language=de.yaml"])
    assert any(f"{path}: {said}" in str(problem) for problem in told.value.problems), str(told.value)


@pytest.mark.parametrize("name, shown", [
    ("qkv/blend", "qkv/blend"), ("naïve 一/x", "naïve 一/x"), ("नाम/x", "\\u0928\\u093e\\u092e/x"),
    ("a\ud8ffb/x", "\\ud8ff"), ("a" * 300 + "/x", "…"),
], ids=ascii)
def test_a_label_of_the_storyboard_is_written_in_the_fonts_there_are(monkeypatch, name, shown):
    fonts, written = assets.theme("dark").fonts, []
    monkeypatch.setattr(fonts, "outline", lambda text, outline=fonts.outline: written.append(text) or outline(text))
    mask = np.asarray(_written(name, fonts))
    assert shown in written[-1] and not fonts.missing(written[-1])
    assert mask.shape[1] == THUMBNAIL and mask.any() and not mask[:, -2:].any() and not mask[:1].any() and not mask[-1:].any()


# Read back by other programs

HOSTILE = ["What does <mask> hide?", "<i>it</i> and <b>", "a <b c", "x < y and z > w", "00:00:01,000 --> 00:00:02,000", "12", "-->",
           "<<a>> b", "{\\an8}top {y:i}slanted {b}", "back\\Nslash \\h \\n", "Tom & Jerry &amp; &lt;3 &nbsp;", "NOTE not one",
           "\"quoted\" 'so'", "100 % %s {x}"]


def read_back(name: str, written: str) -> list[str]:
    """What ffmpeg shows of a subtitle file."""
    Path(name).write_text(written, "utf-8")
    with av.open(name) as file:
        return [line.decode().split(",", 8)[-1] if isinstance(line, bytes) else line
                for packet in file.demux() for each in packet.decode() for line in [each.ass]]


@pytest.mark.parametrize("said", HOSTILE)
def test_subrip_shows_every_word(said):
    cues = [Cue(0.0, 1.0, said), Cue(1.0, 2.0, "second"), Cue(2.0, 3.0, f"{said}\n{said}")]
    written = subrip(cues)
    assert [cue.content for cue in srt.parse(written)] == [unmarked(cue.text) for cue in cues]
    assert read_back("x.srt", written) == [unmarked(cue.text).replace("\n", "\\N") for cue in cues]
    letters = [c for c in said if c.isalnum()]
    assert [c for c in unmarked(said) if c.isalnum()] == letters and "<" not in unmarked(said).replace("<b c", "")


@pytest.mark.parametrize("said", HOSTILE)
def test_webvtt_shows_every_word(said):
    shown = read_back("x.vtt", webvtt([Cue(0.0, 1.0, said), Cue(1.0, 2.0, "second")]))
    assert shown[1] == "second"
    assert shown[0].replace("\\{", "{").replace("\\}", "}").replace("\\\\", "\\").replace("\u2060", "").replace("{}", "") == said


def test_every_format_has_the_same_captions():
    Path("film.yaml").write_text("title: 'A <b> & \"c\" --> d'\nscenes:\n  - scene: recap\n    steps: [machine, block]\n    captions:\n"
                                 "      machine: {en: 'What does <mask> hide?', zh: '<mask> --> 你'}\n"
                                 "      block: {en: '{\\an8} & --> 5'}\n", "utf-8")
    with faked.drawing():
        render_film(load("film.yaml"), TINY, Path("out"), 1)
    described = json.loads(Path("out/film.json").read_text("utf-8"))
    said = [step["caption"] for step in described["scenes"][0]["steps"]]
    assert said == ["What does <mask> hide?", "{\\an8} & --> 5"]
    with av.open("out/film.mp4") as file:
        assert file.metadata["title"] == described["title"] == "A <b> & \"c\" --> d"
        track = file.streams.subtitles[0]
        assert [bytes(packet)[2:].decode() for packet in file.demux(track) if packet.size > 2] == said
    assert [cue.content for cue in srt.parse(Path("out/film.en.srt").read_text("utf-8"))] == [unmarked(caption) for caption in said]
    assert "What does &lt;mask&gt; hide?" in Path("out/film.en.vtt").read_text("utf-8")
    assert "‹mask› → 你" in Path("out/film.zh.srt").read_text("utf-8")


# What has no effect

def test_a_film_s_keys_go_over_those_of_our_scenes():
    Path("film.yaml").write_text("sentence: the old dog runs\nfocus: dog\npace: 2\ndecimals: 1\ntheme: light\nhead: 1\nblock: 1\n"
                                 "scenes: [qkv, {scene: attention_matrix, pace: 3}, overview]\n")
    film = load("film.yaml", ["decimals=3"])
    for scene in film.scenes:
        assert (scene.tokens, scene.focus, scene.theme) == (("the", "old", "dog", "runs"), 2, "light")
        assert (scene.keys["decimals"], scene.head, scene.block) == (3, 0, 0)
    assert [scene.pace for scene in film.scenes] == [2, 3, 2]


@pytest.mark.parametrize("film, mine, told", [
    ("pace: 2", "pace: 3", "film.yaml:1:1: pace: has no effect on mine.yaml, which says its own"),
    ("sentence: the old dog runs", "sentence: a cat sleeps", "film.yaml:1:1: sentence: has no effect on mine.yaml"),
    ("focus: dog", "sentence: the old cat runs", "film.yaml:1:1: focus: has no effect on mine.yaml"),
    ("model: {weights: random, seed: 2}", "model: {weights: random, seed: 3}", "film.yaml:1:26: model.seed: has no effect on mine.yaml"),
    ("pace: 2", "decimals: 1", ""), ("pace: 2", "pace: 2", ""),
])
def test_of_a_user_s_scene_its_own_file_counts_and_what_the_film_says_in_vain_is_told(film, mine, told, recwarn):
    Path("mine.yaml").write_text(f"scene: qkv\n{mine}\n")
    Path("film.yaml").write_text(f"{film}\nscenes: [mine.yaml]\n")
    load("film.yaml")
    assert [str(each.message).startswith(told) for each in recwarn] == [True] * bool(told)


def test_what_is_said_of_steps_that_do_not_play_is_told(recwarn):
    Path("mine.yaml").write_text("scene: qkv\nsteps: [blend]\ncaptions: {one_token: {en: x}, blend: {en: y}}\n")
    load("mine.yaml")
    assert [str(each.message) for each in recwarn] == ["mine.yaml:3:12: captions.one_token: has no effect: the step is not among 'steps'"]


def test_the_command_line_holds_in_whatever_order_it_is_said():
    for order in (1, -1):
        assert load("qkv", ["focus=dog", "sentence=the old dog runs"][::order]).focus == 2


def test_warnings_are_lines_of_the_command():
    Path("mine.yaml").write_text("scene: qkv\npace: 3\nsteps: [one_token]\n")
    Path("film.yaml").write_text("pace: 2\nscenes: [mine.yaml]\n")
    told = "film.yaml:1:1: pace: has no effect on mine.yaml, which says its own"
    result = CliRunner().invoke(main, ["check", "film.yaml"])
    assert (result.exit_code, result.stdout.partition(",")[0]) == (0, "all is well") and result.stderr.count(f"warning: {told}\n") == 1
    found = json.loads(CliRunner().invoke(main, ["check", "film.yaml", "--json"]).stdout)["warnings"]
    assert {"where": "film.yaml:1:1", "path": "pace", "kind": "no-effect", "hint": "", "message": told.partition("pace: ")[2]} in found
    result = CliRunner().invoke(main, ["render", "film.yaml", "--size", "64x64", "--fps", "1"])
    assert result.exit_code == 0 and result.stderr.count(f"warning: {told}\n") == 1


# What is checked is what is done

@pytest.mark.parametrize("name", ["qq", "xx", "zzz", "my-film", "Klingon", "en-", "deutsch"])
def test_a_language_file_whose_name_is_no_language_is_told(name):
    Path(f"{name}.yaml").write_text(CliRunner().invoke(main, ["words", "en"]).stdout)
    for target in ("recap", "film"):
        with pytest.raises(UserError, match=f"'{name}' is no language; call the file after its language, as in de.yaml"):
            load(target, [f"language={name}.yaml"])


@pytest.mark.parametrize("name", ["de", "pt-BR", "zh-Hant", "yue", "sr-Latn"])
def test_what_is_a_language_has_a_name_in_a_video(name):
    assert len(words.alpha3(name)) == 3


def test_check_finds_two_of_one_name():
    for folder in ("a", "b"):
        Path(folder).mkdir()
        Path(folder, "tiny.yaml").write_text("scene: recap\nsteps: [machine]\n")
    result = CliRunner().invoke(main, ["check", "a/tiny.yaml", "b/tiny.yaml"])
    assert result.exit_code == 2 and "its files would be those of a/tiny.yaml" in result.stderr


# Voices

def test_a_step_lasts_at_least_as_long_as_its_sound_and_a_sound_lasts():
    def voice(seconds):
        with wave.open("v.wav", "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(2 * round(8000 * seconds)))
        Path("mine.yaml").write_text("scene: recap\nsteps: [machine]\nvoice: {machine: v.wav}\n")

    lengths = {}
    for seconds in (0.5, 30.0):
        voice(seconds)
        with faked.drawing():
            lengths[seconds] = render_film(load("mine.yaml"), TINY, Path("out"), 1).frames / TINY.fps
    assert lengths[0.5] == load_seconds() and 30 <= lengths[30.0] < 32
    voice(0)
    with pytest.raises(UserError, match=r"voice\.machine: v\.wav lasts 0 seconds; name a sound file"):
        load("mine.yaml")
    with pytest.raises(ValueError, match="lasts 0 seconds"):
        sound.seconds(Path("v.wav"))
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    assert "the step lasts at least as long as the sound" in readme


def load_seconds() -> float:
    """How long the step is that is not spoken."""
    with faked.drawing():
        return render_film(load("recap", ["steps=[machine]"]), TINY, Path("silent"), 1).frames / TINY.fps


# The first frame

@pytest.mark.parametrize("target", ["qkv/one_token", "qkv/blend", "overview", "mlp"])
def test_a_clip_begins_with_something_to_see(target):
    spec = load(target)
    assert spec.name and seen_at_once(order_of(spec, spec.wanted[0], SMALL))


@pytest.mark.parametrize("said", ["title: T\nscenes: [recap, qkv]\n", "scenes: [recap]\n", "scenes: [{act: A}, recap]\n"])
def test_a_film_begins_with_something_to_see(said):
    Path("film.yaml").write_text(said)
    first = parts_of(load("film.yaml"))[0]
    assert seen_at_once(order_of(first, first.wanted[0], SMALL))


def seen_at_once(order) -> bool:
    """Whether the first frame of a clip shows more than its background."""
    frames = []

    def take(step, pixels, repeat):
        frames.append(pixels[..., :3].astype(int))
        raise StopIteration

    with settings(order.quality), suppress(StopIteration):
        renderer = StepRenderer(order.quality, {order.step: {0}}, take)
        order.build(renderer, renderer).construct()
    return (np.abs(frames[0] - frames[0][-1, -1]).max(-1) > 60).sum() > 20
