"""Text from the right: Hebrew and Arabic, with the numbers and Latin words in them as they are (UAX #9)."""

import shutil
from importlib.metadata import files
from pathlib import Path

import numpy as np
import pytest
import uharfbuzz as hb
from click.testing import CliRunner

from scenes.base.type import FEATURES, Fonts
from scenes.base.words import of_paragraph, seen
from scenes.parts.label import Label, paragraph
from studio.cli import main
from studio.read import assets, text
from studio.read.spec import load

RUBIK = next(Path(file.locate()) for file in files("fontpkg-rubik") if file.name == "Rubik[wght].ttf")
SALAM, SHALOM = "سلام", "שלום"


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return Fonts([RUBIK.read_bytes()])


TURNED = str.maketrans("()[]<>«»", ")(][><»«")


def left_to_right(line: str, language: str = "en") -> str:
    """What is seen of a line, character by character from left to right."""
    return "".join(stretch[::-1].translate(TURNED) if backwards else stretch for stretch, backwards in seen(line, language))


# What stands where: from BidiCharacterTest.txt of Unicode and the examples of UAX #9

@pytest.mark.parametrize("line, expected", [
    ("abc 123", "abc 123"),
    ("אבג 123", "123 גבא"),
    ("אבג 12.5% דהו", "והד 12.5% גבא"),
    ("abc אבג 123 def", "abc 123 גבא def"),
    ("אבג abc דהו", "והד abc גבא"),
    ("(אבג)", "(גבא)"), ("אבג (abc) 5-3", "5-3 (abc) גבא"), ("a (אבג) b", "a (גבא) b"),
    ("אבג: 1,234.50", "1,234.50 :גבא"), ("abc, אבג.", "abc, גבא."), ("אבג, abc.", ".abc ,גבא"),
    ("٣٫٥ اب", "با ٣٫٥"),
    ("−0.25 אבג", "גבא 0.25−"), ("אבג −0.25", "0.25− גבא"),
    ("אבג [5 < 7] (a [ב])", "([ב] a) [7 > 5] גבא"), ("a (אבג (ד) ה) b", "a (ה (ד) גבא) b"), ("אבג )", "( גבא"),
    ("x « אבג » y", "x « גבא » y"), ("x « אבג » 5", "x « 5 « גבא"), ("אבג « 5 »", "« 5 » גבא"),
])
def test_what_is_seen_from_left_to_right(line, expected):
    assert left_to_right(line) == expected


def test_numbers_stand_as_they_are_wherever_they_are():
    for number in ("123", "0.25", "1,234.5", "12:30", "50%"):
        for line in (f"{SHALOM} {number}", f"{number} {SHALOM}", f"{SALAM} {number} {SALAM}", f"x {SHALOM} {number} y"):
            assert number in left_to_right(line) or number == "50%" and "%50" in left_to_right(line), line


def test_a_language_that_is_written_from_the_right_runs_so_whatever_comes_first():
    assert left_to_right("GPT אבג.", "he") == ".גבא GPT" and left_to_right("GPT אבג.") == "GPT גבא."
    assert left_to_right("plain.", "he") == "plain."


# How it is drawn

def joined(fonts: Fonts, *parts: str) -> np.ndarray:
    """The outlines of parts, one after the other from the left."""
    points, pen = [], 0.0
    for part in parts:
        outline = fonts.outline(part)
        points.append(outline.points + (pen, 0))
        pen += outline.advance
    return np.concatenate(points)


@pytest.mark.parametrize("line, parts", [
    (f"{SHALOM} 123", ("123", " ", SHALOM)), (f"the {SHALOM} 4.5 end", ("the ", "4.5", " ", SHALOM, " end")), (f"{SALAM} 12", ("12", " ", SALAM)),
])
def test_a_line_is_drawn_as_it_is_seen(fonts, line, parts):
    assert np.allclose(fonts.outline(line).points, joined(fonts, *parts), atol=1e-9)


