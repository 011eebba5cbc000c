"""Wholes: pictures whose parts have names. However the parts came on stage, once all of them are there the whole stands there."""

from collections.abc import Iterable, Sequence

from manim import Mobject, VGroup, VMobject


class Whole(VGroup):
    """A picture of named parts, drawn in the order in which they are given; each is an attribute of that name.

    A sequence of pictures becomes a group of them. Raises ValueError for a name that manim's groups use themselves.
    """

    def __init__(self, **parts: Mobject | Sequence[Mobject]):
        super().__init__()
        if taken := [name for name in parts if hasattr(self, name)]:
            raise ValueError(f"a part cannot be called {', '.join(taken)}")
        for name, part in parts.items():
            setattr(self, name, VGroup(*part) if isinstance(part, list | tuple) else part)
            self.add(getattr(self, name))
        self._claim()

    def __deepcopy__(self, memo: dict) -> "Whole":
        """The parts of a copy belong to the copy."""
        other = super().__deepcopy__(memo)
        other._claim()
        return other

    def _claim(self) -> None:
        tie, inside = _Tie(self), list(self.submobjects)
        while inside:
            part = inside.pop()
            part.tie = tie
            if not isinstance(part, Whole):
                inside += part.submobjects


class _Tie:
    """From a part to the whole that it belongs to. To copy a part is not to copy its whole."""

    def __init__(self, whole: Whole):
        self.whole = whole

    def __deepcopy__(self, memo: dict) -> "_Tie":
        return self


def presence(member: VMobject) -> float:
    """The share of its own opacity at which a shape is drawn."""
    return getattr(member, "presence", 1.0)


def gathered(mobjects: Sequence[Mobject]) -> list[Mobject]:
    """What is on stage, with a whole in the place of its parts wherever all of these are there that are not hidden.

    A whole is drawn where the first of its parts was, so that what was put over that stays over it.
    """
    mobjects = list(mobjects)
    while whole := _complete(mobjects):
        family = set(whole.get_family())
        first = next(place for place, thing in enumerate(mobjects) if not family.isdisjoint(thing.get_family()))
        mobjects = [*mobjects[:first], whole, *without(mobjects[first:], family)]
    return mobjects


def exchanged(mobjects: Iterable[Mobject], old: Mobject, new: Mobject) -> list[Mobject]:
    """What is on stage, with one picture in the place of another; what was in a whole with that stands by itself."""
    found = []
    for thing in without(mobjects, set(new.get_family())):
        if thing is old:
            found.append(new)
        elif old in thing.get_family():
            found += exchanged(filter(_visible, thing.submobjects), old, new)
        else:
            found.append(thing)
    return found


def without(mobjects: Iterable[Mobject], gone: set[Mobject]) -> list[Mobject]:
    """Pictures, or what is left of them, without those that are gone."""
    left = []
    for thing in mobjects:
        if gone.isdisjoint(thing.get_family()):
            left.append(thing)
        elif thing not in gone:
            left += without(thing.submobjects, gone)
    return left


def _complete(mobjects: Sequence[Mobject]) -> Whole | None:
    """A whole that is on stage in parts, all of them."""
    there = {member for thing in mobjects for member in thing.get_family()}
    tied = {}
    for part in mobjects:
        if hasattr(part, "tie"):
            tied.setdefault(part.tie.whole, []).append(part)
    for whole, parts in tied.items():
        family = whole.get_family()
        if not set(family).isdisjoint(parts) and all(member in there for member in family if _shows(member)):
            return whole
    return None


def _visible(thing: Mobject) -> bool:
    return any(map(_shows, thing.get_family()))


def _shows(member: Mobject) -> bool:
    return len(member.points) > 0 and presence(member) > 0
