"""What training could do for one score: move a token's vector, or move only the matrix of keys, along the score's gradient.

The pair is each token and the one after it (of the last, the one before). A vector that moves is that of its word wherever the word
stands, as it is in the first block when a row of E changes; all its scores move with it. W_K is moved for one head alone.
"""

import numpy as np

from model.functional import split_heads
from model.tensors import Tensor, scoped

RISE, MOST = 10, 40                       # how much higher the score of the tokens gets; steps of the matrix at most
PAIR = "next = query + 1, or query - 1 of the last"
TENSORS = scoped(
    "nudged",
    Tensor("inputs", "query block row d_model", f"tokens once one of them has moved until its score with the next is {RISE} higher",
           f"input + {RISE} input[next] / |input[next]|^2 wherever the word of query stands, {PAIR}"),
    Tensor("token_scores", "query block row column", "scores of all these tokens", "inputs inputs^T"),
    Tensor("keys", "query block head row d_k", "keys once only W_K has moved, until the score with the next is the highest of its row",
           f"input W_K + b_K after up to {MOST} steps of W_K by G / |G|^2, G = input[query] key[next]^T + input[next] key[query]^T, {PAIR}"),
    Tensor("key_scores", "query block head row column", "scores by these keys", "keys keys^T"),
)


def measure(run, record):
    """For each of n tokens, in each block and head; nothing but the scores is computed again."""
    x, ids = run.of_all_blocks("self_attention.input"), run.ids                     # (block, n, d_model), (n,)
    pairs = [(i, i + 1 if i + 1 < len(ids) else max(i - 1, 0)) for i in range(len(ids))]
    moves = np.stack([RISE * x[:, j] / (x[:, j] ** 2).sum(-1, keepdims=True) for _, j in pairs])        # (n, block, d_model)
    moved = record("inputs", x + (ids == ids[:, None])[:, None, :, None] * moves[:, :, None])           # (n, block, n, d_model)
    record("token_scores", moved @ moved.swapaxes(-1, -2))                          # (n, block, n, n)
    w = [block.self_attention for block in run.weights.encoder]
    W, b = (np.stack([split_heads(np.atleast_2d(getattr(each, name)), run.config.n_heads) for each in w]) for name in ("W_K", "b_K"))
    keys = np.stack([[[_moved(x[k], W[k, h], b[k, h], *pair) for h in range(run.config.n_heads)] for k in range(len(x))] for pair in pairs])
    record("keys", keys)                                                            # (n, block, h, n, d_k)
    record("key_scores", keys @ keys.swapaxes(-1, -2))                              # (n, block, h, n, n)


def _moved(x, W, b, i, j):
    """The keys (n, d_k) of tokens x (n, d_model) once W (d_model, d_k) has moved until row i of their scores is highest at j."""
    for _ in range(MOST):
        keys = x @ W + b                                                            # (n, d_k)
        if (keys @ keys[i]).argmax() == j:
            break
        G = np.outer(x[i], keys[j]) + np.outer(x[j], keys[i])                       # (d_model, d_k)
        W = W + G / (G**2).sum()
    return x @ W + b                                                                # (n, d_k)
