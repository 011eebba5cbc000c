"""Positions as waves: the sinusoids of the paper between whole positions (Vaswani et al. 2017, section 3.5), and learned ones."""

import numpy as np

from model import functional
from model.tensors import Tensor, scoped
from model.weights import N_POSITIONS, untrained_positions

SAMPLES = 24                              # to a position
TENSORS = scoped(
    "waves",
    Tensor("places", "sample", "finely spaced positions", f"0 to {N_POSITIONS - 1} in steps of 1/{SAMPLES}"),
    Tensor("values", "sample d_model", "sinusoids there", "sin (i even) or cos (i odd) of 2 pi places / wavelengths"),
    Tensor("count", "position", "the number of each position", "0, 1, 2, ..."),
    Tensor("wavelengths", "d_model", "positions from crest to crest of each wave", "2 pi 10000^(2 floor(i / 2) / d_model)"),
    Tensor("table", "position d_model", "sinusoids at whole positions", "values at places 0, 1, 2, ..."),
    Tensor("alike", "place", "the two positions that the shortest wave alone tells apart least", "where |table - table| is least in dimension 0"),
    Tensor("apart", "", "how far any two positions are apart at least, in the dimension that tells them apart best",
           "smallest over pairs of positions: largest |table - table| over d_model"),
    Tensor("counted", "token position", "the row that a token is nearest to once the number of a place is added to each of its numbers",
           "nearest of all rows, scaled as the tokens are, to row + count"),
    Tensor("learned", "position d_model", "what a table of learned positions is before it has learned anything",
           "N(0, 1 / 2), untrained"),
)


def measure(run, record):
    """The waves of which `positions` are vertical cuts, whether this model adds them or not."""
    d_model, count = run.config.d_model, SAMPLES * (N_POSITIONS - 1) + 1
    places = record("places", np.arange(count) / SAMPLES)                           # (sample,)
    record("values", functional.waves(places, d_model))                             # (sample, d_model)
    record("count", np.arange(N_POSITIONS))                                         # (position,)
    record("wavelengths", 2 * np.pi * functional.wavelengths(d_model))              # (d_model,)
    table = record("table", functional.sinusoids(N_POSITIONS, d_model))             # (position, d_model)
    pairs = np.stack(np.triu_indices(N_POSITIONS, 1))                               # (place, pair)
    apart = np.abs(table[pairs[0]] - table[pairs[1]])                               # (pair, d_model)
    record("alike", pairs[:, apart[:, 0].argmin()])                                 # (place,)
    record("apart", apart.max(-1).min())                                            # ()
    record("counted", _counted(run))                                                # (n, position)
    record("learned", untrained_positions(run.config))                              # (position, d_model)


def _counted(run):
    """argmin over vocabulary of |w - (x + p)|, without what is the same for all w."""
    factor = run.config.d_model**0.5 if run.config.embedding == "scaled" else 1
    words, x = factor * run.weights.embedding, factor * run.arrays["embeddings"]    # (w, d_model), (n, d_model)
    far = (words**2).sum(-1) / 2 - x @ words.T                                      # (n, w)
    return np.stack([(far - p * words.sum(-1)).argmin(-1) for p in range(N_POSITIONS)], -1)     # (n, position)
