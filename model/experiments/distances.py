"""How far vectors are apart: a token from itself in the twin sentence, and from all the others, as the encoder goes on."""

import numpy as np

from model.encoder import encode
from model.recorder import Recorder
from model.tensors import WORDS, Tensor, scoped
from model.tokenizer import ids

TINY = 1e-30                              # what a vector of zeros is divided by, of short floats too
ITS_WORDS = WORDS | {"token": "twin"}
TENSORS = scoped(
    "distances",
    Tensor("cosines", "depth token other", "how alike every two tokens are before the first encoder block and after each",
           "x y / (|x| |y|), x and y: tokens of encoder.0.input, then of the output of every block"),
    Tensor("nearest", "depth token rank", "the places of all other tokens, the most alike first",
           "order of cosines, falling, without the token itself"),
    Tensor("apart", "depth token other", "how far every two tokens are apart before the first encoder block and after each",
           "|x - y|, x and y as for cosines"),
    Tensor("twin_cosines", "depth token other", "how alike every two tokens of the twin sentence are at the same depths",
           "as cosines, if there is a twin", words=ITS_WORDS),
    Tensor("twin_apart", "depth token other", "how far every two tokens of the twin sentence are apart at the same depths",
           "as apart, if there is a twin", words=ITS_WORDS),
    Tensor("moved", "depth token", "how far each token is from that of the twin sentence at the same depths",
           "|x - y|, x as for cosines, y: the same of the twin sentence, if there is one"),
    Tensor("before", "token", "how far each token is from that of the twin sentence before the encoder",
           "|embeddings - twin.embeddings|, if there is a twin"),
    Tensor("after", "token", "how far each token is from that of the twin sentence after the encoder",
           "|encoder.output - twin.encoder.output|, if there is a twin"),
)


def measure(run, record):
    """Cosines and their order for every depth; and, if there is a twin, what one more forward pass is away from this one."""
    here = _depths(run.arrays, run.config.n_blocks)                                 # (depth, n, d_model)
    found = record("cosines", np.stack([cosines(x, x) for x in here]))              # (depth, n, n)
    itself = np.eye(len(run.tokens), dtype=bool)                                    # (n, n)
    order = np.where(itself, -np.inf, found).argsort(-1, kind="stable")[..., :0:-1]
    record("nearest", order)                                                        # (depth, n, n - 1)
    record("apart", distance(here[:, :, None], here[:, None]))                      # (depth, n, n)
    if other := run.given.get("twin"):
        twin = Recorder()
        encode(ids(other, run.vocabulary), run.weights, run.config, twin)
        there = _depths(twin.arrays, run.config.n_blocks)                           # (depth, n, d_model)
        record("twin_cosines", np.stack([cosines(x, x) for x in there]))            # (depth, n, n)
        record("twin_apart", distance(there[:, :, None], there[:, None]))           # (depth, n, n)
        record("moved", distance(here, there))                                      # (depth, n)
        for name, tensor in (("before", "embeddings"), ("after", "encoder.output")):
            record(name, distance(run.arrays[tensor], twin.arrays[tensor]))         # (n,)


def _depths(arrays, n_blocks):
    return np.stack([arrays["encoder.0.input"], *(arrays[f"encoder.{block}.output"] for block in range(n_blocks))])


def distance(a, b):
    """Euclidean distance of each vector from the one at the same place: (..., d) twice to (...)."""
    return np.sqrt(((a - b) ** 2).sum(-1))


def cosines(x, y):
    """The cosine of the angle between every row of x (n, d) and every row of y (m, d): (n, m)."""
    x, y = (rows / np.maximum(np.sqrt((rows**2).sum(-1, keepdims=True)), TINY) for rows in (x, y))     # (n, d), (m, d)
    return x @ y.T                                                                  # (n, m)
