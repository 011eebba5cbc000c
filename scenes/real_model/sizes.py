"""How many numbers a model is made of, and where they are."""

import numpy as np

from model.tensors import Tensor, scoped

TENSORS = scoped(
    "sizes",
    Tensor("words", "", "numbers in the table of words", "size of weights.embedding"),
    Tensor("attention", "", "numbers in the attention of all blocks", "sizes of weights.encoder.*.self_attention"),
    Tensor("mlp", "", "numbers in the MLPs of all blocks", "sizes of weights.encoder.*.mlp"),
    Tensor("total", "", "numbers in the three together", "words + attention + mlp"),
)


def measure(run, record):
    """Counted over the table of words and the encoder."""
    blocks = range(run.config.n_blocks)
    parts = {"words": ["weights.embedding"]}
    for kind, scope in (("attention", "self_attention"), ("mlp", "mlp")):
        starts = tuple(f"weights.encoder.{block}.{scope}." for block in blocks)
        parts[kind] = [name for name in run.arrays if name.startswith(starts)]
    found = [record(kind, np.array(sum(run.arrays[name].size for name in names))) for kind, names in parts.items()]     # () each
    record("total", np.array(sum(map(int, found))))                                 # ()
