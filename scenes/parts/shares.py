"""Weights of tokens as bars with the words below them, and what is said of them."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import stacked
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, decimals_for_sum, format_number, paragraph, text_width, words_at
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole

TITLE, DIGIT, SHARE = 40 * PX, 54 * PX, 0.12     # em sizes of all words and of digits; of the lines at most this share of the room's height


class Shares(Whole):
    """`words`: the lines above the bars, and below them the tokens, if they find room; `bars`; `verdict`, above all."""

    def __init__(self, words: VGroup, bars: WeightBars, verdict: VGroup):
        super().__init__(words=words, bars=bars, verdict=verdict)


def shares(theme: Theme, values: View, tokens: Sequence[str], said: tuple[str, str], room: Room) -> Shares:
    """Weights (n) in a room; 1 reaches the ceiling. said: what they are, and what follows of it."""
    size = min(TITLE, max(SMALLEST_WORD, SHARE * room.height))
    lines, verdict = paragraph(theme, said[0], size, room.width), paragraph(theme, said[1], size, room.width, weight=600)
    head = stacked(verdict, lines, gap=LINE_SPACING * size - size)
    body, foot = room.trim(top=head.height + TIGHT, bottom=TITLE + TIGHT), room.strip(bottom=TITLE)
    head.move_to(room.strip(top=head.height).centre)
    places = body.columns(len(tokens), TIGHT / 2)
    fit = max(text_width(theme, word, SMALLEST_WORD) for word in tokens) <= places[0].width
    below = [(place.centre[0], foot.centre[1]) for place in places]
    words = words_at(theme, tokens, below, TITLE, places[0].width, align=0) if fit else VGroup()
    decimals = decimals_for_sum(values.values, 1, theme.decimals)
    digits = min(DIGIT, places[0].width / text_width(theme, format_number(0, decimals), 1, 600, tabular=True))
    bars = weight_bars(theme, values, places, digits, decimals)
    return Shares(VGroup(lines, words), bars, verdict)
