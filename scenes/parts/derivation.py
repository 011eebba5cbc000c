"""A derivation: a token meets a matrix column by column, and a query, key or value comes out (Vaswani et al. 2017, section 3.2.1)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from manim import Animation, Mobject, VGroup

from model import View
from scenes.base.layout import Labelled, between, left_of, right_of
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import Equation, equation
from scenes.parts.heat_map import LARGEST_CELL, MARGIN, HeatMap, fit_grid, heat_map, peak
from scenes.parts.label import WORD, in_two_lines, text
from scenes.parts.motion import BRIEF, SHORT, Together, appear, live_dot_product, merge, travel, vanish
from scenes.parts.shapes import room_of
from scenes.parts.tokens import row_labels
from scenes.parts.verdict import EVIDENCE
from scenes.parts.whole import Whole

NAMES = {"Q": "q_i", "K": "k_j"}          # token i asks, j answers
NAME, LETTER, FORMULA, WORDS = (size * PX for size in (140, 40, 66, 150))        # room for names; sizes of letters and of a matrix's name; room for a word
HIGH, SHARES = (4, 1), (4, 5)                # of a matrix and a line below it; of what is at its left and the matrix


class Projection(NamedTuple):
    """What makes a query, key or value of each of n tokens: its `letter` and `role`, the matrix `weights` (d_model, d_k), its `bias` (d_k),
    and what is `made` (n, d_k)."""

    letter: str
    role: str
    weights: View
    bias: View
    made: View


class Derivation(Whole):
    """`token` (d_model), a row, and its `word`, the `matrix` (d_model, d_k), and below that, in its columns, what is `made` of both, with its
    name, the `head`, and a `sign` before it; a `note`, and what is `said`. `of`: the projection."""

    def __init__(self, of: Projection, token: HeatMap, matrix: Labelled, made: HeatMap, word: Mobject, head: Mobject, sign: VGroup, note: VGroup,
                 said: VGroup):
        super().__init__(token=token, matrix=matrix, made=made, sign=sign, head=head, word=word, note=note, said=said)
        self.of = of

    def passed_on(self, old: HeatMap, new: HeatMap, i: int, others: Sequence[VGroup]) -> Iterator[Animation]:
        """What came out takes the place of what was in row i of a matrix (n, d); then the other tokens go through the matrix, and the frame is
        that of what came out, `new` (n, d_k). others: the rows of tokens that go, in the order of the rows but i."""
        yield Together(vanish(old.cells[i]), travel(self.made.cells[0].copy(), new.cells[i]))
        yield Together(travel(old.border, new.border), vanish(old.dots), appear(new.dots))
        rows = [k for k in range(len(new.cells)) if k != i]
        yield Together(*(Together(merge(row, into=self.matrix.sheet.border), vanish(old.cells[k]), appear(new.row(k)))
                         for k, row in zip(rows, others, strict=True)), lag=0.4)

    def multiply(self, theme: Theme, seconds: float) -> Iterator[Animation]:
        """The token meets the columns of the matrix, one by one, the first for so many seconds; each gives an entry of what comes out, its bias
        included."""
        made, columns = self.made, list(zip(*self.matrix.sheet.cells, strict=True))
        yield appear(made.border, made.dots, self.sign, self.head, run_time=BRIEF)
        for k, column in enumerate(columns[:2]):
            pairs = zip(self.token.cells[0], column, strict=True)
            into = made.numbers[0][k] if made.digits else None
            yield appear(made.cell(0, k), run_time=BRIEF)
            yield live_dot_product(theme, self.token.view, self.of.weights[:, k], pairs, into, float(self.of.bias[k]), seconds / (k + 1))
        yield appear(*(made.cell(0, k) for k in range(2, len(columns))), lag=0.3, run_time=SHORT)


def named_matrix(theme: Theme, letter: str, role: str, weights: View, room: Room) -> Labelled:
    """W_Q, W_K or W_V, each of whose columns makes an entry: (d_model, d_k), as wide as a room, its name at the left."""
    left = min(NAME, room.width / 3)
    place = room.trim(left=left)
    grid = fit_grid(weights.shape, place)
    grid = grid._replace(width=min(LARGEST_CELL, (place.width - 2 * grid.margin) / len(grid.columns)))
    sheet = heat_map(theme, weights, place, role, grid=grid)
    name = equation(theme, f"W_{letter}", size=min(FORMULA, 0.65 * room.height), role=role, width=left - TIGHT)
    return Labelled(sheet, left_of(name, sheet.border, TIGHT / 2), VGroup(), VGroup())


def projected(theme: Theme, letter: str, role: str, room: Room) -> Equation:
    """How a query, key or value is made of a token, in a room."""
    maths = f"{{{{ {letter.lower()}_i : made }}}} = t_i {{{{ W_{letter} : matrix }}}} + b_{letter}"
    return equation(theme, maths, dict.fromkeys(("made", "matrix"), role), FORMULA, at=room)


def derivation(theme: Theme, of: Projection, tokens: View, i: int, word: str, room: Room, note: str, said: str) -> Derivation:
    """What a projection makes of token i, laid out in a room as it is worked out by hand: where the row of the token and a column of the matrix
    cross there is an entry of what comes out.

    tokens: (n, d_model). word: of the token. note: what stands above the token, and said: above that, if there is room for it.
    """
    size = min(LETTER, 0.6 * room.rows(HIGH, TIGHT)[-1].height)
    head = equation(theme, NAMES[of.letter], size=size, role=of.role)
    upper, line = room.trim(left=TIGHT, right=head.width + TIGHT).rows(HIGH, TIGHT)
    left, right = upper.columns(SHARES, TIGHT)
    matrix = named_matrix(theme, of.letter, of.role, of.weights, right)
    grid, edge = matrix.sheet.grid, room_of(matrix.sheet.border)
    made = heat_map(theme, of.made[i : i + 1], Room(edge.left, edge.right, line.bottom, line.top), of.role, digits=True, scale=peak(of.made),
                    grid=grid._replace(rows=(0,), height=min(line.height - 2 * MARGIN, LARGEST_CELL / 2)))
    label = row_labels(theme, [word], made, "text", WORDS)
    signs = [equation(theme, f"+ b_{of.letter} =", size=size)] * bool(room.width > room.height and left.width > 2 * WORDS)
    start, end = line.left + label.width + TIGHT, edge.left - sum(sign.width + TIGHT for sign in signs) - TIGHT
    place = Room(start, end, line.bottom, line.top)
    one = fit_grid(tokens[i].shape, place)
    token = heat_map(theme, tokens[i], place, scale=peak(tokens), grid=one)
    over = Room(line.left, end, room_of(token).top + TIGHT, upper.top)
    below_it = [text(theme, note, EVIDENCE, "muted", at=over.strip(bottom=EVIDENCE))] if note and over.height >= 2 * EVIDENCE else []
    above_it = [in_two_lines(theme, said, WORD, over.trim(bottom=2 * EVIDENCE))] if said and over.height >= 5 * EVIDENCE else []
    return Derivation(of, token, matrix, made, left_of(label, token, TIGHT), right_of(head, made.border, TIGHT / 2),
                      VGroup(*(between(sign, token.border, made.border) for sign in signs)), VGroup(*below_it), VGroup(*above_it))
