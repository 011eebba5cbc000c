"""The canvas: what is drawn where something has changed is what would be drawn whole, and what has changed is known exactly."""

import numpy as np
import pytest
from manim import (
    BLUE,
    RED,
    RIGHT,
    UP,
    WHITE,
    YELLOW,
    Animation,
    Circle,
    Create,
    Dot,
    FadeIn,
    LineJointType,
    Polygon,
    Scene,
    Square,
    Transform,
    Triangle,
    ValueTracker,
    VGroup,
    VMobject,
)
from test_camera import odd
from verify import Unlike, VerifiedCanvas, verify

from scenes.base.frame import Frame
from studio.read.spec import load
from studio.render import worker
from studio.render.camera import FastCamera
from studio.render.canvas import DirtyCanvas
from studio.render.grid import HIGH, WIDE, Grid
from studio.render.manim_settings import settings
from studio.render.quality import Quality
from studio.render.worker import EVERY, StepRenderer

SMALL = Quality("small", 214, 120, 5)     # neither is a multiple of a cell


@pytest.fixture(autouse=True)
def manim_as_it_came():
    with settings(SMALL):
        yield


@pytest.fixture
def canvas():
    return VerifiedCanvas(FastCamera())


@pytest.fixture
def drawn_whole(monkeypatch):
    """How many mobjects each picture had that was drawn whole."""
    pictures, whole = [], DirtyCanvas._draw_whole
    monkeypatch.setattr(DirtyCanvas, "_draw_whole", lambda self, mobjects: pictures.append(len(mobjects)) or whole(self, mobjects))
    return pictures


# The grid

def covered(rectangles, shape=(SMALL.height, SMALL.width)):
    """How often each pixel is in one of the rectangles."""
    found = np.zeros(shape, int)
    for left, top, right, bottom in rectangles:
        found[top:bottom, left:right] += 1
    return found


def test_rectangles_cover_all_boxes_with_whole_cells_once():
    random, grid = np.random.default_rng(0), Grid(SMALL.height, SMALL.width)
    for _ in range(200):
        left, top = random.integers(0, SMALL.width, 5), random.integers(0, SMALL.height, 5)
        right, bottom = (np.minimum(side + random.integers(1, 60, 5), end)
                         for side, end in ((left, SMALL.width), (top, SMALL.height)))
        boxes = list(zip(left, top, right, bottom, strict=True))
        rectangles = grid.around(boxes)
        assert (covered(boxes) <= 5 * covered(rectangles)).all() and covered(rectangles).max() == 1
        assert all(left % WIDE == 0 and top % HIGH == 0 for left, top, _, _ in rectangles)
        assert all(right % WIDE == 0 or right == SMALL.width for _, _, right, _ in rectangles)
        assert all(bottom % HIGH == 0 or bottom == SMALL.height for _, _, _, bottom in rectangles)
    assert grid.around([]) == []


def test_every_pixel_that_differs_is_found_and_nothing_far_from_one():
    random, grid = np.random.default_rng(1), Grid(SMALL.height, SMALL.width)
    before = random.integers(0, 2**32, (SMALL.height, SMALL.width), np.uint32)
    for y in (0, 15, 16, 111, 112, 119):
        for x in (0, 31, 32, 191, 192, 213):
            now = before.copy()
            now[y, x] ^= 1 << random.integers(32)
            left, top = x // WIDE * WIDE, y // HIGH * HIGH
            cell = (left, top, min(left + WIDE, SMALL.width), min(top + HIGH, SMALL.height))
            assert grid.differing(now, before, grid.whole) == grid.differing(now, before, [cell]) == [cell]
    assert grid.differing(before, before, grid.whole) == []


# What is drawn

def test_nothing_that_is_seen_of_a_change_is_missed(canvas, drawn_whole):
    """Shapes of all kinds move, turn, change colour, come and go, and change places, in their lists and with what they lie in."""
    random = np.random.default_rng(2)
    group = VGroup(*(change(kind(fill_opacity=0.6), random) for kind in (Square, Circle, Triangle) * 3))
    shapes = [group, spike(), odd(), Circle(color=[RED, WHITE], stroke_width=20), Dot(background_stroke_width=30)]
    for number in range(150):
        if number % 10 == 0:
            random.shuffle(shapes)
            laid = random.integers(len(shapes))
            canvas.lay(shapes[:laid])
            above = shapes[laid:]
        member = group[random.integers(len(group))]
        change(member, random)
        if random.random() < 0.3:
            group.remove(member).add(member.set_z_index(random.integers(2)))
        if random.random() < 0.3:
            member.add(change(Square(0.5), random))
        change(shapes[random.integers(len(shapes))], random)
        canvas.draw(above)
    assert canvas.pictures == 150 and not drawn_whole


