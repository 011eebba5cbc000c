"""What one token takes from every token in all heads: a row for each head, or a column in a tall room."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import DOWN, Mobject, VGroup

from model import View
from scenes.base.layout import LABEL, labelled
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import WORD, paragraph, text_width

TITLE = 38 * PX


class HeadRows(NamedTuple):
    """The `title`, the `words` of the tokens and the `border`; of each head its weights and its name (`heads`)."""

    title: Mobject
    words: VGroup
    border: Mobject
    heads: list[VGroup]


def head_rows(theme: Theme, weights: View, names: Sequence[str], tokens: Sequence[str], titles: tuple[str, str], room: Room) -> HeadRows:
    """The weights (head, key) of a query, laid out in a room. titles: what stands above, and that where numbers are written, rounded."""
    upright = room.height > room.width
    said, rounded = (paragraph(theme, title, TITLE, room.width, "query") for title in titles)
    view, rows, columns = (weights.T, tokens, names) if upright else (weights, names, tokens)
    left = min(LABEL, TIGHT + max(text_width(theme, word, WORD) for word in rows))
    found = labelled(theme, view, room, "line", title=said, rows=rows, columns=columns, digits=True, weights=True, left=left,
                     head=rounded.height + 2 * TIGHT, inks=("key", "output") if upright else ("output", "key"))
    title = (rounded if found.sheet.digits else said).set_x(room.centre[0]).align_to(found.title, DOWN)
    if upright:
        cells = [VGroup(*(found.sheet.cell(k, i) for k in range(len(found.rows)))) for i in range(len(found.columns))]
        return HeadRows(title, found.rows, found.sheet.border, [VGroup(*pair) for pair in zip(cells, found.columns)])
    return HeadRows(title, found.columns, found.sheet.border, [VGroup(*found.sheet.row(i), name) for i, name in enumerate(found.rows)])
