"""Zooming: what lies behind a door of one picture grows until it is the picture."""

import numpy as np
from manim import Animation, Mobject, smooth

from scenes.parts.label import Label
from scenes.parts.motion import Together, set_presence
from scenes.base.room import Room

# In which share of the time things fade; words, which would be large and cut, only while they are about their own size.
LEAVES, WORDS_LEAVE, COMES, WORDS_COME = (0.35, 0.85), (0.0, 0.25), (0.1, 0.5), (0.75, 1.0)


class _Zoomed(Animation):
    """A picture grows about a point from one scale to another while it fades in or out; the growth is even to the eye.

    What would leave the room lies on its edges: nothing passes behind the words around it. In the end its points are as they were. A picture that has faded out leaves the scene.
    """

    def __init__(self, picture: Mobject, fixed: np.ndarray, scales: tuple[float, float], room: Room, leaves: bool, **kwargs):
        super().__init__(picture, introducer=not leaves, suspend_mobject_updating=False, **kwargs)
        self.fixed, self.scales, self.room, self.leaves = fixed, scales, room, leaves

    def create_starting_mobject(self) -> Mobject:
        return self.mobject

    def begin(self):
        self.members = self.mobject.family_members_with_points()
        self.points = [member.points.copy() for member in self.members]
        super().begin()

    def interpolate(self, alpha: float):
        start, end = self.scales
        scale = start * (end / start) ** smooth(alpha)
        low, high = self.room.point(-1, -1), self.room.point(1, 1)
        shares = {words: self._share(words, alpha) for words in (True, False)}
        for member, points in zip(self.members, self.points, strict=True):
            member.points = np.clip(self.fixed + scale * (points - self.fixed), low, high)
            set_presence(member, shares[isinstance(member, Label)])

    def _share(self, words: bool, alpha: float) -> float:
        from_, to = (WORDS_LEAVE if words else LEAVES) if self.leaves else (WORDS_COME if words else COMES)
        share = float(np.clip((alpha - from_) / (to - from_), 0, 1))
        return 1 - share if self.leaves else share

    def clean_up_from_scene(self, scene):
        super().clean_up_from_scene(scene)
        for member, points in zip(self.members, self.points, strict=True):
            member.points = points
        if self.leaves:
            scene.remove(self.mobject)


def zoom_in(outer: Mobject, door: Room, inner: Mobject, inside: Room, room: Room, run_time: float = 2.8) -> Animation:
    """The door, a part of the outer picture, grows to what is `inside` the inner picture, which comes up in it; all of it in a room."""
    factor, fixed = _similarity(door, inside)
    return Together(
        _Zoomed(outer, fixed, (1, factor), room, leaves=True, run_time=run_time),
        _Zoomed(inner, fixed, (1 / factor, 1), room, leaves=False, run_time=run_time),
    )


def _similarity(door: Room, room: Room) -> tuple[float, np.ndarray]:
    """How many times larger a room is than a door, and the point that stays where it is when one becomes the other."""
    factor = max(1.01, min(room.width / door.width, room.height / door.height))
    return factor, (room.centre - factor * door.centre) / (1 - factor)
