"""Softmax, opened: scores as squares, each grown to a bar of e to its power, and the bars upon one another, whose shares are weights."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
from manim import LEFT, UP, VGroup, VMobject

from model import View
from scenes.base.layout import below, side_by_side
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import bar, bars, floor
from scenes.parts.chart import VEIL, Curve, curve
from scenes.parts.equation import equation
from scenes.parts.heat_map import MARGIN, HeatMap, fit_grid, heat_maps
from scenes.parts.label import SMALLEST_WORD, WORD, Label, Number, decimals_for_sum, fit_words, format_number, number, paragraph, text, text_width
from scenes.parts.shapes import frame, room_of
from scenes.parts.whole import Whole

SHARES = (60, 9, 16, 24)                  # of the chart, the total, the stack, and the weights, in the width
SQUARE, LINE, THICK = 72 * PX, 60 * PX, 240 * PX          # heights of a score and of a word below it; widest bar
CLEAR = 0.9                               # share of the width at which bars at their scores would touch
SMALL, LARGE, FILLED = 44 * PX, 190 * PX, 0.8             # sizes of the digits of weights; share of its piece that they may take
FEWEST = 3                                # what a word beside them takes at least, in em
ASKED, RULE = 150 * PX, 54 * PX           # sizes of the rule of powers, and of the number whose powers they are
POWER, TOTAL, MOST = 44 * PX, 72 * PX, 5  # sizes of the digits of powers and of the total; weights that are written
LOW = 6                                   # a chart is low that is not so many times as high as the digits of the total


class Total(Whole):
    """A `bracket` as high as the pile, and how much it measures: the `digits`, and the `word` below them, or before them in a low room."""

    def __init__(self, bracket: VMobject, digits: Number, word: Label):
        super().__init__(bracket=bracket, digits=digits, word=word)


class Softmax(Whole):
    """`scores`, squares below the `floor`, and their `words`; `bars` of their powers, the `curve` that these lie on, and the `powers`
    in digits; the `glass` that they pour into, along
    `ribbons`: `pieces`, the bars upon one another, with the `total` beside them; `weights`, the share of each, and whose it is. `chart`,
    `beside`: the rooms of the bars, and of the weights."""

    def __init__(self, scores: Sequence[HeatMap], words: VGroup, floor: VMobject, bars: VGroup, curve: VGroup, powers: VGroup,
                 glass: VMobject, ribbons: VGroup, pieces: VGroup, total: Total, weights: VGroup, chart: Room, beside: Room):
        super().__init__(floor=floor, glass=glass, ribbons=ribbons, scores=scores, words=words, bars=bars, curve=curve, powers=powers,
                         pieces=pieces, total=total, weights=weights)
        self.chart, self.beside = chart, beside

    def free(self, share: float = 1 / 2) -> Room:
        """So much of the height of the chart, above the lower bars, left of the highest and its number, and of the total, or where that is narrow below the total."""
        room = self.chart.strip(top=share * self.chart.height)
        beside = _left_of((*self.bars, *self.powers, self.total), room)
        below = replace(room, top=room_of(self.total.digits).bottom - TIGHT / 2)
        return beside if beside.width > beside.height else _left_of((*self.bars, *self.powers), below)


def softmax(theme: Theme, words: Sequence[str], scores: View, powers: View, total: View, shares: View, line: View, room: Room,
            said: str, scale: float) -> Softmax:
    """The softmax of a row of scores (n), laid out in a room.

    powers, shares: (n); total: of the powers; line: (sample), the curve from the lowest to the highest score, or none drawn where
    scores are too close for bars to stand at them. said: what the total is called. scale: the score that is drawn brightest.
    """
    chart, beside, pile, digits = room.trim(bottom=SQUARE + LINE, top=GAP).columns(SHARES, GAP)
    full, order = float(total), np.argsort(-scores.values, kind="stable")
    places, true = _places(scores, chart)
    base = [Room(place.left, place.right, room.bottom, chart.bottom) for place in places]
    below_bars = [place.strip(top=SQUARE).inset(-MARGIN) for place in base]         # a cell as wide as its bar may be
    squares = heat_maps(theme, [scores[j : j + 1] for j in range(len(scores))], below_bars, "background", True, scale, fit_grid((1,), below_bars[0]))
    fitted, size = fit_words(theme, words, WORD, places[0].width)
    legible = places[0].width >= min(FEWEST * SMALLEST_WORD, max(text_width(theme, word, SMALLEST_WORD) for word in words))
    standing = VGroup(*(bars(theme, powers[j : j + 1], place, "weight", full)[0] for j, place in enumerate(places)))
    pieces = _pile(theme, powers, order, pile, full)
    decimals = max(0, theme.decimals - int(full >= 10))
    return Softmax(
        squares, VGroup(text(theme, word, size, "key", at=place.strip(bottom=LINE)) for word, place in zip(fitted, base) if legible),
        floor(theme, chart), standing, VGroup(*[_curve(theme, line, places, chart, full)] * true),
        _powers(theme, powers, standing, places, decimals, true),
        frame(theme, pile, width=0, radius=0, fill="surface"),
        VGroup(_ribbon(theme, bar, piece) for bar, piece in zip(standing, pieces)), pieces,
        _total(theme, total, beside, said, decimals), _weights(theme, words, shares, order, pieces, digits),
        chart, digits,
    )


def rule_of_powers(theme: Theme, e: View, said: str, room: Room) -> VGroup:
    """What becomes of a score, and the number whose powers they are, at the left of a room, if there is one; and what is said of that number, where
    there is room."""
    if room.width <= 0:
        return VGroup()
    grown = equation(theme, "s -> {{ e^s : grown }}", {"grown": "weight"}, ASKED, at=room.strip(top=min(room.height, 2 * ASKED)), align=-1)
    size = min(RULE, max(theme.digit, room.height / 3))
    digits = number(theme, e, size, "muted", decimals=theme.decimals + 1)
    number_ = below(side_by_side(equation(theme, "e =", size=size, role="muted"), digits), grown, GAP, -1)
    words = below(paragraph(theme, said, WORD, room.width, align=-1), number_, TIGHT, -1)
    return VGroup(grown, number_, *[words] * bool(room_of(words).bottom >= room.bottom))


def _places(scores: View, room: Room) -> tuple[list[Room], bool]:
    """Where the bars stand, each at its score if they need not be too thin there, else by their order; and which of the two it is."""
    values, reach = scores.values, float(np.ptp(scores.values))
    even, closest = min(THICK, 0.8 * room.width / len(values)), np.diff(np.sort(values)).min(initial=reach)
    touching = room.width * closest / ((reach + closest) or 1)
    true = bool(touching > even / 2)
    wide = min(even, CLEAR * touching) if true else even
    low, high = room.left + wide / 2, room.right - wide / 2
    xs = (low + (values - values.min()) / reach * (high - low) if true
          else np.linspace(low, high, len(values))[np.argsort(np.argsort(values, kind="stable"))])
    return [Room(x - wide / 2, x + wide / 2, room.bottom, room.top) for x in xs], true


def _left_of(pictures: Iterable[VMobject], room: Room) -> Room:
    """What is free of a room at the left of all that stands in it."""
    high = [edge.left for edge in map(room_of, pictures) if edge.top > room.bottom]
    return replace(room, right=min(high, default=room.right + GAP) - GAP)


def _curve(theme: Theme, line: View, places: Sequence[Room], room: Room, full: float) -> Curve:
    middles = [place.centre[0] for place in places]
    return curve(theme, line, Room(min(middles), max(middles), room.bottom, room.top), "text", 0, full, width=4 * PEN)


def _pile(theme: Theme, powers: View, order: Sequence[int], room: Room, full: float) -> VGroup:
    """The bars upon one another, that of the highest score below; in the order of the scores."""
    bottom, found = room.bottom, {}
    for j in order:
        found[j] = bars(theme, powers[j : j + 1], Room(room.left, room.right, bottom, bottom + room.height), "weight", full)[0]
        bottom += float(powers[int(j)]) * found[j].unit
    return VGroup(found[j] for j in range(len(order))).set_stroke(theme.colour("background"), 2)


def _powers(theme: Theme, powers: View, standing: VGroup, places: Sequence[Room], decimals: int,
            curved: bool) -> VGroup:
    """The powers above their bars, or where there is no room above inside, or beside what is too thin; where they would touch as small as is
    legible, and none where they still would.

    decimals: of their total, to which they add up as they are written. curved: whether a curve runs up to the right from the middle of
    each bar, so that the digits end there, unless they would leave the chart.
    """
    decimals = decimals_for_sum(powers.values, float(powers.values.sum()), decimals)
    edge = min(place.left for place in places)
    for size in (POWER, theme.digit):
        labels = [number(theme, source, size, decimals=decimals, weight=600) for source in powers]
        for label, standing_bar, place in zip(labels, standing, places, strict=True):
            label.next_to(standing_bar, UP, buff=TIGHT).shift(min(curved * label.width / 2, room_of(standing_bar).centre[0] - label.width / 2 - edge) * LEFT)
            high = room_of(label).top > place.top - 2 * TOTAL                           # where the total will stand
            if high and label.width <= standing_bar.width:
                label.move_to(standing_bar).set_fill(theme.ink_on(standing_bar.get_fill_color()))
            elif high:
                label.next_to(standing_bar, LEFT, buff=TIGHT, aligned_edge=UP)
                label.set_y(min(label.get_y(), place.top - TOTAL - WORD - label.height / 2))
        touch = any(a.left < b.right + TIGHT / 2 and b.left < a.right + TIGHT / 2 and a.bottom < b.top and b.bottom < a.top
                    for a, b in combinations(map(room_of, labels), 2))
        if not touch:
            return VGroup(*labels)
    return VGroup()


def _ribbon(theme: Theme, bar: VMobject, piece: VMobject) -> VMobject:
    """The way of a bar to its piece of the pile, as high all along."""
    start, end = room_of(bar), room_of(piece)
    middle = (start.right + end.left) / 2
    lines = [[(start.right, a), (middle, a), (middle, b), (end.left, b)] for a, b in ((start.top, end.top), (start.bottom, end.bottom))]
    shape = VMobject(stroke_width=0, fill_color=theme.colour("weight"), fill_opacity=VEIL)
    shape.start_new_path(np.array([*lines[0][0], 0]))
    shape.add_cubic_bezier_curve_to(*(np.array([*point, 0]) for point in lines[0][1:]))
    shape.add_line_to(np.array([*lines[1][-1], 0]))
    shape.add_cubic_bezier_curve_to(*(np.array([*point, 0]) for point in lines[1][-2::-1]))
    return shape.close_path() or shape


def _total(theme: Theme, total: View, room: Room, said: str, decimals: int) -> Total:
    """A bracket as high as the pile, what it measures, and how much that is."""
    edge, reach, low = room.right, TIGHT, room.height < LOW * TOTAL
    line = VMobject(stroke_color=theme.colour("text"), stroke_width=4 * PEN).set_points_as_corners(
        [[edge, room.top, 0], [edge - reach, room.top, 0], [edge - reach, room.bottom, 0], [edge, room.bottom, 0]])
    size = theme.digit if low else TOTAL
    digits = number(theme, total, size, at=(edge - 2 * reach, room.top - size, 0), align=1, decimals=decimals, weight=600)
    end = (room_of(digits).left - TIGHT / 2, room.top - size, 0) if low else (edge - 2 * reach, digits.get_bottom()[1] - WORD, 0)
    return Total(line, digits, text(theme, said, SMALLEST_WORD if low else WORD, "muted", at=end, align=1))


def _weights(theme: Theme, words: Sequence[str], shares: View, order: Sequence[int], pieces: VGroup, room: Room) -> VGroup:
    """The largest weights beside their pieces, with their words, so far apart that none touches another."""
    strings, kept = [format_number(share, theme.decimals) for share in shares.values], order[:MOST]
    widest = room.width / max(text_width(theme, string, 1, 600, tabular=True) for string in strings)
    sizes = [min(LARGE, widest, max(SMALL, FILLED * pieces[j].height)) for j in kept]
    ys = _apart([pieces[j].get_y() for j in kept], sizes, room)
    labels = VGroup()
    for j, size, y in zip(kept, sizes, ys, strict=True):
        digits = Number(theme, shares[int(j)], strings[j], size, "weight", weight=600)
        digits.shift([room.left + digits.advance / 2, y, 0])
        inside = pieces[j].height > 2 * WORD
        after, piece = room_of(digits).right + TIGHT, room_of(pieces[j])
        needed = min(FEWEST * SMALLEST_WORD, text_width(theme, words[j], SMALLEST_WORD))
        word = (text(theme, words[j], WORD, at=piece, width=piece.width - TIGHT) if inside
                else text(theme, words[j], WORD, at=(after, y, 0), align=-1, width=room.right - after))
        if inside:
            word.set_fill(theme.ink_on(pieces[j].get_fill_color()))
        fits = needed <= (piece.width - TIGHT if inside else room.right - after)
        labels.add(VGroup(digits, *[word] * bool(fits)))
    return labels


def _apart(ys: Sequence[float], sizes: Sequence[float], room: Room) -> list[float]:
    """Heights of lines from the bottom up, moved apart where they would touch, and down where they would leave the room."""
    ys, ceiling = list(ys), room.top
    for k, (a, b) in enumerate(pairwise(sizes)):
        ys[k + 1] = max(ys[k + 1], ys[k] + (a + b) / 2)
    for k in reversed(range(len(ys))):
        ys[k] = min(ys[k], ceiling - sizes[k] / 2)
        ceiling = ys[k] - sizes[k] / 2
    return ys
