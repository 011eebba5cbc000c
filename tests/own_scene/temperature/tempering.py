"""The weights of attention at other temperatures: softmax(scaled_scores / T) (Hinton et al. 2015, eq. 1)."""

import numpy as np

from model.functional import softmax
from model.tensors import Tensor, scoped

TENSORS = scoped(
    "tempering",
    Tensor("temperatures", "temperature", "by what the scores are divided before the softmax", "1, 1 / T, T"),
    Tensor("weights", "temperature block head query key", "how much each token looks at each other",
           "softmax(scaled_scores / temperature) over key", shares=True),
)


def measure(run, record):
    """The weights of all heads at temperature 1, at 1 / T and at T; T is the scene's own key `temperature`."""
    hot = run.given["temperature"]
    temperatures = record("temperatures", np.array([1, 1 / hot, hot]))                  # (temperature,)
    scores = run.of_all_blocks("self_attention.scaled_scores")                          # (block, head, query, key)
    record("weights", softmax(scores / temperatures[:, None, None, None, None]))        # (temperature, block, head, query, key)
