"""Motions: functions that return animations; a part never plays them."""

from collections.abc import Iterable, Sequence

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    Create,
    FadeOut,
    ManimColor,
    Mobject,
    ReplacementTransform,
    VGroup,
    VMobject,
    linear,
    rate_functions,
    smooth,
    squish_rate_func,
    there_and_back,
)

from model import View
from scenes.parts.heat_map import Cell, HeatMap
from scenes.parts.label import Number, format_number
from scenes.parts.whole import exchanged, presence
from scenes.base.theme import Theme
from scenes.base.type import Outline

DIMMED = 0.3
# Seconds that a motion takes at pace 1: what is only put there, what is looked at, what is followed with the eye.
FLASH, BLINK, BRIEF, SHORT, EASY, STEADY, SLOW, SLOWER, LONG = 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6


class Together(AnimationGroup):
    """Animations at once, or one after the other with a lag, that leave the order in which things are drawn as it is.

    Manim's group would lift all it moves above everything else.
    """

    def __init__(self, *animations: Animation, lag: float = 0.0, **kwargs):
        super().__init__(*animations, lag_ratio=lag, introducer=True, suspend_mobject_updating=False, **kwargs)

    def begin(self):
        if self.animations:
            super().begin()

    def _setup_scene(self, scene):
        scene.add_mobjects_from_animations(self.animations)
        together = [animation for animation in self.animations if isinstance(animation, AnimationGroup)]
        new = [animation.mobject for animation in self.animations if animation.is_introducer() and animation not in together]
        known = set(scene.get_mobject_family_members())
        scene.add(*(mobject for mobject in new if mobject not in known))    # at once: manim sorts its whole list every time
        for animation in together:
            animation._setup_scene(scene)


class Presence(Animation):
    """Lets pictures appear, dim and vanish: all their opacities are multiplied by one share of what they were drawn with.

    Unlike manim's FadeIn it copies no points, remembers what full presence is, and may be told again at any time. What has
    vanished stays invisible, even if something it belongs to moves, until it appears again.
    """

    def __init__(self, mobject: Mobject, share: float, start: float | None = None, **kwargs):
        super().__init__(mobject, introducer=start == 0, suspend_mobject_updating=False, **kwargs)
        self.share, self.start = share, start

    def create_starting_mobject(self) -> Mobject:
        return self.mobject

    def begin(self):
        self.members = self.mobject.family_members_with_points()
        self.starts = [presence(member) if self.start is None else self.start for member in self.members]
        super().begin()

    def interpolate_mobject(self, alpha: float):
        alpha = self.rate_func(alpha)
        for member, start in zip(self.members, self.starts, strict=True):
            set_presence(member, start + (self.share - start) * alpha)

    def clean_up_from_scene(self, scene):
        super().clean_up_from_scene(scene)
        # Taking a part out of a whole would break the whole up in manim's list, and with it the order in which things are drawn.
        if self.share == 0 and self.mobject in scene.mobjects:
            scene.remove(self.mobject)


def set_presence(member: VMobject, share: float) -> None:
    """Draws a shape at a share of its own opacity."""
    now = presence(member)
    if now > 0:
        member.own_alphas = [getattr(member, name)[:, 3] / now for name in ("fill_rgbas", "stroke_rgbas")]
    for name, alphas in zip(("fill_rgbas", "stroke_rgbas"), member.own_alphas, strict=True):
        getattr(member, name)[:, 3] = alphas * share
    member.presence = share


def hide(*mobjects: Mobject) -> None:
    """Makes pictures invisible at once, so that they can be put in their place before they appear."""
    for mobject in mobjects:
        for member in mobject.family_members_with_points():
            set_presence(member, 0)


def appear(*mobjects: Mobject, lag: float = 0.0, run_time: float = SHORT) -> Animation:
    """Pictures come up, one after the other if there is a lag; fast at first, so that one that goes meanwhile leaves no gap."""
    return Together(*(Presence(mobject, 1, start=0, run_time=run_time, rate_func=rate_functions.ease_out_sine) for mobject in mobjects), lag=lag)


def vanish(*mobjects: Mobject, run_time: float = BRIEF) -> Animation:
    """Pictures go away and leave the scene."""
    return Together(*(Presence(mobject, 0, run_time=run_time) for mobject in mobjects))


def dim(*mobjects: Mobject, share: float = DIMMED, run_time: float = 0.5) -> Animation:
    """What is not being talked about steps back."""
    return Together(*(Presence(mobject, share, run_time=run_time) for mobject in mobjects))


def brighten(*mobjects: Mobject, run_time: float = 0.5) -> Animation:
    """What had been dimmed comes back."""
    return dim(*mobjects, share=1, run_time=run_time)


def draw(*lines: VMobject, lag: float = 0.0, run_time: float = 0.7) -> Animation:
    """Lines are drawn from their start."""
    return Together(*(Create(line, run_time=run_time) for line in lines), lag=lag)


