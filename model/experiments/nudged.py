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
    Tensor("rows", "query d_model", "the row of E that moves the token so in the first block, if nothing there is normalised",
           "embeddings + (inputs - input)[query, block 1, query], divided by sqrt(d_model) where that scales them"),
    Tensor("changed", "query block", "by how much query itself has changed then, in percent of its length",
           "100 |inputs - input| / |input|, at [query, block, query]"),
    Tensor("rows_changed", "query", "by how much its row of E has", "100 |rows - embeddings| / |embeddings|"),
    Tensor("matrices", "query block head d_model d_k", "W_K once only it has moved, as for keys", "W_K after these steps"),
    Tensor("matrices_changed", "query block head", "by how much W_K has changed, in percent of its length", "100 |matrices - W_K| / |W_K|"),
    Tensor("kept", "query", "by how much query itself has changed when only W_K has moved", "0"),
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
    scale = run.config.d_model**0.5 if run.config.embedding == "scaled" else 1
    record("rows", run.arrays["embeddings"] + moves[:, 0] / scale)                  # (n, d_model)
    record("changed", _percent(moves, x.swapaxes(0, 1), -1))                        # (n, block)
    record("rows_changed", _percent(moves[:, 0] / scale, run.arrays["embeddings"], -1))                 # (n,)
    w = [block.self_attention for block in run.weights.encoder]
    W, b = (np.stack([split_heads(np.atleast_2d(getattr(each, name)), run.config.n_heads) for each in w]) for name in ("W_K", "b_K"))
    made = [[[_moved(x[k], W[k, h], b[k, h], *pair) for h in range(run.config.n_heads)] for k in range(len(x))] for pair in pairs]
    record("matrices_changed", _percent(np.stack(made) - W, W, (-2, -1)))           # (n, block, h)
    record("kept", np.zeros(len(ids)))                                              # (n,)
    W = record("matrices", np.stack(made))                                          # (n, block, h, d_model, d_k)
    keys = record("keys", x[None, :, None] @ W + b)                                 # (n, block, h, n, d_k)
    record("key_scores", keys @ keys.swapaxes(-1, -2))                              # (n, block, h, n, n)


def _percent(change, of, axes):
    """How long a change is, in percent of what changes, whose length lies along some axes."""
    return 100 * np.linalg.norm(change, axis=axes) / np.linalg.norm(of, axis=axes)


def _moved(x, W, b, i, j):
    """W (d_model, d_k) once it has moved until row i of the scores of the keys of tokens x (n, d_model) is highest at j."""
    for _ in range(MOST):
        keys = x @ W + b                                                            # (n, d_k)
        if (keys @ keys[i]).argmax() == j:
            break
        G = np.outer(x[i], keys[j]) + np.outer(x[j], keys[i])                       # (d_model, d_k)
        W = W + G / (G**2).sum()
    return W
