"""Language files: all words on screen, checked against the English ones."""

import re
from collections.abc import Iterator
from string import Formatter

from studio.errors import Problem, did_you_mean, quoted
from studio.yaml_file import Layer

CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")       # what a language is called (BCP 47): the stem of its file
PLAIN = ("caption", "title")              # shown as they stand; in any other text the scene fills in what is in braces
SPEED = "reading_speed"                   # characters a second


def texts(layer: Layer) -> dict[tuple, str]:
    """All texts of a language file, by where they are in it."""
    return {path: text for path, text in _texts(layer.values, ()) if isinstance(text, str)}


def check_words(own: Layer, english: Layer, name: str) -> list[Problem]:
    """What is wrong with a language file: keys too few or too many, or other things to fill in than in English."""
    return [*_speed(own), *_compare(own.values, english.values, (), own, name)]


def _texts(values: dict, path: tuple) -> Iterator[tuple[tuple, str]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _texts(value, (*path, key))
        else:
            yield (*path, key), value


def _compare(own: dict, english: dict, path: tuple, layer: Layer, name: str) -> Iterator[Problem]:
    meant = set()
    for key in (key for key in own if key not in english):
        hint = did_you_mean(key, english, "the keys are")
        meant |= {known for known in english if f"'{known}'" in hint}
        yield _problem(layer, (*path, key), "unknown key", "unknown-key", hint, of_key=True)
    for key, words in english.items():
        here = (*path, key)
        if key not in own:
            if key not in meant:
                where = layer.places[path].key if path else name
                yield Problem("is missing", where, ".".join(here), "missing", f"in English: {_shown(words)}")
        elif type(own[key]) is not type(words):
            must = "keys with values: {key: value}" if isinstance(words, dict) else "a text"
            yield _problem(layer, here, f"must be {must}, not {quoted(own[key])}", "wrong-type")
        elif isinstance(words, dict):
            yield from _compare(own[key], words, here, layer, name)
        elif key not in PLAIN:
            yield from _filled_in(own[key], words, here, layer)


def _filled_in(own: str, english: str, path: tuple, layer: Layer) -> Iterator[Problem]:
    try:
        unknown = _fields(own) - _fields(english)
    except ValueError:
        yield _problem(layer, path, "has a brace too many", "field", "write {{ or }} for a brace that is to be seen")
    else:
        for field in sorted(unknown):
            hint = f"in English: {quoted(english)}"
            yield _problem(layer, path, f"there is nothing to fill in for {field}", "field", hint)


def _fields(text: str) -> set[str]:
    parts = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    return {"{" + name + (f"!{how}" if how else "") + (f":{form}" if form else "") + "}" for name, form, how in parts}


def _speed(layer: Layer) -> Iterator[Problem]:
    said = layer.values.get(SPEED)
    if isinstance(said, str):
        try:
            right = 1 <= float(said) <= 100
        except ValueError:
            right = False
        if not right:
            yield _problem(layer, (SPEED,), f"must be characters a second (1 to 100), not {quoted(said)}", "wrong-type")


def _problem(layer: Layer, path: tuple, message: str, kind: str, hint: str = "", of_key: bool = False) -> Problem:
    place = layer.places[path]
    return Problem(message, place.key if of_key else place.value, ".".join(path), kind, hint)


def _shown(words: dict | str) -> str:
    return quoted(words) if isinstance(words, str) else f"keys {', '.join(words)}"
