"""Why scores are divided by sqrt(d_k): the experiment of the paper's footnote 4 (Vaswani et al. 2017, section 3.2.1)."""

import numpy as np

from model.functional import softmax
from model.tensors import Tensor, scoped
from model.weights import generator

DIMENSIONS = (4, 64, 512)
N_SAMPLES = 2000
N_BINS = 121
N_KEYS = 8
TENSORS = scoped(
    "scaling",
    Tensor("d_k", "dimension", "lengths of the vectors that are tried", "chosen"),
    Tensor("root", "dimension", "what the scores are divided by", "sqrt(d_k)"),
    Tensor("scores", "dimension sample", "dot products of random vectors", "query . key, components N(0, 1)"),
    Tensor("scaled_scores", "dimension sample", "the same, scaled", "scores / sqrt(d_k)"),
    Tensor("spread", "dimension", "how far the scores spread", "standard deviation of scores over sample"),
    Tensor("scaled_spread", "dimension", "how far the scaled scores spread", "standard deviation of scaled_scores over sample"),
    Tensor("edges", "edge", "borders of the bins of all histograms", "equal steps from -r to r, the next whole number above max|scores|"),
    Tensor("histogram", "dimension bin", "share of the samples in each bin", "scores counted between edges / samples"),
    Tensor("scaled_histogram", "dimension bin", "the same, of scaled scores", "scaled_scores counted between edges / samples"),
    Tensor("slopes", "dimension key", "how much each of these weights moves if its score does: nothing, if one token takes all",
           "weights (1 - weights)", words={}),
    Tensor("scaled_slopes", "dimension key", "how much the scaled ones do", "scaled_weights (1 - scaled_weights)", words={}),
    Tensor("weights", "dimension key", "attention that such scores would give", "softmax of the first 8 scores",
           words={}, shares=True),
    Tensor("scaled_weights", "dimension key", "attention that scaled scores would give", "softmax of the first 8 scaled_scores",
           words={}, shares=True),
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
    record("scaled_spread", scaled.std(-1))                                         # (dimension,), about 1
    reach = np.ceil(np.abs(scores).max())
    edges = record("edges", np.linspace(-reach, reach, N_BINS + 1))                 # (edge,)
    record("histogram", _histogram(scores, edges))                                  # (dimension, bin), rows sum to 1
    record("scaled_histogram", _histogram(scaled, edges))                           # (dimension, bin), rows sum to 1
    for prefix, found in (("", scores), ("scaled_", scaled)):
        weights = record(f"{prefix}weights", softmax(found[:, :N_KEYS]))            # (dimension, key)
        record(f"{prefix}slopes", weights * (1 - weights))                          # (dimension, key)


def _dot_products(seed, d_k):
    query, key = generator(seed, "scaling", d_k).normal(size=(2, N_SAMPLES, d_k))   # (sample, d_k) each
    return (query * key).sum(-1)                                                    # (sample,)


def _histogram(samples, edges):
    return np.stack([np.histogram(row, edges)[0] / row.size for row in samples])    # (dimension, bin)
