"""The next word: a vector meets the linear layer, which scores every word, then softmax; the best words are named."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import arrows, below
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module
from scenes.parts.heat_map import HeatMap, heat_map
from scenes.parts.label import Label, text
from scenes.parts.spectrum import Best, Spectrum, best_words, spectrum

SMALL = 28 * PX
BEST, PRECISE = 4, 4                      # words that are ranked; decimals of what is almost 0
MANY = 256                                # words that a bar each is drawn for at most


class Scored(NamedTuple):
    """A `vector` (d_model), the `scoring` matrix (d_model, vocabulary), and what comes of both: `logits` and `chances` (vocabulary)."""

    vector: View
    scoring: View
    logits: View
    chances: View


class NextWord(NamedTuple):
    """The `vector`, its `name`, if there is room, the shape of the matrix (`columns`), `wires` from one thing to the next, `spectra` of
    scores and of probabilities, where the words are few, and the `best` words."""

    vector: HeatMap
    name: list[Label]
    columns: Mobject
    wires: list[VGroup]
    spectra: list[Spectrum]
    best: Best


def next_word(theme: Theme, scored: Scored, words: Sequence[str], say: Callable[..., str], asking: Mobject, layers: Sequence[Module],
              at: Room, room: Room) -> NextWord:
    """Between a card that asks and the layers the vector, in a room (`at`); in another the scores and the best words.

    words: all of them.
    """
    few, (left, right) = len(words) <= MANY, room.split((3, 2), WIDE)
    vector = heat_map(theme, scored.vector, at)
    shape = " × ".join(map(str, scored.scoring.shape))
    columns = below(text(theme, say("columns", shape=shape), SMALL, "muted"), layers[0])
    name = below(text(theme, say("vector"), SMALL, "muted"), vector)
    fits = name.width / 2 + columns.width / 2 + TIGHT <= columns.get_x() - name.get_x()
    kinds = zip((scored.logits, scored.chances), ("scores", "probabilities"), left.rows((4, 3), GAP), strict=True)
    return NextWord(
        vector, [name] * bool(fits), columns, arrows(theme, asking, vector.border, *layers),
        [spectrum(theme, view, words, say(key, count=len(words)), strip, view is scored.chances) for view, key, strip in kinds if few],
        best_words(theme, scored.chances, words, partial(say, "more"), right if few else room, BEST, PRECISE),
    )
