"""What every head adds to a token: its answer times its own rows of W_O, and the sum of all heads and the bias."""

from collections.abc import Sequence
from typing import NamedTuple

from manim import VGroup, VMobject

from model import View
from scenes.base.layout import between, named
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import floor
from scenes.parts.equation import equation
from scenes.parts.heat_map import Grid, HeatMap, fit_grid, heat_maps, peak
from scenes.parts.label import WORD, number, text, text_width
from scenes.parts.shapes import ring
from scenes.parts.whole import Whole

HEAD, SIZE = 60 * PX, 54 * PX             # height of the names above; em size of a length
ACROSS, SEEN = 16, 96                     # features, and columns of W_O, that are shown at most of a head, and in all lines together
FEWEST, LOWEST = 4, 12 * PX               # rows that are shown of a head's W_O at least, and how high more of them must be
SHARES = (4, 6, 9)                        # widths of answers, rows of W_O and what is added; beside them names and lengths
ASIDE = 1 / 7                             # of a room, what these take at most


class Terms(NamedTuple):
    """Of one token: `answers` of the heads (d_k each), their `rows` of W_O (d_k, d_model), what these add (`parts`, d_model each) and
    how much that is (`sizes`), the `bias` and the `total` (d_model)."""

    answers: Sequence[View]
    rows: Sequence[View]
    parts: Sequence[View]
    sizes: Sequence[View]
    bias: View
    total: View


def terms(answers: View, mixer: View, parts: View, sizes: View, bias: View, total: View) -> Terms:
    """Of the answers (head, d_k) to a token, W_O (h d_k, d_model), what they add (head, d_model) and how much (head,)."""
    d_k = answers.shape[1]
    rows = [mixer[i : i + d_k] for i in range(0, len(mixer), d_k)]
    return Terms(list(answers), rows, list(parts), list(sizes), bias, total)


class Adding(Whole):
    """A line for every head: `names`, `answers`, `strips` of W_O, `parts`, `sizes`; below them `bias` and `total`, each with its name.

    heads: the names above the columns. signs: "×" and "=". line: above the total. ring: around it.
    """

    def __init__(self, heads: VGroup, names: VGroup, answers: list[HeatMap], strips: list[HeatMap], parts: list[HeatMap], sizes: VGroup,
                 signs: VGroup, bias: HeatMap, total: HeatMap, below: VGroup, line: VMobject, around: VMobject):
        super().__init__(heads=heads, names=names, answers=answers, strips=strips, parts=parts, sizes=sizes, signs=signs, bias=bias,
                         total=total, below=below, line=line, ring=around)


def adding(theme: Theme, terms: Terms, names: Sequence[str], words: tuple[str, str, str], room: Room, followed: int) -> Adding:
    """The terms of a token, laid out in a room. names: of the heads. words: the token, and what is added and its length are called."""
    n = len(names)
    head, lines = room.strip(top=HEAD), room.trim(top=HEAD, bottom=TIGHT / 2).rows(n + 2, TIGHT)
    aside = min(max(text_width(theme, word, WORD) for word in (*names, words[0], words[-1])), ASIDE * room.width)
    table = _table((head, *lines), aside)
    cells = list(zip(*table[1:], strict=True))                                                  # by column, then by line
    grids = _grids(terms, [column[0] for column in cells[1:4]])
    answers, strips = (heat_maps(theme, views, places[:n], grid=grid) for views, places, grid in zip(terms, cells[1:3], grids))
    *parts, bias, total = heat_maps(theme, (*terms.parts, terms.bias, terms.total), cells[3], scale=peak(*terms.parts, terms.total),
                                    grid=grids[2])
    total.border.set_stroke(theme.colour("output"))
    token, *others = words
    above = [text(theme, token, WORD, "query", 600, at=table[0][0], align=-1),
             *(named(theme, maths, at=place) for maths, place in zip(("z", "W_O"), table[0][1:3], strict=True)),
             *(text(theme, word, WORD, "muted", at=place) for word, place in zip(others, table[0][3:], strict=True))]
    signs = VGroup(
        VGroup(between(text(theme, string, WORD, "muted"), left.border, right.border) for string, left, right in (("×", *line[:2]), ("=", *line[1:])))
        for line in zip(answers, strips, parts, strict=True)
    )
    below = VGroup(equation(theme, maths, size=WORD, role="muted", at=place, align=1) for maths, place in
                   (("+ b_O", cells[2][n]), ("=", cells[2][n + 1])))
    return Adding(
        VGroup(*above), VGroup(text(theme, name, WORD, "output" if i == followed else "text", at=cells[0][i], align=-1)
                               for i, name in enumerate(names)),
        answers, strips, parts, VGroup(number(theme, size, min(SIZE, max(place.height, theme.digit)), weight=600, at=place, width=place.width)
                                       for size, place in zip(terms.sizes, cells[4])),
        signs, bias, total, below, floor(theme, cells[3][n]).shift([0, -TIGHT / 2, 0]), ring(theme, total.border),
    )


def _table(lines: Sequence[Room], aside: float) -> list[list[Room]]:
    """The cells of every line: in the middle three that share what names and lengths leave."""
    return [[line.strip(left=aside), *line.inset(aside + GAP).columns(SHARES, GAP), line.strip(right=aside)] for line in lines]


def _grids(terms: Terms, rooms: Sequence[Room]) -> list[Grid]:
    """The cells of an answer, of rows of W_O, which fill their room however low they are, and of what is added. Of many heads fewer columns
    are shown, so that these are no smaller."""
    few, across = max(FEWEST, int(rooms[0].height / LOWEST)), max(FEWEST, min(ACROSS, SEEN // len(terms.answers)))
    answer, strip, part = (fit_grid(views[0].shape, room, across, few) for views, room in zip(terms, rooms))
    return [answer, strip._replace(width=(rooms[1].width - 2 * strip.margin) / len(strip.columns)), part]
