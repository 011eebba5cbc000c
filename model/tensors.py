"""Every tensor of a trace, declared once: its name, its axes, what it means, and its formula.

`{block}` stands for the number of a block, from 0. A formula calls the tensors of its own scope, and its parameters, by their
last names, and all others by their whole names.

Post-norm and pre-norm give the same names to different places. In a formula the name of a part of a block, `{norm_1}`, stands for
what `wiring.path` says that it reads.

The decoder runs once for every word it says, each time over all it has said so far. Its tensors have these steps as their first
axis; the token it reads last at step s is token s, and what belongs to later tokens is NaN in that step.
"""

from collections.abc import Mapping
from typing import NamedTuple

from model.wiring import MOVES, has_final_norm

# The words of a trace that may stand along an axis; where those of the sentence do, and where those of the decoder.
TEXTS = ("tokens", "twin", "vocabulary", "read_tokens", "output_tokens", "output_vocabulary")
WORDS = dict.fromkeys(("token", "query", "key"), "tokens") | {"vocabulary": "vocabulary", "step": "output_tokens"}
SAID = WORDS | dict.fromkeys(("token", "query", "key"), "read_tokens") | {"vocabulary": "output_vocabulary"}


class Tensor(NamedTuple):
    """One line of the table.

    only: the setting, or the kind of weights, that a model must have for the tensor to exist. words: for an axis along which words
    stand, which of TEXTS these are. shares: whether its rows, along the last axis, are weights
    that sum to 1.
    """

    name: str
    axes: str
    meaning: str
    formula: str
    only: str = ""
    words: Mapping[str, str] = WORDS
    shares: bool = False


POSITIONS = {
    "sinusoidal": "sin (i even) or cos (i odd) of token / 10000^(2 floor(i / 2) / d_model)",
    "learned": "weights.{side_}positions[token]",
    "none": "0",
}
UNTRAINED = {
    "matrix": "U(-a, a), a = sqrt(6 / (rows + columns)), untrained",
    "rows": "N(0, 1 / d_model), untrained, drawn for each word by itself",
    "places": "N(0, 1 / 2), untrained",
    "zero": "0, untrained",
    "one": "1, untrained",
    "ids": "order of first appearance, from 0",
}
LEARNED = dict.fromkeys(UNTRAINED, "learned") | {"ids": "places in the vocabulary, from 0"}
ACTIVATION = {
    "relu": "max(0, hidden)",
    "gelu": "hidden P(x <= hidden), x of N(0, 1)",
    "gelu_new": "hidden (1 + tanh(sqrt(2 / pi) (hidden + 0.044715 hidden^3))) / 2",
}
LOGITS = {
    "decoder": "decoder.output[last token] weights.output.W + weights.output.b",
    "tied": "output[last token] times weights.embedding transposed, output: of the encoder, for the sentence and all said so far",
}
TRANSLATES, SPEAKS = "output: decoder", "output: decoder | tied"
NEEDS = {TRANSLATES: "a translator", SPEAKS: "a model that says something"}     # settings, in other words
LATER = "; NaN for later tokens"
FINAL_NORM = f"norm: {' | '.join(filter(has_final_norm, MOVES))}"


def scoped(scope: str, *tensors: Tensor) -> tuple[Tensor, ...]:
    """The same tensors under names that begin with a scope and a dot."""
    return tuple(tensor._replace(name=f"{scope}.{tensor.name}") for tensor in tensors)


def _stepped(tensors: tuple[Tensor, ...], only: str = TRANSLATES) -> tuple[Tensor, ...]:
    """The same of the decoder, which does it all again for every word."""
    return tuple(_step(tensor, only) for tensor in tensors)


def _step(tensor: Tensor, only: str) -> Tensor:
    of_the_sentence = tensor.name.endswith(("cross_attention.key", "cross_attention.value"))
    asked = {"token": "tokens"} if of_the_sentence else {"key": "tokens"} if "cross_attention" in tensor.name else {}
    later = LATER if set(tensor.axes.split()) & {"token", "query"} and not of_the_sentence else ""
    return tensor._replace(axes=f"step {tensor.axes}".strip(), meaning=tensor.meaning + later, words=SAID | asked,
                           only=f"{only} and {tensor.only}" if tensor.only else only)


def _norm(scope: str, reads: str, only: str = "") -> tuple[Tensor, ...]:
    features = "token d_model"
    return scoped(
        scope,
        Tensor("mean", "token", "mean of each token's features", f"mean of {reads} over d_model", only),
        Tensor("centred", features, "features with their mean taken away", f"{reads} - mean", only),
        Tensor("variance", "token", "biased variance of each token's features", "mean of centred^2 over d_model", only),
        Tensor("scale", "token", "standard deviation of each token's features, kept above 0", "sqrt(variance + epsilon)", only),
        Tensor("normalised", features, "features with mean 0 and variance 1", "centred / scale", only),
        Tensor("scaled", features, "features with their learned gain", "gamma normalised", only),
        Tensor("output", features, "features with their learned shift", "scaled + beta", only),
    )


