"""A derivation: a token meets a matrix row by row, a bias is added, and a query, key or value comes out (Vaswani et al. 2017, section 3.2.1)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from manim import Animation, Mobject, VGroup

from model import View
from scenes.base.layout import Labelled, above, between, left_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.heat_map import OBLONG, HeatMap, fit_grid, heat_map, peak
from scenes.parts.label import SMALLEST_WORD, number, text, text_width
from scenes.parts.motion import BRIEF, SHORT, Together, appear, live_dot_product, merge, travel, vanish
from scenes.parts.shapes import room_of
from scenes.parts.tokens import row_labels
from scenes.parts.verdict import EVIDENCE
from scenes.parts.whole import Whole

NAME, LETTER, FORMULA = (size * PX for size in (140, 40, 66))            # room for names; sizes of letters and of a matrix's name
UPON, OPENED, ACROSS, CLOSER = (1, 4), (9, 5), (4, 1), (3, 1)            # of a token and the matrix below it; of the matrix and what comes out


class Projection(NamedTuple):
    """What makes a query, key or value of each of n tokens: its `letter` and `role`, the matrix `weights` (d_k, d_model), its `bias` (d_k),
    what rows give without it, `bare` (n, d_k), and what is `made` (n, d_k)."""

    letter: str
    role: str
    weights: View
    bias: View
    bare: View
    made: View


class Derivation(Whole):
    """`token` (d_model) and its `word`, the `matrix` (d_k, d_model) below it, `columns`: what each of its rows gives, before the bias is
    added where there is room for that, and what comes out in the end; `signs` and `heads` between and above them, and a `note` on what they
    mean. `of`: the projection."""

    def __init__(self, of: Projection, token: HeatMap, matrix: Labelled, columns: Sequence[HeatMap], word: Mobject, heads: VGroup, signs: VGroup,
                 note: VGroup):
        super().__init__(token=token, matrix=matrix, columns=columns, signs=signs, heads=heads, word=word, note=note)
        self.of = of

    def passed_on(self, old: HeatMap, new: HeatMap, i: int, others: Sequence[VGroup]) -> Iterator[Animation]:
        """What came out takes the place of what was in row i of a matrix (n, d); then the other tokens go through the matrix, and the frame is
        that of what came out, `new` (n, d_k). others: the rows of tokens that go, in the order of the rows but i."""
        yield Together(vanish(old.cells[i]), travel(self.columns[-1].cells.copy(), VGroup(VGroup(cell) for cell in new.cells[i])))
        yield Together(travel(old.border, new.border), vanish(old.dots), appear(new.dots))
        rows = [k for k in range(len(new.cells)) if k != i]
        yield Together(*(Together(merge(row, into=self.matrix.sheet.border), vanish(old.cells[k]), appear(new.row(k)))
                         for k, row in zip(rows, others, strict=True)), lag=0.4)

    def multiply(self, theme: Theme, seconds: float) -> Iterator[Animation]:
        """The rows of the matrix meet the token, one by one, the first for so many seconds; each gives an entry of what comes out."""
        *bare, made = self.columns
        first = (bare or [made])[0]
        yield appear(first.border, first.dots, self.signs, self.heads, run_time=BRIEF)
        for k, cells in enumerate(first.cells[:2]):
            pairs = zip(self.token.cells[0], self.matrix.sheet.cells[k], strict=True)
            into, start = first.numbers[k][0] if first.digits else None, 0.0 if bare else float(self.of.bias[k])
            yield appear(cells, run_time=BRIEF)
            yield live_dot_product(theme, self.token.view, self.of.weights[k], pairs, into, start, seconds / (k + 1))
        yield appear(*(first.row(k) for k in range(2, len(first.cells))), *([made] if bare else []), lag=0.3, run_time=SHORT)


def named_matrix(theme: Theme, letter: str, role: str, weights: View, room: Room) -> Labelled:
    """W_Q, W_K or W_V, turned on its side, so that a row makes an entry: (d_k, d_model), its name at the left."""
    left = min(NAME, room.width / 3)
    sheet = heat_map(theme, weights, room.trim(left=left), role, digits=True)
    name = equation(theme, f"W_{letter}^T", size=min(FORMULA, 0.65 * room.height), role=role, width=left - TIGHT)
    return Labelled(sheet, left_of(name, sheet.border, TIGHT / 2), VGroup(), VGroup())


def projected(theme: Theme, letter: str, role: str, room: Room) -> Equation:
    """How a query, key or value is made of a token, in a room."""
    maths = f"{{{{ {letter.lower()}_i : made }}}} = {{{{ W_{letter}^T : matrix }}}} t_i + b_{letter}"
    return equation(theme, maths, dict.fromkeys(("made", "matrix"), role), FORMULA, at=room)


def derivation(theme: Theme, of: Projection, tokens: View, i: int, word: str, room: Room, opens: bool, by: str, said: Sequence[str]) -> Derivation:
    """What a projection makes of token i, laid out in a room.

    tokens: (n, d_model). word: of the token. opens: whether there is room for what rows give before the bias is added. by: what stands
    above that column; said: line by line, at the right of the token; neither if it is not opened.
    """
    upper, lower = room.rows(UPON, GAP)
    left, right = lower.columns(OPENED if opens else ACROSS if room.is_wide else CLOSER, WIDE if opens else TIGHT)
    matrix, views = named_matrix(theme, of.letter, of.role, of.weights, left), [of.bare, of.made] if opens else [of.made]
    grid, edge, one = matrix.sheet.grid, room_of(matrix.sheet.border), fit_grid(tokens[i].shape, upper)
    token = heat_map(theme, tokens[i], Room(edge.left, edge.right, upper.bottom, upper.top), digits=True, scale=peak(tokens),
                     grid=one._replace(width=grid.width, height=min(one.height, OBLONG * grid.width)))
    columns = [
        heat_map(theme, view[i : i + 1].T, place.level(edge.centre[1]), of.role, digits=True, scale=peak(of.made),
                 grid=grid._replace(columns=(0,), width=min(place.width - TIGHT, OBLONG * grid.height)))
        for view, place in zip(views, right.columns(len(views), 3 * WIDE), strict=True)
    ]
    labels = row_labels(theme, [word], token, "text", edge.left - room.left - TIGHT)
    heads = _heads(theme, of, columns, by)
    free = Room(right.left, right.right, max(upper.bottom, room_of(heads).top), upper.top)
    note = [text(theme, line, EVIDENCE, "muted", at=place, align=-1) for line, place in zip(said, free.rows(len(said), 0)) if opens and free.height > len(said) * EVIDENCE]
    return Derivation(of, token, matrix, columns, labels, heads, _signs(theme, of, matrix, columns), VGroup(*note))


def _heads(theme: Theme, of: Projection, columns: Sequence[HeatMap], by: str) -> VGroup:
    """What the columns are, above each of them, and the bias between them."""
    *bare, made = columns
    letters = [(room_of(made).centre[0], f"{of.letter.lower()}_i"), *((_middle(each, made), f"b_{of.letter}") for each in bare)]
    return VGroup(*(above(text(theme, by, EVIDENCE, "muted"), each) for each in bare),
                  *(above(equation(theme, maths, size=LETTER, role=of.role), made).set_x(x) for x, maths in letters))


def _signs(theme: Theme, of: Projection, matrix: Labelled, columns: Sequence[HeatMap]) -> VGroup:
    """What stands between matrix and columns: that a bias is added, if there is room, or the bias itself, number by number."""
    *bare, made = columns
    sheet = matrix.sheet.border
    if not bare or not made.digits:
        gap = room_of(columns[0]).left - room_of(sheet).right
        if gap < WIDE:
            return VGroup()
        return VGroup(between(equation(theme, f"+ b_{of.letter} =", size=EVIDENCE, role="muted", width=gap), sheet, columns[0].border))
    x, shown = _middle(*columns), [k for k in matrix.sheet.grid.rows if k is not None]
    numbers = [number(theme, of.bias[k], LETTER, of.role, at=(x, row.get_y(), 0)) for k, row in zip(shown, made.cells, strict=True)]
    signs = [equation(theme, sign, size=LETTER, role="muted").move_to([at, made.border.get_y(), 0]) for sign, at in (
        ("=", _middle(sheet, bare[0])), ("+", x - WIDE), ("=", x + WIDE))]
    return VGroup(*signs, *numbers)


def _middle(left: Mobject, right: Mobject) -> float:
    """Where the middle of the gap between two pictures is."""
    return (room_of(left).right + room_of(right).left) / 2
