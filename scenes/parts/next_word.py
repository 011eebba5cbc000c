"""The next word: a vector meets the linear layer, which scores every word, then softmax; the best words are named."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import arrows, line_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module
from scenes.parts.heat_map import Grid, HeatMap, heat_map
from scenes.parts.label import WORD, Label, number, text
from scenes.parts.ranking import strongest
from scenes.parts.shapes import ring, room_of
from scenes.parts.spectrum import Best, Spectrum, best_words, spectrum

SMALL = 28 * PX
BEST, PRECISE = 4, 4                      # words that are ranked; decimals of what is almost 0
MANY = 256                                # words that a bar each is drawn for at most
SHARES, HIGH = (3, 2), 500 * PX           # of all words and of the best; height of the former in which there is room for a matrix, too


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
    """The `chain`, from what asks to the scores or, where the matrix is shown, to the vector, and `wires` to each part of it; `matrix`, its name,
    the cells and a ring around the best word's column; `column`, that below the vector, with its name and the score that both make, if there
    is room, and `picked`, the same cells in the matrix; `spectra` of scores and of probabilities, where the words are few; the `best` words."""

    chain: list[Mobject]
    wires: list[VGroup]
    matrix: list[Mobject]
    picked: list[VGroup]
    column: list[Mobject]
    spectra: list[Spectrum]
    best: Best


def opens(words: Sequence[str], room: Room) -> bool:
    """Whether the words are so few, and a room so high, that the matrix that scores them may be shown above the scores."""
    return 0 < len(words) <= MANY and room.split(SHARES, WIDE)[0].height >= HIGH


def next_word(theme: Theme, scored: Scored, words: Sequence[str], say: Callable[..., str], asking: Mobject, modules: Sequence[Module],
              top: Sequence[Room], low: Sequence[Sequence[Room]], room: Room, opened: bool) -> NextWord:
    """From a card that asks to a vector, in a line of rooms (`top`), and on to scores and the best words in another room.

    words: all of them. modules: before the vector, if the matrix is shown (`opened`), else behind it. low: a second line, if there is one.
    """
    few, (left, right) = len(words) <= MANY, room.split(SHARES, WIDE)
    vector, (best,) = heat_map(theme, scored.vector, top[1 + opened]), strongest(scored.logits, 1)
    chain = [*modules, vector] if opened else [vector, *modules]
    *high, scores, chances = left.rows((*[5] * opened, 4, 3), GAP)
    kinds = zip((scored.logits, scored.chances), (scored.scores, "probabilities"), (scores, chances), strict=True)
    matrix = [_matrix(theme, scored, say(f"{scored.product}_columns"), place) for place in high]
    picked = [VGroup(VGroup(row[best] for row in sheet.cells)) for _, sheet in matrix]
    return NextWord(
        chain, arrows(theme, asking, *(getattr(part, "border", part) for part in chain)),
        [part for each in matrix for part in each] + [ring(theme, room_of(cells), "output") for cells in picked], picked,
        _column(theme, scored, say("column", word=words[best]), say(scored.product), best, vector, _below(low[0], top, opened)) if low else [],
        [spectrum(theme, view, words, say(key, count=len(words)), strip, view is scored.chances) for view, key, strip in kinds if few],
        best_words(theme, scored.chances, words, partial(say, "more"), right if few else room, BEST, PRECISE),
    )


def _matrix(theme: Theme, scored: Scored, name: str, room: Room) -> tuple[Label, HeatMap]:
    """The name of the scoring matrix, and all of its cells, a column above the bar of each word."""
    body, (rows, columns) = room.trim(top=SMALL + TIGHT), scored.scoring.shape
    grid = Grid(tuple(range(rows)), tuple(range(columns)), body.width / columns, body.height / rows)
    sheet = heat_map(theme, scored.scoring, body, grid=grid)
    sheet.remove(sheet.border)
    return text(theme, name, SMALL, "muted", at=room.strip(top=SMALL), align=-1), sheet


def _below(line: Sequence[Room], top: Sequence[Room], opened: bool) -> Sequence[Room]:
    """Of a second line of rooms those of the name of a column, of its cells, below the vector, and of what both make."""
    first, second, third, fourth = line
    if opened:
        return replace(first, right=second.right), third, replace(fourth, top=top[-1].top)
    return first, second, replace(third, right=fourth.right)


def _column(theme: Theme, scored: Scored, name: str, product: str, best: int, vector: HeatMap, rooms: Sequence[Room]) -> list[Mobject]:
    """Below a vector the column that scores the best word, what it is called, and the score."""
    left, middle, right = rooms
    return [heat_map(theme, scored.scoring.T[best], middle, "output", grid=vector.grid), text(theme, name, WORD, "output", at=left, align=1),
            line_of(text(theme, product, WORD), number(theme, scored.logits[best], WORD, "output", 700), at=right, align=-1)]
