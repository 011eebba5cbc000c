"""Files that are whole or not there: written under another name beside their place, then moved into it.

The other name is hidden, and its file locked by who writes it: the lock of a process that was killed is gone, so that what it
has left behind is known from what others are writing at this moment, whoever and wherever they are.
"""

import fcntl
import os
import re
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from studio.errors import Problem, RenderError, UserError

PARTIAL = re.compile(r"\.animformer-[0-9a-f]{32}(\..*)?")
LONG = 100                                # of a suffix, which is only there for who looks at it


@contextmanager
def atomic(path: Path, flush: bool = True) -> Iterator[Path]:
    """Yields a path to write to, of the same suffix; what is there becomes `path` if all goes well, else nothing is left.

    Of a link its target is replaced; into what is no regular file, a device or a pipe, it is written.
    flush: whether it is on the disk before it becomes `path`, so that not even a power cut leaves half of it.

    Raises RenderError if the file cannot be written. The old file stays until the new one is on the disk.
    """
    try:
        with _through(path) if is_special(path) else _instead(_target(path), flush) as partial:
            yield partial
    except OSError as error:
        raise RenderError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def _instead(path: Path, flush: bool) -> Iterator[Path]:
    partial = path.with_name(f".animformer-{uuid.uuid4().hex}{path.suffix if len(path.suffix) < LONG else ''}")
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
    finally:
        with suppress(OSError):
            partial.unlink()


@contextmanager
def _through(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="animformer-") as folder:
        partial = Path(folder) / f"partial{path.suffix}"
        yield partial
        with partial.open("rb") as whole, path.open("wb") as special:
            shutil.copyfileobj(whole, special)


def is_special(path: Path) -> bool:
    """Whether something else stands there than a file or folder, which must not be replaced: a device, a pipe, a socket."""
    with suppress(OSError, ValueError):
        mode = path.stat().st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


def _target(path: Path) -> Path:
    """The path, or what it leads to if it is a link."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else path


def write(path: Path, data: bytes, flush: bool = True) -> None:
    """Makes `path` a file of these bytes, whole at once as `atomic` does. A file that has them already stays as it is."""
    with suppress(OSError), path.open("rb") as there:
        if os.fstat(there.fileno()).st_size == len(data) and there.read() == data:
            return
    with atomic(path, flush) as partial:
        partial.write_bytes(data)


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
    problems = _probe(out) or [problem for folder in {_target(path).parent: None for path in paths} for problem in _probe(folder)]
    for path in () if problems else paths:
        if unfit := _unfit(path):
            problems.append(Problem(f"cannot be written: {unfit}", str(path), kind="unwritable"))
    if problems:
        raise UserError(problems)


def _probe(folder: Path) -> list[Problem]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except (OSError, ValueError) as error:  # ValueError: a name with a zero in it
        return [Problem(f"cannot be written to: {getattr(error, 'strerror', None) or error}", str(folder), kind="unwritable")]
    return []


def _unfit(path: Path) -> str:
    """Why there can be no file at a path, or nothing."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return ""
    except OSError as error:  # too long a name, links in a circle
        return error.strerror or str(error)
    return "" if stat.S_ISREG(mode) else "it is a folder" if stat.S_ISDIR(mode) else "it is no regular file"


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
