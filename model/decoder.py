"""The decoder (Vaswani et al. 2017, figure 1, right): what stands so far, and the encoder's output, to the next word.

`weights` is a `weights.Decoder`, `config` a `ModelConfig`; for `record` and `xp` see `functional.py`.
"""

import numpy as np

from model.encoder import embed, mlp, self_attention, sublayer
from model.functional import attention, ignore, layer_norm
from model.wiring import has_final_norm


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
    if has_final_norm(config.norm):
        x = layer_norm(x, weights.final_norm, config.epsilon, record.scope("final_norm"), xp)
    return record("output", x)                                                      # (n, d_model)


def predict(x, output):
    """The score of every word to come next (section 3.4): the decoder's output (d_model,) to logits (vocabulary,)."""
    return x @ output.W + output.b                                                  # (vocabulary,)


def block(x, memory, w, config, record=ignore, mask=None, memory_mask=None, xp=np):
    """One decoder block: (n, d_model) to the same. What is said so far looks at itself, then at the sentence."""
    x = record("input", x)                                                          # (n, d_model)
    x = sublayer(1, x, lambda x: self_attention(x, w, config, record, mask, xp), w.norm_1, config, record, xp)
    x = sublayer(2, x, lambda x: cross_attention(x, memory, w, config, record, memory_mask, xp), w.norm_2, config, record, xp)
    x = sublayer(3, x, lambda x: mlp(x, w, config, record, xp), w.norm_3, config, record, xp)
    return record("output", x)                                                      # (n, d_model)


def cross_attention(x, memory, w, config, record, mask, xp):
    """Attention to the sentence: queries from x (n, d_model), keys and values from memory (m, d_model)."""
    record = record.scope("cross_attention")
    x = record("input", x)                                                          # (n, d_model)
    return attention(x, memory, w.cross_attention, config.n_heads, record, mask, xp)    # (n, d_model)
