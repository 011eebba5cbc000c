"""A problem as a reader sees it: what it is, the line that it stands in, what is meant underlined, and what was perhaps meant instead.

The first line is the one that scripts read, `file:line:column: path: message; hint`; what is below it begins with a blank.
"""

import os
import re
import shlex
import shutil
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import yaml
from click import style

from studio.errors import Problem, visible
from studio.read.yaml_file import LINE_BREAK, MAX_BYTES

AT = re.compile(r"(.+?):(\d+)(?::(\d+))?", re.DOTALL)
INSTEAD = re.compile(r"(?:did you mean|Missing argument) '(.*?)'", re.IGNORECASE)
ELSEWHERE = re.compile(r"\((?:first )?(?:in )?line (\d+)\)")
QUOTED = re.compile(r"'([^']+)'")
WORD = re.compile(r"\w+|.", re.DOTALL)
OPENING = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
TAB, ELLIPSIS = "    ", "…"
LEAST_ROOM = 40                           # columns for a line, however narrow the terminal is


class Spot(NamedTuple):
    """A part of a line. number: of the line in its file, from 1, or nothing; start, end: what is meant, counted in characters from 0."""

    line: str
    number: str
    start: int
    end: int


def written(problem: Problem, command: Sequence[str] = (), kind: str = "") -> str:
    """A problem in colour, with the line it stands in. command: the arguments of the command; kind: what is said first, `warning: `."""
    colour = "yellow" if kind else "red"
    rest = ((problem.path, {"fg": "cyan"}), (problem.message, {"fg": colour, "bold": True}))
    parts = [style(visible(text), **how) for text, how in ((problem.where, {"bold": True}), *rest) if text]
    hint = f"; {style(visible(problem.hint), fg='green')}" if problem.hint else ""
    first = f"{style(kind, fg=colour, bold=True) if kind else ''}{': '.join(parts)}{hint}"
    spot = spot_of(problem, command)
    return "\n".join([first, *_excerpt(spot, problem, colour)]) if spot else first


def listed(problems: Sequence[Problem], command: Sequence[str] = ()) -> Iterator[str]:
    """Problems one after the other as `written`; of several that are about the same words, only the last has the line below it."""
    problems = tuple(problems)
    spots = [(spot_of(problem, command), INSTEAD.search(f"{problem.message} {problem.hint}")) for problem in problems]
    for problem, (spot, instead), (following, _) in zip(problems, spots, [*spots[1:], (None, None)]):
        lines = written(problem, command)
        yield lines if spot != following or instead else lines.partition("\n")[0]


def spot_of(problem: Problem, command: Sequence[str] = ()) -> Spot | None:
    """What a problem is about: a part of the command line, or of a file that can be read; None if it is neither."""
    spot = _in_command(problem, command) or _in_file(problem.where)
    return spot and _narrowed(spot, problem.message)


def _narrowed(spot: Spot, message: str) -> Spot:
    """The first word that a message quotes, where it stands in what is meant; else the whole of it."""
    if quoted := QUOTED.search(message):
        word = re.compile(rf"(?<!\w){re.escape(quoted[1])}(?!\w)").search(spot.line, spot.start, spot.end)
        return spot._replace(start=word.start(), end=word.end()) if word else spot
    return spot


def _excerpt(spot: Spot, problem: Problem, colour: str) -> Iterator[str]:
    """The line, what is meant in it underlined, what was perhaps meant instead; and before or after it another that it speaks of."""
    other = ELSEWHERE.search(problem.message)
    there = other and spot.number and other[1] != spot.number and _in_file(f"{AT.fullmatch(problem.where)[1]}:{other[1]}")
    wide = max(len(spot.number), len(there.number) if there else 0)
    margin = style(f" {'':{wide}} | ", fg="blue", bold=True)
    room = max(LEAST_ROOM, shutil.get_terminal_size().columns - wide - 4)
    quoted = there and style(f" {there.number:>{wide}} | ", fg="blue", bold=True) + "".join(_window(there, room))
    if quoted and int(there.number) < int(spot.number):
        yield quoted
    before, meant, after = _window(spot, room)
    yield style(f" {spot.number:>{wide}} | ", fg="blue", bold=True) + before + meant + after
    indent = margin + " " * _width(before)
    yield indent + style("^" * max(1, _width(meant)), fg=colour, bold=True)
    if instead := INSTEAD.search(f"{problem.message} {problem.hint}"):
        yield indent + style(visible(instead[1]), fg="green", bold=True)
    if quoted and int(there.number) > int(spot.number):
        yield quoted


