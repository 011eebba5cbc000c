"""What a model is made of, before it has any weights."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from model.activations import ACTIVATIONS
from model.wiring import MOVES

CHOICES = {
    "norm": tuple(MOVES), "positional": ("sinusoidal", "learned", "none"), "activation": tuple(ACTIVATIONS),
    "embedding": ("scaled", "plain", "normalised"), "segments": ("none", "learned"), "mask": ("none", "causal"),
    "output": ("none", "decoder", "tied"), "spelling": ("words", "wordpiece", "bytes"),
}
LEAST = {"seed": 0, "d_model": 1, "n_heads": 1, "d_ff": 1, "n_blocks": 1}


@dataclass(frozen=True)
class ModelConfig:
    """The size and make of a model, in the paper's names (Vaswani et al. 2017, table 3).

    weights: `random`, or what a checkpoint is called, whose own config says the rest. seed: of all that is drawn.
    d_model: features of a token; n_heads divides it. d_ff: width of the hidden layer. norm: LayerNorm after
    each sublayer (`post`, the paper) or before it (`pre`, with one more at the end). activation: of the hidden layer.
    An odd d_model is fine with sinusoids: the last sine has no cosine.

    embedding: what is done to a token's row before the first block: it is `scaled` by sqrt(d_model) (the paper), left `plain`
    (GPT-2), or `normalised` once everything is added to it (BERT, Devlin et al. 2018). segments: whether a vector is added that says
    which of two sentences a token is of; here all are of the first. mask: `causal` if no token may look ahead.

    output: what comes after the encoder. `none`; a `decoder`, which translates; or the embedding table once more, `tied`, which
    scores every word to come next, so that the text goes on (Radford et al. 2019; its one stack is called encoder all the same).
    spelling: what the vocabulary is made of, see `tokenizer.piece`.

    Raises ValueError; its message has one line for each wrong field and each line begins with the field's name.
    """

    weights: str = "random"
    seed: int = 0
    d_model: int = 16
    n_heads: int = 4
    d_ff: int = 64
    n_blocks: int = 2
    norm: str = "post"
    positional: str = "sinusoidal"
    epsilon: float = 1e-5
    activation: str = "relu"
    embedding: str = "scaled"
    segments: str = "none"
    mask: str = "none"
    output: str = "none"
    spelling: str = "words"

    def __post_init__(self):
        problems = list(_problems(self))
        if problems:
            raise ValueError("\n".join(problems))

    @property
    def d_k(self) -> int:
        """Features of a query, a key or a value in one head."""
        return self.d_model // self.n_heads

    @property
    def trained(self) -> bool:
        """Whether the weights have learned anything."""
        return self.weights != "random"

    @property
    def translates(self) -> bool:
        """Whether there is a decoder, which says the sentence in another language."""
        return self.output == "decoder"

    @property
    def continues(self) -> bool:
        """Whether it says what comes after the sentence."""
        return self.output == "tied"


@dataclass(frozen=True)
class Intervention:
    """What is done to one head of the encoder, both counted from 0. to: its output to `zero`, or its weights to `uniform`."""

    block: int
    head: int
    to: str = "zero"


def _problems(config: ModelConfig) -> Iterator[str]:
    wrong = set()
    if not isinstance(config.weights, str) or not config.weights:
        yield f"weights: {config.weights!r} must be the name of weights"
    for field, least in LEAST.items():
        value = getattr(config, field)
        if type(value) is not int or value < least:
            wrong.add(field)
            yield f"{field}: {value!r} must be a whole number of at least {least}"
    for field, choices in CHOICES.items():
        value = getattr(config, field)
        if value not in choices:
            yield f"{field}: {value!r} is none of {', '.join(choices)}"
    if config.translates and not config.trained:
        yield "output: random weights have no decoder"
    if config.continues and config.mask != "causal":
        yield "output: only what does not look ahead can be asked what comes next: tied needs the causal mask"
    if type(config.epsilon) not in (int, float) or not 0 < config.epsilon < math.inf:
        yield f"epsilon: {config.epsilon!r} must be a number above 0"
    if not wrong & {"d_model", "n_heads"} and config.d_model % config.n_heads:
        yield f"d_model: {config.d_model} cannot be cut into n_heads = {config.n_heads} equal parts"
