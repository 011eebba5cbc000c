"""What an entry of a tensor is computed from: the parts of other tensors that its formula names.

A formula calls tensors by their last names and parameters too (`model.tensors`); which part of them an entry needs follows from the
names of their axes: an axis that both have is at the same place, what is summed over is kept whole.
"""

import re
from collections.abc import Sequence

from model import Trace, View

NAME = re.compile(r"[A-Za-z][A-Za-z_0-9.]*")
OVER, UP_TO = re.compile(r"over (\w+)"), re.compile(r"up to (\w+)")
NO_NAMES = re.compile(r"(over|up to) \w+|\[.*?\]| where .*|, cut into heads")       # what names axes and places
OF_TOKENS = {"query": "query", "key": "key", "value": "key"}      # whose tokens a tensor's axis `token` stands for in attention
EXACT = 1e-9


def operands(recorded: Trace, entry: View) -> list[View]:
    """The parts of other tensors that a single entry is computed from, in the order in which its formula names them."""
    if entry.axes:
        return []
    formula = recorded.declared[entry.name].formula
    at: dict[str, int | slice] = dict(zip(recorded.declared[entry.name].axes.split(), entry.index))
    at |= dict.fromkeys(OVER.findall(formula), slice(None)) | {axis: slice(at[axis] + 1) for axis in UP_TO.findall(formula) if axis in at}
    named = (_resolved(recorded, entry.name, name) for name in NAME.findall(NO_NAMES.sub("", formula)))
    return [_part(recorded, name, at) for name in dict.fromkeys(filter(None, named)) if name != entry.name]


def sum_of_products(entry: View, found: Sequence[View]) -> bool:
    """Whether an entry is the sum of the products of two rows, and a third number if there is one: they are laid out as such."""
    rows, rest = [each for each in found if len(each.axes) == 1], [each for each in found if not each.axes]
    if entry.axes or len(rows) != 2 or rows[0].shape != rows[1].shape or len(rest) > 1 or len(rows) + len(rest) != len(found):
        return False
    total = float(rows[0].values @ rows[1].values) + sum(map(float, rest))
    return bool(abs(total - float(entry)) <= EXACT * max(1.0, abs(total)))


def _resolved(recorded: Trace, entry: str, name: str) -> str:
    """The tensor that a formula means by a name; empty if it means none."""
    scope = entry.rpartition(".")[0]
    candidates = (f"{scope}.{name}", f"weights.{scope}.{name}", f"{scope.rpartition('.')[0]}.{name}", name)
    return next((candidate for candidate in candidates if candidate in recorded.arrays), "")


def _part(recorded: Trace, name: str, at: dict[str, int | slice]) -> View:
    """The part of a tensor that an entry at a place needs."""
    view = recorded[name]
    known = at | _across(recorded, name, at)
    return view[tuple(known.get(axis, slice(None)) for axis in view.axes)]


def _across(recorded: Trace, name: str, at: dict[str, int | slice]) -> dict[str, int | slice]:
    """Where an entry is on axes that it has under another name: tokens that ask or are asked, words, and features of joined heads."""
    found, last, d_k = {}, name.rpartition(".")[2], recorded.config.d_k
    if OF_TOKENS.get(last) in at:
        found["token"] = at[OF_TOKENS[last]]
    if last == "embedding" and "token_ids" in recorded.arrays and "step" not in at and "token" in at:
        found["vocabulary"] = int(recorded["token_ids"].values[at["token"]])
    if "head" in at and "d_k" in at:
        found["output"] = at["head"] * d_k + at["d_k"]
    elif isinstance(at.get("d_model"), int):
        found["output"] = at["d_model"]
        if last == "heads":
            found |= {"head": at["d_model"] // d_k, "d_k": at["d_model"] % d_k, "query": at["token"]}
    return found
