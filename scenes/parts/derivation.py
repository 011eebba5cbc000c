"""A derivation: a token meets a matrix row by row, and a query, key or value comes out (Vaswani et al. 2017, section 3.2.1)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from manim import Animation, Mobject, VGroup

from model import View
from scenes.base.layout import Labelled, above, between, left_of
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.heat_map import OBLONG, HeatMap, fit_grid, heat_map, peak, taller
from scenes.parts.label import WORD, in_two_lines, text
from scenes.parts.motion import BRIEF, SHORT, Together, appear, live_dot_product, merge, travel, vanish
from scenes.parts.shapes import room_of
from scenes.parts.tokens import row_labels
from scenes.parts.verdict import EVIDENCE
from scenes.parts.whole import Whole

NAMES = {"Q": "q_i", "K": "k_j"}          # token i asks, j answers
NAME, LETTER, FORMULA = (size * PX for size in (140, 40, 66))            # room for names; sizes of letters and of a matrix's name
UPON, OPENED, ACROSS, CLOSER = (1, 4), (2, 1), (4, 1), (3, 1)            # of a token and the matrix below it; of the matrix and what comes out


class Projection(NamedTuple):
    """What makes a query, key or value of each of n tokens: its `letter` and `role`, the matrix `weights` (d_k, d_model), its `bias` (d_k),
    and what is `made` (n, d_k)."""

    letter: str
    role: str
    weights: View
    bias: View
    made: View


class Derivation(Whole):
    """`token` (d_model) and its `word`, the `matrix` (d_k, d_model) below it, what is `made` of both, with its name, the `head`, and a `sign`
    before it; a `note`, and what is `said`. `of`: the projection."""

    def __init__(self, of: Projection, token: HeatMap, matrix: Labelled, made: HeatMap, word: Mobject, head: Mobject, sign: VGroup, note: VGroup,
                 said: VGroup):
        super().__init__(token=token, matrix=matrix, made=made, sign=sign, head=head, word=word, note=note, said=said)
        self.of = of

    def passed_on(self, old: HeatMap, new: HeatMap, i: int, others: Sequence[VGroup]) -> Iterator[Animation]:
        """What came out takes the place of what was in row i of a matrix (n, d); then the other tokens go through the matrix, and the frame is
        that of what came out, `new` (n, d_k). others: the rows of tokens that go, in the order of the rows but i."""
        yield Together(vanish(old.cells[i]), travel(self.made.cells.copy(), VGroup(VGroup(cell) for cell in new.cells[i])))
        yield Together(travel(old.border, new.border), vanish(old.dots), appear(new.dots))
        rows = [k for k in range(len(new.cells)) if k != i]
        yield Together(*(Together(merge(row, into=self.matrix.sheet.border), vanish(old.cells[k]), appear(new.row(k)))
                         for k, row in zip(rows, others, strict=True)), lag=0.4)

    def multiply(self, theme: Theme, seconds: float) -> Iterator[Animation]:
        """The rows of the matrix meet the token, one by one, the first for so many seconds; each gives an entry of what comes out, its bias
        included."""
        made = self.made
        yield appear(made.border, made.dots, self.sign, self.head, run_time=BRIEF)
        for k, cells in enumerate(made.cells[:2]):
            pairs = zip(self.token.cells[0], self.matrix.sheet.cells[k], strict=True)
            into = made.numbers[k][0] if made.digits else None
            yield appear(cells, run_time=BRIEF)
            yield live_dot_product(theme, self.token.view, self.of.weights[k], pairs, into, float(self.of.bias[k]), seconds / (k + 1))
        yield appear(*(made.row(k) for k in range(2, len(made.cells))), lag=0.3, run_time=SHORT)


def named_matrix(theme: Theme, letter: str, role: str, weights: View, room: Room) -> Labelled:
    """W_Q, W_K or W_V, turned on its side, so that a row makes an entry: (d_k, d_model), its name at the left."""
    left = min(NAME, room.width / 3)
    inner = room.trim(left=left)
    grid = fit_grid(weights.shape, inner)
    grid = taller(grid, inner.height) if inner.height > inner.width else grid
    sheet = heat_map(theme, weights, inner, role, digits=True, grid=grid)
    name = equation(theme, f"W_{letter}^T", size=min(FORMULA, 0.65 * room.height), role=role, width=left - TIGHT)
    return Labelled(sheet, left_of(name, sheet.border, TIGHT / 2), VGroup(), VGroup())


def projected(theme: Theme, letter: str, role: str, room: Room) -> Equation:
    """How a query, key or value is made of a token, in a room."""
    maths = f"{{{{ {letter.lower()}_i : made }}}} = {{{{ W_{letter}^T : matrix }}}} t_i + b_{letter}"
    return equation(theme, maths, dict.fromkeys(("made", "matrix"), role), FORMULA, at=room)


def derivation(theme: Theme, of: Projection, tokens: View, i: int, word: str, room: Room, note: str, said: str, beside: float = 0.0) -> Derivation:
    """What a projection makes of token i, laid out in a room.

    tokens: (n, d_model). word: of the token. note: what stands below the matrix, and said: above what comes out, if there is room for it.
    beside: the width at the right that is left to other things than these.
    """
    upper, lower = room.rows(UPON, GAP)
    shares = CLOSER if beside else OPENED if said or note else ACROSS if room.is_wide else CLOSER
    left, right = lower.trim(right=beside).columns(shares, WIDE if room.is_wide else TIGHT)
    matrix = named_matrix(theme, of.letter, of.role, of.weights, left)
    grid, edge, one = matrix.sheet.grid, room_of(matrix.sheet.border), fit_grid(tokens[i].shape, upper)
    token = heat_map(theme, tokens[i], Room(edge.left, edge.right, upper.bottom, upper.top), digits=True, scale=peak(tokens),
                     grid=one._replace(width=grid.width, height=min(one.height, OBLONG * grid.width)))
    made = heat_map(theme, of.made[i : i + 1].T, right.level(edge.centre[1]), of.role, digits=True, scale=peak(of.made),
                    grid=grid._replace(columns=(0,), width=min(right.width - TIGHT, OBLONG * grid.height)))
    gap, head = room_of(made).left - edge.right, above(equation(theme, NAMES[of.letter], size=LETTER, role=of.role), made)
    sign = [between(equation(theme, f"+ b_{of.letter} =", size=LETTER, width=gap - TIGHT / 2), matrix.sheet.border, made.border)] * bool(gap >= WIDE)
    foot, free = Room(edge.left, edge.right, lower.bottom, edge.bottom - TIGHT / 2), Room(right.left, room.right, room_of(head).top, upper.top)
    below_it = [text(theme, note, EVIDENCE, "muted", at=foot.strip(top=EVIDENCE))] if note and foot.height >= EVIDENCE else []
    above_it = [in_two_lines(theme, said, WORD, free)] if said and free.height >= 2 * EVIDENCE else []
    label = row_labels(theme, [word], token, "text", edge.left - room.left - TIGHT)
    return Derivation(of, token, matrix, made, label, head, VGroup(*sign), VGroup(*below_it), VGroup(*above_it))
