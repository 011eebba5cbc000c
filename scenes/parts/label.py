"""Labels and numbers: lines of text, each one shape."""

from collections.abc import Sequence
from decimal import Decimal
from operator import le, lt

import numpy as np
from manim import ORIGIN, VGroup, VMobject

from model import View
from model.tokenizer import Piece
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.base.words import elided, of_paragraph, pieces

SMALLEST_WORD = 26 * PX                   # em size below which nobody reads at 1080p
WORD = 40 * PX
LINE_SPACING = 1.25                       # baseline to baseline, in em
SHRUNK = 0.88                             # share of its size that a paragraph keeps at least
HALF, UNEVEN = 0.44, 1.7                  # em size of two lines, as a share of their room's height; how many times its width they hold
MOST_DECIMALS = 15                        # a float64 has no more that mean anything
MINUS, THIN_SPACE = "−", "\u2009"
GROUPED = 100_000                         # the least that is written in groups of three; the number of a token is not


class Word(str):
    """A token as it is written. `joined`: to the token before it, without a gap; `special`: no part of the text, and so drawn dimmed."""

    def __new__(cls, piece: str | Piece):
        if isinstance(piece, str):        # as a copy of it is made
            return super().__new__(cls, piece)
        word = super().__new__(cls, piece.text)
        word.joined, word.special = piece.joined, piece.special
        return word

    def shortened(self, text: str) -> "Word":
        """The same token, written so."""
        return Word(Piece(text, self.joined, self.special))


def is_special(word: str) -> bool:
    """Whether a word is a token that is no part of the text."""
    return isinstance(word, Word) and word.special


def is_joined(word: str) -> bool:
    """Whether a word is a piece that belongs to the one before it."""
    return isinstance(word, Word) and word.joined


class Label(VMobject):
    """One line of text as one shape; `string` is what it says. The line, not the glyphs' box, is centred where it is put."""

    def __init__(self, theme: Theme, string: str, size: float, role: str = "text", weight: int = 400, tabular: bool = False):
        super().__init__(stroke_width=0, fill_color=theme.colour(role), fill_opacity=1)
        points, advance = theme.fonts.outline(string, weight, tabular)
        middle = (advance / 2, theme.fonts.cap_height / 2)
        self.points = np.pad((points - middle) * size, ((0, 0), (0, 1)))
        self.string, self.size, self.advance = string, size, advance * size
        self._extent = _extent(self.points)

    @property
    def em(self) -> float:
        """Its size as it stands there, scaled or not."""
        return self.size * _extent(self.points) / self._extent if self._extent else self.size


def _extent(points: np.ndarray) -> float:
    """How far points (n, 3) are spread, however they are turned."""
    return float(np.linalg.norm(points - points.mean(0))) if len(points) else 0.0


class Number(Label):
    """A number on screen that knows which entry of which tensor it shows (`source`) and how (`string`)."""

    def __init__(self, theme: Theme, source: View, string: str, size: float, role: str = "text", weight: int = 400):
        super().__init__(theme, string, size, role, weight, tabular=True)
        self.source = source


def text_width(theme: Theme, string: str, size: float, weight: int = 400, tabular: bool = False) -> float:
    """How wide a line of text is."""
    return theme.fonts.outline(string, weight, tabular).advance * size


def text(theme: Theme, string: str, size: float = WORD, role: str = "text", weight: int = 400, at=ORIGIN,
         align: int = 0, width: float | None = None) -> Label:
    """A line of text at a point: `align` −1 starts there, 0 is centred there, 1 ends there; or in a room, at that side of it.

    width: what it may take, in a room that of the room; it shrinks to the smallest legible size and then loses its middle.
    """
    if isinstance(at, Room):
        at, width = at.point(align), at.width if width is None else width
    if width is not None:
        string, size = fit_text(theme, string, size, width, weight)
    label = Label(theme, string, size, "muted" if is_special(string) else role, weight)
    return label.shift(np.array(at, float) - [align * label.advance / 2, 0, 0])


