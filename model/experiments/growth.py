"""Why a block normalises: many untrained blocks with residual paths, with LayerNorm after each sum and without.

What is added up grows, as does the variance of what Xiong et al. (2020, section 3) hand on; and the larger queries and keys are, the
larger are their scores (Vaswani et al. 2017, section 3.2.1).
"""

import numpy as np

from model.experiments.deep_stack import N_BLOCKS, untrained
from model.functional import attention, feed_forward, layer_norm
from model.recorder import Recorder
from model.tensors import Tensor, scoped

TENSORS = tuple(tensor for way, how in (("with", "with LayerNorm after each sum"), ("without", "without")) for tensor in scoped(
    f"growth.{way}",
    Tensor("sizes", "depth", f"size of what each of {N_BLOCKS} untrained blocks hands on, {how}",
           "root mean square over token and d_model; before block 0, then after each; the same weights both ways"),
    Tensor("scores", "block", f"typical size of a score in each of them, {how}", "root mean square over head, query and key of scaled_scores"),
    Tensor("largest", "block", f"how much one winner takes in each of them, {how}", "mean over head and query of the largest attention weight"),
    Tensor("weights", "block head query key", f"how much each token looks at each other in each of them, {how}", "as self_attention.weights",
           shares=True),
    Tensor("gains", "block head query key", f"how much each of these weights rises if its score does by 1, {how}",
           "weights e / (1 + weights (e - 1)) - weights: softmax of the scores, that one + 1, at its key"),
))


def measure(run, record):
    """The same sentence and weights, with LayerNorm and without; nothing of it is trained."""
    config, weights, x = untrained(run)
    for way, norm in (("with", True), ("without", False)):
        stream, scores, looks = _through(x, weights.encoder, config, norm)          # (depth, n, d_model), 2 × (block, h, n, n)
        record(f"{way}.sizes", np.sqrt((stream**2).mean((-1, -2))))         # (depth,)
        record(f"{way}.scores", np.sqrt((scores**2).mean((-1, -2, -3))))            # (block,)
        record(f"{way}.largest", looks.max(-1).mean((-1, -2)))                      # (block,)
        record(f"{way}.weights", looks)                                             # (block, h, n, n)
        record(f"{way}.gains", looks * np.e / (1 + looks * (np.e - 1)) - looks)     # (block, h, n, n)


def _through(x, blocks, config, norm):
    """The stream (depth, n, d_model) from x on, and scores and attention weights (block, h, n, n), with norms or without."""
    stream, seen = [x], [Recorder() for _ in blocks]
    for w, record in zip(blocks, seen, strict=True):
        x = _added(x, attention(x, x, w.self_attention, config.n_heads, record), w.norm_1, config, norm)    # (n, d_model)
        x = _added(x, feed_forward(x, w.mlp), w.norm_2, config, norm)               # (n, d_model)
        stream.append(x)
    return np.array(stream), *(np.array([record.arrays[name] for record in seen]) for name in ("scaled_scores", "weights"))


def _added(x, found, w, config, norm):
    """What a sublayer found, added to what it read, and normalised if that is wanted: (n, d_model)."""
    return layer_norm(x + found, w, config.epsilon) if norm else x + found
