"""A sentence and its translation as columns of cards, and the weights between them as strands: what stands above them, what a query finds."""

from collections.abc import Sequence

from manim import RIGHT, VGroup

from model import View
from scenes.parts.flow import STRAND, arrow, weight_arc, weight_line
from scenes.parts.label import Label, paragraph, text, weight_numbers
from scenes.parts.shapes import Block, frame, room_of
from scenes.parts.tokens import token_column
from scenes.parts.whole import Whole
from scenes.base.layout import above
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme

FLATTEST, HIGHEST = 0.12, 1.0             # how far the bows between neighbours, and the longest ones, reach out
PITCH = 1.15                              # from card to card at most; twice that in a high room
APART = 0.18                              # from bow to bow
HEADING, SMALL = 32 * PX, 28 * PX
HEAD, LEFT = 81 * PX, 216 * PX            # room above the cards, and at their left for the weights and whose these are
LINES = 4.2                               # room above cards in em, where their names take three lines
FOLLOWED = 4 * PEN


class Loom(Whole):
    """Three columns of cards: `sources` are asked; `queries` ask, and each says the word beside it in `words`."""

    def __init__(self, sources: VGroup, queries: VGroup, words: VGroup):
        super().__init__(sources=sources, queries=queries, words=words)


def loom(theme: Theme, sources: Sequence[str], queries: Sequence[str], words: Sequence[str], rooms: Sequence[Room], pitch: float) -> Loom:
    """The three columns, each in its room. A query and the word that it says stand at one height. pitch: from card to card at most."""
    pairs = zip((sources, queries, words), rooms, strict=True)
    return Loom(*(token_column(theme, column, room, pitch) if column else VGroup() for column, room in pairs))


def across(theme: Theme, cards: Loom, weights: View, query: int) -> VGroup:
    """Strands from every source to a query, as thick as its weights (source)."""
    end = cards.queries[query].get_left()
    return VGroup(
        weight_line(theme, card.get_right(), end, source) for card, source in zip(cards.sources, weights, strict=True)
    )


def back(theme: Theme, cards: Loom, weights: View, query: int) -> VGroup:
    """Bows from the queries before it to a query, as thick as its weights (query)."""
    end = cards.queries[query].get_right()
    return VGroup(
        weight_arc(theme, card.get_right(), end, source, min(HIGHEST, FLATTEST + APART * (query - i)), RIGHT, STRAND)
        for i, (card, source) in enumerate(zip(cards.queries[:query], weights[:query], strict=True))
    )


class Columns(Whole):
    """`names`, above the columns that have cards, and `cards`."""

    def __init__(self, names: list[VGroup | Label], cards: Loom):
        super().__init__(names=names, cards=cards)


class Asked(Whole):
    """What one query finds: `tag`, around its card; `lines`, from all that it asks; `numbers`, the weights, and `whose`, above them,
    if that is said."""

    def __init__(self, tag: Block, lines: VGroup, numbers: VGroup, whose: list[VGroup]):
        super().__init__(tag=tag, lines=lines, numbers=numbers, whose=whose)


def columns(theme: Theme, names: Sequence[str], words: Sequence[Sequence[str]], room: Room, between: float, roomy: bool) -> Columns:
    """Three columns of cards in a room. between: the gap that strands cross, in columns. roomy: whether a name has one line."""
    sources, _, queries, _, said = room.trim(top=HEAD if roomy else LINES * SMALL).columns((1, between, 1, 1 / 2, 1), TIGHT)
    cards = loom(theme, *words, (sources, queries, said), PITCH if room.width > room.height else 2 * PITCH)
    heads = [_name(theme, name, column, roomy) for name, column in zip(names, cards, strict=True) if len(column)]
    return Columns(heads, cards)


def _name(theme: Theme, words: str, column: VGroup, roomy: bool) -> VGroup | Label:
    """What a column is, above it, in one line or in two."""
    place = room_of(column).outside(top=HEADING, gap=TIGHT)
    if roomy:
        return text(theme, words, HEADING, "muted", 500, at=place.centre, width=1.25 * LEFT)
    return above(paragraph(theme, words, SMALL, min(LEFT, place.width + GAP), "muted", 500), column, TIGHT / 2)


def asked(theme: Theme, cards: Loom, weights: View, query: int, whose: str, room: Room) -> Asked:
    """Where a query looks, weights (source), in columns that stand in a room. whose: whose weights these are, if that is said."""
    ends = [(room_of(card).left - TIGHT, card.get_y()) for card in cards.sources]
    place = room.strip(left=LEFT - GAP).level(room_of(cards.sources).top + TIGHT + HEADING / 2)
    words = paragraph(theme, whose, HEADING, place.width, "weight").shift(place.centre)
    one = room_of(cards.sources).width < 2 * cards.sources[0].width                # of several columns all but the first have no room beside them
    return Asked(
        frame(theme, room_of(cards.queries[query]), "query", radius=TIGHT / 2, width=FOLLOWED), across(theme, cards, weights, query),
        weight_numbers(theme, weights, ends) if one else VGroup(), [words] * bool(whose),
    )


def said_by(theme: Theme, cards: Loom, query: int) -> VGroup:
    """An arrow from a query to the word that it says, and that."""
    word, start = cards.words[query], cards.queries[query]
    return VGroup(arrow(theme, room_of(start, TIGHT / 2).point(1), room_of(word, TIGHT / 2).point(-1)), word)
