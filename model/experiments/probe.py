"""How much of a token's position can still be read from its vector, before the first block and after every block."""

import numpy as np

from model.encoder import block, embed
from model.tensors import Tensor, scoped
from model.weights import N_POSITIONS, generator

N_FIT, N_HELD_OUT = 60, 30                # sentences
N_WORDS = 160                             # of untrained models, which know only those of the sentence
TENSORS = scoped(
    "probe",
    Tensor("readable", "stage", "share of the position that a straight line through each vector finds: 1 all, 0 or less nothing",
           "1 - mean (position - reading)^2 / variance of position, over held-out sentences; before block 0, then after each"),
)


def measure(run, record):
    """Sentences of words drawn at random, so that no word gives its place away; the reading is fitted by least squares."""
    rng, width = generator(run.config.seed, "probe", run.config.d_model), run.config.d_model
    weights = run.weights
    if not run.config.trained:
        weights = weights._replace(embedding=rng.normal(0, width**-0.5, (N_WORDS, width)))      # (word, d_model)
    ids = rng.integers(len(weights.embedding), size=(N_FIT + N_HELD_OUT, N_POSITIONS))          # (sentence, position)
    errors = np.stack([missed(x) for x in stages(ids, weights, run.config)])                    # (stage, sentence, position)
    record("readable", 1 - (errors**2).mean((1, 2)) / np.arange(N_POSITIONS).var())             # (stage,)


def stages(ids, weights, config):
    """The vectors (sentence, position, d_model) that the first block reads, then what each block hands on."""
    x = embed(ids, weights, config)                                                             # (sentence, position, d_model)
    yield x
    for w in weights.encoder:
        x = block(x, w, config)                                                                 # (sentence, position, d_model)
        yield x


def missed(x):
    """How far the reading is off in held-out sentences. x: (sentence, position, d_model)."""
    x = np.pad(x, ((0, 0), (0, 0), (0, 1)), constant_values=1)                                 # (sentence, position, d_model + 1)
    fitted = x[:N_FIT].reshape(-1, x.shape[-1])                                                 # (sample, d_model + 1)
    places = np.tile(np.arange(N_POSITIONS), N_FIT)                                             # (sample,)
    reading = np.linalg.lstsq(fitted, places, rcond=None)[0]                                    # (d_model + 1,)
    return np.arange(N_POSITIONS) - x[N_FIT:] @ reading                                         # (held-out sentence, position)
