"""Softmax, opened: every score grows to e to its power, and each of these is divided by their total (Bridle 1990)."""

import numpy as np

from model.tensors import Tensor, scoped

SAMPLES = 65
TENSORS = scoped(
    "exponentials",
    Tensor("powers", "block head query key", "e to the power of each scaled score: never negative",
           "exp(scaled_scores) of each block's self_attention"),
    Tensor("totals", "block head query", "what those of each token add up to", "sum of powers over key"),
    Tensor("shares", "block head query key", "the share of each in the total: the weights", "powers / totals", shares=True),
    Tensor("places", "block head query sample", "from the lowest scaled score of each row to the highest, in even steps", "linspace over key"),
    Tensor("curve", "block head query sample", "e to the power of these places: the curve that the powers lie on", "exp(places)"),
    Tensor("e", "", "the number whose powers they are", "exp(1)"),
)


def measure(run, record):
    """For the scores of every head, as they are; the model takes the largest away first, which changes no share."""
    scores = run.of_all_blocks("self_attention.scaled_scores")                      # (block, h, n, n)
    powers = record("powers", np.exp(scores))                                       # (block, h, n, n)
    totals = record("totals", powers.sum(-1))                                       # (block, h, n)
    record("shares", powers / totals[..., None])                                    # (block, h, n, n), rows sum to 1
    places = record("places", np.linspace(scores.min(-1), scores.max(-1), SAMPLES, axis=-1))    # (block, h, n, sample)
    record("curve", np.exp(places))                                                 # (block, h, n, sample)
    record("e", np.exp(1.0))                                                        # ()
