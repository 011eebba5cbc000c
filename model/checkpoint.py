"""A trained model as it is kept: weights, vocabularies, and how it was trained. Numbers and text, never code."""

import json
import os
import zipfile
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Self

import numpy as np

from model.config import ModelConfig
from model.tokenizer import Tokenizer
from model.weights import Weights, filled, named, random_decoder, random_weights

HEADER = "checkpoint.json"


@dataclass(frozen=True, eq=False, repr=False)
class Checkpoint:
    """A trained model. config.weights: what it is called.

    vocabulary: the word of each row of the encoder's embedding table; output_vocabulary: of the decoder's. training: tensors
    of the training run by their names in the trace. facts: whatever else is known of the run, fit for JSON. tokenizer: makes
    tokens of a sentence, if these are not its words.
    """

    config: ModelConfig
    vocabulary: tuple[str, ...]
    output_vocabulary: tuple[str, ...]
    weights: Weights
    training: Mapping[str, np.ndarray]
    facts: Mapping[str, Any]
    tokenizer: Tokenizer | None = None

    def save(self, file: str | os.PathLike | BinaryIO) -> None:
        """Write to exactly this path, or to this open file, as .npz: float32 arrays, and the rest as JSON text."""
        config = {key: value for key, value in asdict(self.config).items() if key != "weights"}
        header = {"config": config, "vocabulary": self.vocabulary, "output_vocabulary": self.output_vocabulary,
                  "facts": self.facts}
        arrays = {name: np.asarray(array, np.float32) for name, array in (*named(self.weights), *self.training.items())}
        with nullcontext(file) if hasattr(file, "write") else open(file, "wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **{HEADER: np.array(json.dumps(header))}, **arrays)

    @classmethod
    def load(cls, file: str | os.PathLike | BinaryIO, name: str) -> Self:
        """Read what `save` has written; the weights become float64. name: what to call it.

        Raises ValueError if it is no checkpoint, or one whose parts do not fit each other; OSError if it cannot be read.
        """
        try:
            with np.load(file, allow_pickle=False) as stored:
                arrays = {key: stored[key] for key in stored.files}
            header = json.loads(arrays.pop(HEADER).item())
            config = ModelConfig(**{"output": "decoder"} | header["config"] | {"weights": name})
            words = tuple(header["vocabulary"]), tuple(header["output_vocabulary"])
            return cls(config, *words, _weights(config, *words, arrays), _training(arrays), header["facts"])
        except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"is no checkpoint: {error}") from error


def untrained(config: ModelConfig, vocabulary: tuple[str, ...], output_vocabulary: tuple[str, ...]) -> Weights:
    """The weights that a translator begins with."""
    return random_weights(config, vocabulary)._replace(decoder=random_decoder(config, output_vocabulary))


def _weights(config: ModelConfig, vocabulary: tuple, output_vocabulary: tuple, arrays: Mapping[str, np.ndarray]) -> Weights:
    like = untrained(config, vocabulary, output_vocabulary)
    for name, array in named(like):
        if arrays[name].shape != array.shape or not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} is not an array of {array.shape} finite numbers")
    return filled(like, {name: array.astype(np.float64) for name, array in arrays.items()})


def _training(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array for name, array in arrays.items() if name.startswith("training.")}
