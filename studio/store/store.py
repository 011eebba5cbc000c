"""A store: things that are done, kept by key so that none is done twice; one file each, in a folder of the user's.

Own code and no library: what it takes, files that are whole and checked when they are read, is not what a database of many
small values is good at, and nothing here has to be repaired after a kill.
"""

import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from studio.errors import RenderError
from studio.store import files
from studio.store.digest import digest

SPEECH = "speech"                         # what the keys of speech begin with; those of clips begin with a scene and a step
ENTRY = re.compile(r"([\w.]*?)\.?[0-9a-f]{32}\.(clip|kept)")


class Store:
    """The things in a folder, by their key. Many processes may use it at once; at most `limit` bytes are kept.

    suffix: of the files, which tells one store's from another's.
    """

    def __init__(self, folder: Path, suffix: str, limit: int):
        self.folder, self.suffix, self.limit, self.written = folder, suffix, limit, False

    def get(self, key: str) -> bytes | None:
        """What is kept by that key, if it is there and whole; what is not is removed."""
        path = self._path(key)
        try:
            said, _, body = path.read_bytes().partition(b"\n")
        except OSError:
            return None
        if said != digest(body).encode():
            self.remove(key)
            return None
        with suppress(OSError):
            os.utime(path)
        return body

    def put(self, key: str, body: bytes) -> None:
        """Keeps something. If it cannot be written, a warning says so, once, and all goes on without."""
        try:
            files.write(self._path(key), digest(body).encode() + b"\n" + body, flush=False)  # the digest tells if it is whole
        except RenderError as error:
            not_kept(self.folder, error)
        else:
            self.written = True

    def remove(self, key: str) -> None:
        """Keeps it no longer."""
        with suppress(OSError):
            self._path(key).unlink()

    def trim(self) -> None:
        """If something was kept, removes what killed processes have left here, and the longest unused things beyond the limit."""
        if self.written:
            files.sweep([self.folder])
            entries = list(self.entries())
            size = sum(stat.st_size for _, stat in entries)
            for path, stat in entries:
                if size > self.limit:
                    with suppress(OSError):
                        path.unlink()
                        size -= stat.st_size

    def clear(self) -> None:
        """Removes all that is kept, and nothing else. Raises RenderError if something cannot be removed."""
        files.sweep([self.folder])
        for path, _ in self.entries():
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise RenderError(f"{path}: cannot be removed: {error.strerror}") from error

    def entries(self) -> Iterator[tuple[Path, os.stat_result]]:
        """The files, the longest unused first."""
        found = []
        with suppress(OSError):
            for file in os.scandir(self.folder):
                with suppress(OSError):  # another process may have removed it
                    match = ENTRY.fullmatch(file.name)
                    if match and match[2] == self.suffix:
                        found.append((Path(file.path), file.stat()))
        return iter(sorted(found, key=lambda entry: entry[1].st_mtime_ns))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.{self.suffix}"


def head(path: Path) -> bytes:
    """The first line of what is kept in a file. Raises OSError."""
    with path.open("rb") as file:
        file.readline()
        return file.readline()


def not_kept(folder: Path, error: Exception) -> None:
    """Warns, once, that what a folder is for is not kept in it, and why."""
    _warn(f"{folder}: what is made or found out is not kept for the next time: {getattr(error.__cause__, 'strerror', None) or error}")


@cache
def _warn(message: str) -> None:
    warnings.warn(message, stacklevel=1)


@cache
def cache_folder() -> Path:
    """A folder of this user's for what can be made again, or one for temporary files where there can be none.

    If there can be none at all, one that cannot be written to.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "animformer"
    try:
        for folder in (home, Path(tempfile.gettempdir()) / f"animformer-{os.getuid()}"):
            if folder.is_absolute() and _writable(folder):
                return folder
        return Path(_own_folder().name)
    except OSError:
        return home


@cache
def _own_folder() -> tempfile.TemporaryDirectory:
    """A folder that goes as this process ends."""
    return tempfile.TemporaryDirectory(prefix="animformer-")


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        return False
