"""The model: the encoder of "Attention Is All You Need" (Vaswani et al. 2017) in numpy, with every tensor on record."""

from collections.abc import Sequence

from model.config import ModelConfig
from model.encoder import encode
from model.scaling import measure
from model.tokenizer import ids, tokenise, vocabulary
from model.trace import Recorder, Trace, UnknownTensor, View
from model.weights import named, random_weights

__all__ = ["ModelConfig", "Trace", "UnknownTensor", "View", "run", "tokenise"]


def run(tokens: Sequence[str], config: ModelConfig) -> Trace:
    """One forward pass over the tokens of one sentence, everything kept.

    The same tokens and config give the same trace. Raises ValueError for a sentence without tokens,
    for an empty token, and for more tokens than a table of learned positions has rows.
    """
    words = vocabulary(tokens)
    weights = random_weights(config, words)
    record = Recorder()
    for name, array in named(weights):
        record(name, array)
    encode(ids(tokens, words), weights, config, record)
    measure(config.seed, record.scope("scaling"))
    return Trace(tuple(tokens), config, record.arrays)
