"""How far dot products of drawn vectors are spread, and what softmax makes of some of them; and the slider of how wide they are."""

from manim import Animation, VGroup, VMobject

from model import Trace, View
from scenes.base.layout import stacked
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import Bar, floor, histogram
from scenes.parts.equation import equation
from scenes.parts.label import number, text, text_width
from scenes.parts.motion import LONG, SLOW, Together, appear, slide, travel, vanish
from scenes.parts.shapes import rounded_rectangle
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole

MATHS = {"": "q dot k", "scaled_": "(q dot k) / sqrt(d_k)"}
LETTERS, DECISIVE, STOP, NOTE = (size * PX for size in (66, 100, 54, 30))
COLUMNS = (3, 8, 4, 8)                    # widths: maths, histogram, spread, softmax
LINE, KNOB = 44 * PX, 26 * PX             # height of a line of words or digits; width of the knob
WAY = (2, 6, 7)                           # widths: the letter, the slider, what is said beside it


class Spread(Whole):
    """`axis`: what stays if the vectors get more entries; `shape`, the histogram; `measured`, its spread; `weights`, softmax of some."""

    def __init__(self, axis: VGroup, shape: Bar, measured: VGroup, weights: WeightBars):
        super().__init__(axis=axis, shape=shape, measured=measured, weights=weights)

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


def spread(theme: Theme, trace: Trace, prefix: str, i: int, words: tuple[str, str], room: Room) -> Spread:
    """The i-th dimension of the experiment in a room; every histogram is as high as it, and all are on one axis.
    prefix: of scores that are scaled or not.

    words: what the spread and the weights are called.
    """
    weights = trace[f"scaling.{prefix}weights"][i]
    sign, left, middle, right = room.columns(COLUMNS, GAP)
    if right.width < len(weights) * text_width(theme, f"0.{'0' * theme.decimals}", theme.digit, tabular=True):
        above, right = room.rows(2, TIGHT)
        sign, left, middle = above.columns(COLUMNS[:3], GAP)
        right = right.trim(left=left.left - room.left)
    shares, edges = trace[f"scaling.{prefix}histogram"][i], trace["scaling.edges"]
    body, foot = left.trim(bottom=LINE), left.strip(bottom=LINE)
    ends = [number(theme, edges[k], theme.digit, "muted", at=foot, align=side, decimals=0) for k, side in ((0, -1), (len(edges) - 1, 1))]
    axis = VGroup(equation(theme, MATHS[prefix], size=LETTERS, at=sign), floor(theme, body), *ends,
                  text(theme, words[1], NOTE, "weight", at=right.strip(bottom=LINE)))
    measured = stacked(
        text(theme, words[0], NOTE, "muted"), number(theme, trace[f"scaling.{prefix}spread"][i], DECISIVE, "output", 600, decimals=1), at=middle)
    places = right.trim(bottom=LINE).columns(len(weights), TIGHT / 3)
    return Spread(axis, histogram(theme, shares, body, "output", float(shares.values.max())), measured,
                  weight_bars(theme, weights, places, theme.digit))


class Slider(Whole):
    """`way` with a `knob` on it, `stops` above, `spreads` below, `words` around."""

    def __init__(self, way: VMobject, stops: VGroup, spreads: VGroup, knob: VMobject, words: VGroup):
        super().__init__(way=way, stops=stops, spreads=spreads, knob=knob, words=words)

    @property
    def rest(self) -> VGroup:
        """All but the spreads, which are not known yet."""
        return VGroup(self.way, self.stops, self.knob, self.words)

    def move_to_stop(self, i: int) -> Animation:
        """The knob goes to another stop."""
        return slide(self.knob, x=self.stops[i].get_x() - self.knob.get_x(), run_time=SLOW)


def slider(theme: Theme, d_k: View, spreads: View, notes: tuple[str, str], room: Room) -> Slider:
    """The numbers of entries that are tried, on a slider in a room, with the spread of each; its knob is at the first.

    notes: what the vectors are, and what the spreads are called.
    """
    letter, way, beside = room.trim(top=TIGHT / 2).columns(WAY, GAP)
    upper, lower, foot = way.rows([2, 1, 2], 0)
    stops = VGroup(number(theme, size, STOP, at=place, decimals=0) for size, place in zip(d_k, upper.columns(len(d_k), 0), strict=True))
    found = VGroup(number(theme, value, STOP, "output", 600, decimals=1, at=place) for value, place in zip(spreads, foot.columns(len(d_k), 0), strict=True))
    knob = rounded_rectangle(KNOB, KNOB, KNOB / 2).set_fill(theme.colour("text"), 1)
    return Slider(floor(theme, Room(lower.left, lower.right, lower.centre[1], lower.top)), stops, found, knob.move_to([stops[0].get_x(), lower.centre[1], 0]),
                  VGroup(equation(theme, "d_k =", size=STOP, at=letter.level(upper.centre[1])),
                         text(theme, notes[0], NOTE, "muted", at=beside.level(upper.centre[1]), align=-1, width=beside.width),
                         text(theme, notes[1], NOTE, "output", at=letter.level(foot.centre[1]), width=letter.width)))
