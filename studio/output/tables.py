"""Tables for people: what there is to render, and the tensors of a trace with their values."""

import math
from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import yaml

from model import Trace, View

MOST = 12                                 # rows or columns shown of a tensor; what is between is elided
BEST = 3                                  # words shown of those that the decoder could have said


def aligned(rows: Iterable[Sequence[str]], right: bool = False) -> str:
    """Rows of text in columns, two blanks apart; the last column is as wide as it likes."""
    rows = [tuple(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    pad = str.rjust if right else str.ljust
    return "\n".join("  ".join(map(pad, row, widths)).rstrip() for row in rows)


def as_yaml(values: dict) -> str:
    """Keys with values as YAML, in their order."""
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=1000)


def of_contents(contents: dict) -> str:
    """The film, its scenes and their steps, with times."""
    lines = []
    for film in contents["films"]:
        lines.append(f"{film['id']}  {film['title']}  {film['seconds'] // 60:.0f} min {film['seconds'] % 60:02.0f} s")
        acts = aligned((act["title"], ", ".join(act["scenes"])) for act in film["acts"])
        lines += [f"  {line}" for line in acts.splitlines()]
    for scene in contents["scenes"]:
        seconds = sum(step["seconds"] for step in scene["steps"])
        lines += ["", f"{scene['id']}  {scene['title']}  {seconds:.1f} s"]
        steps = aligned((step["id"], f"{step['seconds']:5.1f} s", step["caption"]) for step in scene["steps"])
        lines += [f"  {line}" for line in steps.splitlines()]
    return "\n".join(lines)


def of_tensors(trace: Trace) -> str:
    """Every tensor with its axes, shape, meaning and formula."""
    rows = [(t["name"], " ".join(t["axes"]), "×".join(map(str, t["shape"])), t["meaning"], t["formula"]) for t in trace.table()]
    return aligned([("tensor", "axes", "shape", "meaning", "formula"), *rows])


def of_translation(trace: Trace) -> str:
    """What the decoder says at each step, with the most probable words of all."""
    rows, words = [], trace.words("decoder.probabilities", "vocabulary")
    for step, said in enumerate(trace["decoder.next_token_ids"].values.astype(int)):
        probabilities = trace["decoder.probabilities"][step].values                 # (vocabulary,)
        best = probabilities.argsort()[::-1][:BEST]
        rows.append((str(step), words[said], *(f"{words[word]} {probabilities[word]:.4f}" for word in best)))
    return aligned([("step", "says", "most probable", "", ""), *rows])


def of_values(view: View, trace: Trace, whole: bool = False) -> str:
    """The numbers of a tensor: one table for each place along the axes before the last two."""
    leading = view.shape[:-2]
    blocks = [f"{view.name}  {' × '.join(f'{axis} {size}' for axis, size in zip(view.axes, view.shape))}"]
    for place in _some(product(*map(range, leading)), whole):
        if place is None:
            blocks.append("…")
            continue
        part = view[place] if place else view
        said = "  ".join(heading(axis, index, trace.words(view.name, axis)) for axis, index in zip(view.axes, place))
        blocks.append("\n".join(filter(None, (said, _matrix(part, trace, whole)))))
    return "\n\n".join(blocks) if leading else "\n".join(blocks)


def to_json(trace: Trace, views: Sequence[View]) -> dict:
    """The list of tensors, of all or of those that are named; the latter with their values.

    What says something has a translation too, be it only what comes next.
    """
    values = {view.name: plain(view.values.tolist()) for view in views}
    table = [row | {"values": values[row["name"]]} for row in trace.table() if row["name"] in values]
    found = {"tensors": table if views else trace.table(), "tokens": list(trace.tokens), "digest": trace.digest}
    return found | {"translation": list(trace.translation)} if trace.output_tokens else found


def plain(values: list | float) -> list | float | str | None:
    """Numbers as JSON has them: null for what is not there, and the text "-inf" for a masked score."""
    if isinstance(values, list):
        return [plain(value) for value in values]
    return values if math.isfinite(values) else None if math.isnan(values) else str(values)


def _matrix(view: View, trace: Trace, whole: bool) -> str:
    """A view with up to two axes; rows and columns bear their tokens or their indices."""
    values = np.atleast_2d(view.values)                                             # (row, column)
    axes = (("",) * 2 + view.axes)[-2:]
    rows, columns = (list(_some(range(size), whole)) for size in values.shape)
    beside, above = (trace.words(view.name, axis) for axis in axes)
    head = [_label(axes[1], column, above) for column in columns]
    body = [
        [_label(axes[0], row, beside), *("…" if None in (row, column) else _number(values[row, column]) for column in columns)]
        for row in rows
    ]
    return aligned([["", *head], *body], right=True)


def heading(axis: str, index: int, words: Sequence[str]) -> str:
    """A place along an axis, with the word that stands there."""
    return f"{axis} {index} ({words[index]})" if words else f"{axis} {index}"


def _label(axis: str, index: int | None, words: Sequence[str]) -> str:
    if index is None:
        return "…"
    return words[index] if words else str(index) if axis else ""


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4f}"


def _some(places: Iterable, whole: bool) -> list:
    """The places, or the first and last few with None between them."""
    places = list(places)
    half = MOST // 2
    return places if whole or len(places) <= MOST else [*places[:half], None, *places[-half:]]
