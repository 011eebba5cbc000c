"""Passes: a module reads words and says others, place by place, and a clock counts how often it runs."""

from collections.abc import Sequence

from manim import Animation, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.clock import Clock, clock
from scenes.parts.diagram import Module, module
from scenes.parts.flow import arrow
from scenes.parts.label import WORD, Label, number, text
from scenes.parts.motion import travel
from scenes.parts.ranking import level, track
from scenes.parts.shapes import room_of
from scenes.parts.tokens import TokenCard, token_column
from scenes.parts.whole import Whole

NAME = 32 * PX
PITCH = 132 * PX                          # from card to card at most
CHANCE = 142 * PX                         # room for a probability beside a card
LOWEST, RADIUS = 324 * PX, 68 * PX        # height of the module at least; of the clock
SHARES = 7, 8, 7                          # widths of what is read, of the module, and of what is said
CLEAR = 6 * PX                            # from a card to the arrow beside it


class Passes(Whole):
    """`title`; `given`, cards of what is read, and `into`, an arrow from each to the module, `box`; `watch`, the clock; `out`, `said`, and
    `chances`, how probable that was."""

    def __init__(self, title: Label, given: VGroup, into: list[VGroup], box: Module, watch: Clock, out: list[VGroup], said: VGroup,
                 chances: list[VGroup]):
        super().__init__(title=title, given=given, into=into, box=box, watch=watch, out=out, said=said, chances=chances)


def passes(theme: Theme, title: str, name: str, read: Sequence[str], said: Sequence[str], counts: Sequence[View], chances: Sequence[View],
           room: Room) -> Passes:
    """A module in a room. name: of the module. counts: how often it has run, of each time; it is read off after so many places. chances: of
    what is said, as far as known."""
    head, body = room.strip(top=NAME), room.trim(top=NAME + TIGHT)
    first, middle, last = body.trim(right=(CHANCE + TIGHT) * bool(chances)).columns(SHARES, GAP)
    given, then = (token_column(theme, words, place, PITCH) for words, place in ((read, first), (said, last)))
    box = module(theme, name, middle.fit(height=max(LOWEST, given.height + TIGHT)))
    edges = room_of(box)
    box.label.move_to(edges.strip(top=2 * NAME).centre)
    face = edges if edges.height > LOWEST else edges.trim(top=2 * NAME)
    return Passes(
        text(theme, title, NAME, weight=500, at=head), given,
        [arrow(theme, [room_of(card).right + CLEAR, card.get_y(), 0], [edges.left, card.get_y(), 0]) for card in given],
        box, clock(theme, counts, face.centre, min(RADIUS, face.width / 3, face.height / 2), "output"),
        [arrow(theme, [edges.right, card.get_y(), 0], [room_of(card).left - CLEAR, card.get_y(), 0]) for card in then],
        then, probabilities(theme, chances, then),
    )


def probabilities(theme: Theme, chances: Sequence[View], cards: VGroup) -> list[VGroup]:
    """Probabilities, each beside the card of its word: in digits, and as a bar on a track as long as 1 if there is room."""
    size = min(WORD, 0.5 * room_of(cards[0]).height) if len(cards) else WORD
    rooms = [room_of(card).outside(right=CHANCE, gap=TIGHT) for card in cards]
    if size < theme.digit:
        return [VGroup(number(theme, source, theme.digit, "output", at=room)) for source, room in zip(chances, rooms)]
    return [VGroup(number(theme, source, size, "output", at=room.point(0, 0.5)), track(theme, room), level(theme, source, room))
            for source, room in zip(chances, rooms)]


def fed_back(word: TokenCard, place: TokenCard, seconds: float) -> Animation:
    """A copy of a word that has come out goes to the place where it is read."""
    copy = word.copy()
    copy.word.overlay = True              # it starts on the word that stays, and passes over others
    return travel(copy, place, run_time=seconds)
