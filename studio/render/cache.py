"""The clips that are done, kept so that none is drawn twice."""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from studio.errors import Problem, UserError
from studio.render.job import Clip
from studio.store.store import ENTRY, SPEECH, Store, cache_folder, head

FOLDER, LIMIT = "ANIMFORMER_CACHE", "ANIMFORMER_CACHE_LIMIT"  # environment variables: a folder, and gigabytes
APART = "movie", "picture", "tensors"     # what is not in the line that says what there is: that is read of every clip
DEFAULT_LIMIT, GIGABYTE = 4.0, 10**9


@dataclass(frozen=True, kw_only=True)
class Entry(Clip):
    """A clip and what is said of it. seconds: how long it is; digests: of the trace and of the weights, by name; tensors: those that
    it shows, with their values, for JSON.
    """

    seconds: float
    digests: Mapping[str, str]
    tensors: Sequence[Mapping] = field(default_factory=list)


class Cache:
    """The clips in a folder, by the key of what they are made from, and the speech that is heard in them.

    `store` is what holds both; many processes may use it at once.

    `$ANIMFORMER_CACHE`, or `animformer/clips` in `$XDG_CACHE_HOME` or `~/.cache`; at most `$ANIMFORMER_CACHE_LIMIT` gigabytes,
    4 if it does not say. Raises UserError if the limit is no number.
    """

    def __init__(self):
        folder = os.path.expanduser(os.environ.get(FOLDER, "")) or cache_folder() / "clips"
        self.store = Store(Path(folder), "clip", _limit())
        self.trim, self.clear = self.store.trim, self.store.clear

    def get(self, key: str) -> Entry | None:
        """The clip of that key, if it is there and whole; one that is not is removed."""
        body = self.store.get(key)
        try:
            return body and _unpacked(body)
        except (ValueError, LookupError, TypeError):
            self.store.remove(key)
            return None

    def put(self, key: str, entry: Entry) -> None:
        """Keeps a clip. If it cannot be kept, a warning says so, and all goes on without."""
        self.store.put(key, _packed(entry))

    def seconds(self, scene: str, step: str) -> float | None:
        """How long the clip of a step was when last it was made or used, whatever of; None if it is not known."""
        return self._lengths.get(f"{scene}.{step}")

    def info(self) -> dict:
        """Where it is, how many clips and bytes there are, and how many bytes there may be."""
        entries = list(self.store.entries())
        n_clips = sum(ENTRY.fullmatch(path.name)[1] != SPEECH for path, _ in entries)
        size = sum(stat.st_size for _, stat in entries)
        return {"folder": str(self.store.folder), "clips": n_clips, "bytes": size, "limit": self.store.limit}

    @cached_property
    def _lengths(self) -> dict[str, float]:
        lengths = {}
        for path, _ in self.store.entries():
            with suppress(OSError, ValueError, LookupError):
                lengths[ENTRY.fullmatch(path.name)[1]] = float(json.loads(head(path))["seconds"])
        return lengths


def _packed(entry: Entry) -> bytes:
    """A line that says what there is; the video; the picture; the tensors."""
    said = {name: value for name, value in vars(entry).items() if name not in APART}
    head = json.dumps(said | {"bytes": [len(entry.movie), len(entry.picture)]})
    return head.encode() + b"\n" + entry.movie + entry.picture + json.dumps(entry.tensors).encode()


def _unpacked(body: bytes) -> Entry:
    """What was packed."""
    line, _, rest = body.partition(b"\n")
    said = json.loads(line)
    movie, picture = said.pop("bytes")
    end = movie + picture
    return Entry(movie=rest[:movie], picture=rest[movie:end], tensors=json.loads(rest[end:]), **said)


def _limit() -> int:
    said = os.environ.get(LIMIT) or str(DEFAULT_LIMIT)
    try:
        if (limit := int(float(said) * GIGABYTE)) >= 0:
            return limit
        raise ValueError(said)
    except (ValueError, OverflowError) as error:
        message = f"'{said}' is no number of gigabytes"
        raise UserError([Problem(message, LIMIT, kind="wrong-type", hint="for example 0.5")]) from error
