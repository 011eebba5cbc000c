"""A network with all that is written around it: its token's card, its formula, the shapes of its matrices."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import RIGHT, VGroup

from model import View
from scenes.base.layout import no_higher
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.label import Label
from scenes.parts.network import Layer, Network, Scales, network
from scenes.parts.tokens import shape_label, token_card

FORMULA = 48 * PX                         # em size
WIDTH = 1.8                               # of the token's card, at least
MARGIN = 0.15                             # between the network, its formula and the card
HEIGHTS = 0.5, 4.9, 0.5                   # of the formula, the network and the card
BESIDE = 0.25                             # from the name of a matrix to its shape


class Annotated(NamedTuple):
    """`network`, its hidden layer after ReLU, and `hidden`, the same layer before it; the `card` of its token; `formula`; `shapes` beside
    the names of both matrices. Where there is no room for card and formula these are empty."""

    network: Network
    hidden: Layer
    card: VGroup
    formula: VGroup
    shapes: Sequence[Label]


def annotated_network(theme: Theme, token: str, views: Sequence[View], matrices: Sequence[View], scales: Scales, maths: str, room: Room,
                      slim: bool) -> Annotated:
    """The network of a token in a room, its card below what goes in and its formula above it, if it is not a slim frame.

    views: what goes in (d_model), the hidden layer before ReLU and after it (d_ff), what comes out (d_model). matrices: W_1 and W_2.
    """
    x, before, after, made = views
    head, body, foot = (None, room, None) if slim else room.rows(HEIGHTS, gap=MARGIN)
    net, other = (network(theme, x, hidden, made, body, scales) for hidden in (after, before))
    cards = [token_card(theme, token, max(net.x.width, WIDTH), place.height, "output").move_to(place.centre) for place in [foot] if place]
    formulas = [no_higher(equation(theme, maths, {"relu": "output"}, FORMULA, at=place), place).set_x(place.centre[0]) for place in [head] if place]
    shapes = [shape_label(theme, matrix.shape).next_to(funnel[1], RIGHT, buff=BESIDE)
              for matrix, funnel in zip(matrices, net.funnels, strict=True)]
    return Annotated(net, other.hidden, VGroup(*cards), VGroup(*formulas), shapes)
