"""LayerNorm's formula, with the mean and the spread of the bars run into its symbols."""

from collections.abc import Sequence

from manim import VGroup, VMobject

from model import View
from scenes.base.layout import right_of
from scenes.base.room import PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.feature_bars import Moments
from scenes.parts.label import number
from scenes.parts.shapes import Block, frame, room_of
from scenes.parts.whole import Whole

LARGE, DIGITS, LEADER = 80 * PX, 64 * PX, 4 * PEN
SAID = 0.42                               # share of a wide room that mean and spread take
LATER = ("y", "gamma", "beta")            # symbols whose turn comes later
MATHS = ("{{ y = : y }} {{ gamma : gamma }} (READ - {{ mu : mu }}) / {{ sqrt(sigma^2 + epsilon) : sigma }} {{ + beta : beta }}")


class Readout(Whole):
    """A number that stays what it was: `words`, its letter and digits; `box` around its symbol; `leader`, from the bars over the
    words to the box."""

    def __init__(self, words: VGroup, box: Block, leader: VMobject):
        super().__init__(words=words, box=box, leader=leader)


class Normed(Whole):
    """`maths`, the formula; `mean` and `spread`, what goes into it."""

    def __init__(self, maths: Equation, mean: Readout, spread: Readout):
        super().__init__(maths=maths, mean=mean, spread=spread)

    @property
    def later(self) -> list[VMobject]:
        """The symbols whose turn comes later."""
        return [self.maths.select(name) for name in LATER]


def normed(theme: Theme, reads: str, mean: View, spread: View, marks: Moments, room: Room) -> Normed:
    """The formula in a room, the mean above it and the spread below it, or both at its left. reads: the letter of what is normalised."""
    beside = room.trim(left=SAID * room.width + TIGHT) if room.is_wide else room
    maths = equation(theme, MATHS.replace("READ", reads), size=LARGE, at=beside, width=beside.width)
    level, bracket = room_of(marks.level), room_of(marks.bracket)
    around = {name: _box(theme, maths.select(name)) for name in ("mu", "sigma")}
    upper, lower = room_of(around["mu"]), room_of(around["sigma"])
    width = (SAID if room.is_wide else 1) * room.width
    reach = max(0.275 * room.height, maths.height / 2 + TIGHT)
    top, bottom = room.centre[1] + reach, room.centre[1] - reach
    high, low = (room.centre[1] + side * 0.7 * DIGITS if room.is_wide else edge + side * DIGITS for side, edge in ((1, top), (-1, bottom)))
    x, y = (bracket.right, level.right)[0], bracket.centre[1]
    return Normed(
        maths,
        Readout(_said(theme, "mu =", mean, (room.left, high), width), around["mu"],
                _leader(theme, [(level.right, level.centre[1]), (x + TIGHT, level.centre[1]), (x + TIGHT, top), (upper.centre[0], top), (upper.centre[0], upper.top)])),
        Readout(_said(theme, "sigma =", spread, (room.left, low), width), around["sigma"],
                _leader(theme, [(x, y), (x + 2 * TIGHT, y), (x + 2 * TIGHT, bottom), (lower.centre[0], bottom), (lower.centre[0], lower.bottom)])),
    )


def _said(theme: Theme, letter: str, value: View, at: Sequence[float], width: float) -> VGroup:
    maths = equation(theme, letter, size=DIGITS)
    maths.move_to([at[0] + 2 * TIGHT + maths.width, at[1], 0])
    said = VGroup(maths, right_of(number(theme, value, DIGITS, weight=600), maths))
    return said.scale(min(1, (at[0] + width - said.get_left()[0]) / said.width), about_point=said.get_left())


def _box(theme: Theme, symbol: VMobject) -> Block:
    around = frame(theme, room_of(symbol, TIGHT / 3), "text", width=3)
    around.overlay = True
    return around


def _leader(theme: Theme, stops: Sequence[Sequence[float]]) -> VMobject:
    line = VMobject(stroke_color=theme.colour("text"), stroke_width=LEADER)
    return line.set_points_as_corners([(x, y, 0) for x, y in stops])
