"""The answers of all heads, joined, times one more matrix: every number of the output takes from all of them."""

from collections.abc import Sequence

from manim import DOWN, Mobject, VGroup

from model import View
from scenes.base.layout import above, left_of, named, sign
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.answers import NAMES, Answered, Answers, answers
from scenes.parts.equation import equation, quote
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, taller
from scenes.parts.shapes import ring, room_of
from scenes.parts.whole import Whole

NAME, SIGN, BETWEEN = (size * PX for size in (38, 34, 160))           # em sizes; between factors in a roomy frame
INSIDE = 5 * PX                           # how far a bracket stands inside its cells, so that those of two heads do not touch
FEW = 16                                  # rows and columns that are shown of a matrix that stands beside others


class Mixing(Whole):
    """`answers`, `times`, the `mixer` and its `name`; `plus`, the bias; the `output` and its `title`; `rings` around its first
    number for the followed token, and around what each head gives to it: a part of the row, and the rows of W_O in that column."""

    def __init__(self, answers: Answers, times: Mobject, mixer: HeatMap, name: Mobject, plus: Mobject, output: HeatMap, title: Mobject,
                 rings: list[Mobject]):
        super().__init__(answers=answers, times=times, mixer=mixer, mixer_name=name, plus=plus, output=output, title=title, rings=rings)


def mixing(theme: Theme, answered: Answered, mixer: View, output: View, word: str, room: Room, roomy: bool, lit: int | None) -> Mixing:
    """The product in a room. mixer: (d_model, d_model). output: (n, d_model), called by a word. roomy: whether names stand in a line. lit: the
    head whose brackets are lit; None where there are too many heads for brackets of their own."""
    left, middle, right = _places(answered, room, *((BETWEEN, BETWEEN) if roomy else (2 * SIGN, 5 * SIGN)))
    tall, grid = room.height > room.width, fit_grid(mixer.shape, middle, FEW, FEW)
    first = answers(theme, answered, Room(room.left, left.right, left.bottom, left.top + NAMES), tall=tall)
    factor = heat_map(theme, mixer, middle, grid=taller(grid, middle.height) if tall else grid)
    grid = fit_grid(output.shape, right, FEW)._replace(height=first.parts[0].grid.height)
    result = heat_map(theme, output, right, "output", grid=grid)
    row, column = [VGroup(*part.cells[answered.followed]) for part in first.parts], _by_head(factor, answered.heads)
    apart = lit is not None and None not in factor.grid.rows                        # where rows are left out a head may have none
    around = [room_of(cells, -INSIDE) for cells in (*row, *column)] if apart else [VGroup(*row), VGroup(*column)]
    return Mixing(
        first, sign(theme, "times", first.whole, factor.border), factor, _above(theme, factor, "W_O", "text", roomy),
        _plus_bias(theme, factor, result), result, _above(theme, result, quote(word), "output", roomy),
        [*(ring(theme, part, "output" if apart and i % answered.heads == lit else "text") for i, part in enumerate(around)),
         ring(theme, result.cells[answered.followed][0])],
    )


def _by_head(mixer: HeatMap, heads: int) -> list[VGroup]:
    """The first column of W_O, the rows of each head by themselves, as far as they are shown."""
    rows = [i for i in mixer.grid.rows if i is not None]
    d_k = mixer.view.shape[0] // heads
    return [VGroup(*(line[0] for i, line in zip(rows, mixer.cells, strict=True) if i // d_k == head)) for head in range(heads)]


def _places(answered: Answered, room: Room, near: float, far: float) -> Sequence[Room]:
    """The rooms of the answers, of what mixes them, and of the output: side by side, a longer sign before the last, or that below."""
    if room.height > room.width:
        high, low = map(answered.body, room.rows(2, 0))
        left, middle = high.columns(2, near)
        return left, middle, Room(middle.left, middle.right, low.bottom, low.top)
    room = answered.body(room)
    width = (room.width - near - far) / 3
    return room.columns((width, near, width, far, width), 0)[::2]


def _plus_bias(theme: Theme, mixer: HeatMap, output: HeatMap) -> Mobject:
    """What stands before the output."""
    if room_of(output.border).top < room_of(mixer.border).bottom:
        return left_of(equation(theme, "+ b_O =", size=NAME, role="muted"), output.border)
    return sign(theme, "+ b_O =", mixer.border, output.border)


def _above(theme: Theme, sheet: HeatMap, maths: str, role: str, roomy: bool) -> Mobject:
    """The name of a matrix and its shape, above it; one below the other where there is little room."""
    name = named(theme, maths, sheet.view.shape, role)
    return above(name, sheet.border) if roomy else above(name.arrange(DOWN, buff=TIGHT / 4), sheet.border, align=1)
