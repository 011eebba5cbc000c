"""A number from 0 to 1 for each token, as bars with the words below them."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import SMALLEST_WORD, WORD, format_number, paragraph, text_width, words_at
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole

TITLE, SHARE = 36 * PX, 0.12              # em size of all words; of the lines at most this share of the room's height


class Shares(Whole):
    """`words`: the lines above the bars, and below them the tokens, if they find room; `bars`."""

    def __init__(self, words: VGroup, bars: WeightBars):
        super().__init__(words=words, bars=bars)


def shares(theme: Theme, values: View, tokens: Sequence[str], said: str, room: Room) -> Shares:
    """Values (n) in a room; 1 reaches the ceiling. said: what they are."""
    lines = paragraph(theme, said, min(TITLE, max(SMALLEST_WORD, SHARE * room.height)), room.width)
    body, foot = room.trim(top=lines.height + TIGHT, bottom=TITLE + TIGHT), room.strip(bottom=TITLE)
    places = body.columns(len(tokens), TIGHT / 2)
    fit = max(text_width(theme, word, SMALLEST_WORD) for word in tokens) <= places[0].width
    below = [(place.centre[0], foot.centre[1]) for place in places]
    words = words_at(theme, tokens, below, TITLE, places[0].width, align=0) if fit else VGroup()
    digits = min(WORD, places[0].width / text_width(theme, format_number(0, theme.decimals), 1, 600, tabular=True))
    return Shares(VGroup(lines.shift(room.strip(top=lines.height).centre), words), weight_bars(theme, values, places, digits))
