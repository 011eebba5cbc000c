"""Equations, set by Typst in memory: maths in its own font, words in the theme's, symbols in the colours of their roles."""

import re
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO

import numpy as np
import svgelements
import typst
from manim import VGroup, VMobject

from scenes.parts.shapes import frame, room_of
from scenes.parts.whole import Whole
from scenes.base.room import PX, Room
from scenes.base.theme import Theme
from scenes.base.type import Fonts

MATHS = 44 * PX
POINTS = 100                              # em of the typeset page
SYMBOL = re.compile(r"\{\{ (.+?) : (\w+) \}\}")
MATHS_FONT = "New Computer Modern Math"
GLYPH, NOWHERE = re.compile(r'<symbol id="(\w+)"'), "\U0010ffff"
# A symbol is told from the others by a colour of its own, which the theme's replaces: so the formula is typeset only once.
PAGE = """
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#set text(size: {points}pt, lang: "{language}")
#show math.equation: set text(font: ({families}))
#let symbol(number, body) = text(fill: rgb(number, 0, 0), body)
$ {formula} $
"""


class Equation(Whole):
    """A formula as shapes: `source` as written, `symbols` those that have a name, and all the rest as one."""

    def __init__(self, source: str, symbols: Mapping[str, VMobject], rest: VMobject):
        super().__init__()
        self.add(*symbols.values(), rest)
        self._claim()
        self.source = source
        self.symbols = tuple(symbols)

    def select(self, name: str) -> VMobject:
        """The shape of a named symbol."""
        return self.submobjects[self.symbols.index(name)]


def equation(theme: Theme, source: str, roles: Mapping[str, str] | None = None, size: float = MATHS, role: str = "text",
             width: float | None = None, at: Room | None = None, align: int = 0) -> Equation:
    """Typst maths, centred at the origin, with an em of `size`, or less if it would be wider than `width`.

    at: the room that it stands in, at most as wide, in its middle or with `align` −1 or 1 at its left or right edge.

    `{{ Q : q }}` names a symbol; `roles` gives its role: {"q": "query"}.
    The source is ours, never the user's words, which Typst would run, unless `quote` has made text of them.
    Raises typst.TypstError for what is no maths, and ValueError if no font has one of its characters.
    """
    names = [name for _, name in SYMBOL.findall(source)]
    curves = _outlines(source, theme.fonts)
    low, high = (edge(np.concatenate(list(curves.values())), axis=0) for edge in (np.min, np.max))
    size = min(size, (width or (at.width if at else np.inf)) / (high - low)[0])
    shapes = {}
    for number, name in enumerate((*names, None), start=1):
        colour = theme.colour((roles or {}).get(name, role))
        shape = VMobject(stroke_width=0, fill_color=colour, fill_opacity=1)
        points = curves.get(number if name else 0, np.empty((0, 2)))
        shape.points = np.pad((points - (low + high) / 2) * size * (1, -1), ((0, 0), (0, 1)))
        shapes[name] = shape
    maths = Equation(source, {name: shapes[name] for name in names}, shapes[None])
    return maths.move_to(at.point(align) - [align * maths.width / 2, 0, 0]) if at else maths


def quote(words: str) -> str:
    """Words as text in an equation: no part of them is maths, nor run."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(512)
def _outlines(source: str, fonts: Fonts) -> dict[int, np.ndarray]:
    """The curves of a formula in em, y downwards: of its named symbols from 1 on, and of the rest as number 0."""
    curves = fonts.kept(lambda: {number: points.tolist() for number, points in _typeset(source, fonts).items()}, source)
    return {int(number): np.array(points) for number, points in curves.items()}     # as text, a number is a text too


def _typeset(source: str, fonts: Fonts) -> dict[int, np.ndarray]:
    numbers = iter(range(1, 256))
    page = _page(SYMBOL.sub(lambda found: f"symbol(#{next(numbers)}, {found[1]})", source), fonts)
    if _box(fonts) & _glyphs(page):
        raise ValueError(f"the fonts lack a character of the formula {source}")
    curves: dict[int, list[np.ndarray]] = {}
    for element in svgelements.SVG.parse(BytesIO(page), reify=True).elements():
        if isinstance(element, svgelements.Path) and len(element):
            ink = element.fill if element.fill.value is not None else element.stroke
            curves.setdefault(ink.red, []).append(_curves(element))
    return {number: np.concatenate(parts) / POINTS for number, parts in curves.items()}


def _page(formula: str, fonts: Fonts) -> bytes:
    """A formula as SVG."""
    compiler, families = _compiler(fonts)
    language = fonts.language.partition("-")[0]
    page = PAGE.format(points=POINTS, language=language, families=families, formula=formula)
    return compiler.compile(page.encode(), format="svg")


def families(fonts: Fonts) -> list[str]:
    """What Typst calls these fonts."""
    return [font.family for folder in fonts.folders for font in typst.Fonts(False, False, [folder]).fonts() if font.index == 0]


@lru_cache(16)
def _compiler(fonts: Fonts) -> tuple[typst.Compiler, str]:
    """Typst with its own fonts and these, none of the system's; and the names of all that an equation may use, in order."""
    names = "".join(f"{quote(name)}, " for name in (MATHS_FONT, *families(fonts)))
    return typst.Compiler(ignore_system_fonts=True, font_paths=list(fonts.folders)), names


@lru_cache(16)
def _box(fonts: Fonts) -> set[str]:
    """The box that Typst draws, in each of its three sizes, for a character that no font has; it says nothing."""
    box = quote(NOWHERE)
    return _glyphs(_page(f"{box}^({box}^{box})", fonts))


def _glyphs(page: bytes) -> set[str]:
    return set(GLYPH.findall(page.decode()))


def _curves(path: svgelements.Path) -> np.ndarray:
    """A path as cubic curves (4 · curves, 2); a stroked line, such as that of a fraction, as the rectangle it covers."""
    if path.fill.value is None:
        (x, y), (u, v) = path.first_point, path.current_point
        half = path.stroke_width / 2
        corners = [(x, y - half), (u, v - half), (u, v + half), (x, y + half), (x, y - half)]
        return np.concatenate([_line(a, b) for a, b in zip(corners, corners[1:], strict=False)])
    return np.concatenate([_curve(segment) for segment in path if not isinstance(segment, svgelements.Move)])


def _curve(segment: svgelements.PathSegment) -> np.ndarray:
    if isinstance(segment, svgelements.CubicBezier):
        return np.array([segment.start, segment.control1, segment.control2, segment.end])
    if isinstance(segment, svgelements.QuadraticBezier):
        start, control, end = np.array([segment.start, segment.control, segment.end])
        return np.array([start, start + (control - start) * 2 / 3, end + (control - end) * 2 / 3, end])
    return _line(segment.start, segment.end)


def _line(start, end) -> np.ndarray:
    start, end = np.array(start, float), np.array(end, float)
    return start + (end - start) * np.linspace(0, 1, 4)[:, None]


def linked(theme: Theme, symbol: VMobject, picture: VMobject, role: str) -> VGroup:
    """A box around a symbol of an equation and two guide lines that open to a picture below it."""
    box = frame(theme, room_of(symbol, 0.06), role, radius=0.05, width=2)
    box.overlay = True
    below, target = room_of(box), room_of(picture)
    guides = VGroup(
        VMobject(stroke_color=theme.colour(role), stroke_width=1.5, stroke_opacity=0.6).set_points_as_corners(
            [[start, below.bottom, 0], [end, target.top, 0]]
        )
        for start, end in ((below.left, target.left), (below.right, target.right))
    )
    return VGroup(box, guides)
