"""The encoder (Vaswani et al. 2017, figure 1, left): embedding, positions, and blocks of attention and feed-forward.

`weights` is a `weights.Weights`, `config` a `ModelConfig`; for `record` and `xp` see `functional.py`.
"""

import numpy as np

from model.functional import attention, feed_forward, ignore, layer_norm, sinusoids


def encode(ids, weights, config, record=ignore, mask=None, xp=np):
    """Token ids (n,) to the encoder's output (n, d_model). mask: (n, n) or (1, n), True where a query may look."""
    x = embed(ids, weights, config, record, xp)                                     # (n, d_model)
    for number, w in enumerate(weights.encoder):
        x = block(x, w, config, record.scope(f"encoder.{number}"), mask, xp)        # (n, d_model)
    if config.norm == "pre":
        x = layer_norm(x, weights.final_norm, config.epsilon, record.scope("encoder.final_norm"), xp)
    return record("encoder.output", x)                                              # (n, d_model)


def embed(ids, weights, config, record=ignore, xp=np):
    """Token ids (n,) to what the first block reads (n, d_model): section 3.4, then positions, section 3.5.

    weights: of the encoder or of the decoder; each has an embedding table of its own.
    """
    record("token_ids", ids)                                                        # (n,)
    embeddings = record("embeddings", weights.embedding[ids])                       # (n, d_model)
    scaled = record("scaled_embeddings", embeddings * config.d_model**0.5)          # (n, d_model)
    if config.positional == "none":
        return scaled
    return scaled + record("positions", positions(ids.shape[-1], weights, config, xp))  # (n, d_model)


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
    sublayers = pre_norm if config.norm == "pre" else post_norm
    return record("output", sublayers(x, w, config, record, mask, xp))              # (n, d_model)


def post_norm(x, w, config, record, mask, xp):
    """Normalise after adding (section 3.1): LayerNorm(x + Sublayer(x)), twice."""
    attended = self_attention(x, w, config, record, mask, xp)                       # (n, d_model)
    residual = record("residual_1", x + attended)                                   # (n, d_model)
    x = layer_norm(residual, w.norm_1, config.epsilon, record.scope("norm_1"), xp)  # (n, d_model)
    residual = record("residual_2", x + mlp(x, w, record, xp))                      # (n, d_model)
    return layer_norm(residual, w.norm_2, config.epsilon, record.scope("norm_2"), xp)


def pre_norm(x, w, config, record, mask, xp):
    """Normalise before the sublayer (Xiong et al. 2020, table 1): x + Sublayer(LayerNorm(x)), twice."""
    normed = layer_norm(x, w.norm_1, config.epsilon, record.scope("norm_1"), xp)    # (n, d_model)
    attended = self_attention(normed, w, config, record, mask, xp)                  # (n, d_model)
    x = record("residual_1", x + attended)                                          # (n, d_model)
    normed = layer_norm(x, w.norm_2, config.epsilon, record.scope("norm_2"), xp)    # (n, d_model)
    return record("residual_2", x + mlp(normed, w, record, xp))                     # (n, d_model)


def self_attention(x, w, config, record, mask, xp):
    """Attention of the tokens to themselves: (n, d_model) to the same."""
    record = record.scope("self_attention")
    x = record("input", x)                                                          # (n, d_model)
    return attention(x, x, w.self_attention, config.n_heads, record, mask, xp)      # (n, d_model)


def mlp(x, w, record, xp):
    """The feed-forward network of a block: (n, d_model) to the same."""
    record = record.scope("mlp")
    return feed_forward(record("input", x), w.mlp, record, xp)                      # (n, d_model)
