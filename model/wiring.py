"""How a block is wired, said once: for the forward pass, for the table of tensors and for the scenes that draw a block.

A block is made of sublayers, and each of them of three moves: the sublayer itself, the sum with what was led round it, a norm.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

MOVES = {
    "post": ("sublayer", "add", "norm"),  # LayerNorm(x + Sublayer(x)): Vaswani et al. 2017, section 3.1
    "pre": ("norm", "sublayer", "add"),   # x + Sublayer(LayerNorm(x)): Xiong et al. 2020, table 1
}
SUBLAYERS = {"encoder": ("self_attention", "mlp"), "decoder": ("self_attention", "cross_attention", "mlp")}


class Move(NamedTuple):
    """One move of a block. number: of its sublayer, from 1. kind: sublayer, add or norm. part: what it is called: `mlp`,
    `residual_1`, `norm_1`.

    reads: the tensors of the block that it is made from, for a sum what was led round the sublayer first. makes: the tensor that
    comes of it.
    """

    number: int
    kind: str
    part: str
    reads: tuple[str, ...]
    makes: str


def wired(norm: str, x: Any, moves: Mapping[str, Callable]) -> Any:
    """What comes of x if it is led through the three moves of a sublayer in their order. moves: each kind, as a function."""
    for kind in MOVES[norm]:
        x = moves[kind](x)
    return x


def path(norm: str, side: str = "encoder") -> tuple[Move, ...]:
    """All the moves of an encoder's or a decoder's block, from its input to what it hands on."""
    found, at = [], "input"
    for number, sublayer in enumerate(SUBLAYERS[side], 1):
        skip = at
        for kind in MOVES[norm]:
            part = {"sublayer": sublayer, "add": f"residual_{number}", "norm": f"norm_{number}"}[kind]
            reads = (skip, at) if kind == "add" else (at,)
            at = part if kind == "add" else f"{part}.output"
            found.append(Move(number, kind, part, reads, at))
    return tuple(found)


def reads(norm: str, side: str = "encoder") -> dict[str, tuple[str, ...]]:
    """The tensors of a block that each part of it is made from, by what the part is called."""
    return {move.part: move.reads for move in path(norm, side)}


def has_final_norm(norm: str) -> bool:
    """Whether one more norm stands after the last block, since no block ends in one."""
    return MOVES[norm][-1] != "norm"
