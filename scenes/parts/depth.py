"""What becomes of a measure through many blocks: a bar for every depth, and one of the values large."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import bars, floor, largest
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, number, paragraph, text, text_width
from scenes.parts.whole import Whole

TITLE, NOTE, HUGE = 44 * PX, 30 * PX, 120 * PX
SHARE = 0.12                              # of a narrow room's width that the em size of the value is


class Depth(Whole):
    """`title`; `value`, the number that counts; `ground`, the floor and what its ends are; `levels`, the bars."""

    def __init__(self, title: VGroup, value: VGroup, ground: VGroup, levels: VGroup):
        super().__init__(title=title, value=value, ground=ground, levels=levels)


def depth(theme: Theme, measure: View, shown: int, words: Sequence[str], room: Room, role: str, full: float) -> Depth:
    """A measure (depth) in a room. shown: at which depth its value is written, above its bar; the first and the last at that end. words: the title, and what the ends of
    the floor are, and what the measure is called, which is said between them if there is room. role: of the bars and the value. full: the
    value that reaches the ceiling.
    """
    title, first, last, *called = words
    large = max(theme.digit, min(HUGE, SHARE * room.width))
    high = max(large, 2 * LINE_SPACING * SMALLEST_WORD)
    head, body, foot = room.rows([high, room.height - high - NOTE - 2 * TIGHT, NOTE], TIGHT)
    side = 1 if shown == -1 else -1
    above = head.trim(left=max(0, shown) * head.width / len(measure))
    value = number(theme, measure[shown], large, role, weight=600, at=above, align=side)
    beside = above.trim(**{"right" if side > 0 else "left": value.width + GAP})
    size = min(TITLE, max(SMALLEST_WORD, head.height / 2 / LINE_SPACING))
    name = paragraph(theme, title, size, beside.width, align=-1 if shown else 1).shift(beside.centre)
    ends = [text(theme, word, NOTE, "muted", at=foot, align=end, width=foot.width / 2) for end, word in ((-1, first), (1, last))]
    between = [text(theme, word, NOTE, "muted", at=foot) for word in called
               if text_width(theme, word, NOTE) + 2 * max(end.advance for end in ends) + 2 * GAP <= foot.width]
    return Depth(name, VGroup(value), VGroup(floor(theme, body), *ends, *between), bars(theme, measure, body, role, full))


def depths(theme: Theme, measures: Sequence[View], shown: int, titles: Sequence[str], words: Sequence[str], rooms: Sequence[Room], roles: Sequence[str]
           ) -> list[Depth]:
    """Measures (depth), each in its room, on one scale. words: what the ends of the floor are and what the measures are called."""
    full = largest(*measures) or 1.0
    return [depth(theme, measure, shown, (title, *words), room, role, full)
            for measure, title, room, role in zip(measures, titles, rooms, roles, strict=True)]
