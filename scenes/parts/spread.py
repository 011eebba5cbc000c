"""How large dot products of drawn vectors are, and what softmax makes of some of them; and how wide these vectors are."""

from collections.abc import Sequence

from manim import Animation, VGroup

from model import View
from scenes.base.layout import fitted, stacked
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import Bar, floor, histogram
from scenes.parts.equation import equation
from scenes.parts.label import number, paragraph, text, text_width
from scenes.parts.motion import LONG, Together, appear, travel, vanish
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole

LETTERS, DECISIVE, STOP, NOTE = (size * PX for size in (66, 100, 54, 32))
COLUMNS = (3, 8, 4, 8)                    # widths: maths, histogram, spread, softmax
LINE, VERDICT = (length * PX for length in (44, 80))                      # heights of a line of words or digits and of two
HIGH = 230 * PX                           # of a row, from which the words about the weights find room


class Spread(Whole):
    """`axis`: what stays if the vectors get more entries; `shape`, the histogram; `measured`, its spread; `weights`, softmax of some;
    `verdict`: what is to be said of these in the end."""

    def __init__(self, axis: VGroup, shape: Bar, measured: VGroup, weights: WeightBars, verdict: VGroup):
        super().__init__(axis=axis, shape=shape, measured=measured, weights=weights, verdict=verdict)

    def come_from(self, other: "Spread", run_time: float = LONG) -> Animation:
        """The histogram goes from its axis to another one; what is found there comes up."""
        return Together(appear(self.axis), travel(other.shape.copy(), self.shape, run_time=run_time),
                        appear(self.measured, self.weights, run_time=run_time))

    def follow(self, before: "Spread", run_time: float = LONG) -> Animation:
        """Takes the place of another one of the same axis, which stays."""
        pairs = [(before.shape, self.shape), (before.weights.bars, self.weights.bars)]
        return Together(
            vanish(before.measured, before.weights.numbers, run_time=run_time / 4),
            *(travel(old, new, run_time=run_time) for old, new in pairs),
            appear(self.measured, self.weights.numbers, run_time=run_time),
        )


def spread(theme: Theme, maths: str, views: Sequence[View], words: Sequence[str], room: Room) -> Spread:
    """Scores in a room; every histogram is as high as it. maths: how a score is written.

    views: the borders of the bins (edge) and the share in each of these (bin), how far the scores are spread, and the weights of some (key).
    words: what the spread and the weights are called, and what is to be said of the weights in the end, where there is room.
    """
    edges, shares, measure, weights = views
    sign, left, middle, right = room.columns(COLUMNS, GAP)
    fits = room.height >= HIGH
    digits = len(weights) * text_width(theme, f"0.{'0' * theme.decimals}", theme.digit, tabular=True)
    if room.height >= 2 * HIGH and right.width < digits:
        above, right = room.rows(2, TIGHT)
        sign, left, middle = above.columns(COLUMNS[:3], GAP)
        right = right.trim(left=left.left - room.left)
    body, foot = left.trim(bottom=LINE), left.strip(bottom=LINE)
    ends = [number(theme, edges[k], theme.digit, "muted", at=foot, align=side, decimals=0) for k, side in ((0, -1), (len(edges) - 1, 1))]
    axis = VGroup(fitted(equation(theme, maths, size=LETTERS), sign), floor(theme, body), *ends,
                  text(theme, words[1], NOTE, "weight", at=right.strip(bottom=LINE)))
    measured = stacked(
        text(theme, words[0], NOTE, "muted"),
        number(theme, measure, DECISIVE, "output", 600, decimals=1, width=middle.width), at=middle)
    places = right.trim(top=VERDICT if fits else 0, bottom=LINE).columns(len(weights), TIGHT / 3)
    verdict = paragraph(theme, words[2], NOTE, right.width).shift(right.strip(top=VERDICT).centre)
    verdict = verdict if fits and verdict.height <= VERDICT else VGroup()
    return Spread(axis, histogram(theme, shares, body, "output", float(shares.values.max())), measured,
                  weight_bars(theme, weights, places, theme.digit if right.width >= digits else 0), verdict)


class Width(Whole):
    """How many numbers the vectors have, and the root of that: `letters`, which stay, and `numbers`."""

    def __init__(self, letters: VGroup, numbers: VGroup):
        super().__init__(letters=letters, numbers=numbers)


def widths(theme: Theme, counts: View, roots: View, room: Room) -> list[Width]:
    """How many numbers vectors have (dimension) and the roots of that (dimension), in a room, one after the other."""
    places = [place.columns([4, 3], TIGHT) for place in room.columns(2, TIGHT)]
    size, found = max(theme.digit, min(STOP, room.height)), []
    for pair in zip(counts, roots, strict=True):
        letters = VGroup(equation(theme, maths, size=size, at=left) for maths, (left, _) in zip(("d_k =", "sqrt(d_k) ="), places, strict=True))
        numbers = VGroup(number(theme, view, size, weight=600, decimals=decimals, at=right, align=-1)
                         for decimals, (view, (_, right)) in enumerate(zip(pair, places, strict=True)))
        found.append(Width(letters, numbers))
    return found