def fit_text(theme: Theme, string: str, size: float, width: float, weight: int = 400) -> tuple[str, float]:
    """The string and size that fit a width: smaller first, then with its middle elided."""
    size = min(size, max(SMALLEST_WORD, size * width / max(text_width(theme, string, size, weight), 1e-9)))
    fitted = elided(string, lambda fitted: text_width(theme, fitted, size, weight) <= width * 1.001)
    return string.shortened(fitted) if isinstance(string, Word) else fitted, size


def fit_words(theme: Theme, words: Sequence[str], size: float, width: float, weight: int = 400) -> tuple[list[str], float]:
    """Words that stand together, all of one size: the largest up to `size` at which they fit a width; too long ones are elided."""
    size = min(fit_text(theme, word, size, width, weight)[1] for word in words)
    return [fit_text(theme, word, size, width, weight)[0] for word in words], size


def words_at(theme: Theme, words: Sequence[str], points: Sequence[Sequence[float]], size: float, width: float, role: str = "text",
             align: int = 1) -> VGroup:
    """Words at points, all of one size and none wider than `width`; aligned like `text`."""
    fitted, size = fit_words(theme, words, size, width)
    return VGroup(text(theme, word, size, role, at=(*point, 0), align=align) for word, point in zip(fitted, points, strict=True))


def thinned(words: Sequence[str], pitch: float, keep: int = 0, least: float = SMALLEST_WORD) -> list[str]:
    """The words of rows, or of upright columns, a pitch apart: where that is less than a readable word needs only every so many-th, so that
    one that is to be kept is among them, and nothing in the place of the others."""
    return [word if is_named(k, pitch, keep, least) else "" for k, word in enumerate(words)]


def is_named(place: int, pitch: float, keep: int = 0, least: float = SMALLEST_WORD) -> bool:
    """Whether what stands at a place of rows a pitch apart is written, if each needs as much: all of it, or every so many-th from what is to
    be kept."""
    return (place - keep) % int(np.ceil(least / pitch)) == 0


def paragraph(theme: Theme, string: str, size: float, width: float, role: str = "text", weight: int = 400, lines: int = 2,
              align: int = 0) -> VGroup:
    """Text wrapped at a width, around the origin; it shrinks a little where that saves a line more than `lines`. align: as of `text`."""
    for size in np.linspace(size, max(min(size, SMALLEST_WORD), SHRUNK * size), 5):
        wrapped = wrap(theme, string, size, width, weight)
        if len(wrapped) <= lines:
            break
    top = (len(wrapped) - 1) / 2 * LINE_SPACING * size
    wrapped = [of_paragraph(line, string, theme.fonts.language) for line in wrapped]
    return VGroup(
        text(theme, line, size, role, weight, at=(align * width / 2, top - i * LINE_SPACING * size, 0), align=align, width=width)
        for i, line in enumerate(wrapped)
    )


def words_in(theme: Theme, string: str, size: float, room: Room, role: str = "text", weight: int = 400) -> VGroup:
    """Words in the middle of a room: in a line, smaller if need be, or where they would be illegible in as many lines as they need."""
    fitted, size = fit_text(theme, string, size, room.width, weight)
    if fitted == string:
        return VGroup(text(theme, string, size, role, weight, at=room))
    return paragraph(theme, string, size, room.width, role, weight).shift(room.centre)


def in_two_lines(theme: Theme, string: str, size: float, room: Room, role: str = "text", weight: int = 400) -> VGroup:
    """Words in the middle of a room, as large as two lines of them can be there, up to a size."""
    return in_lines(theme, string, size, room, 2, role, weight)


def in_lines(theme: Theme, string: str, size: float, room: Room, most: int, role: str = "text", weight: int = 400) -> VGroup:
    """Words in the middle of a room, in two lines or as many more, up to `most`, as make them larger, up to a size."""
    one = text_width(theme, string, 1, weight)
    shares = {2: HALF, **{lines: 1 / (LINE_SPACING * lines) for lines in range(3, most + 1)}}
    sizes = {lines: min(size, share * room.height, lines / 2 * UNEVEN * room.width / one) for lines, share in shares.items()}
    lines = max(sizes, key=sizes.get)
    return paragraph(theme, string, max(SMALLEST_WORD, sizes[lines]), room.width, role, weight, lines).move_to(room.centre)


