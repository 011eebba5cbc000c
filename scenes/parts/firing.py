"""What hidden features of a network are there for: each is ringed and numbered, and at the side stand the words that make it highest."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from model import View
from scenes.base.layout import stacked
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.annotated_network import Annotated
from scenes.parts.diagram import route
from scenes.parts.label import LINE_SPACING, WORD, number, paragraph, text_width, wrap
from scenes.parts.shapes import ring, room_of

ASIDE = 60 * PX                           # from a bar to the number that stands higher
HEIGHTS = 1, 1, 1                         # of what is said of all, and of the words of each


def firing(theme: Theme, drawn: Annotated, features: Sequence[View], words: Sequence[Sequence[str]], said: tuple[str, str],
           slim: bool) -> list[VGroup]:
    """What is said of all, and each feature with as many of its words as fit; nothing of one that is not among those shown or has no words.

    features: their numbers. words: of each, what makes it highest. said: of all features, and of one, with a place for its words.
    """
    bars = {bar.source.index[-1]: bar for bar in drawn.hidden.bars}
    head, *places = [None, *drawn.side.columns(len(features), GAP)] if slim else drawn.side.rows(HEIGHTS, TIGHT)
    title = [paragraph(theme, said[0], WORD, room.width, lines=4).move_to(room.centre) for room in [head] if room]
    known = [(bars[int(feature.values)], feature, listed, room) for feature, listed, room in zip(features, words, places, strict=True)
             if int(feature.values) in bars and listed]
    y = room_of(drawn.network.narrowing).bottom - WORD / 2
    marks = [np.array([bar.get_x() + (ASIDE if k else -ASIDE), y, 0]) for k, (bar, *_) in enumerate(known)]
    return [*title, *(_feature(theme, bar, feature, mark, listed, said[1], room)
                      for (bar, feature, listed, room), mark in zip(known, marks, strict=True))] * bool(known)


def _feature(theme: Theme, bar: VMobject, feature: View, mark: np.ndarray, words: Sequence[str], said: str,
             room: Room) -> VGroup:
    """The ring around a bar, at a mark the number of its feature, and in a room this number again and as many words as fit."""
    line = route(theme, [room_of(bar).point(y=1) + [0, TIGHT / 2, 0], mark - [0, WORD / 2, 0]], "text", tip=False)
    named = [number(theme, feature, WORD, "output", 600, decimals=0) for _ in range(2)]
    words = [word for word in words if text_width(theme, word, WORD) < room.width]
    lines = (room.height - WORD) // (LINE_SPACING * WORD)
    while words and len(wrap(theme, said.format(words=", ".join(words)), WORD, room.width)) > lines:
        words = words[:-1]
    asked = paragraph(theme, said.format(words=", ".join(words)), WORD, room.width)
    listed = [stacked(named[1], asked, gap=TIGHT / 2, at=room)] * bool(words)
    return VGroup(ring(theme, bar), line, named[0].move_to(mark), *listed)
