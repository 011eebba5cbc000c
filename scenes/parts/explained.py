"""An equation, and below it in words what its symbols are here."""

from collections.abc import Sequence

from manim import VGroup

from scenes.base.layout import fitted
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.label import fit_words, words_in

MATHS, WORDS = 66 * PX, 38 * PX           # em sizes
SHARES = (3, 2)                           # of the room: side by side, or one below the other


def explained(theme: Theme, maths: str, lines: Sequence[str], room: Room) -> VGroup:
    """Maths and lines of words in a room; the maths alone where the words find no place."""
    place, below = room.split(SHARES, 0)
    size = fit_words(theme, lines, WORDS, below.width)[1]
    said = [words_in(theme, line, size, row) for line, row in zip(lines, below.rows(len(lines), 0), strict=True)]
    fit = all(line.height <= below.height / len(lines) for line in said)
    return VGroup(fitted(equation(theme, maths, size=MATHS), place if fit else room), *said * fit)
