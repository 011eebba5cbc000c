"""Why sinusoids: k places further on is a rotation, the same from every place (Vaswani et al. 2017, section 3.5).

Each sine and its cosine are a point on a circle, which every place turns by one and the same angle. In a table of rows that have
nothing to do with each other, as of learned positions before training, no linear map does it.
"""

import numpy as np

from model.functional import sinusoids, wavelengths
from model.tensors import Tensor, scoped
from model.weights import untrained_positions

N_PLACES, N_SHIFTS = 64, 16
N_ROWS = 4                                # for each dimension, to fit a map to
TENSORS = scoped(
    "rotation",
    Tensor("circles", "position pair coordinate", "the point of each pair of dimensions: its sine, its cosine",
           "sin and cos of position / 10000^(2 pair / d_model)"),
    Tensor("angles", "shift pair", "how far each point goes round its circle in `shift` places, in degrees",
           "shift / 10000^(2 pair / d_model) 180 / pi"),
    Tensor("matrices", "shift input output", "rotation that leads from every position to that `shift` places on",
           "for each pair [cos a, -sin a; sin a, cos a], a: its angle; else 0"),
    Tensor("turned", "shift position input", "every position, turned", "circles, joined, times matrices[shift]"),
    Tensor("errors", "shift", "how far the turned positions are from those `shift` places on: nothing",
           "max |turned[position] - position + shift| over position and input"),
    Tensor("fitted_errors", "shift", "share of the sinusoids that the best linear map misses: nothing", "as random_errors"),
    Tensor("random_errors", "shift", "the same of positions drawn at random, which are what learned ones are before training",
           f"|after - before M|^2 / |after|^2, M by least squares; after: rows from `shift` on of a table of {N_ROWS} rows a dimension"),
)


def measure(run, record):
    """Places 0 to N_PLACES - 1, shifts 0 to N_SHIFTS - 1; of an odd d_model, the cosine that its last sine lacks is added."""
    width = run.config.d_model + run.config.d_model % 2
    rates = 1 / wavelengths(run.config.d_model)[::2]                                # (pair,)
    shifts, places = np.arange(N_SHIFTS), np.arange(N_PLACES + N_SHIFTS)
    angles = np.outer(places, rates)                                                # (place, pair)
    circles = np.stack([np.sin(angles), np.cos(angles)], -1)                        # (place, pair, 2)
    record("circles", circles[:N_PLACES])                                           # (position, pair, 2)
    record("angles", np.degrees(np.outer(shifts, rates)))                           # (shift, pair)
    matrices = record("matrices", np.stack([rotation(shift * rates) for shift in shifts]))      # (shift, width, width)
    joined = circles.reshape(len(places), width)                                    # (place, width)
    turned = record("turned", joined[:N_PLACES] @ matrices)                         # (shift, position, width)
    record("errors", np.array([np.abs(turned[k] - joined[k : k + N_PLACES]).max() for k in shifts]))        # (shift,)
    rows = N_ROWS * width + N_SHIFTS
    for name, table in (("fitted", sinusoids(rows, width)), ("random", untrained_positions(run.config, rows))):
        record(f"{name}_errors", missed(table))                                     # (shift,)


def rotation(angles):
    """The matrix (2 p, 2 p) that turns p points, each a sine and a cosine, by an angle each, if they stand to its left."""
    pairs = np.arange(len(angles))
    matrix = np.zeros((len(angles), 2, len(angles), 2))
    matrix[pairs, 0, pairs, 0] = matrix[pairs, 1, pairs, 1] = np.cos(angles)
    matrix[pairs, 1, pairs, 0] = np.sin(angles)
    matrix[pairs, 0, pairs, 1] = -np.sin(angles)
    return matrix.reshape(2 * len(angles), 2 * len(angles))                         # (2 p, 2 p)


def missed(table):
    """The share of the squares of a table (position, d) that the best linear map from so many rows before, 0 to N_SHIFTS - 1, does not
    find: what lies outside all that the columns of these rows can make, of which the map finds everything inside.
    """
    n_before = len(table) - N_SHIFTS
    basis = np.linalg.qr(table[:n_before])[0]                                       # (position, d)
    after = [table[shift : shift + n_before] for shift in range(N_SHIFTS)]          # (position, d) each
    outside = [rows - basis @ (basis.T @ rows) for rows in after]
    return np.array([(left**2).sum() / (rows**2).sum() for left, rows in zip(outside, after)])      # (shift,)
