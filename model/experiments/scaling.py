"""Why scores are divided by sqrt(d_k): the experiment of the paper's footnote 4 (Vaswani et al. 2017, section 3.2.1)."""

import numpy as np

from model.functional import softmax
from model.tensors import Tensor, scoped
from model.weights import generator

DIMENSIONS = (4, 64, 512)
N_SAMPLES = 2000
N_KEYS = 3
TENSORS = scoped(
    "scaling",
    Tensor("d_k", "dimension", "lengths of the vectors that are tried", "chosen"),
    Tensor("root", "dimension", "what the scores are divided by", "sqrt(d_k)"),
    Tensor("scores", "dimension sample", "dot products of random vectors", "query . key, components N(0, 1)"),
    Tensor("scaled_scores", "dimension sample", "the same, scaled", "scores / sqrt(d_k)"),
    Tensor("spread", "dimension", "how far the scores spread", "standard deviation of scores over sample"),
    Tensor("weights", "dimension key", "attention that some of these scores would give", f"softmax of the first {N_KEYS} scores",
           words={}, shares=True),
    Tensor("scaled_weights", "dimension key", "attention that the same, scaled, would give", f"softmax of the first {N_KEYS} scaled_scores",
           words={}, shares=True),
    Tensor("nudged", "dimension key", f"the first {N_KEYS} scores, the second highest of them up by 1", "scores; + 1 where they are second highest",
           words={}),
    Tensor("scaled_nudged", "dimension key", "the same, scaled: the 1 is divided too", "nudged / sqrt(d_k)", words={}),
    Tensor("gains", "dimension key", "how much more attention each gets then: none, if one token takes all", "softmax of nudged - weights", words={}),
    Tensor("scaled_gains", "dimension key", "the same of scaled scores", "softmax of scaled_nudged - scaled_weights", words={}),
)


def measure(run, record):
    """The spread of q . k for vectors of independent N(0, 1) components, before and after the division by sqrt(d_k).

    There are N_SAMPLES pairs for each of the DIMENSIONS. The mean of q . k is 0, its standard deviation sqrt(d_k).
    """
    d_k = record("d_k", np.array(DIMENSIONS))                                       # (dimension,)
    scores = record("scores", np.stack([_dot_products(run.config.seed, d) for d in DIMENSIONS]))   # (dimension, sample)
    root = record("root", np.sqrt(d_k))                                             # (dimension,)
    scaled = record("scaled_scores", scores / root[:, None])                        # (dimension, sample)
    record("spread", scores.std(-1))                                                # (dimension,), about sqrt(d_k)
    some = scores[:, :N_KEYS]                                                       # (dimension, key)
    second = some == np.sort(some)[:, -2, None]                                     # (dimension, key)
    for prefix, divisor in (("", 1), ("scaled_", root[:, None])):
        weights = record(f"{prefix}weights", softmax(some / divisor))               # (dimension, key)
        record(f"{prefix}gains", softmax(record(f"{prefix}nudged", (some + second) / divisor)) - weights)   # (dimension, key)


def _dot_products(seed, d_k):
    query, key = generator(seed, "scaling", d_k).normal(size=(2, N_SAMPLES, d_k))   # (sample, d_k) each
    return (query * key).sum(-1)                                                    # (sample,)

