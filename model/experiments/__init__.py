"""What a scene needs beyond one forward pass: more passes of the same model, and what is measured on it, recorded like all else.

An experiment is a module with TENSORS, what it records, all under its own name, and `measure(run, record)`, which does it. A
scene names the ones it draws; no other scene waits for them.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from model.checkpoint import Checkpoint
from model.config import Intervention, ModelConfig
from model.experiments import (
    ablation, candidates, causal, distances, folding, moments, multiplications, passes, probe, scaling,
    shuffling, twin, waves,
)
from model.weights import Weights

EXPERIMENTS = {
    module.__name__.rpartition(".")[2]: module for module in (
        ablation, candidates, causal, distances, folding, moments, multiplications, passes, probe, scaling, shuffling, twin, waves,
    )
}


class Run(NamedTuple):
    """What an experiment is given: a forward pass that is done.

    ids: row of each token in the embedding table. twin: the tokens of the other sentence, as many, or none. intervention: what
    is done to one head. checkpoint: only of trained weights. vocabulary: the word of each row. arrays: all that the
    pass recorded.
    """

    tokens: tuple[str, ...]
    ids: np.ndarray
    twin: tuple[str, ...]
    intervention: Intervention | None
    config: ModelConfig
    weights: Weights
    checkpoint: Checkpoint | None
    vocabulary: tuple[str, ...]
    arrays: Mapping[str, np.ndarray]

    def of_all_blocks(self, name: str) -> np.ndarray:
        """A tensor of every encoder block, by its name within the block, with the block as its first axis."""
        return np.stack([self.arrays[f"encoder.{block}.{name}"] for block in range(self.config.n_blocks)])


def find(name):
    return EXPERIMENTS[name]
