"""What one feature of a layer adds to every token, or would without ReLU: its number there times its row of the next matrix."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import line_of
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.asked import kept_tokens
from scenes.parts.bars import largest
from scenes.parts.heat_map import fit_grid, heat_map
from scenes.parts.label import LINE_SPACING, WORD, number, paragraph, text
from scenes.parts.lanes import bare
from scenes.parts.shapes import room_of, strike
from scenes.parts.whole import Whole

LOWEST = 24 * PX                          # a row of cells


class AddedRows(Whole):
    """`around`: what is shown, and the row of the matrix with its name; `lines`: of each token its word, number, and what is added, or would be.
    Of those that it is not added to: `lost`, what would be, `then`, the number after ReLU, and `struck`, a line through what is lost."""

    def __init__(self, around: VGroup, lines: VGroup, lost: VGroup, then: VGroup, struck: VGroup):
        super().__init__(around=around, lines=lines, lost=lost, then=then, struck=struck)


def added_rows(theme: Theme, said: tuple[str, str], row: View, tokens: Sequence[str], before: View, after: View, added: View, focus: int, room: Room
               ) -> AddedRows:
    """Multiples (n, d_model) of a row (d_model) in a room, on one scale; where not all fit, the same tokens as `asked` keeps.

    said: what is shown, and the name of the row. before, after: the feature of every token (n) before ReLU, and after it. added: what it adds
    without ReLU.
    """
    title, line = paragraph(theme, said[0], WORD, room.width), LINE_SPACING * WORD
    body = room.trim(top=title.height + TIGHT)
    kept = kept_tokens(before, focus, int((body.height + TIGHT) / (line + LOWEST + TIGHT)) - 1)
    places = body.rows(len(kept) + 1, TIGHT)
    strips, views, scale = [place.trim(top=line) for place in places], [row, *(added[i] for i in kept)], largest(row, added)
    grid = fit_grid(row.shape, strips[0])
    name, *heads = (strip.strip(top=0).outside(top=line) for strip in strips)
    cells = [bare(heat_map(theme, view, strip, scale=scale, grid=grid)) for view, strip in zip(views, strips, strict=True)]
    told = [_told(theme, tokens[i], before[i], after[i], "output" if i == focus else "text", head) for i, head in zip(kept, heads, strict=True)]
    lost = VGroup(cell for (_, then), cell in zip(told, cells[1:], strict=True) if then)
    around = VGroup(title.move_to(room.strip(top=title.height).centre), text(theme, said[1], WORD, at=name, align=-1), cells[0])
    lines = VGroup(VGroup(words, *[cell] * (not then)) for (words, then), cell in zip(told, cells[1:], strict=True))
    return AddedRows(around, lines, lost, VGroup(then for _, then in told), VGroup(strike(theme, room_of(cell)) for cell in lost))


def _told(theme: Theme, word: str, before: View, after: View, role: str, room: Room) -> tuple[VGroup, VGroup]:
    """A word with its number; and what that becomes, if it becomes another."""
    then = [text(theme, "→", WORD, "muted"), number(theme, after, WORD, role, 600)] if float(before) != float(after) else []
    line = line_of(text(theme, word, WORD, role), number(theme, before, WORD, "muted" if then else role, 400 if then else 600), *then, at=room, align=-1)
    return VGroup(*line[:2]), VGroup(*line[2:])
