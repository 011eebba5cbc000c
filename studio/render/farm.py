"""Many jobs at once, in processes of their own."""

import multiprocessing
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import wait as wait_for

from studio.errors import RenderError, UserError

DIED = "the process that drew it died (out of memory?)"


def run(work: Callable, jobs: Sequence, n_workers: int, on_done: Callable) -> None:
    """Calls `on_done(job, work(job))` for each job as it is done, in this process, longest job first.

    `work` and jobs must be picklable; jobs have `seconds`, and `str(job)` names them. A job that fails does not keep the others
    from being done; in the end RenderError says which failed and why. A UserError ends everything, as does an interrupt: the
    workers are killed at once and what they have left behind is removed.
    """
    errors: list[RenderError] = []
    waiting = deque(sorted(jobs, key=lambda job: -job.seconds))
    n_workers = min(n_workers, len(waiting))
    while n_workers == 1 and waiting:  # a process for one worker would cost a second and gain nothing
        job = waiting.popleft()
        _finish(job, partial(_checked, work, job), on_done, errors)
    while waiting:
        # Which of the lost killed its process is not known; alone, the guilty one shows, and the others get done.
        for job in _drain(work, waiting, n_workers, on_done, errors):
            if _drain(work, deque([job]), 1, on_done, errors):
                errors.append(RenderError(f"{job}: {DIED}"))
    if errors:
        raise RenderError("\n".join(map(str, errors))) from ExceptionGroup("what failed", errors)


def _drain(work: Callable, waiting: deque, n_workers: int, on_done: Callable, errors: list[RenderError]) -> list:
    """Works through the queue. If a worker dies, returns the jobs that were under way then."""
    running: dict[Future, object] = {}
    lost: list = []
    with tempfile.TemporaryDirectory(prefix="animformer-") as scratch:
        pool = ProcessPoolExecutor(n_workers, multiprocessing.get_context("spawn"), _enter, (scratch,))
        try:
            while (waiting and not lost) or running:
                while waiting and not lost and len(running) < n_workers:
                    job = waiting.popleft()
                    try:
                        running[_submit(pool, work, job)] = job
                    except BrokenProcessPool:
                        lost.append(job)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    if isinstance(future.exception(), BrokenProcessPool):
                        lost.append(job)
                    else:
                        _finish(job, future.result, on_done, errors)
        except BaseException:
            for process in list((pool._processes or {}).values()):
                process.kill()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
    return lost


def _finish(job, result: Callable, on_done: Callable, errors: list[RenderError]) -> None:
    try:
        done = result()
    except RenderError as error:
        errors.append(error)
    else:
        on_done(job, done)


def _submit(pool: ProcessPoolExecutor, work: Callable, job) -> Future:
    """A worker is started with Ctrl-C blocked, and so never sees it: it is for this process to stop the workers."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_checked, work, job)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _checked(work: Callable, job):
    """Whatever goes wrong in a job becomes an error that names it, and that can cross from process to process."""
    try:
        return work(job)
    except UserError:
        raise
    except Exception as error:
        raise RenderError(f"{job}: {type(error).__name__}: {error}") from error


def _enter(scratch: str) -> None:
    """A worker begins: its temporary files go where they will be removed even if it is killed, and it does not outlive us."""
    tempfile.tempdir = scratch
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    wait_for([multiprocessing.parent_process().sentinel])
    signal.raise_signal(signal.SIGKILL)
