"""A tower: tokens in lanes, blocks that stand upon each other, and the vectors between them."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import UP, VGroup

from model import View
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module, module
from scenes.parts.flow import weight_line
from scenes.parts.heat_map import HeatMap, peak
from scenes.parts.label import SMALLEST_WORD, WORD, fit_text, text_width
from scenes.parts.lanes import lanes, points, strips
from scenes.parts.tokens import token_card, word_widths

CARD, STRIP, CLEAR = (length * PX for length in (80, 40, 14))              # height of a card and of a strip; between a strip and what is above and below it
TALLEST, NARROWEST = (length * PX for length in (216, 400))                # a block
BESIDE, MARGIN = (length * PX for length in (94, 26))                      # room at the left for names of levels; at the right
NARROW, SLIM = 4 * PX, 0.85               # beside the word of a card; a lane, as a share of what all would have, where others are wider


class Tower(NamedTuple):
    """`cards` of the tokens; `levels`, from the bottom up the vectors of all of them, and between these `blocks`; `places`, the lanes."""

    cards: VGroup
    levels: list[list[HeatMap]]
    blocks: list[Module]
    places: list[Room]


def tower(theme: Theme, tokens: Sequence[str], views: Sequence[View], origin: int, room: Room) -> Tower:
    """Tokens with their vectors below and above every block: views (n, d_model) each, one more than blocks. origin: the token that stands out."""
    count, level = len(views) - 1, STRIP + 2 * CLEAR
    tall = min(TALLEST, (room.height - CARD - len(views) * level) / count)
    body = Room.around(room.centre, room.width, CARD + len(views) * level + count * tall).trim(left=BESIDE, right=MARGIN)
    places = _places(theme, tokens, body)
    heights = [body.bottom + CARD + level / 2 + k * (level + tall) for k in range(len(views))]
    x, half = body.centre[0], NARROWEST / 2
    sides = min(x - half, places[0].left - CLEAR), max(x + half, places[-1].right + CLEAR)
    return Tower(_cards(theme, tokens, origin, places, body.bottom + CARD / 2),
                 [strips(theme, view, places, y, STRIP, peak(*views)) for view, y in zip(views, heights, strict=True)],
                 [module(theme, "", Room(*sides, y + level / 2, y + level / 2 + tall)) for y in heights[:-1]], places)


def takes(theme: Theme, weights: View, origin: int, places: Sequence[Room], room: Room) -> VGroup:
    """What a token takes from each in its lane, weights (head, n): a strand for every head, from the foot of a room up to its top."""
    end, = points([places[origin]], room.top)
    return VGroup(weight_line(theme, start, end, source, UP) for head in weights for start, source in zip(points(places, room.bottom), head, strict=True))


def _places(theme: Theme, tokens: Sequence[str], room: Room) -> list[Room]:
    """A lane for each token, all alike; where a word is too long for that, wider ones for long words beside narrower ones."""
    places = lanes(len(tokens), room)
    width = places[0].width - 2 * NARROW
    if all(text_width(theme, token, SMALLEST_WORD) <= width for token in tokens):
        return places
    own, _ = word_widths(theme, [(token,) for token in tokens], room.width, SMALLEST_WORD, SLIM * places[0].width, NARROW)
    return room.columns(own, NARROW)


def _cards(theme: Theme, tokens: Sequence[str], origin: int, places: Sequence[Room], y: float) -> VGroup:
    """The tokens on cards in their lanes; where these are too narrow, the words that find room."""
    fitted = [fit_text(theme, token, WORD, place.width - 2 * NARROW) for token, place in zip(tokens, places, strict=True)]
    words, size = [word for word, _ in fitted], min(size for _, size in fitted)
    if size <= SMALLEST_WORD:             # those that are whole
        words = [word if word == token else "" for word, token in zip(words, tokens, strict=True)]
    cards = VGroup(token_card(theme, word, place.width, CARD, size=size, padding=NARROW).move_to([place.centre[0], y, 0])
                   for word, place in zip(words, places, strict=True))
    cards[origin].box.set_stroke(theme.colour("output"), 3)
    return cards
