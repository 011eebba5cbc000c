"""Where the heads of a translator looked before it was trained, and how much of its attention a taught head was to give (`model.guides`)."""

import numpy as np

from model.checkpoint import untrained
from model.encoder import encode
from model.guides import ANTECEDENT
from model.recorder import Recorder
from model.tensors import TRANSLATES, Tensor, scoped

TENSORS = scoped(
    "beginning",
    Tensor("weights", "block head query key", "how much each token looks at each other before anything is learned",
           "as self_attention.weights, with the weights that training began with", TRANSLATES, shares=True),
    Tensor("wanted", "", "share of its attention that a taught head was to give from `it` to the noun that this stands for", "chosen", TRANSLATES),
)


def measure(run, record):
    """One more run. Nothing is recorded without a translator."""
    if not run.config.translates:
        return
    checkpoint, kept = run.checkpoint, Recorder()
    weights = untrained(checkpoint.config, checkpoint.vocabulary, checkpoint.output_vocabulary)
    encode(run.ids, weights, run.config, kept)
    record("weights", np.stack([kept.arrays[f"encoder.{block}.self_attention.weights"] for block in range(run.config.n_blocks)]))
    record("wanted", np.array(ANTECEDENT.share))                                    # ()
