"""What a weight was before training, what it is now, and what was wanted of it."""

from collections.abc import Sequence

from manim import RIGHT, VGroup

from model import View
from scenes.base.layout import line_of
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import arrow
from scenes.parts.label import number, text
from scenes.parts.ranking import level, track
from scenes.parts.whole import Whole

NAME, NUMBER = 34 * PX, 44 * PX
WORDS = 0.6                               # share of the height that name and number have


class Aim(Whole):
    """`before`, `way`, an arrow to `now`, and `wanted`: each a name, the weight and a bar on a track as long as 1."""

    def __init__(self, before: VGroup, way: VGroup, now: VGroup, wanted: VGroup):
        super().__init__(before=before, way=way, now=now, wanted=wanted)


def aim(theme: Theme, names: Sequence[str], weights: Sequence[View], room: Room) -> Aim:
    """All three side by side in a room. names, weights: before, now, wanted."""
    places = room.columns(3, room.width / 11)
    before, now, wanted = (_bar(theme, *each) for each in zip(names, weights, places, strict=True))
    start, end = (place.point(side) for place, side in zip(places, (1, -1)))
    return Aim(before, arrow(theme, start + TIGHT * RIGHT, end - TIGHT * RIGHT, "text"), now, wanted)


def _bar(theme: Theme, name: str, weight: View, room: Room) -> VGroup:
    said = line_of(text(theme, name, NAME), number(theme, weight, NUMBER, "weight", 700), at=room.strip(top=WORDS * room.height))
    return VGroup(said, track(theme, room), level(theme, weight, room, "weight"))
