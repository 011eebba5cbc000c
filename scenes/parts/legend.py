"""The legend: what a colour means, with its scale. One for all numbers in the frame."""

from collections.abc import Iterable

from manim import DOWN, VGroup

from scenes.base.room import PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, is_beyond
from scenes.parts.label import format_number, text
from scenes.parts.shapes import frame, rounded_rectangle
from scenes.parts.whole import Whole

SHADES = 65                               # of the bar, an odd number: one is that of 0
SIZE, LINE = 28 * PX, 1.3                 # em size of its words, and the height of a line of them
TICK = 6 * PX                             # how far the mark of 0 reaches beyond the bar


class Legend(Whole):
    """`marks`: the shades of a scale; `numbers`: what they stand for; `words`: what either end means, or an empty group."""

    def __init__(self, marks: VGroup, numbers: VGroup, words: VGroup):
        super().__init__(marks=marks, numbers=numbers, words=words)


def legend(theme: Theme, room: Room, scale: float, ends: tuple[str, str] | None = None, decimals: int = 1) -> Legend:
    """The scale of signed values: a bar of all shades from −scale to +scale, its zero marked, in a room.

    scale: the magnitude drawn brightest (`peak`). ends: what the lowest and the highest values mean, above the bar. decimals: of the
    numbers below it.
    """
    head, foot = (room.strip(**{side: LINE * SIZE}) for side in ("top", "bottom"))
    bar = room.trim(top=head.height if ends else 0, bottom=foot.height)
    shades = VGroup()
    for k, place in enumerate(bar.columns(SHADES, gap=0)):
        shade = rounded_rectangle(place.width + PX, place.height, 0).move_to(place.centre)      # a pixel more, so that no seam is seen
        shades.add(shade.set_fill(theme.signed(2 * k / (SHADES - 1) - 1), 1))
    shades.add(frame(theme, Room.around(bar.centre, 0, bar.height + 2 * TICK), "text", 0, 3 * PEN))
    written = (format_number(-scale, decimals), "0", f"+{format_number(scale, decimals)}")
    left, zero, right = (text(theme, string, SIZE, at=foot, align=side) for side, string in zip((-1, 0, 1), written, strict=True))
    numbers = VGroup(left, *[zero] * bool(left.width + zero.width + right.width < foot.width), right)          # its place is marked, too
    words = VGroup(text(theme, word, SIZE, "muted", at=head.point(side), align=side, width=head.width / 2)
                   for side, word in zip((-1, 1), ends or (), strict=bool(ends)))
    return Legend(shades, numbers, words)


def beyond(theme: Theme, key: Legend, words: str, scale: float, sheets: Iterable[HeatMap]) -> VGroup:
    """What a cut corner means, below a legend, if a number in one of these matrices lies beyond the scale."""
    cut = any(is_beyond(float(cell.source), scale) for sheet in sheets for row in sheet.cells for cell in row)
    return VGroup(*[text(theme, words, SIZE, "muted", width=key.width).next_to(key, DOWN, buff=TIGHT)] * cut)
