"""What later blocks do without one head of the first: each of its heads is cut in turn, in a sentence and in its twin.

If both are then looked at alike, what that head brings is what tells the later blocks which of the two sentences they stand in.
"""

import numpy as np

from model.encoder import encode
from model.experiments.twin import ITS_WORDS
from model.recorder import Recorder
from model.tensors import Tensor, scoped
from model.tokenizer import ids
from model.weights import without_head

CUT = "if one head of block 1 is cut: its output counts as 0"
TENSORS = scoped(
    "first_cut",
    Tensor("weights", "cut block head query key", f"how much each token looks at each other {CUT}",
           "self_attention.weights of the cut run, if there is a twin", shares=True),
    Tensor("twin_weights", "cut block head query key", f"how much each token looks at each other in the twin sentence {CUT}",
           "self_attention.weights of the cut run, if there is a twin", words=ITS_WORDS, shares=True),
)


def measure(run, record):
    """One run of either sentence for each head. Nothing is recorded if there is no twin."""
    twin = run.given.get("twin")
    for name, rows in (("weights", run.ids), ("twin_weights", ids(twin, run.vocabulary))) if twin else ():
        record(name, np.stack([_weights(run, rows, head) for head in range(run.config.n_heads)]))   # (cut, block, h, n, n)


def _weights(run, rows, head):
    """How much each token looks at each other in every block and head (block, h, n, n) without one head of the first. rows: of tokens (n,)."""
    kept = Recorder()
    encode(rows, without_head(run.weights, run.config, 0, head), run.config, kept)
    return np.stack([kept.arrays[f"encoder.{block}.self_attention.weights"] for block in range(run.config.n_blocks)])
