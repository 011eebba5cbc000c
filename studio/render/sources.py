"""Which tensors there are to be seen."""

from collections.abc import Iterable
from itertools import product

from manim import Mobject

from model import View
from scenes.parts.motion import presence


def sources(mobjects: Iterable[Mobject]) -> set[tuple[str, tuple]]:
    """The entries, or parts, of tensors that what is seen of mobjects and all that belongs to them says it shows: names and indices."""
    shapes = {member for mobject in mobjects for member in mobject.get_family() if isinstance(getattr(member, "source", None), View)}
    return {(shape.source.name, shape.source.index) for shape in shapes if presence(shape)}


def places(found: Iterable[tuple[str, tuple]]) -> dict[str, list[list[int]]]:
    """By name where entries are along the axes of their tensor before the last two."""
    seen: dict[str, set[tuple[int, ...]]] = {}
    for name, index in found:
        leading = ([part] if isinstance(part, int) else part for part in index[:-2])
        seen.setdefault(name, set()).update(product(*leading))
    return {name: [[*place] for place in sorted(seen[name])] for name in sorted(seen)}
