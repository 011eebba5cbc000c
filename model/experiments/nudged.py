"""What training could do for one score: move a token's vector along the score's gradient, or move only the matrix of keys, so that no other
score moves, if that can be; and what the translator then says.

The pair is each token and the one after it (of the last, the one before). A vector that moves is that of its word wherever the word
stands, as it is in the first block when a row of E changes; all its scores move with it. W_K is moved for one head alone.
"""

import numpy as np

from model.functional import split_heads
from model.generation import translate
from model.tensors import TRANSLATES, Tensor, scoped
from model.tokenizer import END, START

RISE, LEAD = 10, 1.5                      # how much higher the score of the tokens gets; how far that of the keys is to be above its row
STEPS, DAMPED = 40, 0.1                   # of the matrix, each the shorter the less the scores feel it
TINY = 1e-9                               # share of it that keeps a matrix from being singular
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
    Tensor("keys", "query block head row d_k", "keys once only W_K has moved, so that the score with the next is the highest of its row and no other moves",
           f"input W_K + b_K after {STEPS} damped Gauss-Newton steps of W_K to key_scores, but {LEAD} above its row at [query, next], {PAIR}"),
    Tensor("key_scores", "query block head row column", "scores by these keys", "keys keys^T"),
    Tensor("said", "query said", "the output vocabulary's row of every word that is said once the row of E has moved",
           "as decoder.next_token_ids", TRANSLATES),
    Tensor("key_said", "query block head said", "the same once only W_K of that head has", "as decoder.next_token_ids", TRANSLATES),
)


def measure(run, record):
    """For each of n tokens, in each block and head; nothing but the scores is computed again, and the translation, if there is one."""
    x, ids = run.of_all_blocks("self_attention.input"), run.ids                     # (block, n, d_model), (n,)
    pairs = [(i, i + 1 if i + 1 < len(ids) else max(i - 1, 0)) for i in range(len(ids))]
    moves = np.stack([RISE * x[:, j] / (x[:, j] ** 2).sum(-1, keepdims=True) for _, j in pairs])        # (n, block, d_model)
    moved = record("inputs", x + (ids == ids[:, None])[:, None, :, None] * moves[:, :, None])           # (n, block, n, d_model)
    record("token_scores", moved @ moved.swapaxes(-1, -2))                          # (n, block, n, n)
    scale = run.config.d_model**0.5 if run.config.embedding == "scaled" else 1
    rows = record("rows", run.arrays["embeddings"] + moves[:, 0] / scale)           # (n, d_model)
    record("changed", _percent(moves, x.swapaxes(0, 1)))                            # (n, block)
    record("rows_changed", _percent(moves[:, 0] / scale, run.arrays["embeddings"])) # (n,)
    w = [block.self_attention for block in run.weights.encoder]
    W, b = (np.stack([split_heads(np.atleast_2d(getattr(each, name)), run.config.n_heads) for each in w]) for name in ("W_K", "b_K"))
    made = [[[_moved(x[k], W[k, h], b[k, h], *pair) for h in range(run.config.n_heads)] for k in range(len(x))] for pair in pairs]
    W = record("matrices", np.stack(made))                                          # (n, block, h, d_model, d_k)
    keys = record("keys", x[None, :, None] @ W + b)                                 # (n, block, h, n, d_k)
    record("key_scores", keys @ keys.swapaxes(-1, -2))                              # (n, block, h, n, n)
    if run.config.translates:
        record("said", np.stack([_said(run, _with_row(run.weights, row, moved)) for row, moved in zip(ids, rows)]))     # (n, said)
        said = [_said(run, _with_head(run.weights, block, head, W[i, block, head])) for i, block, head in np.ndindex(W.shape[:3])]
        record("key_said", np.reshape(said, (*W.shape[:3], -1)))                    # (n, block, h, said)


def _percent(change, of):
    """How long a change is, in percent of what changes, whose length lies along the last axis."""
    return 100 * np.linalg.norm(change, axis=-1) / np.linalg.norm(of, axis=-1)


def _moved(x, W, b, i, j):
    """W (d_model, d_k) once it has moved so that of the scores of the keys of tokens x (n, d_model) only that of i and j is another, if that
    can be; else as near to it as they come.

    Each step is along x^T C key. It moves the scores by G C S + S C G, where G = x x^T and S are these scores; in the basis in which both
    are diagonal C is found entry by entry.
    """
    wanted = (x @ W + b) @ (x @ W + b).T                                            # (n, n)
    wanted[i, j] = wanted[j, i] = max(wanted[i, j], np.delete(wanted[i], j).max(initial=-np.inf) + LEAD)
    G = x @ x.T                                                                     # (n, n)
    root = np.linalg.inv(np.linalg.cholesky(G + TINY * np.trace(G) * np.eye(len(G))))           # (n, n)
    for _ in range(STEPS):
        keys = x @ W + b                                                            # (n, d_k)
        sizes, basis = np.linalg.eigh(root @ keys @ keys.T @ root.T)                # (n,), (n, n)
        into = basis.T @ root                                                       # (n, n)
        gap = into @ (wanted - keys @ keys.T) @ into.T / (np.add.outer(sizes, sizes) + DAMPED * sizes.mean())
        W = W + x.T @ into.T @ gap @ into @ keys
    return W


def _with_row(weights, row, vector):
    """The same model with another row of E."""
    embedding = np.array(weights.embedding)
    embedding[row] = vector
    return weights._replace(embedding=embedding)


def _with_head(weights, block, head, matrix):
    """The same model with another W_K of one head, a matrix (d_model, d_k)."""
    attention, d_k = weights.encoder[block].self_attention, matrix.shape[1]
    W_K = np.array(attention.W_K)
    W_K[:, head * d_k : (head + 1) * d_k] = matrix
    moved = weights.encoder[block]._replace(self_attention=attention._replace(W_K=W_K))
    return weights._replace(encoder=(*weights.encoder[:block], moved, *weights.encoder[block + 1:]))


def _said(run, weights):
    """What a model says to the sentence: rows of the output vocabulary, as many as twice its own translation has, the end token to the last."""
    known, most = run.checkpoint.output_vocabulary, 2 * len(run.arrays["decoder.next_token_ids"])
    start, end = known.index(START), known.index(END)
    said, = translate(run.ids[None], np.ones((1, len(run.ids)), bool), weights, run.config, start, end, most)
    return np.pad(np.where(np.cumsum(said == end), end, said), (0, most - len(said)), constant_values=end)
