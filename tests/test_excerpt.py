"""Mistakes are shown where they are: the line quoted, what is meant underlined, what was perhaps meant below it."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from studio.cli import main
from studio.errors import Problem, UserError
from studio.excerpt import listed, spot_of, written
from studio.read import assets
from studio.read.folders import folder as scene_folder
from studio.read.spec import load
from studio.read.words import words
from studio.training import read_lexicon

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.filterwarnings("ignore:'audioop'")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def told(*args: str) -> list[str]:
    return CliRunner().invoke(main, args).stderr.splitlines()


def shown(problem: Problem, *command: str) -> list[str]:
    return click.unstyle(written(problem, command)).splitlines()


def meant(problem: Problem, *command: str) -> str:
    """The words that are underlined."""
    spot = spot_of(problem, command)
    return spot.line[spot.start : spot.end]


def test_all_mistakes_are_shown_at_once_each_in_its_line():
    Path("my.yaml").write_text('scene: multi_head\nhead: 5\nsentense: x\nsentence: "the black cta sleeps"\ncaptions: {folow: {en: x}}\n')
    lines = told("check", "my.yaml")
    assert lines[:6] == [
        "my.yaml:2:7: head: 5 is out of range: block 1 has 4 heads (1 to 4)",
        " 2 | head: 5",
        "   |       ^",
        "my.yaml:3:1: sentense: unknown key; did you mean 'sentence'?",
        " 3 | sentense: x",
        "   | ^^^^^^^^",
    ]
    assert lines[8:11] == [' 4 | sentence: "the black cta sleeps"', "   |                      ^^^", "   |                      cat"]
    assert lines[12:] == [" 5 | captions: {folow: {en: x}}", "   |            ^^^^^", "   |            follow", "4 problems"]


def test_the_first_line_of_each_is_the_one_that_scripts_read():
    Path("my.yaml").write_text("scene: qkv\nhead: 5\nblock: 9\nfocus: nobody\n")
    with pytest.raises(UserError) as error:
        load("my.yaml")
    lines = told("render", "my.yaml")
    assert [line for line in lines if not line.startswith(" ")] == str(error.value).splitlines()
    assert [line.split(":")[:3] for line in lines if line.startswith("my")] == [["my.yaml", str(n), str(c)] for n, c in
                                                                                ((2, 7), (3, 8), (4, 8))]


@pytest.mark.parametrize("before, width", [
    ("plain", 5), ("你好", 4), ("e\u0301e\u0301", 2), ("\t", 4), ("ｆｕｌｌ", 8), ("🙂", 2), ("한국", 4), ("\u00a0", 4), ("\u200b", 6), ("\x1b", 4),
])
def test_the_mark_stands_under_what_it_marks(before, width):
    Path("a.py").write_text(f"{before}word x\n")
    first, line, mark = shown(Problem("is wrong", f"a.py:1:{len(before) + 1}"))
    assert mark == f"   | {' ' * width}^^^^" and "\x1b" not in line and line.endswith("word x")


def test_what_is_wide_is_underlined_in_its_whole_width():
    Path("a.yaml").write_text("scene: 你好 # 三\n")
    assert shown(Problem("is wrong", "a.yaml:1:8"))[1:] == [" 1 | scene: 你好 # 三", "   |        ^^^^"]


@pytest.mark.parametrize("place", [0, 300, 2000, 3990])
def test_of_a_long_line_the_part_around_the_mistake_is_shown(place):
    Path("a.py").write_text(f"({'x ' * place}wrong{' y' * (4000 - place)})\n")
    first, line, mark = shown(Problem("is wrong", f"a.py:1:{2 * place + 2}"))
    assert len(line) <= 100 and line[mark.index("^") :].startswith("wrong") and mark.count("^") == 5
    assert ("…" in line[:6]) == bool(place) and line.endswith("…") == (place < 3970)


@pytest.mark.parametrize("text, column, found", [
    ("head: 5   # five", 7, "5"), ("head: 5   # five", 1, "head"), ('head: "a # b" # c', 7, '"a # b"'),
    ("steps: [a, [b], c] # d", 8, "[a, [b], c]"),
    ("steps: [a, bc]", 12, "bc"), ("model: {a: {b: c}, d: e}", 8, "{a: {b: c}, d: e}"), ("sentence: two words: 3", 20, ":"),
    ("a: b", 9, ""),
    ("sentence: one\n  two", 11, "one"), ("key: |\n  text", 6, "|"),
])
def test_what_is_underlined_in_a_yaml_is_a_whole_key_or_value(text, column, found):
    Path("a.yaml").write_text(text)
    assert meant(Problem("is wrong", f"a.yaml:1:{column}")) == found


def test_both_ends_of_what_is_not_closed_are_shown():
    Path("a.yaml").write_text('scene: qkv\nsentence: "the black cat\nhead: 1\n')
    first, *lines = told("check", "a.yaml")
    assert first.startswith('a.yaml:2:11: " is not closed where it should be (line 4): ')
    assert lines[:3] == [' 2 | sentence: "the black cat', "   |           ^", " 4 | "]


def test_lines_are_counted_as_yaml_counts_them():
    Path("a.yaml").write_bytes("scene: qkv # \u2028\r\nhead: 7\rblock: 8\n".encode())
    lines = told("check", "a.yaml")
    assert lines[1:3] == [" 3 | head: 7", "   |       ^"] or lines[0].startswith("a.yaml:2"), lines
    assert [line for line in lines if "| block: 8" in line]


def test_what_is_not_utf_8_is_shown():
    Path("a.yaml").write_bytes(b"scene: qkv\nsentence: caf\xe9 x\n")
    first, line, mark, _ = told("check", "a.yaml")
    assert "0xe9" in first and line == r" 2 | sentence: caf\udce9 x" and mark.index("^") == line.index("\\")


@pytest.mark.parametrize("args, words", [
    (["render", "qkvv"], "qkvv"), (["render", "--lang", "eng", "qkv"], "eng"), (["render", "--lang=eng", "qkv"], "eng"),
    (["render", "qkv", "--set", "head=9"], "9"), (["render", "qkv", "--set=head=9"], "9"), (["render", "qkv", "--set", "hed=1"], "hed"),
    (["render", "qkv", "--set", "sentence=the black cta"], "cta"), (["render", "qkv", "-q", "perview"], "perview"),
    (["render", "qkv", "--fps", "0"], "0"), (["rendr"], "rendr"), (["render", "--thme=dark"], "--thme"),
    (["render", "qkv", "-j", "0"], "-j"),
    (["trace", "qkv", "encoder.0.querry"], "encoder.0.querry"), (["train", "--seed", "x"], "x"), (["get", "minlm"], "minlm"),
    (["render", "qkv", "--set", "steps=[a: }"], "}"), (["trace"], "^"),
])
def test_the_command_line_is_quoted_as_files_are(args, words):
    lines = told(*args)
    line, mark = next((line, mark) for line, mark in zip(lines, lines[1:]) if "^" in mark)
    assert line.startswith(f"  | animformer {args[0]}") and (f"{line}^"[mark.index("^") :][: mark.count("^")]) == words


def test_a_theme_a_language_and_a_lexicon_are_shown_in_the_same_way():
    Path("look.yaml").write_text('colours:\n  kee: "#123456"\n')
    Path("de.yaml").write_text("untraind: x\n")
    Path("lexicon.yaml").write_text("nuons: {}\n")
    for read in (lambda: assets.theme("look.yaml"), lambda: words("de.yaml", scene_folder("qkv")),
                 lambda: read_lexicon(Path("lexicon.yaml"))):
        with pytest.raises(UserError) as error:
            read()
        lines = click.unstyle("\n".join(listed(error.value.problems))).splitlines()
        assert any(" | " in line for line in lines) and any(line.lstrip(" |") in ("key", "untrained", "nouns") for line in lines), lines


def test_what_is_about_the_same_words_quotes_them_once():
    Path("look.yaml").write_text("colours:\n  text: '#ffffff'\n")
    lines = told("check", "qkv", "--theme", "look.yaml")
    assert sum(line.endswith("missing") for line in lines) == 8 and lines.count(" 1 | colours:") == 1


def test_a_warning_is_shown_in_its_line():
    Path("mine.yaml").write_text("scene: qkv\nsteps: [blend]\ncaptions: {one_token: {en: x}}\n")
    lines = told("check", "mine.yaml")
    place = next(i for i, line in enumerate(lines) if line.startswith("warning: mine.yaml:3:12: captions.one_token: has no effect"))
    assert lines[place + 1 : place + 3] == [" 3 | captions: {one_token: {en: x}}", "   |            ^^^^^^^^^"]


@pytest.mark.parametrize("settings, coloured", [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_for_terminals(settings, coloured):
    leader, follower = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "NO_COLOR": "", "PYTHONPATH": str(ROOT)} | settings
    done = subprocess.run([sys.executable, "-m", "studio", "render", "qkvv"], stderr=follower, stdout=subprocess.PIPE, env=environment)
    os.close(follower)
    said = io.open(leader, "rb", buffering=0).read(10_000).decode()
    assert done.returncode == 2 and ("\x1b[" in said) == coloured
    assert click.unstyle(said).splitlines()[:2] == ["qkvv: unknown target; did you mean 'qkv'?", "  | animformer render qkvv"]


def test_what_is_gone_is_not_quoted():
    for where in ("gone.yaml:1:2", ".:1:2", "", "a\0b:1:1", "qkv"):
        assert spot_of(Problem("is wrong", where)) is None
