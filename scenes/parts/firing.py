"""What a hidden feature of a network is there for: it is ringed and numbered, and at the side stand the words that make it highest."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from model import View
from scenes.base.layout import side_by_side, stacked
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import route
from scenes.parts.label import LINE_SPACING, WORD, number, paragraph, text_width, wrap
from scenes.parts.network import Network
from scenes.parts.shapes import ring, room_of

ASIDE, VALUE = 60 * PX, 60 * PX           # from a bar to the number that stands higher; em size of that number at the side


def ringed(theme: Theme, net: Network, feature: View, counted: View) -> list[VGroup]:
    """The ring around the bar of a hidden feature and, beside it, its number as it is counted from 1; nothing if it is not among those shown."""
    bars = [bar for bar in net.hidden.bars if bar.source.index[-1] == int(feature.values)]
    if not bars:
        return []
    mark = np.array([bars[0].get_x() - ASIDE, room_of(net.narrowing).bottom - WORD / 2, 0])
    line = route(theme, [room_of(bars[0]).point(y=1) + [0, TIGHT / 2, 0], mark - [0, WORD / 2, 0]], "text", tip=False)
    return [VGroup(ring(theme, bars[0]), line, number(theme, counted, WORD, "output", 600, decimals=0).move_to(mark))]


def firing(theme: Theme, counted: View, words: Sequence[str], said: Sequence[str], room: Room) -> list[VGroup]:
    """In a room what is said of all features, if it is not wide, the number of one, and what is said of it with as many words as fit;
    nothing where there is nothing to say but the number.

    counted: its number, from 1. words: what makes it highest, or none. said: of all features, if anything, and of one, with a place for its words.
    """
    large = number(theme, counted, VALUE, "output", 600, decimals=0)
    if room.is_wide:
        return [side_by_side(large, _listed(theme, words, said[-1], room.trim(left=large.advance + TIGHT)), at=room)] if words else []
    heads = [paragraph(theme, each, WORD, room.width, lines=3) for each in said[:-1]]
    low = room.trim(top=sum(head.height + TIGHT for head in heads) + VALUE + TIGHT)
    listed = [_listed(theme, words, said[-1], low)] if words else []
    return [stacked(*heads, large, *listed, at=room)] if heads or listed else []


def _listed(theme: Theme, words: Sequence[str], said: str, room: Room) -> VGroup:
    """What is said, with as many words as fit a room, and at least one."""
    words = [word for word in words if text_width(theme, word, WORD) < room.width] or words[:1]
    lines = room.height // (LINE_SPACING * WORD)
    while len(words) > 1 and len(wrap(theme, said.format(words=", ".join(words)), WORD, room.width)) > lines:
        words = words[:-1]
    return paragraph(theme, said.format(words=", ".join(words)), WORD, room.width, lines=int(lines))