def test_arabic_letters_join(fonts):
    buffer = hb.Buffer()
    buffer.add_str(SALAM)
    buffer.guess_segment_properties()
    font = hb.Font(hb.Face(RUBIK.read_bytes()))
    font.set_variations({"wght": 400})
    hb.shape(font, buffer)
    upem = font.face.upem
    assert fonts.outline(SALAM).advance == pytest.approx(sum(position.x_advance for position in buffer.glyph_positions) / upem)
    assert abs(fonts.outline(SALAM).advance - sum(fonts.outline(letter).advance for letter in SALAM)) > 0.1
    assert fonts.outline("می\u200cخواهم").advance != fonts.outline("میخواهم").advance and fonts.missing("می\u200cخواهم") == ""


def test_a_mark_stays_on_its_letter(fonts):
    assert left_to_right("אָב")[0] == "ב"
    pointed, plain = fonts.outline("אָב"), fonts.outline("אב")
    assert pointed.advance == pytest.approx(plain.advance) and len(pointed.points) > len(plain.points)


def test_what_runs_one_way_is_drawn_as_before():
    theme = assets.theme("dark")
    buffer = hb.Buffer()
    buffer.add_str("fi -> 12")
    buffer.language = "en"
    buffer.guess_segment_properties()
    font = theme.fonts._font(0, 400)
    hb.shape(font, buffer, {**FEATURES, "tnum": False})
    assert theme.fonts.outline("fi -> 12").advance == pytest.approx(sum(each.x_advance for each in buffer.glyph_positions) / font.face.upem)


def test_the_lines_of_a_paragraph_run_as_it_does():
    said = f"One word, {SHALOM}, and then more of it in English, so that there is a second line, {SHALOM} 12."
    assert left_to_right(of_paragraph(f"{SHALOM} 12.", said)) == f"\u200e12 {SHALOM[::-1]}."
    assert of_paragraph("in English", said) == "in English"
    hebrew = f"{SHALOM} GPT"
    assert left_to_right(of_paragraph("GPT.", hebrew)).strip("\u200f") == ".GPT"


# From the YAML to the picture

@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(RUBIK, "rubik.ttf")
    Path("mine.yaml").write_text((assets.THEMES / "dark.yaml").read_text("utf-8") + "\nfonts: [rubik.ttf]\n", "utf-8")
    return tmp_path


def test_a_sentence_and_captions_from_the_right_are_checked_and_drawn(home):
    Path("scene.yaml").write_text(
        "scene: qkv\ntheme: mine.yaml\nmodel: {weights: random}\nsteps: [one_token]\nsentence: החתול השחור ישן 12\nfocus: השחור\n"
        f"captions: {{one_token: {{en: '{SHALOM}, 12.5% of {SALAM}'}}}}\n", "utf-8")
    assert load("scene.yaml").tokens[-1] == "12"
    result = CliRunner().invoke(main, ["check", "scene.yaml"])
    assert (result.exit_code, result.stdout.partition(",")[0].strip()) == (0, "all is well"), result.stderr
    theme = assets.theme("mine.yaml")
    lines = paragraph(theme, f"{SHALOM}, 12.5% of {SALAM}", 0.3, 12)
    assert [line.string for line in lines if isinstance(line, Label)] == [f"{SHALOM}, 12.5% of {SALAM}"]


def test_without_a_font_for_it_it_is_told(home):
    Path("scene.yaml").write_text(f"scene: qkv\nmodel: {{weights: random}}\nsentence: {SHALOM} 12\n", "utf-8")
    result = CliRunner().invoke(main, ["check", "scene.yaml"])
    assert result.exit_code == 2 and "the fonts have no glyph for U+05E9 (HEBREW LETTER SHIN)" in result.stderr


def test_marks_of_direction_are_refused_by_their_names():
    assert text.unseen(f"{SHALOM}\u200f") == "\u200f" and text.unseen(SHALOM) == ""
