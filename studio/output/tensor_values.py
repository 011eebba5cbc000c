"""The tensors that a step shows, with their values, for the description of its clip."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from model import Trace, View
from studio.output.tables import heading, plain

MOST = 32                                 # rows, columns and places of a tensor that are told
DIGITS = 6                                # significant ones of a number


def tensors(trace: Trace, shows: Mapping[str, Sequence[Sequence[int]]]) -> list[dict[str, Any]]:
    """Each tensor with what the trace says of it, and `parts`: the matrices that the step shows entries of.

    shows: by name the places of these along the axes before the last two, as in `Clip`.
    """
    table = {row["name"]: row for row in trace.table()}
    return [table[name] | {"parts": [_part(trace, trace[name], place) for place in places[:MOST]]}
            for name, places in shows.items() if name in table]


def _part(trace: Trace, view: View, place: Sequence[int]) -> dict[str, Any]:
    """One matrix: where it is, what its rows and columns are called, and its first values; a vector is a row."""
    part = view[tuple(place)] if place else view
    values = np.atleast_2d(part.values)[:MOST, :MOST]
    axes = (("", "") + part.axes)[-2:]
    words = [list(trace.words(view.name, axis))[:MOST] if axis else [] for axis in axes]
    at = [heading(axis, index, trace.words(view.name, axis)) for axis, index in zip(view.axes, place)]
    return {"place": at, "rows": words[0], "columns": words[1], "values": plain(_rounded(values))}


def _rounded(values: np.ndarray) -> list[list[float]]:
    return [[float(f"{value:.{DIGITS}g}") for value in row] for row in values]
