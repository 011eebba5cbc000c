"""How large sums of products typically are, by the number of these: a bar for each, and below it that number and its root."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import BAR_SHARE, bar, floor, largest
from scenes.parts.equation import equation
from scenes.parts.label import WORD, number, paragraph
from scenes.parts.whole import Whole

SIZE, COUNT, SIDE, LINE = (length * PX for length in (72, 52, 100, 70))   # em sizes of what is measured, and of the rest; room for names; height of a line below


class TypicalSizes(Whole):
    """`title`; `ground`, the floor and what the lines below it are; `cases`, of each its bar and its numbers; `note` below."""

    def __init__(self, title: VGroup, ground: VGroup, cases: Sequence[VGroup], note: VGroup):
        super().__init__(title=title, ground=ground, cases=cases, note=note)


def typical_sizes(theme: Theme, counts: View, roots: View, sizes: View, words: tuple[str, str], room: Room) -> TypicalSizes:
    """Sizes (case) of sums of so many products, and the roots of these counts, all (case), in a room. words: the title and the note."""
    title, note = (paragraph(theme, said, WORD, room.width) for said in words)
    title.shift(room.strip(top=title.height).centre)
    note.shift(room.strip(bottom=note.height).centre)
    inner = room.trim(left=SIDE, top=title.height + TIGHT, bottom=note.height + TIGHT)
    body, lines = inner.trim(top=SIZE + TIGHT, bottom=2 * LINE), inner.strip(bottom=2 * LINE).rows(2, 0)
    names = [equation(theme, maths, size=COUNT, role="muted", at=line.outside(left=SIDE)) for maths, line in zip(("d_k", "sqrt(d_k)"), lines, strict=True)]
    places = zip(*(part.columns(len(sizes), TIGHT / 2) for part in (body, *lines)), strict=True)
    cases = [_case(theme, views, rooms, largest(sizes)) for views, rooms in zip(zip(sizes, counts, roots), places, strict=True)]
    return TypicalSizes(title, VGroup(floor(theme, body), *names), cases, note)


def _case(theme: Theme, views: Sequence[View], places: Sequence[Room], full: float) -> VGroup:
    (size, *below), (place, *lines) = views, places
    standing = bar(theme, size, place.fit(width=BAR_SHARE * place.width), "output", full)
    numbers = [number(theme, view, COUNT, at=line, decimals=decimals, width=line.width)
               for decimals, (view, line) in enumerate(zip(below, lines, strict=True))]
    return VGroup(standing, above(number(theme, size, SIZE, "output", 600, decimals=1, width=place.width), standing), *numbers)
