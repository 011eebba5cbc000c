"""Type: text becomes outlines, shaped by HarfBuzz straight from the font's own file.

The system's fonts are never asked, so a film looks alike on every machine; a missing glyph is known beforehand; and no character
of a user's sentence is ever markup. Outlines are in the form manim draws: cubic Bézier curves, four points each.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from unicodedata import combining, normalize

import numpy as np
import uharfbuzz as hb

from scenes.base.words import FROM_LEFT, FROM_RIGHT, seen

# Contextual alternates would turn "->" into an arrow: what the user writes is what is shown.
FEATURES = {"calt": False, "kern": True}
# Latin fonts have these too, but among ideographs they are as wide as those (the set is Typst's "latin-in-cjk").
SHARED = frozenset("·–—‘’“”‥…‧⸺")
MARKS = dict.fromkeys(map(ord, (FROM_LEFT, FROM_RIGHT)))      # have done what they are for when all stands in its order
UNDRAWN = "\u200c\u200d" + FROM_LEFT + FROM_RIGHT            # no font need have them
WITH_IDEOGRAPHS, IDEOGRAPH = ("zh", "ja"), "一"


class Outline(NamedTuple):
    """A shaped line of text in em: points (4 · curves, 2), baseline at y = 0, and how far the pen went."""

    points: np.ndarray
    advance: float


class Fonts:
    """The fonts of a theme: for each character the first file that has it.

    files: the bytes of OpenType files. folders: for each file one that holds it alone, as Typst wants them. language: whose
    shapes of letters and punctuation are drawn ("zh"). cap_height: of the first font, in em. kept(find, source) is `find()`, or
    what that was before with these fonts and this source; all of it numbers and texts in lists and dicts.
    """

    def __init__(self, files: Sequence[bytes], folders: Sequence[str] = (), language: str = "en",
                 kept: Callable[[Callable, str], Any] = lambda find, source: find()):
        self.folders, self.language, self.kept = tuple(folders), language, kept
        self._faces = [hb.Face(data) for data in files]
        self._coverage = [set(face.unicodes) for face in self._faces]
        self._wide = self._first(IDEOGRAPH) if language.partition("-")[0] in WITH_IDEOGRAPHS else None
        self._font = lru_cache(None)(self._instance)
        self._glyph = lru_cache(None)(self._draw)
        self.outline = lru_cache(8192)(self._shape)
        self.cap_height = float(self._shape("H").points[:, 1].max())

    def missing(self, text: str) -> str:
        """The characters of `text` that no font has, each once, in their order."""
        wanted = (c for c in dict.fromkeys(normalize("NFC", text)) if c not in UNDRAWN)
        return "".join(c for c in wanted if not any(ord(c) in known for known in self._coverage))

    def legible(self, text: str) -> str:
        """The text with its code, as \\u062e, for each character that no font has."""
        return "".join(ascii(c)[1:-1] if self.missing(c) else c for c in text)

    def subsets(self, text: str) -> list[bytes]:
        """The fonts that `text` is drawn with as OpenType files, each cut down to the characters that it is the first to have."""
        found, rest = [], {ord(c) for c in text}
        for face, known in zip(self._faces, self._coverage, strict=True):
            if here := rest & known:
                wanted = hb.SubsetInput()
                wanted.sets(hb.SubsetInputSets.UNICODE).update(here)
                found.append(hb.subset(face, wanted).blob.data)
            rest -= known
        return found

    def _shape(self, text: str, weight: int = 400, tabular: bool = False) -> Outline:
        """Outline of one line of text; `tabular`: all digits equally wide."""
        points, pen = [np.empty((0, 2))], 0.0
        for number, run, backwards in self._stretches(normalize("NFC", text)):
            font = self._font(number, weight)
            buffer = hb.Buffer()
            buffer.add_str(run)
            buffer.language = self.language
            buffer.guess_segment_properties()
            buffer.direction = "rtl" if backwards else "ltr"
            hb.shape(font, buffer, {**({} if backwards else FEATURES), "tnum": tabular})
            em = font.face.upem
            for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
                offset = (pen + position.x_offset / em, position.y_offset / em)
                points.append(self._glyph(number, weight, info.codepoint) + offset)
                pen += position.x_advance / em
        return Outline(np.concatenate(points), pen)

    def _stretches(self, text: str) -> Iterator[tuple[int, str, bool]]:
        """What a line is made of from left to right: the number of a font, what it draws, and whether that is read from the right."""
        for stretch, backwards in seen(text, self.language):
            runs = list(self._runs(stretch.translate(MARKS)))
            yield from ((*run, backwards) for run in (reversed(runs) if backwards else runs))

    def _runs(self, text: str) -> Iterator[tuple[int, str]]:
        """Stretches of text with the number of the font that draws them."""
        numbers = []
        for place, character in enumerate(text):
            # What is on a letter, or joins it to the next, is drawn with it.
            beside = place and (combining(character) or character in UNDRAWN)
            same = beside and (character in UNDRAWN or ord(character) in self._coverage[numbers[-1]])
            numbers.append(numbers[-1] if same else self._number(text, place))
        pairs = groupby(zip(numbers, text, strict=True), key=itemgetter(0))
        return ((number, "".join(character for _, character in run)) for number, run in pairs)

    def _number(self, text: str, place: int) -> int:
        """The font that draws a character of a text."""
        character, first = text[place], self._first(text[place])
        if character not in SHARED or self._wide is None or ord(character) not in self._coverage[self._wide]:
            return first
        beside = [text[k] for k in (place - 1, place + 1) if 0 <= k < len(text)]
        inside_a_word = len(beside) == 2 and all(c.isalnum() and self._first(c) != self._wide for c in beside)
        return first if inside_a_word else self._wide

    def _first(self, character: str) -> int:
        """The first font that has a character, or the first of all."""
        return next((i for i, known in enumerate(self._coverage) if ord(character) in known), 0)

    def _instance(self, number: int, weight: int) -> hb.Font:
        font = hb.Font(self._faces[number])
        font.set_variations({"wght": weight})
        return font

    def _draw(self, number: int, weight: int, glyph: int) -> np.ndarray:
        pen = _CurvePen()
        font = self._font(number, weight)
        font.draw_glyph_with_pen(glyph, pen)
        return np.array(pen.curves, float).reshape(-1, 2) / font.face.upem



class _CurvePen:
    """Collects a glyph's contours as cubic curves (the pen protocol of fontTools)."""

    def __init__(self):
        self.curves: list[tuple] = []
        self._start = self._at = (0.0, 0.0)

    def moveTo(self, point):
        self._start = self._at = point

    def lineTo(self, point):
        a, b = np.array(self._at), np.array(point)
        self.curveTo(tuple(a + (b - a) / 3), tuple(b - (b - a) / 3), point)

    def qCurveTo(self, control, point):
        a, c, b = map(np.array, (self._at, control, point))
        self.curveTo(tuple(a + (c - a) * 2 / 3), tuple(b + (c - b) * 2 / 3), point)

    def curveTo(self, first, second, point):
        self.curves += [self._at, first, second, point]
        self._at = point

    def closePath(self):
        if self._at != self._start:
            self.lineTo(self._start)

    endPath = closePath
