"""What ReLU is for: how many hidden features it silences, and the one layer that the network would be without it."""

import numpy as np

from model.tensors import Tensor, scoped

TENSORS = scoped(
    "folding.{block}",
    Tensor("dead", "token", "hidden features of each token that ReLU sets to 0",
           "count of encoder.{block}.mlp.hidden < 0 over d_ff"),
    Tensor("all_dead", "", "hidden features of all tokens that ReLU sets to 0", "sum of dead over token"),
    Tensor("matrix", "input output", "both matrices in one",
           "weights.encoder.{block}.mlp.W_1 weights.encoder.{block}.mlp.W_2"),
    Tensor("bias", "output", "both biases in one",
           "weights.encoder.{block}.mlp.b_1 weights.encoder.{block}.mlp.W_2 + weights.encoder.{block}.mlp.b_2"),
    Tensor("two_steps", "token d_model", "output of the network without ReLU, layer after layer",
           "encoder.{block}.mlp.hidden weights.encoder.{block}.mlp.W_2 + weights.encoder.{block}.mlp.b_2"),
    Tensor("one_step", "token d_model", "output of the one layer", "encoder.{block}.mlp.input matrix + bias"),
    Tensor("differences", "token", "what the second layer adds for each token if there is no ReLU: nothing",
           "largest |one_step - two_steps| over d_model"),
    Tensor("relu_differences", "token", "what it adds if there is one", "largest |encoder.{block}.mlp.output - one_step| over d_model"),
)


def measure(run, record):
    """In every block: without ReLU, (x W_1 + b_1) W_2 + b_2 = x (W_1 W_2) + (b_1 W_2 + b_2), a single layer."""
    for number, block in enumerate(run.weights.encoder):
        x, hidden, output = (run.arrays[f"encoder.{number}.mlp.{name}"] for name in ("input", "hidden", "output"))
        fold(x, hidden, output, block.mlp, record.scope(str(number)))


def fold(x, hidden, output, w, record):
    """The folded layer of one block. x, output: (n, d_model), what its network reads and gives; hidden: (n, d_ff)."""
    dead = record("dead", (hidden < 0).sum(-1))                                     # (n,)
    record("all_dead", dead.sum())                                                  # ()
    matrix = record("matrix", w.W_1.astype(float) @ w.W_2)                          # (d_model, d_model)
    bias = record("bias", w.b_1 @ w.W_2 + w.b_2)                                    # (d_model,)
    two_steps = record("two_steps", hidden @ w.W_2 + w.b_2)                         # (n, d_model)
    one_step = record("one_step", x @ matrix + bias)                                # (n, d_model)
    record("differences", np.abs(one_step - two_steps).max(-1))                     # (n,), rounding errors
    record("relu_differences", np.abs(one_step - output).max(-1))                   # (n,)
