"""One feature asked of every token: a bar for each, up from 0 or down, with its number, above the word."""

from collections.abc import Sequence

from manim import Mobject, VGroup, VMobject

from model import View
from scenes.base.layout import above, below
from scenes.base.room import TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import BAR_SHARE, floor, signed_bars
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, WORD, format_number, number, paragraph, text_width, words_at
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole


class Asked(Whole):
    """`around`: what is asked, a panel and the words; the `line` of 0; `bars` and their `numbers`."""

    def __init__(self, around: VGroup, line: VMobject, bars: VGroup, numbers: VGroup):
        super().__init__(around=around, line=line, bars=bars, numbers=numbers)


def asked(theme: Theme, said: Sequence[str], tokens: Sequence[str], values: View, focus: int, full: float, room: Room, order: Sequence[int] = ()
          ) -> Asked:
    """A number of every token (n) in a room; where not all fit, of the first of an order, or of the followed one and of the lowest.

    said: what it is of all, and of some. ±full reach the edges.
    """
    widest = text_width(theme, format_number(-full, theme.decimals), theme.digit, 600, True)
    pitch = max(widest, *(text_width(theme, word, SMALLEST_WORD) for word in tokens)) + TIGHT / 2
    most = max(1, int((room.width - 2 * TIGHT) / pitch))
    kept = sorted(order[:most]) or kept_tokens(values, focus, most)
    title = paragraph(theme, said[len(kept) < len(tokens)], WORD, room.width)
    panel = room.trim(top=title.height + TIGHT)
    inner = panel.inset(TIGHT, TIGHT)
    body = inner.trim(bottom=LINE_SPACING * WORD).inset(y=LINE_SPACING * WORD)
    places = body.columns(len(kept), TIGHT / 2)
    bars = VGroup(*(signed_bars(theme, values[i : i + 1], place.fit(width=BAR_SHARE * place.width), None, full)[0]
                    for i, place in zip(kept, places, strict=True)))
    numbers = VGroup(*(_at_end(number(theme, values[i], WORD, "output" if i == focus else "text", 600, width=place.width), bar, float(values[i]))
                       for i, bar, place in zip(kept, bars, places, strict=True)))
    words = words_at(theme, [tokens[i] for i in kept], [(place.centre[0], inner.bottom + WORD / 2) for place in places], WORD, places[0].width, align=0)
    around = VGroup(title.move_to(room.strip(top=title.height).centre), frame(theme, panel, fill="surface"), words)
    return Asked(around, floor(theme, body.level(body.centre[1])), bars, numbers)


def kept_tokens(values: View, focus: int, most: int) -> list[int]:
    """The tokens that are shown where there is room for so many: the followed one, and those of the lowest values (n)."""
    order = sorted(range(len(values)), key=lambda i: (i != focus, float(values[i])))
    return sorted(order[:most])


def _at_end(label: Mobject, bar: Mobject, value: float) -> Mobject:
    """Puts a number where its bar ends."""
    return (above if value >= 0 else below)(label, bar, TIGHT / 2)
