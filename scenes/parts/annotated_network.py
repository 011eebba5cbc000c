"""A network with all that is written around it: its token's card, its formula, the shapes of its matrices, the widths of its layers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import DOWN, LEFT, RIGHT, Mobject, VGroup

from model import View
from scenes.base.layout import no_higher, side_by_side
from scenes.base.room import GAP, PX, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.label import Label, number, text
from scenes.parts.network import Layer, Network, Scales, network
from scenes.parts.shapes import room_of
from scenes.parts.tokens import TokenCard, shape_label, token_card

FORMULA, SIGN, LARGE, NOTE = (size * PX for size in (48, 38, 96, 30))
CARD = 0.5                                # height of the token's card
MARGIN = 0.15                             # below the network, and between it and its formula
HEIGHTS = 0.5, 4.05                       # of the formula and of the network
BESIDE, BELOW = 0.25, 0.05                # from the name of a matrix to its shape, and from a width to that of the paper
CLEAR = 0.65                              # of both these widths, what must be free below their middle
UP, DOWNWARDS = 0.35, 0.4                 # of a count and of what it counts, from the line of the hidden layer


class Annotated(NamedTuple):
    """`network`, its hidden layer after ReLU, and `hidden`, the same layer before it; the `card` of its token; `formula`; `shapes` beside
    the names of both matrices; `sizes` of the three layers, if there is room for them. `side`: a room at its left, or below it where it is
    slim; `beside`: one at its right."""

    network: Network
    hidden: Layer
    card: TokenCard
    formula: Equation
    shapes: Sequence[Label]
    sizes: Sequence[VGroup]
    side: Room
    beside: Room


def annotated_network(theme: Theme, token: str, views: Sequence[View], matrices: Sequence[View], scales: Scales, maths: str,
                      said: Sequence[str], room: Room, shares: Sequence[int], slim: bool) -> Annotated:
    """The network of a token in a room.

    views: what goes in (d_model), the hidden layer before ReLU and after it (d_ff), what comes out (d_model). matrices: W_1 and W_2.
    said: of the narrow and of the wide layers. shares: widths of what is at the left, of the network, and of what is at the right.
    """
    x, before, after, made = views
    head, body = room.trim(bottom=MARGIN).rows(HEIGHTS, gap=MARGIN)
    if slim:                              # what is said of it stands below the network, and its ends have room at both sides
        middle, side = body.rows([2, 1])
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
    line, (narrow, wide) = other.hidden.line, said
    sized = right.left >= room_of(line).right and right.width < middle.width / 2
    sizes = [_size(theme, f'd_"{name}" = {len(view)}', words * (not slim), right.level(level.get_y()), room.bottom) if sized else VGroup()
             for name, view, words, level in (("model", x, narrow, net.x), ("ff", before, wide, line), ("model", made, narrow, net.output))]
    return Annotated(net, other.hidden, card, formula, shapes, sizes, side, replace(right, top=head.top, left=right.left + GAP))


def counted_beside(theme: Theme, value: View, said: str, drawn: Annotated, slim: bool) -> tuple[Mobject, Mobject]:
    """A count at the side of a hidden layer, and what it counts."""
    x, y = drawn.side.centre[0], drawn.hidden.line.get_y()
    count = number(theme, value, LARGE, "output", at=(x, y + UP, 0), decimals=0)
    words = text(theme, said, NOTE, "muted", at=(x, y - DOWNWARDS, 0), width=drawn.side.width)
    return tuple(side_by_side(count, words, at=drawn.side)) if slim else (count, words)


def _size(theme: Theme, maths: str, said: str, room: Room, floor: float) -> VGroup:
    """The width of a layer at the left of a room, and what there is to say of it, where that stays above the floor."""
    clear = said and room.centre[1] - floor >= CLEAR * (SIGN + NOTE)
    theirs = [text(theme, said, NOTE, "muted", width=room.width)] if clear else []
    both = VGroup(equation(theme, maths, size=SIGN, width=room.width), *theirs).arrange(DOWN, buff=BELOW, aligned_edge=LEFT)
    return both.move_to([room.left + both.width / 2, room.centre[1], 0])
