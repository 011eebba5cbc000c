"""Figures of every step, by which a picture is judged: how much of the stage is used, how large the letters are, how long there is to
read and to look, how long nothing is to be seen, and whether what is written as a sum adds up.

All that is measured is measured in any language, on the last frame of a step or over all of it; sizes in pixels of a 1080p frame.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

import numpy as np

from scenes.base.frame import Frame
from scenes.base.room import PX
from scenes.base.scene import ExplainerScene
from scenes.base.words import LOOK, letters
from scenes.parts.equation import SYMBOL, Equation
from scenes.parts.heat_map import HeatMap
from scenes.parts.label import MINUS, THIN_SPACE, Label, Number
from scenes.parts.shapes import room_of
from studio.check.sight import FAINT, Moment, own, picture, see

LEAST_USED, MOST_LETTERS, LEAST_CAPTION = 0.3, 90, 38      # of a step; of its caption, and its size in pixels
TILE = 20 * PX
TOUCHED = 12                              # of 255, in one of the colours: more than what is not seen
NEAR = 40 * PX                            # from a letter to the matrix that it is the name of
NAME = re.compile(r"([A-Za-z](?:_[A-Za-z0-9]+|\^\(\(\d+\)\))?)(?:\^T)?")      # no word, `sum`; K_1 is of a head, K^((1)) of a block
PLACE = re.compile(r"_\(.*?\)|_[ij]\b|\^T")   # of an entry, which is no part of a name
EXACT = 1e-9


@dataclass(frozen=True)
class Figures:
    """What is measured of a step.

    occupancy: the share of the stage that is used, 0 to 1. digit, label, caption: em sizes of the smallest of each, in pixels; None if
    there are none. letters: of the caption; an ideograph counts twice. seconds: how long the step lasts at pace 1. empty: seconds in
    which the stage is. sums: those that do not add up as they are shown. names: the letters beside matrices, each with its tensor.
    reason: why the stage is not used, if the scene says so.
    """

    scene: str
    step: str
    occupancy: float
    digit: float | None
    label: float | None
    caption: float | None
    letters: int
    seconds: float
    empty: float
    sums: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    reason: str = ""

    @property
    def rate(self) -> float:
        """Letters a second that are to be read, beside the time to look."""
        return self.letters / max(self.seconds - LOOK, EXACT)


@dataclass
class Measuring:
    """Looks at a scene that plays and measures its steps: `look` is for `sight.walk`, `found` what has been measured."""

    name: str
    found: list[Figures] = field(default_factory=list)
    empty: float = 0.0

    def look(self, scene: ExplainerScene, moment: Moment) -> None:
        """Measures a step at its end; before, only whether anything is to be seen."""
        if not moment.ends:
            self.empty += moment.lasts * (own(scene) >= set(see(scene, FAINT).shapes))
            return
        sight, heading = see(scene), own(scene)
        said = [shape for shape in sight.shapes if isinstance(shape, Label) and shape not in heading]
        caption, pace = scene.caption(moment.step), scene.spec.pace
        self.found.append(Figures(
            scene=self.name, step=moment.step, occupancy=occupancy(picture(scene), scene.frame),
            digit=_smallest(scene, [label for label in said if isinstance(label, Number)]),
            label=_smallest(scene, [label for label in said if not isinstance(label, Number)]),
            caption=_smallest(scene, [shape for thing in scene.announced for shape in thing.get_family() if isinstance(shape, Label)]),
            letters=letters(caption), seconds=moment.seconds * pace, empty=self.empty * pace,
            sums=tuple(_wrong_sums(scene, [label for label in said if isinstance(label, Number)])),
            names=tuple(dict.fromkeys(_names(scene, set(sight.shapes)))), reason=scene.sparse.get(moment.step, ""),
        ))
        self.empty = 0.0


def occupancy(pixels: np.ndarray, frame: Frame) -> float:
    """The share of the stage's tiles that anything but the background touches, 0 to 1; pixels: uint8 (height, width, 3)."""
    unit = len(pixels) / frame.whole.height                                                     # pixels of a manim unit
    top, bottom = (round((frame.whole.top - y) * unit) for y in (frame.stage.top, frame.stage.bottom))
    touched = (np.abs(pixels[top:bottom].astype(int) - pixels[0, 0]) > TOUCHED).any(-1)         # (row, column)
    size = round(TILE * unit)
    rows, columns = (length // size for length in touched.shape)
    return float(touched[: rows * size, : columns * size].reshape(rows, size, columns, size).any((1, 3)).mean())


def _smallest(scene: ExplainerScene, labels: Sequence[Label]) -> float | None:
    return min((label.em / PX * scene.frame.scale for label in labels), default=None)


def _wrong_sums(scene: ExplainerScene, numbers: Sequence[Number]) -> Iterator[str]:
    """The sums on stage whose terms, as they are shown, do not add up to what is shown; none if it is said that they are rounded."""
    if scene.staging.words["labels"]["rounded"] in {label.string for label in see(scene).shapes if isinstance(label, Label)}:
        return
    shown = {(number.source.name, number.source.index): number for number in numbers if np.isfinite(float(number.source))}
    for terms, total in _sums(list(shown.values())):
        written = [label.string.replace(MINUS, "-").replace(THIN_SPACE, "") for label in (*terms, total)]
        *parts, whole = map(Decimal, written)
        if sum(parts).quantize(whole) != whole:
            yield f"{' + '.join(label.string for label in terms)} is shown as {total.string}"


def _sums(numbers: Sequence[Number]) -> Iterator[tuple[Sequence[Number], Number]]:
    """Numbers that are the sum of others: of all that are shown along an axis of a tensor, or of those in the same place of others.

    A sum of 0 is not looked for, since it may as well be a mean.
    """
    for terms in (*_along_an_axis(numbers), *_in_one_place(numbers)):
        values = [float(term.source) for term in terms]
        total, near = sum(values), EXACT * max(map(abs, values))
        if sum(value != 0 for value in values) > 1 and abs(total) > near:
            others = [number for number in numbers if number.source.name not in {term.source.name for term in terms}]
            yield from ((terms, other) for other in others if abs(float(other.source) - total) < near)


def _along_an_axis(numbers: Sequence[Number]) -> Iterator[Sequence[Number]]:
    groups: dict[tuple, list[Number]] = {}
    for number in numbers:
        for axis in range(len(number.source.index)):
            index = number.source.index
            groups.setdefault((number.source.name, axis, index[:axis], index[axis + 1:]), []).append(number)
    yield from groups.values()


def _in_one_place(numbers: Sequence[Number]) -> Iterator[Sequence[Number]]:
    groups: dict[tuple, list[Number]] = {}
    for number in numbers:
        groups.setdefault(number.source.index, []).append(number)
    for group in groups.values():
        for count in (2, 3):
            yield from combinations(group, count)


def _names(scene: ExplainerScene, seen: set) -> Iterator[tuple[str, str]]:
    """The letters that stand beside a matrix as its name, each with its tensor, whichever block that is of."""
    members = dict.fromkeys(member for thing in scene.mobjects for member in thing.get_family())
    sheets = [(room_of(sheet.border), sheet.view.name) for sheet in members if isinstance(sheet, HeatMap) and sheet.border in seen]
    for formula in members:
        name = NAME.fullmatch(PLACE.sub("", SYMBOL.sub(r"\1", formula.source).partition("=")[0].strip())) if isinstance(formula, Equation) else None
        if name and sheets and not seen.isdisjoint(formula):
            room = room_of(formula)
            away, tensor = min((max(sheet.left - room.right, room.left - sheet.right, sheet.bottom - room.top, room.bottom - sheet.top), tensor)
                               for sheet, tensor in sheets)
            if away < NEAR:
                yield name[1], re.sub(r"\.\d+\.", ".", tensor)


def beyond(figures: Figures) -> Iterator[tuple[str, str]]:
    """What could be better in a step, each with its kind: what only its own scene or its words can mend."""
    if figures.occupancy < LEAST_USED and not figures.reason:
        yield "sparse", f"{figures.occupancy:.0%} of the stage is used, less than {LEAST_USED:.0%}"
    if figures.letters > MOST_LETTERS:
        yield "letters", f"the caption has {figures.letters} letters, more than {MOST_LETTERS}; an ideograph counts twice"
    if figures.caption and figures.caption < LEAST_CAPTION - EXACT:
        yield "caption", f"the caption is {figures.caption:.0f} px high, less than {LEAST_CAPTION}"
    yield from (("sum", wrong) for wrong in figures.sums)


def meanings(found: Sequence[Figures]) -> Mapping[str, tuple[str, ...]]:
    """The letters of a film, each with the tensors that it is the name of."""
    said: dict[str, dict[str, None]] = {}
    for figures in found:
        for letter, tensor in figures.names:
            said.setdefault(letter, {})[tensor] = None
    return {letter: tuple(said[letter]) for letter in sorted(said)}
