"""Attention sinks: where much of the attention goes of which little is taken (Xiao et al. 2024; Kobayashi et al. 2020: |a v|)."""

import numpy as np

from model.tensors import Tensor, scoped
from model.tokenizer import written

TENSORS = scoped(
    "flow",
    Tensor("weights", "token", "share of the words' attention that each token has, over all heads",
           "mean over heads and queries that are words of encoder.block.self_attention.weights", shares=True),
    Tensor("taken", "token", "share of what they take that is from each token, over all heads",
           "mean over heads and queries that are words of a |v| / sum of a |v| over key", shares=True),
)


def measure(run, record):
    """The weights a of all heads beside a |v|, how long what they take is."""
    pieces = written(run.tokens, run.config.spelling)
    words = [i for i, piece in enumerate(pieces) if not piece.special] or [*range(len(pieces))]
    weights = run.of_all_blocks("self_attention.weights")[:, :, words]              # (block, head, query, key)
    long = np.linalg.norm(run.of_all_blocks("self_attention.value"), axis=-1)       # (block, head, key)
    taken = weights * long[:, :, None]                                              # (block, head, query, key)
    record("weights", weights.mean((0, 1, 2)))                                      # (n,)
    record("taken", (taken / taken.sum(-1, keepdims=True)).mean((0, 1, 2)))         # (n,)