def change(shape, random):
    """Does something to a shape."""
    colour = random.choice([RED, BLUE, YELLOW])
    what = random.integers(7)
    if what < 3:
        shape.shift([*random.uniform(-2, 2, 2), 0])
    elif what == 3:
        shape.rotate(random.uniform(0, 3))
    else:
        {4: shape.set_fill, 5: shape.set_stroke, 6: shape.set_color}[what](colour)
    shape.joint_type = random.choice(list(LineJointType))
    if what == 5:
        shape.set_stroke(width=random.uniform(0, 40), opacity=random.uniform())
    return shape


def spike():
    """A mitred corner far from any point."""
    return Polygon([-3, 0, 0], [3, 0.65, 0], [-3, 1.3, 0], stroke_width=25, joint_type=LineJointType.MITER)


def test_a_spike_is_drawn_where_it_is_and_gone_where_it_was(canvas):
    shape = spike()
    canvas.draw([shape])
    for _ in range(10):
        shape.shift([-0.7, 0.3, 0])
        canvas.draw([shape])
        assert canvas.changed


def test_a_gradient_goes_with_what_belongs_to_it(canvas):
    """manim lays it across the family, of which a part may move alone."""
    shape = Square(2, fill_color=[RED, BLUE], fill_opacity=1).add(Dot())
    canvas.draw([shape])
    shape[0].shift(4 * RIGHT)
    canvas.draw([shape])
    shape.set_sheen_direction(UP)
    canvas.draw([shape])
    assert canvas.changed


@pytest.mark.parametrize("far", [1e5, 1e6, 1e9])
def test_what_reaches_beyond_the_numbers_of_cairo(canvas, far):
    shape, other = odd(p7=[far, far, 0]), Square(fill_opacity=1)
    for _ in range(4):
        other.shift(RIGHT)
        shape.shift(UP)
        canvas.draw([shape, other])


def test_only_what_has_changed_is_drawn(canvas, monkeypatch):
    still, moving = VGroup(*(Square(0.5).shift([x, -2, 0]) for x in range(-5, 5))), Dot([0, 2, 0])
    canvas.draw([still, moving])
    drawn = []
    monkeypatch.setattr(canvas.camera, "draw", lambda drawings: drawn.extend(drawings))
    monkeypatch.setattr(canvas, "whole", canvas)           # nothing is drawn, so that nothing can be compared
    DirtyCanvas.draw(canvas, [still, moving.shift(UP)])
    assert len(drawn) == 1
    DirtyCanvas.draw(canvas, [still, moving])
    assert len(drawn) == 1 and canvas.changed == []


def test_another_background(canvas):
    for colour in ("#102030", "#405060"):
        canvas.camera.background_color = colour
        canvas.lay([])
        canvas.draw([Square()])
        assert canvas.changed == canvas.grid.whole


# What is not known

@pytest.mark.parametrize("strange", [
    Square().set(n_points_per_cubic_curve=8), odd(p5=[np.nan, 0, 0]), odd().set(points=odd().points[:5]),
    type("Odd", (Square,), {"get_fill_rgbas": lambda self: np.ones((1, 4))})(),
], ids=["other curves", "points nowhere", "an unfinished curve", "says other things of itself"])
def test_what_has_to_be_left_to_manim_is_drawn_whole(canvas, drawn_whole, strange):
    shape, below = Square(fill_opacity=1), Circle()
    canvas.lay([below])
    canvas.draw([shape])
    for _ in range(3):
        canvas.draw([shape.shift(RIGHT), strange])
    canvas.draw([shape.shift(RIGHT)])
    assert drawn_whole == [2, 2, 2]
    canvas.lay([below, strange])
    canvas.draw([shape.shift(RIGHT)])
    canvas.lay([])
    canvas.draw([below, shape])
    assert drawn_whole == [2, 2, 2, 1] and canvas.pictures == 7


