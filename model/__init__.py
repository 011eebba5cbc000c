"""The model: the Transformer of "Attention Is All You Need" (Vaswani et al. 2017) in numpy, with every tensor on record."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType, ModuleType
from typing import Any

from model.checkpoint import Checkpoint
from model.config import Intervention, ModelConfig
from model.encoder import encode
from model.experiments import Run, measured, name_of, tensors_of
from model.generation import carry_on, generate
from model.recorder import Recorder, frozen
from model.tokenizer import END, START, ids, tokenise, vocabulary
from model.trace import Trace, UnknownTensor, View
from model.weights import named, random_weights

__all__ = ["Checkpoint", "Intervention", "ModelConfig", "Trace", "UnknownTensor", "View", "run", "tokenise"]


def run(tokens: Sequence[str], config: ModelConfig, checkpoint: Checkpoint | None = None,
        experiments: Sequence[ModuleType] = (), given: Mapping[str, Any] | None = None) -> Trace:
    """One forward pass over the tokens of one sentence, everything kept.

    What can speak does: a decoder translates the sentence, a model of text carries it on. config: the checkpoint's own, if there
    is one. experiments: what else is done, once it is asked for, modules as `model.experiments` says; given: what they are given by
    name (see `experiments.Run`). The same arguments give the same trace.
    Raises ValueError for a sentence without tokens, for an empty token, for one outside the checkpoint's vocabulary, for more
    tokens than a table of learned positions has rows, for a twin of another length, for a config that is not the checkpoint's,
    and for an experiment that declares what is not its own.
    """
    given = MappingProxyType(dict(given or {}))
    twin = tuple(given.get("twin") or ())
    if config.trained != (checkpoint is not None) or checkpoint and config != checkpoint.config:
        raise ValueError("weights: trained weights need their checkpoint, and a checkpoint its own config")
    if twin and len(twin) != len(tokens):
        raise ValueError(f"twin: it has {len(twin)} tokens and the sentence {len(tokens)}")
    also = tensors_of(experiments)
    words = checkpoint.vocabulary if checkpoint else vocabulary((*tokens, *twin) if twin else tokens)
    rows = ids(tokens, words)                                                       # (n,)
    weights = checkpoint.weights if checkpoint else random_weights(config, words)
    record = Recorder()
    for name, array in named(weights):
        record(name, array)
    memory = encode(rows, weights, config, record)                                  # (n, d_model)
    said, known = [], words if config.continues else checkpoint.output_vocabulary if checkpoint else ()
    if config.translates:
        said = generate(memory, weights.decoder, config, known.index(START), known.index(END), record)
    elif config.continues:
        said = carry_on(rows, weights, config, record)
    for name, array in checkpoint.training.items() if checkpoint else ():
        record(name, array)
    arrays = MappingProxyType({name: frozen(array) for name, array in record.arrays.items()})
    done = Run(tuple(tokens), rows, config, weights, checkpoint, words, arrays, given)
    later = {name_of(experiment): partial(measured, experiment, done) for experiment in experiments}
    return Trace(tuple(tokens), config, arrays, words, known, tuple(known[row] for row in said), twin, also, later)
