"""What keeps the tensors of a pass while it runs."""

from typing import Self

import numpy as np


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
