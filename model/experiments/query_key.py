"""Why two matrices and not one: q . k = x W_Q W_K^T y^T, a single matrix of low rank (Vaswani et al. 2017, section 3.2.2;
Elhage et al. 2021, "QK circuit")."""

import numpy as np

from model.functional import split_heads
from model.tensors import Tensor, scoped

TENSORS = scoped(
    "query_key",
    Tensor("matrices", "block head input output", "the one matrix in which W_Q and W_K of a head meet",
           "W_Q W_K^T of each block's self_attention, cut into heads"),
    Tensor("singular_values", "block head order", "how strong the matrix is in each of its directions, falling",
           "singular values of matrices"),
    Tensor("ranks", "block head", "in how many directions it does anything: no more than d_k",
           "count of singular_values > 10^-9 of the largest"),
    Tensor("parameters", "way", "numbers to be learned in two narrow matrices of a head, and in one of d_model^2",
           "2 d_model d_k, d_model^2"),
    Tensor("scores", "block head query key", "scores by the one matrix", "input matrices input^T of each block's self_attention"),
    Tensor("bias_scores", "block head query key", "what the biases add to them",
           "input W_Q b_K^T + b_Q W_K^T input^T + b_Q b_K^T of each block's self_attention"),
    Tensor("difference", "", "how far their sum is from the scores of the model: nothing",
           "max |scores + bias_scores - encoder scores|"),
)


def measure(run, record):
    """The product of both matrices for every head, and the scores that it gives."""
    config, blocks = run.config, [block.self_attention for block in run.weights.encoder]
    W_Q, b_Q, W_K, b_K = (
        np.stack([split_heads(np.atleast_2d(getattr(w, name)), config.n_heads) for w in blocks])
        for name in ("W_Q", "b_Q", "W_K", "b_K")
    )                                                                               # (block, h, d_model or 1, d_k)
    matrices = record("matrices", W_Q @ W_K.swapaxes(-1, -2))                       # (block, h, d_model, d_model)
    found = record("singular_values", np.linalg.svd(matrices, compute_uv=False))    # (block, h, d_model)
    record("ranks", (found > 1e-9 * found[..., :1]).sum(-1))                        # (block, h)
    record("parameters", np.array([2 * config.d_model * config.d_k, config.d_model**2]))        # (way,)
    x = run.of_all_blocks("self_attention.input")[:, None]                          # (block, 1, n, d_model)
    scores = record("scores", x @ matrices @ x.swapaxes(-1, -2))                    # (block, h, n, n)
    by_query, by_key = x @ W_Q @ b_K.swapaxes(-1, -2), x @ W_K @ b_Q.swapaxes(-1, -2)           # (block, h, n, 1) each
    bias = by_query + by_key.swapaxes(-1, -2) + b_Q @ b_K.swapaxes(-1, -2)          # (block, h, n, n)
    record("bias_scores", bias)
    record("difference", np.abs(scores + bias - run.of_all_blocks("self_attention.scores")).max())          # ()