def wrap(theme: Theme, string: str, size: float, width: float, weight: int = 400) -> list[str]:
    """The lines of a text, broken where its script allows it and as even as they can be."""
    parts = [(piece, *(text_width(theme, part, size, weight) for part in (piece, piece.rstrip()))) for piece in pieces(string)]
    total = sum(advance for _, advance, _ in parts)
    fewest = max(1, np.ceil(total / width))
    for goal in np.linspace(total / fewest, width, 12):
        lines = _greedy(parts, goal)
        if len(lines) <= fewest:
            break
    return lines


def _greedy(pieces: Sequence[tuple[str, float, float]], width: float) -> list[str]:
    """Lines of pieces, each with its width and that without the space at its end."""
    lines, at = [""], 0.0
    for piece, advance, ink in pieces:
        if at and at + ink > width * 1.001:
            lines, at = [*lines, ""], 0.0
        lines[-1] += piece
        at += advance
    return [line.rstrip() for line in lines]


def format_number(value: float, decimals: int) -> str:
    """A number as it is written on screen: a true minus sign, no −0.0, ∞ for what is infinite, and millions in groups of three."""
    written = f"{value:,.{decimals}f}" if GROUPED <= abs(value) < np.inf else f"{value:.{decimals}f}".replace("inf", "∞")
    written = written.replace(",", THIN_SPACE)
    return written.lstrip("-") if not written.strip("-0.") else written.replace("-", MINUS)


def decimals_for_sum(terms: Sequence[float], total: float, decimals: int) -> int:
    """How many decimals terms need so that, as they are written, they add up to the total, written with `decimals`.

    At least as many as the total has, and seldom more than one beyond: nobody who adds up what is shown finds anything else.
    ValueError if no number of decimals is enough, as the terms do not add up to the total.
    """
    return decimals_for_sums([terms], [total], decimals)


def decimals_for_sums(rows: Sequence[Sequence[float]], totals: Sequence[float], decimals: int) -> int:
    """How many decimals the terms of several sums need, which are written alike (`decimals_for_sum`)."""
    half = Decimal(10) ** -decimals / 2
    finer = range(decimals, MOST_DECIMALS + 1)
    errors = [max(_error(terms, total, count, decimals) for terms, total in zip(rows, totals, strict=True)) for count in finer]
    for fits in (lt, le):                 # half a unit may be rounded either way: it will do if nothing better does
        for count, error in zip(finer, errors):
            if fits(error, half):
                return count
    found, wanted = (", ".join(map(str, numbers)) for numbers in (map(sum, rows), totals))
    raise ValueError(f"terms that add up to {found} are no sum of {wanted}")


def _error(terms: Sequence[float], total: float, count: int, decimals: int) -> Decimal:
    """How far terms, written with so many decimals, are from a total that is written with `decimals`."""
    return abs(sum(Decimal(f"{term:.{count}f}") for term in terms) - Decimal(f"{total:.{decimals}f}"))


def number(theme: Theme, source: View, size: float = WORD, role: str = "text", weight: int = 400, at=ORIGIN, align: int = 0,
           decimals: int | None = None, width: float | None = None) -> Number:
    """A scalar view as a number at a point, or in a room, like `text`; decimals: if not as many as the theme says. width: what it may take;
    it shrinks."""
    string = format_number(float(source), theme.decimals if decimals is None else decimals)
    size = min(size, (width or np.inf) / text_width(theme, string, 1, weight, tabular=True))
    label = Number(theme, source, string, size, role, weight)
    at = at.point(align) if isinstance(at, Room) else np.array(at, float)
    return label.shift(at - [align * label.advance / 2, 0, 0])


def weight_numbers(theme: Theme, weights: View, ends: Sequence[Sequence[float]], size: float = WORD, decimals: int | None = None) -> VGroup:
    """The weights of a row (n) as numbers that end at points."""
    strings = [format_number(weight, theme.decimals if decimals is None else decimals) for weight in weights.values]
    labels = [Number(theme, source, string, size, "weight", weight=600) for source, string in zip(weights, strings, strict=True)]
    return VGroup(label.shift([x - label.advance / 2, y, 0]) for label, (x, y) in zip(labels, ends, strict=True))
