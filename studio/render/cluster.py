"""A Dask cluster as an executor. Its machines need the same animformer installed, and no disk in common."""

import logging
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager

from studio.errors import Problem, UserError
from studio.render import inputs
from studio.render.alone import ONE_CORE

PATIENCE = 10                             # seconds for the scheduler to answer, and for a first worker to be there
_turn = threading.Lock()


class _Workers(Executor):
    """Hands jobs to the workers as bytes: the scheduler, which unpickles all it passes on, needs no animformer.

    What goes beside a job, such as the weights of a large model, is sent to all workers once; they hand it to those that come later.
    """

    def __init__(self, executor: Executor, client):
        self.executor, self.client, self.sent = executor, client, {}

    def submit(self, work: Callable, /, *args) -> Future:
        beside: list[pickle.PickleBuffer] = []
        call = pickle.dumps(_Call(_in_turn, work, *args), protocol=5, buffer_callback=beside.append)
        return self.executor.submit(pickle.loads, call, buffers=[self._sent(buffer.raw().obj) for buffer in beside])

    def _sent(self, data: bytes):
        if id(data) not in self.sent:
            self.sent[id(data)] = data, self.client.scatter(data, broadcast=True, hash=False)  # kept, so that the id is no other's
        return self.sent[id(data)][1]


class _Call:
    """Pickled, this is a call: where it is unpickled, the function is called, and what it returns is there instead."""

    def __init__(self, function: Callable, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


@contextmanager
def executor(address: str) -> Iterator[Executor]:
    """The cluster whose scheduler has this address, `tcp://host:8786`.

    Raises UserError if `distributed` is not installed, if nothing answers there, or if the workers have another animformer.
    A worker that dies is replaced by another one; what is under way when this ends is cancelled.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        hint = "install the extra [cluster]: .venv/bin/pip install -e '.[cluster]'"
        raise _problem(address, f"a cluster needs the package {error.name}", hint) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said by the futures
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        hint = "start one with `dask scheduler`, and name it as tcp://host:8786"
        raise _problem(address, f"no Dask scheduler answers there: {error}", hint) from error
    with client:
        _look_at(client, address)
        pool = client.get_executor(pure=False)
        try:
            yield _Workers(pool, client)
        finally:
            pool.shutdown(wait=False)


def _look_at(client, address: str) -> None:
    """UserError if the cluster has no worker, or one that has not our animformer. Each is to multiply on one core."""
    try:
        client.wait_for_workers(1, PATIENCE)
    except TimeoutError as error:
        raise _problem(address, "the cluster has no workers", f"start some with `dask worker {address}`") from error
    for name, value in ONE_CORE.items():
        client.run(os.putenv, name, value)  # before our modules, and numpy with them, are there
    try:
        found = client.run(pickle.loads, pickle.dumps(_Call(inputs.versions)))
    except ModuleNotFoundError as error:
        raise _problem(address, f"a worker has no package {error.name}", "install animformer on all machines") from error
    ours, problems = inputs.versions(), []
    for worker, theirs in found.items():
        other = [f"{name} {theirs.get(name, 'none')} (here {ours.get(name, 'none')})" for name in inputs.differing(ours, theirs)]
        if other:
            hint = "install the same packages on all machines: pip install -c constraints.txt"
            problems.append(Problem(f"has {', '.join(other)}", worker, kind="cluster", hint=hint))
    if problems:
        raise UserError(problems)


def _problem(address: str, message: str, hint: str) -> UserError:
    return UserError([Problem(message, f"--cluster {address}", kind="cluster", hint=hint)])


def _in_turn(work: Callable, *args):
    """Draws one thing at a time in a worker, however many threads it has: manim has one state a process."""
    with _turn:
        return work(*args)
