"""At how many tokens a token looks: exp of the entropy of its weights (perplexity; Jelinek et al. 1977).

An experiment declares what it records, all of it under its own name, and measures it on a forward pass that is done.
"""

import numpy as np

from model.tensors import Tensor, scoped

TENSORS = scoped(
    "spread",
    Tensor("tokens", "block head query", "at how many tokens each token looks, as if at all of these alike",
           "exp(-sum of weights log(weights) over key)"),
)


def measure(run, record):
    """Of all heads of all blocks, though one of them is shown: `animformer trace FOLDER spread.tokens` prints them."""
    weights = run.of_all_blocks("self_attention.weights")                               # (block, head, query, key)
    logs = np.log(weights, where=weights > 0, out=np.zeros_like(weights))               # (block, head, query, key), 0 where a weight is 0
    record("tokens", np.exp(-(weights * logs).sum(axis=-1)))                            # (block, head, query)
