"""A Dask cluster: the same clips as from processes here, and what is said if it cannot be used."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from processes import contents
from test_output import names
from test_unbreakable import finish, start

from studio.errors import RenderError, UserError
from studio.render import cluster, farm, inputs
from studio.render.quality import QUALITIES
from studio.render.worker import Job

ROOT = Path(__file__).resolve().parent.parent
JOBS = [Job("shapes", step, print, QUALITIES["preview"]) for step in ("square", "triangle", "turn")]


def name_of(job):
    return os.getpid(), job.step


def die_once(job):
    """The first worker that is to draw the triangle dies."""
    mark = Path(os.environ["TMPDIR_OF_THE_TEST"], "died")
    if job.step == "triangle" and not mark.exists():
        mark.write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return name_of(job)


def fail_at_triangle(job):
    if job.step == "triangle":
        raise KeyError("no such tensor")
    return name_of(job)


def stays(job):
    begin = time.monotonic()
    time.sleep(0.3)
    return begin, time.monotonic()


def test_nothing_that_answers(monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(UserError, match=f"--cluster {address}: no Dask scheduler answers there: .*; start one with"):
            farm.run(name_of, JOBS, address, print)


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UserError, match=r"a cluster needs the package distributed; install the extra \[cluster\]"):
        farm.run(name_of, JOBS, "tcp://127.0.0.1:9", print)


def test_no_workers(dask, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(UserError, match="the cluster has no workers; start some with `dask worker tcp://"):
        farm.run(name_of, JOBS, dask.address, print)


def test_a_worker_without_animformer(dask):
    dask.worker(path=dask.nothing)
    with pytest.raises(UserError, match="a worker has no package studio.render; install animformer on all machines"):
        farm.run(name_of, JOBS, dask.address, print)


def test_jobs_on_a_cluster(dask, monkeypatch, tmp_path):
    """One that fails does not keep the others from being done, and a worker draws one thing at a time; another version shows."""
    dask.worker("--nthreads", "2")
    begun, done = [], {}
    with pytest.raises(RenderError, match=r"^shapes/triangle: KeyError: 'no such tensor'$"):
        farm.run(fail_at_triangle, JOBS, dask.address, lambda job, found: done.update({job.step: found}), begun.append)
    assert done.keys() == {"square", "turn"} and begun == JOBS and {pid for pid, _ in done.values()} == {dask.processes[-1].pid}
    times = []
    farm.run(stays, JOBS, dask.address, lambda _, found: times.append(found))
    times.sort()
    assert all(end <= begin for (_, end), (begin, _) in zip(times[:-1], times[1:], strict=True))
    monkeypatch.setitem(inputs.versions(), "manim", "0.23.0")
    with pytest.raises(UserError, match=r"tcp://\S+: has manim 0.22.0 \(here 0.23.0\); install the same"):
        farm.run(name_of, JOBS, dask.address, print)


def test_a_worker_that_dies_is_replaced(dask, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR_OF_THE_TEST", str(tmp_path))
    dask.worker().worker()
    done = []
    farm.run(die_once, JOBS, dask.address, lambda job, _: done.append(job.step))
    assert sorted(done) == ["square", "triangle", "turn"] and (tmp_path / "died").exists()


@pytest.mark.slow
def test_the_same_film_from_a_cluster_and_from_processes(dask, tmp_path):
    dask.worker().worker()
    here = start(tmp_path, "--no-cache", jobs=2, out="here")
    assert finish(here) == 0, here.said
    there = start(tmp_path, "--no-cache", "--cluster", dask.address, out="there")
    assert finish(there) == 0, there.said
    assert contents(tmp_path / "there") == contents(tmp_path / "here") and "film.mp4" in names(tmp_path / "there")
