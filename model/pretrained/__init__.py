"""Models that others have trained, in folders as the `transformers` library keeps them: BERT and its kin, and GPT-2."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from model import safetensors
from model.checkpoint import Checkpoint
from model.config import ModelConfig
from model.pretrained.families import config_of, weights_of
from model.pretrained.files import looked_at, read_json
from model.pretrained.tokens import SETTINGS, TOKENIZER, VOCABULARY, tokenizer
from model.weights import Weights

CONFIG, WEIGHTS, SHARDS = "config.json", "model.safetensors", "model.safetensors.index.json"
FILES = (CONFIG, WEIGHTS, VOCABULARY, TOKENIZER, SETTINGS)     # of which some need not be there
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")


def is_folder(folder: Path) -> bool:
    """Whether there is anything in a folder that could be of such a model."""
    return any((folder / name).exists() for name in (*FILES, SHARDS)) or any(path for kind in PICKLES for path in folder.glob(kind))


def load(folder: Path, name: str) -> Checkpoint:
    """The model in a folder. name: what to call it. Its matrices stay in their file, in float32 if they are.

    Raises ValueError, which begins with the name of the file, for what is not there, not sound, or not known here; OSError for what
    cannot be read.
    """
    said = read_json(folder, CONFIG)
    try:
        config = config_of(said, name)
    except ValueError as error:
        raise ValueError(f"{CONFIG} {error}") from error
    weights, tokens = _weights(folder, said, config), tokenizer(folder)
    rows, words = len(weights.embedding), len(tokens.vocabulary)
    if words > rows:
        raise ValueError(f"{WEIGHTS} has {rows} rows in its table of words, and there are {words} words")
    config, vocabulary = replace(config, spelling=tokens.spelling), tokens.vocabulary + ("",) * (rows - words)
    return Checkpoint(config, vocabulary, (), weights, {}, {"model_type": said["model_type"]}, tokens)


def _weights(folder: Path, said: dict[str, Any], config: ModelConfig) -> Weights:
    pickles = sorted(path.name for kind in PICKLES for path in folder.glob(kind))
    if not (folder / WEIGHTS).exists() and (folder / SHARDS).exists():
        raise ValueError(f"{WEIGHTS} is not there: it is in several files, and only one is read")
    if not (folder / WEIGHTS).exists() and pickles:
        raise ValueError(f"{WEIGHTS} is not there, and {pickles[0]} is not read: it is a pickle, which may run any code. "
                         "transformers makes the one of the other: AutoModel.from_pretrained(folder).save_pretrained(folder)")
    path = looked_at(folder, WEIGHTS)
    try:
        return weights_of(safetensors.read(path), said, config)
    except ValueError as error:
        raise ValueError(f"{WEIGHTS} {error}") from error
