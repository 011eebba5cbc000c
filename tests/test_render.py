"""Rendering: what is drawn and when, what the video file says of itself, and what happens when a worker fails."""

import os
import signal
import subprocess
import sys
from functools import partial
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from manim import DOWN, LEFT, RIGHT, UP, Circle, FadeIn, Scene, Square, Triangle
from manim.renderer.cairo_renderer import CairoRenderer
from PIL import Image
from processes import alive, until

from scenes.base.frame import Frame
from studio.errors import Problem, RenderError, UserError
from studio.plan import staging
from studio.read.spec import load
from studio.render import farm, worker
from studio.render.canvas import Canvas, DirtyCanvas
from studio.render.encoder import ClipEncoder
from studio.render.job import Job, StripJob
from studio.render.manim_settings import settings
from studio.render.quality import QUALITIES, Quality, parse
from studio.render.worker import EVERY, StepRenderer, played, render_step, render_strip

TINY = Quality("tiny", 160, 90, 10)
LENGTHS = {"square": 8, "triangle": 11, "turn": 9}
BT709 = 1                                 # the number H.264 gives it, as matrix, primaries and transfer
COLOURS = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 162, 227), (250, 192, 90), (208, 98, 124),
           (159, 255, 240), (16, 21, 31), (139, 150, 168), (51, 64, 90)]


class Shapes(Scene):
    """Three steps, watched like an ExplainerScene."""

    def __init__(self, renderer=None, watch=None, frame=Frame.of()):
        super().__init__(renderer=renderer)
        self.watch, self.frame = watch, frame
        self.camera.background_color = "#10151f"
        self.camera.init_background()

    def caption(self, step):
        return f"A {step}."

    def construct(self):
        for step in LENGTHS:
            self.watch.begin(step)
            getattr(self, step)()
            self.watch.end(step)

    def square(self):
        self.add(Circle().shift(3 * RIGHT))
        self.shape = Square(fill_opacity=0.5).shift(3 * LEFT)
        self.play(FadeIn(self.shape), run_time=0.5)
        self.wait(0.34)

    def triangle(self):
        self.play(self.shape.animate.shift(UP).rotate(1), FadeIn(Triangle(), run_time=0.3), run_time=0.6)
        self.wait(0.5)

    def turn(self):
        self.play(self.shape.animate.shift(DOWN), run_time=0.4)
        self.shape.add_updater(lambda shape, dt: shape.rotate(dt))
        self.wait(0.2)
        self.shape.clear_updaters()
        self.wait(0.3)


class Broken(Shapes):
    def triangle(self):
        raise KeyError("no such tensor")


def mistaken(renderer, watch):
    raise UserError([Problem("no such theme")])


def die_at_triangle(job):
    if job.step == "triangle":
        os.kill(os.getpid(), signal.SIGKILL)
    return job.step


def job(step, build=Shapes):
    return Job("shapes", step, build, TINY)


def drawn(wanted, build=Shapes):
    """What a renderer hands over, by step: pictures, each as often as it is shown; and the scene."""
    pictures = {step: [] for step in wanted}
    with settings(TINY):
        renderer = StepRenderer(TINY, wanted, lambda step, pixels, repeat: pictures[step].extend([pixels.copy()] * repeat))
        worker._run(build, renderer)
    return pictures, renderer.scene


def decoded(movie):
    """The pictures of a video, luma and chroma as they are stored: (frame, 3/2 height, width)."""
    with av.open(BytesIO(movie)) as file:
        return np.stack([frame.to_ndarray() for frame in file.decode(video=0)])


@pytest.fixture(scope="module")
def clips():
    return {step: render_step(job(step)) for step in LENGTHS}


# What is drawn

def test_frames_are_those_of_manim():
    """Pixel for pixel, up to what turns by an updater: there manim loses a frame's time."""
    stock = {}

    class Stock(CairoRenderer):
        def begin(self, step):
            self.pictures = stock[step] = []

        def end(self, step):
            pass

        def add_frame(self, frame, num_frames=1):
            super().add_frame(frame, num_frames)
            self.pictures.extend([frame] * num_frames)

    with settings(TINY):
        renderer = Stock()
        Shapes(renderer, renderer).render()
    ours, _ = drawn({step: EVERY for step in LENGTHS})
    for step in ("square", "triangle"):
        np.testing.assert_array_equal(ours[step], stock[step])
    np.testing.assert_array_equal(ours["turn"][:4], stock["turn"][:4])


