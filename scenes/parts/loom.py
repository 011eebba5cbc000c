"""A sentence and its translation as columns of cards, and the weights between them as strands."""

from collections.abc import Sequence

from manim import RIGHT, VGroup

from model import View
from scenes.parts.flow import STRAND, weight_arc, weight_line
from scenes.parts.tokens import token_column
from scenes.parts.whole import Whole
from scenes.base.room import Room
from scenes.base.theme import Theme

FLATTEST, HIGHEST = 0.12, 1.0             # how far the bows between neighbours, and the longest ones, reach out
PITCH = 1.15                              # from card to card at most
APART = 0.18                              # from bow to bow


class Loom(Whole):
    """Three columns of cards: `sources` are asked; `queries` ask, and each says the word beside it in `words`."""

    def __init__(self, sources: VGroup, queries: VGroup, words: VGroup):
        super().__init__(sources=sources, queries=queries, words=words)


def loom(theme: Theme, sources: Sequence[str], queries: Sequence[str], words: Sequence[str], rooms: Sequence[Room]) -> Loom:
    """The three columns, each in its room. A query and the word that it says stand at one height."""
    columns = zip((sources, queries, words), rooms, strict=True)
    return Loom(*(token_column(theme, column, room, PITCH) if column else VGroup() for column, room in columns))


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
