"""What a key says of a token: how many words, each put in its place, have a key there that is like its own, and which one has not (Vaswani et
al. 2017, section 3.2.1)."""

import numpy as np

from model.experiments.firing import in_place, passed, words_tried
from model.recorder import Recorder
from model.tensors import Tensor, scoped

KEYS = "self_attention.key of the sentence with that word there"
LEAST = 1e-9                              # distance that is told from none
TENSORS = scoped(
    "alike_keys",
    Tensor("count", "block head token", "how many words, its own among them, have keys that are alike when they are put in the token's place",
           "rank k of the others with the largest d_(k + 1) / d_k, and 1, d = |key - own key|, rising"),
    Tensor("words", "block head token rank", "rows of the vocabulary: the last of these, and of all words that whose key is furthest from the token's; "
           "fewer if no more other words are tried", "order of |key - own key|, rising"),
    Tensor("keys", "block head token rank d_k", "their keys there", KEYS),
)


def measure(run, record):
    """For every token one forward pass of all other words in its place, the other tokens as they are."""
    own, tried = run.of_all_blocks("self_attention.key"), words_tried(run)          # (block, h, n, d_k), (word,)
    found = [_ranked(run, token, tried[tried != row], own[:, :, token]) for token, row in enumerate(run.ids)]
    for name, of_tokens in zip(("count", "words", "keys"), zip(*found, strict=True), strict=True):
        record(name, np.stack(of_tokens, 2))                                        # (block, h, n, rank, ...)


def _ranked(run, token, words, own):
    """How many words are alike in a token's place (block, h), the last of them and of all (block, h, rank), and their keys there (block, h, rank,
    d_k). words: (word,). own: its key (block, h, d_k)."""
    arrays = passed(run, in_place(run, token, words), Recorder())
    keys = np.stack([arrays[f"encoder.{block}.self_attention.key"][:, :, token] for block in range(run.config.n_blocks)])   # (block, word, h, d_k)
    keys = keys.swapaxes(1, 2)                                                      # (block, h, word, d_k)
    apart = np.linalg.norm(keys - own[:, :, None], axis=-1)                         # (block, h, word)
    order, apart = apart.argsort(-1, kind="stable"), np.maximum(np.sort(apart), LEAST)
    last = (apart[..., 1:] / apart[..., :-1]).argmax(-1) if len(words) > 1 else np.zeros(apart.shape[:2], int)      # (block, h)
    ranks = np.stack([last, np.full_like(last, len(words) - 1)], -1)[..., : len(words)]         # (block, h, rank)
    order = np.take_along_axis(order, ranks, -1)                                    # (block, h, rank)
    return last + min(2, len(words) + 1), words[order], np.take_along_axis(keys, order[..., None], 2)
