"""Shortcuts through manim's Python: whatever manim does, the numbers are the same with and without them."""

import copy
from functools import partial

import numpy as np
import pytest
from manim import (
    BLUE,
    DOWN,
    LEFT,
    RED,
    RIGHT,
    UP,
    WHITE,
    Circle,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    FadeTransform,
    LaggedStart,
    Mobject,
    ReplacementTransform,
    Rotate,
    Scene,
    Square,
    Succession,
    Transform,
    Triangle,
    UpdateFromAlphaFunc,
    ValueTracker,
    VGroup,
    VMobject,
    always_redraw,
    linear,
    there_and_back,
    wiggle,
)
from manim.utils.color import HSV

from model import View
from scenes.base.frame import Frame
from studio.plan import staging
from studio.read.spec import load
from studio.render import shortcuts, worker
from studio.render.manim_settings import settings
from studio.render.quality import Quality
from studio.render.worker import EVERY, StepRenderer

SMALL = Quality("small", 160, 90, 10)


@pytest.fixture(autouse=True)
def manim_as_it_came():
    with settings(SMALL):
        yield


def shared():
    """A family in which a member occurs twice."""
    leaf, group = Dot(), VGroup(Square(), Circle())
    return VGroup(group, VGroup(leaf, group[1], Triangle()), leaf, VMobject())


# Families

@pytest.mark.parametrize("make", [Dot, VMobject, VGroup, shared, lambda: VGroup(shared(), shared())])
def test_a_family_is_the_same_members_in_the_same_order(make):
    thing = make()
    found, with_points = thing.get_family(), thing.family_members_with_points()
    assert shortcuts.family(thing) == found and shortcuts.family_with_points(thing) == with_points


def test_a_family_that_is_its_own_member(monkeypatch):
    monkeypatch.setattr(shortcuts, "MANY", 100)
    thing = VGroup(VGroup(Dot()))
    thing[0].submobjects.append(thing)
    assert shortcuts.family(thing) == thing.get_family()


def test_a_family_of_many(monkeypatch):
    monkeypatch.setattr(shortcuts, "MANY", 10)
    assert len(shortcuts.family(VGroup(*(Dot() for _ in range(50))))) == 51


# Copies

def state(thing, seen=None):
    """All that a copy should have of its own, as plain values; what occurs again, by where it occurred first."""
    seen = {} if seen is None else seen
    if isinstance(thing, Mobject | list | dict | np.ndarray):
        if id(thing) in seen:
            return "again", seen[id(thing)]
        seen[id(thing)] = len(seen)
    if isinstance(thing, Mobject):
        return type(thing).__name__, {name: state(value, seen) for name, value in vars(thing).items() if name != "original_id"}
    if isinstance(thing, list | tuple):
        return type(thing).__name__, [state(item, seen) for item in thing]
    if isinstance(thing, dict):
        return "dict", {str(key): state(value, seen) for key, value in thing.items()}
    return thing.tobytes() if isinstance(thing, np.ndarray) else thing if callable(thing) or isinstance(thing, View) else str(thing)


def test_a_copy_is_the_copy_that_manim_makes():
    thing = shared()
    thing.again, thing.order = thing[0].points, np.asfortranarray(np.arange(6.0).reshape(2, 3))
    thing[0].partner, thing.pairs, thing.by_name = thing[2], [(thing[1], [1, 2])], {"dot": thing[2], "other": Dot()}
    thing.save_state()
    thing.points_twice = [thing[0].points, thing[0].points]
    expected, found = copy.deepcopy(thing), shortcuts.copied(thing, {})
    assert state(found) == state(expected) == state(thing)
    assert found[0].partner is found[2] is not thing[2] and found.by_name["dot"] is found[2]
    assert not np.shares_memory(found[0][0].points, thing[0][0].points)


def test_what_is_shown_and_how_is_shared_by_copies():
    thing = Dot(color=RED)
    thing.source = View("x", np.arange(3), ("position",), (range(3),), (0,))
    found = shortcuts.copied(thing, {})
    assert found.source is thing.source and found.original_id == str(id(thing))
    found.set_color(BLUE)
    assert thing.get_color() == RED


# All of them, in scenes

