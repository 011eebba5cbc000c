"""Where worker processes come from, and how they begin."""

import atexit
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import BaseContext

from studio.render.alone import prepare

LOADED = "studio.render.loaded"


def context(*also: str) -> BaseContext:
    """How workers are started: forked from a process that has loaded all they need, and that itself is neither forked nor has
    threads. Forking is sound on Linux; elsewhere each worker loads everything itself, as it does where the folder for temporary
    files can hold no socket, for which a path of more than 107 bytes is too long.

    Called before they are wanted, it has them loaded in the meantime. also: modules that they need besides.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            return _forked_from_loaded(also)
    return multiprocessing.get_context("spawn")


def _forked_from_loaded(also: tuple[str, ...]) -> BaseContext:
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([LOADED, *also])
    with unheard():
        resource_tracker.ensure_running() # by itself, for as it starts it lets signals be heard again
    with unheard(), _our_surroundings():
        forkserver.ensure_running()
    return found


@contextmanager
def _our_surroundings() -> Iterator[None]:
    """Within this, processes that are started find the same modules as this one, and none in the user's folder by accident; and what
    they leave behind goes with it."""
    before = dict(os.environ)
    os.environ.update(PYTHONPATH=os.pathsep.join(map(os.path.abspath, sys.path)), PYTHONSAFEPATH="1", TMPDIR=_scratch().name)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@cache
def _scratch() -> tempfile.TemporaryDirectory:
    """Where what workers are forked from has its temporary files: they are gone with this process, whatever has ended that one."""
    folder = tempfile.TemporaryDirectory(prefix="animformer-")
    atexit.register(renew)                # before the folder goes
    return folder


@contextmanager
def unheard() -> Iterator[None]:
    """A process that is started within this never sees Ctrl-C, or that the terminal is gone: it is for this one to stop it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def enter(scratch: str, environment: dict[str, str]) -> None:
    """A worker begins: its temporary files go where they will be removed even if it is killed, and it does not outlive us."""
    tempfile.tempdir = scratch
    os.environ.clear()                    # it may be that of the process it was forked from
    os.environ.update(environment)
    warnings.simplefilter("ignore", UserWarning)            # the first process says it
    prepare()
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    wait_for([multiprocessing.parent_process().sentinel])
    signal.raise_signal(signal.SIGKILL)


def renew() -> None:
    """What workers are forked from ends, also as it loads; the next ones come from a process that loads everything anew.

    So it is when the code is no longer what it was: what is loaded cannot be unloaded.
    """
    there = forkserver._forkserver        # there is no public way
    if there._forkserver_pid is not None:
        os.kill(there._forkserver_pid, signal.SIGKILL)
        there._stop()
