"""One network for all tokens: its copies side by side, each above the card of its token, with a count below its hidden layer."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import DOWN, RIGHT, VGroup

from model import View
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.label import number, text
from scenes.parts.network import Layer, Network, Scales, network
from scenes.parts.tokens import TokenCard, token_card

NOTE = 30 * PX
IN_A_ROW = 8                              # copies that stand side by side at most
WIDEST, BETWEEN, EDGE = 4.6, 0.3, 0.1     # of a copy's place; between two lines; share of the place that is free at either side
CARD, FOOT = 0.42, 0.55                   # heights of a card, and of the room for it
CLEAR, BELOW = 0.1, 10 * PX               # around a count


class Copies(NamedTuple):
    """Of every token its network in `nets`, its card in `cards`, and in `counts` how many of its hidden features are 0."""

    nets: list[Network]
    cards: list[TokenCard]
    counts: list[VGroup]


def network_copies(theme: Theme, tokens: Sequence[str], followed: int, layers: Sequence[View], scales: Scales, counts: View, said: str,
                   room: Room) -> Copies:
    """The networks of all tokens in a room, line by line. layers: what goes in, the hidden layer and what comes out (n, d each).
    counts: (n,). said: of how many they are, if there is room for that."""
    places = _places(len(tokens), room)
    nets = [network(theme, *(layer[i] for layer in layers), place.trim(bottom=FOOT), scales) for i, place in enumerate(places)]
    roles = ["output" if i == followed else "line" for i in range(len(tokens))]
    cards = [token_card(theme, token, place.width, CARD, role, NOTE).move_to(place.strip(bottom=CARD).centre)
             for token, place, role in zip(tokens, places, roles, strict=True)]
    return Copies(nets, cards, [_count(theme, count, said, net.hidden) for count, net in zip(counts, nets, strict=True)])


def _places(count: int, room: Room) -> list[Room]:
    """Where so many copies stand: in as few lines as can be, these of about one length."""
    lines = -(-count // IN_A_ROW)
    across = -(-count // lines)
    width = min(WIDEST, room.width / across)
    rows = room.fit(width=across * width).rows(lines, BETWEEN)
    return [place.inset(x=EDGE * width) for row in rows for place in row.columns(across, gap=0)][:count]


def _count(theme: Theme, source: View, said: str, hidden: Layer) -> VGroup:
    count = number(theme, source, theme.digit, "output", decimals=0)
    total = text(theme, said, NOTE, "muted", width=hidden.line.width - count.advance - CLEAR)
    return VGroup(count, *[total] * (total.string == said)).arrange(RIGHT, buff=CLEAR).next_to(hidden.line, DOWN, buff=BELOW)
