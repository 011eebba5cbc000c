"""The parameters of the model, their names, and how they are drawn before anybody has trained them.

The parameters are named tuples, so that `jax` can differentiate with respect to them as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from model.config import ModelConfig
from model.wiring import has_final_norm

Array = Any  # of numpy or of jax.numpy

N_POSITIONS = 16                          # learned places of a sentence
SEGMENTS = 2                              # sentences that a model is told apart
MOST_STEPS = 32                           # words of a translation, even if it finds no end
# Where a parameter is called other than the way to it.
PLACES = {
    "weights.final_norm": "weights.encoder.final_norm",
    "weights.decoder.blocks": "weights.decoder",
    "weights.decoder.output": "weights.output",
}


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


class DecoderBlock(NamedTuple):
    """One decoder block."""

    self_attention: Attention
    norm_1: Norm
    cross_attention: Attention
    norm_2: Norm
    mlp: FeedForward
    norm_3: Norm


class Output(NamedTuple):
    """From what the decoder has made of a token to a score for every word. W: (d_model, vocabulary), b: (vocabulary,)."""

    W: Array
    b: Array


class Decoder(NamedTuple):
    """A whole decoder. embedding and positions as in Weights, of the output's vocabulary and places."""

    embedding: Array
    positions: Array | None
    blocks: tuple[DecoderBlock, ...]
    final_norm: Norm | None
    output: Output


class Weights(NamedTuple):
    """A whole model. embedding: (vocabulary, d_model). positions: (position, d_model), only if they are learned.

    segments: (segment, d_model), and embedding_norm: only if config says so. final_norm: only if no block ends in a norm. decoder:
    only of a model that translates.
    """

    embedding: Array
    positions: Array | None
    segments: Array | None
    embedding_norm: Norm | None
    encoder: tuple[Block, ...]
    final_norm: Norm | None
    decoder: Decoder | None = None


def random_weights(config: ModelConfig, vocabulary: Sequence[str]) -> Weights:
    """Untrained weights of an encoder: matrices by Glorot and Bengio (2010, eq. 16), biases 0, gamma 1, beta 0.

    An embedding, of a word or a segment, is N(0, 1 / d_model), so that it has unit variance once it is scaled by
    sqrt(d_model). Every part has its own stream of random numbers: a word's row depends on the seed, d_model and the word
    alone, a block on the seed, the sizes and its number.
    """
    d_model, learned = config.d_model, config.positional == "learned"
    return Weights(
        embedding=_embedding(config, "embedding", vocabulary),                      # (vocabulary, d_model)
        positions=untrained_positions(config) if learned else None,                 # (position, d_model)
        segments=_embedding(config, "segments", range(SEGMENTS)) if config.segments == "learned" else None,
        embedding_norm=_norm(d_model) if config.embedding == "normalised" else None,
        encoder=tuple(_block(generator(config.seed, "encoder", number), config) for number in range(config.n_blocks)),
        final_norm=_norm(d_model) if has_final_norm(config.norm) else None,
    )


def random_decoder(config: ModelConfig, vocabulary: Sequence[str]) -> Decoder:
    """Untrained weights of a decoder for words of this vocabulary, drawn as those of an encoder are."""
    d_model, learned = config.d_model, config.positional == "learned"
    blocks = [_decoder_block(generator(config.seed, "decoder", number), config) for number in range(config.n_blocks)]
    W = _glorot(generator(config.seed, "output"), d_model, len(vocabulary))         # (d_model, vocabulary)
    return Decoder(
        embedding=_embedding(config, "decoder embedding", vocabulary),              # (vocabulary, d_model)
        positions=untrained_positions(config, MOST_STEPS) if learned else None,     # (position, d_model)
        blocks=tuple(blocks),
        final_norm=_norm(d_model) if has_final_norm(config.norm) else None,
        output=Output(W, np.zeros(len(vocabulary))),
    )


def untrained_positions(config: ModelConfig, places: int = N_POSITIONS) -> np.ndarray:
    """A table of learned positions, (places, d_model), that has learned nothing yet."""
    # The sinusoids have mean square 1/2; learned positions that were never trained should be as strong.
    rng = generator(config.seed, "positions", config.d_model)
    return rng.normal(0, 0.5**0.5, (places, config.d_model))                        # (position, d_model)


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """The stream of random numbers of one part of the model, independent of all the others."""
    return np.random.default_rng([seed, *map(ord, " ".join(map(str, path)))])


