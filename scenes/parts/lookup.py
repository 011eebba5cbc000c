"""Looking vectors up in a table, and how far two of them are apart."""

from collections.abc import Sequence

import numpy as np
from manim import DOWN, RIGHT, UP, VGroup, VMobject

from model import View
from scenes.parts.heat_map import Grid, fit_grid
from scenes.parts.label import number, text
from scenes.parts.whole import Whole
from scenes.base.room import PX, Room
from scenes.base.theme import Theme

CLEAR = 0.1                               # between a line and what it joins
FAR, SIZE, BETWEEN = 120 * PX, 28 * PX, 0.2       # em sizes of a distance and of its name, and between them


class Distance(Whole):
    """`words`: the distance of two things, between them. `lines`: from the words to both."""

    def __init__(self, words: VGroup, lines: VGroup):
        super().__init__(words=words, lines=lines)


def distance(theme: Theme, above: VMobject, below: VMobject, name: str, source: View, down: bool = False) -> Distance:
    """How far two vectors are apart, between the one above and the one below. down: whether the number stands below its name, which is left
    out if there is no room for both."""
    free, named = above.get_bottom()[1] - below.get_top()[1], text(theme, name, SIZE, "muted")
    beside = (SIZE + BETWEEN) * down
    named = [named] if free > beside + theme.digit else []
    value = number(theme, source, min(FAR, free - beside * bool(named)), "output", 600, width=above.width)
    words = VGroup(*named, value).arrange(DOWN if down else RIGHT, buff=BETWEEN)
    words.move_to((above.get_center() + below.get_center()) / 2)
    x = words.get_x()
    ends = ((above.get_bottom() + CLEAR * DOWN, words.get_top() + CLEAR * UP),
            (below.get_top() + CLEAR * UP, words.get_bottom() + CLEAR * DOWN))
    return Distance(words, VGroup(*(link(theme, (x, start[1]), (x, end[1]), "muted") for start, end in ends)))


def table_grid(shape: Sequence[int], ids: Sequence[int], room: Room) -> Grid:
    """The cells of a table (rows, columns) that fit a room: only the rows of these ids, in order, and dots for all others."""
    rows: tuple[int | None, ...] = tuple(sorted(set(ids)))
    rows += (None,) * (len(rows) < shape[0])
    return fit_grid((len(rows), shape[1]), room)._replace(rows=rows)


def link(theme: Theme, start: Sequence[float], end: Sequence[float], role: str = "line", width: float = 2) -> VMobject:
    """A smooth line that leaves and arrives level."""
    start, end = np.array([*start[:2], 0.0]), np.array([*end[:2], 0.0])
    half = np.array([(end - start)[0] / 2, 0, 0])
    line = VMobject(stroke_color=theme.colour(role), stroke_width=width)
    line.points = np.array([start, start + half, end - half, end])
    return line
