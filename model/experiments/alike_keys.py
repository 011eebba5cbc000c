"""What a key says of a token: which words, each put in its place, have a key there that is like its own, and which one has not (Vaswani et al.
2017, section 3.2.1)."""

import numpy as np

from model.experiments.firing import in_place, passed, words_tried
from model.recorder import Recorder
from model.tensors import Tensor, scoped

NEAREST = 2                               # words of those that are most like it; the last is the one that is least
KEYS = "self_attention.key of the sentence with that word there"
TENSORS = scoped(
    "alike_keys",
    Tensor("words", "block head token rank", f"rows of the vocabulary that, put in the token's place, have the {NEAREST} keys nearest to its own, and the "
           "furthest; fewer if no more other words are tried", "order of |key - own key|, rising"),
    Tensor("keys", "block head token rank d_k", "their keys there", KEYS),
)


def measure(run, record):
    """For every token one forward pass of all other words in its place, the other tokens as they are."""
    own, tried = run.of_all_blocks("self_attention.key"), words_tried(run)          # (block, h, n, d_k), (word,)
    found = [_ranked(run, token, tried[tried != row], own[:, :, token]) for token, row in enumerate(run.ids)]
    for name, of_tokens in zip(("words", "keys"), zip(*found, strict=True), strict=True):
        record(name, np.stack(of_tokens, 2))                                        # (block, h, n, rank, ...)


def _ranked(run, token, words, own):
    """The words (block, h, rank) and their keys (block, h, rank, d_k) in a token's place. words: (word,). own: its key (block, h, d_k)."""
    arrays = passed(run, in_place(run, token, words), Recorder())
    keys = np.stack([arrays[f"encoder.{block}.self_attention.key"][:, :, token] for block in range(run.config.n_blocks)])   # (block, word, h, d_k)
    keys = keys.swapaxes(1, 2)                                                      # (block, h, word, d_k)
    order = np.linalg.norm(keys - own[:, :, None], axis=-1).argsort(-1, kind="stable")          # (block, h, word)
    ranks = sorted({*range(min(NEAREST, len(words))), *range(len(words))[-1:]})
    order = order[..., ranks]                                                       # (block, h, rank)
    return words[order], np.take_along_axis(keys, order[..., None], 2)
