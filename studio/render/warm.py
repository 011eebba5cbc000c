"""Where worker processes come from."""

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

LOADED = "studio.render.loaded"


def context() -> BaseContext:
    """How workers are started: forked from a process that has loaded all they need, and that itself is neither forked nor has
    threads. Forking is sound on Linux; elsewhere each worker loads everything itself, as it does where the folder for temporary
    files can hold no socket, for which a path of more than 107 bytes is too long.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            return _forked_from_loaded()
    return multiprocessing.get_context("spawn")


def _forked_from_loaded() -> BaseContext:
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([LOADED])
    with _our_modules():
        forkserver.ensure_running()
    return found


@contextmanager
def _our_modules() -> Iterator[None]:
    """Within this, processes that are started find the same modules as this one, and none in the user's folder by accident."""
    before = dict(os.environ)
    os.environ.update(PYTHONPATH=os.pathsep.join(map(os.path.abspath, sys.path)), PYTHONSAFEPATH="1")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
