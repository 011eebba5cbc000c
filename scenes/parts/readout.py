"""A number that is read: large, with what it is below or beside it, or at the end of a line of words."""

from collections.abc import Sequence

from manim import LEFT, Mobject, VGroup

from model import View
from scenes.base.layout import below, fitted, line_of, side_by_side, stacked
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, WORD, Label, Number, number, paragraph, text, words_in
from scenes.parts.verdict import EVIDENCE

NOTE, VALUE, LOUDER = 28 * PX, 60 * PX, 220 * PX          # em sizes
COUNT, LOUD, FILLED = 110 * PX, 230 * PX, 1.2             # sizes of digits; how large they may be in a room of the height 1


def readout_rooms(room: Room) -> list[Room]:
    """Rooms for a large number, and for a line of words below it, or beside it where there is no room below."""
    return room.rows((3, 1) if room.height >= 5 * WORD else 2, TIGHT) if room.height >= 3 * WORD else room.columns((1, 3), TIGHT)


def readout(theme: Theme, value: View, said: str, room: Room, role: str = "text", size: float = WORD, decimals: int | None = None) -> VGroup:
    """A large number and what it is. size: of the words."""
    digits, words = readout_rooms(room)
    return VGroup(number(theme, value, min(COUNT, FILLED * digits.height), role, 600, at=digits, decimals=decimals, width=digits.width),
                  text(theme, said, size, "muted", at=words))


def named_value(theme: Theme, said: str, value: View, room: Room, size: float) -> VGroup:
    """What a large number is, in a line or where the room is high enough in two, and the number behind it. size: of its digits."""
    digits = number(theme, value, size, "output", 600)
    free = room.trim(right=digits.width + GAP)
    high = room.height > 2 * LINE_SPACING * WORD
    words = paragraph(theme, said, WORD, free.width, "muted") if high else words_in(theme, said, WORD, free, "muted")
    return side_by_side(words, digits, gap=GAP, at=room)


def proclaimed(theme: Theme, value: View, said: str, room: Room) -> VGroup:
    """A number as large as its room is, and what it is below it, or beside it where the room is wide."""
    digits = number(theme, value, VALUE if room.is_wide else LOUDER, "output", 600, at=room, width=room.width)
    if room.is_wide:
        return side_by_side(digits, paragraph(theme, said, NOTE, room.width - digits.width - GAP), gap=GAP, at=room)
    return VGroup(digits, below(paragraph(theme, said, WORD, room.width), digits, GAP))


def guess_among(theme: Theme, loss: View, count: View, said: Sequence[str], room: Room) -> list[Mobject]:
    """A loss, and among how many words that is to guess. said: what stands before and after that number."""
    digits, words = readout_rooms(room)
    first, many, last = _among(theme, count, said, WORD, WORD)
    line = side_by_side(first, many, last)
    if line.width > words.width:
        first, many, last = _among(theme, count, said, SMALLEST_WORD, theme.digit)
        line = stacked(first, side_by_side(many, last), gap=TIGHT / 4, align=-1)
    return [number(theme, loss, min(LOUD, FILLED * digits.height), "output", at=digits, align=-1, weight=600, width=digits.width),
            fitted(line, words).move_to(words.point(-1), LEFT)]


def _among(theme: Theme, count: View, said: Sequence[str], size: float, digits: float) -> tuple[Label, Number, Label]:
    first, last = (text(theme, words, size, "muted") for words in said)
    return first, number(theme, count, digits, decimals=0 if float(count).is_integer() else None, weight=600), last


def counted(theme: Theme, said: str, value: View, room: Room, roomy: bool, decimals: int | None = None) -> VGroup:
    """A line of words and the number that they announce; in a frame that is not roomy the words may take two lines."""
    if roomy:
        return line_of(text(theme, said, EVIDENCE, "muted"), number(theme, value, EVIDENCE, decimals=decimals, weight=600), at=room)
    digits = number(theme, value, theme.digit, decimals=decimals, weight=600)
    return side_by_side(paragraph(theme, said, SMALLEST_WORD, room.width - digits.advance - TIGHT, "muted", align=-1), digits, at=room)
