"""The decoder (Vaswani et al. 2017, figure 1, right): what stands so far, and the encoder's output, to the next word.

`weights` is a `weights.Decoder`, `config` a `ModelConfig`; for `record` and `xp` see `functional.py`.
"""

import numpy as np

from model.encoder import embed, mlp, self_attention
from model.functional import attention, ignore, layer_norm


def decode(ids, memory, weights, config, record=ignore, memory_mask=None, xp=np):
    """Token ids (n,), the first of them the start token, to the decoder's output (n, d_model).

    memory: the encoder's output (m, d_model); each block makes keys and values of its own from it.
    memory_mask: (1, m), True where there is a token. No token sees one that comes after it.
    """
    record = record.scope("decoder")
    mask = xp.tri(ids.shape[-1], dtype=bool)                                        # (n, n), True up to the diagonal
    x = embed(ids, weights, config, record, xp)                                     # (n, d_model)
    for number, w in enumerate(weights.blocks):
        x = block(x, memory, w, config, record.scope(f"{number}"), mask, memory_mask, xp)   # (n, d_model)
    if config.norm == "pre":
        x = layer_norm(x, weights.final_norm, config.epsilon, record.scope("final_norm"), xp)
    return record("output", x)                                                      # (n, d_model)


def predict(x, output):
    """The score of every word to come next (section 3.4): the decoder's output (d_model,) to logits (vocabulary,)."""
    return x @ output.W + output.b                                                  # (vocabulary,)


def block(x, memory, w, config, record=ignore, mask=None, memory_mask=None, xp=np):
    """One decoder block: (n, d_model) to the same. What is said so far looks at itself, then at the sentence."""
    x = record("input", x)                                                          # (n, d_model)
    sublayers = pre_norm if config.norm == "pre" else post_norm
    return record("output", sublayers(x, memory, w, config, record, mask, memory_mask, xp))     # (n, d_model)


def post_norm(x, memory, w, config, record, mask, memory_mask, xp):
    """Normalise after adding (section 3.1): LayerNorm(x + Sublayer(x)), three times."""
    attended = self_attention(x, w, config, record, mask, xp)                       # (n, d_model)
    residual = record("residual_1", x + attended)                                   # (n, d_model)
    x = layer_norm(residual, w.norm_1, config.epsilon, record.scope("norm_1"), xp)  # (n, d_model)
    attended = cross_attention(x, memory, w, config, record, memory_mask, xp)       # (n, d_model)
    residual = record("residual_2", x + attended)                                   # (n, d_model)
    x = layer_norm(residual, w.norm_2, config.epsilon, record.scope("norm_2"), xp)  # (n, d_model)
    residual = record("residual_3", x + mlp(x, w, record, xp))                      # (n, d_model)
    return layer_norm(residual, w.norm_3, config.epsilon, record.scope("norm_3"), xp)


def pre_norm(x, memory, w, config, record, mask, memory_mask, xp):
    """Normalise before the sublayer (Xiong et al. 2020, table 1): x + Sublayer(LayerNorm(x)), three times."""
    normed = layer_norm(x, w.norm_1, config.epsilon, record.scope("norm_1"), xp)    # (n, d_model)
    attended = self_attention(normed, w, config, record, mask, xp)                  # (n, d_model)
    x = record("residual_1", x + attended)                                          # (n, d_model)
    normed = layer_norm(x, w.norm_2, config.epsilon, record.scope("norm_2"), xp)    # (n, d_model)
    attended = cross_attention(normed, memory, w, config, record, memory_mask, xp)  # (n, d_model)
    x = record("residual_2", x + attended)                                          # (n, d_model)
    normed = layer_norm(x, w.norm_3, config.epsilon, record.scope("norm_3"), xp)    # (n, d_model)
    return record("residual_3", x + mlp(normed, w, record, xp))                     # (n, d_model)


def cross_attention(x, memory, w, config, record, mask, xp):
    """Attention to the sentence: queries from x (n, d_model), keys and values from memory (m, d_model)."""
    record = record.scope("cross_attention")
    x = record("input", x)                                                          # (n, d_model)
    return attention(x, memory, w.cross_attention, config.n_heads, record, mask, xp)    # (n, d_model)