def test_a_step_alone_is_the_step_in_the_whole_scene():
    together, _ = drawn({step: EVERY for step in LENGTHS})
    for step in LENGTHS:
        alone, _ = drawn({step: EVERY})
        np.testing.assert_array_equal(alone[step], together[step])


def test_frames_and_times_are_the_same_drawn_or_not():
    frames, scene = played(Shapes, TINY)
    pictures, drawn_scene = drawn({"turn": EVERY})
    assert frames == LENGTHS and len(pictures["turn"]) == LENGTHS["turn"]
    assert scene.time == drawn_scene.time == pytest.approx(0.5 + 0.34 + 0.6 + 0.5 + 0.4 + 0.2 + 0.3)


def test_what_is_not_wanted_is_not_drawn(monkeypatch):
    for canvas in (Canvas, DirtyCanvas):
        monkeypatch.setattr(canvas, "draw", lambda *_: pytest.fail("drew"))
    assert played(Shapes, TINY)[0] == LENGTHS


def test_the_scene_ends_with_the_last_wanted_step():
    _, scene = drawn({"square": EVERY})
    assert scene.renderer.frames == {"": 0, "square": LENGTHS["square"]}


def test_the_camera_can_be_replaced():
    class Counting(worker.Camera):
        pictures = 0

        def capture_mobjects(self, mobjects, **options):
            type(self).pictures += bool(mobjects)
            super().capture_mobjects(mobjects, **options)

    with settings(TINY):
        worker._run(Shapes, StepRenderer(TINY, {"triangle": EVERY}, lambda *_: None, Counting))
    assert Counting.pictures == 1 + 6 + 1  # what keeps still, the moving frames, the wait


@pytest.mark.parametrize("frame, type, seen", [
    ("160x90", "normal", (128 / 9, 8)), ("wide", "normal", (8 * 854 / 480, 8)), ("square", "normal", (8, 8)),
    ("90x160", "normal", (8, 128 / 9)), ("320x90", "normal", (256 / 9, 8)), ("square", "large", (8 / 1.4, 8 / 1.4)),
])
def test_the_frame_is_seen_whole_in_any_shape(frame, type, seen):
    quality = parse("preview", frame=frame)
    with settings(quality):
        renderer = StepRenderer(quality, {}, None)
        renderer.stage(partial(Shapes, frame=Frame.of(frame, type=type)))
    assert (renderer.camera.frame_width, renderer.camera.frame_height) == pytest.approx(seen)


def test_pictures_across_a_step():
    together, _ = drawn({step: EVERY for step in LENGTHS})
    strips = render_strip(StripJob("shapes", ("square", "turn"), Shapes, TINY, n_pictures=4))
    assert {step: len(pictures) for step, pictures in strips.items()} == {"square": 4, "turn": 4}
    for step, numbers in {"square": (1, 3, 5, 7), "turn": (1, 3, 6, 8)}.items():
        for picture, number in zip(strips[step], numbers, strict=True):
            np.testing.assert_array_equal(np.array(Image.open(BytesIO(picture))), together[step][number][..., :3])


def test_a_still_is_the_last_frame(clips):
    stills = render_strip(StripJob("shapes", tuple(LENGTHS), Shapes, TINY))
    assert stills == {step: [clip.picture] for step, clip in clips.items()}


def test_manim_leaves_nothing_behind_and_obeys_nothing(tmp_path, monkeypatch, capfd, clips):
    monkeypatch.chdir(tmp_path)
    with settings(Quality("other", 64, 64, 7)):
        pass
    (tmp_path / "manim.cfg").write_text("[CLI]\nbackground_color = RED\nframe_rate = 3\n")
    assert render_step(job("square")) == clips["square"]
    assert [path.name for path in tmp_path.iterdir()] == ["manim.cfg"]
    assert capfd.readouterr() == ("", "")


