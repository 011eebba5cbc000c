"""Shortcuts through manim's Python, which end with the same numbers. Where a shortcut does not fit, manim's own way is taken."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import Enum
from functools import cache

import manim
import numpy as np
from manim import BLACK, Animation, ManimColor, Mobject, Scene, Transform, VMobject
from manim.utils.bezier import interpolate

from model import View

KNOWN = "0.22.0"                          # the manim whose ways these are
UNCHANGING = (int, float, str, bytes, bool, type(None), np.generic, Enum, ManimColor, View)
MANY = 100_000                            # members, more than which only a family has that it is itself a member of
COLOURS = "fill_rgbas", "stroke_rgbas", "background_stroke_rgbas"
ONE_COLOUR, ONE_OPACITY = (ManimColor, type(None)), (int, float, np.float64, type(None))
WIDTHS = "stroke_width", "background_stroke_width", "sheen_factor"
get_family, add_updater = Mobject.get_family, Mobject.add_updater
update_mobjects, update_ends = Scene.update_mobjects, Animation.update_mobjects
interpolate_mobject, generate_rgbas_array = Transform.interpolate_mobject, VMobject.generate_rgbas_array
_added = [0]                              # how often an updater was added


@contextmanager
def shortcuts() -> Iterator[None]:
    """Within this manim takes them, if it is the one they are known for."""
    with ExitStack() as stack:
        if manim.__version__ == KNOWN:
            for kind, name, shortcut in (
                (Mobject, "get_family", family), (Mobject, "family_members_with_points", family_with_points),
                (Mobject, "add_updater", with_updater), (Scene, "update_mobjects", scene_updated),
                (Animation, "update_mobjects", animation_updated),
                (Mobject, "__deepcopy__", copied), (Transform, "interpolate_mobject", interpolated),
                (VMobject, "generate_rgbas_array", with_one_colour),
            ):
                stack.callback(*(setattr, kind, name, vars(kind)[name]) if name in vars(kind) else (delattr, kind, name))
                setattr(kind, name, shortcut)
        yield


# Families

def family(self: Mobject, recurse: bool = True) -> list[Mobject]:
    """`Mobject.get_family` without a generator for each member."""
    if not self.submobjects:
        return [self]
    found, waiting = [], [self]
    while waiting and len(found) < MANY:
        member = waiting.pop()
        found.append(member)
        if member.submobjects:
            waiting.extend(member.submobjects[::-1])
    alone = not waiting and len(set(found)) == len(found)
    return found if alone else get_family(self)             # what occurs twice is to stand where it occurs last


def family_with_points(self: Mobject) -> list[Mobject]:
    """`Mobject.family_members_with_points`."""
    return [member for member in self.get_family() if len(member.points)]


# Updaters

def with_updater(self: Mobject, *args, **kwargs) -> Mobject:
    """`Mobject.add_updater`, which is noticed."""
    _added[0] += 1
    return add_updater(self, *args, **kwargs)


def scene_updated(self: Scene, dt: float) -> None:
    """`Scene.update_mobjects`, which in a play asks nothing to update itself if at its beginning nothing had an updater."""
    animations, added, moving = getattr(self, "asked", (None, 0, False))
    if dt == 0 or animations is not self.animations or added != _added[0]:
        moving = _moving(self.mobjects)
        self.asked = self.animations, _added[0], moving
    if moving:
        update_mobjects(self, dt)


def animation_updated(self: Animation, dt: float) -> None:
    """`Animation.update_mobjects`, the same of what it moves something from and to."""
    start, added, moving = getattr(self, "asked", (None, 0, False))
    if start is not self.starting_mobject or added != _added[0]:
        moving = _moving(self.get_all_mobjects_to_update())
        self.asked = self.starting_mobject, _added[0], moving
    if moving:
        update_ends(self, dt)


def _moving(mobjects: Iterable[Mobject]) -> bool:
    """Whether anything has an updater, or updates itself in a way of its own."""
    members = (member for mobject in mobjects for member in mobject.get_family())
    return any(member.updaters or type(member).update is not Mobject.update for member in members)


# Copies

def copied(self: Mobject, memo: dict[int, object]) -> Mobject:
    """`Mobject.__deepcopy__` that shares what nobody changes."""
    kind = type(self)
    result = memo[id(self)] = kind.__new__(kind)
    for name, value in self.__dict__.items():
        setattr(result, name, _copied(value, memo))
    result.original_id = str(id(self))
    return result


def _copied(value: object, memo: dict[int, object]) -> object:
    """`copy.deepcopy`, with which it shares the memo."""
    kind = type(value)
    if _unchanging(kind):
        return value
    if id(value) in memo:
        return memo[id(value)]
    if kind is list:
        result = memo[id(value)] = []
        result += [_copied(item, memo) for item in value]
    elif kind is np.ndarray and value.dtype != object:
        result = memo[id(value)] = value.copy("K")
    else:
        result = copy.deepcopy(value, memo)
    return result


@cache
def _unchanging(kind: type) -> bool:
    return issubclass(kind, UNCHANGING)


# Colours

def with_one_colour(self: VMobject, color: ManimColor | None, opacity: float | None) -> np.ndarray:
    """`VMobject.generate_rgbas_array`, of one colour or none without lists."""
    if self.sheen_factor or type(color) not in ONE_COLOUR or type(opacity) not in ONE_OPACITY:
        return generate_rgbas_array(self, color, opacity)
    red, green, blue, _ = (BLACK if color is None else color)._internal_value
    return np.array([[red, green, blue, opacity or 0.0]])


# Interpolation

class Together:
    """The shapes that a Transform moves as a few arrays, so that all are interpolated at once, with the arithmetic of each."""

    def __init__(self, families: Sequence[tuple[VMobject, VMobject, VMobject]]):
        self.shapes, *sides = (list(side) for side in zip(*families, strict=True))
        self.arrays = {name: [np.concatenate([getattr(shape, name) for shape in side]) for side in sides]
                       for name in ("points", *COLOURS)}
        self.cuts = {name: _cuts([len(getattr(shape, name)) for shape in sides[0]]) for name in self.arrays}
        self.widths = {name: [np.array([getattr(shape, name) for shape in side], float) for side in sides] for name in WIDTHS}
        self.directions = [np.array([shape.sheen_direction for shape in side], float) for side in sides]

    @staticmethod
    def of(families: Sequence[tuple[VMobject, VMobject, VMobject]]) -> "Together | None":
        """None if any of them is moved in a way of its own."""
        return Together(families) if families and all(_plain(*members) for members in families) else None

    def move(self, alpha: float) -> None:
        """Moves the shapes to a share of their way."""
        for name, sides in self.arrays.items():
            values = interpolate(*sides, alpha)
            for shape, cut in zip(self.shapes, self.cuts[name], strict=True):
                setattr(shape, name, values[cut])
        for name, sides in self.widths.items():
            for shape, value in zip(self.shapes, interpolate(*sides, alpha).tolist(), strict=True):
                setattr(shape, name, value)
        for shape, direction in zip(self.shapes, interpolate(*self.directions, alpha), strict=True):
            shape.sheen_direction = direction


def interpolated(self: Transform, alpha: float) -> None:
    """`Transform.interpolate_mobject`, of all its shapes at once where they go together and straight."""
    share = self.get_sub_alpha(alpha, 0, 1)
    plain = type(self).interpolate_submobject is Transform.interpolate_submobject and self.path_func is interpolate
    together = _together(self) if plain and not self.lag_ratio and 0 < share < 1 else None
    if together:
        together.move(share)
    else:
        interpolate_mobject(self, alpha)


def _together(animation: Transform) -> Together | None:
    """What a Transform moves, since it last began: then it copies what it starts with. None if that moves of itself."""
    start, added, found = getattr(animation, "together", (None, 0, None))
    if start is not animation.starting_mobject or added != _added[0]:
        moving = _moving(animation.get_all_mobjects_to_update())
        found = None if moving else Together.of(list(animation.get_all_families_zipped()))
        animation.together = animation.starting_mobject, _added[0], found
    return found


def _plain(shape: VMobject, start: VMobject, end: VMobject) -> bool:
    kind = type(shape)
    return (
        kind.interpolate is Mobject.interpolate and kind.interpolate_color is VMobject.interpolate_color
        and all(getattr(start, name).shape == getattr(end, name).shape for name in ("points", *COLOURS))
    )


def _cuts(lengths: Sequence[int]) -> list[slice]:
    ends = np.cumsum(lengths).tolist()
    return [slice(begin, end) for begin, end in zip([0, *ends[:-1]], ends, strict=True)]
