"""The formats that steps are written in, each a file of this folder: a class of its name, `gif` → `Gif`. Nothing else has to know."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from studio.errors import Problem, UserError, did_you_mean
from studio.render.format import Format


@cache
def formats() -> dict[str, type[Format]]:
    """All there are, by name."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: getattr(import_module(f"{__name__}.{name}"), name.capitalize()) for name in names}


def chosen(names: Iterable[str], **options: Any) -> list[Format]:
    """The formats of these names. options: by the name of a field that only some formats have; None and False are not said.

    Raises UserError with all names that there are not, and all that is said of formats that have no such thing.
    """
    known, said = formats(), {option: value for option, value in options.items() if value not in (None, False)}
    names = list(dict.fromkeys(names))
    problems = [Problem(f"there is no format '{name}'", "--format", kind="unknown-format", hint=did_you_mean(name, known))
                for name in names if name not in known]
    kinds = [known[name] for name in names if name in known]
    for option in said:
        problems += _unable(option, kinds)
    if problems:
        raise UserError(problems)
    return [kind(**{option: value for option, value in said.items() if option in _fields(kind)}) for kind in kinds]


def _unable(option: str, kinds: Sequence[type[Format]]) -> Iterator[Problem]:
    """What cannot be as it is said to be: all have to be transparent if one is, of the rest one has to have it."""
    unable = [kind for kind in kinds if option not in _fields(kind)]
    if unable and (option == "transparent" or len(unable) == len(kinds)):
        able = [f"--format {name}" for name, kind in formats().items() if option in _fields(kind)]
        message = f"{' and '.join(kind.name for kind in unable)} cannot be written so"
        yield Problem(message, f"--{option}", kind="format", hint=f"these can: {', '.join(able)}")


def _fields(kind: type[Format]) -> set[str]:
    return {field.name for field in fields(kind)}
