"""What keeps the tensors of a pass while it runs, and when it is done."""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain
from typing import Self

import numpy as np

Measure = Callable[[], Mapping[str, np.ndarray]]


class Recorder:
    """Keeps what it is called with, under its name, and gives it back unchanged."""

    def __init__(self, arrays: dict[str, np.ndarray] | None = None, prefix: str = ""):
        self.arrays = {} if arrays is None else arrays
        self.prefix = prefix

    def __call__(self, name: str, x: np.ndarray) -> np.ndarray:
        """Keep x as `name`. ValueError if something is kept under that name already."""
        name = self.prefix + name
        if name in self.arrays:
            raise ValueError(f"tensor '{name}' is recorded twice")
        self.arrays[name] = x
        return x

    def scope(self, name: str) -> Self:
        """A recorder of the same tensors whose names all begin with `name` and a dot."""
        return type(self)(self.arrays, f"{self.prefix}{name}.")


class Recorded(Mapping[str, np.ndarray]):
    """Tensors by name, read-only, in the order of recording: those of a pass, and then what each experiment measures.

    That is measured when the first of its tensors is asked for, or how many tensors there are: who draws one waits for no others.
    later: the experiments, by name. declared: what may be recorded; ValueError, when it is, for a tensor that is not.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], later: Mapping[str, Measure], declared: Collection[str]):
        self._later, self._declared = later, declared
        self._parts = {"": self._kept(arrays)}

    def __getitem__(self, name: str) -> np.ndarray:
        scope = str(name).partition(".")[0]          # what is no name is an error of the mapping, not of the text
        return self._part(scope if scope in self._later else "")[name]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(map(self._part, ("", *self._later)))

    def __len__(self) -> int:
        return sum(len(self._part(part)) for part in ("", *self._later))

    def _part(self, name: str) -> Mapping[str, np.ndarray]:
        if name not in self._parts:
            self._parts[name] = self._kept(self._later[name]())
        return self._parts[name]

    def _kept(self, arrays: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        if undeclared := [name for name in arrays if name not in self._declared]:
            raise ValueError(f"tensors that nothing declares: {', '.join(undeclared)}")
        return {name: frozen(array) for name, array in arrays.items()}


def frozen(array: np.ndarray) -> np.ndarray:
    """A read-only float64 copy; of what nobody can write to, and may be float32, none is made."""
    if isinstance(array, np.ndarray) and not array.flags.writeable and array.dtype in (np.float32, np.float64):
        return array
    copy = np.array(array, dtype=np.float64, order="C")
    copy.flags.writeable = False
    return copy
