"""The parameters of the model, and how they are drawn when nobody has trained them.

The parameters are named tuples, so that `jax` can differentiate with respect to them as they are.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from model.config import ModelConfig

Array = Any  # of numpy or of jax.numpy

N_POSITIONS = 16


class Attention(NamedTuple):
    """Projections of multi-head attention: matrices (d_model, d_model), head i in the columns i * d_k to (i + 1) * d_k."""

    W_Q: Array
    b_Q: Array
    W_K: Array
    b_K: Array
    W_V: Array
    b_V: Array
    W_O: Array
    b_O: Array


class Norm(NamedTuple):
    """Gain and shift of a layer normalisation, (d_model,) each, shared by all tokens."""

    gamma: Array
    beta: Array


class FeedForward(NamedTuple):
    """W_1: (d_model, d_ff), W_2: (d_ff, d_model) and their biases."""

    W_1: Array
    b_1: Array
    W_2: Array
    b_2: Array


class Block(NamedTuple):
    """One encoder block."""

    self_attention: Attention
    norm_1: Norm
    mlp: FeedForward
    norm_2: Norm


class Weights(NamedTuple):
    """A whole encoder. embedding: (vocabulary, d_model). positions: (position, d_model), only if they are learned."""

    embedding: Array
    positions: Array | None
    encoder: tuple[Block, ...]
    final_norm: Norm | None


def random_weights(config: ModelConfig, vocabulary: Sequence[str]) -> Weights:
    """Untrained weights: matrices by Glorot and Bengio (2010, eq. 16), biases 0, gamma 1, beta 0.

    An embedding is N(0, 1 / d_model), so that it has unit variance once it is scaled by sqrt(d_model). Every part has
    its own stream of random numbers: a word's row depends on the seed, d_model and the word alone, a block on the
    seed, the sizes and its number.
    """
    d_model, learned = config.d_model, config.positional == "learned"
    rows = [generator(config.seed, "embedding", d_model, word).normal(0, d_model**-0.5, d_model) for word in vocabulary]
    return Weights(
        embedding=np.array(rows),                                                   # (vocabulary, d_model)
        positions=_positions(config) if learned else None,                          # (position, d_model)
        encoder=tuple(_block(generator(config.seed, "encoder", number), config) for number in range(config.n_blocks)),
        final_norm=_norm(d_model) if config.norm == "pre" else None,
    )


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """The stream of random numbers of one part of the model, independent of all the others."""
    return np.random.default_rng([seed, *map(ord, " ".join(map(str, path)))])


def named(weights: Weights) -> Iterator[tuple[str, Array]]:
    """Every parameter with its name in the trace."""
    yield "weights.embedding", weights.embedding
    if weights.positions is not None:
        yield "weights.positions", weights.positions
    for number, block in enumerate(weights.encoder):
        for part, parameters in block._asdict().items():
            for name, array in parameters._asdict().items():
                yield f"weights.encoder.{number}.{part}.{name}", array
    if weights.final_norm is not None:
        for name, array in weights.final_norm._asdict().items():
            yield f"weights.encoder.final_norm.{name}", array


def _positions(config: ModelConfig) -> np.ndarray:
    # The sinusoids have mean square 1/2; learned positions that were never trained should be as strong.
    rng = generator(config.seed, "positions", config.d_model)
    return rng.normal(0, 0.5**0.5, (N_POSITIONS, config.d_model))                   # (position, d_model)


def _block(rng: np.random.Generator, config: ModelConfig) -> Block:
    d_model, d_ff = config.d_model, config.d_ff
    W_Q, W_K, W_V, W_O = (_glorot(rng, d_model, d_model) for _ in range(4))         # (d_model, d_model)
    W_1, W_2 = _glorot(rng, d_model, d_ff), _glorot(rng, d_ff, d_model)             # (d_model, d_ff), (d_ff, d_model)
    zeros = np.zeros(d_model)                                                       # (d_model,)
    return Block(
        self_attention=Attention(W_Q, zeros, W_K, zeros, W_V, zeros, W_O, zeros),
        norm_1=_norm(d_model),
        mlp=FeedForward(W_1, np.zeros(d_ff), W_2, zeros),
        norm_2=_norm(d_model),
    )


def _glorot(rng: np.random.Generator, n_in: int, n_out: int) -> np.ndarray:
    bound = (6 / (n_in + n_out)) ** 0.5
    return rng.uniform(-bound, bound, (n_in, n_out))                                # (n_in, n_out)


def _norm(d_model: int) -> Norm:
    return Norm(gamma=np.ones(d_model), beta=np.zeros(d_model))                     # (d_model,) each
