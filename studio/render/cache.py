"""Clips that are done, kept so that none is drawn twice: one file each, in a folder of the user's.

Own code and no library: what it takes, files that are whole and checked when they are read, is not what a database of many
small values is good at, and nothing here has to be repaired after a kill.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from studio.errors import Problem, RenderError, UserError
from studio.kept import cache_folder
from studio.output import files
from studio.render.job import Clip

FOLDER, LIMIT = "ANIMFORMER_CACHE", "ANIMFORMER_CACHE_LIMIT"  # environment variables: a folder, and gigabytes
DEFAULT_LIMIT, GIGABYTE = 4.0, 10**9
ENTRY = re.compile(r"(\w+\.\w+)\.[0-9a-f]{32}\.clip")


@dataclass(frozen=True, kw_only=True)
class Entry(Clip):
    """A clip and what is said of it. seconds: how long it is; digests: of the trace and of the weights, by name."""

    seconds: float
    digests: Mapping[str, str]


class Cache:
    """The clips in a folder, by the key of what they are made from. Many processes may use it at once.

    `$ANIMFORMER_CACHE`, or `animformer/clips` in `$XDG_CACHE_HOME` or `~/.cache`; at most `$ANIMFORMER_CACHE_LIMIT` gigabytes,
    4 if it does not say. warn: is told, once, if the folder cannot be written to. Raises UserError if the limit is no number.
    """

    def __init__(self, warn: Callable[[str], None] = lambda _: None):
        self.folder = Path(os.environ.get(FOLDER) or cache_folder() / "clips")
        self.limit, self.warn, self.written = _limit(), warn, False

    def get(self, key: str) -> Entry | None:
        """The clip of that key, if it is there and whole; one that is not is removed."""
        path = self._path(key)
        try:
            entry = _unpacked(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError):
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return entry

    def put(self, key: str, entry: Entry) -> None:
        """Keeps a clip. If it cannot be kept, all goes on without."""
        try:
            files.write(self._path(key), _packed(entry))
            self.written = True
        except RenderError as error:
            self.warn(f"what is rendered is not kept for the next time: {error}")
            self.warn = lambda _: None

    def seconds(self, scene: str, step: str) -> float | None:
        """How long the clip of a step was when last it was made or used, whatever of; None if it is not known."""
        return self._lengths.get(f"{scene}.{step}")

    def trim(self) -> None:
        """If something was kept, removes what killed processes have left here, and the longest unused clips beyond the limit."""
        if self.written:
            files.sweep([self.folder])
            entries = list(self._entries())
            size = sum(stat.st_size for _, stat in entries)
            for path, stat in entries:
                if size > self.limit:
                    with suppress(OSError):
                        path.unlink()
                        size -= stat.st_size

    def clear(self) -> None:
        """Removes all clips, and nothing else."""
        files.sweep([self.folder])
        for path, _ in self._entries():
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise RenderError(f"{path}: cannot be removed: {error.strerror}") from error

    def info(self) -> dict:
        """Where it is, how many clips and bytes there are, and how many bytes there may be."""
        sizes = [stat.st_size for _, stat in self._entries()]
        return {"folder": str(self.folder), "clips": len(sizes), "bytes": sum(sizes), "limit": self.limit}

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.clip"

    def _entries(self) -> Iterator[tuple[Path, os.stat_result]]:
        """The clips, the longest unused first."""
        found = []
        with suppress(OSError):
            for file in os.scandir(self.folder):
                with suppress(OSError):  # another process may have removed it
                    if ENTRY.fullmatch(file.name):
                        found.append((Path(file.path), file.stat()))
        return iter(sorted(found, key=lambda entry: entry[1].st_mtime_ns))

    @cached_property
    def _lengths(self) -> dict[str, float]:
        lengths = {}
        for path, _ in self._entries():
            with suppress(OSError, ValueError, LookupError), path.open("rb") as file:
                file.readline()
                lengths[ENTRY.fullmatch(path.name)[1]] = float(json.loads(file.readline())["seconds"])
        return lengths


def _packed(entry: Entry) -> bytes:
    """A line with the digest of all that follows; a line that says what there is; the video; the picture."""
    said = {name: value for name, value in vars(entry).items() if name not in ("movie", "picture")}
    head = json.dumps(said | {"bytes": len(entry.movie)}).encode()
    body = b"\n".join((head, entry.movie + entry.picture))
    return _hash(body) + b"\n" + body


def _unpacked(data: bytes) -> Entry:
    """What was packed. ValueError if it is not whole."""
    digest, _, body = data.partition(b"\n")
    if digest != _hash(body):
        raise ValueError("not the bytes that were written")
    head, _, pictures = body.partition(b"\n")
    said = json.loads(head)
    length = said.pop("bytes")
    return Entry(movie=pictures[:length], picture=pictures[length:], **said)


def _hash(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).hexdigest().encode()


def _limit() -> int:
    said = os.environ.get(LIMIT) or str(DEFAULT_LIMIT)
    try:
        return int(float(said) * GIGABYTE)
    except (ValueError, OverflowError) as error:
        message = f"'{said}' is no number of gigabytes"
        raise UserError([Problem(message, LIMIT, kind="wrong-type", hint="for example 0.5")]) from error