def _embedding(ids: str) -> tuple[Tensor, ...]:
    features = "token d_model"
    return (
        Tensor("token_ids", "token", "row of each token in the embedding table", ids),
        Tensor("embeddings", features, "vector of each token, wherever it stands", "weights.{side_}embedding[token_ids]"),
        Tensor("scaled_embeddings", features, "embeddings, scaled up before positions are added", "sqrt(d_model) embeddings",
               "embedding: scaled"),
        Tensor("positions", features, "vector of each place in the sequence", "{positions}", "positional: sinusoidal | learned"),
    )


def _attention(scope: str, reads: str, asked: str = "input", scores: str = "{scores}") -> tuple[Tensor, ...]:
    """asked: what keys and values are made from. scores: what softmax reads, if that is not for the config to say."""
    mask = Tensor("masked_scores", "head query key", "scaled_scores, but -inf where a token would look ahead",
                  "scaled_scores where key <= query, else -inf", "mask: causal" if scores == "{scores}" else "")
    return scoped(
        scope,
        Tensor("input", "token d_model", "what asks and is asked" if asked == "input" else "what asks", reads),
        Tensor("query", "head token d_k", "what each token looks for", "input W_Q + b_Q, cut into heads"),
        Tensor("key", "head token d_k", "what each token is found by", f"{asked} W_K + b_K, cut into heads"),
        Tensor("value", "head token d_k", "what each token hands over", f"{asked} W_V + b_V, cut into heads"),
        Tensor("scores", "head query key", "how well each query fits each key", "query key^T"),
        Tensor("scaled_scores", "head query key", "scores whose spread does not grow with d_k", "scores / sqrt(d_k)"),
        *(mask,) * (scores != "scaled_scores"),
        Tensor("weights", "head query key", "how much each token looks at each other", f"softmax of {scores} over key",
               shares=True),
        Tensor("heads", "head query d_k", "average of the values, by each token's weights", "weights value"),
        Tensor("weight_sums", "head query", "what each row of weights adds up to: 1", "sum of weights over key"),
        Tensor("head_sums", "head query", "what each row of heads adds up to: anything", "sum of heads over d_k"),
        Tensor("weighted_values", "head query key d_k", "what each token takes from each other",
               "weights[query, key] value[key]"),
        Tensor("partial_sums", "head query key d_k", "heads as they add up, key after key", "sum of weighted_values up to key"),
        Tensor("concatenated", "token d_model", "all heads side by side", "heads, joined"),
        Tensor("output", "token d_model", "all heads mixed", "concatenated W_O + b_O"),
    )


def _mlp(scope: str, reads: str) -> tuple[Tensor, ...]:
    return scoped(
        scope,
        Tensor("input", "token d_model", "what each token brings to the feed-forward network", reads),
        Tensor("hidden", "token d_ff", "wide layer before its activation function", "input W_1 + b_1"),
        Tensor("activation", "token d_ff", "wide layer after its activation function", "{activation}"),
        Tensor("output", "token d_model", "what the feed-forward network adds", "activation W_2 + b_2"),
    )


def _residual(number: int, sublayer: str) -> Tensor:
    what = {"mlp": "feed-forward network"}.get(sublayer, sublayer.replace("_", "-"))
    formula = f"{{residual_{number}}} + {sublayer}.output"
    return Tensor(f"residual_{number}", "token d_model", f"{what}, added to what it read", formula)


def _attention_weights(scope: str, only: str = "") -> tuple[Tensor, ...]:
    makes = {"Q": "queries", "K": "keys", "V": "values", "O": "the output from the joined heads"}
    return scoped(scope, *(
        tensor for letter, made in makes.items() for tensor in (
            Tensor(f"W_{letter}", "input output", f"matrix that makes {made}", "{matrix}", only),
            Tensor(f"b_{letter}", "output", f"bias that makes {made}", "{zero}", only))
    ))


def _norm_weights(scope: str, only: str = "") -> tuple[Tensor, ...]:
    return scoped(
        scope,
        Tensor("gamma", "d_model", "gain of each feature, the same for all tokens", "{one}", only),
        Tensor("beta", "d_model", "shift of each feature, the same for all tokens", "{zero}", only),
    )


def _mlp_weights(scope: str, only: str = "") -> tuple[Tensor, ...]:
    return scoped(
        scope,
        Tensor("W_1", "d_model d_ff", "matrix that widens", "{matrix}", only),
        Tensor("b_1", "d_ff", "bias of the wide layer", "{zero}", only),
        Tensor("W_2", "d_ff d_model", "matrix that narrows", "{matrix}", only),
        Tensor("b_2", "d_model", "bias of the narrow layer", "{zero}", only),
    )


WEIGHTS = (
    Tensor("weights.embedding", "vocabulary d_model", "embedding table: a row for each different token", "{rows}"),
    Tensor("weights.positions", "position d_model", "table of learned positions", "{places}", "positional: learned"),
    Tensor("weights.segments", "segment d_model", "table of the vectors of segments", "{rows}", "segments: learned"),
    *_norm_weights("weights.embedding_norm", "embedding: normalised"),
    *_attention_weights("weights.encoder.{block}.self_attention"),
    *_norm_weights("weights.encoder.{block}.norm_1"),
    *_mlp_weights("weights.encoder.{block}.mlp"),
    *_norm_weights("weights.encoder.{block}.norm_2"),
    *_norm_weights("weights.encoder.final_norm", FINAL_NORM),
)

