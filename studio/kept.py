"""What takes long to find out and stays true: kept in a folder of the user's, by all that it depends on.

Nothing in there is needed: what is lost or broken is found out again, and what cannot be written is not kept.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

MOST = 2000                               # things; the whole film has some 300, of 10 kB or less


def kept(find: Callable[[], Any], *depends: Any) -> Any:
    """`find()`, or what it was when last asked for with all these the same; all is JSON. A Path stands for its file's bytes."""
    path = cache_folder() / "kept" / _hash(json.dumps(depends, default=lambda file: _hash(file.read_bytes())).encode())
    with suppress(OSError, ValueError):
        digest, _, body = path.read_bytes().partition(b"\n")
        if digest == _hash(body).encode():
            return json.loads(body)
    found = find()
    body = json.dumps(found).encode()
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        _make_room(path.parent)
        write(path, _hash(body).encode() + b"\n" + body)
    return found


def write(path: Path, data: bytes) -> None:
    """Makes `path` a file of these bytes, at once."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        temporary.write(data)
    os.replace(temporary.name, path)


@cache
def cache_folder() -> Path:
    """A folder of this user's for what can be made again, or one for temporary files where there can be none."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    for folder in (home / "animformer", Path(tempfile.gettempdir()) / f"animformer-{os.getuid()}"):
        if folder.is_absolute() and _writable(folder):
            return folder
    return Path(tempfile.mkdtemp(prefix="animformer-"))


def _make_room(folder: Path) -> None:
    """Removes the older half if there is too much."""
    there = list(folder.iterdir())
    if len(there) >= MOST:
        for path in sorted(there, key=lambda path: path.stat().st_mtime_ns)[: MOST // 2]:
            path.unlink(missing_ok=True)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        return False


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
