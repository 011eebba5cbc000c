"""What hidden features of a network are there for: each is ringed and numbered, and at the side stand the words that make it highest."""

from collections.abc import Sequence
from dataclasses import replace

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

NOTE = 30 * PX
HEIGHTS = 3, 4, 4                         # of what is said of all, and of the words of each


def firing(theme: Theme, drawn: Annotated, features: Sequence[View], words: Sequence[Sequence[str]], said: str, slim: bool) -> list[VGroup]:
    """What is said of all, and each feature with as many of its words as fit; nothing of one that is not among those shown or has no words.

    features: their numbers. words: of each, what makes it highest.
    """
    bars = {bar.source.index[-1]: bar for bar in drawn.hidden.bars}
    head, *places = [None, *drawn.side.columns(len(features), GAP)] if slim else drawn.side.rows(HEIGHTS, TIGHT)
    title = [paragraph(theme, said, NOTE, room.width, "muted", lines=3).move_to(room.centre) for room in [head] if room]
    line = replace(room_of(drawn.hidden.line), top=room_of(drawn.network.narrowing).bottom - WORD / 2)
    found = [_feature(theme, bars[int(feature.values)], feature, mark.point(y=1), listed, room)
             for feature, listed, mark, room in zip(features, words, line.columns(len(features)), places, strict=False)
             if int(feature.values) in bars and listed]
    return [*title, *found] * bool(found)


def _feature(theme: Theme, bar: VMobject, feature: View, mark: np.ndarray, words: Sequence[str], room: Room) -> VGroup:
    """The ring around a bar, at a mark the number of its feature, and in a room this number again and as many words as fit."""
    line = route(theme, [room_of(bar).point(y=1) + [0, TIGHT / 2, 0], mark - [0, WORD / 2, 0]], "text", tip=False)
    named = [number(theme, feature, WORD, "output", 600, decimals=0) for _ in range(2)]
    words = [word for word in words if text_width(theme, word, WORD) < room.width]
    lines = (room.height - WORD) // (LINE_SPACING * WORD)
    while words and len(wrap(theme, ", ".join(words), WORD, room.width)) > lines:
        words = words[:-1]
    listed = [stacked(named[1], paragraph(theme, ", ".join(words), WORD, room.width), gap=TIGHT / 2, at=room)] * bool(words)
    return VGroup(ring(theme, bar), line, named[0].move_to(mark), *listed)
