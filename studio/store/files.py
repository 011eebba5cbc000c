"""Files that are whole or not there: written under another name beside their place, then moved into it.

The other name is hidden, and its file locked by who writes it: the lock of a process that was killed is gone, so that what it
has left behind is known from what others are writing at this moment, whoever and wherever they are.
"""

import fcntl
import os
import re
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from studio.errors import Problem, RenderError, UserError

PARTIAL = re.compile(r"\.animformer-[0-9a-f]{32}(\..*)?")


@contextmanager
def atomic(path: Path, flush: bool = True) -> Iterator[Path]:
    """Yields a path to write to, of the same folder and suffix; it becomes `path` if all goes well, else nothing is left.

    flush: whether it is on the disk before it becomes `path`, so that not even a power cut leaves half of it.

    Raises RenderError if the file cannot be written. The old file stays until the new one is on the disk.
    """
    partial = path.with_name(f".animformer-{uuid.uuid4().hex}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(partial):
            yield partial
            if flush:
                _flush(partial)
            os.replace(partial, path)
        if flush:
            with suppress(OSError):  # not every file system can flush a folder
                _flush(path.parent)
    except OSError as error:
        raise RenderError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def write(path: Path, data: bytes, flush: bool = True) -> None:
    """Makes `path` a file of these bytes, whole at once as `atomic` does. A file that has them already stays as it is."""
    hold(path, data, flush).close()


def hold(path: Path, data: bytes, flush: bool = True) -> BinaryIO:
    """The same, and the file opened for reading: it can be read whatever else is written to `path` later."""
    with ExitStack() as opened, suppress(OSError):
        there = opened.enter_context(path.open("rb"))
        if os.fstat(there.fileno()).st_size == len(data) and there.read() == data:
            opened.pop_all()
            return there
    with atomic(path, flush) as partial:
        partial.write_bytes(data)
        held = partial.open("rb")
    return held


def sweep(folders: Iterable[Path]) -> None:
    """Removes what killed processes have left half-written in these folders."""
    for folder in folders:
        with suppress(OSError):
            for path in [folder / name for name in os.listdir(folder) if PARTIAL.fullmatch(name)]:
                with suppress(OSError), path.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


def check_writable(out: Path, paths: Iterable[Path]) -> None:
    """Makes the folder `out` and the folders of these files in it. Raises UserError if any of them could not be written."""
    paths = tuple(paths)
    problems = _probe(out) or [problem for folder in {path.parent: None for path in paths} for problem in _probe(folder)]
    for path in paths:
        if path.is_dir():
            problems.append(Problem("cannot be written: it is a folder", str(path), kind="unwritable"))
    if problems:
        raise UserError(problems)


def _probe(folder: Path) -> list[Problem]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return [Problem(f"cannot be written to: {error.strerror or error}", str(folder), kind="unwritable")]
    return []


def _locked(path: Path) -> BinaryIO:
    """A new file, opened and locked. Not every file system has locks; without them, nothing is swept either."""
    while True:
        file = path.open("wb")
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # swept before it was locked


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
