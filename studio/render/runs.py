"""Which clips are made in one go."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from math import ceil

from studio.render.job import Job, Run

PIECES = 4                                # runs for each worker at least, so that none waits long for the last ones
CLUSTER = 16                              # how many workers a cluster is taken to have


def runs_of(jobs: Iterable[Job], workers: int | str) -> list[Run]:
    """The jobs, all of one quality, in runs: of one scene, none much longer than a share of all. workers: as for `farm.run`."""
    jobs = list(jobs)
    most = sum(job.seconds for job in jobs) / (PIECES * (CLUSTER if isinstance(workers, str) else workers))
    return [run for _, group in groupby(jobs, key=lambda job: job.scene) for run in _cut(list(group), most)]


def _cut(jobs: Sequence[Job], most: float) -> Iterator[Run]:
    """Runs of about the same length. A step that is wanted in several formats is in one of them."""
    steps = [list(alike) for _, alike in groupby(jobs, key=lambda job: job.step)]
    lengths = [sum(job.seconds for job in alike) for alike in steps]
    ends = list(accumulate(lengths))
    share = ends[-1] / max(1, ceil(ends[-1] / most)) if most else 1
    middles = [(end - length / 2) // share for length, end in zip(lengths, ends, strict=True)]
    for _, group in groupby(zip(middles, steps, strict=True), key=lambda pair: pair[0]):
        yield Run(tuple(job for _, alike in group for job in alike))
