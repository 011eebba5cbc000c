"""A tower: tokens in lanes, blocks that stand upon each other, and the vectors between them."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import LEFT, UP, VGroup

from model import View
from scenes.base.layout import left_of
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module, module
from scenes.parts.equation import equation
from scenes.parts.flow import strands
from scenes.parts.heat_map import HeatMap, peak
from scenes.parts.label import SMALLEST_WORD, WORD, fit_text, number, paragraph, text, text_width
from scenes.parts.lanes import lanes, points, strips
from scenes.parts.shapes import ring
from scenes.parts.tokens import token_card, word_widths

NAME = 50 * PX
CARD, STRIP, CLEAR = (length * PX for length in (80, 40, 14))              # height of a card and of a strip; between a strip and what is above and below it
TALLEST, NARROWEST = (length * PX for length in (216, 400))                # a block; three times as high in a high room
BESIDE, MARGIN = (length * PX for length in (94, 26))                      # room at the left for names of levels; at the right
HIGH = 4                                  # em of its weights that a block must be high to show them
LOW = 3 * SMALLEST_WORD                   # a block in which there is room for words or for strands, not for both
NARROW, SLIM = 4 * PX, 0.85               # beside the word of a card; a lane, as a share of what all would have, where others are wider


class Storey(NamedTuple):
    """A block of a tower: what is written in it, and what the token that stands out takes from each there, weights (n), or None."""

    words: str
    weights: View | None


class Tower(NamedTuple):
    """`cards` of the tokens; `levels`, from the bottom up the vectors of all of them, and `rings` around the one that stands out; between
    these `blocks`, with what it takes in each: a strand from every token (`takes`), the weights that are more than an equal share (`numbers`),
    and the words (`says`). `names`: what the vectors at the bottom are called, and those at the top."""

    cards: VGroup
    levels: list[list[HeatMap]]
    rings: list[VGroup]
    blocks: list[Module]
    takes: list[VGroup]
    numbers: list[VGroup]
    says: list[VGroup]
    names: list[VGroup]


def tower(theme: Theme, tokens: Sequence[str], views: Sequence[View], origin: int, storeys: Sequence[Storey], names: Sequence[str], room: Room) -> Tower:
    """Tokens with their vectors below and above every block: views (n, d_model) each, one more than storeys. origin: the token that stands out.
    names: what the lowest vectors are called, and the highest, if they have a name."""
    count, level = len(storeys), STRIP + 2 * CLEAR
    tall = min(TALLEST * (3 if room.height > room.width else 1), (room.height - CARD - len(views) * level) / count)
    body = Room.around(room.centre, room.width, CARD + len(views) * level + count * tall).trim(left=BESIDE, right=MARGIN)
    places = _places(theme, tokens, body)
    heights = [body.bottom + CARD + level / 2 + k * (level + tall) for k in range(len(views))]
    x, half = body.centre[0], NARROWEST / 2
    sides = min(x - half, places[0].left - CLEAR), max(x + half, places[-1].right + CLEAR)
    blocks = [Room(*sides, y + level / 2, y + level / 2 + tall) for y in heights[:-1]]
    levels = [strips(theme, view, places, y, STRIP, peak(*views)) for view, y in zip(views, heights, strict=True)]
    taken = [_taken(theme, storey.weights, origin, places, block) for storey, block in zip(storeys, blocks, strict=True)]
    return Tower(
        _cards(theme, tokens, origin, places, body.bottom + CARD / 2), levels, [ring(theme, level[origin].cells, "output") for level in levels],
        modules := [module(theme, "", block) for block in blocks], [lines for lines, _ in taken], [numbers for _, numbers in taken],
        [_said(theme, storey.words, block) for storey, block in zip(storeys, blocks, strict=True)],
        [left_of(equation(theme, name, size=NAME, role=role), modules[0]).set_y(heights[k])
         for name, role, k in zip(names, ("text", "output"), (0, -1))],
    )


def _taken(theme: Theme, weights: View | None, origin: int, places: Sequence[Room], room: Room) -> tuple[VGroup, VGroup]:
    """What a token takes from each in its lane, weights (n): a strand from the foot of a room up to its top; the larger weights below."""
    if weights is None or room.height < LOW:
        return VGroup(), VGroup()
    size = max(SMALLEST_WORD, theme.digit)
    fits = room.height >= HIGH * size and min(place.width for place in places) >= text_width(theme, f"0.{'0' * theme.decimals}", size, 600, tabular=True)
    foot = room.level(room.bottom + (size + TIGHT) / 2)
    lines, = strands(theme, points(places, room.bottom + (size + TIGHT) * fits), points([places[origin]], room.top), [weights], along=UP)
    return lines, VGroup(number(theme, weight, size, "weight", 600, at=(*place.level(foot.centre[1]).centre,))
                         for weight, place in zip(weights, places, strict=True) if fits and float(weight) > 1 / len(places))


def _said(theme: Theme, words: str, room: Room) -> VGroup:
    """What is written in the upper left corner of a block, in two lines where one is too short and the block high."""
    size = max(SMALLEST_WORD, min(WORD, room.height / 4))
    if room.height > TALLEST and text_width(theme, words, size) > room.width / 2:
        return paragraph(theme, words, size, room.width / 2, align=-1).move_to(room.inset(TIGHT, TIGHT).point(-1, 1), UP + LEFT)
    corner = room.inset(x=TIGHT) if room.height < LOW else room.inset(TIGHT, TIGHT / 2).strip(top=size)
    return text(theme, words, size, at=corner, align=-1, width=room.width / 2)


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
