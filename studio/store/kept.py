"""What takes long to find out and stays true: kept in a folder of the user's, by all that it depends on.

Nothing in there is needed: what is lost or broken is found out again, and what cannot be written is not kept.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.store.digest import digest_of
from studio.store.store import Store, cache_folder

LIMIT = 20_000_000                        # bytes; the whole film has some 300 things of 10 kB or less
trimmed: set[Path] = set()                # folders that this process has looked through: to do so takes longer than to keep a thing


def kept(find: Callable[[], Any], *depends: Any) -> Any:
    """`find()`, or what it was when last asked for with all these the same; all is JSON. A Path stands for its file's bytes."""
    store, key = Store(cache_folder() / "kept", "kept", LIMIT), digest_of(depends)
    body = store.get(key)
    with suppress(ValueError):
        if body is not None:
            return json.loads(body)
    found = find()
    store.put(key, json.dumps(found).encode())
    if store.folder not in trimmed:
        trimmed.add(store.folder)
        store.trim()
    return found
