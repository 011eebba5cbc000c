"""Digests: what bytes, files and values are known by."""

import hashlib
import json
from functools import lru_cache, partial
from pathlib import Path
from typing import Any


def digest(data: bytes) -> str:
    """32 hexadecimal digits that only these bytes have."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def digest_of(value: Any) -> str:
    """The digest of what can be JSON, whatever the order of its keys. A Path in it stands for its file's bytes."""
    return digest(json.dumps(value, sort_keys=True, default=lambda file: digest(file.read_bytes())).encode())


def digest_of_file(file: Path) -> str:
    """The digest of a file's bytes, read again only if it has been changed."""
    return _of_file(file, file.stat().st_mtime_ns)


@lru_cache(512)
def _of_file(file: Path, changed: int) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, partial(hashlib.blake2b, digest_size=16)).hexdigest()