class Moves(Scene):
    """A bit of everything that manim's animations do."""

    frame = Frame.of()

    def construct(self):
        self.renderer.begin("step")
        boxes = VGroup(*(Square(0.5, fill_opacity=0.3).shift([x, -2, 0]) for x in range(-4, 5)))
        circle, tracker = Circle(color=[RED, BLUE], sheen_direction=UP), ValueTracker(0)
        follower = always_redraw(lambda: Dot([tracker.get_value(), 2, 0]))
        self.play(FadeIn(boxes, shift=UP), Create(circle))
        self.play(boxes.animate(lag_ratio=0.1).set_fill(RED, 1).shift(UP), circle.animate(path_arc=2).shift(3 * LEFT))
        self.play(Transform(circle, Triangle(stroke_width=20, color=WHITE)), boxes[0].animate(rate_func=wiggle).scale(2))
        again = Transform(circle, Square())
        self.play(again, run_time=0.5)
        circle.shift(UP)
        self.play(again, run_time=0.5)
        self.play(LaggedStart(*(box.animate.rotate(1) for box in boxes), lag_ratio=0.3), Rotate(circle, 2), run_time=1.5)
        self.add(follower)
        self.play(tracker.animate.set_value(3), circle.animate(rate_func=there_and_back).shift(RIGHT), run_time=0.7)
        follower.clear_updaters()
        target = boxes.copy().arrange(DOWN).scale(0.4)
        target.add_updater(lambda boxes, dt: boxes.rotate(dt))
        self.play(Transform(boxes, target, rate_func=linear))
        self.play(UpdateFromAlphaFunc(circle, self._adds_an_updater), boxes.animate.shift(LEFT))
        self.wait(0.3)
        boxes.add(other := Square())
        self.play(Succession(FadeIn(Dot()), ReplacementTransform(boxes, VGroup(*(Circle(0.1) for _ in range(10))))),
                  FadeTransform(circle, Square()), FadeOut(follower), other.animate.become(Dot()))
        self.renderer.end("step")

    def _adds_an_updater(self, circle, alpha):
        if alpha > 0.5 and not circle.updaters:
            circle.add_updater(lambda thing, dt: thing.shift(dt * DOWN))


def pictures(build, steps, monkeypatch, known):
    """All pictures of a scene, and all numbers of its shapes in each of them, with manim or as if manim were another."""
    found, numbers = [], []

    def take(step, pixels, repeat):
        found.append(pixels.copy())
        members = [member for mobject in renderer.scene.mobjects for member in Mobject.get_family(mobject)]
        shapes = [member for member in members if isinstance(member, VMobject)]
        numbers.append([np.concatenate([getattr(shape, name).ravel() for name in ("points", *shortcuts.COLOURS)]
                                       + [[float(getattr(shape, name)) for name in shortcuts.WIDTHS]]) for shape in shapes])

    monkeypatch.setattr(shortcuts, "KNOWN", known)
    renderer = StepRenderer(SMALL, dict.fromkeys(steps, EVERY), take)
    worker._run(build, renderer)
    return found, numbers


@pytest.mark.parametrize("sheen", [0.0, 0.3])
@pytest.mark.parametrize("color", [None, BLUE, "#ff0000", (RED, BLUE), HSV((0.2, 0.5, 0.7))])
@pytest.mark.parametrize("opacity", [None, 0, 1, 0.3, np.float64(0.3), (0.2, 0.7)])
def test_colours_are_the_same(color, opacity, sheen):
    shape = Dot(sheen_factor=sheen)
    ours, manim_s = (make(shape, color, opacity) for make in (shortcuts.with_one_colour, VMobject.generate_rgbas_array))
    assert ours.dtype == manim_s.dtype and np.array_equal(ours, manim_s)


@pytest.mark.parametrize("scene", [None, "qkv", "multi_head"])
def test_every_number_of_every_frame_is_the_same(scene, monkeypatch):
    spec = scene and load(scene)
    build, steps = (partial(staging.build, spec), spec.steps[:3]) if scene else (lambda renderer, _: Moves(renderer), ["step"])
    (slow, expected), (fast, found) = (pictures(build, steps, monkeypatch, known) for known in ("another", "0.22.0"))
    assert len(slow) == len(fast) > 50
    for number, (theirs, ours) in enumerate(zip(expected, found, strict=True)):
        assert len(theirs) == len(ours) and all(map(np.array_equal, theirs, ours)), number
    assert all(map(np.array_equal, slow, fast))


def test_shortcuts_end():
    before = [vars(kind).copy() for kind in (Mobject, Scene, Transform)]
    with pytest.raises(ZeroDivisionError), shortcuts.shortcuts():
        assert Mobject.get_family is shortcuts.family
        1 / 0
    assert [vars(kind).copy() for kind in (Mobject, Scene, Transform)] == before


def test_this_manim_is_the_one_they_are_known_for():
    with shortcuts.shortcuts():
        assert Transform.interpolate_mobject is shortcuts.interpolated
