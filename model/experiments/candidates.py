"""Where could attention's weights come from? Three candidates for the score of a pair of tokens, and how far each mirrors itself.

Tokens t · t, keys k · k, and queries with keys q · k, which the forward pass records as `scores` (Vaswani et al. 2017, section
3.2.1); and what a token becomes if it is mixed by weights, or by scores as they are.
"""

import numpy as np

from model.experiments.distances import distance
from model.guides import MODIFIER
from model.tensors import TRANSLATES, Tensor, scoped

FEW = 4                                   # products that are picked to be shown where there is no room for all
PICKED = "the largest in magnitude, in the order in which they stand; if these have one sign, the largest of the other in the place of the last"
TENSORS = scoped(
    "candidates",
    Tensor("parameters", "candidate", "numbers to be learned for the scores of one head: tokens, keys, queries with keys",
           "0; entries of W_K and b_K of one head; those and the ones of W_Q and b_Q"),
    Tensor("value_parameters", "", "numbers to be learned for the values of one head", "entries of W_V and b_V of one head"),
    Tensor("token_scores", "block query key", "first candidate: tokens as they are",
           "input input^T of each block's self_attention"),
    Tensor("key_scores", "block head query key", "second candidate: a key on both sides",
           "key key^T of each block's self_attention"),
    Tensor("token_products", "block query key d_model", "what the dot products of tokens add up: feature times feature",
           "input input of each block's self_attention, entry by entry"),
    Tensor("query_products", "block head query key d_k", "what the scores add up: entries of a query times those of a key",
           "query key of each block's self_attention, entry by entry"),
    Tensor("token_picked", "block query key picked", f"which {FEW} of token_products tell most", PICKED),
    Tensor("query_picked", "block head query key entry", f"which {FEW} of query_products tell most", PICKED),
    Tensor("token_rest", "block query key", "what all other token_products add up to", "token_scores - sum of token_products[token_picked]"),
    Tensor("query_rest", "block head query key", "what all other query_products add up to", "scores - sum of query_products[query_picked]"),
    Tensor("token_asymmetry", "block", "how far token_scores are from their mirror image",
           "max |token_scores - token_scores^T| over query and key"),
    Tensor("key_asymmetry", "block head", "how far key_scores are from their mirror image",
           "max |key_scores - key_scores^T| over query and key"),
    Tensor("query_asymmetry", "block head", "how far each head's scores are from their mirror image",
           "max |scores - scores^T| over query and key"),
    Tensor("score_sums", "block head query", "what each row of scaled scores adds up to: anything",
           "sum of scaled_scores over key"),
    Tensor("weighted_sums", "block head query d_model", "tokens times scaled scores, added up: no average",
           "scaled_scores input"),
    Tensor("wanted", "", "share of its attention that a taught head was to give from an article or an adjective to its noun", "chosen", TRANSLATES),
    Tensor("averages", "block head query d_model", "average of the tokens, by each token's weights", "weights input"),
    Tensor("most", "block head query", "the other token that has the largest weight, or the token itself if there is no other",
           "argmax of weights over other keys"),
    Tensor("before", "block head query", "how far each token is from that one", "|input - input[most]|"),
    Tensor("after", "block head query", "how far each token's average is from it", "|averages - input[most]|"),
)


def measure(run, record):
    """Scores (n, n) of all blocks, and of each of their h heads, between the same n tokens."""
    tokens, keys, queries, scores, scaled, weights = (
        run.of_all_blocks(f"self_attention.{name}") for name in ("input", "key", "query", "scores", "scaled_scores", "weights")
    )                                                                               # (block, n, d_model), (block, h, n, d_k or n)
    w = run.weights.encoder[0].self_attention
    of_keys, of_queries = ((matrix.size + bias.size) / run.config.n_heads for matrix, bias in ((w.W_K, w.b_K), (w.W_Q, w.b_Q)))
    record("parameters", np.array([0, of_keys, of_keys + of_queries]))              # (candidate,)
    record("value_parameters", (w.W_V.size + w.b_V.size) / run.config.n_heads)      # ()
    by_tokens = record("token_scores", tokens @ tokens.swapaxes(-1, -2))            # (block, n, n)
    by_keys = record("key_scores", keys @ keys.swapaxes(-1, -2))                    # (block, h, n, n)
    of_tokens = record("token_products", tokens[:, :, None] * tokens[:, None])      # (block, n, n, d_model)
    of_queries = record("query_products", queries[:, :, :, None] * keys[:, :, None])            # (block, h, n, n, d_k)
    for name, products in (("token", of_tokens), ("query", of_queries)):
        picked = record(f"{name}_picked", np.apply_along_axis(_telling, -1, products))          # (block, …, n, n, picked)
        record(f"{name}_rest", products.sum(-1) - np.take_along_axis(products, picked.astype(int), -1).sum(-1))     # (block, …, n, n)
    record("token_asymmetry", asymmetry(by_tokens))                                 # (block,), all 0
    record("key_asymmetry", asymmetry(by_keys))                                     # (block, h), all 0
    record("query_asymmetry", asymmetry(scores))                                    # (block, h), anything
    record("score_sums", scaled.sum(-1))                                            # (block, h, n), anything
    record("weighted_sums", scaled @ tokens[:, None])                               # (block, h, n, d_model)
    if run.config.translates:
        record("wanted", np.array(MODIFIER.share))                                  # ()
    averages = record("averages", weights @ tokens[:, None])                        # (block, h, n, d_model)
    others = np.where(np.eye(tokens.shape[1], dtype=bool), -1, weights)             # (block, h, n, n)
    most = record("most", others.argmax(-1))                                        # (block, h, n)
    there = np.take_along_axis(tokens[:, None], most[..., None], 2)                 # (block, h, n, d_model)
    record("before", distance(tokens[:, None], there))                              # (block, h, n)
    record("after", distance(averages, there))                                      # (block, h, n)


def _telling(products):
    """Which of some products (d) tell most, in the order in which they stand."""
    order = np.argsort(-np.abs(products), kind="stable")
    kept, other = order[:FEW], order[products[order] * products[order[0]] < 0]
    if len(other) and other[0] not in kept:
        kept = np.append(kept[:-1], other[0])
    return np.sort(kept)


def asymmetry(scores):
    """max |S - S^T| over the last two axes: 0 if each of the matrices S (…, n, n) mirrors itself."""
    return np.abs(scores - scores.swapaxes(-1, -2)).max((-1, -2))
