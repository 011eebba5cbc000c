"""The decoder's mask, laid on the encoder's scores: what is left of its attention if no token may look ahead."""

import numpy as np

from model.functional import softmax
from model.tensors import Tensor, scoped

TENSORS = scoped(
    "causal",
    Tensor("masked_scores", "block head query key", "scores of every encoder block, but -inf where a token would look ahead",
           "scaled_scores where key <= query, else -inf"),
    Tensor("weights", "block head query key", "how much each token would look at each other, and at none that follows",
           "softmax of masked_scores over key", shares=True),
)


def measure(run, record):
    """Nothing else of the model changes: these weights are not used."""
    scores = run.of_all_blocks("self_attention.scaled_scores")                      # (block, h, n, n)
    masked = np.where(np.tri(scores.shape[-1], dtype=bool), scores, -np.inf)        # (block, h, n, n)
    record("weights", softmax(record("masked_scores", masked)))                     # (block, h, n, n)
