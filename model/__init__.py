"""The model: the Transformer of "Attention Is All You Need" (Vaswani et al. 2017) in numpy, with every tensor on record."""

from collections.abc import Sequence

from model.checkpoint import Checkpoint
from model.config import ModelConfig
from model.encoder import encode
from model.generation import generate
from model.scaling import measure
from model.tokenizer import END, START, ids, tokenise, vocabulary
from model.trace import Recorder, Trace, UnknownTensor, View
from model.weights import named, random_weights

__all__ = ["Checkpoint", "ModelConfig", "Trace", "UnknownTensor", "View", "run", "tokenise"]


def run(tokens: Sequence[str], config: ModelConfig, checkpoint: Checkpoint | None = None) -> Trace:
    """One forward pass over the tokens of one sentence, everything kept.

    With a checkpoint its decoder translates the sentence; random weights have an encoder only. config: the checkpoint's own,
    if there is one. The same tokens, config and checkpoint give the same trace. Raises ValueError for a sentence without
    tokens, for an empty token, for one outside the checkpoint's vocabulary, for more tokens than a table of learned
    positions has rows, and for a config that is not the checkpoint's.
    """
    if config.trained != (checkpoint is not None) or checkpoint and config != checkpoint.config:
        raise ValueError("weights: trained weights need their checkpoint, and a checkpoint its own config")
    words = checkpoint.vocabulary if checkpoint else vocabulary(tokens)
    rows = ids(tokens, words)                                                       # (n,)
    weights = checkpoint.weights if checkpoint else random_weights(config, words)
    record = Recorder()
    for name, array in named(weights):
        record(name, array)
    memory = encode(rows, weights, config, record)                                  # (n, d_model)
    said, known = [], checkpoint.output_vocabulary if checkpoint else ()
    if checkpoint:
        said = generate(memory, weights.decoder, config, known.index(START), known.index(END), record)
        for name, array in checkpoint.training.items():
            record(name, array)
    measure(config.seed, record.scope("scaling"))
    return Trace(tuple(tokens), config, record.arrays, words, known, tuple(known[row] for row in said))
