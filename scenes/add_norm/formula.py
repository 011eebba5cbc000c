"""LayerNorm's formula, with its letters in words below it."""

from collections.abc import Sequence

from manim import VGroup, VMobject

from scenes.base.layout import below, fitted, stacked
from scenes.base.room import GAP, PX, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.label import paragraph
from scenes.parts.whole import Whole

LARGE, NOTE = 80 * PX, 28 * PX
LATER = ("y", "gamma", "beta")            # symbols whose turn comes later
MATHS = ("{{ y = : y }} {{ gamma : gamma }} (READ - {{ mu : mu }}) / {{ sqrt(sigma^2 + epsilon) : sigma }} {{ + beta : beta }}")


class Explained(Whole):
    """`maths`, the formula; `words`, a line or two for each letter that is said in words."""

    def __init__(self, maths: Equation, words: VGroup):
        super().__init__(maths=maths, words=words)

    @property
    def later(self) -> list[VMobject]:
        """The symbols whose turn comes later."""
        return [self.maths.select(name) for name in LATER]


def explained(theme: Theme, reads: str, words: Sequence[str], room: Room) -> Explained:
    """The formula in a room, words below it. reads: the letter of what is normalised."""
    maths = equation(theme, MATHS.replace("READ", reads), size=LARGE, width=room.width)
    lines = stacked(*(paragraph(theme, said, NOTE, room.width, "muted", lines=3, align=-1) for said in words), align=-1)
    fitted(VGroup(maths, below(lines, maths, GAP)), room)
    return Explained(maths, lines)
