"""What an entry of a tensor is computed from: the parts of other tensors that its formula names.

A formula calls tensors by their last names and parameters too (`model.tensors`); which part of them an entry needs follows from the
names of their axes: an axis that both have is at the same place, what is summed over is kept whole.
"""

import re
from collections.abc import Sequence

import numpy as np

from model import Trace, View

NAME = re.compile(r"[A-Za-z][A-Za-z_0-9.]*")
OVER, UP_TO = re.compile(r"over (\w+)"), re.compile(r"up to (\w+)")
MULTIPLIED = re.compile(r"([\w.]+)(?:\[.*?\])? [\w.]*W\b|([\w.]+) W_")      # what is summed over its features, times a matrix
NO_NAMES = re.compile(r"(over|up to) \w+|(mean|sum|softmax|argmax) of|\[.*?\]| where .*|, cut into heads")     # axes, places and functions
OF_TOKENS = {"query": "query", "key": "key", "value": "key"}      # whose tokens a tensor's axis `token` stands for in attention
EXACT = 1e-9


def operands(recorded: Trace, entry: View) -> list[View]:
    """The numbers and rows of other tensors that a single entry is computed from, in the order in which its formula names them; none if
    it takes more than rows."""
    if entry.axes:
        return []
    formula = recorded.declared[entry.name].formula
    at: dict[str, int | slice] = dict(zip(recorded.declared[entry.name].axes.split(), entry.index))
    at |= dict.fromkeys(OVER.findall(formula), slice(None)) | {axis: slice(at[axis] + 1) for axis in UP_TO.findall(formula) if axis in at}
    named = (_resolved(recorded, entry.name, name) for name in NAME.findall(NO_NAMES.sub("", formula)))
    whole = {_resolved(recorded, entry.name, "".join(name)) for name in MULTIPLIED.findall(formula)}
    others = [name for name in dict.fromkeys(filter(None, named)) if name != entry.name]
    parts = [_part(recorded, name, at | _across(recorded, entry.name, name, at), name in whole) for name in others]
    return parts if all(len(part.axes) < 2 for part in parts) else []


def sum_of_products(entry: View, found: Sequence[View]) -> bool:
    """Whether an entry is the sum of the products of two rows, and a third number if there is one. Later tokens,
    of which there are no numbers yet, have no part in it."""
    rows, rest = [each for each in found if len(each.axes) == 1], [each for each in found if not each.axes]
    if entry.axes or len(rows) != 2 or rows[0].shape != rows[1].shape or len(rest) > 1:
        return False
    a, b = (row.values for row in rows)
    total = float(np.nansum(a * b)) + sum(map(float, rest))
    return bool(abs(total - float(entry)) <= EXACT * max(1.0, abs(total)))


def _resolved(recorded: Trace, entry: str, name: str) -> str:
    """The tensor that a formula means by a name; empty if it means none."""
    scope = entry.rpartition(".")[0]
    candidates = (f"{scope}.{name}", f"weights.{scope}.{name}", f"{scope.rpartition('.')[0]}.{name}", name)
    return next((candidate for candidate in candidates if candidate in recorded.arrays), "")


def _part(recorded: Trace, name: str, at: dict[str, int | slice], whole: bool) -> View:
    """The part of a tensor at a place. whole: all of its last axis."""
    view = recorded[name]
    if whole:
        at = {axis: place for axis, place in at.items() if axis != view.axes[-1]}
    return view[tuple(at.get(axis, slice(None)) for axis in view.axes)]


def _across(recorded: Trace, entry: str, name: str, at: dict[str, int | slice]) -> dict[str, int | slice]:
    """Where an entry is on axes that it has under another name: tokens that ask or are asked, words, and features of joined heads."""
    found, (scope, _, last), d_k = {}, name.rpartition("."), recorded.config.d_k
    formula, ids = recorded.declared[entry].formula, f"{entry.rpartition('.')[0]}.token_ids".lstrip(".")
    if OF_TOKENS.get(last) in at:
        found["token"] = at[OF_TOKENS[last]]
    if "[last token]" in formula and "step" in at:
        found["token"] = at["step"]
    if "[token_ids]" in formula and scope.startswith("weights"):
        found["vocabulary"] = int(recorded[ids].values[tuple(at[axis] for axis in recorded[ids].axes)])
    if "[token]" in formula:
        found["position"] = at["token"]
    if isinstance(at.get("head"), int) and isinstance(at.get("d_k"), int):
        found["output"] = at["head"] * d_k + at["d_k"]
    elif isinstance(at.get("d_model"), int):
        found["output"] = at["d_model"]
        if last == "heads":
            found |= {"head": at["d_model"] // d_k, "d_k": at["d_model"] % d_k, "query": at["token"]}
    return found
