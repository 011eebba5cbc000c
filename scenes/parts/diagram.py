"""Architecture diagrams: modules with a name, the lines between them, and the blocks made of them."""

from collections.abc import Mapping, Sequence

import numpy as np
from manim import Mobject, VGroup, VMobject

from scenes.parts.block import block_modules
from scenes.parts.flow import TIP, arrow
from scenes.parts.label import SMALLEST_WORD, WORD, Label, paragraph, text
from scenes.parts.shapes import Block, room_of, rounded_rectangle
from scenes.parts.whole import Whole
from scenes.base.layout import stacked
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme

CORNER = 0.12
BEND = 0.16                               # radius of a line's corners
GAP, LANE = 0.05, 0.18                    # between modules and beside them, as shares of a diagram's height and width
WIDEST_GAP, WIDEST_LANE = 0.34, 0.55
LARGEST_NAME, TOLD, LINES = 36 * PX, 44 * PX, 6           # em sizes; lines that a box has room for at least
HEIGHTS = {"attention": 3.6, "add_norm": 1.8, "mlp": 1.1, "norm": 1, "add": 1}
OF = {"encoder": HEIGHTS, "decoder": HEIGHTS | {"attention": 2, "cross_attention": 2, "add_norm": 1.1}}


class Module(Whole):
    """A part of the machine: `.box` and `.label`."""

    def __init__(self, box: Block, label: Label):
        super().__init__(box=box, label=label)


class BlockDiagram(Whole):
    """A block, from the bottom up.

    kinds, modules: its modules, keys of its side's heights in OF that say what they are. wires: one into each module, and the one that leaves
    the last. bypasses: one round each sublayer. sublayers: which modules these are, each the first and the last.
    """

    def __init__(self, kinds: Sequence[str], modules: Sequence[Module], wires: Sequence[VGroup], bypasses: Sequence[VGroup],
                 sublayers: Sequence[tuple[int, int]]):
        super().__init__(wires=wires, bypasses=bypasses, modules=modules)
        self.kinds, self.sublayers = tuple(kinds), tuple(sublayers)


def module(theme: Theme, name: str, room: Room, role: str = "line", size: float = WORD, corner: float = CORNER) -> Module:
    """A named box that fills a room; its frame has the colour of a role. A box too low or narrow for a word has none."""
    box = rounded_rectangle(room.width, room.height, corner).move_to(room.centre)
    box.set_fill(theme.colour("surface"), 1).set_stroke(theme.colour(role), 2.5)
    shown = name if min(room.height / 1.2, room.width / 3.4) >= SMALLEST_WORD else ""
    return Module(box, text(theme, shown, size, at=room.centre, width=room.width - 0.2))


def told_module(theme: Theme, name: str, words: str, room: Room) -> Module:
    """A box that fills a room, with its name, and what it does where there is room for it."""
    box, inner = module(theme, "", room).box, room.inset(TIGHT, TIGHT / 2)
    title = text(theme, name, TOLD, weight=600, width=inner.width)
    said = paragraph(theme, words, min(LARGEST_NAME, max(SMALLEST_WORD, room.height / LINES)), inner.width, lines=4)
    both = stacked(title, said, gap=TIGHT)
    return Module(box, (both if both.height <= inner.height else title).move_to(room.centre))


def route(theme: Theme, points: Sequence[Sequence[float]], role: str = "muted", width: float = 3, bend: float = BEND,
          tip: bool = True) -> VGroup:
    """A line round corners from the first point to the last, which ends in an arrow, or without a `tip`."""
    stops = [np.array([*point[:2], 0.0]) for point in points]
    line, at = VMobject(stroke_color=theme.colour(role), stroke_width=width), stops[0]
    line.start_new_path(at)
    for before, corner, after in zip(stops, stops[1:], stops[2:], strict=False):
        entry, at = (corner + _towards(corner, stop, bend) for stop in (before, after))
        line.add_line_to(entry)
        line.add_cubic_bezier_curve_to((entry + corner) / 2, (at + corner) / 2, at)
    return VGroup(line, _wire(theme, at, stops[-1], role, width, tip))


