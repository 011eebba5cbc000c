"""Lanes: every token's way through a diagram, side by side, with a strip of cells wherever its vector is shown."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from model import View
from scenes.parts.flow import arrow
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map
from scenes.parts.shapes import frame
from scenes.base.room import Room
from scenes.base.theme import Theme

WIDEST = 2.3
BETWEEN = 0.1                             # share of a lane's width between it and the next
TALLEST = 0.3


def lanes(count: int, room: Room) -> list[Room]:
    """Rooms side by side in the middle of a room, one for each token."""
    pitch = min(WIDEST, room.width / count)
    whole = Room.around(room.centre, count * pitch, room.height)
    return [place.inset(x=BETWEEN * pitch / 2) for place in whole.columns([1] * count, gap=0)]


def stations(theme: Theme, places: Sequence[Room], low: float, high: float, joint: bool) -> VGroup:
    """Frames between two heights: one across all lanes where tokens meet, which hides what runs behind it, else one in each."""
    if joint:
        places = [Room(places[0].left, places[-1].right, low, high)]
    return VGroup(frame(theme, Room(place.left, place.right, low, high), width=2.5, fill="background" if joint else None) for place in places)


def ways(theme: Theme, places: Sequence[Room], low: float, high: float) -> VGroup:
    """An arrow up each lane."""
    return VGroup(arrow(theme, (place.centre[0], low, 0), (place.centre[0], high, 0), width=2) for place in places)


def strips(theme: Theme, matrix: View, places: Sequence[Room], y: float, height: float, scale: float) -> list[HeatMap]:
    """The rows of a matrix (token, d), each as a strip of cells in its lane at a height."""
    size = Room.around((0, 0), 0.94 * places[0].width, min(TALLEST, height))
    grid = fit_grid(matrix[0].shape, size)._replace(height=size.height)
    return [heat_map(theme, row, place.level(y), scale=scale, grid=grid) for row, place in zip(matrix, places, strict=True)]


def bare(picture: HeatMap) -> VGroup:
    """A heat map without its frame."""
    return VGroup(picture.cells, picture.numbers, picture.dots)


def points(places: Sequence[Room], y: float) -> list[np.ndarray]:
    """The middle of each lane at a height."""
    return [np.array([place.centre[0], y, 0]) for place in places]
