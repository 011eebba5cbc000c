"""Tensors on a page: every matrix as a table in the colours that films show it in."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import zip_longest
from typing import Any

from scenes.base.colour import ink_on
from scenes.base.theme import Theme

MINUS = "−"
SHARES = ("weights", "probabilities")     # what tensors of numbers between 0 and 1 are called


def tensors(found: Sequence[Mapping[str, Any]], words: Mapping[str, str], theme: Theme) -> str:
    """Tensors as a description has them, folded up; nothing if there are none."""
    if not found:
        return ""
    each = "".join(_tensor(tensor, words, theme) for tensor in found)
    return f'<details><summary>{escape(words["tensors"].format(count=len(found)))}</summary>{each}</details>'


def _tensor(tensor: Mapping[str, Any], words: Mapping[str, str], theme: Theme) -> str:
    name, shape = tensor["name"], tensor["shape"]
    axes = " × ".join(f"{axis} {size}" for axis, size in zip(tensor["axes"], shape))
    formula = f'<br><code>{escape(tensor["formula"])}</code>' if tensor["formula"] else ""
    tables = "".join(_table(part, shape, str(name).rpartition(".")[2] in SHARES, words, theme) for part in tensor["parts"])
    return (
        f'<details><summary><code>{escape(name)}</code></summary>'
        f'<p class="meaning">{escape(tensor["meaning"])} · {escape(axes)}{formula}</p>{tables}</details>'
    )


def _table(part: Mapping[str, Any], shape: Sequence[int], shares: bool, words: Mapping[str, str], theme: Theme) -> str:
    """One matrix, its rows and columns with their words or their numbers."""
    values = part["values"]
    rows, columns = len(values), len(values[0])
    whole = (rows, columns) == (*(1, 1), *shape)[-2:]
    said = [*part["place"], *([] if whole else [words["part"].format(rows=rows, columns=columns)])]
    ramp, most = theme.ramps["weight" if shares else "signed"], 1 if shares else _largest(values)
    head = "".join(f'<th scope="col">{escape(str(word))}</th>' for word, _ in _named(part["columns"], range(columns)))
    body = "".join(
        f'<tr><th scope="row">{escape(str(word))}</th>{"".join(_cell(value, most, ramp, shares) for value in row)}</tr>'
        for word, row in _named(part["rows"], values)
    )
    caption = f'<caption>{escape(", ".join(said))}</caption>' if said else ""
    table = f"<table>{caption}<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="values" tabindex="0" role="group">{table}</div>'


def _named(words: Sequence[str], things: Sequence) -> list[tuple]:
    return [(number if word is None else word, thing) for number, (word, thing) in enumerate(zip_longest(words[:len(things)], things))]


def _largest(values: Sequence[Sequence]) -> float:
    return max((abs(value) for row in values for value in row if isinstance(value, int | float)), default=0) or 1


def _cell(value: float | str | None, most: float, ramp: Sequence[str], shares: bool) -> str:
    if not isinstance(value, int | float):
        return f"<td>{'' if value is None else escape(str(value))}</td>"
    share = value / most if shares else (value / most + 1) / 2
    fill = ramp[round(min(max(share, 0), 1) * (len(ramp) - 1))]
    return f'<td style="background:{fill};color:{ink_on(fill)}">{value:.4g}</td>'.replace(">-", f">{MINUS}")
