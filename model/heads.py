"""What attention heads look at (Clark et al. 2019, section 3), by the weights that they give in one sentence."""

from typing import NamedTuple

import numpy as np

from model.trace import Trace

OFFSETS = {"previous": -1, "next": 1, "same": 0}
FIRST, OTHER = "first", "other"
ENOUGH = 0.3                              # share of its attention that makes a head one of a kind


class Head(NamedTuple):
    """A head of the encoder, both numbers from 0. kind: what it does most; share: how much of its attention that takes."""

    kind: str
    block: int
    head: int
    share: float


def weights(trace: Trace) -> np.ndarray:
    """The attention of all heads of the encoder: (block, head, query, key)."""
    return np.stack([trace[f"encoder.{block}.self_attention.weights"].values for block in range(trace.config.n_blocks)])


def kinds(trace: Trace) -> list[Head]:
    """What every head does, the strongest of a kind first: it looks at the token before or after, at the same, or at the first
    of all, with at least ENOUGH of its attention on average; or it does something else.
    """
    found, names = shares(trace), (*OFFSETS, FIRST)
    every = np.stack([found[name] for name in names])                               # (kind, block, head)
    heads = []
    for block, head in np.ndindex(every.shape[1:]):
        best = every[:, block, head].argmax()
        share = float(every[best, block, head])
        heads.append(Head(names[best] if share >= ENOUGH else OTHER, block, head, share))
    return sorted(heads, key=lambda head: ((*names, OTHER).index(head.kind), -head.share))


def shares(trace: Trace) -> dict[str, np.ndarray]:
    """The share of their attention that the words give to the word before them, to the word after, to themselves, and to the first
    token, on average: (block, head) for each. Tokens that are no part of the text do not count as words.
    """
    every, words = weights(trace), [i for i, piece in enumerate(trace.pieces) if not piece.special]
    pairs = {kind: [(i, i + offset) for i in words if i + offset in words] for kind, offset in OFFSETS.items()}
    pairs[FIRST] = [(i, 0) for i in words if i]
    none = np.zeros(every.shape[:2])                                                # (block, head)
    return {kind: every[:, :, *zip(*places)].mean(-1) if places else none for kind, places in pairs.items()}


def strongest(trace: Trace, query: int, key: int, block: int | None = None) -> tuple[int, int]:
    """The block and the head in which one token looks at another most; of all blocks, or of one."""
    found = weights(trace)[:, :, query, key]                                        # (block, head)
    if block is not None:
        return block, int(found[block].argmax())
    return tuple(map(int, np.unravel_index(found.argmax(), found.shape)))