def _window(spot: Spot, room: int) -> tuple[str, str, str]:
    """What is seen of a line: before what is meant, that itself, and after it; no wider than the room."""
    cells = [_shown(character) for character in spot.line]
    edges = [0, *accumulate(map(_width, cells))]
    if edges[-1] <= room:
        first, last = 0, len(cells)
    else:
        inner = room - 2
        middle = edges[spot.start] - max(0, inner - (edges[spot.end] - edges[spot.start])) // 2
        left = max(0, min(middle, edges[-1] - inner))
        first, last = bisect_left(edges, left), bisect_right(edges, left + inner) - 1
    start, end = spot.start, max(spot.start, min(spot.end, last))
    before = (ELLIPSIS if first else "") + "".join(cells[first:start])
    return before, "".join(cells[start:end]), "".join(cells[end:last]) + (ELLIPSIS if last < len(cells) else "")


def _shown(character: str) -> str:
    """A character as a terminal can show it: what is not seen, or moves what is, is written as an escape."""
    if character == "\t":
        return TAB
    if unicodedata.category(character) in ("Zs", "Zl", "Zp") and character not in " \u3000":
        return ascii(character)[1:-1]
    return visible(character)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes (UAX #11): an ideograph two, a mark on a letter none."""
    return sum(0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _in_file(where: str) -> Spot | None:
    found = AT.fullmatch(where)
    if not found:
        return None
    number, column = int(found[2]), int(found[3] or 1)
    try:
        text = _text(found[1])
    except (OSError, ValueError):         # ValueError: a name with a zero in it
        return None
    lines = LINE_BREAK.split(text)
    if not 1 <= number <= len(lines):
        return None
    line = lines[number - 1]
    start = min(column - 1, len(line)) if found[3] else len(line) - len(line.lstrip())
    ends = _end_in_yaml if Path(found[1]).suffix.lower() in (".yaml", ".yml") else _end_of_word
    return Spot(line, found[2], start, max(start, min(ends(text, number - 1, start, line), len(line))))


def _text(file: str) -> str:
    with Path(file).open("rb") as stream:
        return stream.read(MAX_BYTES).decode("utf-8-sig", "surrogateescape")


def _end_of_word(text: str, number: int, start: int, line: str) -> int:
    word = WORD.match(line, start)
    return word.end() if word else start


def _end_in_yaml(text: str, number: int, start: int, line: str) -> int:
    """Where the key or the value ends that starts at a place; at the end of the line if it goes on in the next."""
    last, column = _ends(text).get((number, start), (number, start + 1))
    return column if last == number else len(line.rstrip())


@lru_cache(8)
def _ends(text: str) -> dict[tuple[int, int], tuple[int, int]]:
    """Where every key and value ends, by where it starts, as far as the text is YAML: line and column, both from 0."""
    ends, open_ones = {}, []
    try:
        for token in yaml.scan(text):
            start, end = ((mark.line, mark.column) for mark in (token.start_mark, token.end_mark))
            if isinstance(token, OPENING):
                open_ones.append(start)
            elif isinstance(token, CLOSING) and open_ones:
                ends[open_ones.pop()] = end
            elif isinstance(token, yaml.ScalarToken):
                ends[start] = end
    except (yaml.YAMLError, ValueError, OverflowError):
        pass                              # what comes before the mistake is known
    return ends


def _in_command(problem: Problem, command: Sequence[str]) -> Spot | None:
    """The argument that a problem is about; where one is missing, the end of the line."""
    words = ["animformer", *map(shlex.quote, command)]
    if problem.kind == "usage" and problem.message.startswith("Missing argument"):
        return Spot(line := " ".join(words) + " ", "", len(line), len(line))
    for number, argument in reversed(list(enumerate(command))):      # what is said last holds
        if part := _part(problem, argument, command[number - 1] if number else ""):
            start = len(" ".join(words[: number + 1])) + 1 + (words[number + 1] != argument)
            return Spot(" ".join(words), "", start + part.start, start + part.stop)
    return None


def _part(problem: Problem, argument: str, before: str) -> slice | None:
    """What a problem is about in an argument, if it is about that; before: the argument before it."""
    option, _, value = problem.where.partition(" ")
    said = argument.partition("=")
    if problem.where in ("", "command line"):
        return next((slice(0, len(name)) for name in (argument, said[0]) if name and f"'{name}'" in problem.message), None)
    if not option.startswith("--"):
        return slice(0, len(argument)) if argument == problem.where and not os.path.exists(argument) else None
    if not value:                         # a short option begins with the letter that the long one begins with
        return slice(0, len(argument)) if before in (option, option[1:3]) or said[:2] == (option, "=") else None
    offset = len(option) + 1 if said[0] == option else 0
    if (before if not offset else option) != option:
        return None
    return _of_value(problem, value, argument[offset:], offset)


def _of_value(problem: Problem, where: str, value: str, offset: int) -> slice | None:
    """The key or the value of what is said after an option; where: that, and perhaps a place in it."""
    placed = AT.fullmatch(where)
    if where != value and not (placed and placed[1] == value):
        return None
    key, equals, _ = value.partition("=")
    after = len(key) + 1 if equals else 0
    if where != value:
        start = offset + after + int(placed[3] or 1) - 1
        return slice(start, start + 1)
    if problem.kind == "unknown-key":
        return slice(offset, offset + len(key))
    return slice(offset + after, offset + len(value))
