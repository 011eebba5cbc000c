"""Where each family of models keeps its parts, and how it is made: BERT and its kin, and GPT-2."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from model.activations import ACTIVATIONS
from model.config import ModelConfig
from model.weights import Attention, Block, FeedForward, Norm, Weights

ALIASES = {"gelu_pytorch_tanh": "gelu_new", "gelu_python": "gelu"}        # other names of the same functions
LEGACY = {".weight": ".gamma", ".bias": ".beta"}                          # what the first BERTs call gain and shift


class Family(NamedTuple):
    """How a family is made. sizes: our names of what config.json calls otherwise; defaults: what it may leave out.

    must: what it has to say, if it says it. make: all else of our config. names: of the parts, {i} stands for the block; a part
    without a name is not there. turned: whether a matrix is kept as (output, input).
    """

    sizes: Mapping[str, str]
    defaults: Mapping[str, Any]
    must: Mapping[str, Any]
    make: Mapping[str, str]
    names: Mapping[str, str]
    turned: bool = True


BERT = Family(
    sizes={"d_model": "hidden_size", "n_heads": "num_attention_heads", "n_blocks": "num_hidden_layers",
           "d_ff": "intermediate_size", "epsilon": "layer_norm_eps", "activation": "hidden_act"},
    defaults={"layer_norm_eps": 1e-12, "hidden_act": "gelu"},
    must={"position_embedding_type": "absolute", "is_decoder": False, "add_cross_attention": False},
    make={"norm": "post", "positional": "learned", "embedding": "normalised", "segments": "learned"},
    names={
        "words": "embeddings.word_embeddings", "positions": "embeddings.position_embeddings",
        "segments": "embeddings.token_type_embeddings", "embedding_norm": "embeddings.LayerNorm",
        "Q": "encoder.layer.{i}.attention.self.query", "K": "encoder.layer.{i}.attention.self.key",
        "V": "encoder.layer.{i}.attention.self.value", "O": "encoder.layer.{i}.attention.output.dense",
        "norm_1": "encoder.layer.{i}.attention.output.LayerNorm", "1": "encoder.layer.{i}.intermediate.dense",
        "2": "encoder.layer.{i}.output.dense", "norm_2": "encoder.layer.{i}.output.LayerNorm",
    },
)
DISTILBERT = Family(
    sizes={"d_model": "dim", "n_heads": "n_heads", "n_blocks": "n_layers", "d_ff": "hidden_dim",
           "epsilon": "layer_norm_eps", "activation": "activation"},
    defaults={"layer_norm_eps": 1e-12, "activation": "gelu"},
    must={},
    make=BERT.make | {"segments": "none"},
    names={name: BERT.names[name] for name in ("words", "positions", "embedding_norm")} | {
        "Q": "transformer.layer.{i}.attention.q_lin", "K": "transformer.layer.{i}.attention.k_lin",
        "V": "transformer.layer.{i}.attention.v_lin", "O": "transformer.layer.{i}.attention.out_lin",
        "norm_1": "transformer.layer.{i}.sa_layer_norm", "1": "transformer.layer.{i}.ffn.lin1",
        "2": "transformer.layer.{i}.ffn.lin2", "norm_2": "transformer.layer.{i}.output_layer_norm",
    },
)
GPT_2 = Family(
    sizes={"d_model": "n_embd", "n_heads": "n_head", "n_blocks": "n_layer", "d_ff": "n_inner",
           "epsilon": "layer_norm_epsilon", "activation": "activation_function"},
    defaults={"n_inner": None, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new"},
    must={"scale_attn_weights": True, "scale_attn_by_inverse_layer_idx": False, "add_cross_attention": False,
          "tie_word_embeddings": True},
    make={"norm": "pre", "positional": "learned", "embedding": "plain", "mask": "causal", "output": "tied"},
    names={
        "words": "wte", "positions": "wpe", "QKV": "h.{i}.attn.c_attn", "O": "h.{i}.attn.c_proj", "norm_1": "h.{i}.ln_1",
        "1": "h.{i}.mlp.c_fc", "2": "h.{i}.mlp.c_proj", "norm_2": "h.{i}.ln_2", "final_norm": "ln_f",
    },
    turned=False,
)
FAMILIES = {"bert": BERT, "roberta": BERT, "distilbert": DISTILBERT, "gpt2": GPT_2}


def family_of(said: Mapping[str, Any]) -> Family:
    """The family of a model, by its config.json. ValueError if it is none of FAMILIES."""
    kind = said.get("model_type")
    if kind not in FAMILIES:
        raise ValueError(f"is of a {kind or 'nameless'} model; those that can be read are {', '.join(FAMILIES)}")
    return FAMILIES[kind]


def config_of(said: Mapping[str, Any], name: str) -> ModelConfig:
    """The config of a model, but for the spelling of its tokens. said: its config.json. Raises ValueError if anything in it is not
    known here.
    """
    family = family_of(said)
    said = {**family.defaults, **said}
    for key, value in family.must.items():
        if said.get(key, value) != value:
            raise ValueError(f"has {key}: {said[key]}, and only {value} is known here")
    if missing := [key for key in family.sizes.values() if key not in said]:
        raise ValueError(f"does not say {', '.join(missing)}")
    sizes = {ours: said[theirs] for ours, theirs in family.sizes.items()}
    sizes["activation"] = ALIASES.get(sizes["activation"], sizes["activation"])
    sizes["d_ff"] = 4 * sizes["d_model"] if sizes["d_ff"] is None else sizes["d_ff"]
    if sizes["activation"] not in ACTIVATIONS:
        raise ValueError(f"has the activation function {sizes['activation']}; those known here are {', '.join(ACTIVATIONS)}")
    try:
        return ModelConfig(weights=name, **sizes, **family.make)
    except ValueError as error:
        raise ValueError(f"makes no model: {'; '.join(str(error).splitlines())}") from error


def weights_of(arrays: Mapping[str, np.ndarray], said: Mapping[str, Any], config: ModelConfig) -> Weights:
    """The weights of a model from the arrays of its file; matrices stay where they are. said: its config.json.

    Raises ValueError if one is missing, has another shape, or is not made of finite numbers.
    """
    family = family_of(said)
    parts = _Parts(arrays, family)
    d_model, offset = config.d_model, said.get("pad_token_id", 1) + 1 if said["model_type"] == "roberta" else 0
    return Weights(
        embedding=parts.array("words", ".weight", (None, d_model)),                              # (vocabulary, d_model)
        positions=_exact(parts.array("positions", ".weight", (None, d_model))[offset:]),         # (position, d_model)
        segments=_exact(parts.array("segments", ".weight", (None, d_model))) if "segments" in family.names else None,
        embedding_norm=parts.norm("embedding_norm", d_model) if "embedding_norm" in family.names else None,
        encoder=tuple(_block(parts, config, i) for i in range(config.n_blocks)),
        final_norm=parts.norm("final_norm", d_model) if "final_norm" in family.names else None,
    )


def _block(parts: "_Parts", config: ModelConfig, i: int) -> Block:
    d_model, d_ff = config.d_model, config.d_ff
    if "QKV" in parts.names:              # side by side
        W, b = parts.linear("QKV", d_model, 3 * d_model, i)
        projections = [part for pair in zip(np.split(W, 3, 1), np.split(b, 3)) for part in pair]
    else:
        projections = [part for letter in "QKV" for part in parts.linear(letter, d_model, d_model, i)]
    return Block(
        self_attention=Attention(*projections, *parts.linear("O", d_model, d_model, i)),
        norm_1=parts.norm("norm_1", d_model, i),
        mlp=FeedForward(*parts.linear("1", d_model, d_ff, i), *parts.linear("2", d_ff, d_model, i)),
        norm_2=parts.norm("norm_2", d_model, i),
    )


class _Parts:
    """The parts of a model in the arrays of its file, whatever stands before all their names: `bert.`, `transformer.` or nothing."""

    def __init__(self, arrays: Mapping[str, np.ndarray], family: Family):
        words = f"{family.names['words']}.weight"
        self.arrays, self.names, self.turned = arrays, family.names, family.turned
        self.prefix = next((name.removesuffix(words) for name in arrays if f".{name}".endswith(f".{words}")), "")

    def array(self, part: str, what: str, shape: tuple[int | None, ...], i: int = 0) -> np.ndarray:
        """An array of a shape; None: of any length."""
        name = self.prefix + self.names[part].format(i=i) + what
        found = self.arrays.get(name, self.arrays.get(name.removesuffix(what) + LEGACY[what]))
        if found is None:
            raise ValueError(f"has no {name}")
        if found.ndim != len(shape) or any(wanted not in (None, length) for wanted, length in zip(shape, found.shape)):
            wanted = " × ".join("any" if length is None else str(length) for length in shape)
            raise ValueError(f"has {name} of {' × '.join(map(str, found.shape)) or 'no'} numbers, and config.json makes it {wanted}")
        if found.dtype.kind != "f":
            raise ValueError(f"has {name} in {found.dtype} and not in floating-point numbers: it may be a quantised model")
        if found.size and not (math.isfinite(found.min()) and math.isfinite(found.max())):
            raise ValueError(f"has numbers in {name} that are not finite")
        return found if found.dtype != np.float16 else _fixed(found, np.float32)

    def linear(self, part: str, n_in: int, n_out: int, i: int) -> tuple[np.ndarray, np.ndarray]:
        """A matrix (n_in, n_out) and its bias (n_out,)."""
        shape = (n_out, n_in) if self.turned else (n_in, n_out)
        matrix = self.array(part, ".weight", shape, i)
        return matrix.T if self.turned else matrix, _exact(self.array(part, ".bias", (n_out,), i))

    def norm(self, part: str, width: int, i: int = 0) -> Norm:
        """Gain and shift of a norm."""
        return Norm(*(_exact(self.array(part, what, (width,), i)) for what in LEGACY))


def _exact(array: np.ndarray) -> np.ndarray:
    """In float64: it is small, and is added to what may be short."""
    return _fixed(array, np.float64)


def _fixed(array: np.ndarray, dtype: Callable) -> np.ndarray:
    copy = array.astype(dtype)
    copy.flags.writeable = False
    return copy
