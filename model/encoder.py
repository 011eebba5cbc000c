"""The encoder (Vaswani et al. 2017, figure 1, left): embedding, positions, and blocks of attention and feed-forward.

`weights` is a `weights.Weights`, `config` a `ModelConfig`; for `record` and `xp` see `functional.py`.
"""

import numpy as np

from model.functional import attention, feed_forward, ignore, layer_norm, sinusoids
from model.wiring import has_final_norm, wired


def encode(ids, weights, config, record=ignore, mask=None, xp=np):
    """Token ids (n,) to the encoder's output (n, d_model).

    mask: (n, n) or (1, n), True where a query may look; None: as config says.
    """
    mask = visible(ids.shape[-1], config, xp) if mask is None else mask
    x = embed(ids, weights, config, record, xp)                                     # (n, d_model)
    for number, w in enumerate(weights.encoder):
        x = block(x, w, config, record.scope(f"encoder.{number}"), mask, xp)        # (n, d_model)
    if has_final_norm(config.norm):
        x = layer_norm(x, weights.final_norm, config.epsilon, record.scope("encoder.final_norm"), xp)
    return record("encoder.output", x)                                              # (n, d_model)


def embed(ids, weights, config, record=ignore, xp=np):
    """Token ids (n,) to what the first block reads (n, d_model): section 3.4, then positions, section 3.5.

    What is not the paper's is BERT's: segments, and a norm at the end (Devlin et al. 2018, figure 2). weights: of the encoder or of
    the decoder; each has an embedding table of its own.
    """
    record("token_ids", ids)                                                        # (n,)
    rows = weights.embedding[ids].astype(xp.result_type(float))                     # (n, d_model), a table may be of short floats
    x = record("embeddings", rows)                                                  # (n, d_model)
    if config.embedding == "scaled":
        x = record("scaled_embeddings", x * config.d_model**0.5)                    # (n, d_model)
    if config.positional != "none":
        x = x + record("positions", positions(ids.shape[-1], weights, config, xp))  # (n, d_model)
    if config.segments != "none":
        x = x + record("segments", xp.broadcast_to(weights.segments[0], x.shape))   # (n, d_model), all of the first
    if config.embedding == "normalised":
        record("embedding_sum", x)                                                  # (n, d_model)
        x = layer_norm(x, weights.embedding_norm, config.epsilon, record.scope("embedding_norm"), xp)
    return x


def visible(n, config, xp=np):
    """The mask of n tokens, (n, n), True where a query may look; None if it may look everywhere."""
    return xp.tri(n, dtype=bool) if config.mask == "causal" else None


def positions(n, weights, config, xp=np):
    """One vector for each of the places 0 to n - 1: (n, d_model). ValueError if the learned table is too short."""
    if config.positional == "sinusoidal":
        return sinusoids(n, config.d_model, xp)                                     # (n, d_model)
    if n > len(weights.positions):
        raise ValueError(f"tokens: {n} are too many: there are {len(weights.positions)} learned positions")
    return weights.positions[:n]                                                    # (n, d_model)


def block(x, w, config, record=ignore, mask=None, xp=np):
    """One encoder block: (n, d_model) to the same. Self-attention mixes the tokens, the rest is for each alone."""
    x = record("input", x)                                                          # (n, d_model)
    x = sublayer(1, x, lambda x: self_attention(x, w, config, record, mask, xp), w.norm_1, config, record, xp)
    x = sublayer(2, x, lambda x: mlp(x, w, config, record, xp), w.norm_2, config, record, xp)
    return record("output", x)                                                      # (n, d_model)


def sublayer(number, x, apply, w, config, record, xp):
    """A sublayer, its residual connection and its norm, in the order of `wiring.MOVES`: (n, d_model) to the same."""
    return wired(config.norm, x, {
        "sublayer": apply,
        "add": lambda found: record(f"residual_{number}", x + found),
        "norm": lambda x: layer_norm(x, w, config.epsilon, record.scope(f"norm_{number}"), xp),
    })


def self_attention(x, w, config, record, mask, xp):
    """Attention of the tokens to themselves: (n, d_model) to the same."""
    record = record.scope("self_attention")
    x = record("input", x)                                                          # (n, d_model)
    return attention(x, x, w.self_attention, config.n_heads, record, mask, xp)      # (n, d_model)


def mlp(x, w, config, record, xp):
    """The feed-forward network of a block: (n, d_model) to the same."""
    record = record.scope("mlp")
    return feed_forward(record("input", x), w.mlp, config.activation, record, xp)   # (n, d_model)
