"""Files of the user's that travel with an order to a machine that has not got them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from pickle import PickleBuffer

from studio.store import files
from studio.store.digest import digest_of_file

LARGE = 1_000_000                         # bytes, from which a file goes beside an order and not within it


@dataclass(frozen=True, repr=False)
class Carried:
    """A file's bytes, and the digest they are known by.

    Pickled, a large one is a buffer: who pickles many orders of the same weights may send that once (PEP 574).
    """

    digest: str
    data: bytes

    def __reduce_ex__(self, protocol: int):
        beside = protocol >= 5 and len(self.data) >= LARGE
        return Carried, (self.digest, PickleBuffer(self.data) if beside else self.data)


def carried(path: Path) -> Carried:
    """The bytes of a file; the same object for every order, so that a film holds them once."""
    return _carried(path, digest_of_file(path))


def unpacked(path: Path, file: Carried) -> None:
    """Writes what was carried, unless it is there. The path is to be no other file's."""
    if not path.is_file():
        files.write(path, file.data)


@lru_cache(64)
def _carried(path: Path, digest: str) -> Carried:
    return Carried(digest, path.read_bytes())
