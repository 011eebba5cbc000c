"""The lint finds what it is there to find: a scene with a fault of every kind, and what must not be taken for one."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from manim import VGroup

from scenes.base.room import PX
from scenes.base.scene import ExplainerScene, step
from scenes.parts.label import text
from scenes.parts.motion import appear, dim
from scenes.parts.shapes import rounded_rectangle
from studio.check.lint import lint
from studio.plan.staging import stage
from studio.read.folders import _read
from studio.read.spec import load

CAPTIONS = {"reading": "far too long " * 6, "lines": "one two three four five six seven eight " * 6}


class Broken(ExplainerScene):
    """A step for every kind of fault, named after it; `well` has none."""

    def write(self, string, x=0.0, y=0.0, **options):
        label = text(self.theme, string, at=(x, y, 0), **options)
        self.add(label)
        return label

    def block(self, x, width=2.0):
        block = rounded_rectangle(width, 1, 0.1).set_fill(self.theme.colour("surface"), 1).shift([x, 0, 0])
        self.add(block)
        return block

    def scrub(self):
        self.remove(*self.on_stage())

    @step
    def well(self):
        self.block(3)
        self.write("in a box", 3)
        self.write("beside one", -3)
        self.play(appear(VGroup(self.write("slowly", 0, 1))), dim(self.write("dimmed", 0, -1)))

    @step
    def same(self):
        """Changes nothing."""

    @step
    def overlap(self):
        self.scrub()
        self.write("one text", -0.2)
        self.write("another", 0.2)

    @step
    def across(self):
        self.scrub()
        self.block(0.5)
        self.write("half in a box")

    @step
    def hidden(self):
        self.scrub()
        self.write("behind")
        self.block(0)

    @step
    def outside(self):
        self.scrub()
        self.write("too far to the right", 6)

    @step
    def zone(self):
        self.scrub()
        self.write("where captions stand", -4, self.frame.caption.centre[1])

    @step
    def small(self):
        self.scrub()
        self.write("tiny", size=16 * PX)

    @step
    def empty(self):
        self.scrub()

    @step
    def reading(self):
        self.write("short")

    @step
    def lines(self):
        self.scrub()
        self.write("long")

    @step
    def in_motion(self):
        """Ends well, but on the way a text runs across another."""
        self.scrub()
        self.write("still")
        runner = self.write("runner", -4)
        self.play(runner.animate(rate_func=lambda t: t).shift([8, 0, 0]), run_time=1)


STEPS = _read(Path(__file__)).steps


def findings(*steps):
    staging, captions = stage(load("qkv")), {step: {"caption": CAPTIONS.get(step, "A step.")} for step in steps}
    spec = replace(staging.spec, scene="broken", order=STEPS, steps=steps, wanted=steps)
    words = {**staging.words, "title": "Broken", "steps": captions}
    return lint("broken", partial(Broken, replace(staging, spec=spec, words=words)))


@pytest.fixture(scope="module")
def all_found():
    found = findings(*STEPS)
    return {step: {f.kind for f in found if f.moment.step == step} for step in STEPS}


KINDS = [name for name in STEPS if name not in ("well", "reading", "in_motion")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_found(all_found, kind):
    assert kind in all_found[kind]


def test_a_fault_on_the_way_is_found():
    found = [f for f in findings("in_motion") if not f.moment.ends]
    assert {f.kind for f in found} == {"overlap"} and "“still” and “runner” overlap" in str(found[0])


def test_a_caption_that_goes_too_soon_is_found(monkeypatch):
    monkeypatch.setattr(Broken, "wait", lambda self, duration: ExplainerScene.wait(self, 0.5))
    assert {f.kind for f in findings("reading")} == {"reading"}


def test_nothing_is_found_where_nothing_is_wrong(all_found):
    assert all_found["well"] == set()


def test_a_finding_says_where_what_and_by_how_much(all_found):
    (finding,) = [f for f in findings("outside") if f.kind == "outside"]
    assert str(finding).startswith("broken/outside at the end: “too far to the right” leaves the safe area by ")
    assert 0 < finding.pixels < 200
