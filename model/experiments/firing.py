"""What a hidden feature is: the words that make it fire, each put in the place of one token (Geva et al. 2021, section 3)."""

import numpy as np

from model.encoder import encode
from model.experiments.distances import cosines
from model.recorder import Recorder
from model.tensors import Tensor, scoped

MOST = 1000                               # words that are tried: those of the sentence only, if the vocabulary has more
SHOWN, HIGHEST = 2, 6                     # features that are found, and words of each
HIGH = 0.5                                # of the highest feature of a token, what those that are found have at least
TENSORS = scoped(
    "firing.{block}",
    Tensor("features", "token unit", f"for each token {SHOWN} hidden features, at least {HIGH} times as high as its highest, whose {HIGHEST} highest words are "
           "most like it",
           "the largest mean cosines of their rows of weights.embedding and its own; lower ones and those that fire for fewer words come last"),
    Tensor("order", "token unit rank", "rows of the vocabulary that, put in the token's place, make the feature highest, the highest first",
           "order of values, falling"),
    Tensor("values", "token unit rank", "how high they make it", "encoder.{block}.mlp.activation[token, feature] with that word there"),
)


def measure(run, record):
    """For every token one forward pass of all the words in its place, the other tokens as they are."""
    tried = np.arange(len(run.vocabulary)) if len(run.vocabulary) <= MOST else np.unique(run.ids)               # (word,)
    alike = cosines(run.arrays["embeddings"], run.weights.embedding[tried])         # (n, word)
    passes = [_passes(run, token, tried) for token in range(len(run.ids))]
    for block in range(run.config.n_blocks):
        name = f"encoder.{block}.mlp.activation"
        values = np.stack([arrays[name][:, i] for i, arrays in enumerate(passes)])  # (n, word, d_ff)
        order = (-values).argsort(1, kind="stable")[:, :HIGHEST].swapaxes(1, 2)     # (n, d_ff, rank)
        values = np.take_along_axis(values.swapaxes(1, 2), order, -1)               # (n, d_ff, rank)
        own = run.arrays[name]                                                      # (n, d_ff)
        high = (own >= HIGH * own.max(-1, keepdims=True)) & (values[..., -1] > 0)   # (n, d_ff)
        found = np.where(high, alike[np.arange(len(own))[:, None, None], order].mean(-1), -2)      # (n, d_ff), a cosine is not lower than -1
        features = np.sort((-found).argsort(-1, kind="stable")[:, :SHOWN])          # (n, unit)
        into = record.scope(str(block))
        into("features", features)
        into("order", tried[np.take_along_axis(order, features[..., None], 1)])
        into("values", np.take_along_axis(values, features[..., None], 1))


def _passes(run, token, tried):
    """What the encoder records (word, n, ...) of the sentence with each of these words in a token's place."""
    sentences = np.where(np.arange(len(run.ids)) == token, tried[:, None], run.ids)                             # (word, n)
    recorder = Recorder()
    encode(sentences, run.weights, run.config, recorder)
    return recorder.arrays
