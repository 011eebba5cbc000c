"""A network with all that is written around it: its token's card, its formula, the shapes of its matrices."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import RIGHT, VGroup

from model import View
from scenes.base.layout import no_higher, side_by_side, stacked
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.label import WORD, Label, number, paragraph
from scenes.parts.network import Layer, Network, Scales, network
from scenes.parts.shapes import room_of
from scenes.parts.tokens import TokenCard, shape_label, token_card

FORMULA, LARGE = 48 * PX, 96 * PX          # em sizes
CARD = 0.5                                # height of the token's card
MARGIN = 0.15                             # below the network, and between it and its formula
HEIGHTS = 0.5, 4.05                       # of the formula and of the network
BESIDE = 0.25                             # from the name of a matrix to its shape


class Annotated(NamedTuple):
    """`network`, its hidden layer after ReLU, and `hidden`, the same layer before it; the `card` of its token; `formula`; `shapes` beside
    the names of both matrices. `side`: a room at its left, or below it where it is slim; `beside`: one at its right."""

    network: Network
    hidden: Layer
    card: TokenCard
    formula: Equation
    shapes: Sequence[Label]
    side: Room
    beside: Room


def annotated_network(theme: Theme, token: str, views: Sequence[View], matrices: Sequence[View], scales: Scales, maths: str,
                      room: Room, shares: Sequence[int], slim: bool) -> Annotated:
    """The network of a token in a room.

    views: what goes in (d_model), the hidden layer before ReLU and after it (d_ff), what comes out (d_model). matrices: W_1 and W_2.
    shares: widths of what is at the left, of the network, and of what is at the right.
    """
    x, before, after, made = views
    head, body = room.trim(bottom=MARGIN).rows(HEIGHTS, gap=MARGIN)
    if slim:                              # what is said of it stands below the network, and its ends have room at both sides
        middle, side = body.rows([4, 1] if room.height > room.width else [2, 1])
    else:
        left, middle, right = body.columns(shares)
        side = left.trim(bottom=CARD + GAP)
    net, other = (network(theme, x, hidden, made, middle, scales) for hidden in (after, before))
    if slim:
        end = room_of(net.x)
        left, right = (replace(middle, right=end.left - GAP), replace(middle, left=end.right + GAP))
    card = token_card(theme, token, left.width, CARD, "output").move_to([left.centre[0], net.x.get_y(), 0])
    place = replace(head, left=middle.left, right=middle.right)
    formula = no_higher(equation(theme, maths, {"relu": "output"}, FORMULA, at=place), place).set_x(place.centre[0])
    shapes = [shape_label(theme, matrix.shape).next_to(funnel[1], RIGHT, buff=BESIDE)
              for matrix, funnel in zip(matrices, net.funnels, strict=True)]
    return Annotated(net, other.hidden, card, formula, shapes, side, replace(right, top=head.top, left=right.left + GAP))


def valued_beside(theme: Theme, value: View, said: str, room: Room) -> VGroup:
    """A number in a room at the side of a network, and above it or where the room is wide beside it what it is."""
    large, put = number(theme, value, LARGE, "output"), side_by_side if room.is_wide else stacked
    words = paragraph(theme, said, WORD, room.width - (large.advance + TIGHT) * room.is_wide, lines=4)
    return put(words, large, at=room)
