"""One vector on two ways: through a network of two matrices with nothing between them, and through the one matrix that they make."""

from collections.abc import Sequence
from dataclasses import replace

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import side_by_side, stacked
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.label import WORD, Number, number, paragraph
from scenes.parts.network import Network, Scales, funnel, network
from scenes.parts.shapes import room_of
from scenes.parts.tokens import token_card
from scenes.parts.whole import Whole

FORMULA, LARGE, CARD = 44 * PX, 96 * PX, 0.5              # em sizes, and the height of a card
LINE = 1.5 * FORMULA
BROADER = 2.2                             # how many times as broad as the features between them those at the ends are
WAYS, ABOVE = (18, 7, 14), (1, 6)         # widths of the ways and of what is between them, or where they are slim heights of it and of them


class TwoWays(Whole):
    """`cards` of the token below both ways; `network`, the way through two matrices; `x`, `matrix` and `output` of the other way, through one;
    above them their `formulas`, and between them `difference`, how far apart they end."""

    def __init__(self, cards: VGroup, network: Network, x: HeatMap, matrix: VGroup, output: HeatMap, formulas: VGroup, difference: Mobject):
        super().__init__(cards=cards, network=network, x=x, matrix=matrix, output=output, formulas=formulas, difference=difference)


def two_ways(theme: Theme, token: str, views: Sequence[View], full: float, name: str, maths: Sequence[str], difference: tuple[str, View], room: Room
             ) -> TwoWays:
    """Both ways of a vector, from the bottom up, in a room.

    views: what goes in (d_model), the hidden layer (d_ff), what comes out of two matrices and out of one (d_model). full: the highest of the
    hidden layer. name: of the one matrix. maths: the formulas of both ways, or none. difference: what it is, and the number.
    """
    x, hidden, *made = views
    if maths:
        left, middle, right = room.columns(WAYS, GAP)
    else:
        middle, body = room.rows(ABOVE, TIGHT)
        left, right = body.columns(WAYS[::2], WIDE)
    scales = Scales(peak(x), full, peak(*made))
    places = [way.trim(bottom=CARD + TIGHT, top=(LINE + TIGHT) * bool(maths)) for way in (left, right)]
    net = network(theme, x, hidden, made[0], places[0], scales, BROADER)
    low, high, end = (room_of(part) for part in (net.x, net.output, net.x.cells))
    ends = [Room.around((right.centre[0], part.centre[1]), low.width, part.height) for part in (low, high)]
    cards = [token_card(theme, token, low.width, CARD, "output").move_to(replace(room, left=at.left, right=at.right).strip(bottom=CARD).centre)
             for at in (low, ends[0])]
    tall = replace(ends[0], bottom=room_of(net.widening).bottom, top=room_of(net.narrowing).top)
    formulas = [equation(theme, each, {"folded": "output"}, FORMULA, at=way.strip(top=LINE)) for each, way in zip(maths, (left, right))]
    said, source = difference
    value = number(theme, source, min(LARGE, middle.height), "output", 600, width=middle.width)
    return TwoWays(
        VGroup(*cards), net, heat_map(theme, x, ends[0], scale=scales.x, grid=net.x.grid), funnel(theme, name, tall, end.width, end.width),
        heat_map(theme, made[1], ends[1], "output", scale=scales.output, grid=net.output.grid), VGroup(*formulas),
        _compared(theme, value, said, replace(middle, top=high.top) if maths else middle),
    )


def _compared(theme: Theme, value: Number, said: str, room: Room) -> VGroup:
    """A number and what it is, side by side in a room that is wide, else one below the other at its top."""
    if room.is_wide:
        return side_by_side(value, paragraph(theme, said, WORD, room.width - value.width - GAP), gap=GAP, at=room)
    both = stacked(value, paragraph(theme, said, WORD, room.width, "muted", lines=3))
    return both.move_to(room.strip(top=both.height).centre)
