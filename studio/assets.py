"""What the project brings along: the YAML of its scenes and films, its themes, its words and its trained weights."""

import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from model import Checkpoint
from studio import fonts, yaml_file
from studio.errors import Problem, UserError, did_you_mean, quoted
from studio.kept import kept
from studio.language import SPEED, check_words

ROOT = Path(__file__).resolve().parent.parent
SCENES, ASSETS = ROOT / "scenes", ROOT / "assets"
THEMES, TEXT, WEIGHTS, LEXICON = ASSETS / "themes", ASSETS / "text", ASSETS / "weights", ASSETS / "lexicon/english-french.yaml"
FILM = SCENES / "film.yaml"
CONTRAST = ROOT / "studio/check/contrast.py", ROOT / "studio/errors.py", SCENES / "colour.py"
RANDOM = "random"


def themes() -> tuple[str, ...]:
    """The names of the themes."""
    return _stems(THEMES)


def languages() -> tuple[str, ...]:
    """The languages that there are words in."""
    return _stems(TEXT)


def is_path(name: str) -> bool:
    """Whether a name is meant as a path to a YAML file."""
    return "/" in name or "\\" in name or name.endswith((".yaml", ".yml"))


def shown(path: Path) -> str:
    """A path as it is called in messages: from the current directory if it is in there."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def trained() -> tuple[str, ...]:
    """The names of the trained weights."""
    return tuple(sorted(path.parent.name for path in WEIGHTS.glob("*/weights.npz")))


def weights_file(weights: str) -> Path:
    """The file of the trained weights of that name, or in the folder of that path."""
    return (WEIGHTS / weights if weights in trained() else Path(weights)) / "weights.npz"


def checkpoint(weights: str) -> Checkpoint:
    """The trained weights of that name, or in the folder of that path. Raises UserError if there are none."""
    file = weights_file(weights)
    folder = file.parent
    try:
        if not os.path.isdir(folder):  # unlike Path.is_dir, takes any name
            hint = did_you_mean(folder.name, (RANDOM, *trained()), "name the folder of a checkpoint or one of")
            raise UserError([Problem(f"there is no folder {shown(folder)}", kind="no-file", hint=hint)])
        return _checkpoint(file, weights, file.stat().st_mtime_ns)
    except OSError as error:
        message, hint = f"{shown(file)} cannot be read: {error.strerror or error}", "`animformer train -o FOLDER` makes one"
        raise UserError([Problem(message, kind="unreadable", hint=hint)]) from error
    except ValueError as error:
        raise UserError([Problem(f"{shown(file)} {error}", kind="unreadable")]) from error


@lru_cache(maxsize=4)
def _checkpoint(file: Path, name: str, changed: int) -> Checkpoint:
    return Checkpoint.load(file, name)


def code(language: str) -> str:
    """What a language is called, `de`: its name, or the stem of its file."""
    return Path(language).stem if is_path(language) else language


def words(language: str) -> Mapping[str, Any]:
    """Everything the scenes say in a language: nested dicts. UserError with all that is wrong in its file."""
    return words_file(language).values


def words_file(language: str) -> yaml_file.Layer:
    """The file of a language, one of `languages()` or a path, as it was read. UserError with all that is wrong in it."""
    file = Path(language) if is_path(language) else TEXT / f"{language}.yaml"
    return _words(file, file.stat().st_mtime_ns if os.path.isfile(file) else 0)


@lru_cache(maxsize=16)
def _words(file: Path, changed: int) -> yaml_file.Layer:
    layer, english = _sound(file), TEXT / "en.yaml"
    if problems := check_words(layer, layer if file == english else _sound(english), shown(file)):
        raise UserError(problems)
    return replace(layer, values=layer.values | {SPEED: float(layer.values[SPEED])})


def theme_file(theme: str) -> Path:
    """The file of a theme: one of `themes()` or a path."""
    return Path(theme) if is_path(theme) else THEMES / f"{theme}.yaml"


def theme_files(theme: str) -> tuple[Path, ...]:
    """The file of a theme, and the font files that it names. Raises UserError if it cannot be read."""
    file = theme_file(theme)
    return file, *_own_fonts(_sound(file), file.parent)[0]


def theme(name: str, language: str = "en"):
    """The theme of that name or path, a `scenes.base.theme.Theme`, for a language. UserError with all that is wrong in its file."""
    from scenes.base.theme import Theme  # takes HarfBuzz, slow to start

    file = theme_file(name)
    layer = _sound(file)
    files, problems = _own_fonts(layer, file.parent)
    try:
        mapping = {key: value for key, value in layer.values.items() if key != "fonts"}
        theme = Theme.from_mapping(mapping, fonts.load_fonts(files, code(language)))
    except ValueError as error:
        problems += [_located(message, layer, shown(file)) for message in error.args[0]]
    if problems:
        raise UserError(problems)
    return theme


def hard_to_see(name: str) -> list[Problem]:
    """What is hard to read or to tell apart in the theme of that name or path. Raises what `theme` raises."""
    file, shades = theme_file(name), theme(name)
    layer = _sound(file)
    found = kept(lambda: _hard_to_see(shades), shades.colours, shades.stops, version("coloraide"), *CONTRAST)
    return [Problem(**each | {"where": _place(each["path"], layer, shown(file))}) for each in found]


def _hard_to_see(theme) -> list[dict[str, str]]:
    from studio.check import contrast  # computes colours, which is slow to start

    return [asdict(problem) for problem in contrast.problems(theme)]


def _own_fonts(layer: yaml_file.Layer, folder: Path) -> tuple[tuple[Path, ...], list[Problem]]:
    """The font files that a theme names, and what is wrong with them; they are looked for in the folder of the theme."""
    said = layer.values.get("fonts", [])
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        message = f"must be a list of font files: [a.otf, b.ttf], not {quoted(said)}"
        return (), [Problem(message, layer.places["fonts",].value, "fonts", "wrong-type")]
    files = tuple(folder / name for name in said)
    problems = [
        Problem(f"{shown(file)} {wrong}", layer.places["fonts", number].value, f"fonts.{number}", "font", fonts.WANTED)
        for number, file in enumerate(files) if (wrong := fonts.wrong_with(file))
    ]
    return (() if problems else files), problems


def _located(message: str, layer: yaml_file.Layer, name: str) -> Problem:
    path, _, what = message.partition(": ")
    return Problem(what, _place(path, layer, name), path, "theme")


def _place(path: str, layer: yaml_file.Layer, name: str) -> str:
    """Where a key of a file stands, or the file."""
    place = layer.places.get(tuple(int(part) if part.isdecimal() else part for part in path.split(".")))
    return place.value if place else name


def _sound(path: Path) -> yaml_file.Layer:
    layer = yaml_file.read(path, shown(path))
    if layer.problems:
        raise UserError(layer.problems)
    return layer


def _stems(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))