# The video

def test_the_video_says_what_it_is(clips):
    clip = clips["triangle"]
    assert clip.frames == LENGTHS["triangle"] and clip.caption == "A triangle."
    with av.open(BytesIO(clip.movie)) as file:
        stream = file.streams.video[0]
        codec = stream.codec_context
        assert (codec.name, codec.profile, codec.pix_fmt) == ("h264", "High", "yuv420p")
        assert (codec.width, codec.height, stream.average_rate) == (160, 90, 10)
        assert (codec.colorspace, codec.color_primaries, codec.color_trc) == (BT709, BT709, BT709)
        assert codec.color_range == 1     # limited
        assert stream.duration * stream.time_base == pytest.approx(1.1)
        packets = [packet for packet in file.demux(stream) if packet.size]
    assert stream.frames == len(packets) == len(decoded(clip.movie)) == clip.frames
    assert packets[0].is_keyframe and packets[0].dts == packets[0].pts == 0
    assert clip.movie.index(b"moov") < clip.movie.index(b"mdat")


def test_colours_survive(tmp_path):
    pixels = np.full((90, 120, 4), 255, np.uint8)
    for number, colour in enumerate(COLOURS):
        row, column = divmod(number, 4)
        pixels[30 * row:30 * row + 30, 30 * column:30 * column + 30, :3] = colour
    encoder = ClipEncoder(tmp_path / "clip.mp4", Quality("flat", 120, 90, 10))
    encoder.write(pixels, repeat=3)
    assert encoder.close() == 3
    y, u, v = _planes(decoded((tmp_path / "clip.mp4").read_bytes())[2])
    luma, cb, cr = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224   # BT.709, limited range
    red, blue = luma + 1.5748 * cr, luma + 1.8556 * cb
    back = 255 * np.stack([red, (luma - 0.2126 * red - 0.0722 * blue) / 0.7152, blue], axis=-1)
    for number, colour in enumerate(COLOURS):
        row, column = divmod(number, 4)
        flat = back[30 * row + 8:30 * row + 22, 30 * column + 8:30 * column + 22]
        assert np.abs(flat - colour).max() <= 3, colour


