"""Why a position may be added to a word: in many dimensions almost all directions are nearly at right angles.

Beside the angles between words and positions, those of random directions: their cosine with any direction has the mean square
1 / d (Vershynin 2018, section 3.3.3).
"""

import numpy as np

from model.encoder import positions
from model.experiments.distances import cosines
from model.functional import sinusoids
from model.tensors import Tensor, scoped
from model.weights import N_POSITIONS, generator

WIDER, N_RANDOM = (64, 512), 200
WITH = "positional: sinusoidal | learned"
TENSORS = scoped(
    "orthogonality",
    Tensor("widths", "width", "dimensions in which random directions are tried", f"d_model, {WIDER[0]}, {WIDER[1]}"),
    Tensor("edges", "edge", "borders of the bins of the histograms, in degrees", "0 to 180 in steps of 5"),
    Tensor("random_spread", "width", "how far random directions are from right angles to the sinusoids",
           f"root mean square cosine of {N_RANDOM} random directions and the sinusoids at position 0 to {N_POSITIONS - 1}"),
    Tensor("expected_spread", "width", "what that is on average", "1 / sqrt(width)"),
    Tensor("random_histogram", "width bin", "share of these angles in each bin", "angles counted between edges / count"),
    Tensor("cosines", "vocabulary position", "how alike each word's row of E is to each position",
           "x y / (|x| |y|), x of weights.embedding, y a position", WITH),
    Tensor("angles", "vocabulary position", "the same in degrees: 90 is a right angle", "arccos of cosines", WITH),
    Tensor("spread", "", "how far words are from right angles to positions", "root mean square of cosines", WITH),
    Tensor("histogram", "bin", "share of the angles in each bin", "angles counted between edges / count", WITH),
    Tensor("parameters", "way", "numbers in W_Q, W_K, W_V and W_O of one block: if positions are added, if appended",
           "4 d_model^2, 4 (2 d_model)^2"),
)


def measure(run, record):
    """The angles of every word with every position, and of random directions with sinusoids of the same width and wider."""
    d_model = run.config.d_model
    widths = record("widths", np.array([d_model, *WIDER]))                          # (width,)
    edges = record("edges", np.arange(0, 181, 5))                                   # (edge,)
    rng = generator(run.config.seed, "orthogonality")
    tried = [cosines(rng.normal(size=(N_RANDOM, d)), sinusoids(N_POSITIONS, d)) for d in widths]
    record("random_spread", np.sqrt((np.array(tried) ** 2).mean((1, 2))))           # (width,), about 1 / sqrt(width)
    record("expected_spread", widths**-0.5)                                         # (width,)
    record("random_histogram", np.array([_histogram(_angles(x), edges) for x in tried]))        # (width, bin), rows sum to 1
    record("parameters", 4 * (d_model * np.array([1, 2])) ** 2)                     # (way,)
    if run.config.positional != "none":
        found = cosines(run.weights.embedding, positions(N_POSITIONS, run.weights, run.config))
        record("cosines", found)                                                    # (vocabulary, position)
        angles = record("angles", _angles(found))                                   # (vocabulary, position)
        record("spread", np.sqrt((found**2).mean()))                                # ()
        record("histogram", _histogram(angles, edges))                              # (bin,), sums to 1


def _angles(cosines):
    return np.degrees(np.arccos(cosines.clip(-1, 1)))


def _histogram(angles, edges):
    return np.histogram(angles, edges)[0] / angles.size                             # (bin,)
