"""What W_O is for: every head writes to all features, through rows of its own (Vaswani et al. 2017, section 3.2.2).

The heads side by side, times W_O, are the sum of each head times its d_k rows of W_O (Elhage et al. 2021, "Attention heads are
independent and additive").
"""

import numpy as np

from model.tensors import Tensor, scoped

TENSORS = scoped(
    "contributions",
    Tensor("parts", "block head token d_model", "what each head adds to each token",
           "heads times rows head d_k to (head + 1) d_k of W_O, of each block's self_attention"),
    Tensor("sizes", "block head token", "how much that is", "|parts|"),
    Tensor("sums", "block token d_model", "what all heads add, and the bias: the output of attention", "sum of parts over head + b_O"),
    Tensor("difference", "", "how far the sum is from the output of the model: nothing", "max |sums - self_attention.output|"),
)


def measure(run, record):
    """The output of every block's attention, cut into what comes of each head."""
    config, blocks = run.config, [block.self_attention for block in run.weights.encoder]
    W_O = np.stack([w.W_O.reshape(config.n_heads, config.d_k, config.d_model) for w in blocks])     # (block, h, d_k, d_model)
    parts = record("parts", run.of_all_blocks("self_attention.heads") @ W_O)        # (block, h, n, d_model)
    record("sizes", np.sqrt((parts**2).sum(-1)))                                    # (block, h, n)
    sums = record("sums", parts.sum(1) + np.stack([w.b_O for w in blocks])[:, None])            # (block, n, d_model)
    record("difference", np.abs(sums - run.of_all_blocks("self_attention.output")).max())       # ()
