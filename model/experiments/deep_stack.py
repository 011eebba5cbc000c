"""Why residual paths, and a norm before or after: many untrained blocks, forwards and backwards, wired in four ways.

Of residual paths see He et al. (2016, "Identity Mappings", section 2), of tokens that become alike without them Dong et al. (2021,
section 2), of the place of the norm Xiong et al. (2020, section 3).
"""

from dataclasses import replace
from itertools import accumulate

import numpy as np

from model import backward
from model.encoder import embed
from model.functional import attention, layer_norm
from model.recorder import Recorder
from model.tensors import Tensor, scoped
from model.tokenizer import ids, vocabulary
from model.weights import generator, random_weights
from model.wiring import MOVES

N_BLOCKS, N_GRADIENTS = 12, 32
AXES = "norm paths depth"                 # in the order of MOVES; with residual paths, without; before block 0, then after each
TENSORS = scoped(
    "deep_stack",
    Tensor("rms", AXES, f"size of what each of {N_BLOCKS} untrained blocks hands on: norm after and before; with paths and without",
           "root mean square over token and d_model; untrained weights, the same for all four"),
    Tensor("spread", AXES, "how far the tokens are from their mean: 0 if all have become the same vector",
           "root mean square over token and d_model of what is handed on - its mean over token"),
    Tensor("stream", f"{AXES} token d_model", "what the first of them reads and what each hands on", "embed of the sentence, then block after block"),
    Tensor("value", "norm head token d_k", "values in the first of them", "X W_V + b_V, of X normalised where the norm is before"),
    Tensor("averages", "norm head token d_k", "what attention makes of these: each between the least and the most of them", "weights value"),
    Tensor("gradients", AXES, "size of the gradient that arrives there, of one of size 1 at the end",
           f"root mean square over {N_GRADIENTS} random gradients of |g| / |g at the end|"),
    Tensor("unchanged", AXES, "how much of that gradient arrives there as it was at the end: 1 all",
           "mean over the same of g . (g at the end) / |g at the end|^2"),
)


def measure(run, record):
    """The same sentence, weights and random gradients in every wiring; nothing of it is trained."""
    config, weights, x = untrained(run)
    last = generator(config.seed, "deep_stack").normal(size=(N_GRADIENTS, *x.shape))            # (gradient, n, d_model)
    last = last / np.sqrt((last**2).sum((-1, -2), keepdims=True))                   # (gradient, n, d_model), each of size 1
    found = [[_wired(x, weights.encoder, replace(config, norm=norm), paths, last) for paths in (1, 0)] for norm in MOVES]
    stream, gradients = (np.array([[pair[i] for pair in row] for row in found]) for i in (0, 1))
    first = [_averaged(layer_norm(x, weights.encoder[0].norm_1, config.epsilon) if norm == "pre" else x, weights.encoder[0], config) for norm in MOVES]
    for name, kept in (("value", "value"), ("averages", "heads")):
        record(name, np.array([made[kept] for made in first]))                      # (norm, h, n, d_k)
    record("stream", stream)                                                        # (norm, paths, depth, n, d_model)
    record("rms", _rms(stream))                                                     # (norm, paths, depth)
    record("spread", _rms(stream - stream.mean(-2, keepdims=True)))                 # (norm, paths, depth)
    record("gradients", np.sqrt((gradients**2).sum((-1, -2)).mean(-1)))             # (norm, paths, depth)
    record("unchanged", (gradients * last).sum((-1, -2)).mean(-1))                  # (norm, paths, depth)


def untrained(run):
    """A stack of N_BLOCKS blocks with random weights: its config, its weights, and what it reads of the run's sentence, (n, d_model)."""
    make = {"weights": "random", "output": "none", "mask": "none", "activation": "relu", "n_blocks": N_BLOCKS}
    config, tokens = replace(run.config, **make), [run.vocabulary[row] for row in run.ids]
    words = vocabulary(tokens)            # a word's row is the same whatever other words there are
    weights = random_weights(config, words)
    x = embed(ids(tokens, words), weights, config)                                  # (n, d_model)
    return config, weights, x


def _averaged(x, w, config):
    """All that attention makes of what it reads."""
    kept = Recorder()
    attention(x, x, w.self_attention, config.n_heads, kept)
    return kept.arrays


def _rms(x):
    return np.sqrt((x**2).mean((-1, -2)))


def _wired(x, blocks, config, paths, g):
    """The stream (depth, n, d_model) from x on, and the gradients (depth, gradient, n, d_model) of which the last is g."""
    stream, backs = [x], []
    for w in blocks:
        x, back = backward.block(x, w, config, paths)                               # (n, d_model)
        stream.append(x)
        backs.append(back)
    gradients = [*accumulate(reversed(backs), lambda g, back: back(g), initial=g)]  # the end first
    return np.array(stream), np.array(gradients[::-1])
