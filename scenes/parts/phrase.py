"""Phrases: pieces of a line of text of which some are loud, and how the words of a translation are written."""

from collections.abc import Sequence
from itertools import zip_longest
from os.path import commonprefix

from manim import VGroup

from scenes.parts.label import SMALLEST_WORD, text, text_width
from scenes.base.room import Room
from scenes.base.theme import Theme

LOUD, QUIET = 700, 400                    # weights of letters
PRONOUNS = ("il", "elle")                 # French for `it`; the words of a scene say what each of them means
FORMS = {"the": ("le", "la"), "black": ("noir", "noire")}         # French for a word that goes by its noun

Pieces = Sequence[tuple[str, str]]        # what is written, spaces included, and the role of what is loud, or ""


def phrase(theme: Theme, pieces: Pieces, size: float, at: Room, align: int = -1, role: str = "muted") -> VGroup:
    """Pieces of a line in a room, a label each; smaller where they would not fit. What would be too small to read is one label that
    loses its middle.

    role: of what is not loud.
    """
    weights = [LOUD if loud else QUIET for _, loud in pieces]
    widths = [text_width(theme, string, 1, weight) for (string, _), weight in zip(pieces, weights, strict=True)]
    size = min(size, at.width / max(sum(widths), 1e-9))
    if size < SMALLEST_WORD:
        return VGroup(text(theme, "".join(string for string, _ in pieces), SMALLEST_WORD, role, at=at, align=align))
    line, x, y = VGroup(), at.point(align)[0] - (align + 1) / 2 * size * sum(widths), at.centre[1]
    for (string, loud), weight, width in zip(pieces, weights, widths, strict=True):
        line.add(text(theme, string, size, loud or role, weight, at=(x, y, 0), align=-1))
        x += width * size
    return line


def spaced(words: Sequence[str]) -> str:
    """Words as they are written: no space follows an apostrophe."""
    return " ".join(words).replace("' ", "'")


def differing(words: Sequence[str], others: Sequence[str], role: str) -> list[tuple[str, str]]:
    """Words as pieces, in which those letters are loud in which they differ from the word of `others` at their place."""
    pieces = []
    for word, other in zip_longest(words, others[: len(words)], fillvalue=""):
        same = len(commonprefix([word, other]))
        pieces += [(word[:same], ""), (word[same:] if word != other else "", role), ("" if word.endswith("'") else " ", "")]
    return _joined(pieces[:-1])


def _joined(pieces: Pieces) -> list[tuple[str, str]]:
    """Neighbours of one role in one piece, and none that is empty."""
    joined: list[tuple[str, str]] = []
    for string, loud in pieces:
        if joined and (joined[-1][1] == loud or string == ""):
            joined[-1] = joined[-1][0] + string, joined[-1][1]
        elif string:
            joined.append((string, loud))
    return joined
