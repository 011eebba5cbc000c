"""A block as the ways of its tokens: beside its diagram a lane for each of them, which meet in attention only."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from manim import UP, Animation, VGroup

from model import View
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import BlockDiagram, route
from scenes.parts.flow import strands
from scenes.parts.heat_map import Grid, HeatMap, fit_digits, peak
from scenes.parts.label import weight_numbers
from scenes.parts.lanes import lanes, points, stations, strips, ways
from scenes.parts.motion import EASY, SLOWER, appear, draw, merge, travel
from scenes.parts.shapes import room_of
from scenes.parts.tokens import token_row

CARD, STRIP, NUMBERS, CLEAR = (length * PX for length in (48, 38, 62, 8))  # height of a card, of a strip, of weights; between a strip and a frame
FOOT = 97 * PX                            # below a diagram, for the tokens and what goes in
LOW = 0.8                                 # a strip, as a share of the lowest station
FEWEST = 4                                # digits are no larger than they would be with so many tokens


class LaneDiagram(NamedTuple):
    """`cards` of the tokens; from the bottom up the `strips` of what goes in and of what each module makes, `ways` in between and `stations`,
    one for each module; `rounds`, by the first module of a sublayer the way round it in every lane; in attention the `strands` to each token
    and the `numbers` of one.
    """

    cards: VGroup
    strips: list[list[HeatMap]]
    ways: list[VGroup]
    stations: list[VGroup]
    rounds: dict[int, VGroup]
    strands: VGroup
    numbers: VGroup


def lane_diagram(theme: Theme, diagram: BlockDiagram, tokens: Sequence[str], views: Sequence[View], weights: View, focus: int, room: Room
                 ) -> LaneDiagram:
    """The lanes in a room beside a diagram that stands in its upper part, above FOOT.

    views: what goes in and what each module makes, (n, d_model) each. weights (n, n): of attention. focus: the token that stands out.
    """
    places, bands = lanes(len(tokens), room), [room_of(part.box) for part in diagram.modules]
    foot = room.bottom + FOOT
    lows, highs = [foot, *(band.top for band in bands)], [*(band.bottom for band in bands), room.top]
    joint = [kind == "attention" for kind in diagram.kinds]
    heights = [foot - STRIP / 2, *(band.top - STRIP / 2 - CLEAR if meets else band.centre[1] for meets, band in zip(joint, bands, strict=True))]
    high = min(STRIP, LOW * min(band.height for band in bands))
    band = bands[joint.index(True)]
    return LaneDiagram(
        _cards(theme, tokens, places, focus, room),
        [strips(theme, view, places, y, high, peak(*views)) for view, y in zip(views, heights, strict=True)],
        [ways(theme, places, low, high) for low, high in zip(lows, highs, strict=True)],
        [stations(theme, places, band.bottom, band.top, meets) for meets, band in zip(joint, bands, strict=True)],
        {first: VGroup(_round(theme, place, (lows[first] + highs[first]) / 2, bands[last].centre[1]) for place in places)
         for first, last in diagram.sublayers},
        strands(theme, points(places, band.bottom + NUMBERS), points(places, band.top - STRIP - 2 * CLEAR), weights, along=UP),
        _numbers(theme, weights[focus], places, band.strip(bottom=NUMBERS).centre[1]),
    )


def mixed(lanes: LaneDiagram, k: int, focus: int) -> list[Animation]:
    """Through module k all vectors flow together into the followed one's place; all the others are made alike."""
    start, end = ([strip.cells for strip in lanes.strips[level]] for level in (k, k + 1))
    others = [cells for i, cells in enumerate(end) if i != focus]
    dots = [strip.dots for strip in lanes.strips[k + 1]]
    return [merge(*start, into=end[focus], run_time=SLOWER), appear(end[focus], *others, *dots, run_time=SLOWER)]


def passed(lanes: LaneDiagram, k: int, ways: Mapping[tuple[int, int], VGroup]) -> list[Animation]:
    """Through module k every vector goes up its own lane; at the end of a sublayer what went round joins it. ways: that way in the diagram, by the
    first and the last module of the sublayer."""
    ends = lanes.strips[k + 1]
    moves = [travel(low.cells.copy(), high.cells, run_time=EASY) for low, high in zip(lanes.strips[k], ends, strict=True)]
    for (first, last), way in ways.items():
        if last == k:
            moves += [merge(low.cells, into=high.cells, run_time=EASY) for low, high in zip(lanes.strips[first], ends, strict=True)]
            moves.append(draw(way, run_time=EASY))
    return [*moves, appear(*(strip.dots for strip in ends))]


def _cards(theme: Theme, tokens: Sequence[str], places: Sequence[Room], focus: int, room: Room) -> VGroup:
    """The tokens at the foot of their lanes."""
    whole = Room(places[0].left, places[-1].right, room.bottom, room.bottom + CARD)
    cards = token_row(theme, tokens, whole, height=CARD, gap=places[0].width / 9)
    for card, place in zip(cards, points(places, whole.centre[1]), strict=True):
        card.move_to(place)
    cards[focus].box.set_stroke(theme.colour("output"))
    return cards


def _round(theme: Theme, lane: Room, low: float, high: float) -> VGroup:
    """The way round a sublayer in a lane, from one height to another."""
    (x, _, _), beside = lane.centre, lane.left - lane.width / 20
    return route(theme, [(x, low), (beside, low), (beside, high), (lane.left, high)], width=2, tip=False)


def _numbers(theme: Theme, weights: View, places: Sequence[Room], y: float) -> VGroup:
    """Weights (n) below their strands, where they find room."""
    pitch = (places[-1].right - places[0].left) / max(len(places), FEWEST)
    digits = fit_digits(theme, weights.values, Grid((0,), tuple(range(len(places))), pitch, NUMBERS), weights=True)
    if not digits:
        return VGroup()
    numbers = weight_numbers(theme, weights, [(0, 0)] * len(places), digits.size, digits.decimals)
    return VGroup(label.move_to(place) for label, place in zip(numbers, points(places, y), strict=True))
