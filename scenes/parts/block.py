"""A block as it is drawn, an encoder's as it is written too: its modules from the bottom up, and the maths of the vectors between them."""

from collections.abc import Mapping
from typing import NamedTuple

from model.wiring import MOVES, Move, path, wired

STREAM = ("x", "y", "x'")                # what goes in, what stands between the sublayers, what comes out
FOUND = {"self_attention": "a", "mlp": "m"}
KINDS = {"self_attention": "attention"}   # modules that are called otherwise than their sublayers


def block_modules(norm: str, side: str = "encoder") -> list[tuple[str, tuple[Move, ...]]]:
    """The modules from the bottom up: attention, cross_attention, mlp, norm, add or add_norm, and the moves that each of them makes.

    A norm that follows the sum of its sublayer is one module with it.
    """
    found = []
    for move in path(norm, side):
        kind, before = _kind(move), found[-1][1] if found else ()
        if kind == "norm" and any(each.kind == "add" and each.number == move.number for each in before):
            found[-1] = "add_norm", (*before, move)
        else:
            found.append((kind, (move,)))
    return found


def written(norm: str) -> dict[str, tuple[str, str]]:
    """How each tensor is written, by its name within the block: as itself, and as what it is made from; the same twice for what
    has no letter of its own. `{attention}`, `{mlp}` and `{norm}` stand for what these are called.
    """
    found = {"input": (STREAM[0], STREAM[0])}
    for move in path(norm):
        read = [found[name][0] for name in move.reads]
        made = " + ".join(read) if move.kind == "add" else f"{{{_kind(move)}}}({read[0]})"
        symbol = FOUND.get(move.part, made if move.kind == "add" else f"hat({read[0]})")
        found[move.makes] = STREAM[move.number] if move.kind == MOVES[norm][-1] else symbol, made
    return found


class Station(NamedTuple):
    """A stage of the residual stream: how it is written, what it is (`comes_in`, `added_1`, `sum`, `normalised`), where it is recorded within
    the block, and for a sum where its terms are."""

    maths: str
    what: str
    tensor: str
    terms: tuple[str, ...] = ()


def stream(norm: str) -> list[Station]:
    """The residual stream from the bottom up: what goes in, all that is added, each sum, and each norm that is on it."""
    maths, found = written(norm), [Station(STREAM[0], "comes_in", "input")]
    for move in path(norm):
        name = maths[move.makes][0]
        if move.kind == "sublayer":
            found.append(Station(f"+ {name}", f"added_{move.number}", move.makes))
        elif move.kind == "add":
            found.append(Station(name, "sum", move.makes, move.reads))
        elif move.kind == MOVES[norm][-1]:
            found.append(Station(name, "normalised", move.makes))
    return found


def formulas(norm: str, words: Mapping[str, str]) -> list[str]:
    """What each sublayer makes of what it is given, in one line; what is led round it is called `skip`.

    words: what attention, mlp and norm are called.
    """
    return [
        f"{after} = " + wired(norm, x, {
            "sublayer": lambda made, name=name: f"{words[name]}({made})",
            "add": lambda made, x=x: f"{{{{ {x} + : skip }}}} {made}",
            "norm": lambda made: f"{words['norm']}({made})",
        })
        for x, after, name in zip(STREAM, STREAM[1:], ("attention", "mlp"))
    ]


def _kind(move: Move) -> str:
    return KINDS.get(move.part, move.part) if move.kind == "sublayer" else move.kind
