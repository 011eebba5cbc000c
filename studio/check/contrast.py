"""Contrast and colour vision: can everybody read a theme, and tell what means a query from what means a key?

Contrast is that of WCAG 2.1 (1.4.3, level AA). How far two colours are apart is CIEDE2000 (Sharma, Wu and Dalal 2005), in normal
sight and as dichromats see them (Viénot, Brettel and Mollon 1999; Brettel, Viénot and Mollon 1997 for tritanopia).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
from coloraide import Color

from scenes.base.theme import Theme
from studio.errors import Problem

READABLE, ILLEGIBLE = 4.5, 3              # what text needs; below the second not even large text is readable (WCAG)
APART, NEAR, LIKE = 20, 10, 40            # CIEDE2000: nobody takes one for the other; nearly the same; somewhat the same
VISIONS = {"normal sight": "", "protanopia": "protan", "deuteranopia": "deutan", "tritanopia": "tritan"}
GROUNDS = ("background", "surface")
ROLES = ("query", "key", "value", "output")
WRITTEN = ("text", "muted", *ROLES)       # the roles that text is set in
NEEDED = f"{APART} is needed (CIEDE2000)"
ROUNDING = 0.5                            # of lightness, more than that of colours to 8 bits
LIGHTS, TURNS = 51, range(-50, 51, 10)    # lightnesses, and degrees of hue, in the search for a colour that would do


def problems(theme: Theme) -> list[Problem]:
    """What is hard to read or to tell apart in a theme; `kind` is "illegible" for text that nobody could read."""
    return [*_texts(theme), *_pairs(theme), *_ramps(theme)]


@lru_cache(None)
def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 … 21 (WCAG 2.1)."""
    return Color(one).contrast(other, method="wcag21")


@lru_cache(None)
def difference(one: str, other: str, vision: str = "normal sight") -> float:
    """How far two colours are apart in one of VISIONS (CIEDE2000)."""
    return _seen(one, vision).delta_e(_seen(other, vision), method="2000")


def least_difference(one: str, other: str) -> tuple[float, str]:
    """How far two colours are apart where they are nearest, and in which of VISIONS that is."""
    return min((difference(one, other, vision), vision) for vision in VISIONS)


@lru_cache(None)
def _seen(colour: str, vision: str) -> Color:
    return Color(colour).filter(VISIONS[vision]) if VISIONS[vision] else Color(colour)


@lru_cache(None)
def _lightness(colour: str) -> float:
    return Color(colour).convert("lab-d65")["lightness"]


def _texts(theme: Theme) -> Iterator[Problem]:
    """Text that is too faint."""
    for role in WRITTEN:
        colour = theme.colours[role]
        ratio, ground = min((contrast(colour, theme.colours[ground]), ground) for ground in GROUNDS)
        if ratio < READABLE:
            kind = "illegible" if role == "text" and ratio < ILLEGIBLE else "contrast"
            what = f"{colour} has a contrast of {ratio:.2f} : 1 to the {ground}, {theme.colours[ground]}; text needs {READABLE}"
            yield Problem(what, path=f"colours.{role}", kind=kind, hint=_mended(theme, role))


def _pairs(theme: Theme) -> Iterator[Problem]:
    """Roles that somebody could take for one another."""
    for one, other in combinations(ROLES, 2):
        distance, vision = least_difference(theme.colours[one], theme.colours[other])
        if distance < APART:
            what = f"{theme.colours[other]} is {distance:.1f} from {one}, {theme.colours[one]}, in {vision}; {NEEDED}"
            yield Problem(what, path=f"colours.{other}", kind="colour-vision", hint=_mended(theme, other, one))


def _mended(theme: Theme, *roles: str) -> str:
    """The nearest colour with which one of the roles would be readable and apart from the others."""
    for role in roles:
        others = [theme.colours[other] for other in ROLES if role in ROLES and other != role]
        if fit := next((colour for colour in _like(theme.colours[role]) if _is_fit(theme, colour, others)), None):
            return f"{fit} would do for {role}"
    return "make one of them lighter or darker" if len(roles) > 1 else "take it farther from what is behind it"


