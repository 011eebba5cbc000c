"""One machine that is run twice, on the same tokens in another order; lines join what it makes of each token in both runs."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import Animation, VGroup, VMobject

from model import View
from scenes.base.room import GAP, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module, module
from scenes.parts.flow import arrow
from scenes.parts.heat_map import MARGIN, HeatMap, fit_grid, heat_map
from scenes.parts.label import WORD, text
from scenes.parts.lookup import link
from scenes.parts.motion import BRIEF, Together, appear, draw
from scenes.parts.shapes import frame, room_of
from scenes.parts.shuffle import put
from scenes.parts.tokens import cards_beside
from scenes.parts.whole import Whole

RUNS = (15, 17, 16, 22, 14, 22, 16, 17, 15)               # widths: of tokens, what goes in, the machine and what leaves it, of what joins both
                                          # runs, and of the other
NARROW = (26, 0, 5, 20, 14, 20, 5, 0, 26)                 # the same where the picture is slim
LOW, LINK = 2.2, 5                        # height of a machine at most; stroke width
HIGHEST = 1.0, 1.8                        # a row, and where the picture is slim


class Reordered(NamedTuple):
    """The `tokens`, of which one is `followed`, and the `places` to which they go; the `rows` that go in (n, d); what is made of them, `before` and
    `after` (n, d)."""

    tokens: Sequence[str]
    followed: int
    places: Sequence[int]
    rows: View
    before: View
    after: View


class Run(Whole):
    """`cards` of the tokens, the `rows` that go in, which slim pictures lack, the `machine`, and what it has `made`."""

    def __init__(self, cards: VGroup, rows: HeatMap | VGroup, machine: Module, made: HeatMap):
        super().__init__(cards=cards, rows=rows, machine=machine, made=made)


class TwoRuns(Whole):
    """`first` run, from the left, and `second`, from the right; `links` between what is made of the same tokens; `around`, a frame and
    what there is to say of both."""

    def __init__(self, around: VGroup, first: Run, second: Run, links: Sequence[VMobject]):
        super().__init__(around=around, first=first, second=second, links=links)


def two_runs(theme: Theme, run: Reordered, name: str, said: str, rooms: tuple[Room, Room], slim: bool) -> TwoRuns:
    """Two runs, one towards the other. name: of the machine. said: of both. rooms: of what is said, and of the runs."""
    head, body = rooms
    first, fed, way, left, _, right, back, fed_back, last = body.inset(TIGHT).columns(*((NARROW, TIGHT / 2) if slim else (RUNS, GAP)))
    high = left.inset(y=TIGHT)
    grid = fit_grid(run.before.shape, high)._replace(height=min(HIGHEST[slim], (high.height - 2 * MARGIN) / len(run.tokens)))
    before = heat_map(theme, run.before, left, "output", grid=grid)
    after = put(heat_map(theme, run.after, right, "output", grid=grid), run.places)
    cards = cards_beside(theme, run.tokens, before, first.width, keep=run.followed).set_x(first.centre[0])
    across = [last.centre[0] - first.centre[0], 0, 0]
    moved = VGroup(card.copy().set_y(row.get_y()).shift(across) for card, row in zip(cards, after.cells, strict=True))
    here, there = (module(theme, name, room.fit(height=LOW)) for room in (way, back))
    rows = [VGroup(), VGroup()]
    if not slim:
        inputs = fit_grid(run.rows.shape, fed)._replace(height=grid.height)
        rows = [heat_map(theme, run.rows, fed, grid=inputs), put(heat_map(theme, run.rows, fed_back, grid=inputs), run.places)]
    links = [link(theme, (room_of(before.border).right, one.get_y()), (room_of(after.border).left, other.get_y()),
                  "output" if i == run.followed else "muted", LINK)
             for i, (one, other) in enumerate(zip(before.cells, after.cells, strict=True))]
    around = VGroup(frame(theme, body), text(theme, said, WORD, weight=600, at=head, width=head.width))
    return TwoRuns(around, Run(cards, rows[0], here, before), Run(moved, rows[1], there, after), links)


def wire(theme: Theme, start: VMobject, end: VMobject) -> Animation:
    """An arrow from one picture to the next, at its right or at its left, is drawn."""
    (x, low), y = sorted((room_of(start), room_of(end)), key=lambda room: room.left), end.get_y()
    ends = (x.right + TIGHT / 3, y, 0), (low.left - TIGHT / 3, y, 0)
    line, tip = arrow(theme, *(ends if start.get_x() < end.get_x() else ends[::-1]))
    return Together(draw(line, run_time=BRIEF), appear(tip, run_time=BRIEF))
