"""Many jobs at once: in processes of their own here, or on a cluster."""

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from studio.errors import RenderError, UserError
from studio.render import cluster
from studio.render.warm import context, enter, renew, unheard

DIED = "the process that drew it died (out of memory?)"


def run(work: Callable, jobs: Sequence, workers: int | str, on_done: Callable, on_begin: Callable = lambda job: None) -> None:
    """Calls `on_done(job, work(job))` for each job as it is done, in this process, longest job first.

    workers: how many processes, or the address of a Dask scheduler. `work` and jobs must be picklable; jobs have `seconds`, and
    `str(job)` names them; `on_begin(job)` is called as a job is handed out. A job that fails does not keep the others from being
    done; in the end RenderError says which failed and why. A UserError ends everything, as does an interrupt: processes
    are killed at once and what they have left behind is removed.

    A job may consist of several: `on_begin` and `on_done` are called for each of its parts, and if it fails, they are done alone.
    """
    rest = deque(sorted(jobs, key=lambda job: -job.seconds))
    run = _Run(work, on_done, on_begin)
    if isinstance(workers, str):
        if rest:
            with cluster.executor(workers) as executor:
                run.drain(executor, rest, len(rest))
    elif min(workers, len(rest)) == 1:  # a process for one worker would cost a second and gain nothing
        run.here(rest)
    else:
        run.in_processes(rest, workers)
    if run.errors:
        raise RenderError("\n".join(map(str, run.errors))) from ExceptionGroup("what failed", run.errors)


@dataclass
class _Run:
    """Jobs being done, and what has failed so far."""

    work: Callable
    on_done: Callable
    on_begin: Callable
    errors: list[RenderError] = field(default_factory=list)

    def here(self, jobs: deque) -> None:
        """Does the jobs in this process."""
        while jobs:
            job = jobs.popleft()
            self._begin(job)
            self._finish(job, partial(_checked, self.work, job), jobs)

    def in_processes(self, jobs: deque, n: int) -> None:
        """Does the jobs in so many processes."""
        while jobs:
            lost = self._in_pool(jobs, min(n, len(jobs)))
            for job in [piece for job in lost for piece in job.apart()]:    # which killed its process is not known; alone it shows
                if self._in_pool(deque([job]), 1):
                    self.errors.append(RenderError(f"{job}: {DIED}"))

    def _in_pool(self, jobs: deque, n: int) -> list:
        """Does the jobs in so many processes, all of them if none dies. If one does, returns those under way then."""
        with _processes(n) as executor:
            lost = self.drain(executor, jobs, n)
        if lost:
            renew()                         # what workers are forked from may be dying, too, and cannot be told from one that lives
        return lost

    def drain(self, executor: Executor, jobs: deque, most: int) -> list:
        """Takes jobs out of the queue and does them, `most` at a time. If a process dies, returns those under way then."""
        running: dict[Future, object] = {}
        lost: list = []
        while (jobs and not lost) or running:
            while jobs and not lost and len(running) < most:
                job = jobs.popleft()
                try:
                    running[_submit(executor, self.work, job)] = job
                except BrokenExecutor:
                    lost.append(job)
                else:
                    self._begin(job)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                if not future.cancelled() and isinstance(future.exception(), BrokenExecutor):
                    lost.append(job)
                else:
                    self._finish(job, future.result, jobs)
        return lost

    def _begin(self, job) -> None:
        for part in job.parts:
            self.on_begin(part)

    def _finish(self, job, result: Callable, jobs: deque) -> None:
        try:
            done = result()
        except UserError:
            raise
        except Exception as error:
            if len(job.parts) > 1:
                jobs.extend(job.apart())
            else:  # not one of ours: of the executor, its network, its workers
                own = isinstance(error, RenderError)
                self.errors.append(error if own else RenderError(f"{job}: {type(error).__name__}: {error}"))
        else:
            for part, found in job.given(done):
                self.on_done(part, found)


@contextmanager
def _processes(n: int) -> Iterator[Executor]:
    """So many processes, which do not outlive what is done with them."""
    with tempfile.TemporaryDirectory(prefix="animformer-") as scratch:
        with unheard():
            pool = ProcessPoolExecutor(n, context(), enter, (scratch, dict(os.environ)))
        try:
            yield pool
        except BaseException:
            for process in list((pool._processes or {}).values()):
                process.kill()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _submit(executor: Executor, work: Callable, job) -> Future:
    with unheard():
        try:
            return executor.submit(_checked, work, job)
        except (EOFError, ConnectionError) as error:        # what workers are forked from has died, perhaps as it loaded
            raise BrokenExecutor(str(error)) from error


def _checked(work: Callable, job):
    """Whatever goes wrong in a job becomes an error that names it, and that can cross from process to process."""
    try:
        return work(job)
    except UserError:
        raise
    except Exception as error:
        said = "" if isinstance(error, RenderError) else f"{type(error).__name__}: "
        raise RenderError(f"{job}: {said}{error}") from error
