"""The camera: every pixel is the one that manim's own camera draws, and what it does not know is left to manim."""

import warnings
from functools import partial

import numpy as np
import pytest
from manim import (
    BLUE,
    DOWN,
    RED,
    RIGHT,
    WHITE,
    YELLOW,
    Camera,
    CapStyleType,
    Circle,
    Dot,
    ImageMobject,
    LineJointType,
    PMobject,
    Square,
    Triangle,
    VGroup,
    VMobject,
)
from PIL import Image

from studio.plan import staging
from studio.read.spec import load
from studio.render import camera, paths, worker
from studio.render.camera import FastCamera
from studio.render.manim_settings import settings
from studio.render.quality import Quality
from studio.render.worker import EVERY, StepRenderer

SMALL = Quality("small", 320, 180, 5)
IMAGE = Image.fromarray(np.random.default_rng(1).integers(0, 256, (180, 320, 3), np.uint8)).convert("RGBA")


@pytest.fixture(autouse=True)
def manim_as_it_came():
    with settings(SMALL):
        yield


@pytest.fixture
def untested():
    """The self-test has not been made yet, and what comes of it is forgotten afterwards."""
    camera.trusted.cache_clear()
    yield
    camera.trusted.cache_clear()


@pytest.fixture
def drawn_fast(monkeypatch):
    """The shapes that the fast code has drawn, but for its self-test."""
    camera.trusted()
    seen, ready = [], FastCamera.made_ready
    monkeypatch.setattr(FastCamera, "made_ready", lambda self, shapes, *packed: (found := ready(self, shapes, *packed)) and seen.extend(shapes) or found)
    return seen


def both(*mobjects):
    """A picture of mobjects by manim's camera and by ours."""
    pictures = []
    for kind in (Camera, FastCamera):
        drawn = kind()
        drawn.capture_mobjects(mobjects)
        pictures.append(drawn.pixel_array)
    assert not np.array_equal(pictures[0], drawn.background)
    return pictures


def frames(scene, camera_class):
    """Every frame of a scene: (frame, height, width, 4)."""
    spec, pictures = load(scene), []
    wanted = dict.fromkeys(spec.steps, EVERY)
    renderer = StepRenderer(SMALL, wanted, lambda step, pixels, repeat: pictures.append(pixels.copy()), camera_class)
    worker._run(partial(staging.build, spec), renderer)
    return np.stack(pictures)


def odd(**points):
    """A shape of three curves of which the first two are joined, with some of its points replaced or more of them."""
    shape = VMobject(stroke_color=WHITE, stroke_width=12, fill_color=BLUE, fill_opacity=0.5)
    curves = np.random.default_rng(2).uniform(-3, 3, (12, 3))
    curves[4] = curves[3]
    for place, point in points.items():
        curves[int(place[1:])] = point
    shape.points = curves
    return shape


def styled(**options):
    return Circle(radius=2, **options)


# The same pixels

@pytest.mark.parametrize("scene", ["qkv", "attention_matrix"])
def test_every_frame_of_a_scene_is_that_of_manims_camera(scene, drawn_fast, monkeypatch):
    with monkeypatch.context() as as_manim_does:
        as_manim_does.setattr(worker, "_hold_families", lambda _: None)
        stock = frames(scene, Camera)
    monkeypatch.setattr(FastCamera, "display_vectorized", lambda *_: pytest.fail("drew as manim does"))
    assert not drawn_fast
    fast = frames(scene, FastCamera)
    assert len(drawn_fast) > 10 * len(fast)
    assert stock.shape == fast.shape and len(fast) > 50
    assert [number for number, (a, b) in enumerate(zip(stock, fast, strict=True)) if not np.array_equal(a, b)] == []


def test_the_camera_of_the_worker_is_the_fast_one():
    assert type(StepRenderer(SMALL, {}, None).camera) is FastCamera


@pytest.mark.parametrize("shape", [
    styled(fill_color=[RED, BLUE, YELLOW], fill_opacity=0.4), styled(color=[RED, WHITE], stroke_width=30, sheen_direction=DOWN),
    styled(stroke_width=0, fill_opacity=1), styled(stroke_width=7.3, stroke_opacity=0.2), styled(fill_opacity=1e-4),
    styled(background_stroke_color=RED, background_stroke_width=40, fill_opacity=1),
    Square(4, stroke_width=40, joint_type=LineJointType.ROUND), Triangle(stroke_width=40, joint_type=LineJointType.BEVEL),
    odd(), odd().set(cap_style=CapStyleType.ROUND), odd(p11=odd().points[8]), odd(p4=odd().points[3] + 1e-6),
    odd(p3=[2, 1, 0], p4=[2 + 1.5e-5, 1 - 8e-6, 1]), odd(p3=[2, 1, 0], p4=[2 + 2.5e-5, 1, 0]),
    odd(p4=odd().points[3] + 1e-4), odd(p7=[1e7, 0, 0]),
])
def test_a_shape_of_any_style_and_with_any_joints(shape, drawn_fast):
    stock, fast = both(shape)
    assert np.array_equal(stock, fast) and drawn_fast == [shape]


