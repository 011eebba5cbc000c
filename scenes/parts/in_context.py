"""In context: one word in two sentences, its vectors before the encoder and after it, and how far they are apart."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from manim import RIGHT, Mobject, VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module, module
from scenes.parts.flow import arrow
from scenes.parts.heat_map import HeatMap, fit_digits, fit_grid, heat_map, peak
from scenes.parts.label import WORD, text
from scenes.parts.lookup import Distance, distance, link
from scenes.parts.shapes import room_of
from scenes.parts.tokens import snug_row

LARGE, HIGH, TALL = 64 * PX, 0.8, 0.95    # em size of words at most; as a share of the height of their cards; and that height at most
BETWEEN = 240 * PX                        # what headings and a distance take between two sentences and two vectors, each a large card high
SHARES, APART = (4.9, 2, 4.9), 0.5        # widths: before the encoder, it, and after it; between these
LOWER = 0.6                               # how much lower the box of a single sentence is, above and below
CLEAR, FROM, TO = 0.08, 0.1, 0.04         # from a wire to what it joins; from cards to their line; from an arrow to the encoder


class InContext(NamedTuple):
    """Cards of the `sentences` above and below; the vectors of the word, `wide` with their digits, then `before` and `after` the `encoder`,
    with `headings`; `ways`, of a sentence into the encoder; `wires`, from the vectors before it, and to those after; `apart`, the distances
    of the wide ones, of those before and of those after, where there are two."""

    sentences: list[VGroup]
    wide: list[HeatMap]
    before: list[HeatMap]
    after: list[HeatMap]
    encoder: Module
    headings: list[Mobject]
    ways: list[VGroup]
    wires: tuple[list[VGroup], list[VGroup]]
    apart: list[Distance]


def in_context(theme: Theme, sentences: tuple[Sequence[str], Sequence[str]], i: int, before: Sequence[View], after: Sequence[View],
               distances: Sequence[View], names: Mapping[str, str], scale: float, stage: Room, slim: bool) -> InContext:
    """Token i of a sentence and of its twin, or of the first alone, where there is one vector `before` and `after` (d_model).

    distances: of two vectors before and after, or none. names: what is called before, after, encoder and distance. scale: of the wide ones.
    """
    tall = min(stage.height / 6 if slim else TALL, (stage.height - BETWEEN) / 4)
    top, body, bottom = stage.rows([tall, stage.height - 2 * (tall + GAP), tall])
    pairs = zip(before, (sentences, sentences[::-1]), (top, bottom), strict=False)
    cards = [_marked(theme, *pair, i, tall, room, slim) for _, pair, room in pairs]
    left, middle, right = body.inset(y=GAP).trim(top=WORD + TIGHT).columns(SHARES, APART)
    wide = _vectors(theme, before, body, body.height / 3 if slim else tall, scale, digits=True)
    ins, outs = (_vectors(theme, views, room, tall, peak(*views)) for views, room in ((before, left), (after, right)))
    encoder = module(theme, names["encoder"], middle.inset(y=0 if len(before) > 1 else LOWER), size=WORD)
    headings = [above(text(theme, names[key], WORD, "muted", width=vector.width), vector.border)
                for key, (vector, *_) in (("before", ins), ("after", outs))]
    first, last = distances or (None, None)
    apart = [distance(theme, a.border, b.border, names["distance"], source, slim)
             for (a, b), source in zip((wide, ins, outs), (first, first, last))] if distances else []
    wires = tuple(_wires(theme, vectors, encoder, side) for vectors, side in ((ins, RIGHT), (outs, -RIGHT)))
    return InContext(cards, wide, ins, outs, encoder, headings, [_way(theme, row, encoder) for row in cards], wires, apart)


def _vectors(theme: Theme, views: Sequence[View], room: Room, tall: float, scale: float, digits: bool = False) -> list[HeatMap]:
    """A vector of each sentence, one at the top and one at the bottom of a room, or one in its middle."""
    grid = fit_grid(views[0].shape, room.fit(height=tall))
    half = grid.size[1] / 2
    heights = (room.top - half, room.bottom + half) if len(views) > 1 else (room.centre[1],)
    written = fit_digits(theme, np.array([view.values for view in views]), grid) if digits else None
    return [heat_map(theme, view, room.level(y), "output", digits=written, scale=scale, grid=grid)
            for view, y in zip(views, heights, strict=True)]


def _marked(theme: Theme, words: Sequence[str], others: Sequence[str], i: int, tall: float, room: Room, slim: bool) -> VGroup:
    """The cards of a sentence, in a slim frame with words as large as they may be; the followed word, and those that the other has not, stand out."""
    cards = snug_row(theme, words, room, tall, others=others, size=tall / 2 if slim else min(LARGE, HIGH * tall))
    for k, card in enumerate(cards):
        if k == i or words[k] != others[k]:
            card.box.set_stroke(theme.colour("output" if k == i else "text"), 3)
    return cards


def _way(theme: Theme, cards: VGroup, encoder: Module) -> VGroup:
    """The way of a whole sentence into the encoder: a line along all its cards, and an arrow."""
    edge, box, x, up = room_of(cards), room_of(encoder), encoder.get_x(), cards.get_y() > encoder.get_y()
    y, end = (edge.bottom - FROM, box.top + TO) if up else (edge.top + FROM, box.bottom - TO)
    halves = (link(theme, (side, y), (x, y), "muted", 3) for side in (edge.left, edge.right))
    return VGroup(*halves, *arrow(theme, (x, y, 0), (x, end, 0)))


def _wires(theme: Theme, vectors: Sequence[HeatMap], encoder: Module, side: np.ndarray) -> list[VGroup]:
    """An arrow from each vector to the encoder, which is at its `side`, or, where it is at the left, from the encoder to each."""
    wires = []
    for vector in vectors:
        inner, outer = (edge.get_edge_center(way)[0] + sign * CLEAR * side[0]
                        for edge, way, sign in ((encoder.box, -side, -1), (vector.border, side, 1)))
        wires.append(arrow(theme, *([x, vector.get_y(), 0] for x in ((outer, inner) if side[0] > 0 else (inner, outer)))))
    return wires
