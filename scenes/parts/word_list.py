"""The list of all words: one of them between its neighbours, each with its number."""

from collections.abc import Mapping

from manim import VGroup

from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import text
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole

AROUND = 2                                # words shown before and after one
LARGEST, NUMBER = 64 * PX, 28 * PX        # em sizes
HIGH = 0.62                               # em size of a word, as a share of the height of its line, at most


def neighbours(place: int, count: int) -> range:
    """Which rows of a list of so many words are shown around one of them."""
    return range(max(0, place - AROUND), min(count, place + AROUND + 1))


def word_list(theme: Theme, words: Mapping[int, str], place: int, room: Room, size: float, role: str) -> Whole:
    """The word in a row of the list, in the middle of a room, between those before and after it (`neighbours`), at most of a size.

    `panel`; `words` with their numbers, where these fit; `ring` around the one.
    """
    rows = dict(enumerate(room.rows(2 * AROUND + 1, 0), place - AROUND))
    size = min(LARGEST, size, HIGH * rows[place].height)
    written = [text(theme, word, size, *(("text", 600) if k == place else ("muted", 400)), at=rows[k].inset(x=TIGHT / 4))
               for k, word in words.items()]
    column = VGroup(word for word in written if word.advance <= room.width)
    numbers = [text(theme, f"{k}", NUMBER, "muted", at=rows[k].inset(x=TIGHT).point(-1), align=-1) for k in words]
    free = (room.width - column.width) / 2 > numbers[-1].width + 2 * TIGHT
    return Whole(panel=frame(theme, room, width=0, fill="surface"), words=VGroup(column, *(numbers if free else [])),
                 ring=frame(theme, rows[place].inset(TIGHT / 4, TIGHT / 4), role))
