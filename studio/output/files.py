"""Files that are whole or not there: written under another name beside their place, then moved into it."""

import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio.errors import Problem, RenderError, UserError


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yields a path to write to, of the same folder and suffix; it becomes `path` if all goes well, else nothing is left.

    Raises RenderError if the file cannot be written. The old file stays until the new one is on the disk.
    """
    partial = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        _flush(partial)
        os.replace(partial, path)
        with suppress(OSError):  # not every file system can flush a folder
            _flush(path.parent)
    except OSError as error:
        raise RenderError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)


def write(path: Path, data: bytes) -> None:
    """The whole file at once, as `atomic` does."""
    with atomic(path) as partial:
        partial.write_bytes(data)


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
    probe = folder / f".{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        return [Problem(f"cannot be written to: {error.strerror or error}", str(folder), kind="unwritable")]
    return []


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
