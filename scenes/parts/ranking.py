"""Words ranked by their probability: each with its number, above a bar that lies on a track."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, VGroup

from model import View
from scenes.parts.bars import THINNEST, Bar, bar_height
from scenes.parts.label import WORD, number, text_width, words_at
from scenes.parts.motion import travel
from scenes.parts.shapes import Block, rounded_points, rounded_rectangle
from scenes.parts.whole import Whole
from scenes.base.room import Room
from scenes.base.theme import Theme

THICK = 0.15                              # of a bar
ABOVE, BELOW = 0.17, 0.17                 # the words, and the bars, from the middle of their room
HIGH, FAR, FLAT = 0.55, 0.28, 0.28        # but at most these shares of its height: em size of the words, how far they are from its middle, a bar
BETWEEN = 0.15                            # between a word and its number


class Level(Bar):
    """A probability as a bar that lies on a track. `source`: which; `unit`: the length of 1."""

    def heights(self) -> np.ndarray:
        """The length of the bar."""
        return np.array([self.width])


class Ranking(Whole):
    """`words`, `numbers`, `tracks`, `bars`: of each room one; no numbers and bars without probabilities."""

    def __init__(self, words: VGroup, numbers: VGroup, tracks: VGroup, bars: VGroup):
        super().__init__(tracks=tracks, bars=bars, words=words, numbers=numbers)


def strongest(view: View, count: int) -> list[int]:
    """Where the largest entries of a vector stand, the largest first."""
    return np.argsort(-view.values, kind="stable")[:count].tolist()


def ranking(theme: Theme, words: Sequence[str], probabilities: Sequence[View], rooms: Sequence[Room],
            decimals: int | None = None, first: str = "output") -> Ranking:
    """In every room a word and its probability, above a track as long as 1 and a bar on it.

    Without probabilities the tracks stay empty. decimals: of the probabilities, if not as many as the theme says. first: role of the first number.
    """
    decimals = theme.decimals if decimals is None else decimals
    size, above = max(theme.digit, min(WORD, HIGH * rooms[0].height)), min(ABOVE, FAR * rooms[0].height)
    free = rooms[0].width - text_width(theme, f"0.{'0' * decimals}", size, tabular=True) - BETWEEN
    starts, ends = ([(edge, room.centre[1] + above) for edge, room in zip(edges, rooms, strict=True)]
                    for edges in ([room.left for room in rooms], [room.right for room in rooms]))
    return Ranking(
        words_at(theme, words, starts, size, free, align=-1),
        VGroup(number(theme, source, size, "muted" if i else first, at=(*end, 0), align=1, decimals=decimals)
               for i, (source, end) in enumerate(zip(probabilities, ends, strict=False))),
        VGroup(track(theme, room) for room in rooms),
        VGroup(level(theme, source, room) for source, room in zip(probabilities, rooms, strict=False)),
    )


def grow(bars: VGroup, run_time: float = 0.8) -> Animation:
    """Lying bars grow from the start of their tracks."""
    slivers = VGroup(bar.copy().stretch_to_fit_width(THINNEST).align_to(bar, [-1, 0, 0]) for bar in bars)
    return travel(slivers, bars, run_time=run_time)


def track(theme: Theme, room: Room) -> Block:
    """What a probability of 1 would fill, below the middle of a room."""
    ground = rounded_rectangle(room.width, _thick(room), _thick(room) / 2).set_fill(theme.colour("surface"), 1)
    return ground.set_stroke(theme.colour("line"), 1.5).move_to([room.centre[0], _low(room), 0])


def level(theme: Theme, source: View, room: Room, role: str = "output") -> Level:
    """A probability, or another share, on the track of a room."""
    return lying(theme, source, Room.around((room.centre[0], _low(room)), room.width, _thick(room)), role)


def lying(theme: Theme, source: View, room: Room, role: str, full: float = 1.0) -> Level:
    """A value ≥ 0 as a bar from the left of a room, as high as that; `full` is the value that fills it."""
    unit = room.width / full
    length = bar_height(float(source), unit)
    bar = Level(stroke_width=0, fill_color=theme.colour(role), fill_opacity=1)
    bar.points = rounded_points(length, room.height, room.height / 2).copy()
    bar.source, bar.unit = source, unit
    return bar.shift([room.left + length / 2, room.centre[1], 0])


def measured(theme: Theme, sources: Sequence[View], rooms: Sequence[Room], roles: Sequence[str], size: float, decimals: int | None = None
             ) -> tuple[VGroup, VGroup]:
    """Values ≥ 0 as lying bars, the longest as long as leaves room for its number, and the numbers at their ends, in em of a size."""
    digits = [number(theme, source, size, role, 600, decimals=decimals) for source, role in zip(sources, roles, strict=True)]
    full, width = max(map(float, sources)) or 1.0, max(label.advance for label in digits) + BETWEEN
    bars = VGroup(lying(theme, source, room.trim(right=width), role, full) for source, room, role in zip(sources, rooms, roles, strict=True))
    for label, bar, room in zip(digits, bars, rooms, strict=True):
        label.shift([room.left + bar.width + BETWEEN + label.advance / 2, room.centre[1], 0])
    return bars, VGroup(*digits)


def _low(room: Room) -> float:
    """How high bars lie in a room."""
    return room.centre[1] - min(BELOW, FAR * room.height)


def _thick(room: Room) -> float:
    """How thick bars are in a room."""
    return min(THICK, FLAT * room.height)
