"""One weight, from its query and key: their product, divided; beside it the scores of all keys, and what softmax makes of them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from manim import DOWN, UP, Mobject, VGroup

from model import View
from scenes.base.layout import below, side_by_side, stacked
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.heat_map import Digits, HeatMap, fit_digits, fit_grid, heat_map, taller
from scenes.parts.label import WORD, Label, Number, number, paragraph, text, text_width, words_at
from scenes.parts.ranking import strongest
from scenes.parts.shapes import ring, room_of
from scenes.parts.tokens import chosen
from scenes.parts.weight import weight_bars
from scenes.parts.whole import Whole

NAME, FORMULA, LARGEST = (size * PX for size in (34, 66, 210))
LABEL, SLIM, BESIDE = (size * PX for size in (200, 130, 440))     # room beside the rows, in a narrow frame, and beside query and key
COLUMN = 80 * PX                          # width of a column of weights, at least
SHARES, LOW = (27, 5, 13, 30), (32, 6, 16, 25)            # heights of the vectors, the words, scores, weights; in a narrow frame
ONE = 19, 10                              # widths of the vectors and of the one weight


class Taken(NamedTuple):
    """What makes a weight: query and key (d_k), the score and what it is when it is divided by the root of d_k, all scaled scores of the
    query and its weights (key), and which of them it is."""

    query: View
    key: View
    score: View
    scaled: View
    scores: View
    weights: View
    most: int


class Product(Whole):
    """`sign`, `score`, `divided`, `scaled`: the score as a product, and what it is divided by."""

    def __init__(self, sign: Mobject, score: Number, divided: Mobject, scaled: Number):
        super().__init__(sign=sign, score=score, divided=divided, scaled=scaled)


class OneWeight(Whole):
    """`query` and `key`, with their `names`. What becomes of them is no part of it yet: `product`, and `row`, lists of what appears one
    after the other: the scores, the weights, and the one weight, if there is room."""

    def __init__(self, query: HeatMap, key: HeatMap, names: list[Label], product: Product, row: list[list[Mobject]]):
        super().__init__(query=query, key=key, names=names)
        self.product, self.row = product, row


def one_weight(theme: Theme, taken: Taken, tokens: Sequence[str], say: Callable[..., str], names: Sequence[str], room: Room, among: str,
               roomy: bool) -> OneWeight:
    """The picture in a room. tokens: the words of the keys. say: what `scores`, `weights` and `rounded` are called. names: of query and
    key. among: what the one weight is one of. roomy: whether it has a place of its own."""
    top, *rows = room.trim(bottom=TIGHT).rows(SHARES if roomy else LOW, GAP if roomy else TIGHT)
    left, right = top.columns(ONE, WIDE) if roomy else (top, None)
    *lines, last = left.rows(3, TIGHT)
    beside = BESIDE if roomy else max(text_width(theme, name, NAME) for name in names) + TIGHT
    query, key = (heat_map(theme, view, line.trim(left=beside), role, digits=True)
                  for view, line, role in zip((taken.query, taken.key), lines, ("query", "key")))
    labels = [text(theme, name, NAME, role, at=line.strip(left=beside - TIGHT), align=1)
              for name, line, role in zip(names, lines, ("query", "key"))]
    return OneWeight(query, key, labels, _product(theme, taken, last),
                     _row(theme, taken, tokens, say, [row.trim(left=LABEL if roomy else SLIM) for row in rows], right, among))


def _product(theme: Theme, taken: Taken, room: Room) -> Product:
    """The score and the scaled score, and what is done to get them."""
    line, high = _line(theme, taken, FORMULA, room), room.height + TIGHT
    return Product(*_line(theme, taken, max(theme.digit, FORMULA * min(1, room.width / line.width, high / line.height)), room))


def _line(theme: Theme, taken: Taken, size: float, room: Room) -> VGroup:
    score, scaled = (number(theme, view, size, weight=600) for view in (taken.score, taken.scaled))
    root = f"div sqrt({len(taken.query)}) ="
    sign, divided = (equation(theme, maths, {"q": "query", "k": "key"}, size=size) for maths in (f"{{{{ q : q }}}} dot {{{{ k : k }}}} {root}", root))
    line = side_by_side(sign, score, divided, scaled, gap=GAP * size / FORMULA, at=room)
    divided.align_to(sign, UP)            # both roots at one height, and the numbers on the line that `k` stands on
    for each in (score, scaled):
        each.align_to(sign.select("k"), DOWN)
    return line


def _row(theme: Theme, taken: Taken, tokens: Sequence[str], say: Callable[..., str], rooms: Sequence[Room], right: Room | None, among: str
         ) -> list[list[Mobject]]:
    """The scores of the keys, those with the largest weights if not all have room; their weights; and the one weight."""
    names, middle, foot = rooms
    columns = chosen(strongest(taken.weights, len(taken.weights)), lambda places: len(places) * COLUMN <= middle.width)
    grid, kept = fit_grid((len(columns),), middle)._replace(columns=columns), [k for k in columns if k is not None]
    grid = grid if right else taller(grid, middle.height)
    scores = heat_map(theme, taken.scores, middle, digits=True, grid=grid)
    places = [Room(cell.left, cell.right, foot.bottom, foot.top) for cell in map(room_of, scores.cells[0])]
    words = words_at(theme, [tokens[k] for k in kept], [(place.centre[0], names.centre[1]) for place in places], WORD,
                     places[0].width + TIGHT / 2, "key", align=0)
    digits = fit_digits(theme, taken.weights.values, grid, weights=True) or Digits(1, theme.digit)
    shares = weight_bars(theme, [taken.weights[k] for k in kept], places, digits.size, digits.decimals)
    beside = [(say(name), place.outside(left=(LABEL if right else SLIM) - TIGHT, gap=TIGHT)) for name, place in (("scores", middle), ("weights", foot))]
    said = [text(theme, words, NAME, "muted", at=place, align=1) if right else
            paragraph(theme, words, NAME, place.width, "muted", align=1).shift(place.centre) for words, place in beside]
    at = kept.index(taken.most)
    moves = [[scores, words, said[0], ring(theme, scores.cells[0][at])], [shares, said[1]], [ring(theme, shares.grounds[at])]]
    if right:
        rounded = paragraph(theme, say("rounded"), NAME, LABEL - TIGHT, "muted", align=1)
        moves[1].append(below(rounded, said[1], TIGHT, align=1))
        moves[2].append(_one(theme, taken.weights[taken.most], right, digits, among))
    return moves


def _one(theme: Theme, weight: View, room: Room, digits: Digits, among: str) -> VGroup:
    """The one weight, large, and among how many it is one."""
    words = text(theme, among, NAME, "muted", width=room.width)
    one = number(theme, weight, LARGEST, "weight", 700, decimals=digits.decimals)
    one.scale(min(1, room.width / one.width, (room.height - NAME - TIGHT) / one.height))
    return stacked(one, words, at=room)
