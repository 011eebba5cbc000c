"""What a token can be found by: how many words, each put in its place, have a key there that is like its own, and which ones have not; and what
keys the same words had before training (Vaswani et al. 2017, section 3.2.1)."""

import numpy as np

from model.checkpoint import untrained
from model.experiments.firing import in_place, passed, words_tried
from model.recorder import Recorder
from model.tensors import TRANSLATES, Tensor, scoped

ALIKE = 3                                 # of the words that are kept the first so many have keys that are alike
LEAST = 1e-9                              # distance that is told from none
TENSORS = scoped(
    "alike_keys",
    Tensor("count", "block head token", "how many words, its own among them, have keys that are alike when they are put in the token's place",
           "rank k with the largest d_(k + 1) / d_k of the others, and 1, d = |key - own key|, rising"),
    Tensor("words", "block head token rank", f"rows of the vocabulary: the token's own; of those that are alike the middle one and the last, so {ALIKE} "
           "in all; of the rest the middle one and the last; NaN for one that is there already", "order of |key - own key|, rising"),
    Tensor("keys", "block head token rank d_k", "their keys there", "self_attention.key of the sentence with that word there"),
    Tensor("before", "block head token rank d_k", "their keys there before anything is learned",
           "as keys, with the weights that training began with", TRANSLATES),
)


def measure(run, record):
    """For every token one forward pass of all words in its place, the other tokens as they are; and one without training, of a translator."""
    runs = [run]
    if run.config.translates:
        start = run.checkpoint
        runs.append(run._replace(weights=untrained(start.config, start.vocabulary, start.output_vocabulary)))
    found = [_ranked(runs, token) for token in range(len(run.ids))]
    for name, *of_tokens in zip(("count", "words", "keys", "before"), *found):
        record(name, np.stack(of_tokens, 2))                                        # (block, h, n, rank, ...)


def _ranked(runs, token):
    """How many words are alike in a token's place (block, h), those that are kept (block, h, rank), and their keys there (block, h, rank, d_k), with
    the weights of each run."""
    words, own = words_tried(runs[0]), runs[0].ids[token]                           # (word,), ()
    keys = [_keys(run, token, words) for run in runs]
    apart = np.linalg.norm(keys[0] - keys[0][:, :, words == own], axis=-1)          # (block, h, word)
    apart = np.where(words == own, 0, np.maximum(apart, LEAST))
    order, apart = apart.argsort(-1, kind="stable"), np.sort(apart)
    last = len(words) - 1
    count = 2 + (apart[..., 2:] / apart[..., 1:-1]).argmax(-1) if last > 1 else np.full(apart.shape[:2], last + 1)          # (block, h)
    ranks = np.stack([0 * count, count // 2, count - 1, (count + last) // 2, np.full_like(count, last)], -1)                # (block, h, rank)
    kept = np.take_along_axis(order, ranks, -1)                                     # (block, h, rank)
    new = np.diff(ranks, prepend=-1) > 0                                            # (block, h, rank)
    return count, np.where(new, words[kept], np.nan), *(np.take_along_axis(each, kept[..., None], 2) for each in keys)


def _keys(run, token, words):
    """The keys (block, h, word, d_k) that words have in a token's place."""
    arrays = passed(run, in_place(run, token, words), Recorder())
    keys = np.stack([arrays[f"encoder.{block}.self_attention.key"][:, :, token] for block in range(run.config.n_blocks)])   # (block, word, h, d_k)
    return keys.swapaxes(1, 2)
