"""What the project brings along: the YAML of its scenes and films, its themes and its words."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from studio import yaml_file
from studio.errors import Problem, UserError, did_you_mean

ROOT = Path(__file__).resolve().parent.parent
SCENES, THEMES, TEXT = ROOT / "scenes", ROOT / "assets" / "themes", ROOT / "assets" / "text"
FILM = SCENES / "film.yaml"


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


@cache
def words(language: str) -> Mapping[str, Any]:
    """Everything the scenes say in a language: nested dicts. UserError if its file is not sound."""
    return _sound(TEXT / f"{language}.yaml").values


def theme_file(theme: str) -> Path:
    """The file of a theme: one of `themes()` or a path."""
    return Path(theme) if is_path(theme) else THEMES / f"{theme}.yaml"


def theme(name: str, fonts):
    """The theme of that name or path, a `scenes.theme.Theme`. UserError with all that is wrong in its file."""
    from scenes.theme import Theme  # draws in manim, which is slow to start

    layer = _sound(theme_file(name))
    try:
        return Theme.from_mapping(layer.values, fonts)
    except ValueError as error:
        raise UserError(_located(message, layer, shown(theme_file(name))) for message in error.args[0]) from error


def _located(message: str, layer: yaml_file.Layer, name: str) -> Problem:
    path, _, what = message.partition(": ")
    place = layer.places.get(tuple(path.split(".")))
    return Problem(what, place.value if place else name, path, "theme")


def _sound(path: Path) -> yaml_file.Layer:
    layer = yaml_file.read(path, shown(path))
    if layer.problems:
        raise UserError(layer.problems)
    return layer


def _stems(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))
