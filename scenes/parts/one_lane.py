"""One token's way up a block: all tokens below, lines from them into attention, and what its parts make of the one that is followed."""

from collections.abc import Sequence

from manim import UP, VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import rise, weight_line
from scenes.parts.heat_map import fit_grid, heat_map, peak
from scenes.parts.label import words_in
from scenes.parts.shapes import room_of
from scenes.parts.tokens import kept_row
from scenes.parts.whole import Whole

CARD, STRIP, BETWEEN, SAID = (length * PX for length in (60, 110, 12, 36))        # heights of a card and of a row, between cards, of words
SHARE = 0.4                               # of a part, what a row of cells is high at most


class OneLane(Whole):
    """`cards` of the tokens, `taken`, the lines from them into attention, `rows`, what the parts make, from the bottom up, each with its words
    above it, and the ways `up` between these."""

    def __init__(self, cards: VGroup, taken: VGroup, rows: Sequence[VGroup], up: VGroup):
        super().__init__(cards=cards, taken=taken, rows=VGroup(*rows), up=up)


def one_lane(theme: Theme, parts: Sequence[Room], tokens: Sequence[str], views: Sequence[View], said: Sequence[str], weights: View, focus: int,
             room: Room) -> OneLane:
    """The lane beside the parts of a block, attention and what is above it, from a room for the cards upwards.

    views: what each makes of the followed token (d_model); said: what that is, in words. weights (n): what attention takes of each token. Where
    not all words are legible there are lines from those that are: the followed one, that of which most is taken, and their neighbours.
    """
    cards, shown = kept_row(theme, tokens, [focus, int(weights.values.argmax())], room, CARD, BETWEEN)
    shown[focus].box.set_stroke(theme.colour("output"))
    high = min(STRIP, *(SHARE * part.height for part in parts))
    names = [words_in(theme, words, SAID, room.level(0)) for words in said]
    attention, *others = (part.trim(top=name.height + TIGHT) for part, name in zip(parts, names, strict=True))
    places = [attention.strip(top=high), *(part.fit(height=high) for part in others)]
    grid = fit_grid(views[0].shape, room)
    grid = grid._replace(width=(room.width - 2 * grid.margin) / len(grid.columns), height=high - 2 * grid.margin)
    maps = [heat_map(theme, view, room.level(place.centre[1]), scale=peak(*views), grid=grid) for view, place in zip(views, places, strict=True)]
    rows = [VGroup(each, above(name, each, TIGHT / 2)) for each, name in zip(maps, names, strict=True)]
    end = (room.centre[0], room_of(maps[0]).bottom, 0)
    return OneLane(
        cards, VGroup(weight_line(theme, card.get_top(), end, weights[k], UP) for k, card in shown.items()), rows,
        VGroup(rise(theme, room_of(low, TIGHT / 2), room_of(high)) for low, high in zip(rows, maps[1:])),
    )
