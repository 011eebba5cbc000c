"""What a feature is: one of the d_model numbers of a word, by which all the words of the vocabulary stand in an order.

Nobody has named it. Beside single features, the direction in which the words differ most (Pearson 1901).
"""

import numpy as np

from model.tensors import Tensor, scoped

ENDS = 256                                # ranks kept at either end, if there are more
TENSORS = scoped(
    "features",
    Tensor("order", "d_model rank", "rows of the vocabulary by each feature, the largest value first",
           f"order of weights.embedding over vocabulary, falling; of a large one the first {ENDS} and the last {ENDS}"),
    Tensor("values", "d_model rank", "the feature of these words", "weights.embedding[order, d_model]"),
    Tensor("spread", "d_model", "how much the words differ in each feature", "standard deviation of weights.embedding over vocabulary"),
    Tensor("widest", "", "the feature in which they differ most", "argmax of spread"),
    Tensor("direction", "d_model", "the direction in which they differ most, its largest entry positive",
           "first right singular vector of weights.embedding - its mean over vocabulary"),
    Tensor("direction_order", "rank", "rows of the vocabulary along that direction, the furthest first",
           f"order of direction_values; of a large vocabulary the first {ENDS} and the last {ENDS}"),
    Tensor("direction_values", "rank", "how far these words are along it",
           "(weights.embedding - its mean over vocabulary) direction, falling"),
)


def measure(run, record):
    """The order of the words by every feature, and along one direction."""
    table = run.weights.embedding                                                   # (vocabulary, d_model)
    order = record("order", np.stack([_falling(column) for column in table.T]))     # (d_model, rank)
    record("values", np.take_along_axis(table.T, order, -1))                        # (d_model, rank)
    spread = record("spread", table.std(0, dtype=float))                            # (d_model,)
    record("widest", spread.argmax())                                               # ()
    centred = table - table.mean(0, dtype=float)                                    # (vocabulary, d_model)
    direction = np.linalg.svd(centred, full_matrices=len(centred) < len(table.T))[2][0]         # (d_model,)
    direction = record("direction", direction * np.sign(direction[np.abs(direction).argmax()]))     # (d_model,)
    along = centred @ direction                                                     # (vocabulary,)
    ranked = record("direction_order", _falling(along))                             # (rank,)
    record("direction_values", along[ranked])                                       # (rank,)


def _falling(values):
    """The places of the values, the largest first: of all, or of ENDS at either end."""
    order = (-values).argsort(kind="stable")
    return order if len(order) <= 2 * ENDS else np.concatenate([order[:ENDS], order[-ENDS:]])
