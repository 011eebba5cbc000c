"""Words: what is said on screen in a language, by all scenes and by one of them, checked against what was said first.

What all scenes share is in `assets/text/LANGUAGE.yaml`, what one of them says in its folder, in `words.LANGUAGE.yaml`. A language
of the user's own is one file with all of it: what is shared, and under `scenes:` what each scene says.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from studio.errors import Problem, UserError, did_you_mean, quoted
from studio.read import yaml_file
from studio.read.folders import ROOT, SceneFolder, shown
from studio.read.text import folded
from studio.read.yaml_file import Layer

TEXT = ROOT / "assets/text"
CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")       # what a language is called (BCP 47): the stem of its file
SAY = "say"                               # what a narrator speaks instead of the caption; a language need not have it
PLAIN = ("caption", "title", SAY)         # as they stand; in any other text the scene fills in what is in braces
SPEED = "reading_speed"                   # letters a second; an ideograph counts twice
FIRST = "en"                              # what other languages are checked against
SCENES, LABELS = "scenes", "labels"
HEADS, SYNTHETIC = "heads", "synthetic"   # of the sheet of all heads, and of the card that ends a film: no scene says them


def languages() -> tuple[str, ...]:
    """The languages that there are words in."""
    return tuple(sorted(path.stem for path in TEXT.glob("*.yaml")))


def is_path(name: str) -> bool:
    """Whether a name is meant as a path to a YAML file."""
    return "/" in name or "\\" in name or name.lower().endswith((".yaml", ".yml"))


def code(language: str) -> str:
    """What a language is called, `de`: its name, or the stem of its file."""
    return Path(language).stem if is_path(language) else language


def alpha3(code: str) -> str:
    """What a language is called in MP4s (ISO 639-2), or nothing if it is none."""
    import langcodes  # slow to start, and only films have tracks unasked

    try:
        return langcodes.Language.get(code).to_alpha3() if langcodes.tag_is_valid(code) else ""
    except LookupError:
        return ""


def in_language(said: Mapping[str, str], language: str) -> str:
    """What is said in a language; what is not said in it is said in the first one that there is."""
    return said.get(code(language), next(iter(said.values())))


def shared(language: str) -> Mapping[str, Any]:
    """What is said by all scenes, and by films. Raises UserError with all that is wrong with it."""
    return _shared(language, *_changed(_file(language))).values


def words(language: str, folder: SceneFolder) -> Mapping[str, Any]:
    """What a scene may say in a language: its title, labels and steps, over what all scenes share. Raises as `layers` does."""
    common, own = (layer.values for layer in layers(language, folder))
    return {key: said for key, said in common.items() if key not in (HEADS, SYNTHETIC)} | own | {LABELS: common[LABELS] | own.get(LABELS, {})}


def layers(language: str, folder: SceneFolder) -> tuple[Layer, Layer]:
    """What all scenes share, and what one of them says. Raises UserError with all that is wrong with either."""
    problems, found = [], []
    for read in (lambda: _shared(language, *_changed(_file(language))), lambda: _own(language, folder)):
        try:
            found.append(read())
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(problems)
    return found[0], found[1]


def texts(layer: Layer) -> dict[tuple, str]:
    """All texts of a layer that are to be seen, by where they are in it."""
    return {path: text for path, text in _texts(layer.values, ()) if isinstance(text, str) and not is_said(path)}


def is_said(path: tuple) -> bool:
    """Whether a text at a place in a layer is for the ear alone."""
    return len(path) == 3 and path[0] == "steps" and path[-1] == SAY


def everything(language: str, folders: Iterable[SceneFolder]) -> dict[str, Any]:
    """All words of a language as one file of the user's own would have them."""
    return {**shared(language), SCENES: {folder.name: dict(_own(language, folder).values) for folder in folders}}


def _file(language: str) -> Path:
    if not is_path(language) and language not in languages():
        hint = did_you_mean(language, languages())
        raise UserError([Problem(f"there is no language {quoted(language)}", kind="unknown-language", hint=hint)])
    return Path(language) if is_path(language) else TEXT / f"{language}.yaml"


