"""The filing cabinet: keys are the labels of its drawers, values are what is in them."""

from collections.abc import Sequence

from manim import VGroup, VMobject

from model import View
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, heat_rows
from scenes.parts.label import SMALLEST_WORD, WORD, Label, text, text_width, words_at
from scenes.parts.shapes import rounded_rectangle
from scenes.parts.whole import Whole
from scenes.base.room import GAP, PX, Room
from scenes.base.theme import Theme

SPACE = 0.22                              # share of a drawer's height between it and the next
TALLEST = 180 * PX


class Cabinet(Whole):
    """A cabinet with a drawer for every token.

    body: what the drawers slide into. words, labels, drawers: for each token its word, its key on the front, its value in the
    drawer. The drawers are closed, and hidden by the front, which is drawn after them. reach: how far a drawer opens.
    """

    def __init__(self, body: VMobject, words: VGroup, labels: Sequence[HeatMap], drawers: Sequence[HeatMap], reach: float):
        super().__init__(drawers=drawers, body=body, words=words, labels=labels)
        self.reach = reach

    @property
    def front(self) -> list[VMobject]:
        """Body, words and labels, in the order they are drawn."""
        return [self.body, self.words, *self.labels]


def cabinet(theme: Theme, words: Sequence[str], keys: View, values: View, room: Room) -> Cabinet:
    """A cabinet that stands in the middle of a room and fits it with all its drawers open. keys, values: (n, d_k)."""
    pitch = min(TALLEST, room.height / (len(words) + SPACE))
    tall = pitch * (1 - SPACE)
    size = min(WORD, max(SMALLEST_WORD, 0.6 * tall))
    word_width = min(1.7, max(text_width(theme, word, size) for word in words))
    free = room.width - word_width - 3 * GAP
    grid = fit_grid(keys[0].shape, Room.around((0, 0), free / 2, tall))
    reach = grid.size[0]
    width = word_width + 3 * GAP + reach
    left = room.centre[0] - (width + reach) / 2
    top = room.centre[1] + pitch * (len(words) - 1) / 2
    rows = [Room.around((left + width - GAP - reach / 2, top - i * pitch), reach, tall) for i in range(len(words))]
    body = rounded_rectangle(width, pitch * len(words) + SPACE * tall, 0.12)
    body.set_fill(theme.colour("surface"), 1).set_stroke(theme.colour("line"), 3).move_to([left + width / 2, room.centre[1], 0])
    names = words_at(theme, words, [(row.left - GAP, row.centre[1]) for row in rows], size, word_width)
    drawers = heat_rows(theme, values, rows, "value", grid)
    for drawer in drawers:
        drawer.shift([GAP, 0, 0])
        drawer.border.set_fill(theme.colour("background"), 1)
    return Cabinet(body, names, heat_rows(theme, keys, rows, "key", grid), drawers, reach)


class Note(Whole):
    """A sheet with a query on it."""

    def __init__(self, sheet: VMobject, title: Label, query: HeatMap):
        super().__init__(sheet=sheet, title=title, query=query)


def note(theme: Theme, title: str, query: View, room: Room, scale: float) -> Note:
    """The note in your hand: a query (d_k) on a sheet of paper, in the middle of a room."""
    grid = fit_grid(query.shape, room.inset(0.2, 0.4))
    wide, high = max(grid.size[0], 2.2) + 0.4, grid.size[1] + 0.95
    sheet = rounded_rectangle(wide, high, 0.1).move_to(room.centre)
    sheet.set_fill(theme.colour("surface"), 1).set_stroke(theme.colour("query"), 2)
    above, below = Room.around(room.centre, wide - 0.3, high - 0.3).rows([0.4, grid.size[1]], gap=0.15)
    label = text(theme, title, 28 * PX, "query", at=above.centre, width=above.width)
    return Note(sheet, label, heat_map(theme, query, below, "query", digits=True, scale=scale, grid=grid))
