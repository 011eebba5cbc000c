"""A sum in one line: its terms, each with its name above, and what they add up to."""

from collections.abc import Sequence
from itertools import pairwise

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import sign
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.label import decimals_for_sum, number
from scenes.parts.whole import Whole

TERM, TOTAL = 38 * PX, 66 * PX            # em sizes


class SumLine(Whole):
    """`names` above the `terms`, `signs` between these, and `total`."""

    def __init__(self, names: VGroup, terms: VGroup, signs: VGroup, total: Mobject):
        super().__init__(names=names, terms=terms, signs=signs, total=total)


def sum_line(theme: Theme, names: Sequence[Mobject], terms: Sequence[View], total: View, room: Room) -> SumLine | None:
    """Terms, written so that they add up to the total, in a room, with a name for each; None where there is no room for their digits."""
    decimals = decimals_for_sum([*map(float, terms)], float(total), theme.decimals)
    above, (*places, last) = (line.columns(len(terms) + 1) for line in room.rows(2, 0))
    figures = [number(theme, term, TERM, at=place, decimals=decimals, width=place.width) for term, place in zip(terms, places, strict=True)]
    if min(figure.size for figure in figures) < theme.digit:
        return None
    end = number(theme, total, TOTAL, "output", at=last, width=last.width)
    signs = [sign(theme, "=" if right is end else "+", left, right) for left, right in pairwise([*figures, end])]
    return SumLine(VGroup(*(name.move_to(place.centre) for name, place in zip(names, above))), VGroup(*figures), VGroup(*signs), end)
