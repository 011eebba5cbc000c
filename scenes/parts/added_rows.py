"""What one feature of a layer adds to every token: its number there times its row of the next matrix, one below the other."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.asked import kept_tokens
from scenes.parts.bars import largest
from scenes.parts.heat_map import fit_grid, heat_map
from scenes.parts.label import LINE_SPACING, WORD, format_number, number, paragraph, text, text_width, words_at
from scenes.parts.lanes import bare
from scenes.parts.whole import Whole

NAMED = 0.62                              # of the room, that words and numbers take at most


class AddedRows(Whole):
    """`around`: what is shown, and the row of the matrix with its name; `lines`: of each token its word, number, and what is added."""

    def __init__(self, around: VGroup, lines: VGroup):
        super().__init__(around=around, lines=lines)


def added_rows(theme: Theme, said: tuple[str, str], row: View, tokens: Sequence[str], before: View, numbers: View, added: View, focus: int,
               room: Room) -> AddedRows:
    """Multiples (n, d_model) of a row (d_model) in a room, on one scale; where not all fit, the same tokens as `asked` keeps.

    said: what is shown, and the name of the row. before, numbers: the feature of every token (n) before ReLU, and after it.
    """
    title = paragraph(theme, said[0], WORD, room.width)
    body, line = room.trim(top=title.height + TIGHT), LINE_SPACING * WORD
    kept = kept_tokens(before, focus, int(body.height / line) - 1)
    factor = max(text_width(theme, format_number(value, theme.decimals), WORD, 600, True) for value in numbers.values)
    named = max(text_width(theme, said[1], WORD), factor + TIGHT + max(text_width(theme, tokens[i], WORD) for i in kept))
    left = min(named + TIGHT, NAMED * body.width)
    places = body.strip(top=(len(kept) + 1) * line).rows(len(kept) + 1, TIGHT / 2)
    views, scale = [row, *(added[i] for i in kept)], largest(row, added)
    strips = [place.trim(left=left) for place in places]
    grid = fit_grid(row.shape, strips[0])
    cells = [bare(heat_map(theme, view, strip, scale=scale, grid=grid)) for view, strip in zip(views, strips, strict=True)]
    name, *sides = (place.strip(left=left - TIGHT) for place in places)
    words = words_at(theme, [tokens[i] for i in kept], [side.point(-1)[:2] for side in sides], WORD, left - 2 * TIGHT - factor, align=-1)
    values = [number(theme, numbers[i], WORD, "output" if i == focus else "text", 600, at=side, align=1)
              for i, side in zip(kept, sides, strict=True)]
    around = VGroup(title.move_to(room.strip(top=title.height).centre), text(theme, said[1], WORD, at=name, align=-1), cells[0])
    return AddedRows(around, VGroup(VGroup(*line) for line in zip(words, values, cells[1:], strict=True)))
