"""Keys of other words beside the key of a token, in whose place they were put: those that are most like it, and the one that is least."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, heat_map, peak
from scenes.parts.label import LINE_SPACING, text, words_at
from scenes.parts.shapes import room_of
from scenes.parts.verdict import EVIDENCE
from scenes.parts.whole import Whole


class AlikeKeys(Whole):
    """`keys`, a column for each word, the `words` below all of them, the token's own first; what is `said` of them all, and what of each, `likeness`."""

    def __init__(self, keys: Sequence[HeatMap], words: VGroup, said: VGroup, likeness: VGroup):
        super().__init__(keys=keys, words=words, said=said, likeness=likeness)


def alike_keys(theme: Theme, token: str, made: HeatMap, keys: View, words: Sequence[str], said: Sequence[str], of_all: View, room: Room
               ) -> AlikeKeys:
    """Keys (rank, d_k) as columns beside that of the token, `made`, in a room at its right. words: whose they are.

    said: of all of them, of those that are most like it, and of the last. of_all: the keys (n, d_k) whose colour scale it is.
    """
    places = [place.level(made.get_y()) for place in room.columns(len(words), TIGHT / 2)]
    grid = made.grid._replace(width=min(made.grid.width, 0.94 * places[0].width))
    columns = [heat_map(theme, keys[k : k + 1].T, place, "key", digits=True, scale=peak(of_all), grid=grid)
               for k, place in enumerate(places)]
    pictures = [room_of(picture.border) for picture in (made, *columns)]
    points = [edge.outside(bottom=EVIDENCE, gap=TIGHT / 2).centre[:2] for edge in pictures]
    names, low = words_at(theme, [token, *words], points, EVIDENCE, places[0].width, align=0), points[0][1]
    likeness = VGroup(text(theme, line, EVIDENCE, "muted", at=Room(own[0].left, own[-1].right, *[low - LINE_SPACING * EVIDENCE] * 2))
                      for line, own in zip(said[1:], (places[:-1], places[-1:]), strict=True))
    return AlikeKeys(columns, names, VGroup(above(text(theme, said[0], EVIDENCE, "muted", width=room.width), VGroup(*columns))), likeness)
