"""What can be wrong, said the same way everywhere: what it is, where it is, what would be right."""

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake of the user's.

    where: `file:line:column`, a file, or an option. path: the key in question, `model.d_model`.
    kind: a stable word for scripts, `unknown-key`. hint: what would be right.
    """

    message: str
    where: str = ""
    path: str = ""
    kind: str = "invalid"
    hint: str = ""

    def __str__(self) -> str:
        line = ": ".join(part for part in (self.where, self.path, self.message) if part)
        return visible(f"{line}; {self.hint}" if self.hint else line)


class UserError(Exception):
    """The user's input is wrong (exit code 2). `problems`: all that was found, each once."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.problems), f"{count(len(self.problems), 'problem')}; nothing was rendered"])


class InVain(UserWarning):
    """Something that was said has no effect. `problem`: what, and where."""

    def __init__(self, problem: Problem):
        self.problem = problem
        super().__init__(str(problem))


class RenderError(Exception):
    """It failed, and not by the user's fault (exit code 1)."""


def did_you_mean(name: str, names: Iterable[str], otherwise: str = "there is") -> str:
    """A hint for a name that is none of `names`: the nearest of them, or all of them if none is near."""
    names = list(names)
    near = nearest(name, names, 1)
    return f"did you mean '{near[0]}'?" if near else f"{otherwise}: {', '.join(names) or 'nothing'}"


def nearest(name: str, names: Iterable[str], most: int) -> list[str]:
    """Up to so many of the names that are much like it, the nearest first."""
    lower = {known.lower(): known for known in reversed(list(names))}
    return [lower[near] for near in difflib.get_close_matches(name.lower()[:100], lower, most)]


def count(number: int, noun: str) -> str:
    """`1 problem`, `2 problems`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def visible(text: str, room: int = 1000) -> str:
    """The text in one line, what could upset a terminal written as an escape, and cut if it is endless."""
    text = text if len(text) <= room else text[:room] + "…"
    return "".join(ascii(c)[1:-1] if unicodedata.category(c)[0] == "C" else c for c in text)


def quoted(value: object) -> str:
    """What somebody wrote, for a message: a short text in quotes, or what else it is."""
    if isinstance(value, str):
        return f"'{visible(value, 40)}'"
    return "a list" if isinstance(value, list) else "keys with values"
