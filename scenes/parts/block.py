"""A block as it is drawn, an encoder's as it is written too: its modules from the bottom up, and the maths of the vectors between them."""

from collections.abc import Mapping

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
