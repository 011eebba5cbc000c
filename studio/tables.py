"""Tables for people: what there is to render, and the tensors of a trace with their values."""

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from model import Trace, View

TOKEN_AXES = ("token", "query", "key")
MOST = 12                                 # rows or columns shown of a tensor; what is between is elided


def aligned(rows: Iterable[Sequence[str]], right: bool = False) -> str:
    """Rows of text in columns, two blanks apart; the last column is as wide as it likes."""
    rows = [tuple(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    pad = str.rjust if right else str.ljust
    return "\n".join("  ".join(map(pad, row, widths)).rstrip() for row in rows)


def of_contents(contents: dict) -> str:
    """The film, its scenes and their steps, with times."""
    lines = [f"{film['id']}  {film['title']}  ({', '.join(film['scenes'])})" for film in contents["films"]]
    for scene in contents["scenes"]:
        seconds = sum(step["seconds"] for step in scene["steps"])
        lines += ["", f"{scene['id']}  {scene['number']}. {scene['title']}  {seconds:.1f} s"]
        steps = aligned((step["id"], f"{step['seconds']:5.1f} s", step["caption"]) for step in scene["steps"])
        lines += [f"  {line}" for line in steps.splitlines()]
    return "\n".join(lines)


def of_tensors(trace: Trace) -> str:
    """Every tensor with its axes, shape, meaning and formula."""
    rows = [(t["name"], " ".join(t["axes"]), "×".join(map(str, t["shape"])), t["meaning"], t["formula"]) for t in trace.table()]
    return aligned([("tensor", "axes", "shape", "meaning", "formula"), *rows])


def of_values(view: View, tokens: Sequence[str], whole: bool = False) -> str:
    """The numbers of a tensor: one table for each place along the axes before the last two."""
    leading = view.shape[:-2]
    blocks = [f"{view.name}  {' × '.join(f'{axis} {size}' for axis, size in zip(view.axes, view.shape))}"]
    for place in _some(product(*map(range, leading)), whole):
        if place is None:
            blocks.append("…")
            continue
        part = view[place] if place else view
        heading = "  ".join(f"{axis} {index}" for axis, index in zip(view.axes, place))
        blocks.append("\n".join(filter(None, (heading, _matrix(part, tokens, whole)))))
    return "\n\n".join(blocks) if leading else "\n".join(blocks)


def to_json(trace: Trace, views: Sequence[View]) -> dict:
    """The list of tensors, of all or of those that are named; the latter with their values."""
    values = {view.name: view.values.tolist() for view in views}
    table = [row | {"values": values[row["name"]]} for row in trace.table() if row["name"] in values]
    return {"tensors": table if views else trace.table(), "tokens": list(trace.tokens), "digest": trace.digest}


def _matrix(view: View, tokens: Sequence[str], whole: bool) -> str:
    """A view with up to two axes; rows and columns bear their tokens or their indices."""
    values = np.atleast_2d(view.values)                                             # (row, column)
    axes = (("",) * 2 + view.axes)[-2:]
    rows, columns = (list(_some(range(size), whole)) for size in values.shape)
    words = () if view.name.startswith("scaling.") else tokens  # that experiment has keys, but no sentence
    head = [_label(axes[1], column, words) for column in columns]
    body = [
        [_label(axes[0], row, words), *("…" if None in (row, column) else f"{values[row, column]:.4f}" for column in columns)]
        for row in rows
    ]
    return aligned([["", *head], *body], right=True)


def _label(axis: str, index: int | None, tokens: Sequence[str]) -> str:
    if index is None:
        return "…"
    return tokens[index] if tokens and axis in TOKEN_AXES else str(index) if axis else ""


def _some(places: Iterable, whole: bool) -> list:
    """The places, or the first and last few with None between them."""
    places = list(places)
    half = MOST // 2
    return places if whole or len(places) <= MOST else [*places[:half], None, *places[-half:]]