def _planes(frame):
    """Luma and chroma at full size from a yuv420p frame."""
    height, width = frame.shape[0] * 2 // 3, frame.shape[1]
    y = frame[:height].astype(float)
    u, v = frame[height:].reshape(2, height // 2, width // 2).astype(float)
    return y, *(np.repeat(np.repeat(plane, 2, 0), 2, 1) for plane in (u, v))


@pytest.mark.parametrize("scene, step", [("qkv", "all_tokens"), ("attention_matrix", "sheets")])
def test_the_worst_frame_is_close_to_what_was_drawn(scene, step, tmp_path):
    """At least 45 dB over luma and chroma, in a small picture, where a line is a larger share of it than in a large one."""
    quality, drawn = Quality("small", 640, 360, 15), []
    clip = ClipEncoder(tmp_path / "clip.mp4", quality)

    def take(step, pixels, repeat):
        clip.write(pixels, repeat)
        drawn.extend([pixels.copy()] * repeat)

    with settings(quality):
        worker._run(partial(staging.build, load(scene)), StepRenderer(quality, {step: EVERY}, take))
    assert clip.close() == len(drawn) > 50
    for frame, pixels in zip(decoded((tmp_path / "clip.mp4").read_bytes()), drawn, strict=True):
        assert _psnr(frame, _bt709(pixels)) >= 45


def _bt709(pixels):
    """A picture as it should be stored: luma, and chroma that is the mean of four pixels each (ITU-R BT.709, limited range)."""
    red, green, blue = np.moveaxis(pixels[..., :3] / 255.0, -1, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    chroma = [((colour - luma) / scale).reshape(len(luma) // 2, 2, -1, 2).mean((1, 3))
              for colour, scale in ((blue, 1.8556), (red, 1.5748))]
    return np.concatenate([16 + 219 * luma.ravel(), *(128 + 224 * plane.ravel() for plane in chroma)])


def _psnr(frame, stored):
    return 10 * np.log10(255**2 / np.square(frame.ravel() - stored).mean())


def test_a_still_is_converted_once_however_long_it_stands(tmp_path):
    clip, converted = ClipEncoder(tmp_path / "clip.mp4", TINY), []
    convert = clip._converter.convert
    clip._converter = SimpleNamespace(convert=lambda *frame: converted.append(frame) or convert(*frame))
    clip.write(np.full((90, 160, 4), 255, np.uint8), repeat=50)
    assert clip.close() == 50 == len(decoded((tmp_path / "clip.mp4").read_bytes()))
    assert len(converted) == 1


def test_a_clip_is_the_same_every_time(clips):
    assert render_step(job("turn")) == clips["turn"]


# Quality

def test_qualities():
    assert parse() == QUALITIES["1080p"] == Quality("1080p", 1920, 1080, 30)
    assert parse("preview", fps=5, frame="320x180") == Quality("preview", 320, 180, 5)


@pytest.mark.parametrize("said, message", [
    ({"quality": "1080"}, "did you mean '1080p'"),
    ({"fps": 0}, "--fps"),
    ({"fps": 1000}, "--fps"),
])
def test_impossible_qualities(said, message):
    with pytest.raises(UserError, match=message):
        parse(**said)


# The farm

def test_workers_give_the_same_clips(clips):
    done = {}
    farm.run(render_step, [job(step) for step in LENGTHS], 2, lambda job, clip: done.update({job.step: clip}))
    assert done == clips


@pytest.mark.parametrize("n_workers", [1, 2])
def test_a_step_that_fails_is_named_and_the_others_are_done(n_workers):
    done = []
    jobs = [job("square"), job("triangle", Broken), job("turn")]
    with pytest.raises(RenderError, match=r"^shapes/triangle: KeyError: 'no such tensor'$"):
        farm.run(render_step, jobs, n_workers, lambda job, _: done.append(job.step))
    assert sorted(done) == ["square", "turn"]


def test_a_mistake_of_the_user_ends_everything():
    with pytest.raises(UserError, match="no such theme"):
        farm.run(render_step, [job("square", mistaken), job("turn")], 1, lambda *_: pytest.fail("went on"))


def test_a_worker_that_dies_is_named_and_the_others_are_done():
    done = []
    with pytest.raises(RenderError, match="^shapes/triangle: .*died"):
        farm.run(die_at_triangle, [job(step) for step in LENGTHS], 2, lambda _, step: done.append(step))
    assert sorted(done) == ["square", "turn"]


SLEEPERS = """
import os, sys, tempfile, time
from pathlib import Path
from studio.render import farm
from studio.render.quality import QUALITIES
from studio.render.job import Job

def sleep(job):
    Path(tempfile.mkdtemp(), "half").write_text("half a clip")
    Path(sys.argv[1], job.step).write_text(str(os.getpid()))
    time.sleep(60)

if __name__ == "__main__":
    farm.run(sleep, [Job("s", str(n), print, QUALITIES["preview"]) for n in range(4)], 2, print)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupt_ends_everything_at_once(tmp_path, how):
    started, temporary, script = tmp_path / "started", tmp_path / "tmp", tmp_path / "sleepers.py"
    started.mkdir(), temporary.mkdir(), script.write_text(SLEEPERS)
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(Path(__file__).parent.parent)}
    parent = subprocess.Popen([sys.executable, script, started], env=environment, stderr=subprocess.PIPE, start_new_session=True)
    until(lambda: len(list(started.glob("*"))) == 2)
    workers = [int(file.read_text()) for file in started.iterdir()]
    # Ctrl-C goes to all processes of the terminal, workers included.
    os.killpg(parent.pid, how) if how == signal.SIGINT else parent.kill()
    errors = parent.communicate(timeout=10)[1].decode()
    assert parent.returncode == -how
    until(lambda: not any(map(alive, workers)), seconds=5)
    if how == signal.SIGINT:
        assert errors.count("Traceback") == 1 and errors.rstrip().endswith("KeyboardInterrupt")
        assert list(temporary.iterdir()) == []