def test_what_is_there_twice_is_drawn_twice(canvas, drawn_whole):
    below, above = Circle(fill_opacity=0.5), VGroup(Square(fill_opacity=0.5))
    canvas.lay([below])
    canvas.draw([above])
    canvas.draw([above.add(below)])
    canvas.draw([above.remove(below)])
    assert drawn_whole == [1]


def test_what_only_keeps_a_number_is_not_drawn(canvas, drawn_whole):
    canvas.draw([Square(), ValueTracker(3)])
    assert not drawn_whole


def test_without_the_fast_camera_all_is_drawn_whole(canvas, drawn_whole, monkeypatch):
    monkeypatch.setattr("studio.render.camera.trusted", lambda: False)
    shape = Square(fill_opacity=1)
    for _ in range(3):
        canvas.draw([shape.shift(RIGHT)])
    assert len(drawn_whole) == 3


# Animations

class Treacherous(Animation):
    """Changes in secret how everything is drawn: what does not move is drawn otherwise only if it is drawn again."""

    def interpolate_mobject(self, alpha):
        self.camera.cairo_line_width_multiple = 0.01 * (1 + alpha)


class Vandal(Animation):
    """Paints in secret on what lies below everything."""

    def interpolate_mobject(self, alpha):
        self.camera.background[:20] = 255 * alpha


class Play(Scene):
    """Plays one step."""

    def __init__(self, renderer, animations):
        super().__init__(renderer)
        self.animations_of, self.frame = animations, Frame.of()

    def construct(self):
        self.renderer.begin("step")
        self.add(VGroup(*(Square(0.5, fill_opacity=0.5).shift([x, -1, 0]) for x in range(-5, 5))))
        for animations in self.animations_of(self):
            self.play(*animations)
            self.wait(0.4)
        self.renderer.end("step")


def played(animations):
    """How many pictures a step has that is played and verified."""
    renderer = StepRenderer(SMALL, {"step": EVERY}, lambda *_: None)
    renderer.canvas = VerifiedCanvas(renderer.camera)
    worker._run(lambda *_: Play(renderer, animations), renderer)
    return renderer.canvas.pictures


def test_manims_animations_are_drawn_as_they_would_be_whole(drawn_whole):
    shape, other, follower = Square(fill_opacity=0.5), Circle(), Dot()
    follower.add_updater(lambda dot: dot.next_to(shape, UP))
    pictures = played(lambda scene: [
        [FadeIn(shape), Create(other)], [shape.animate.shift(2 * RIGHT).rotate(1), FadeIn(follower)],
        [Transform(shape, Triangle(color=[RED, BLUE], stroke_width=20)), follower.animate.scale(3)],
        [scene.mobjects[0].animate(lag_ratio=0.2).shift(UP)],
    ])
    assert pictures > 20 and not drawn_whole


@pytest.mark.parametrize("kind", [Treacherous, Vandal])
def test_an_animation_that_breaks_the_rules_is_caught(kind):
    def animations(scene):
        kind.camera = scene.camera
        scene.add(shape := Square(fill_opacity=1))
        yield [shape.animate.shift(RIGHT), kind(Dot())]

    with pytest.raises(Unlike, match="pixels differ, from "):
        played(animations)


@pytest.mark.parametrize("scene", ["qkv", "attention_matrix"])
def test_a_scene_is_drawn_and_converted_as_it_would_be_whole(scene):
    """The whole film, in all languages and themes, is for `python -m tests.verify --all`."""
    assert verify(load(scene), SMALL) > 100


def test_a_drawing_is_of_its_moment():
    """What lies below may be drawn later than it was laid, when its shapes are not as they were."""
    shape = VMobject(fill_color=[RED, BLUE], fill_opacity=1).set_points_as_corners([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 0, 0]])
    camera = FastCamera()
    drawings = camera.made_ready([shape])
    camera.draw(drawings)
    before = camera.pixel_array.copy()
    shape.points += 1
    shape.fill_rgbas[:] = 0.5
    camera.reset()
    camera.draw(drawings)
    assert np.array_equal(camera.pixel_array, before)
