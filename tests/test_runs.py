"""Runs: steps of a scene made in one go are what they are alone, no worker waits long, and what fails is known by its step."""

import os
import signal
from functools import partial
from itertools import pairwise

import pytest
from manim import DOWN, LEFT, RIGHT, UP, Circle, FadeIn, Scene, Square, Triangle

from scenes.base.frame import Frame
from studio.errors import RenderError
from studio.plan import staging
from studio.read.spec import load
from studio.render import farm
from studio.render.job import Job, Run
from studio.render.quality import Quality
from studio.render.runs import PIECES, runs_of
from studio.render.worker import render_run, render_step

TINY = Quality("tiny", 160, 90, 10)
FEW = Quality("few", 160, 90, 3)
STEPS = "square", "triangle", "turn"


class Shapes(Scene):
    """Three steps, watched like an ExplainerScene."""

    fails_at = ""

    def __init__(self, renderer=None, watch=None):
        super().__init__(renderer=renderer)
        self.watch, self.frame = watch, Frame.of()

    def caption(self, step):
        return f"A {step}."

    def construct(self):
        for step in STEPS:
            self.watch.begin(step)
            if step == self.fails_at:
                raise KeyError("no such tensor")
            getattr(self, step)()
            self.watch.end(step)

    def square(self):
        self.shape = Square(fill_opacity=0.5).shift(3 * LEFT)
        self.add(Circle().shift(3 * RIGHT))
        self.play(FadeIn(self.shape), run_time=0.5)
        self.wait(0.34)

    def triangle(self):
        self.play(self.shape.animate.shift(UP).rotate(1), FadeIn(Triangle()), run_time=0.6)
        self.wait(0.5)

    def turn(self):
        self.play(self.shape.animate.shift(DOWN), run_time=0.4)
        self.wait(0.2)


class Broken(Shapes):
    fails_at = "triangle"


def jobs(build=Shapes):
    return [Job("shapes", step, build, TINY, seconds=1) for step in STEPS]


def steps_of(spec):
    return [Job(spec.name, step, partial(staging.build, spec), FEW, seconds=1) for step in spec.steps]


# What is made

@pytest.mark.parametrize("all_jobs", [jobs(), steps_of(load("qkv")), steps_of(load("attention_matrix"))], ids=lambda jobs: jobs[0].scene)
def test_a_clip_from_a_run_is_the_clip_of_its_step_alone(all_jobs):
    together = render_run(Run(all_jobs))
    assert together == [render_step(job) for job in all_jobs]
    assert render_run(Run(all_jobs[1::2])) == together[1::2]


# How they are cut

def plain(seconds, scene="a"):
    return [Job(scene, str(number), print, TINY, length) for number, length in enumerate(seconds)]


def test_runs_are_of_one_scene_and_in_the_order_they_play():
    all_jobs = [job for scene in "abc" for job in plain([3, 2, 1, 4], scene)]
    found = runs_of(all_jobs, 1)
    assert [job for run in found for job in run.parts] == all_jobs
    assert all(len({job.scene for job in run.parts}) == 1 for run in found)


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_no_run_is_much_longer_than_its_share(workers):
    all_jobs = [job for number in range(12) for job in plain([5, 9, 7, 12, 6, 8], str(number))]
    found, total = runs_of(all_jobs, workers), sum(job.seconds for job in all_jobs)
    longest = max(job.seconds for job in all_jobs)
    assert max(run.seconds for run in found) <= total / (PIECES * workers) + longest
    assert len(found) >= min(len(all_jobs), PIECES * workers)


def test_a_scene_that_fits_is_not_cut():
    assert len(runs_of([*plain([1, 1, 1]), *plain([30, 30], "b")], 1)) == 1 + 2
    assert [len(run.parts) for run in runs_of(plain([5]), 2)] == [1]
    assert runs_of([], 2) == []


def test_pieces_of_a_scene_are_about_as_long_as_each_other():
    found = [run.seconds for run in runs_of([*plain([1] * 40), *plain([1] * 40, "b")], 1)]
    assert all(abs(a - b) <= 2 for a, b in pairwise(found)) and len(found) == 4


def test_jobs_of_no_length():
    assert [len(run.parts) for run in runs_of(plain([0, 0, 0]), 2)] == [3]


# In the farm

def test_each_job_begins_and_ends_by_itself():
    begun, done = [], []
    farm.run(render_run, [Run(jobs())], 1, lambda job, clip: done.append((job.step, clip.caption)), begun.append)
    assert begun == jobs() and done == [(step, f"A {step}.") for step in STEPS]


@pytest.mark.parametrize("n_workers", [1, 2])
def test_what_fails_in_a_run_is_named_and_the_rest_is_done(n_workers):
    """As if each had been ordered alone: a step before the one that fails is made, and those after it fail as it does."""
    done = []
    with pytest.raises(RenderError) as failed:
        farm.run(render_run, [Run(jobs(Broken)), Run(jobs()[2:])], n_workers, lambda job, clip: done.append(job.step))
    assert sorted(done) == ["square", "turn"]
    assert sorted(str(failed.value).splitlines()) == [f"shapes/{step}: KeyError: 'no such tensor'" for step in STEPS[1:]]


def die_at_triangle(run):
    if any(job.step == "triangle" for job in run.parts):
        os.kill(os.getpid(), signal.SIGKILL)
    return [job.step for job in run.parts]


def test_what_kills_its_process_is_named_and_the_rest_is_done():
    done = []
    with pytest.raises(RenderError, match="^shapes/triangle: .*died"):
        farm.run(die_at_triangle, [Run(jobs()), Run(jobs()[:1])], 2, lambda _, step: done.append(step))
    assert sorted(done) == ["square", "square", "turn"]
