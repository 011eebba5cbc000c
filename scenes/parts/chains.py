"""What is handed on in a few sentences, step by step: a line of cards for each, an arrow from card to card, and what is left where one is cut."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup, VMobject

from model import View
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import arrow
from scenes.parts.label import SMALLEST_WORD, paragraph, text
from scenes.parts.phrase import LOUD
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole
from scenes.parts.word_card import SHARES, word_card

HEAD, NAME, SAID, NOTE = (size * PX for size in (36, 42, 84, 32))      # em sizes: what a column is, what a line is of, a word without a number, its note
NAMES, ACROSS = 0.17, 90 * PX             # share of the width that the names take; from card to card
LINES, SPACING = 2, 1.25                  # of a name and of a head
BOLD, CORNER = 5 * PEN, 18 * PX


class Link(NamedTuple):
    """A word in a role, and its number, if it has one, for which there may be no room; `also`, that of the other sentence, if this is of both.
    One with a note, which stands in the number's place, hands nothing on."""

    word: str
    value: View | None
    role: str
    also: View | None = None
    note: str = ""


class Chain(NamedTuple):
    """What a line is of, and its links, a column each: nothing where there is none, and what is said instead of one that is cut."""

    name: str
    links: Sequence[Link | str | None]


def alike(names: Sequence[str], lines: Sequence[Sequence[Link | str | None]]) -> list[Chain]:
    """A chain for each name, or one of both names and with the numbers of both, if they have the same words."""
    if len(lines) > len({tuple(getattr(link, "word", link) for link in line) for line in lines}):
        return [Chain(", ".join(names), [one._replace(also=other.value) if isinstance(one, Link) else one for one, other in zip(*lines, strict=True)])]
    return [Chain(*each) for each in zip(names, lines, strict=True)]


class Line(Whole):
    """`title`; `cards`, of what is cut a word; `ways` from one that hands something on to the next."""

    def __init__(self, title: VGroup, cards: list[VMobject], ways: list[VGroup]):
        super().__init__(title=title, cards=cards, ways=ways)


class Chains(Whole):
    """`heads`, what the columns are, and `lines`."""

    def __init__(self, heads: list[VGroup], lines: list[Line]):
        super().__init__(heads=heads, lines=lines)


def chains(theme: Theme, heads: Sequence[tuple[str, str]], done: Sequence[Chain], room: Room) -> Chains:
    """Chains that fill a room, one below the other. heads: what each column is, and in which role."""
    left, across = NAMES * room.width, ACROSS if room.is_wide else ACROSS / 2
    high = (LINES if room.is_wide else LINES + 1) * SPACING * HEAD
    top, body = room.strip(top=high), room.trim(top=high + TIGHT / 2)
    over = top.trim(left=left + GAP).columns(len(heads), across)
    titles = [paragraph(theme, name, HEAD, place.width, role, weight=500, lines=LINES).shift(place.centre) for (name, role), place in zip(heads, over)]
    rows = body.rows(len(done), TIGHT)
    return Chains(titles, [_line(theme, chain, row.strip(left=left), row.trim(left=left + GAP).columns(len(heads), across))
                           for chain, row in zip(done, rows, strict=True)])


def _line(theme: Theme, chain: Chain, name: Room, places: Sequence[Room]) -> Line:
    cards = [_card(theme, link, place) for link, place in zip(chain.links, places, strict=True) if link is not None]
    shown = [(place, link) for link, place in zip(chain.links, places) if link is not None]
    ways = [arrow(theme, start.point(1) + [TIGHT / 2, 0, 0], end.point(-1) - [TIGHT / 2, 0, 0], "text", BOLD)
            for (start, link), (end, _) in zip(shown, shown[1:]) if isinstance(link, Link) and not link.note]
    size = min(NAME, max(SMALLEST_WORD, name.height / LINES / SPACING))
    said = paragraph(theme, chain.name, size, name.width, weight=600, lines=LINES, align=1).shift(name.centre)
    return Line(said, cards, ways)


def _card(theme: Theme, link: Link | str, place: Room) -> VMobject:
    if isinstance(link, str):
        return VGroup(frame(theme, place, "line", radius=CORNER), text(theme, link, NAME, at=place.inset(TIGHT / 2, 0)))
    size = min(SAID, max(SMALLEST_WORD, place.height / 2))
    if link.value is not None:
        one, last = (None, link.value) if link.also is None else (link.value, link.also)
        card = word_card(theme, link.word, last, place, link.role, largest=size, one=one)
        if card.word.string == link.word and card.chance.em >= theme.digit and bool(card.was) == (one is not None):
            return card
    upper, lower = place.inset(TIGHT / 2, TIGHT / 2).rows(SHARES, 0)
    if link.note and lower.height >= NOTE:
        return VGroup(frame(theme, place, link.role, radius=CORNER), text(theme, link.word, size, link.role, LOUD, at=upper),
                      text(theme, link.note, NOTE, at=lower))
    return VGroup(frame(theme, place, link.role, radius=CORNER), text(theme, link.word, size, link.role, LOUD, at=place.inset(TIGHT / 2, 0)))
