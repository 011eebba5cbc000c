"""Chinese beside English: its words, its fonts in labels and in equations, its line breaks; and languages of the user's own."""

import ast
import os
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from model import View
from scenes.base.room import Room
from scenes.base.words import COMPANIONS
from scenes.parts.equation import equation, quote
from scenes.parts.heat_map import Grid, heat_map
from scenes.parts.label import LINE_SPACING, SHRUNK, SMALLEST_WORD, paragraph, text_width, wrap
from scenes.parts.shapes import room_of
from scenes.parts.tokens import column_labels
from studio.errors import UserError
from studio.output.tables import as_yaml
from studio.read import assets, folders, fonts
from studio.read.spec import load
from studio.read.words import code, everything, languages, words

HAN = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff])[,:;?!()]|[,:;?!()](?=[\u4e00-\u9fff])")
NEVER_FIRST, NEVER_LAST = "，。、；：？！）》】」”’…", "（《【「"
RANDOM = "model: {weights: random}\n"
LONG = ("这是一段很长的字幕，用来看它怎样折行：查询（query）是你手上的便签，键是标签，值是文件夹里的内容。"
        "Transformer 的 self-attention 就是这样工作的，对吗？")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def without_chinese(monkeypatch):
    """As if only the fonts that must be there were installed."""
    caches = (fonts.font_files, fonts.load_fonts)
    monkeypatch.setattr(fonts, "PACKAGES", fonts.PACKAGES[:1])
    for function in caches:
        function.cache_clear()
    yield
    monkeypatch.undo()
    for function in caches:
        function.cache_clear()


@pytest.fixture
def theme():
    return assets.theme("dark", "zh")


