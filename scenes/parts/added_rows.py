"""What one feature of a layer adds to every token: its number there times its row of the next matrix, one below the other."""

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
from scenes.parts.whole import Whole

LOWEST = 24 * PX                          # a row of cells


class AddedRows(Whole):
    """`around`: what is shown, and the row of the matrix with its name; `lines`: of each token its word, number, and what is added."""

    def __init__(self, around: VGroup, lines: VGroup):
        super().__init__(around=around, lines=lines)


def added_rows(theme: Theme, said: tuple[str, str], row: View, tokens: Sequence[str], before: View, numbers: View, added: View, focus: int,
               room: Room) -> AddedRows:
    """Multiples (n, d_model) of a row (d_model) in a room, on one scale; where not all fit, the same tokens as `asked` keeps.

    said: what is shown, and the name of the row. before, numbers: the feature of every token (n) before ReLU, and after it; where these
    differ, both are written.
    """
    title, line = paragraph(theme, said[0], WORD, room.width), LINE_SPACING * WORD
    body = room.trim(top=title.height + TIGHT)
    kept = kept_tokens(before, focus, int((body.height + TIGHT) / (line + LOWEST + TIGHT)) - 1)
    places = body.rows(len(kept) + 1, TIGHT)
    strips, views, scale = [place.trim(top=line) for place in places], [row, *(added[i] for i in kept)], largest(row, added)
    grid = fit_grid(row.shape, strips[0])
    name, *heads = (strip.strip(top=0).outside(top=line) for strip in strips)
    cells = [bare(heat_map(theme, view, strip, scale=scale, grid=grid)) for view, strip in zip(views, strips, strict=True)]
    words = [_told(theme, tokens[i], before[i], numbers[i], "output" if i == focus else "text", head) for i, head in zip(kept, heads, strict=True)]
    around = VGroup(title.move_to(room.strip(top=title.height).centre), text(theme, said[1], WORD, at=name, align=-1), cells[0])
    return AddedRows(around, VGroup(VGroup(*each) for each in zip(words, cells[1:], strict=True)))


def _told(theme: Theme, word: str, before: View, after: View, role: str, room: Room) -> VGroup:
    """A word with its number, and in front of it what it was if it was another."""
    was = [number(theme, before, WORD, "muted"), text(theme, "→", WORD, "muted")] if float(before) != float(after) else []
    return line_of(text(theme, word, WORD, role), *was, number(theme, after, WORD, role, 600), at=room, align=-1)
