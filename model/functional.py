"""The equations of the paper as pure functions (Vaswani et al. 2017, "Attention Is All You Need").

Everywhere: n tokens that ask, m tokens that are asked, h heads, d_k = d_model / h features in each head. Axes before
these, one sentence after another, pass through untouched.
`w` holds the weights of the one sublayer (see `weights.py`). `record(name, x)` gives x back and may keep it;
`record.scope(name)` is the recorder of a part. `xp` is the array namespace: numpy to record, jax.numpy to
train. Nothing is written in place.
"""

import numpy as np

from model.activations import ACTIVATIONS


def ignore(name, x):
    """The recorder that keeps nothing: for training."""
    return x


ignore.scope = lambda name: ignore


def softmax(x, xp=np):
    """Positive numbers that sum to 1 along the last axis, in proportion to exp(x)."""
    shifted = xp.exp(x - x.max(-1, keepdims=True))  # the largest becomes exp(0) = 1: nothing can overflow
    return shifted / shifted.sum(-1, keepdims=True)


def split_heads(x, n_heads):
    """(n, d_model) to (h, n, d_k): head i takes the columns i * d_k to (i + 1) * d_k."""
    *batch, n, d_model = x.shape
    return x.reshape(*batch, n, n_heads, d_model // n_heads).swapaxes(-2, -3)


def join_heads(x):
    """(h, n, d_k) to (n, d_model): the heads side by side."""
    *batch, n_heads, n, d_k = x.shape
    return x.swapaxes(-2, -3).reshape(*batch, n, n_heads * d_k)


def attention(x, memory, w, n_heads, record=ignore, mask=None, xp=np):
    """Multi-head attention (eq. 1 and section 3.2.2).

    x: (n, d_model), asks. memory: (m, d_model), is asked; the same array in self-attention.
    mask: (n, m), or (1, m) for all alike, True where a query may look, which must be somewhere for each.
    Returns (n, d_model).
    """
    query = record("query", split_heads(x @ w.W_Q + w.b_Q, n_heads))                # (h, n, d_k)
    key = record("key", split_heads(memory @ w.W_K + w.b_K, n_heads))               # (h, m, d_k)
    value = record("value", split_heads(memory @ w.W_V + w.b_V, n_heads))           # (h, m, d_k)
    scores = record("scores", query @ key.swapaxes(-1, -2))                         # (h, n, m)
    scaled = record("scaled_scores", scores / key.shape[-1] ** 0.5)                 # (h, n, m)
    if mask is not None:
        masked = xp.where(mask[..., None, :, :], scaled, -xp.inf)                   # (h, n, m), one mask for all heads
        scaled = record("masked_scores", masked)                                    # (h, n, m)
    weights = record("weights", softmax(scaled, xp))                                # (h, n, m), rows sum to 1
    heads = record("heads", weights @ value)                                        # (h, n, d_k)
    if record is not ignore:
        spell_out(weights, value, heads, record, xp)
    concatenated = record("concatenated", join_heads(heads))                        # (n, d_model)
    return record("output", concatenated @ w.W_O + w.b_O)                           # (n, d_model)


def spell_out(weights, value, heads, record, xp=np):
    """The weighted average `heads = weights @ value`, term by term, for those who want to see it.

    Nothing depends on these.
    weights: (h, n, m). value: (h, m, d_k). heads: (h, n, d_k).
    """
    record("weight_sums", weights.sum(-1))                                          # (h, n), all 1
    record("head_sums", heads.sum(-1))                                              # (h, n), anything
    weighted = record("weighted_values", weights[..., None] * value[..., None, :, :])   # (h, n, m, d_k)
    record("partial_sums", xp.cumsum(weighted, -2))                                 # (h, n, m, d_k), the last is heads


def layer_norm(x, w, epsilon, record=ignore, xp=np):
    """Layer normalisation (Ba et al. 2016, eq. 3 and 4), each token over its own features: (n, d_model) to the same.

    The variance is the biased one (divided by d_model) and epsilon stands inside the root.
    """
    mean = record("mean", x.mean(-1))                                               # (n,)
    centred = record("centred", x - mean[..., None])                                # (n, d_model)
    variance = record("variance", (centred**2).mean(-1))                            # (n,)
    scale = record("scale", xp.sqrt(variance + epsilon))                            # (n,)
    normalised = record("normalised", centred / scale[..., None])                   # (n, d_model)
    scaled = record("scaled", normalised * w.gamma)                                 # (n, d_model)
    return record("output", scaled + w.beta)                                        # (n, d_model)


def feed_forward(x, w, activation="relu", record=ignore, xp=np):
    """Position-wise feed-forward network (eq. 2), each token alone: (n, d_model) to the same. activation: one of ACTIVATIONS."""
    hidden = record("hidden", x @ w.W_1 + w.b_1)                                    # (n, d_ff)
    active = record("activation", ACTIVATIONS[activation](hidden, xp))              # (n, d_ff)
    return record("output", active @ w.W_2 + w.b_2)                                 # (n, d_model)


def sinusoids(n, d_model, xp=np):
    """Positional encoding (section 3.5): (n, d_model), sines in the even columns, cosines in the odd ones."""
    return waves(xp.arange(n), d_model, xp)                                         # (n, d_model)


def waves(places, d_model, xp=np):
    """The positional encoding as waves, which have values between whole places too. places: (n,). Returns (n, d_model)."""
    angle = places[:, None] / wavelengths(d_model, xp)                              # (n, d_model)
    return xp.where(xp.arange(d_model) % 2 == 0, xp.sin(angle), xp.cos(angle))      # (n, d_model)


def wavelengths(d_model, xp=np):
    """How far each of the waves runs from crest to crest, over 2 pi: (d_model,)."""
    return 10000.0 ** (2 * (xp.arange(d_model) // 2) / d_model)                     # (d_model,)
