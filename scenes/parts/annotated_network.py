"""A network with all that is written around it: its token's card, its formula, the shapes of its matrices."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import RIGHT

from model import View
from scenes.base.layout import no_higher
from scenes.base.room import GAP, PX, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.label import Label
from scenes.parts.network import Layer, Network, Scales, network
from scenes.parts.shapes import room_of
from scenes.parts.tokens import TokenCard, shape_label, token_card

FORMULA = 48 * PX                         # em size
CARD = 0.5                                # height of the token's card
MARGIN = 0.15                             # below the network, and between it and its formula
HEIGHTS = 0.5, 4.05                       # of the formula and of the network
BESIDE = 0.25                             # from the name of a matrix to its shape


class Annotated(NamedTuple):
    """`network`, its hidden layer after ReLU, and `hidden`, the same layer before it; the `card` of its token; `formula`; `shapes` beside
    the names of both matrices."""

    network: Network
    hidden: Layer
    card: TokenCard
    formula: Equation
    shapes: Sequence[Label]


def annotated_network(theme: Theme, token: str, views: Sequence[View], matrices: Sequence[View], scales: Scales, maths: str, room: Room
                      ) -> Annotated:
    """The network of a token in a room, its card at the left of what goes in.

    views: what goes in (d_model), the hidden layer before ReLU and after it (d_ff), what comes out (d_model). matrices: W_1 and W_2.
    """
    x, before, after, made = views
    head, body = room.trim(bottom=MARGIN).rows(HEIGHTS, gap=MARGIN)
    net, other = (network(theme, x, hidden, made, body, scales) for hidden in (after, before))
    free = replace(body, right=room_of(net.x).left - GAP)
    card = token_card(theme, token, free.width, CARD, "output").move_to([free.centre[0], net.x.get_y(), 0])
    formula = no_higher(equation(theme, maths, {"relu": "output"}, FORMULA, at=head), head).set_x(head.centre[0])
    shapes = [shape_label(theme, matrix.shape).next_to(funnel[1], RIGHT, buff=BESIDE)
              for matrix, funnel in zip(matrices, net.funnels, strict=True)]
    return Annotated(net, other.hidden, card, formula, shapes)
