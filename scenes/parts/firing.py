"""What a hidden feature of a network is there for: it is ringed and numbered, and of the words that could stand there it is said which make
it high, or how many of each kind."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from model import View
from scenes.base.layout import above as over, line_of
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import route
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, WORD, number, paragraph, text, text_width, wrap
from scenes.parts.network import Network
from scenes.parts.shapes import ring, room_of

ASIDE, FIGURE = 60 * PX, 60 * PX          # from a bar to the number that stands higher; em size of a count
HIGH, SHARE = 2.6 * WORD, 0.3             # a name and a count; of their width, how large the count may be


def ringed(theme: Theme, net: Network, feature: View, counted: View) -> list[VGroup]:
    """The ring around the bar of a hidden feature and, beside it, its number as it is counted from 1; nothing if it is not among those shown."""
    bars = [bar for bar in net.hidden.bars if bar.source.index[-1] == int(feature.values)]
    if not bars:
        return []
    place, x = room_of(net.narrowing), bars[0].get_x()
    mark = np.array([x - ASIDE if x - ASIDE - WORD / 2 > place.left else x + ASIDE, place.bottom - WORD / 2, 0])
    start, end = room_of(bars[0]).point(y=1) + [0, TIGHT / 2, 0], mark - [0, WORD / 2, 0]
    lines = [route(theme, [start, end], "text", tip=False)] if end[1] > start[1] else []        # beside a high bar there is no way up to it
    return [VGroup(ring(theme, bars[0]), *lines, number(theme, counted, WORD, "output", 600, decimals=0).move_to(mark))]


def counted_kinds(theme: Theme, said: str, names: Sequence[str], above: View, kinds: View, room: Room) -> VGroup:
    """What is counted, and side by side of each kind its name and below it, or behind it where the room is low, how many of its words are
    above 0, of how many: above, kinds (kind)."""
    head = paragraph(theme, said, WORD, room.width, lines=1)
    below = room.trim(top=head.height + TIGHT)
    across, high = len(names) if room.is_wide else 2, HIGH
    if below.height < HIGH * -(-len(names) // across):
        across, high = 2 if below.is_wide else 1, LINE_SPACING * WORD
    places = below.fit(height=high * -(-len(names) // across)).grid(len(names), across, TIGHT if across > 1 else 0)
    counts = VGroup(_kind(theme, *each, high < HIGH) for each in zip(names, above, kinds, places, strict=True))
    return VGroup(over(head, counts), counts)


def _kind(theme: Theme, name: str, above: View, count: View, room: Room, low: bool) -> VGroup:
    size = theme.digit if low else min(FIGURE, SHARE * room.width)
    words = text(theme, name, SMALLEST_WORD if low else WORD, width=room.width)
    figures = (number(theme, above, size, "output" if float(above) == float(count) else "muted", 600, decimals=0),
               text(theme, "/", SMALLEST_WORD, "muted"), number(theme, count, theme.digit, "muted", decimals=0))
    if low:
        return line_of(words, *figures, gap=TIGHT / 4, at=room)
    head, foot = room.rows(2, 0)
    return VGroup(words.move_to(head.centre), line_of(*figures, gap=TIGHT / 4, at=foot))


def listed(theme: Theme, words: Sequence[str], said: str, room: Room) -> VGroup:
    """What is said, with as many words as fit a room, and at least one."""
    words = [word for word in words if text_width(theme, word, WORD) < room.width] or words[:1]
    lines = room.height // (LINE_SPACING * WORD)
    while len(words) > 1 and len(wrap(theme, said.format(words=", ".join(words)), WORD, room.width)) > lines:
        words = words[:-1]
    return paragraph(theme, said.format(words=", ".join(words)), WORD, room.width, lines=int(lines)).shift(room.centre)