class Count(Animation):
    """A number runs through strings, one after the other, and ends on its own."""

    def __init__(self, theme: Theme, label: Number, strings: Sequence[str], **kwargs):
        super().__init__(label, introducer=True, rate_func=linear, **kwargs)
        self.strings = [*strings, label.string]
        self.outlines = [theme.fonts.outline(string, 400, True) for string in self.strings]
        self.middle = theme.fonts.cap_height / 2

    def create_starting_mobject(self) -> Mobject:
        return self.mobject

    def begin(self):
        points = self.mobject.points      # manim's centre is that of the anchors: not that of the outline, where handles reach further
        self.origin = (points.min(0) + points.max(0)) / 2 - self._box_centre(self.outlines[-1])
        super().begin()

    def interpolate_mobject(self, alpha: float):
        turn = min(int(alpha * len(self.strings)), len(self.strings) - 1)
        points, advance = self.outlines[turn]
        self.mobject.points = self.origin + np.pad(
            (points - (advance / 2, self.middle)) * self.mobject.size, ((0, 0), (0, 1))
        )
        self.mobject.string = self.strings[turn]

    def _box_centre(self, outline: Outline) -> np.ndarray:
        low, high = outline.points.min(0), outline.points.max(0)
        return np.append(((low + high) / 2 - (outline.advance / 2, self.middle)) * self.mobject.size, 0)


class Light(Animation):
    """The outline of a cell lights up and goes out again."""

    def __init__(self, cell: VMobject, colour: ManimColor, width: float = 4, **kwargs):
        super().__init__(cell, rate_func=there_and_back, **kwargs)
        self.colour, self.width = colour, width

    def create_starting_mobject(self) -> Mobject:
        return self.mobject

    def interpolate_mobject(self, alpha: float):
        self.mobject.set_stroke(self.colour, self.width * self.rate_func(alpha), opacity=1)


def live_dot_product(theme: Theme, a: View, b: View, pairs: Iterable[tuple[Cell, Cell]], into: Number | None,
                     start: float = 0.0, run_time: float = 2.0) -> Animation:
    """Pairs of cells light up in turn while a number counts through the true partial sums of a · b.

    a, b: the two vectors. pairs: their cells, as far as they are shown. into: the number, which ends on what it shows (its
    source); None where cells are too small for digits. start: what the sum begins with (a bias).
    """
    lights = Together(
        *(Together(*(Light(cell, theme.colour("output"), run_time=1) for cell in pair)) for pair in pairs),
        lag=0.4, run_time=run_time,
    )
    if into is None:
        return lights
    places = len(into.string.partition(".")[2])
    sums = start + np.cumsum(a.values * b.values)
    return Together(lights, Count(theme, into, [format_number(x, places) for x in sums[:-1]], run_time=run_time))


class Travel(ReplacementTransform):
    """One picture goes to where another is and becomes it, on stage too, where it takes its place alone."""

    def __init__(self, start: Mobject, end: Mobject, **kwargs):
        super().__init__(start, end, **kwargs)
        self.replace_mobject_with_target_in_scene = False

    def clean_up_from_scene(self, scene):
        super().clean_up_from_scene(scene)
        scene.mobjects = exchanged(scene.mobjects, self.mobject, self.target_mobject)


def travel(start: Mobject, end: Mobject, arc: float = 0.0, run_time: float = SLOW) -> Animation:
    """What is at `start` goes to where `end` is and becomes it; both must have the same parts."""
    return Travel(start, end, path_arc=arc, run_time=run_time)


def become(old: HeatMap, new: HeatMap, run_time: float = 0.9) -> Animation:
    """A heat map goes to where another of as many cells is and becomes it; its digits go, and those of the other come up."""
    moving = [(old.border, new.border), (old.cells, new.cells), (old.dots, new.dots)][: 2 + bool(old.dots)]
    return Together(
        *(travel(start, end, run_time=run_time) for start, end in moving),
        vanish(old.numbers, run_time=run_time / 4), *_arrive([new.numbers], run_time),
    )


def copy_to(cells: VGroup, end: HeatMap, arc: float = 0.0, run_time: float = SLOW) -> Animation:
    """A copy of rows of cells travels to a heat map and becomes its cells; frame and digits come up on arrival."""
    return Together(travel(cells.copy(), end.cells, arc, run_time), *_arrive([end.border, end.numbers, end.dots], run_time))


def _arrive(parts: Sequence[Mobject], run_time: float) -> list[Animation]:
    """Parts come up in the last third of a motion."""
    there = [part for part in parts if part.family_members_with_points()]
    return [Presence(part, 1, start=0, run_time=run_time, rate_func=squish_rate_func(smooth, 0.7)) for part in there]


def slide(*mobjects: Mobject, x: float = 0.0, y: float = 0.0, run_time: float = 0.7) -> Animation:
    """Things move by a distance, each as far."""
    return Together(*(mobject.animate(run_time=run_time).shift([x, y, 0]).build() for mobject in mobjects))


def merge(*mobjects: Mobject, into: Mobject, scale: float = 0.3, run_time: float = 0.7) -> Animation:
    """Copies of pictures fly into another one and are gone; `scale`: how small they become on the way."""
    return Together(*(
        FadeOut(VGroup(mobject.copy()), target_position=into.get_center(), scale=scale, run_time=run_time) for mobject in mobjects
    ))
