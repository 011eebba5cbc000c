"""Why not batch norm: it takes mean and variance of each feature over all tokens of a batch (Ioffe and Szegedy 2015, algorithm 1).

So what it makes of a token depends on the others, and on those of every sentence that happens to share the batch. LayerNorm takes
them of each token over its own features (Ba et al. 2016, section 3).
"""

import numpy as np

from model.encoder import encode
from model.experiments.distances import distance
from model.functional import layer_norm
from model.recorder import Recorder
from model.tensors import Tensor, scoped
from model.tokenizer import ids
from model.weights import Norm
from model.wiring import reads

TENSORS = scoped(
    "batch_norm",
    Tensor("mean", "batch block d_model", "mean of each feature over all tokens of a batch: this sentence; this and another",
           "mean over token of what norm_1 of each block reads; the other: the twin, or the first half of this one if there is none"),
    Tensor("scale", "batch block d_model", "standard deviation of each feature over the same tokens, kept above 0",
           "sqrt(biased variance over token of what norm_1 of each block reads + epsilon)"),
    Tensor("normalised", "batch block token d_model", "what batch norm would make of the sentence in norm_1 of each block",
           "(what norm_1 of each block reads - mean) / scale"),
    Tensor("changes", "block token", "how far the company moves each token under batch norm",
           "|normalised[1] - normalised[0]|"),
    Tensor("layer_norm_changes", "block token", "how far it moves each token under LayerNorm: not at all",
           "the same of norm_1.normalised of each block"),
)


def measure(run, record):
    """Two batches: the sentence alone, and with another one. What norm_1 of each block reads is that of the model as it is."""
    other = run.given.get("twin") or run.tokens[: -(-len(run.tokens) // 2)]
    company = Recorder()
    encode(ids(other, run.vocabulary), run.weights, run.config, company)
    (name,) = reads(run.config.norm)["norm_1"]
    alone = run.of_all_blocks(name)                                                 # (block, n, d_model)
    more = np.stack([company.arrays[f"encoder.{block}.{name}"] for block in range(run.config.n_blocks)])
    batches = [alone, np.concatenate([alone, more], 1)]                             # (block, n, d_model), (block, n + m, d_model)
    mean = record("mean", np.stack([x.mean(1) for x in batches]))                   # (batch, block, d_model)
    scale = np.sqrt(np.stack([x.var(1) for x in batches]) + run.config.epsilon)     # (batch, block, d_model)
    record("scale", scale)
    normalised = record("normalised", (alone - mean[:, :, None]) / scale[:, :, None])           # (batch, block, n, d_model)
    record("changes", distance(*normalised))                                        # (block, n)
    plain = Norm(gamma=1, beta=0)
    own, shared = (layer_norm(x, plain, run.config.epsilon)[:, : len(run.tokens)] for x in batches)         # (block, n, d_model)
    record("layer_norm_changes", distance(own, shared))                             # (block, n), all 0
