"""What becomes of a measure through many blocks: a bar for every depth, and its number on it; or two of them, bar beside bar."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from manim import VGroup

from model import View
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import BAR_SHARE, Bar, bar, floor, largest
from scenes.parts.label import SMALLEST_WORD, WORD, Number, format_number, number, paragraph, text, text_width
from scenes.parts.whole import Whole

NOTE, LARGE = 34 * PX, 52 * PX
TITLE = 0.12                              # the em size of the title is at most this share of the room's height
FILLED = 0.92                             # share of its column that a number takes at most


class Depth(Whole):
    """`title`; `ground`, the floor and the words below it; `levels`, the bars, and `numbers` on them; `less`, the bars beside them."""

    def __init__(self, title: VGroup, ground: VGroup, levels: VGroup, numbers: VGroup, less: VGroup):
        super().__init__(title=title, ground=ground, levels=levels, numbers=numbers, less=less)


def depth(theme: Theme, measure: View, title: str, named: Mapping[int, str], room: Room, role: str, full: float, less: View | None = None
          ) -> Depth:
    """A measure (depth) in a room, with the title above it.

    named: the depths that count, each with its word below the floor; where not all numbers find room, only these have one. role: of the
    bars. full: the value that reaches the ceiling. less: a smaller measure, whose bars stand at the left of the others.
    """
    said = paragraph(theme, title, min(WORD, max(SMALLEST_WORD, TITLE * room.height)), room.width, align=-1)
    decimals = max(0, theme.decimals - int(np.log10(max(1, full))))
    fits = FILLED * room.width / len(measure) / text_width(theme, format_number(full, decimals), 1, 600, tabular=True)
    both = [measure] if less is None else [less, measure]
    size = min(LARGE, max(fits / len(both), theme.digit))
    body, foot = room.trim(top=said.height + size + 2 * TIGHT, bottom=NOTE + TIGHT), room.strip(bottom=NOTE)
    columns = body.columns(len(measure), 0)
    halves = [column.fit(width=BAR_SHARE * column.width).columns(len(both), 0) for column in columns]
    drawn = VGroup(bar(theme, source, half[-1], role, full) for source, half in zip(measure, halves, strict=True))
    beside = VGroup(bar(theme, source, half[0], "muted", full) for view in both[:-1] for source, half in zip(view, halves, strict=True))
    shown = [k for k in range(len(measure)) if k in named or fits >= theme.digit]
    labels = [number(theme, measure[k], size, "text" if k in named else role, 600, decimals=decimals) for k in shown]
    numbers = VGroup(_on([*drawn, *beside], drawn[k], label, body) for k, label in zip(shown, labels, strict=True))
    ground = VGroup(floor(theme, body), *_words(theme, named, [columns[k].centre[0] for k in named], foot))
    return Depth(said.shift(room.strip(top=said.height).centre), ground, drawn, numbers, beside)


def _on(bars: Sequence[Bar], own: Bar, label: Number, room: Room) -> Number:
    """A number on its bar and above the others that it reaches over, within the room's width."""
    half = label.advance / 2
    x = min(max(own.get_x(), room.left + half), room.right - half)
    top = max(bar.get_top()[1] for bar in bars if abs(bar.get_x() - x) < half + bar.width / 2)
    return label.shift([x, top + TIGHT / 2 + label.size / 2, 0])


def _words(theme: Theme, named: Mapping[int, str], middles: Sequence[float], foot: Room) -> list[VGroup]:
    """A word below each bar that has one, the first and the last flush with the ends of the floor."""
    edges = [foot.left, *((a + b) / 2 for a, b in pairwise(middles)), foot.right]
    words = []
    for word, x, (left, right) in zip(named.values(), middles, pairwise(edges), strict=True):
        side = {foot.left: -1, foot.right: 1}.get(left if x == middles[0] else right, 0)
        at = (x, foot.centre[1], 0) if not side else foot.point(side)
        words.append(text(theme, word, NOTE, "muted", at=at, align=side, width=right - left if side else 2 * min(x - left, right - x)))
    return words


def depths(theme: Theme, measures: Sequence[View], titles: Sequence[str], named: Mapping[int, str], rooms: Sequence[Room], roles: Sequence[str]
           ) -> list[Depth]:
    """Measures (depth), each in its room, on one scale."""
    full = largest(*measures) or 1.0
    return [depth(theme, measure, title, named, room, role, full)
            for measure, title, room, role in zip(measures, titles, rooms, roles, strict=True)]
