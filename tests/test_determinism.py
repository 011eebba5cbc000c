"""A clip is a function of its inputs: the same step gives the same pixels again, in another process, in another order."""

import hashlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest

from studio.plan import staging
from studio.read import folders
from studio.read.spec import load, ready
from studio.render.quality import Quality
from studio.render.worker import StripJob, render_strip

SMALL = Quality("small", 320, 180, 4)
PICTURES = 6                              # of a step, evenly across it

Digests = dict[str, tuple[str, ...]]


def sample(scene: str) -> tuple[str, ...]:
    """The first step of a scene, and one from its middle."""
    steps = folders.folder(scene).facts.steps
    return steps[0], steps[len(steps) // 2]


def drawn(scene: str, steps: tuple[str, ...], *overrides: str) -> Digests:
    """The pictures of some steps of a scene, by `scene/step`."""
    job = StripJob(scene, steps, partial(staging.build, load(scene, overrides)), SMALL, PICTURES)
    return {f"{scene}/{step}": tuple(hashlib.sha256(png).hexdigest() for png in pngs) for step, pngs in render_strip(job).items()}


def drawn_backwards(names: tuple[str, ...]) -> Digests:
    """The later step of some scenes, where no other plays, the last scene first."""
    return {f"{scene}/{step}": digests for scene in reversed(names) for step in sample(scene)[1:]
            for digests in drawn(scene, (step,), f"steps=[{step}]").values()}


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.slow)])
def chosen(request) -> tuple[str, ...]:
    """Every third scene, or all."""
    return ready(folders.ours())[:: 3 if request.param == "some" else 1]


@pytest.fixture(scope="module")
def forwards(chosen) -> Digests:
    """The sample of these scenes, in order."""
    return {name: digests for scene in chosen for name, digests in drawn(scene, sample(scene)).items()}


def test_the_same_again(forwards, chosen):
    scene = chosen[0]
    again = drawn(scene, sample(scene)[:1])
    assert again == {name: forwards[name] for name in again}


def test_the_same_in_another_process_and_another_order(forwards, chosen, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "7")          # the order of all sets is another one too
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        backwards = pool.submit(drawn_backwards, chosen).result()
    assert len(backwards) == len(chosen)
    assert backwards == {name: forwards[name] for name in backwards}


def test_different_steps_give_different_pictures(forwards, chosen):
    """Else the tests above would show nothing."""
    assert len(forwards) == 2 * len(chosen)
    assert len(set(forwards.values())) == len(forwards)
    assert all(len(set(digests)) > 1 for digests in forwards.values())
