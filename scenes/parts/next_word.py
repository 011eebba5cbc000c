"""The next word: a vector meets the linear layer, which scores every word, then softmax; the best words are named."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import arrows, line_of
from scenes.base.room import GAP, PX, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module
from scenes.parts.heat_map import HeatMap, heat_map
from scenes.parts.label import WORD, number, text
from scenes.parts.ranking import strongest
from scenes.parts.spectrum import Best, Spectrum, best_words, spectrum

SMALL = 28 * PX
BEST, PRECISE = 4, 4                      # words that are ranked; decimals of what is almost 0
MANY = 256                                # words that a bar each is drawn for at most


class Scored(NamedTuple):
    """A `vector` (d_model), the `scoring` matrix (d_model, vocabulary), and what comes of both: `logits` and `chances` (vocabulary).
    product, scores: the labels that say how a score is made, and what the scores are of."""

    product: str
    scores: str
    vector: View
    scoring: View
    logits: View
    chances: View


class NextWord(NamedTuple):
    """The `vector`, `wires` from one thing to the next, the best word's `column` of the matrix, below the vector, with its name and the score
    that both make, if there is room, `spectra` of scores and of probabilities, where the words are few, and the `best` words."""

    vector: HeatMap
    wires: list[VGroup]
    column: list[Mobject]
    spectra: list[Spectrum]
    best: Best


def next_word(theme: Theme, scored: Scored, words: Sequence[str], say: Callable[..., str], asking: Mobject, layers: Sequence[Module],
              at: Room, below: Sequence[Room], room: Room) -> NextWord:
    """Between a card that asks and the layers the vector, in a room (`at`); in another the scores and the best words.

    words: all of them. below: rooms below the card, the vector and the layers, if there are any.
    """
    few, (left, right) = len(words) <= MANY, room.split((3, 2), WIDE)
    vector = heat_map(theme, scored.vector, at)
    kinds = zip((scored.logits, scored.chances), (scored.scores, "probabilities"), left.rows((4, 3), GAP), strict=True)
    return NextWord(
        vector, arrows(theme, asking, vector.border, *layers), _column(theme, scored, words, say, vector, below) if below else [],
        [spectrum(theme, view, words, say(key, count=len(words)), strip, view is scored.chances) for view, key, strip in kinds if few],
        best_words(theme, scored.chances, words, partial(say, "more"), right if few else room, BEST, PRECISE),
    )


def _column(theme: Theme, scored: Scored, words: Sequence[str], say: Callable[..., str], vector: HeatMap, rooms: Sequence[Room]) -> list[Mobject]:
    """Below a vector the column that scores the best word, what it is called, and the score."""
    (best,), (left, middle, right) = strongest(scored.logits, 1), rooms
    return [text(theme, say("column", word=words[best]), WORD, "output", at=left, align=1),
            heat_map(theme, scored.scoring.T[best], middle, "output", grid=vector.grid),
            line_of(text(theme, say(scored.product), WORD), number(theme, scored.logits[best], WORD, "output", 700), at=right, align=-1)]
