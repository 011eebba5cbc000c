"""Words before they are drawn: how long a caption takes to be read, and where a line of text may end."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from unicodedata import east_asian_width

from uniseg.linebreak import line_break_units

# Between two Latin words, and between two ideographs, a line may end whatever stands around them (UAX #14, LB18 and LB31).
SURE = re.compile(r"(?<=[A-Za-z0-9] )(?=[A-Za-z0-9])|(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
ELLIPSIS = "…"
WHOLE = re.compile(r"[A-Za-z0-9]+ ?|[\u4e00-\u9fff]")
LOOK = 1.5                                # seconds for the picture, beside those for its caption


def reading_time(caption: str, words: Mapping) -> float:
    """Seconds that a caption and its picture take at pace 1, in the language of these words."""
    return letters(caption) / words["reading_speed"] + LOOK


def letters(string: str) -> int:
    """How long a text is, in Latin letters; an ideograph is as much as two."""
    return sum(1 + is_wide(character) for character in string)


@lru_cache(1024)
def pieces(string: str) -> tuple[str, ...]:
    """What a line may end after: words with the space after them, and ideographs with the punctuation that belongs to them.

    As UAX #14 has it (Unicode line breaking), but what is written without spaces in Latin letters stays whole, hyphens or not.
    """
    units = [""]
    for unit in _units(string):
        if units[-1] and (units[-1][-1].isspace() or is_wide(units[-1][-1]) or is_wide(unit[0])):
            units.append(unit)
        else:
            units[-1] += unit
    return tuple(units)


def _units(string: str) -> list[str]:
    """What a line may end after by UAX #14. Asked letter by letter, which is slow, only where it is not plain."""
    return [unit for part in SURE.split(string) for unit in ([part] if WHOLE.fullmatch(part) else line_break_units(part))]


def elided(string: str, fits: Callable[[str], bool]) -> str:
    """The string, or as much of its beginning and its end as fits, with an ellipsis between."""
    keep, fitted = len(string), string
    while not fits(fitted) and keep > 2:
        keep -= 1
        fitted = string[: (keep + 1) // 2] + ELLIPSIS + string[len(string) - keep // 2 :]
    return fitted


def is_wide(character: str) -> bool:
    """Whether a character takes the place of two Latin letters, as ideographs do."""
    return east_asian_width(character) in "WF"
