"""What LayerNorm does to the mean and the spread of a token's features, move by move (Ba et al. 2016, eq. 3 and 4)."""

import numpy as np

from model.tensors import Tensor, scoped
from model.wiring import reads

MOVES = ("centred", "normalised", "scaled", "output")
TENSORS = scoped(
    "moments.{block}.norm_1",
    Tensor("mean", "stage token", "mean of each token's features: as norm_1 reads them, then after each of its four moves",
           "mean over d_model of {norm_1}; of encoder.{block}.norm_1.centred, normalised, scaled, output"),
    Tensor("spread", "stage token", "standard deviation of each token's features at the same five stages",
           "sqrt of the biased variance over d_model of {norm_1}; of encoder.{block}.norm_1.centred, normalised, scaled, output"),
)


def measure(run, record):
    """Mean and spread before the first LayerNorm of each block and after each of its moves."""
    for block in range(run.config.n_blocks):
        names = [*reads(run.config.norm)["norm_1"], *(f"norm_1.{move}" for move in MOVES)]
        stages = np.stack([run.arrays[f"encoder.{block}.{name}"] for name in names])            # (stage, n, d_model)
        record(f"{block}.norm_1.mean", stages.mean(-1))                             # (stage, n)
        record(f"{block}.norm_1.spread", stages.std(-1))                            # (stage, n)
