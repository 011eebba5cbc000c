"""A YAML file as plain text with positions.

Nothing is converted: `no`, `1e-3` and `null` stay the words that were written, and what they mean is for the key they stand
under to say. Only what a page of settings needs is read: no aliases, no tags, no depth.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from studio import errors
from studio.errors import Problem, UserError
from studio.read import text as texts
from studio.read.text import blanks, named
from studio.store.kept import kept

CODE = Path(__file__), Path(errors.__file__), Path(texts.__file__)
MAX_BYTES = 256_000
MAX_DEPTH = 12
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")   # what ends a line in YAML (1.1, section 4.3)
HINTS = {
    "mapping values are not allowed": "put a text that has a colon in quotes",
    "'\\t'": "indent with spaces, not with tabs",
    "but got '?'": "put a text that has a question mark in quotes",
    "end of stream": "close the quotation mark or bracket",
    "expected ',' or": "close the bracket or put a comma",
    "another document": "one file is one document: leave out the '---'",
    "expected <block end>": "keys of one level begin in the same column",
    "could not find expected ':'": "write 'key: value'",
    "cannot start any token": "put the value in quotes",
}
ITEM = re.compile(r":|^\s*-\s")          # what a line has that is more than a text
LINE_HINT = "write 'key: value', or a # before a comment"
NEAR, MOST_TRIED = 4, 20_000              # lines before the one that cannot be read, and characters of a text in which others are tried

COLOUR = re.compile(r"(?:^|[\s:\[{,])(#[0-9a-fA-F]{6})\b")                       # without quotes; a comment to YAML
NAMES = {yaml.MappingNode: "keys with values", yaml.SequenceNode: "a list", yaml.ScalarNode: "a text"}


class Place(NamedTuple):
    """Where a key and its value stand."""

    key: str
    value: str


@dataclass(frozen=True)
class Layer:
    """What one source says: nested dicts, lists and texts, with the place of each, and what is wrong with it so far.

    under: the keys under which all of it stands in its file, if it is not the whole of it.
    """

    values: dict[str, Any]
    places: dict[tuple, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    under: tuple[str, ...] = ()

    def path(self, keys: tuple) -> str:
        """What a key in here is called in messages: `scenes.qkv.title`."""
        return ".".join((*self.under, *keys))

    def place(self, path: str, file: str) -> Place:
        """Where a key stands, `model.d_model`, or what holds it if it is not there, or else the file of that name."""
        said = (self.places.get(keys) for keys in ancestry(path))
        return next(filter(None, said), Place(file, file))


def ancestry(path: str) -> Iterator[tuple]:
    """The keys that lead to a key, then those to what holds it, and so on."""
    keys = tuple(int(key) if key.isdecimal() else key for key in path.split("."))
    return (keys[:end] for end in range(len(keys), 0, -1))


def read(path: Path, name: str) -> Layer:
    """The mapping in a YAML file. `name`: what to call the file in messages.

    Raises UserError if it cannot be read or is no YAML. What is only wrong here or there is in `Layer.problems`.
    """
    try:
        if path.exists() and not path.is_file():
            raise UserError([Problem("is no file", name, kind="unreadable")])
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError([Problem(f"cannot be read: {reason}", name, kind="unreadable")]) from error
    if len(data) > MAX_BYTES:
        raise UserError([Problem(f"is larger than {MAX_BYTES // 1000} kB", name, kind="too-large")])
    text = _decode(data, name)
    values, places, problems = kept(lambda: _flat(parse(text, name)), text, name, version("pyyaml"), *CODE)
    return Layer(values, {tuple(path): Place(*place) for path, place in places}, tuple(Problem(**each) for each in problems))


def sound(path: Path, name: str) -> Layer:
    """The mapping in a YAML file that must be sound: raises UserError with all that is wrong in it."""
    layer = read(path, name)
    if layer.problems:
        raise UserError(layer.problems)
    return layer


def _flat(layer: Layer) -> tuple:
    """A layer as JSON has it."""
    return layer.values, list(layer.places.items()), [asdict(problem) for problem in layer.problems]


def parse(text: str, name: str) -> Layer:
    """The mapping in a YAML text. Raises UserError as `read` does."""
    node = _compose(text, name)
    if not isinstance(node, yaml.MappingNode):
        message, hint = f"must hold keys with values, not {NAMES[type(node)]}", _spacing(text) or "write 'key: value' lines"
        raise UserError([Problem(message, _at(node, name), kind="wrong-type", hint=hint)])
    reading = _Reading(name)
    return Layer(reading.plain(node, ()), reading.places, tuple(reading.problems))


def value(text: str, name: str) -> Any:
    """What a YAML text stands for without a file around it: `[a, b]`. Raises UserError if anything is wrong with it."""
    reading = _Reading(name)
    values = reading.plain(_compose(text, name), ())
    if reading.problems:
        raise UserError(reading.problems)
    return values


def _decode(data: bytes, name: str) -> str:
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        where = _line_and_column(data[: error.start].decode(), name)
        message = f"the byte 0x{data[error.start]:02x} is not valid UTF-8"
        raise UserError([Problem(message, where, kind="character", hint="save the file as UTF-8")]) from error


def _line_and_column(before: str, name: str) -> str:
    """The place that follows the text `before`."""
    lines = LINE_BREAK.split(before)
    return f"{name}:{len(lines)}:{len(lines[-1]) + 1}"


def _compose(text: str, name: str) -> yaml.Node:
    if wrong := FORBIDDEN.search(text):
        where = _line_and_column(text[: wrong.start()], name)
        raise UserError([Problem(f"the character {ascii(wrong[0])} is not allowed in a text", where, kind="character")])
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark, message = error.problem_mark or loader.get_mark(), _said(error)
        first = error.context_mark or mark
    except (ValueError, OverflowError):  # PyYAML trusts escapes and version numbers: "\UFFFFFFFF", %YAML 1.999…
        mark, message = loader.get_mark(), "there is no such character or number"
        first = mark
    else:
        if node is None:
            raise UserError([Problem("is empty", f"{name}:1:1", kind="empty")])
        return node
    raise UserError([_misread(text, name, mark, message, first)])


def _misread(text: str, name: str, mark: yaml.Mark, message: str, first: yaml.Mark) -> Problem:
    """What is wrong where a text could not be read on, or before that; first: where that begins which could not be read."""
    lines = LINE_BREAK.split(text)
    culprit = _culprit(lines, mark.line, first.line)
    if culprit == mark.line:
        seen, place = "\n".join(lines[max(0, first.line - 1) : mark.line + 1]), (mark.line, mark.column)
    elif culprit == first.line and text[first.index : first.index + 1] in tuple("[{'\""):
        seen, place = lines[culprit], (first.line, first.column)
        message = f"{text[first.index]} is not closed where it should be (line {mark.line + 1}): {message}"
    else:
        seen = lines[culprit]
        place = culprit, len(seen) - len(seen.lstrip())
        message = f"does not go with what follows (line {mark.line + 1}): {message}"
    hint = _spacing(seen) or (LINE_HINT if culprit != mark.line and not ITEM.search(seen) else "")
    hint = hint or next((hint for sign, hint in HINTS.items() if sign in message), "")
    for number in (culprit, *range(first.line, mark.line)):
        if colour := COLOUR.search(lines[number]):
            place, hint = (number, colour.start(1)), _quoting(lines[number])
            break
    return Problem(message, f"{name}:{place[0] + 1}:{place[1] + 1}", kind="syntax", hint=hint)


def _culprit(lines: list[str], line: int, first: int) -> int:
    """The line, from 0, without which the rest can be read: the one where it could not be read on if it is that, else one before it."""
    unpaired = [number for number, each in enumerate(lines[:line]) if any(each.count(quote) % 2 for quote in "\"'")]
    suspects = dict.fromkeys([*range(line, max(-1, line - NEAR), -1), first, 0, *unpaired])
    if sum(map(len, lines)) > MOST_TRIED:
        return line
    return next((number for number in suspects if number < len(lines) and _can_be_read([*lines[:number], "", *lines[number + 1 :]])), line)


def _can_be_read(lines: list[str]) -> bool:
    try:
        _Loader("\n".join(lines)).get_single_node()
    except (yaml.YAMLError, ValueError, OverflowError):
        return False
    return True


def _quoting(text: str) -> str:
    """What to do about a colour that YAML takes for a comment, if there is one."""
    found = COLOUR.search(text)
    return f'put it in quotes, "{found[1]}": what follows a # is a comment' if found else ""


def _spacing(text: str) -> str:
    """What to do about what looks like a space and is none, if there is such a thing."""
    found = blanks(text)
    return f"write a plain space in the place of {named(found[0])}" if found else ""


def _said(error: yaml.MarkedYAMLError) -> str:
    if not error.context or not error.context_mark:
        return str(error.problem)
    return f"{error.context} (line {error.context_mark.line + 1}): {error.problem}"


class _Loader(yaml.SafeLoader):
    """A composer that refuses what can blow up before it does."""

    depth = 0

    def compose_node(self, parent, index):
        event = self.peek_event()
        if event.anchor is not None:
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not allowed here", event.start_mark)
        if event.tag is not None:
            raise yaml.composer.ComposerError(None, None, f"tags are not allowed here ({event.tag})", event.start_mark)
        if self.depth == MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, f"nested more than {MAX_DEPTH} deep", event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Reading:
    """The walk from nodes to plain values: keeps the places and collects the problems."""

    def __init__(self, name: str):
        self.name = name
        self.places: dict[tuple, Place] = {}
        self.problems: list[Problem] = []

    def plain(self, node: yaml.Node, path: tuple) -> Any:
        """The node as dicts, lists and texts."""
        if isinstance(node, yaml.ScalarNode):
            if wrong := FORBIDDEN.search(node.value):
                self._wrong(node, path, f"the character {ascii(wrong[0])} is not allowed", "character")
            return node.value
        if isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                if _is_nothing(item):
                    self._lacks_value(item, (*path, number), "item")
            return [self._item(item, item, (*path, number)) for number, item in enumerate(node.value)]
        return {key: self._item(key_node, item, (*path, key)) for key, key_node, item in self._entries(node, path)}

    def _entries(self, node: yaml.MappingNode, path: tuple) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        first = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._wrong(key, path, f"a key must be a word, not {NAMES[type(key)]}", "wrong-type")
            elif found := blanks(key.value):
                self._wrong(key, (*path, key.value), f"has {named(found[0])} in it", "invisible", _spacing(found))
            elif key.value in first:
                self._wrong(key, (*path, key.value), f"appears twice (first in line {first[key.value]})", "duplicate-key")
            elif _is_nothing(item):
                self._lacks_value(key, (*path, key.value), "key")
            else:
                yield key.value, key, item
            if isinstance(key, yaml.ScalarNode):
                first.setdefault(key.value, key.start_mark.line + 1)

    def _lacks_value(self, node: yaml.Node, path: tuple, what: str) -> None:
        after = node.end_mark.buffer[node.end_mark.pointer :].split("\n", 1)[0]
        self._wrong(node, path, "has no value", "no-value", _quoting(after) or f"give it one or leave the {what} out")

    def _item(self, key: yaml.Node, item: yaml.Node, path: tuple) -> Any:
        self.places[path] = Place(_at(key, self.name), _at(item, self.name))
        return self.plain(item, path)

    def _wrong(self, node: yaml.Node, path: tuple, message: str, kind: str, hint: str = "") -> None:
        self.problems.append(Problem(message, _at(node, self.name), ".".join(map(str, path)), kind, hint))


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value == "" and node.style is None


def _at(node: yaml.Node, name: str) -> str:
    return f"{name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