def named(weights: Weights) -> Iterator[tuple[str, Array]]:
    """Every parameter with its name in the trace."""
    for path, array in _leaves("weights", weights):
        for place, name in PLACES.items():
            path = path.replace(place, name)
        yield path, array


def filled(weights: Weights, arrays: Mapping[str, Array]) -> Weights:
    """A model of the same make with these parameters, by their names. KeyError if one is missing."""
    return _filled(weights, iter([arrays[name] for name, _ in named(weights)]))


def without_head(weights: Weights, config: ModelConfig, block: int, head: int) -> Weights:
    """The same model with one head of one encoder block cut: what the head finds counts as 0 to all that follows."""
    attention = weights.encoder[block].self_attention
    column = np.arange(config.d_model)                                              # (d_model,), of the joined heads
    kept = np.where(column // config.d_k == head, 0, 1)[:, None]                    # (d_model, 1)
    cut = weights.encoder[block]._replace(self_attention=attention._replace(W_O=attention.W_O * kept))
    return weights._replace(encoder=(*weights.encoder[:block], cut, *weights.encoder[block + 1:]))


def _leaves(scope: str, part: Any) -> Iterator[tuple[str, Array]]:
    """The arrays in nested tuples, each with the path that leads to it."""
    if isinstance(part, tuple):
        for field, inner in zip(getattr(part, "_fields", range(len(part))), part):
            yield from _leaves(f"{scope}.{field}", inner)
    elif part is not None:
        yield scope, part


def _filled(part: Any, arrays: Iterator[Array]) -> Any:
    """Nested tuples of the same make, holding the next of the arrays wherever these hold one."""
    if not isinstance(part, tuple):
        return part if part is None else next(arrays)
    inner = [_filled(one, arrays) for one in part]
    return type(part)(*inner) if hasattr(part, "_fields") else tuple(inner)


def _embedding(config: ModelConfig, table: str, vocabulary: Sequence[str | int]) -> np.ndarray:
    d_model = config.d_model
    rows = [generator(config.seed, table, d_model, word).normal(0, d_model**-0.5, d_model) for word in vocabulary]
    return np.array(rows)                                                           # (vocabulary, d_model)


def _block(rng: np.random.Generator, config: ModelConfig) -> Block:
    attention, mlp, norm = _attention(rng, config.d_model), _mlp(rng, config), _norm(config.d_model)
    return Block(self_attention=attention, norm_1=norm, mlp=mlp, norm_2=norm)


def _decoder_block(rng: np.random.Generator, config: ModelConfig) -> DecoderBlock:
    to_itself, to_memory = _attention(rng, config.d_model), _attention(rng, config.d_model)
    mlp, norm = _mlp(rng, config), _norm(config.d_model)
    return DecoderBlock(to_itself, norm, to_memory, norm, mlp, norm)


def _attention(rng: np.random.Generator, d_model: int) -> Attention:
    W_Q, W_K, W_V, W_O = (_glorot(rng, d_model, d_model) for _ in range(4))         # (d_model, d_model)
    zeros = np.zeros(d_model)                                                       # (d_model,)
    return Attention(W_Q, zeros, W_K, zeros, W_V, zeros, W_O, zeros)


def _mlp(rng: np.random.Generator, config: ModelConfig) -> FeedForward:
    d_model, d_ff = config.d_model, config.d_ff
    W_1, W_2 = _glorot(rng, d_model, d_ff), _glorot(rng, d_ff, d_model)             # (d_model, d_ff), (d_ff, d_model)
    return FeedForward(W_1, np.zeros(d_ff), W_2, np.zeros(d_model))


def _glorot(rng: np.random.Generator, n_in: int, n_out: int) -> np.ndarray:
    bound = (6 / (n_in + n_out)) ** 0.5
    return rng.uniform(-bound, bound, (n_in, n_out))                                # (n_in, n_out)


def _norm(d_model: int) -> Norm:
    return Norm(gamma=np.ones(d_model), beta=np.zeros(d_model))                     # (d_model,) each
