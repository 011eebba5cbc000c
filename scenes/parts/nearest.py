"""The nearest tokens of a token: words with how alike they are, the nearest first."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.parts.label import MINUS, WORD, fit_words, number, text_width
from scenes.parts.tokens import PADDING, token_card
from scenes.base.room import Room
from scenes.base.theme import Theme

BETWEEN, CARD = 0.12, 0.52                # between a card and its number; height of a card at most


def nearest(theme: Theme, words: Sequence[str], order: Sequence[int], cosines: View, rooms: Sequence[Room]) -> VGroup:
    """In every room a word on a card and its cosine beside it.

    words: of the whole sentence, so that all are of one size. order: places in it, the nearest first. cosines: (n), of all.
    """
    digits = text_width(theme, f"{MINUS}0.{'0' * theme.decimals}", WORD, tabular=True)
    fitted, size = fit_words(theme, words, WORD, rooms[0].width - digits - BETWEEN - 2 * PADDING)
    entries = VGroup()
    for place, room in zip(order, rooms, strict=False):
        width = text_width(theme, fitted[place], size) + 2 * PADDING
        card = token_card(theme, fitted[place], width, min(CARD, 0.8 * room.height), size=size)
        card.move_to([room.left + width / 2, room.centre[1], 0])
        at = (room.left + width + BETWEEN, room.centre[1], 0)
        entries.add(VGroup(card, number(theme, cosines[place], WORD, "output", at=at, align=-1)))
    return entries
