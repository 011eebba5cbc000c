"""What h narrow heads cost against one wide one: multiplications in matrix products (Vaswani et al. 2017, section 3.2.2)."""

import numpy as np

from model.tensors import Tensor, scoped

TENSORS = scoped(
    "multiplications",
    Tensor("narrow", "head stage", "multiplications in each head, to make Q, K and V, scores, averages, its share of the output",
           "3 n d_model d_k, n^2 d_k, n^2 d_k, n d_k d_model"),
    Tensor("wide", "stage", "multiplications in a single head that is as wide as the model",
           "3 n d_model^2, n^2 d_model, n^2 d_model, n d_model^2"),
    Tensor("narrow_sums", "stage", "multiplications in all the narrow heads, stage by stage", "sum of narrow over head"),
    Tensor("narrow_heads", "head", "multiplications in each of the narrow heads", "sum of narrow over stage"),
    Tensor("narrow_total", "", "multiplications in all the narrow heads", "sum of narrow_sums over stage"),
    Tensor("wide_total", "", "multiplications in the single wide head", "sum of wide over stage"),
    Tensor("uncut_total", "", "multiplications in as many heads, each as wide as the model", "n_heads wide_total"),
)


def measure(run, record):
    """Counted from the shapes: (a, b) times (b, c) takes a b c multiplications. Bias, scaling and softmax are left out."""
    n, config = len(run.tokens), run.config
    narrow = record("narrow", np.tile(_head(n, config.d_model, config.d_k), (config.n_heads, 1)))   # (head, stage)
    wide = record("wide", _head(n, config.d_model, config.d_model))                 # (stage,)
    sums = record("narrow_sums", narrow.sum(0))                                     # (stage,)
    record("narrow_heads", narrow.sum(1))                                           # (head,)
    record("narrow_total", sums.sum())                                              # ()
    record("wide_total", wide.sum())                                                # ()
    record("uncut_total", config.n_heads * wide.sum())                              # ()


def _head(n, d_model, width):
    """The four stages of a head whose queries, keys and values have `width` features: (stage,)."""
    return np.array([3 * n * d_model * width, n * width * n, n * n * width, n * width * d_model])
