"""Shares of 1: how much a token takes of each other one, as bars with the words below them."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import SMALLEST_WORD, WORD, decimals_for_sum, text, text_width, words_at
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole


class Shares(Whole):
    """`words`: those below the bars and the line above them, as far as they find room; `bars`."""

    def __init__(self, words: VGroup, bars: WeightBars):
        super().__init__(words=words, bars=bars)


def shares(theme: Theme, weights: View, tokens: Sequence[str], said: str, size: float, room: Room) -> Shares:
    """Weights (n) in a room, written so that they add up to 1. said: what they are. size: of all words, in em."""
    head, body, foot = room.rows([size, room.height - 2 * size - 2 * TIGHT, size], TIGHT)
    places = body.columns(len(tokens), TIGHT / 2)
    line = [text(theme, said, size, "muted", at=head)] if text_width(theme, said, SMALLEST_WORD) <= head.width else []
    fit = max(text_width(theme, word, SMALLEST_WORD) for word in tokens) <= places[0].width
    below = [(place.centre[0], foot.centre[1]) for place in places]
    words = words_at(theme, tokens, below, size, places[0].width, align=0) if fit else VGroup()
    finer = decimals_for_sum(weights.values, 1, theme.decimals)
    digits = min(WORD, places[0].width / text_width(theme, f"0.{'0' * finer}", 1, 600, tabular=True))
    return Shares(VGroup(*line, words), weight_bars(theme, weights, places, digits, finer))
