"""The same words in another order: attention is equivariant, unless positions are added (Vaswani et al. 2017, section 3.5)."""

from dataclasses import replace

import numpy as np

from model.encoder import encode
from model.functional import ignore
from model.recorder import Recorder
from model.tensors import Tensor, scoped
from model.weights import generator

WITH = "positional: sinusoidal | learned"
TENSORS = scoped(
    "shuffling",
    Tensor("order", "place", "token that stands at each place of the shuffled sentence", "a drawn cycle: every token moves"),
    Tensor("bare", "token d_model", "encoder's output for the sentence, without positions", "as encoder.output with positions 0"),
    Tensor("bare_shuffled", "token d_model", "the same for the shuffled sentence, each row where its token was before",
           "as bare of tokens[order], put back"),
    Tensor("bare_differences", "token", "what the order changes without positions: nothing",
           "largest |bare - bare_shuffled| over d_model"),
    Tensor("bare_difference", "", "the largest of them", "max of bare_differences"),
    Tensor("input", "token d_model", "what the first block reads of the shuffled sentence, each row where its token was before",
           "as encoder.0.input of tokens[order], put back", WITH),
    Tensor("apart", "token", "how far that is from what it reads of the sentence", "|encoder.0.input - input| over d_model", WITH),
    Tensor("shuffled", "token d_model", "encoder's output for the shuffled sentence, each row where its token was before",
           "as encoder.output of tokens[order], put back", WITH),
    Tensor("differences", "token", "what the order changes with positions",
           "largest |encoder.output - shuffled| over d_model", WITH),
    Tensor("difference", "", "the largest of them", "max of differences", WITH),
)


def measure(run, record):
    """Two more passes without positions, of the sentence and of the shuffled one, and one of the shuffled one with positions.

    A single token cannot move.
    """
    order = record("order", cycle(len(run.ids), generator(run.config.seed, "shuffled")))       # (place,)
    bare = replace(run.config, positional="none")
    output = record("bare", encode(run.ids, run.weights, bare))                                 # (n, d_model)
    shuffled = record("bare_shuffled", shuffled_output(run, order, bare))                       # (n, d_model)
    differences = record("bare_differences", np.abs(output - shuffled).max(-1))                 # (n,), rounding errors
    record("bare_difference", differences.max())                                                # ()
    if run.config.positional != "none":
        there = Recorder()
        shuffled = record("shuffled", shuffled_output(run, order, run.config, there))           # (n, d_model)
        x = record("input", there.arrays["encoder.0.input"][np.argsort(order)])                 # (n, d_model)
        record("apart", np.sqrt(((run.arrays["encoder.0.input"] - x) ** 2).sum(-1)))            # (n,)
        differences = record("differences", np.abs(run.arrays["encoder.output"] - shuffled).max(-1))    # (n,)
        record("difference", differences.max())                                                 # ()


def shuffled_output(run, order, config, record=ignore):
    """The encoder's output (n, d_model) for the tokens in this order, put back to where the tokens stand in the sentence."""
    return encode(run.ids[order], run.weights, config, record)[np.argsort(order)]                       # (n, d_model)


def cycle(n, rng):
    """A permutation (n,) of one single cycle, so that nothing stays in its place if n > 1 (Sattolo 1986)."""
    order = np.arange(n)                                                                        # (n,)
    for last in range(n - 1, 0, -1):
        other = rng.integers(last)
        order[[last, other]] = order[[other, last]]
    return order