DECODER_WEIGHTS = (
    Tensor("weights.decoder.embedding", "vocabulary d_model", "embedding table of the words it can say", "{rows}", TRANSLATES, SAID),
    Tensor("weights.decoder.positions", "position d_model", "table of learned positions", "{places}",
           f"{TRANSLATES} and positional: learned"),
    *_attention_weights("weights.decoder.{block}.self_attention", TRANSLATES),
    *_norm_weights("weights.decoder.{block}.norm_1", TRANSLATES),
    *_attention_weights("weights.decoder.{block}.cross_attention", TRANSLATES),
    *_norm_weights("weights.decoder.{block}.norm_2", TRANSLATES),
    *_mlp_weights("weights.decoder.{block}.mlp", TRANSLATES),
    *_norm_weights("weights.decoder.{block}.norm_3", TRANSLATES),
    *_norm_weights("weights.decoder.final_norm", f"{TRANSLATES} and {FINAL_NORM}"),
)

ENCODER = (
    *_embedding("{ids}"),
    Tensor("segments", "token d_model", "vector of the sentence that each token is of: the first", "weights.segments[0]",
           "segments: learned"),
    Tensor("embedding_sum", "token d_model", "all that is known of each token before it is normalised", "{summed}",
           "embedding: normalised"),
    *_norm("embedding_norm", "embedding_sum", "embedding: normalised"),
    *scoped("encoder.{block}", Tensor("input", "token d_model", "what the block reads", "{block_input}")),
    *_attention("encoder.{block}.self_attention", "{self_attention}"),
    *scoped("encoder.{block}", _residual(1, "self_attention")),
    *_norm("encoder.{block}.norm_1", "{norm_1}"),
    *_mlp("encoder.{block}.mlp", "{mlp}"),
    *scoped("encoder.{block}", _residual(2, "mlp")),
    *_norm("encoder.{block}.norm_2", "{norm_2}"),
    *scoped("encoder.{block}", Tensor("output", "token d_model", "what the block hands on", "{block_output}")),
    *_norm("encoder.final_norm", "encoder.{last}.output", FINAL_NORM),
    Tensor("encoder.output", "token d_model", "each token, understood in its sentence", "{side_output}"),
)

DECODER = _stepped((
    *scoped("decoder", *_embedding("the start token, then the words said so far")),
    *scoped("decoder.{block}", Tensor("input", "token d_model", "what the block reads", "{block_input}")),
    *_attention("decoder.{block}.self_attention", "{self_attention}", scores="masked_scores"),
    *scoped("decoder.{block}", _residual(1, "self_attention")),
    *_norm("decoder.{block}.norm_1", "{norm_1}"),
    *_attention("decoder.{block}.cross_attention", "{cross_attention}", "encoder.output", "scaled_scores"),
    *scoped("decoder.{block}", _residual(2, "cross_attention")),
    *_norm("decoder.{block}.norm_2", "{norm_2}"),
    *_mlp("decoder.{block}.mlp", "{mlp}"),
    *scoped("decoder.{block}", _residual(3, "mlp")),
    *_norm("decoder.{block}.norm_3", "{norm_3}"),
    *scoped("decoder.{block}", Tensor("output", "token d_model", "what the block hands on", "{block_output}")),
    *_norm("decoder.final_norm", "decoder.{last}.output", FINAL_NORM),
    Tensor("decoder.output", "token d_model", "each word said so far, understood with the sentence", "{side_output}"),
)) + _stepped((
    Tensor("decoder.logits", "vocabulary", "score of every word to come next", "{logits}"),
    Tensor("decoder.probabilities", "vocabulary", "probability of every word to come next", "softmax of logits over vocabulary"),
    Tensor("decoder.next_token_ids", "", "row of the word that comes next", "argmax of probabilities over vocabulary"),
), SPEAKS)

OUTPUT_WEIGHTS = scoped(
    "weights.output",
    Tensor("W", "d_model vocabulary", "matrix that makes a score for every word", "{matrix}", TRANSLATES, SAID),
    Tensor("b", "vocabulary", "bias that makes a score for every word", "{zero}", TRANSLATES, SAID),
)

TRAINING = scoped(
    "training",
    Tensor("loss", "update", "what every update found: how surprised the decoder was by the right word, on average",
           "mean over the words of a batch of -log probability", TRANSLATES),
    Tensor("steps", "checkpoint", "updates done when the matrices below were kept", "first, middle, last", TRANSLATES),
    *(Tensor(f"W_{letter}", "checkpoint block input output", f"matrix of each encoder block that makes {makes}, being learned",
             f"self_attention.W_{letter} of each encoder block, after so many updates", TRANSLATES)
      for letter, makes in {"Q": "queries", "K": "keys", "V": "values"}.items()),
)

TENSORS = WEIGHTS + DECODER_WEIGHTS + OUTPUT_WEIGHTS + ENCODER + DECODER + TRAINING
