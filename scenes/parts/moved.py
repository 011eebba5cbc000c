"""A vector before and after a change, on one scale, and how far it has moved."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.lookup import distance

SHARES = (5, 6, 5)                        # heights of the vectors and of what is between them


def before_after(theme: Theme, vectors: Sequence[View], rooms: Sequence[Room]) -> list[HeatMap]:
    """A vector (d,) before and after, each in its room."""
    return [heat_map(theme, vector, room, role, digits=True, scale=peak(*vectors))
            for vector, room, role in zip(vectors, rooms, ("line", "output"), strict=True)]


def moved(theme: Theme, vectors: Sequence[View], name: str, how_far: View, room: Room) -> VGroup:
    """Both, far from each other in a room, and between them their distance, which has a name."""
    first, second = before_after(theme, vectors, room.rows(SHARES)[::2])
    return VGroup(first, second, distance(theme, first.border, second.border, name, how_far))
