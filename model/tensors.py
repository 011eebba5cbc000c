"""Every tensor of a trace, declared once: its name, its axes, what it means, and its formula.

`{block}` stands for the number of a block, from 0. A formula calls the tensors of its own scope, and its parameters, by their
last names, and all others by their whole names.

Post-norm and pre-norm give the same names to different places: in pre-norm `norm_1` stands before self-attention, `norm_2`
before the feed-forward network, and `encoder.final_norm` after the last block. READS says what each of them reads.
"""

import difflib
import re
from typing import NamedTuple

from model.config import ModelConfig


class Tensor(NamedTuple):
    """One line of the table. only: the setting that a model must have for the tensor to exist."""

    name: str
    axes: str
    meaning: str
    formula: str
    only: str = ""


READS = {
    "post": {
        "self_attention": "encoder.{block}.input",
        "norm_1": "encoder.{block}.residual_1",
        "mlp": "encoder.{block}.norm_1.output",
        "skip_2": "norm_1.output",
        "norm_2": "encoder.{block}.residual_2",
        "block_output": "norm_2.output",
        "encoder_output": "encoder.{last}.output",
    },
    "pre": {
        "self_attention": "encoder.{block}.norm_1.output",
        "norm_1": "encoder.{block}.input",
        "mlp": "encoder.{block}.norm_2.output",
        "skip_2": "residual_1",
        "norm_2": "encoder.{block}.residual_1",
        "block_output": "residual_2",
        "encoder_output": "encoder.final_norm.output",
    },
}
POSITIONS = {
    "sinusoidal": "sin (i even) or cos (i odd) of token / 10000^(2 floor(i / 2) / d_model)",
    "learned": "weights.positions[token]",
    "none": "0",
}
GLOROT = "U(-a, a), a = sqrt(6 / (rows + columns)), untrained"


def _in(scope: str, *tensors: Tensor) -> tuple[Tensor, ...]:
    return tuple(tensor._replace(name=f"{scope}.{tensor.name}") for tensor in tensors)


def _norm(scope: str, reads: str, only: str = "") -> tuple[Tensor, ...]:
    features = "token d_model"
    return _in(
        scope,
        Tensor("mean", "token", "mean of each token's features", f"mean of {reads} over d_model", only),
        Tensor("centred", features, "features with their mean taken away", f"{reads} - mean", only),
        Tensor("variance", "token", "biased variance of each token's features", "mean of centred^2 over d_model", only),
        Tensor("scale", "token", "standard deviation of each token's features, kept above 0", "sqrt(variance + epsilon)", only),
        Tensor("normalised", features, "features with mean 0 and variance 1", "centred / scale", only),
        Tensor("scaled", features, "features with their learned gain", "gamma normalised", only),
        Tensor("output", features, "features with their learned shift", "scaled + beta", only),
    )


def _norm_weights(scope: str, only: str = "") -> tuple[Tensor, ...]:
    return _in(
        scope,
        Tensor("gamma", "d_model", "gain of each feature, the same for all tokens", "1, untrained", only),
        Tensor("beta", "d_model", "shift of each feature, the same for all tokens", "0, untrained", only),
    )


def _projection(letter: str, makes: str) -> tuple[Tensor, ...]:
    return _in(
        "weights.encoder.{block}.self_attention",
        Tensor(f"W_{letter}", "input output", f"matrix that makes {makes}", GLOROT),
        Tensor(f"b_{letter}", "output", f"bias that makes {makes}", "0, untrained"),
    )


WEIGHTS = (
    Tensor("weights.embedding", "vocabulary d_model", "embedding table: a row for each different token",
           "N(0, 1 / d_model), untrained, drawn for each word by itself"),
    Tensor("weights.positions", "position d_model", "table of learned positions", "N(0, 1 / 2), untrained",
           "positional: learned"),
    *_projection("Q", "queries"),
    *_projection("K", "keys"),
    *_projection("V", "values"),
    *_projection("O", "the output from the joined heads"),
    *_norm_weights("weights.encoder.{block}.norm_1"),
    *_in(
        "weights.encoder.{block}.mlp",
        Tensor("W_1", "d_model d_ff", "matrix that widens", GLOROT),
        Tensor("b_1", "d_ff", "bias of the wide layer", "0, untrained"),
        Tensor("W_2", "d_ff d_model", "matrix that narrows", GLOROT),
        Tensor("b_2", "d_model", "bias of the narrow layer", "0, untrained"),
    ),
    *_norm_weights("weights.encoder.{block}.norm_2"),
    *_norm_weights("weights.encoder.final_norm", "norm: pre"),
)

EMBEDDING = (
    Tensor("token_ids", "token", "row of each token in the embedding table", "order of first appearance, from 0"),
    Tensor("embeddings", "token d_model", "vector of each token, wherever it stands", "weights.embedding[token_ids]"),
    Tensor("scaled_embeddings", "token d_model", "embeddings, scaled up before positions are added", "sqrt(d_model) embeddings"),
    Tensor("positions", "token d_model", "vector of each place in the sentence", "{positions}",
           "positional: sinusoidal | learned"),
)

