"""The followed token's way to the sum: rows of cells, feature under feature, and the two ways between them."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import above, left_of, right_of
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import module, route
from scenes.parts.equation import equation
from scenes.parts.feature_bars import middle
from scenes.parts.heat_map import Grid, HeatMap, fit_grid, heat_maps
from scenes.parts.label import text
from scenes.parts.shapes import room_of
from scenes.parts.whole import Whole

NAME, NOTE, LANE = 44 * PX, 30 * PX, 190 * PX      # of a row, on a way, and the room at the left for the residual path
NAMED = 0.6                               # share of its height that the name of a row takes at most


class Ways(Whole):
    """`rows`: x, what the sublayer makes of it, and their sum; `names` above them. `boxes`: the modules on the way; `through`: the
    lines between them. `around`: the residual path, `note` on it. `sign`: the plus; `line`: above the sum;
    `hint`: that its digits are rounded."""

    def __init__(self, rows: Sequence[HeatMap], names: VGroup, boxes: VGroup, through: VGroup, around: VGroup, note: VGroup,
                 sign: VGroup, line: VGroup, hint: VGroup):
        super().__init__(rows=rows, names=names, boxes=boxes, through=through, around=around, note=note, sign=sign, line=line, hint=hint)


def ways(theme: Theme, views: Sequence[View], maths: Sequence[str], kinds: Sequence[str], note: str, rounded: str, room: Room) -> Ways:
    """x (d), what the sublayer makes of it (d) and their sum (d), one below the other, on one scale.

    maths: their names. kinds: what the modules between the first two are called. note: what the residual path is called. rounded: that the digits of the
    sum are, if digits are shown.
    """
    first, between, second, third = room.trim(left=LANE).rows([1.4, 0.8, 1.4, 1.55])
    head = min(NAME + TIGHT, NAMED * third.height)
    places = [place.trim(top=head) for place in (first, second, third.trim(top=TIGHT))]
    grid = _row(views[0], places)
    rows = heat_maps(theme, views, places, digits=True, grid=grid)
    names = VGroup(above(equation(theme, name, size=min(NAME, head), width=row.width), row.border, head / 4, align=-1) for name, row in zip(maths, rows, strict=True))
    boxes = VGroup(module(theme, kind, place.fit(width=4), size=NAME) for kind, place in zip(kinds, between.columns(len(kinds)), strict=True))
    x, made, total = (room_of(row.border) for row in rows)
    at = room.left + LANE / 3
    stops = [(x.left, x.centre[1]), (at, x.centre[1]), (at, total.centre[1]), (total.left, total.centre[1])]
    around = route(theme, stops, "output", 5)
    word = left_of(text(theme, note, NOTE, "output").rotate(1.5708), VGroup(middle(theme, Room(at, at, made.bottom, made.top))))
    hint = [right_of(text(theme, rounded, NOTE, "muted"), names[2])] if rows[2].digits else []
    sign = equation(theme, "+", size=1.5 * NAME).move_to([(at + made.left) / 2, made.bottom - GAP, 0])
    return Ways(rows, names, boxes, VGroup(_through(theme, boxes, x, made)), around, VGroup(word), VGroup(sign),
                VGroup(middle(theme, Room(x.left, x.right, made.bottom - GAP, made.bottom - GAP))),
                VGroup(*hint))


def _row(view: View, places: Sequence[Room]) -> Grid:
    """One row of cells as wide as the place, and half as high as they may be."""
    found = fit_grid(view.shape, places[0])
    return found._replace(width=(places[0].width - 2 * found.margin) / len(found.columns), height=min(place.height for place in places) - 2 * found.margin)


def _through(theme: Theme, boxes: VGroup, start: Room, end: Room) -> list[VGroup]:
    """The lines from a row through modules side by side to another row."""
    inner = [room_of(box) for box in boxes]
    lines = [route(theme, [(inner[0].centre[0], start.bottom), (inner[0].centre[0], inner[0].top)])]
    lines += [route(theme, [(a.right, a.centre[1]), (b.left, b.centre[1])]) for a, b in zip(inner, inner[1:])]
    return [*lines, route(theme, [(inner[-1].centre[0], inner[-1].bottom), (inner[-1].centre[0], end.top)])]