def problems(text: str) -> list[str]:
    """What is said about a scene YAML."""
    Path("my.yaml").write_text("scene: qkv\n" + text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        load("my.yaml")
    return [str(problem) for problem in error.value.problems]


def all_words(language: str) -> dict:
    """Every word on screen in a language."""
    return everything(language, map(folders.folder, folders.ours()))


def strings(words: dict) -> list[str]:
    return [text for value in words.values() for text in (strings(value) if isinstance(value, dict) else [str(value)])]


def captions(language: str) -> list[str]:
    """All that is said under the pictures, whatever is shown."""
    return [text for scene in all_words(language)["scenes"].values() for step in scene["steps"].values() for text in step.values()]


@pytest.fixture
def noto() -> Path:
    return next(file for file in fonts.font_files() if "NotoSansSC" in file.name)


@pytest.mark.parametrize("pitch", [1.0, 1.05, 1.14, 1.16, 1.3])
@pytest.mark.parametrize(("words", "every"), [("the old dog and a young cat sleep by the big red box", 1), (" ".join("我住在北京的一个小房子里好吗"), 2)])
def test_words_below_narrow_columns_keep_a_gap_that_is_seen(theme, words, every, pitch):
    words, apart = words.split(), pitch * SMALLEST_WORD
    n = len(words)
    view = View("any", np.ones((n, n)), ("query", "key"), (range(n), range(n)), (0, 1))
    sheet = heat_map(theme, view, Room.around((0, 0), 6, 6), grid=Grid((*range(n),), (*range(n),), apart, apart))
    drawn = [room_of(label) for label in column_labels(theme, words, sheet, "key", 2) if len(label.points)]
    assert len(drawn) == (n if pitch > 1.15 else n // every)
    if every > 1:
        assert all(right.left - left.right > 0.15 * SMALLEST_WORD for left, right in pairwise(drawn))


# Words

def test_every_language_of_ours_is_sound_and_can_be_drawn():
    assert {"en", "zh"} <= set(languages())
    for language in languages():
        assert not assets.theme("dark", language).fonts.missing("".join(strings(all_words(language))))


def test_chinese_words_are_chinese_with_punctuation_as_wide():
    said = all_words("zh")
    assert said["reading_speed"] == 11 and all_words("en")["reading_speed"] == 12
    assert all(HAN.search(caption) for caption in captions("zh"))
    assert len(said["scenes"]) == len(folders.ours()) and all(HAN.search(scene["title"]) for scene in said["scenes"].values())
    assert not [text for text in strings(said) if HALF_WIDTH.search(text)]


def test_the_terms_are_the_article_s():
    said = " ".join(strings(all_words("zh")))
    for term in ("查询", "键", "值", "点积", "注意力", "权重", "矩阵", "加法与归一化"):
        assert term in said


def test_a_caption_has_at_most_two_lines(theme):
    width = 11.9
    for language in languages():
        for caption in captions(language):
            assert len(wrap(theme, caption, 34 * 8 / 1080, width)) <= 2


# Line breaks

def test_lines_of_chinese_are_even_and_no_punctuation_is_left_alone(theme):
    for width in range(12, 60, 5):
        lines = wrap(theme, LONG, 1, width)
        assert "".join(lines).replace(" ", "") == LONG.replace(" ", "")
        assert all(line[0] not in NEVER_FIRST and line[-1] not in NEVER_LAST for line in lines)
        assert all(line == line.strip() and text_width(theme, line, 1) <= width * 1.01 for line in lines)
        for word in ("query", "Transformer", "self-attention"):
            assert any(word in line for line in lines)
    one, two = (text_width(theme, line, 1) for line in wrap(theme, LONG, 1, 50))
    assert abs(one - two) < 3


def test_english_breaks_at_spaces(theme):
    string = "state-of-the-art self-attention and/or “quoted words”, 3.14 softmax(QKᵀ)"
    assert wrap(theme, string, 1, 0.1) == string.split()
    assert wrap(theme, "a", 1, 10) == ["a"] and wrap(theme, "", 1, 10) == [""]


BLEND = ("Weights times V: each row of Z is a blend. " * 5)[:200]


@pytest.mark.parametrize("string", ["一" * 100, BLEND, "“猫”" * 32, "W" * 200, "…" * 100, "a"])
def test_the_longest_caption_takes_two_lines(theme, string):
    size = 34 * 8 / 1080
    lines = paragraph(theme, string, size, 11.9)
    assert 1 <= len(lines) <= 2
    assert all(line.advance <= 11.9 * 1.01 and (line.size >= SHRUNK * size - 1e-9 or len(string.split()) == 1) for line in lines)
    if len(lines) == 2:
        assert lines[0].get_top()[1] - lines[1].get_bottom()[1] < 2 * LINE_SPACING * size


# Shapes

def test_shared_punctuation_is_drawn_by_the_font_of_its_language(theme):
    english = assets.theme("dark", "en").fonts
    chinese = theme.fonts
    assert english.outline("“").advance < 0.6 and chinese.outline("“").advance == 1
    assert chinese.outline("“token”的").advance == pytest.approx(3 + english.outline("token").advance, abs=0.05)
    for word in ("don’t", "1–4", "inter…al"):
        assert np.array_equal(chinese.outline(word).points, english.outline(word).points)


def test_ideographs_stand_in_the_middle_of_the_line(theme):
    for string in ("国", "查询", "多头注意力"):
        points = theme.fonts.outline(string).points
        middle = (points[:, 1].max() + points[:, 1].min()) / 2
        assert abs(middle - theme.fonts.cap_height / 2) < 0.05


def test_equations_hold_chinese(theme):
    english = equation(theme, '"softmax"(Q)')
    chinese = equation(theme, f'{quote("软最大")}(Q)')
    assert len(chinese.family_members_with_points()) == len(english.family_members_with_points())
    assert len(equation(theme, "(Q)").get_all_points()) < len(chinese.get_all_points())
    assert equation(theme, quote("猫")).width / equation(theme, quote("一二三四")).width == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize("formula", ['"猫@"', 'x^"@"', 'x_(y_"@")', "upright(@)", '1 / "@"'])
def test_an_equation_is_never_drawn_with_boxes(theme, formula):
    with pytest.raises(ValueError, match="the fonts lack a character"):
        equation(theme, formula.replace("@", "\U0010fffd"))


def test_without_the_fonts_equations_refuse_chinese(without_chinese):
    with pytest.raises(ValueError, match="the fonts lack a character"):
        equation(assets.theme("dark"), '"软最大"')


def test_quoted_words_are_not_run(theme):
    for words in ('#read("/etc/passwd")', '"', '\\"', '" + #panic() + "', "$x$ \\ {{ a : b }}"):
        assert len(equation(theme, quote(words)).get_all_points()) > 0


# A sentence in Chinese

@pytest.mark.parametrize(("sentence", "tokens"), [
    ("黑猫在睡觉", ("黑", "猫", "在", "睡", "觉")),
    ("黑猫 在 睡觉", ("黑猫", "在", "睡觉")),
    ("我爱Transformer！", ("我", "爱", "Transformer", "！")),
    ("私は猫", ("私", "は", "猫")),
    ("cat", ("cat",)),
])
def test_a_sentence_without_spaces_is_split_into_ideographs(folder, sentence, tokens):
    (folder / "my.yaml").write_text(f"scene: qkv\nsentence: {sentence}\n{RANDOM}", encoding="utf-8")
    assert load("my.yaml").tokens == tokens


def test_a_sentence_of_too_many_ideographs_says_how_to_join_them(folder):
    assert problems(f"sentence: {'猫' * 17}\n{RANDOM}") == [
        "my.yaml:2:11: sentence: has 17 words; at most 16 can be shown; put spaces between the words, else each ideograph is one"
    ]


def test_a_caption_counts_ideographs_twice(folder):
    assert problems(f"captions: {{blend: {{en: {'猫' * 101}}}}}\n{RANDOM}") == [
        "my.yaml:2:24: captions.blend.en: has 202 characters; at most 200 can be shown; an ideograph counts twice"
    ]


# Fonts that are not there, and the user's own

EXTRA = r"install the Chinese fonts, .venv/bin/pip install -e '\.\[zh\]', or name a font file in the theme's 'fonts'$"


def test_without_the_fonts_it_says_how_to_get_them(folder, without_chinese):
    said = problems("sentence: 黑 猫\nlanguage: zh\n" + RANDOM)
    assert [re.match(r"my\.yaml:\d+:\d+: \w+: the fonts have no glyph for U\+[0-9A-F]{4} \(", line) for line in said]
    assert all(re.search(EXTRA, line) for line in said)
    assert [line.split(": ")[1] for line in said] == ["sentence", "sentence", "language"]


def test_captions_in_a_language_that_is_not_shown_need_no_fonts(folder, without_chinese):
    (folder / "my.yaml").write_text("scene: qkv\ncaptions: {blend: {zh: 混合, en: a blend}}\n" + RANDOM, encoding="utf-8")
    assert load("my.yaml").captions == {"blend": "a blend"}


def own_theme(folder: Path, said: str) -> None:
    dark = assets.theme_file("dark").read_text(encoding="utf-8")
    (folder / "own").mkdir(exist_ok=True)
    (folder / "own" / "mine.yaml").write_text(f"fonts: {said}\n{dark}", encoding="utf-8")


def test_a_font_of_the_user_s_is_asked_first(folder, noto, without_chinese):
    own_theme(folder, "[noto.otf]")
    (folder / "own" / "noto.otf").write_bytes(noto.read_bytes())
    (folder / "my.yaml").write_text("scene: qkv\nsentence: 黑 猫\nlanguage: zh\ntheme: own/mine.yaml\n" + RANDOM, encoding="utf-8")
    spec = load("my.yaml")
    theme = assets.theme(spec.theme, spec.language)
    assert not theme.fonts.missing("黑猫")
    assert not np.array_equal(theme.fonts.outline("a").points, assets.theme("dark").fonts.outline("a").points)
    assert len(equation(theme, '"软最大"').get_all_points()) > 0


def test_a_font_that_is_none_is_located(folder):
    own_theme(folder, "[no.otf, mine.yaml, ../empty.ttf]")
    (folder / "empty.ttf").touch()
    assert problems("theme: own/mine.yaml\n" + RANDOM) == [
        f"own/mine.yaml:1:{column}: fonts.{number}: {file}; name OpenType or TrueType files, from the folder of the theme"
        for number, (column, file) in enumerate([
            (9, "own/no.otf is not there"), (17, "own/mine.yaml is no font that can be read"),
            (28, "own/../empty.ttf is no font that can be read"),
        ])
    ]
    own_theme(folder, "noto.otf")
    assert problems("theme: own/mine.yaml\n" + RANDOM) == [
        "own/mine.yaml:1:8: fonts: must be a list of font files: [a.otf, b.ttf], not 'noto.otf'"
    ]


# Glyphs

def test_what_cannot_be_drawn_is_found_wherever_it_stands(folder):
    said = problems("tokens: [a, 🙂]\ncaptions: {blend: {en: x 🙂}}\n" + RANDOM)
    assert [line.partition(": the fonts have no glyph for U+1F642")[0] for line in said] == [
        "my.yaml:2:13: tokens.1", "my.yaml:3:24: captions.blend.en",
    ]
    (folder / "film.yaml").write_text("title: A 🙂\nscenes: [qkv]\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"film\.yaml:1:8: title: the fonts have no glyph for U\+1F642"):
        load("film.yaml")


def test_symbols_in_the_code_of_the_scenes_can_be_drawn():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folders.SCENES.glob("**/*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    comments = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    strings = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    symbols = {node.value for node in strings if id(node) not in comments}
    assert {"−", "×"} <= symbols
    stand_ins = {*"".join(COMPANIONS)}        # which are gone when a line is drawn
    printable = "".join(c for string in symbols for c in string if c.isprintable() and c not in stand_ins)
    assert not fonts.load_fonts().missing(printable + "0123456789.")


# A language of the user's own

SCENES = ("qkv", "attention_matrix")


def write_german(folder: Path, **changed: str) -> None:
    english = as_yaml(everything("en", map(folders.folder, SCENES)))
    for old, new in changed.items():
        assert f"{old}:" in english
        english = re.sub(rf"\b{old}:.*", new, english, count=1)
    (folder / "texts").mkdir(exist_ok=True)
    (folder / "texts" / "de.yaml").write_text(english, encoding="utf-8")


def test_a_third_language_is_one_file(folder):
    write_german(folder, reading_speed="reading_speed: 13.5", untrained="untrained: ungelernte Gewichte")
    (folder / "my.yaml").write_text(
        f"scene: qkv\nlanguage: texts/de.yaml\ncaptions: {{blend: {{de: Jede Schublade}}}}\n{RANDOM}", encoding="utf-8"
    )
    spec = load("my.yaml")
    said = words(spec.language, folders.folder("qkv"))
    assert (said["untrained"], said["reading_speed"]) == ("ungelernte Gewichte", 13.5)
    assert spec.captions == {"blend": "Jede Schublade"} and code(spec.language) == "de"
    write_german(folder, untrained="untrained: roh")
    os.utime(folder / "texts" / "de.yaml", (0, 0))
    assert words(spec.language, folders.folder("qkv"))["untrained"] == "roh"


def test_all_that_is_wrong_with_a_language_file_is_located(folder):
    write_german(folder, untrained="untraned: ungelernt", count='count: "{numer} {all:.2f}"', note="note: [a]",
                 reading_speed="reading_speed: fast", result='result: "z {"', label_is="label_is: 🙂", to_mix="to_mi: x")
    place = r"texts/de\.yaml:\d+:\d+: "
    wanted = [
        r"reading_speed: must be letters a second \(1 to 100\), not 'fast'",
        r"heads\.count: there is nothing to fill in for \{numer\}; in English: '\{count\} .*",
        r"heads\.count: there is nothing to fill in for \{all:\.2f\}; .*",
        r"scenes\.qkv\.labels\.note: must be a text, not a list",
        r"scenes\.qkv\.labels\.result: has a brace too many; .*",
        r"untraned: unknown key; did you mean 'untrained'\?",
        r"scenes\.attention_matrix\.labels\.to_mi: unknown key; did you mean 'to_mix'\?",
    ]
    Path("film.yaml").write_text(f"scenes: [{', '.join(SCENES)}]\nlanguage: texts/de.yaml\n{RANDOM}", encoding="utf-8")
    with pytest.raises(UserError) as error:
        load("film.yaml")
    for said, expected in ((problems("language: texts/de.yaml\n" + RANDOM), wanted[:-1]), (error.value.problems, wanted)):
        assert len(said) == len(expected)
        assert all(any(re.fullmatch(place + line, str(problem)) for problem in said) for line in expected)
    write_german(folder, label_is="label_is: die 🙂", untrained="# untrained:")
    assert re.fullmatch(r"texts/de\.yaml: untrained: is missing; in English: 'untrained weights'",
                        *problems("language: texts/de.yaml\n" + RANDOM))
    write_german(folder, label_is="label_is: die 🙂")
    assert re.match(place + r"scenes\.qkv\.labels\.label_is: the fonts have no glyph for U\+1F642",
                    *problems("language: texts/de.yaml\n" + RANDOM))


@pytest.mark.parametrize("said, expected", [
    ("", r"scenes/qkv: scene qkv has no words in 'de'; write them in texts/de\.yaml under scenes: qkv:, or as words\.de\.yaml .*"),
    ("scenes: {mlp: {title: x}}", r"scenes/qkv: scene qkv has no words in 'de'; .*"),
    ("scenes: all", r"texts/de\.yaml:\d+:9: scenes: must be keys with values: \{key: value\}, not 'all'"),
    ("scenes: {qkv: all}", r"texts/de\.yaml:\d+:15: scenes\.qkv: must be keys with values: \{key: value\}, not 'all'"),
    ("scenes: {qkv: {steps: {}, labels: {}}}", r"texts/de\.yaml:\d+:10: scenes\.qkv\.title: is missing; in English: '.*"),
])
def test_what_a_language_file_does_not_say_of_a_scene_is_told(folder, said, expected):
    write_german(folder)
    shared = (folder / "texts/de.yaml").read_text(encoding="utf-8").partition("scenes:\n")[0]
    (folder / "texts/de.yaml").write_text(f"{shared}{said}\n", encoding="utf-8")
    assert re.fullmatch(rf"(.*/)?{expected}", problems("language: texts/de.yaml\n" + RANDOM)[0])


def test_a_language_file_has_to_be_there_and_to_say_its_language(folder):
    assert problems("language: texts/de.yaml\n" + RANDOM) == ["my.yaml:2:11: language: there is no file texts/de.yaml"]
    (folder / "My words.yaml").write_text("a: b")
    assert problems("language: My words.yaml\n" + RANDOM) == [
        "my.yaml:2:11: language: 'My words' is no language; call the file after its language, as in de.yaml"
    ]


def test_language_files_are_found_from_the_command_line_too(folder):
    write_german(folder)
    assert load("qkv", ["language=texts/de.yaml"]).language == str(folder / "texts" / "de.yaml")
    assert yaml.safe_load(Path(load("qkv", ["language=texts/de.yaml"]).language).read_text())["untrained"] == "untrained weights"