def lit(theme: Theme, ways: VGroup) -> VGroup:
    """Lines of a diagram once more, as they look when something goes along them."""
    return ways.copy().set_color(theme.colour("output"))


def block_diagram(theme: Theme, names: Mapping[str, str], room: Room, norm: str = "post", side: str = "encoder") -> BlockDiagram:
    """The block of an encoder, or of the decoder beside it, in a room, from the bottom up, with its bypasses at the left.

    Its outer wires end at the room's edges. A small one has no arrow tips. names: what each kind of module is called.
    norm: post, each sublayer's sum is normalised (Vaswani et al. 2017, figure 1), or pre, each sublayer reads what is normalised
    (Xiong et al. 2020, figure 1).
    """
    kinds = [kind for kind, _ in block_modules(norm, side)]
    gap, lane = min(WIDEST_GAP, GAP * room.height), min(WIDEST_LANE, LANE * room.width)
    rooms = room.trim(left=lane, bottom=gap, top=gap).rows([OF[side][kind] for kind in reversed(kinds)], gap)[::-1]
    size = min(LARGEST_NAME, max(SMALLEST_WORD, 0.7 * min(place.height for place in rooms)))
    modules = [_part(theme, kind, names[kind], place, size) for kind, place in zip(kinds, rooms, strict=True)]
    x, tip, wires = rooms[0].centre[0], gap > 1.2 * TIP, wires_between(theme, [part.box for part in modules], room)
    starts, bypasses = [room.bottom, *(place.top for place in rooms)], []
    for first, last in _sublayers(norm, side):
        low, high = starts[first] + 0.3 * gap, rooms[last].centre[1]
        corners = (x, low), (room.left, low), (room.left, high), (room_of(modules[last].box).left, high)
        bypasses.append(route(theme, corners, bend=min(BEND, 0.5 * lane), tip=tip))
    return BlockDiagram(kinds, modules, wires, bypasses, _sublayers(norm, side))


def wires_between(theme: Theme, boxes: Sequence[Block], room: Room) -> list[VGroup]:
    """The lines of a block from the bottom of a room into each of its boxes, and on to the top of the room; short ones have no arrow tips."""
    places = [room_of(box) for box in boxes]
    x, starts, ends = places[0].centre[0], [room.bottom, *(place.top for place in places)], [*(place.bottom for place in places), room.top]
    tip = min(high - low for low, high in zip(starts, ends, strict=True)) > 1.2 * TIP
    return [_wire(theme, (x, low, 0), (x, high, 0), tip=tip) for low, high in zip(starts, ends, strict=True)]


def _part(theme: Theme, kind: str, name: str, room: Room, size: float) -> Module:
    """A module of a block: a box, or a circle where two vectors are only added."""
    if kind != "add":
        return module(theme, name, room, size=size)
    circle = module(theme, "", Room.around(room.centre, room.height, room.height), corner=room.height / 2)
    return Module(circle.box, text(theme, name if room.height >= SMALLEST_WORD else "", room.height, at=room.centre))


def _sublayers(norm: str, side: str) -> list[tuple[int, int]]:
    """The first and the last module of each sublayer."""
    numbers = [moves[0].number for _, moves in block_modules(norm, side)]
    return [(numbers.index(number), len(numbers) - 1 - numbers[::-1].index(number)) for number in sorted({*numbers})]


def _towards(start: np.ndarray, end: np.ndarray, length: float) -> np.ndarray:
    """The way from a point towards another, of a length, but at most half of what lies between them."""
    way = end - start
    return way * min(0.5, length / np.linalg.norm(way))


def _wire(theme: Theme, start: Sequence[float], end: Sequence[float], role: str = "muted", width: float = 3,
          tip: bool = True) -> VGroup:
    """A straight line that ends in an arrow."""
    start, end = np.array(start, float), np.array(end, float)
    if tip:
        return arrow(theme, start, end, role, width)
    return VGroup(VMobject(stroke_color=theme.colour(role), stroke_width=width).set_points_as_corners([start, end]), VGroup())