def test_random_curves(drawn_fast):
    random = np.random.default_rng(3)
    shapes = VGroup()
    for _ in range(100):
        shape = VMobject(stroke_width=random.uniform(0, 5), stroke_opacity=random.uniform(), fill_opacity=random.uniform())
        shape.points = random.integers(-7, 8, (4 * random.integers(1, 30), 3)) / random.choice([1.0, 2.0, 3.0])
        shapes.add(shape)
    stock, fast = both(shapes)
    assert np.array_equal(stock, fast) and len(drawn_fast) == 100


def test_what_is_transparent_is_not_drawn(monkeypatch):
    hidden = VGroup(styled(stroke_opacity=0), styled(stroke_width=0), styled(color=[RED, BLUE]).set_opacity(0))
    camera.trusted()
    monkeypatch.setattr(paths, "append_path", lambda: lambda *_: pytest.fail("drawn"))
    drawn = FastCamera()
    drawn.capture_mobjects(hidden)
    assert np.array_equal(drawn.pixel_array, drawn.background)


def test_the_order_of_what_lies_above_what():
    shared, below = Square(fill_opacity=1), Dot(radius=2).set_z_index(-1)
    group = VGroup(shared, VGroup(Circle(fill_opacity=1), shared), VMobject())
    mobjects = [shared, group, Triangle(fill_opacity=1), below, group[1]]
    assert FastCamera().family(mobjects) == Camera().get_mobjects_to_display(mobjects)
    assert np.array_equal(*both(*mobjects))


def test_a_shape_whose_points_change_in_place_is_drawn_anew():
    shape = Square(fill_opacity=1)
    before, _ = both(shape)
    shape.points[:, 0] += 0.5
    stock, fast = both(shape)
    assert np.array_equal(stock, fast) and not np.array_equal(before, fast)


# What is left to manim

@pytest.mark.parametrize("strange", [
    PMobject(stroke_width=20).add_points([[0, 0, 0], [1, 1, 0]]), Square().set(n_points_per_cubic_curve=8),
], ids=["points", "other curves"])
def test_a_frame_with_something_strange_is_manims(strange, drawn_fast):
    stock, fast = both(Square(fill_opacity=1), strange, Circle().shift(RIGHT))
    assert np.array_equal(stock, fast) and not drawn_fast


@pytest.mark.parametrize("strange, method", [
    (ImageMobject(np.asarray(IMAGE)), "display_multiple_image_mobjects"),
    (Circle().color_using_background_image(IMAGE), "display_multiple_background_colored_vmobjects"),
], ids=["image", "coloured by an image"])
def test_a_frame_with_an_image_is_manims(strange, method, drawn_fast, monkeypatch):
    """As far as who draws it; not every Pillow has what manim's code for images asks of it."""
    images, shapes = [], []
    monkeypatch.setattr(Camera, method, lambda self, mobjects, pixels: images.extend(mobjects))
    monkeypatch.setattr(Camera, "display_vectorized", lambda self, shape, context: shapes.append(shape))
    below, above = Square(), Circle()
    FastCamera().capture_mobjects([below, strange, above])
    assert images == [strange] and shapes == [below, above] and not drawn_fast


def test_options_are_manims(drawn_fast):
    kept, left_out = Square(fill_opacity=1), Circle()
    drawn = FastCamera()
    drawn.capture_mobjects([kept, left_out], excluded_mobjects=[left_out])
    assert np.array_equal(drawn.pixel_array, both(kept)[0]) and drawn_fast == [kept]      # by `both` alone


@pytest.mark.parametrize("points", [{"p5": [np.nan, 0, 0]}, {"p2": [0, np.inf, 0]}], ids=str)
def test_a_shape_with_points_nowhere_is_manims(points):
    assert np.array_equal(*both(Square(), odd(**points)))


@pytest.mark.parametrize("n_points", [1, 3, 5, 9, 11])
def test_a_shape_with_an_unfinished_curve_is_manims(n_points):
    shape = odd()
    shape.points = shape.points[:n_points]
    assert np.array_equal(*both(Square(), shape))


# When Cairo is not the one expected

def broken(*_):
    raise OSError("no such library")


@pytest.mark.parametrize("name, how", [
    ("layout_is_known", lambda: False), ("append_path", broken), ("append_path", lambda: lambda *_: None),
    ("MOVE", paths._header(1, 2)), ("CLOSE", paths.CURVE_TO),
], ids=["layout", "no library", "draws nothing", "lines for moves", "wrong record"])
def test_if_the_self_test_fails_manim_draws_and_a_warning_says_so_once(name, how, untested, monkeypatch):
    monkeypatch.setattr(paths, name, how)
    with pytest.warns(RuntimeWarning, match="manim's own, slower code") as told:
        first, second = both(Square(fill_opacity=1)), both(Circle())
    assert len(told) == 1
    assert np.array_equal(*first) and np.array_equal(*second)


def test_here_the_self_test_succeeds(untested):
    with warnings.catch_warnings(action="error"):
        assert camera.trusted()
