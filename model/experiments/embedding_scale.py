"""Why E is multiplied by sqrt(d_model): so that the position does not drown the word (Vaswani et al. 2017, section 3.4).

The paper gives no reason. Rows of E begin with a variance of 1 / d_model, a sinusoid has a mean square of 1/2 at every position.
"""

import numpy as np

from model.encoder import positions
from model.tensors import Tensor, scoped
from model.weights import N_POSITIONS, random_weights

SCALED = "embedding: scaled"
WITH = f"{SCALED} and positional: sinusoidal | learned"
NEAREST = 5                               # rows that are kept of those nearest to a sum, if there are as many
TENSORS = scoped(
    "embedding_scale",
    Tensor("untrained", "token", "size of each token's row of E before any training",
           "root mean square over d_model of N(0, 1 / d_model), as weights.embedding begins", SCALED),
    Tensor("word", "token", "size of each token's row of E", "root mean square of embeddings over d_model", SCALED),
    Tensor("reach", "token", "largest magnitude in each token's row of E", "max |embeddings| over d_model", SCALED),
    Tensor("position_reach", "token", "largest magnitude in the position that is added to each token", "max |positions| over d_model", WITH),
    Tensor("scaled_word", "token", "the same, scaled up", "root mean square of scaled_embeddings over d_model", SCALED),
    Tensor("factors", "factor", "by what the rows are multiplied: as they are, and scaled up", "1, sqrt(d_model)", SCALED),
    Tensor("position", "token", "size of the position that is added to each token",
           "root mean square of positions over d_model", WITH),
    Tensor("shares", "factor token", "share of the position in the sum, if word and position are at right angles",
           "position^2 / (position^2 + (factor word)^2)", WITH),
    Tensor("found", "factor", "share of all sums of a word and a position whose word is that of the nearest row",
           f"mean over vocabulary and position 0 to {N_POSITIONS - 1} of: factor embedding is nearest to its sum, of all rows", WITH),
    Tensor("sums", "factor token d_model", "word and position, added", "factor embeddings + positions", WITH),
    Tensor("nearest", "factor token rank", "the rows that are nearest to each of these sums, the nearest first",
           f"order of |sums - factor weights.embedding| over vocabulary, rising; of a large one the first {NEAREST}", WITH),
    Tensor("pair", "token word", "each token's own row, and of all others that which its sum is nearest to before the row is scaled up",
           "token_ids and the first other of the order of |sums - weights.embedding| over vocabulary, rising", WITH),
    Tensor("pair_distances", "factor token word", "how far the sums are from both", "|sums - factor weights.embedding[pair]|", WITH),
    Tensor("distances", "factor token rank", "how far they are from it", "|sums - factor weights.embedding[nearest]|", WITH),
)


def measure(run, record):
    """Sizes of words and positions, and how often a word can still be told from the sum, with the factor and without.

    Nothing is recorded of a model that does not scale its embeddings.
    """
    config, table = run.config, run.weights.embedding
    if config.embedding != "scaled":
        return
    record("untrained", _rms(random_weights(config, run.vocabulary).embedding[run.ids]))       # (n,)
    word = record("word", _rms(run.arrays["embeddings"]))                           # (n,)
    record("reach", np.abs(run.arrays["embeddings"]).max(-1))                       # (n,)
    record("scaled_word", _rms(run.arrays["scaled_embeddings"]))                    # (n,)
    factors = record("factors", np.array([1, config.d_model**0.5]))                 # (factor,)
    if config.positional != "none":
        position = record("position", _rms(run.arrays["positions"]))                # (n,)
        record("position_reach", np.abs(run.arrays["positions"]).max(-1))           # (n,)
        record("shares", position**2 / (position**2 + (factors[:, None] * word) ** 2))          # (factor, n)
        places = positions(N_POSITIONS, run.weights, config)                        # (position, d_model)
        record("found", np.array([_found(factor * table, places) for factor in factors]))       # (factor,)
        sums = record("sums", factors[:, None, None] * run.arrays["embeddings"] + run.arrays["positions"])      # (factor, n, d)
        far = np.stack([np.sqrt(_far(x, factor * table)) for x, factor in zip(sums, factors, strict=True)])     # (factor, n, w)
        tokens = np.arange(len(run.ids))
        others = far[0].copy()                                                      # (n, w)
        others[tokens, run.ids] = np.inf
        pair = record("pair", np.stack([run.ids, others.argmin(-1)], -1))           # (n, word)
        record("pair_distances", far[:, tokens[:, None], pair])                     # (factor, n, word)
        nearest = record("nearest", far.argsort(-1, kind="stable")[..., :NEAREST])  # (factor, n, rank)
        record("distances", np.take_along_axis(far, nearest, -1))                   # (factor, n, rank)


def _rms(x):
    return np.sqrt((x**2).mean(-1))


def _found(words, places):
    """The share of the sums of a word (w, d) and a place (p, d) that are nearer to their own word than to all others."""
    far = _far(words[:, None] + places, words)                                      # (w, p, w)
    return (far.argmin(-1) == np.arange(len(words))[:, None]).mean()                # ()


def _far(x, words):
    """The squared distances (..., w) of vectors (..., d) from words (w, d)."""
    return ((x**2).sum(-1, keepdims=True) + (words**2).sum(-1) - 2 * x @ words.T).clip(min=0)
