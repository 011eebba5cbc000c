"""Gradients by hand: how each equation of `functional`, and a block made of them, leads a gradient back to what it read.

x is what was read, and g the gradient of some number with respect to what came of x; what is found is the gradient of that number
with respect to x, a vector-Jacobian product (Baydin et al. 2018, section 3.2). Axes of g before those of x, one gradient after
another, pass through untouched.
"""

import numpy as np

from model import functional
from model.functional import join_heads, softmax, split_heads
from model.wiring import wired


def block(x, w, config, paths=True):
    """What an encoder block makes of x, (n, d_model), and the function that leads a gradient back through it.

    paths: whether it has residual paths; without them each sublayer hands on nothing but what it found.
    """
    to, mlp = w.self_attention, w.mlp
    x, first = sublayer(x, lambda x: functional.attention(x, x, to, config.n_heads),
                        lambda x, g: attention(x, to, config.n_heads, g), w.norm_1, config, paths)
    x, second = sublayer(x, lambda x: functional.feed_forward(x, mlp), lambda x, g: feed_forward(x, mlp, g), w.norm_2, config, paths)
    return x, lambda g: first(second(g))


def sublayer(x, apply, lead_back, w, config, paths):
    """A sublayer with its norm, and with or without its residual path: as `block`. lead_back: of x and g, back through `apply`."""
    def then(forward, back):
        return lambda at: (forward(at[0]), lambda g: at[1](back(at[0], g)))

    return wired(config.norm, (x, lambda g: g), {
        "sublayer": then(apply, lead_back),
        "add": lambda at: (paths * x + at[0], lambda g: paths * g + at[1](g)),
        "norm": then(lambda x: functional.layer_norm(x, w, config.epsilon), lambda x, g: layer_norm(x, w, config.epsilon, g)),
    })


def attention(x, w, n_heads, g):
    """Back through self-attention; x: (n, d_model), g: (..., n, d_model). Returns (..., n, d_model)."""
    query, key, value = (
        split_heads(x @ W + b, n_heads) for W, b in ((w.W_Q, w.b_Q), (w.W_K, w.b_K), (w.W_V, w.b_V))
    )                                                                               # (h, n, d_k) each
    root = key.shape[-1] ** 0.5
    weights = softmax(query @ key.swapaxes(-1, -2) / root)                          # (h, n, n)
    g_heads = split_heads(g @ w.W_O.T, n_heads)                                     # (..., h, n, d_k)
    g_weights = g_heads @ value.swapaxes(-1, -2)                                    # (..., h, n, n)
    g_scaled = weights * (g_weights - (g_weights * weights).sum(-1, keepdims=True))     # (..., h, n, n)
    g_query = g_scaled @ key / root                                                 # (..., h, n, d_k)
    g_key = g_scaled.swapaxes(-1, -2) @ query / root                                # (..., h, n, d_k)
    g_value = weights.swapaxes(-1, -2) @ g_heads                                    # (..., h, n, d_k)
    return join_heads(g_query) @ w.W_Q.T + join_heads(g_key) @ w.W_K.T + join_heads(g_value) @ w.W_V.T


def layer_norm(x, w, epsilon, g):
    """Back through layer normalisation; x: (n, d_model), g: (..., n, d_model). Returns (..., n, d_model)."""
    centred = x - x.mean(-1, keepdims=True)                                         # (n, d_model)
    scale = np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)                 # (n, 1)
    normalised, g = centred / scale, g * w.gamma                                    # (n, d_model), (..., n, d_model)
    return (g - g.mean(-1, keepdims=True) - normalised * (g * normalised).mean(-1, keepdims=True)) / scale


def feed_forward(x, w, g):
    """Back through the feed-forward network; x: (n, d_model), g: (..., n, d_model). Returns (..., n, d_model)."""
    return (g @ w.W_2.T * (x @ w.W_1 + w.b_1 > 0)) @ w.W_1.T                        # (..., n, d_model)
