"""Colours by numbers: ramps that are even to the eye, and black or white to write with.

coloraide takes a tenth of a second to start, which only those wait for who draw: it is loaded where it is first needed.
"""

from functools import lru_cache


@lru_cache(64)
def ramp(stops: tuple[str, ...], n: int) -> tuple[str, ...]:
    """n colours from the first of the stops to the last, equally far apart, on straight lines in OKLab (Ottosson 2020)."""
    from coloraide import Color

    shades = Color.interpolate(list(stops), space="oklab", out_space="srgb")
    return tuple(shades(i / (n - 1)).to_string(hex=True, fit=True) for i in range(n))


@lru_cache(1024)
def ink_on(fill: str) -> str:
    """Black or white, whichever has the higher contrast to a colour (WCAG 2.1)."""
    from coloraide import Color

    return max("black", "white", key=lambda ink: Color(ink).contrast(fill, method="wcag21"))
