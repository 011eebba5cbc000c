"""Text as it is compared, and one rule for all that is to be seen: sentences, captions, titles, labels, and names."""

import re
import unicodedata
from typing import TYPE_CHECKING

from scenes.base.words import is_wide, letters
from studio.errors import Problem, count, quoted

if TYPE_CHECKING:
    from scenes.base.type import Fonts

MAX_CAPTION, MAX_TITLE = 200, 80          # in Latin letters
IDEOGRAPH = "一"
CJK_HINT = "install the Chinese fonts, .venv/bin/pip install -e '.[zh]', or name a font file in the theme's 'fonts'"
BREAK = re.compile(r"\s*[\t-\r\x1c-\x1f\x85\u2028\u2029]\s*")
# Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt), and a pattern of Braille without a dot.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
JOINERS, VIRAMA = "\u200c\u200d", 9       # what joins letters or keeps them apart; the combining class of what it may follow


def composed(text: str) -> str:
    """The text in the form in which texts are compared and drawn (Unicode normalisation form C)."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """The text in one line, composed."""
    return BREAK.sub(" ", composed(text)).strip()


def file_name(name: str) -> str:
    """What is the same for two names that some file system takes for one."""
    return composed(name).casefold()


def named(character: str) -> str:
    """`U+00AD (SOFT HYPHEN)`."""
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'a control or private character')})"


def unseen(text: str) -> str:
    """The characters that cannot be seen, each once: marks without a width, fillers. A joiner between the letters it is for is none."""
    places = (match.start() for match in UNSEEN.finditer(text))
    return "".join(dict.fromkeys(text[place] for place in places if not _joins(text, place)))


def blanks(text: str) -> str:
    """The characters that look like a space, or like nothing, and are no space to YAML, each once."""
    return "".join(dict.fromkeys(c for c in text if c.isspace() and c not in " \t\r\n" or UNSEEN.match(c)))


def wrong_with(text: str, where: str, path: str, most: int = 0, fonts: "Fonts | None" = None) -> Problem | None:
    """What is wrong with a text that is to be seen, if anything. most: how long it may be; fonts: those it is drawn with."""
    if not text.strip():
        return Problem("is empty", where, path, "empty")
    if hidden := unseen(text):
        message = f"{quoted(text[max(0, text.index(hidden[0]) - 20) :])} has {named(hidden[0])}, which cannot be seen"
        return Problem(message, where, path, "invisible", "leave it out")
    if most and letters(text) > most:
        hint = f"at most {most} can be shown; an ideograph counts twice"
        return Problem(f"has {letters(text)} characters", where, path, "too-long", hint)
    return no_glyph(text, fonts, where, path) if fonts else None


def no_glyph(text: str, fonts: "Fonts", where: str, path: str) -> Problem | None:
    """The problem with a text some of whose characters no font has."""
    missing = fonts.missing(text)
    if not missing:
        return None
    first, others = missing[0], missing[1:]
    lacks = f"{named(first)}, nor for {count(len(others), 'other')}," if others else named(first)
    wide = any(is_wide(c) and unicodedata.category(c)[0] in "LP" for c in missing)
    hint = CJK_HINT if wide and fonts.missing(IDEOGRAPH) else "write it in letters, or name a font that has it in the theme's 'fonts'"
    message = f"the fonts have no glyph for {lacks} in {quoted(text[max(0, text.find(first) - 20) :])}"
    return Problem(message, where, path, "no-glyph", hint)


def _joins(text: str, place: int) -> bool:
    """Whether the character at a place is a joiner in its place: after a virama or between Arabic letters (RFC 5892, A.1 and A.2)."""
    before, after = text[:place][-1:], text[place + 1 :][:1]
    arabic = all(c and unicodedata.bidirectional(c) == "AL" for c in (before, after))
    return text[place] in JOINERS and (arabic or before != "" and unicodedata.combining(before) == VIRAMA)
