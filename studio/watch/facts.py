"""What holds for a scene that is watched, and answers to questions about its trace. All of it is JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from model import Trace, View
from model.tokenizer import text, written
from scenes.base.shape import shape
from scenes.base.spec import SceneSpec
from studio.errors import Problem, UserError
from studio.plan.film import title, views
from studio.plan.staging import trace
from studio.read import assets
from studio.read.words import code
from studio.watch.origin import operands, sum_of_products

SHADES = 4                                # of those of a ramp each fourth is told
MOST = 64                                 # rows or columns of a matrix that are told


def facts(spec: SceneSpec) -> dict[str, Any]:
    """What is shown of which sentence, as the YAML has it: focus counts from 0, block and head from 1."""
    theme, (width, height) = assets.theme(spec.theme, spec.language), shape(spec.keys["frame"])
    return {
        "shape": width / height,
        "colours": dict(theme.colours), "ramps": {name: shades[::SHADES] for name, shades in theme.ramps.items()},
        "title": title(spec), "scene": spec.scene, "sentence": text(spec.tokens, spec.model.spelling),
        "tokens": [piece.text for piece in written(spec.tokens, spec.model.spelling)],
        "focus": spec.focus, "block": spec.block + 1, "head": spec.head + 1, "n_blocks": spec.model.n_blocks, "n_heads": spec.model.n_heads,
        "language": code(spec.language), "theme": spec.theme, **{key: spec.keys[key] for key in ("pace", "furniture", "decimals")},
    }


def answer(specs: Sequence[SceneSpec], question: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked of the trace of a scene: `about` it all, or a tensor, with `index` one entry of it. `problem` if that is not there."""
    try:
        spec = next(spec for spec in specs if spec.name == question["scene"])
        recorded = trace(spec)
        if "tensor" not in question:
            return {"tensors": recorded.table(), "sentence": recorded.sentence}
        view = views(recorded, [question["tensor"]])[0]
        return _entry(recorded, view, question["index"]) if "index" in question else _matrix(recorded, view, question.get("at", []))
    except UserError as error:
        return {"problem": error.problems[0].message}
    except (StopIteration, LookupError, TypeError, ValueError, OverflowError):
        return {"problem": Problem("there is no such scene, tensor or entry").message}


def _matrix(recorded: Trace, view: View, at: Sequence[int]) -> dict[str, Any]:
    """The last two axes of a tensor at some place of the others, the first if it is not said."""
    leading = len(view.axes) - 2
    at = [min(place, length - 1) for place, length in zip([*at, *[0] * max(0, leading)], view.shape[:max(0, leading)])]
    part = view[tuple(at)] if at else view
    values = np.atleast_2d(part.values)[:MOST, :MOST]
    declared = recorded.declared[view.name]
    return {
        "name": view.name, "axes": list(view.axes), "shape": list(view.shape), "meaning": declared.meaning, "formula": declared.formula,
        "words": {axis: recorded.words(view.name, axis)[:MOST] for axis in view.axes}, "at": at, "shares": declared.shares,
        "values": [list(map(_number, row)) for row in values.tolist()],
        "scale": _number(float(np.abs(values[np.isfinite(values)]).max(initial=0))),
    }


def _entry(recorded: Trace, view: View, index: Sequence[int]) -> dict[str, Any]:
    """One entry of a tensor, or a part of it, and what it is computed from."""
    part = view[tuple(slice(*(place[0], place[1] + 1)) if isinstance(place, list) else place for place in index)]
    declared = recorded.declared[view.name]
    found = operands(recorded, part)
    return {
        "name": view.name, "meaning": declared.meaning, "formula": declared.formula,
        "index": [{"axis": axis, "place": place, "word": _word(recorded, view.name, axis, place)} for axis, place in zip(view.axes, index)],
        "value": _numbers(part), "from": [
            {"name": each.name, "index": [[place[0], place[-1]] if isinstance(place, range) else int(place) for place in each.index],
             "axes": recorded.declared[each.name].axes.split(), "values": _numbers(each), "cut": each.values.size > MOST} for each in found
        ], "sum": sum_of_products(part, found) and all(each.values.size <= MOST for each in found),
    }


def _word(recorded: Trace, name: str, axis: str, place: int | list) -> str:
    words = recorded.words(name, axis)
    return words[place] if isinstance(place, int) and place < len(words) else ""


def _numbers(view: View) -> Any:
    """The numbers of a view, at most MOST of each axis."""
    values = view.values[(slice(MOST),) * view.values.ndim]
    return _number(values.item()) if values.ndim == 0 else [_number(x) for x in values.ravel().tolist()[:MOST]]


def _number(x: float) -> float | str | None:
    """JSON has neither infinity nor what is no number."""
    return x if np.isfinite(x) else None if np.isnan(x) else "∞" if x > 0 else "−∞"
