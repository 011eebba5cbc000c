"""Provenance: what is shown against what the trace holds."""

from collections.abc import Iterator

import numpy as np

from scenes.base.scene import ExplainerScene
from scenes.parts.bars import Bar, SignedBar
from scenes.parts.chart import Curve
from scenes.parts.flow import WeightLine, weight_opacity, weight_width
from scenes.parts.heat_map import Cell, cell_colour, is_beyond
from scenes.parts.label import MINUS, THIN_SPACE, Number
from scenes.parts.motion import presence
from scenes.parts.shapes import is_notched
from scenes.parts.weight import Disc
from studio.check.sight import see

EXACT = 1e-9


def problems(scene: ExplainerScene) -> list[str]:
    """The numbers, colours, widths and heights on screen that are not those of their tensors, as sentences."""
    return [problem for shape in see(scene).shapes for problem in _wrong(scene, shape)]


def _wrong(scene: ExplainerScene, shape) -> Iterator[str]:
    for kind, compare in COMPARE.items():
        if isinstance(shape, kind):
            source = shape.source
            recorded = scene.staging.trace[source.name].values[source.index] if not source.axes else source.values
            yield from (f"{source!r} = {recorded}: {what}" for what in compare(scene, shape, recorded))


def _number(scene: ExplainerScene, label: Number, recorded: float) -> Iterator[str]:
    shown = float(label.string.replace(MINUS, "-").replace(THIN_SPACE, "").replace("∞", "inf"))
    decimals = len(label.string.partition(".")[2])
    if shown != recorded and abs(shown - recorded) > 0.5 * 10**-decimals + EXACT:
        yield f"is shown as {label.string}"
    if "-" in label.string or label.string.startswith(MINUS) and shown == 0:
        yield f"is written {label.string}"


def _cell(scene: ExplainerScene, cell: Cell, recorded: float) -> Iterator[str]:
    if cell.get_fill_color() != cell_colour(scene.theme, float(recorded), cell.scale):
        yield f"is drawn in {cell.get_fill_color().to_hex()}"
    if is_notched(cell.points) != is_beyond(float(recorded), cell.scale):
        yield f"is {'' if is_notched(cell.points) else 'not '}marked as beyond the scale"


def _disc(scene: ExplainerScene, disc: Disc, recorded: float) -> Iterator[str]:
    if abs(disc.share() - recorded) > EXACT:
        yield f"is a disc of {disc.share():.3f}"


def _line(scene: ExplainerScene, line: WeightLine, recorded: float) -> Iterator[str]:
    if abs(line.get_stroke_width() - weight_width(float(recorded), line.full)) > EXACT:
        yield f"is {line.get_stroke_width():.2f} wide"
    if abs(line.get_stroke_opacity() - weight_opacity(float(recorded)) * presence(line)) > EXACT:
        yield f"has the opacity {line.get_stroke_opacity():.2f}"


def _bar(scene: ExplainerScene, bar: Bar, recorded: np.ndarray) -> Iterator[str]:
    if np.abs(bar.heights() - np.maximum(np.atleast_1d(recorded) * bar.unit, bar.least)).max() > EXACT:
        yield "is not as high as that"


def _signed_bar(scene: ExplainerScene, bar: SignedBar, recorded: np.ndarray) -> Iterator[str]:
    height = np.copysign(max(abs(float(recorded)) * bar.unit, bar.least), recorded)
    if abs(bar.heights()[0] - height) > EXACT:
        yield "is not as high, or as deep, as that"


def _curve(scene: ExplainerScene, curve: Curve, recorded: np.ndarray) -> Iterator[str]:
    heights = curve.knots()[:, 1]
    if np.abs(heights - heights[0] - (recorded - recorded[0]) * curve.unit).max() > EXACT:
        yield "does not run like that"


COMPARE = {Number: _number, Cell: _cell, Disc: _disc, WeightLine: _line, Bar: _bar, SignedBar: _signed_bar, Curve: _curve}
