"""The filing cabinet: keys are the labels of its drawers, values are what is in them."""

from collections.abc import Sequence
from dataclasses import replace

from manim import VGroup, VMobject

from model import View
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map, heat_rows
from scenes.parts.label import SMALLEST_WORD, WORD, Label, format_number, number, text, text_width, thinned, words_at
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.whole import Whole
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme

SPACE = 0.22                              # share of a drawer's height between it and the next
LOW = 180 * PX                            # a room of a note without its title
TALLEST, WIDEST = 180 * PX, 230 * PX       # a drawer with that space, and a word
REACH = 0.5                               # how far a drawer opens that opens wholly, as a share of what is in it
HEAD, IS = 84 * PX, 28 * PX               # of a heading its height, and the size of its second line
HANDLE, HELD = 12 * PX, 0.45              # width of a handle; its height as a share of its drawer's
LINES = 1.1                               # height of two lines for the size of what is written on them


class Cabinet(Whole):
    """A cabinet, cut open, with a drawer for every token.

    body: what the drawers stand in. words, labels, drawers: for each token its word, its key, its value. The drawers are closed: they are
    inside. handles: of the drawers, at their ends. scores: below the words, how well each key fits; none where rows are low. reach: how far a drawer opens that opens wholly.
    pitch: from drawer to drawer.
    """

    def __init__(self, body: VMobject, words: VGroup, scores: VGroup, labels: Sequence[HeatMap], drawers: Sequence[HeatMap], handles: VGroup,
                 reach: float, pitch: float):
        super().__init__(body=body, words=words, scores=scores, labels=labels, drawers=drawers, handles=handles)
        self.reach, self.pitch = reach, pitch


def cabinet(theme: Theme, words: Sequence[str], keys: View, values: View, scores: View, room: Room) -> Cabinet:
    """A cabinet that stands in the middle of a room and fits it with all its drawers open. keys, values: (n, d_k). scores: (n)."""
    edge = max(0, SMALLEST_WORD - room.height / len(words))                    # what the first and the last word need beyond their rows
    pitch = min(TALLEST, (room.height - edge) / (len(words) + SPACE))
    tall = pitch * (1 - SPACE)
    size = min(WORD, max(SMALLEST_WORD, 0.6 * tall))
    written, high = [format_number(score, theme.decimals) for score in scores.values], max(size, theme.digit)
    widest = [*(text_width(theme, word, size) for word in words), *(text_width(theme, string, high, tabular=True) for string in written)]
    word_width = min(WIDEST, max(widest))
    grid = fit_grid(keys[0].shape, Room.around((0, 0), (room.width - word_width - 2 * (TIGHT + GAP)) / (2 + REACH), tall))
    inside = grid.size[0]
    width = word_width + 2 * TIGHT + 1.5 * GAP + 2 * inside
    left = room.centre[0] - (width + REACH * inside) / 2
    top = room.centre[1] + pitch * (len(words) - 1) / 2
    rows = [Room.around((left + TIGHT + GAP + word_width + inside / 2, top - i * pitch), inside, tall) for i in range(len(words))]
    body = rounded_rectangle(width, pitch * len(words) + SPACE * tall + edge, 0.12)
    body.set_fill(theme.colour("surface"), 1).set_stroke(theme.colour("line"), 3).move_to([left + width / 2, room.centre[1], 0])
    scored = tall >= LINES * (size + high)
    places = [row.outside(left=word_width, gap=GAP).rows(1 + scored, 0) for row in rows]
    names = words_at(theme, thinned(words, pitch), [place[0].point(1)[:2] for place in places], size, word_width)
    fits = [number(theme, score, high, "muted", at=place[-1], align=1) for score, place in zip(scores, places, strict=True)]
    drawers = heat_rows(theme, values, [row.outside(right=inside, gap=TIGHT) for row in rows], "value", grid)
    for drawer in drawers:
        drawer.border.set_fill(theme.colour("background"), 1)
    handles = VGroup(rounded_rectangle(HANDLE, HELD * tall, HANDLE / 2).set_fill(theme.colour("value"), 1).move_to(room_of(drawer.border).outside(
        right=HANDLE).centre) for drawer in drawers)
    return Cabinet(body, names, VGroup(*fits * scored), heat_rows(theme, keys, rows, "key", grid), drawers, handles, REACH * inside, pitch)


def heading(theme: Theme, name: str, said: str, role: str, room: Room) -> VGroup:
    """What stands above a room of the cabinet's picture: a name, and below it what that is in the picture, if it is wide enough for both."""
    upper, lower = room.outside(top=HEAD, gap=TIGHT / 2).rows(2, 0)
    below = text(theme, said, IS, "muted", at=lower)
    fits = below.string == said
    return VGroup(text(theme, name, WORD if fits else IS, role, weight=500, at=upper if fits else lower), *[below] * fits)


def headings(theme: Theme, note: "Note", cabinet: Cabinet, weights: Room, kinds: Sequence[tuple[str, str, str]], wide: bool) -> list[VGroup]:
    """What stands above note, labels, drawers, weights, and words with their scores: of each its name, what that is in the picture, and a role.

    wide: whether note and cabinet stand side by side.
    """
    sheet, body, label, drawer = map(room_of, (note.sheet, cabinet.body, cabinet.labels[0], cabinet.drawers[0]))
    places, tops = (sheet, label, drawer, weights, replace(body, right=label.left)), [sheet.top, *[body.top] * 4]
    tops = [max(tops)] * len(tops) if wide else tops
    return [heading(theme, *said, replace(place.inset(-TIGHT / 4), top=top)) for said, place, top in zip(kinds, places, tops, strict=True)]


class Note(Whole):
    """A sheet with a query on it."""

    def __init__(self, sheet: VMobject, title: Label, query: HeatMap):
        super().__init__(sheet=sheet, title=title, query=query)


def note(theme: Theme, title: str, query: View, room: Room, scale: float) -> Note:
    """The note in your hand: a query (d_k) on a sheet of paper, in the middle of a room, under a title if the room is not too low for both."""
    if room.height < LOW:
        picture = heat_map(theme, query, room.inset(TIGHT, TIGHT), "query", digits=True, scale=scale)
        edge = room_of(picture, TIGHT)
        sheet = rounded_rectangle(edge.width, edge.height, 0.1).move_to(edge.centre)
        return Note(sheet.set_fill(theme.colour("surface"), 1).set_stroke(theme.colour("query"), 2), VGroup(), picture)
    grid = fit_grid(query.shape, room.inset(0.2, 0.4))
    wide, high = max(grid.size[0], 2.2) + 0.4, grid.size[1] + 0.95
    sheet = rounded_rectangle(wide, high, 0.1).move_to(room.centre)
    sheet.set_fill(theme.colour("surface"), 1).set_stroke(theme.colour("query"), 2)
    above, below = Room.around(room.centre, wide - 0.3, high - 0.3).rows([0.4, grid.size[1]], gap=0.15)
    label = text(theme, title, 28 * PX, "query", at=above.centre, width=above.width)
    return Note(sheet, label, heat_map(theme, query, below, "query", digits=True, scale=scale, grid=grid))
