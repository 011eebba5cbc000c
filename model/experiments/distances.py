"""How far vectors are apart: a token from itself in the twin sentence, and from all the others, as the encoder goes on."""

import numpy as np

from model.encoder import encode
from model.recorder import Recorder
from model.tensors import Tensor, scoped
from model.tokenizer import ids

TINY = 1e-300                             # what a vector of zeros is divided by
TENSORS = scoped(
    "distances",
    Tensor("cosines", "depth token other", "how alike every two tokens are before the first encoder block and after each",
           "x y / (|x| |y|), x and y: tokens of encoder.0.input, then of the output of every block"),
    Tensor("nearest", "depth token rank", "the places of all other tokens, the most alike first",
           "order of cosines, falling, without the token itself"),
    Tensor("before", "token", "how far each token is from that of the twin sentence before the encoder",
           "|embeddings - twin.embeddings|, if there is a twin"),
    Tensor("after", "token", "how far each token is from that of the twin sentence after the encoder",
           "|encoder.output - twin.encoder.output|, if there is a twin"),
)


def measure(run, record):
    """Cosines and their order for every depth; and, if there is a twin, what one more forward pass is away from this one."""
    depths = ["encoder.0.input", *(f"encoder.{block}.output" for block in range(run.config.n_blocks))]
    cosines = record("cosines", np.stack([_cosines(run.arrays[name]) for name in depths]))      # (depth, n, n)
    itself = np.eye(len(run.tokens), dtype=bool)                                    # (n, n)
    order = np.where(itself, -np.inf, cosines).argsort(-1, kind="stable")[..., :0:-1]
    record("nearest", order)                                                        # (depth, n, n - 1)
    if other := run.given.get("twin"):
        twin = Recorder()
        encode(ids(other, run.vocabulary), run.weights, run.config, twin)
        for name, tensor in (("before", "embeddings"), ("after", "encoder.output")):
            record(name, distance(run.arrays[tensor], twin.arrays[tensor]))         # (n,)


def distance(a, b):
    """Euclidean distance of each vector from the one at the same place: (..., d) twice to (...)."""
    return np.sqrt(((a - b) ** 2).sum(-1))


def _cosines(x):
    """The cosine of the angle between every two rows of x (n, d): (n, n)."""
    unit = x / np.maximum(np.sqrt((x**2).sum(-1, keepdims=True)), TINY)             # (n, d)
    return unit @ unit.T                                                            # (n, n)
