"""What a hidden feature is: the words that make it fire, each put in the place of one token (Geva et al. 2021, section 3)."""

import numpy as np

from model.encoder import encode
from model.experiments.distances import cosines
from model.functional import ignore
from model.recorder import Recorder
from model.tensors import Tensor, scoped

MOST = 1000                               # words that are tried: those of the sentence only, if the vocabulary has more
SHOWN, HIGHEST = 2, 6                     # features that are found, and words of each
HIGH = 0.5                                # of the highest feature of a token, what those that are found have at least
TENSORS = scoped(
    "firing.{block}",
    Tensor("features", "token unit", f"for each token its highest hidden feature and, of the others at least {HIGH} times as high, that whose {HIGHEST} "
           "highest words are most like it",
           "argmax of encoder.{block}.mlp.activation, and the largest mean cosine of their rows of weights.embedding and its own; lower ones and "
           "those that fire for fewer words come last"),
    Tensor("order", "token unit rank", "rows of the vocabulary that, put in the token's place, make the feature highest, the highest first",
           "order of values, falling"),
    Tensor("values", "token unit rank", "how high they make it", "encoder.{block}.mlp.activation[token, feature] with that word there"),
)


class Hidden(Recorder):
    """Keeps nothing of attention, whose weighted values would be most of all."""

    def scope(self, name):
        return ignore if name == "self_attention" else super().scope(name)


def measure(run, record):
    """For every token one forward pass of all the words in its place, the other tokens as they are."""
    tried = words_tried(run)                                                        # (word,)
    alike = cosines(run.arrays["embeddings"], run.weights.embedding[tried])         # (n, word)
    passes = [passed(run, in_place(run, token, tried), Hidden()) for token in range(len(run.ids))]
    for block in range(run.config.n_blocks):
        name = f"encoder.{block}.mlp.activation"
        values = np.stack([arrays[name][:, i] for i, arrays in enumerate(passes)])  # (n, word, d_ff)
        order = (-values).argsort(1, kind="stable")[:, :HIGHEST].swapaxes(1, 2)     # (n, d_ff, rank)
        values = np.take_along_axis(values.swapaxes(1, 2), order, -1)               # (n, d_ff, rank)
        own = run.arrays[name]                                                      # (n, d_ff)
        high = (own >= HIGH * own.max(-1, keepdims=True)) & (values[..., -1] > 0)   # (n, d_ff)
        found = np.where(high, alike[np.arange(len(own))[:, None, None], order].mean(-1), -2)      # (n, d_ff), a cosine is not lower than -1
        found[np.arange(len(own)), own.argmax(-1)] = np.inf
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


def passed(run, sentences, recorder):
    """What a recorder keeps (word, n, ...) of the encoder's pass of some sentences (word, n)."""
    encode(sentences, run.weights, run.config, recorder)
    return recorder.arrays
