"""What a format is: how the pictures of a step become a file."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from studio.render.grid import Rectangle
from studio.render.quality import Quality

if TYPE_CHECKING:
    from studio.render.job import Clip


class Writer(Protocol):
    """Gets the pictures of a step and makes a file of them."""

    def write(self, pixels: np.ndarray, repeat: int = 1, changed: Sequence[Rectangle] | None = None) -> None:
        """Shows a picture for `repeat` frames. pixels: uint8 (height, width, 4), RGBA, premultiplied; overwritten by the next.

        changed: rectangles outside which it is the picture before, if that is known.
        """

    def close(self) -> object:
        """Finishes the file."""

    def abort(self) -> None:
        """Lets go of the file, whatever state it is in."""


@dataclass(frozen=True)
class Format(ABC):
    """What a step is written as, and how. The name of a format is also the suffix of its files.

    moves: whether it shows all pictures of a step, or the last one alone. transparent: whether there is nothing behind them; a field
    of the formats that can be so.
    """

    name: ClassVar[str]
    moves: ClassVar[bool] = True
    transparent: ClassVar[bool] = False

    @property
    def suffix(self) -> str:
        """Of its files, with the dot."""
        return f".{self.name}"

    @abstractmethod
    def writer(self, path: Path, quality: Quality) -> Writer:
        """What makes a file of this format."""

    @abstractmethod
    def check(self, clip: "Clip", quality: Quality) -> None:
        """RenderError if what has been made is not whole."""
