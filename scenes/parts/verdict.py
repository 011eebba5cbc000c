"""A verdict: what speaks against a proposal, line by line; a line is struck out when it no longer does."""

from collections.abc import Sequence
from dataclasses import replace

from manim import RIGHT, VGroup, VMobject

from model import View
from scenes.parts.label import SMALLEST_WORD, Label, Number, number, text, text_width
from scenes.parts.shapes import Block, frame, room_of, strike
from scenes.parts.whole import Whole
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme

TITLE, EVIDENCE, READOUT = 40 * PX, 32 * PX, 40 * PX
HIGH = 0.75                               # share of the height of a card that its title has at most


class Objection(Whole):
    """A line on a card: `.box`, `.title` at the left and `.evidence` at the right. `.strike`, the line through the title, is no part
    of it yet."""

    def __init__(self, box: Block, title: Label, evidence: VGroup, strike: VMobject):
        super().__init__(box=box, title=title, evidence=evidence)
        self.strike = strike

    @property
    def claim(self) -> list[VMobject]:
        """What steps back once it is struck out: all but the evidence."""
        return [self.box, self.title]


def objection(theme: Theme, title: str, evidence: Sequence[Label], room: Room) -> Objection:
    """A card that fills a room. evidence: words and numbers that stand side by side at its right, the numbers alone where there is no room
    for all beside the title."""
    inner = room.inset(TIGHT)
    free = inner.width - TIGHT - text_width(theme, title, SMALLEST_WORD, 500)
    shown, scale = _side_by_side(theme, evidence)
    if scale * shown.width > free:
        shown, scale = _side_by_side(theme, [part for part in evidence if isinstance(part, Number)])
    shown.scale(min(1, max(scale, free / max(shown.width, TIGHT)))).move_to(inner.point(1), RIGHT)
    left = replace(inner, right=room_of(shown).left - TIGHT) if shown else inner
    label = text(theme, title, min(TITLE, HIGH * room.height), weight=500, at=left, align=-1)
    struck = strike(theme, room_of(label, TIGHT / 2).level(left.centre[1]))
    return Objection(frame(theme, room, fill="surface", width=2), label, shown, struck)


def evidence(theme: Theme, said: str, value: View, decimals: int | None = None) -> list[Label]:
    """A number as evidence, and before it what it is."""
    return [text(theme, said, EVIDENCE, "muted"), number(theme, value, READOUT, "output", decimals=decimals)]


def _side_by_side(theme: Theme, evidence: Sequence[Label]) -> tuple[VGroup, float]:
    """Evidence in a row, and how small that may be drawn."""
    least = ((theme.digit if isinstance(part, Number) else SMALLEST_WORD) / part.size for part in evidence)
    return VGroup(*evidence).arrange(RIGHT, buff=TIGHT / 2), max(least, default=1)
