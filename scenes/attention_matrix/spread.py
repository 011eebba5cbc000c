"""How far dot products of drawn vectors are spread, and what softmax makes of some of them; and the slider of how wide they are."""

from manim import Animation, VGroup, VMobject

from model import Trace
from scenes.base.layout import fitted, stacked
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import Bar, floor, histogram
from scenes.parts.equation import equation
from scenes.parts.label import SMALLEST_WORD, number, paragraph, text, text_width
from scenes.parts.motion import LONG, SLOW, Together, appear, slide, travel, vanish
from scenes.parts.shapes import rounded_rectangle
from scenes.parts.weight import WeightBars, weight_bars
from scenes.parts.whole import Whole

MATHS = {"": "q dot k", "scaled_": "(q dot k) / sqrt(d_k)"}
LETTERS, DECISIVE, STOP, NOTE = (size * PX for size in (66, 100, 46, 30))
COLUMNS = (3, 8, 4, 8)                    # widths: maths, histogram, spread, softmax
LINE, VERDICT, KNOB = (length * PX for length in (44, 80, 26))            # heights of a line of words or digits and of two; width of the knob
HIGH = 230 * PX                           # of a row, from which the words about the weights find room
WAY = (2, 6, 7)                           # widths: the letter, the slider, what is said beside it


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


def spread(theme: Theme, trace: Trace, prefix: str, i: int, words: tuple[str, str, str], room: Room) -> Spread:
    """The i-th dimension of the experiment in a room; every histogram is as high as it, and all are on one axis.
    prefix: of scores that are scaled or not.

    words: what the spread and the weights are called, and what is to be said of the weights in the end, where there is room.
    """
    weights = trace[f"scaling.{prefix}weights"][i]
    sign, left, middle, right = room.columns(COLUMNS, GAP)
    fits = room.height >= HIGH
    digits = len(weights) * text_width(theme, f"0.{'0' * theme.decimals}", theme.digit, tabular=True)
    if room.height >= 2 * HIGH and right.width < digits:
        above, right = room.rows(2, TIGHT)
        sign, left, middle = above.columns(COLUMNS[:3], GAP)
        right = right.trim(left=left.left - room.left)
    shares, edges = trace[f"scaling.{prefix}histogram"][i], trace["scaling.edges"]
    body, foot = left.trim(bottom=LINE), left.strip(bottom=LINE)
    ends = [number(theme, edges[k], theme.digit, "muted", at=foot, align=side, decimals=0) for k, side in ((0, -1), (len(edges) - 1, 1))]
    axis = VGroup(fitted(equation(theme, MATHS[prefix], size=LETTERS), sign), floor(theme, body), *ends,
                  text(theme, words[1], NOTE, "weight", at=right.strip(bottom=LINE)))
    measured = stacked(
        text(theme, words[0], NOTE, "muted"),
        number(theme, trace[f"scaling.{prefix}spread"][i], DECISIVE, "output", 600, decimals=1, width=middle.width), at=middle)
    places = right.trim(top=VERDICT if fits else 0, bottom=LINE).columns(len(weights), TIGHT / 3)
    verdict = paragraph(theme, words[2], NOTE, right.width).shift(right.strip(top=VERDICT).centre) if fits else VGroup()
    return Spread(axis, histogram(theme, shares, body, "output", float(shares.values.max())), measured,
                  weight_bars(theme, weights, places, theme.digit if right.width >= digits else 0), verdict)


class Slider(Whole):
    """`way` with a `knob` on it, `stops` above; below, `roots` of these and `spreads`; `words` around."""

    def __init__(self, way: VMobject, stops: VGroup, roots: VGroup, spreads: VGroup, knob: VMobject, words: VGroup):
        super().__init__(way=way, stops=stops, roots=roots, spreads=spreads, knob=knob, words=words)

    @property
    def rest(self) -> VGroup:
        """All but the spreads, which are not known yet."""
        return VGroup(self.way, self.stops, self.roots, self.knob, self.words)

    def move_to_stop(self, i: int) -> Animation:
        """The knob goes to another stop."""
        return slide(self.knob, x=self.stops[i].get_x() - self.knob.get_x(), run_time=SLOW)


def slider(theme: Theme, trace: Trace, notes: tuple[str, str], room: Room) -> Slider:
    """The numbers of entries that are tried, on a slider in a room, with the root of each and how far the dot products are spread; its
    knob is at the first.

    notes: what the vectors are, and what the spreads are called.
    """
    letter, way, beside = room.trim(top=TIGHT / 2).columns(WAY, GAP)
    upper, lower, middle, foot = way.rows([4, 1, 4, 4], TIGHT / 4)
    size = max(theme.digit, min(STOP, upper.height))
    names = (("d_k", upper, "text", 0), ("root", middle, "text", 1), ("spread", foot, "output", 1))
    stops, roots, spreads = (
        VGroup(number(theme, value, size, role, 600, decimals=decimals, at=place)
               for value, place in zip(trace[f"scaling.{name}"], row.columns(len(trace["scaling.d_k"]), 0), strict=True))
        for name, row, role, decimals in names
    )
    across = min(KNOB, 2 * lower.height)
    knob = rounded_rectangle(across, across, across / 2).set_fill(theme.colour("text"), 1)
    low = min(size, max(SMALLEST_WORD, upper.height))
    words = [equation(theme, maths, size=low, at=letter.level(row.centre[1])) for maths, row in (("d_k =", upper), ("sqrt(d_k) =", middle))]
    note = paragraph(theme, notes[0], NOTE, beside.width, "muted", lines=3, align=-1).shift(beside.centre)
    words += [note] if note.height <= beside.height else []
    words.append(text(theme, notes[1], NOTE, "output", at=letter.level(foot.centre[1]), width=letter.width))
    way = floor(theme, Room(lower.left, lower.right, lower.centre[1], lower.top))
    return Slider(way, stops, roots, spreads, knob.move_to([stops[0].get_x(), lower.centre[1], 0]), VGroup(*words))