SELF_ATTENTION = _in(
    "encoder.{block}.self_attention",
    Tensor("input", "token d_model", "what asks and is asked", "{self_attention}"),
    Tensor("query", "head token d_k", "what each token looks for", "input W_Q + b_Q, cut into heads"),
    Tensor("key", "head token d_k", "what each token is found by", "input W_K + b_K, cut into heads"),
    Tensor("value", "head token d_k", "what each token hands over", "input W_V + b_V, cut into heads"),
    Tensor("scores", "head query key", "how well each query fits each key", "query key^T"),
    Tensor("scaled_scores", "head query key", "scores whose spread does not grow with d_k", "scores / sqrt(d_k)"),
    Tensor("weights", "head query key", "how much each token looks at each other", "softmax of scaled_scores over key"),
    Tensor("heads", "head query d_k", "average of the values, by each token's weights", "weights value"),
    Tensor("weight_sums", "head query", "what each row of weights adds up to: 1", "sum of weights over key"),
    Tensor("head_sums", "head query", "what each row of heads adds up to: anything", "sum of heads over d_k"),
    Tensor("weighted_values", "head query key d_k", "what each token takes from each other", "weights[query, key] value[key]"),
    Tensor("partial_sums", "head query key d_k", "heads as they add up, key after key", "sum of weighted_values up to key"),
    Tensor("concatenated", "token d_model", "all heads side by side", "heads, joined"),
    Tensor("output", "token d_model", "all heads mixed", "concatenated W_O + b_O"),
)

MLP = _in(
    "encoder.{block}.mlp",
    Tensor("input", "token d_model", "what each token brings to the feed-forward network", "{mlp}"),
    Tensor("hidden", "token d_ff", "wide layer before ReLU", "input W_1 + b_1"),
    Tensor("activation", "token d_ff", "wide layer after ReLU", "max(0, hidden)"),
    Tensor("output", "token d_model", "what the feed-forward network adds", "activation W_2 + b_2"),
)

ENCODER = (
    *_in("encoder.{block}", Tensor("input", "token d_model", "what the block reads", "{block_input}")),
    *SELF_ATTENTION,
    *_in("encoder.{block}", Tensor("residual_1", "token d_model", "attention, added to what it read",
                                   "input + self_attention.output")),
    *_norm("encoder.{block}.norm_1", "{norm_1}"),
    *MLP,
    *_in("encoder.{block}", Tensor("residual_2", "token d_model", "feed-forward network, added to what it read",
                                   "{skip_2} + mlp.output")),
    *_norm("encoder.{block}.norm_2", "{norm_2}"),
    *_in("encoder.{block}", Tensor("output", "token d_model", "what the block hands on", "{block_output}")),
    *_norm("encoder.final_norm", "encoder.{last}.output", "norm: pre"),
    Tensor("encoder.output", "token d_model", "each token, understood in its sentence", "{encoder_output}"),
)

SCALING = _in(
    "scaling",
    Tensor("d_k", "dimension", "lengths of the vectors that are tried", "chosen"),
    Tensor("scores", "dimension sample", "dot products of random vectors", "query . key, components N(0, 1)"),
    Tensor("scaled_scores", "dimension sample", "the same, scaled", "scores / sqrt(d_k)"),
    Tensor("spread", "dimension", "how far the scores spread", "standard deviation of scores over sample"),
    Tensor("scaled_spread", "dimension", "how far the scaled scores spread", "standard deviation of scaled_scores over sample"),
    Tensor("edges", "edge", "borders of the bins of both histograms", "equal steps from -max|scores| to max|scores|"),
    Tensor("histogram", "dimension bin", "share of the samples in each bin", "scores counted between edges / samples"),
    Tensor("scaled_histogram", "dimension bin", "the same, of scaled scores", "scaled_scores counted between edges / samples"),
    Tensor("weights", "dimension key", "attention that such scores would give", "softmax of the first 8 scores"),
    Tensor("scaled_weights", "dimension key", "attention that scaled scores would give", "softmax of the first 8 scaled_scores"),
)

TENSORS = WEIGHTS + EMBEDDING + ENCODER + SCALING


def declared(config: ModelConfig) -> dict[str, Tensor]:
    """The table for a model of this make: whole name to its line, with block numbers and places filled in."""
    table = {}
    for tensor in TENSORS:
        if not _exists(tensor, config):
            continue
        for block in range(config.n_blocks if "{block}" in tensor.name else 1):
            name = tensor.name.format(block=block)
            table[name] = tensor._replace(name=name, formula=_fill(tensor.formula, config, block))
    return table


def _exists(tensor: Tensor, config: ModelConfig) -> bool:
    field, _, values = tensor.only.partition(": ")
    return not tensor.only or getattr(config, field) in values.split(" | ")


def _fill(formula: str, config: ModelConfig, block: int) -> str:
    places = {"block": block, "last": config.n_blocks - 1}
    first = "scaled_embeddings" if config.positional == "none" else "scaled_embeddings + positions"
    reads = READS[config.norm] | {
        "block_input": f"encoder.{block - 1}.output" if block else first,
        "positions": POSITIONS[config.positional],
    }
    return formula.format(**places, **{part: what.format(**places) for part, what in reads.items()})


def not_found(name: str, config: ModelConfig) -> str:
    """What to tell someone who asked for a tensor that a model of this make does not record."""
    names = list(declared(config))
    message = f"no tensor '{name}'"
    block = re.match(r"(?:weights\.)?encoder\.(\d+)\.", name)
    if block and int(block[1]) >= config.n_blocks:
        message += f": the blocks are 0 to {config.n_blocks - 1}"
        name = f"{name[:block.start(1)]}{config.n_blocks - 1}{name[block.end(1):]}"
    for tensor in TENSORS:
        if tensor.name == name and not _exists(tensor, config):
            return f"{message}: it needs {tensor.only}"
    ends = [full for full in names if full == name or full.endswith(f".{name}")]
    near = (ends or difflib.get_close_matches(name, names))[:3]
    return message + (f"; did you mean {' or '.join(map(repr, near))}?" if near else "")