def _is_fit(theme: Theme, colour: str, others: Sequence[str]) -> bool:
    readable = all(contrast(colour, theme.colours[ground]) >= READABLE for ground in GROUNDS)
    return readable and all(least_difference(colour, other)[0] >= APART for other in others)


@lru_cache
def _like(colour: str) -> list[str]:
    """Colours that are lighter, darker, and of hues nearby, the most similar first."""
    _, chroma, hue = Color(colour).convert("oklch").coords(nans=False)
    lights, hues = np.linspace(0, 1, LIGHTS), hue + np.array(TURNS)
    near = {Color("oklch", [light, chroma, turned]).convert("srgb").to_string(hex=True, fit="clip")
            for light in lights for turned in hues}
    return [other for distance, other in sorted((difference(colour, other), other) for other in near) if distance < LIKE]


def _ramps(theme: Theme) -> Iterator[Problem]:
    """Shades from which a value could not be read."""
    signed, weight = theme.ramps["signed"], theme.ramps["weight"]
    middle = len(signed) // 2
    zero, last, one = len(theme.stops["signed"]) // 2, len(theme.stops["signed"]) - 1, len(theme.stops["weight"]) - 1
    yield from _zero(theme, f"signed.{zero}", signed[middle])
    yield from _zero(theme, "weight.0", weight[0])
    yield from _arm(theme, "signed.0", "the negative end", signed[middle::-1])
    yield from _arm(theme, f"signed.{last}", "the positive end", signed[middle:])
    yield from _arm(theme, f"weight.{one}", "the weight 1", weight)
    yield from _ends(theme, signed[0], signed[-1])
    yield from (problem for path, end in (("signed.0", signed[0]), (f"signed.{last}", signed[-1]), (f"weight.{one}", weight[-1]))
                for problem in _like_a_role(theme, path, end))


def _zero(theme: Theme, path: str, zero: str) -> Iterator[Problem]:
    ground = theme.colours["background"]
    if (distance := difference(zero, ground)) > NEAR:
        what = f"{zero}, which stands for 0, is {distance:.1f} from the background, {ground}; at most {NEAR} is right (CIEDE2000)"
        yield Problem(what, path=path, kind="ramp", hint="then nothing looks like nothing")


def _arm(theme: Theme, path: str, end: str, shades: Sequence[str]) -> Iterator[Problem]:
    """Shades from zero to an end: each is farther from the background than the one before, and the end is not like zero."""
    ground = _lightness(theme.colours["background"])
    depths = [abs(_lightness(shade) - ground) for shade in shades]
    if any(after < before - ROUNDING for before, after in zip(depths, depths[1:], strict=False)):
        what = f"on the way from 0 to {end} the shades come nearer to the background in lightness"
        yield Problem(what, path=path, kind="ramp", hint="let both ends be lighter than the background, or both darker")
    distance, vision = least_difference(shades[0], shades[-1])
    if distance < APART:
        what = f"{end}, {shades[-1]}, is {distance:.1f} from what stands for 0, {shades[0]}, in {vision}; {NEEDED}"
        yield Problem(what, path=path, kind="colour-vision", hint="take it farther from the background in lightness")


def _ends(theme: Theme, negative: str, positive: str) -> Iterator[Problem]:
    """The ends of the signed ramp are not like each other."""
    distance, vision = least_difference(negative, positive)
    if distance < APART:
        what = f"the ends, {negative} and {positive}, are {distance:.1f} apart in {vision}; {NEEDED}"
        yield Problem(what, path="signed", kind="colour-vision", hint="let one be much farther from the background in lightness")


def _like_a_role(theme: Theme, path: str, end: str) -> Iterator[Problem]:
    """The end of a ramp that could be taken for a role; in normal sight only: to a dichromat any violet is some blue."""
    distance, role = min((difference(end, theme.colours[role]), role) for role in ROLES)
    if distance < APART:
        what = f"{end} is {distance:.1f} from {role}, {theme.colours[role]}; {NEEDED}"
        yield Problem(what, path=path, kind="colour-vision", hint="take a hue that no role has")
