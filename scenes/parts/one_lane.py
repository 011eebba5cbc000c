"""One token's way up a block: all tokens below, lines from them into attention, and what some modules make of the one that is followed."""

from collections.abc import Mapping, Sequence

from manim import UP, VGroup

from model import View
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import BlockDiagram
from scenes.parts.flow import weight_line
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, peak
from scenes.parts.lanes import bare
from scenes.parts.shapes import room_of
from scenes.parts.tokens import kept_row
from scenes.parts.whole import Whole

CARD, STRIP = (length * PX for length in (52, 48))         # height of a card, and of a row of cells
BETWEEN = 0.12                            # from card to card


class OneLane(Whole):
    """`cards` of the tokens, `taken`, the lines from them into attention, and from the bottom up `rows`, what modules make."""

    def __init__(self, cards: VGroup, taken: VGroup, rows: Sequence[HeatMap]):
        super().__init__(cards=cards, taken=taken, rows=VGroup(*map(bare, rows)))


def one_lane(theme: Theme, diagram: BlockDiagram, tokens: Sequence[str], views: Mapping[str, View], weights: View, focus: int, room: Room
             ) -> OneLane:
    """The lane beside a diagram, from a room for the cards upwards.

    views: what modules make of the followed token (d_model), by their kinds, from the bottom up. weights (n): what attention takes of each
    token. Where not all words are legible there are lines from those that are: the followed one, that of which most is taken, and their
    neighbours.
    """
    bands, meets = [room_of(part.box) for part in diagram.modules], diagram.kinds.index("attention")
    cards, shown = kept_row(theme, tokens, [focus, int(weights.values.argmax())], room, CARD, BETWEEN)
    shown[focus].box.set_stroke(theme.colour("output"))
    heights = {kind: bands[diagram.kinds.index(kind)].centre[1] for kind in views} | {"attention": bands[meets].top - STRIP / 2}
    grid = fit_grid(views["attention"].shape, Room.around(room.centre, room.width, STRIP))._replace(height=STRIP)
    low = max([room_of(cards).top, *(band.top for band in bands[:meets])])
    end = (room.centre[0], heights["attention"] - 0.75 * STRIP, 0)
    return OneLane(
        cards, VGroup(weight_line(theme, (card.get_x(), low, 0), end, weights[k], UP) for k, card in shown.items()),
        [heat_map(theme, view, room.level(heights[kind]), scale=peak(*views.values()), grid=grid) for kind, view in views.items()],
    )
