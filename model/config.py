"""What a model is made of, before it has any weights."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from model.wiring import MOVES

CHOICES = {"norm": tuple(MOVES), "positional": ("sinusoidal", "learned", "none")}
LEAST = {"seed": 0, "d_model": 1, "n_heads": 1, "d_ff": 1, "n_blocks": 1}


@dataclass(frozen=True)
class ModelConfig:
    """The size and make of a model, in the paper's names (Vaswani et al. 2017, table 3).

    weights: `random`, or what a checkpoint is called, whose own config says the rest. seed: of all that is drawn.
    d_model: features of a token; n_heads divides it. d_ff: width of the hidden layer. norm: LayerNorm after
    each sublayer (`post`, the paper) or before it (`pre`, with one more at the end).
    An odd d_model is fine with sinusoids: the last sine has no cosine.

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
    if type(config.epsilon) not in (int, float) or not 0 < config.epsilon < math.inf:
        yield f"epsilon: {config.epsilon!r} must be a number above 0"
    if not wrong & {"d_model", "n_heads"} and config.d_model % config.n_heads:
        yield f"d_model: {config.d_model} cannot be cut into n_heads = {config.n_heads} equal parts"
