"""Theme: roles → colours and type. Scenes name roles, never colours."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from scenes.base import colour
from scenes.base.room import PX
from scenes.base.type import Fonts

if TYPE_CHECKING:
    from manim import ManimColor

ROLES = ("query", "key", "value", "output", "text", "muted", "line", "surface", "background")
RAMPS = {"signed": 3, "weight": 2}         # stops at least; as many on either side of zero, so the first has an odd number
KEYS = ("name", "colours", *RAMPS)
NO_COLOUR = "is not a colour; write it as '#rrggbb'"
ENDS = {"minus": ("signed", 0), "plus": ("signed", -1), "weight": ("weight", -1)}     # roles that are ends of ramps
SHADES = 256
SMALLEST_DIGIT = 28 * PX
HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Theme:
    """What a picture needs to be drawn: a colour for every role, the stops of two ramps for values, fonts, and how numbers are written.

    decimals: of a number. digit: em size of the smallest digits that are legible.

    Build it with `from_mapping`, which checks it.
    """

    name: str
    colours: Mapping[str, str]
    stops: Mapping[str, tuple[str, ...]]
    fonts: Fonts
    decimals: int = 2
    digit: float = SMALLEST_DIGIT

    @classmethod
    def from_mapping(cls, mapping: Mapping, fonts: Fonts) -> "Theme":
        """A theme from the contents of its YAML file. Raises ValueError whose first argument lists all that is wrong."""
        colours = mapping.get("colours") if isinstance(mapping.get("colours"), Mapping) else {}
        unknown, meant = _unknown(mapping, KEYS)
        problems = [f"{key}: unknown key{hint}" for key, hint in unknown.items()]
        if "colours" not in meant:
            unknown, roles = _unknown(colours, ROLES)
            problems += [f"colours.{role}: unknown role{hint}" for role, hint in unknown.items()]
            problems += [f"colours.{role}: missing" for role in ROLES if role not in colours and role not in roles]
        problems += [f"colours.{role}: {value!r} {NO_COLOUR}" for role, value in colours.items() if not _is_colour(value)]
        problems += [problem for ramp in RAMPS if ramp not in meant for problem in _wrong_ramp(ramp, mapping.get(ramp))]
        if problems:
            raise ValueError(problems)
        stops = {ramp: tuple(mapping[ramp]) for ramp in RAMPS}
        return cls(str(mapping.get("name", "")), dict(colours), stops, fonts)

    @cached_property
    def ramps(self) -> Mapping[str, tuple[str, ...]]:
        """The shades of each ramp, as many on either side of its middle."""
        return {name: colour.ramp(stops, SHADES + 1) for name, stops in self.stops.items()}

    def colour(self, role: str) -> "ManimColor":
        """The colour of a role; `minus`, `plus` and `weight` are those of the most negative, the most positive value, the weight 1."""
        if role in ENDS:
            ramp, end = ENDS[role]
            return _manim(self.stops[ramp][end])
        return _manim(self.colours[role])

    def signed(self, share: float) -> "ManimColor":
        """Colour of a value: share −1 (most negative) … 0 … 1 (most positive)."""
        return self._shade("signed", (share + 1) / 2)

    def weight(self, share: float) -> "ManimColor":
        """Colour of a weight between 0 and 1."""
        return self._shade("weight", share)

    def ink_on(self, fill: "ManimColor") -> "ManimColor":
        """Black or white, whichever reads better on `fill`: one of them always has a contrast of 4.5 to it, as text needs."""
        return _manim(colour.ink_on(fill.to_hex()))

    def _shade(self, ramp: str, share: float) -> "ManimColor":
        shades = self.ramps[ramp]
        return _manim(shades[round(float(np.clip(share, 0, 1)) * (len(shades) - 1))])


def _wrong_ramp(ramp: str, stops: object) -> Iterator[str]:
    """What is wrong with the stops of a ramp, if anything."""
    if not isinstance(stops, list) or len(stops) < RAMPS[ramp]:
        yield f"{ramp}: needs a list of {RAMPS[ramp]} colours or more, like '#rrggbb'"
        return
    yield from (f"{ramp}.{place}: {stop!r} {NO_COLOUR}" for place, stop in enumerate(stops) if not _is_colour(stop))
    if ramp == "signed" and len(stops) % 2 == 0:
        yield f"{ramp}: has {len(stops)} colours; the number must be odd, for the middle one is that of 0"


def _unknown(given: Iterable[str], known: Collection[str]) -> tuple[dict[str, str], set[str]]:
    """The names that are not known, each with a hint; and those that were perhaps meant by them."""
    near = {name: get_close_matches(str(name).lower(), known, 1) for name in given if name not in known}
    hints = {name: f"; did you mean '{found[0]}'?" if found else f" (known: {', '.join(known)})" for name, found in near.items()}
    return hints, {found[0] for found in near.values() if found}


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and HEX.fullmatch(value) is not None


@lru_cache(1024)
def _manim(written: str) -> "ManimColor":
    from manim import ManimColor  # slow to start; to check a theme goes without

    return ManimColor(written)
