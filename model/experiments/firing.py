"""What a hidden feature is: the words that make it fire, each put in the place of one token (Geva et al. 2021, section 3)."""

import numpy as np

from model.encoder import encode
from model.recorder import Recorder
from model.tensors import Tensor, scoped

MOST = 1000                               # words that are tried: those of the sentence only, if the vocabulary has more
TENSORS = scoped(
    "firing.{block}",
    Tensor("feature", "token", "the hidden feature by which each token stands out most among all words in its place",
           "argmax over d_ff of (encoder.{block}.mlp.activation - mean) / standard deviation, both over these words"),
    Tensor("order", "token rank", "rows of the vocabulary that were put in each token's place, the word that makes its feature highest first",
           "order of values, falling"),
    Tensor("values", "token rank", "how high they make it", "encoder.{block}.mlp.activation[token, feature] with that word there"),
    Tensor("silent", "token", "how many of these words leave it silent", "count of values <= 0 over rank"),
)


def measure(run, record):
    """For every token one forward pass of all the words in its place, the other tokens as they are."""
    tried = np.arange(len(run.vocabulary)) if len(run.vocabulary) <= MOST else np.unique(run.ids)               # (word,)
    passes = [_passes(run, token, tried) for token in range(len(run.ids))]
    for block in range(run.config.n_blocks):
        name = f"encoder.{block}.mlp.activation"
        feature = np.array([_standing_out(run.arrays[name][i], arrays[name][:, i]) for i, arrays in enumerate(passes)])     # (n,)
        found = np.stack([arrays[name][:, i, feature[i]] for i, arrays in enumerate(passes)])                   # (n, word)
        order = (-found).argsort(-1, kind="stable")                                 # (n, rank)
        into = record.scope(str(block))
        into("feature", feature)
        into("order", tried[order])
        into("silent", (into("values", np.take_along_axis(found, order, -1)) <= 0).sum(-1))


def _passes(run, token, tried):
    """What the encoder records (word, n, ...) of the sentence with each of these words in a token's place."""
    sentences = np.where(np.arange(len(run.ids)) == token, tried[:, None], run.ids)                             # (word, n)
    recorder = Recorder()
    encode(sentences, run.weights, run.config, recorder)
    return recorder.arrays


def _standing_out(own, others):
    """The feature in which a token's activations (d_ff) are furthest above those of all words (word, d_ff)."""
    spread = others.std(0)                                                          # (d_ff,)
    return np.divide(own - others.mean(0), spread, out=np.zeros_like(spread), where=spread > 0).argmax()
