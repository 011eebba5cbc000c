"""Shares of 1: how much a token takes of each other one, as bars with the words below them."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import SMALLEST_WORD, WORD, decimals_for_sum, paragraph, text_width, words_at
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole

TITLE, SHARE = 36 * PX, 0.12              # em size of all words; of the lines at most this share of the room's height


class Shares(Whole):
    """`words`: the lines above the bars, and below them the tokens, if they find room; `bars`."""

    def __init__(self, words: VGroup, bars: WeightBars):
        super().__init__(words=words, bars=bars)


def shares(theme: Theme, weights: View, tokens: Sequence[str], said: str, room: Room) -> Shares:
    """Weights (n) in a room, written so that they add up to 1. said: what they are."""
    lines = paragraph(theme, said, min(TITLE, max(SMALLEST_WORD, SHARE * room.height)), room.width)
    body, foot = room.trim(top=lines.height + TIGHT, bottom=TITLE + TIGHT), room.strip(bottom=TITLE)
    places = body.columns(len(tokens), TIGHT / 2)
    fit = max(text_width(theme, word, SMALLEST_WORD) for word in tokens) <= places[0].width
    below = [(place.centre[0], foot.centre[1]) for place in places]
    words = words_at(theme, tokens, below, TITLE, places[0].width, align=0) if fit else VGroup()
    finer = decimals_for_sum(weights.values, 1, theme.decimals)
    digits = min(WORD, places[0].width / text_width(theme, f"0.{'0' * finer}", 1, 600, tabular=True))
    return Shares(VGroup(lines.shift(room.strip(top=lines.height).centre), words), weight_bars(theme, weights, places, digits, finer))