@lru_cache(maxsize=16)
def _shared(language: str, file: Path, changed: int) -> Layer:
    layer, english = _sound(file), _sound(TEXT / f"{FIRST}.yaml")
    layer = replace(layer, values={key: value for key, value in layer.values.items() if key != SCENES})
    if problems := [*_speed(layer), *_compare(layer.values, english.values, (), layer, shown(file))]:
        raise UserError(problems)
    return replace(layer, values=layer.values | {SPEED: float(layer.values[SPEED])})


def _own(language: str, folder: SceneFolder) -> Layer:
    """What a scene says: in the user's own file of the language if it stands there, else in the folder of the scene."""
    file, name = folder.path / f"words.{code(language)}.yaml", shown(Path(language))
    layer = _in_the_file(language, folder) if is_path(language) else None
    if layer is None:
        if not file.is_file():
            hint = f"copy {file.with_stem(f'words.{FIRST}').name} to {file.name} there, and translate it"
            if is_path(language):
                hint = f"write them in {name} under {SCENES}: {folder.name}:, or as {file.name} in that folder"
            message = f"scene {folder.name} has no words in {quoted(code(language))}"
            raise UserError([Problem(message, shown(folder.path), kind="missing", hint=hint)])
        layer, name = _sound(file), shown(file)
    first = folder.path / f"words.{FIRST}.yaml"
    reference = _sound(first) if first.is_file() else layer
    if problems := list(_compare(layer.values, _expected(folder.facts.steps, reference.values), (), layer, name)):
        raise UserError(problems)
    return layer


def _expected(steps: Sequence[str], said: Mapping[str, Any]) -> dict[str, Any]:
    """What the words of a scene must hold: a title, a caption for each of its steps, and what else is said in the first language."""
    kept = said.get("steps") if isinstance(said.get("steps"), dict) else {}
    captions = {step: {"caption": "…", SAY: "…"} | (kept[step] if isinstance(kept.get(step), dict) else {}) for step in steps}
    return {"title": "…"} | {key: text for key, text in said.items() if key in ("title", LABELS)} | {"steps": captions}


def _in_the_file(language: str, folder: SceneFolder) -> Layer | None:
    """What the user's own file of a language has for a scene."""
    layer, under = _sound(Path(language)), (SCENES, folder.name)
    scenes = layer.values.get(SCENES, {})
    own = scenes.get(folder.name) if isinstance(scenes, dict) else scenes
    if own is None:
        return None
    if not isinstance(own, dict):
        raise UserError([_wrong_type(layer, under if own is not scenes else (SCENES,), own, {})])
    return Layer(own, {path[2:]: place for path, place in layer.places.items() if path[:2] == under}, under=under)


def _changed(file: Path) -> tuple[Path, int]:
    return file, file.stat().st_mtime_ns if os.path.isfile(file) else 0


def _sound(path: Path) -> Layer:
    return _read(*_changed(path))


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> Layer:
    layer = yaml_file.sound(path, shown(path))
    return replace(layer, values=_in_lines(layer.values))


def _in_lines(values: Any) -> Any:
    """The same, every text in one line."""
    if isinstance(values, dict):
        return {key: _in_lines(value) for key, value in values.items()}
    return folded(values) if isinstance(values, str) else values


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
            if key not in meant and not is_said(here):
                where = layer.places[path].key if path in layer.places else name
                yield Problem("is missing", where, layer.path(here), "missing", f"in English: {_shown(words)}")
        elif type(own[key]) is not type(words):
            yield _wrong_type(layer, here, own[key], words)
        elif isinstance(words, dict):
            yield from _compare(own[key], words, here, layer, name)
        elif key not in PLAIN:
            yield from _filled_in(own[key], words, here, layer)


def _wrong_type(layer: Layer, path: tuple, said: Any, words: dict | str) -> Problem:
    must = "keys with values: {key: value}" if isinstance(words, dict) else "a text"
    return _problem(layer, path, f"must be {must}, not {quoted(said)}", "wrong-type")


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
            yield _problem(layer, (SPEED,), f"must be letters a second (1 to 100), not {quoted(said)}", "wrong-type")


def _problem(layer: Layer, path: tuple, message: str, kind: str, hint: str = "", of_key: bool = False) -> Problem:
    place = layer.places[path]
    return Problem(message, place.key if of_key else place.value, layer.path(path), kind, hint)


def _shown(words: dict | str) -> str:
    return quoted(words) if isinstance(words, str) else f"keys {', '.join(words)}"
