"""What a scene needs beyond one forward pass: more passes of the same model, and what is measured on it, recorded like all else.

An experiment is any module, wherever it stands, with TENSORS, what it records, and `measure(run, record)`, which does it. It is
called by the last part of its module's name, and everything that it records is under that name. A scene names the ones it draws;
no other scene waits for them, and nothing imports them all.
"""

import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from model.checkpoint import Checkpoint
from model.config import ModelConfig
from model.recorder import Recorder
from model.tensors import TENSORS, TEXTS, Tensor
from model.weights import Weights

# What the model itself records, and what else scripts rely on.
RESERVED = {"tokens", *(tensor.name.partition(".")[0] for tensor in TENSORS)}


class Run(NamedTuple):
    """What an experiment is given: a forward pass that is done.

    ids: row of each token in the embedding table. checkpoint: only of trained weights. vocabulary: the word of each row. arrays:
    all that the pass recorded. given: whatever else there is for experiments, by name: `twin`, the tokens of another sentence, as
    many; `intervention`, what is done to one head; and what a scene has of its own.
    """

    tokens: tuple[str, ...]
    ids: np.ndarray
    config: ModelConfig
    weights: Weights
    checkpoint: Checkpoint | None
    vocabulary: tuple[str, ...]
    arrays: Mapping[str, np.ndarray]
    given: Mapping[str, Any]

    def of_all_blocks(self, name: str) -> np.ndarray:
        """A tensor of every encoder block, by its name within the block, with the block as its first axis."""
        return np.stack([self.arrays[f"encoder.{block}.{name}"] for block in range(self.config.n_blocks)])


def names() -> tuple[str, ...]:
    """The experiments that stand here."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def find(name: str) -> ModuleType:
    """The experiment of that name that stands here. KeyError if there is none; its message suggests near ones."""
    if name not in names():
        near = get_close_matches(name, names())
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are {', '.join(names())}"
        raise KeyError(f"no experiment {name!r}; {hint}")
    return import_module(f"{__name__}.{name}")


def name_of(experiment: ModuleType) -> str:
    """What an experiment is called."""
    return experiment.__name__.rpartition(".")[2]


def measured(experiment: ModuleType, run: Run) -> Mapping[str, np.ndarray]:
    """What an experiment records of a pass, by full name."""
    record = Recorder()
    experiment.measure(run, record.scope(name_of(experiment)))
    return record.arrays


def tensors_of(experiments: Sequence[ModuleType]) -> tuple[Tensor, ...]:
    """What experiments declare. ValueError with all that is wrong with them, a line each."""
    if problems := [*_problems(experiments)]:
        raise ValueError("\n".join(problems))
    return tuple(tensor for experiment in experiments for tensor in experiment.TENSORS)


def _problems(experiments: Sequence[ModuleType]) -> Iterator[str]:
    called = [*map(name_of, experiments)]
    for experiment, name in zip(experiments, called):
        if name in RESERVED:
            yield f"experiment {name!r}: the model records under this name itself; call the module otherwise"
        if called.count(name) > 1:
            yield f"experiment {name!r}: there are {called.count(name)} of this name"
        for part in ("TENSORS", "measure"):
            if not hasattr(experiment, part):
                yield f"experiment {name!r}: it has no {part}"
        for tensor in getattr(experiment, "TENSORS", ()):
            if not tensor.name.startswith(f"{name}."):
                yield f"experiment {name!r}: it declares {tensor.name!r}, which must begin with '{name}.'"
            for axis, text in tensor.words.items():
                if text not in TEXTS:
                    which = f"{text!r} along {axis}, which is none of {', '.join(TEXTS)}"
                    yield f"experiment {name!r}: {tensor.name!r} has {which}"
