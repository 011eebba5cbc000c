"""Words before they are drawn: how long a caption takes to be read, where a line of text may end, and which way it runs."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from unicodedata import bidirectional, category, east_asian_width, mirrored

from bidi import get_base_level, get_display
from uniseg.linebreak import line_break_units

# Between two Latin words, and between two ideographs, a line may end whatever stands around them (UAX #14, LB18 and LB31).
SURE = re.compile(r"(?<=[A-Za-z0-9] )(?=[A-Za-z0-9])|(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
ELLIPSIS = "…"
WHOLE = re.compile(r"[A-Za-z0-9]+ ?|[\u4e00-\u9fff]")
FROM_THE_RIGHT = ("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")        # languages that are written so
# What runs from the right (UAX #9: R, AL), what belongs to the letter that it is on or beside, and all else. In what is seen
# from left to right, a mark comes before the letter that it is on if that is read from the right.
KINDS = {"R": "R", "AL": "R", "NSM": "M", "BN": "M"}
COMPANIONS = ("\u2985\u2986\u2619", "\u27e6\u27e7\u2767", "\u27ea\u27eb\u2042")    # for brackets, and for all else that is mirrored
STRETCH = re.compile("(?:M*R)+|(?:(?!M*R).)+")
FROM_LEFT, FROM_RIGHT = "\u200e", "\u200f"               # say which way a line runs, and are not seen
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


def seen(line: str, language: str = "en") -> Iterator[tuple[str, bool]]:
    """A line from left to right, as stretches that are read one way: each as it is read, and whether that is from the right.

    By UAX #9 (the Unicode bidirectional algorithm), with numbers and Latin words inside Hebrew and Arabic as they are.
    """
    if not runs_both_ways(line):
        yield line, False
        return
    shown, kinds = _in_order(line, "R" if _is_from_the_right(language) else None)
    for found in STRETCH.finditer(kinds):
        stretch, backwards = shown[found.start() : found.end()], found[0][-1] == "R"
        yield stretch[::-1] if backwards else stretch, backwards


def _in_order(line: str, base: str | None) -> tuple[str, str]:
    """The characters of a line from left to right, and for each one of KINDS, or "L".

    What has a mirror image, such as a bracket, runs either way, and is turned where it runs from the right. The library does not
    say which: so each goes through it with a companion of its kind, and which of the two comes first says it.
    """
    inner = next(pair for pair in COMPANIONS if not set(pair) & set(line))
    paired = "".join(_with_companion(c, inner) if mirrored(c) else c for c in line)
    ordered, shown, kinds = iter(get_display(paired, base_dir=base)), "", ""
    for first in ordered:
        if not mirrored(first) and first not in inner:
            shown, kinds = shown + first, kinds + KINDS.get(bidirectional(first), "L")
            continue
        second = next(ordered)
        character = second if first in inner else first
        as_written = first + second == _with_companion(character, inner)
        shown, kinds = shown + character, kinds + ("L" if as_written else "R")
    return shown, kinds


def _with_companion(character: str, inner: str) -> str:
    """A character and its companion: inside a bracket another bracket, after anything else something that is as neutral."""
    opening, closing, other = inner
    return {"Ps": character + opening, "Pe": closing + character}.get(category(character), character + other)


def runs_both_ways(text: str) -> bool:
    """Whether something in a text is read from the right."""
    return any(KINDS.get(bidirectional(character)) == "R" for character in text)


def of_paragraph(line: str, paragraph: str, language: str = "en") -> str:
    """A line of a paragraph, with a mark before it if by itself it would run another way than the paragraph does."""
    if _is_from_the_right(language) or not runs_both_ways(paragraph) or get_base_level(line) == get_base_level(paragraph):
        return line
    return (FROM_RIGHT if get_base_level(paragraph) else FROM_LEFT) + line


def _is_from_the_right(language: str) -> bool:
    return language.partition("-")[0] in FROM_THE_RIGHT


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
