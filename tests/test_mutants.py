"""Whatever is mistyped in a YAML is told, with the line in which it was, or makes a film that can be drawn."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.check import report
from studio.cli import main
from studio.output.starter import new_file
from studio.plan import staging

SCENE = """\
# A scene. Every key counts.
scene: multi_head
sentence: the animal did not cross the street because it was too tired
twin: "the animal did not cross the street because it was too wide"
focus: it                          # the token that is followed
toward: animal
model:
  weights: random
  seed: 3
  d_model: 16
  n_heads: 4
  norm: pre
intervene: {block: 2, head: 1, to: zero}
block: 2
head: 3
steps: [split, follow,
        mix]
captions:
  follow: {en: "What does it look at?", zh: 它看向谁？}
language: zh
theme: light
furniture: caption
question:
  en: Who looks at whom?
decimals: 1
pace: 1.5
"""
FILM = """\
title: {en: A film, zh: 电影}
theme: light
pace: 2
scenes:
  - act: {en: One vector, zh: 一个向量}
  - {scene: qkv, focus: dog, sentence: the old dog runs, steps: [one_token, blend]}
  - act: All of them
  - scene: attention_matrix
    sentence: the old dog runs
    head: 2
  - recap
"""
STRANGE = ["\u00a0", "\u200b", "\u202e", "\u3000", "\uff1a", "é", "e\u0301", "你", "🙂", "\u2028", "\ufeff", "\x00", "\x1b", "\x85",
           "\udcff", "'", "“"]
WRONG = ["[a, b]", "{a: b}", "-1", "99999", "1e400", "nan", "true", "~", "''", '"', "[", "}", "x: y", "*a", "&a b",
         "!!int 3", "|", ">-", "@", "%", "# gone"]
KEY = re.compile(r"^([ \-]*(?:\{)?)([a-z_]+)(?=:)")
ENDS: Counter = Counter()


@dataclass
class Mutant:
    """A text that one thing is otherwise in, how that was done, and the lines that it was done to, from 1; none if to all."""

    text: str
    how: str
    lines: range


def dropped(draw, lines, at):
    return lines[:at] + lines[at + 1 :], range(at, at + 3)      # what stood beside it


def doubled(draw, lines, at):
    return lines[: at + 1] + lines[at:], range(at + 1, at + 3)


def of_another_type(draw, lines, at):
    found = re.match(r"(.*?[a-z_]: ?)(.*)", lines[at])
    return _with(lines, at, f"{found[1]}{draw(st.sampled_from(WRONG))}" if found else lines[at] + ":")


def misspelt(draw, lines, at):
    found = KEY.match(lines[at])
    if not found:
        return lost(draw, lines, at)
    place = draw(st.integers(0, len(found[2]) - 1))
    how = draw(st.sampled_from(["lost", "other", "swapped", "upper"]))
    key = found[2]
    changed = {"lost": key[:place] + key[place + 1 :], "other": key[:place] + "x" + key[place + 1 :], "upper": key.title(),
               "swapped": key[:place] + key[place : place + 2][::-1] + key[place + 2 :]}[how]
    return _with(lines, at, found[1] + changed + lines[at][found.end() :])


def lost(draw, lines, at):
    place = draw(st.integers(0, max(0, len(lines[at]) - 1)))
    return _with(lines, at, lines[at][:place] + lines[at][place + 1 :])


def strange(draw, lines, at):
    place = draw(st.integers(0, len(lines[at])))
    return _with(lines, at, lines[at][:place] + draw(st.sampled_from(STRANGE)) + lines[at][place:])


def tabbed(draw, lines, at):
    return _with(lines, at, "\t" + lines[at].lstrip(" "))


def indented(draw, lines, at):
    return _with(lines, at, draw(st.sampled_from([" ", "   "])) + lines[at])


def unquoted(draw, lines, at):
    return _with(lines, at, lines[at].translate({ord(each): None for each in draw(st.sampled_from(['"', "[]", "{}", ":", ","]))}))


def _with(lines, at, line):
    return [*lines[:at], line, *lines[at + 1 :]], range(at + 1, at + 2)


HOW = {how.__name__: how for how in (dropped, doubled, of_another_type, misspelt, lost, strange, tabbed, indented, unquoted)}
WHOLE = {"bom": lambda text: "\ufeff" + text, "crlf": lambda text: text.replace("\n", "\r\n"), "cr": lambda text: text.replace("\n", "\r"),
         "no end": lambda text: text.rstrip("\n"), "as it is": lambda text: text}


@st.composite
def mutants(draw, texts):
    """A text with one thing otherwise in it, and perhaps written as other systems write."""
    lines = draw(st.sampled_from(texts)).splitlines()
    how = draw(st.sampled_from([*HOW]))
    mutated, where = HOW[how](draw, lines, draw(st.integers(0, len(lines) - 1)))
    whole = draw(st.sampled_from(["as it is"] * 4 + [*WHOLE]))
    return Mutant(WHOLE[whole]("\n".join(mutated) + "\n"), how, where)


def named(said: str, name: str) -> set[int]:
    """The lines of a file that are named in what is said."""
    return {int(line) for pattern in (rf"^(?:warning: )?{name}:(\d+):\d+: ", r"line (\d+)\)") for line in re.findall(pattern, said, re.M)}


def look(mutant: Mutant, name: str) -> None:
    """Checks a mutant, and counts how that ends."""
    Path(name).write_bytes(mutant.text.encode("utf-8", "surrogateescape"))
    result = CliRunner().invoke(main, ["check", name])
    said = f"{mutant.how}, {mutant.lines}\n{result.stderr}\n{mutant.text}"
    assert result.exit_code in (0, 2) and "Traceback" not in result.stderr and "failed: " not in result.stderr, said
    if result.exit_code == 0:
        ENDS["valid"] += 1
        return
    first = result.stderr.splitlines()[0]
    assert re.match(rf"(warning: )?{name}(:\d+:\d+)?: ", first) and " | " in result.stderr or first.startswith(f"{name}: "), said
    ENDS["named" if named(result.stderr, name) & {*mutant.lines} else "elsewhere"] += 1


def all_are_told(monkeypatch, tmp_path, number: int, share: float) -> None:
    """So many mutants, of scenes and films; share: of those that are wrong, with how many the line is named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(report, "report", lambda spec: (staging.trace(spec) and [], []))
    monkeypatch.setattr(report, "of_card", lambda *_: [])
    texts = [SCENE, SCENE, FILM, new_file(Path("new.yaml"), "qkv").read_text("utf-8")]
    ENDS.clear()

    @settings(max_examples=number, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(mutants(texts))
    def told(mutant):
        look(mutant, "mutant.yaml")

    told()
    wrong = ENDS["named"] + ENDS["elsewhere"]
    assert wrong >= number / 3 and ENDS["valid"] >= number / 10, ENDS
    assert ENDS["named"] >= share * wrong, ENDS


def test_forty_mutants_are_told(monkeypatch, tmp_path):
    all_are_told(monkeypatch, tmp_path, 40, 0.9)              # of so few one in ten may be odd


@pytest.mark.slow
def test_three_hundred_mutants_are_told(monkeypatch, tmp_path):
    all_are_told(monkeypatch, tmp_path, 300, 0.95)


@pytest.mark.parametrize("text", [SCENE, FILM])
@pytest.mark.parametrize("whole", WHOLE)
def test_what_is_right_stays_right_however_it_is_written(monkeypatch, tmp_path, text, whole):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(report, "report", lambda spec: ([], []))
    Path("mutant.yaml").write_bytes(WHOLE[whole](text).encode())
    result = CliRunner().invoke(main, ["check", "mutant.yaml"])
    assert result.exit_code == 0, result.stderr
