"""The decoder's attention to its own words if no mask hid those that follow: where it would look if the answer were there to copy."""

import numpy as np

from model.functional import softmax
from model.tensors import SAID, TRANSLATES, Tensor, scoped

TENSORS = scoped(
    "unmasked",
    Tensor("weights", "block head query key", "how much each word that the decoder reads would look at each other without the mask",
           "softmax of decoder.{block}.self_attention.scaled_scores[last step] over key", TRANSLATES, SAID, shares=True),
)


def measure(run, record):
    """Nothing else of the model changes: these weights are not used. Nothing is recorded without a translator."""
    if run.config.translates:
        scores = [run.arrays[f"decoder.{block}.self_attention.scaled_scores"][-1] for block in range(run.config.n_blocks)]
        record("weights", softmax(np.stack(scores)))                                # (block, h, step, step)
