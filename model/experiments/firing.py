"""What a hidden feature is: the words that make it fire, each put in the place of one token (Geva et al. 2021, section 3)."""

import numpy as np

from model.encoder import encode
from model.experiments.distances import cosines
from model.recorder import Recorder
from model.tensors import Tensor, scoped

MOST = 1000                               # words that are tried: those of the sentence only, if the vocabulary has more
SHOWN, HIGHEST = 3, 4                     # features that are found, and words of each
TENSORS = scoped(
    "firing.{block}",
    Tensor("features", "token unit", f"for each token {SHOWN} hidden features whose {HIGHEST} highest words are most alike",
           "the largest mean cosines of all pairs of their rows of weights.embedding; those that fire for fewer words come last"),
    Tensor("order", "token unit rank", "rows of the vocabulary that, put in the token's place, make the feature highest, the highest first",
           "order of values, falling"),
    Tensor("values", "token unit rank", "how high they make it", "encoder.{block}.mlp.activation[token, feature] with that word there"),
)


def measure(run, record):
    """For every token one forward pass of all the words in its place, the other tokens as they are."""
    tried = words_tried(run)                                                        # (word,)
    alike = cosines(run.weights.embedding[tried], run.weights.embedding[tried])     # (word, word)
    passes = [passed(run, in_place(run, token, tried)) for token in range(len(run.ids))]
    for block in range(run.config.n_blocks):
        name = f"encoder.{block}.mlp.activation"
        values = np.stack([arrays[name][:, i] for i, arrays in enumerate(passes)])  # (n, word, d_ff)
        order = (-values).argsort(1, kind="stable")[:, :HIGHEST].swapaxes(1, 2)     # (n, d_ff, rank)
        values = np.take_along_axis(values.swapaxes(1, 2), order, -1)               # (n, d_ff, rank)
        found = np.where(values[..., -1] > 0, _of_pairs(alike, order), -1)     # (n, d_ff)
        features = np.sort((-found).argsort(-1, kind="stable")[:, :SHOWN])          # (n, unit)
        into = record.scope(str(block))
        into("features", features)
        into("order", tried[np.take_along_axis(order, features[..., None], 1)])
        into("values", np.take_along_axis(values, features[..., None], 1))


def words_tried(run):
    """The words that are put in a token's place: rows of the vocabulary (word,)."""
    return np.arange(len(run.vocabulary)) if len(run.vocabulary) <= MOST else np.unique(run.ids)


def in_place(run, token, words):
    """The sentence with each of these words in a token's place: ids (word, n)."""
    return np.where(np.arange(len(run.ids)) == token, words[:, None], run.ids)


def passed(run, sentences):
    """What the encoder records (word, n, ...) of some sentences (word, n)."""
    recorder = Recorder()
    encode(sentences, run.weights, run.config, recorder)
    return recorder.arrays


def _of_pairs(alike, order):
    """The mean of a matrix (word, word) over all pairs of the words of each rank (n, d_ff, rank)."""
    of_all = alike[order[..., :, None], order[..., None, :]]                        # (n, d_ff, rank, rank)
    n = order.shape[-1]
    return (of_all.sum((-1, -2)) - n) / max(1, n * (n - 1))                         # (n, d_ff): the diagonal is 1
