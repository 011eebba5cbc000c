"""Formats: what is in the files that a step is written as, and how a browser shows them."""

from dataclasses import replace
from functools import cache
from io import BytesIO

import av
import numpy as np
import pytest
from click.testing import CliRunner
from manim import RIGHT, Circle, FadeIn, Rectangle, Scene, Square
from PIL import Image
from test_output import names
from test_render import TINY, Shapes

from scenes.base.frame import Frame
from studio import cli
from studio.errors import RenderError, UserError
from studio.read import assets
from studio.render.alpha import bled, straight
from studio.render.formats import chosen, formats
from studio.render.job import Clip, Job, Run
from studio.render.quality import Quality
from studio.render.runs import runs_of
from studio.render.worker import render_run, render_step

SMALL = Quality("small", 320, 180, 10)
SHARES = np.linspace(-1, 1, 9)
RED = np.array([255, 0, 0])
PINK = (255, 128, 128)


class Alone(Scene):
    """One step, watched like an ExplainerScene."""

    def __init__(self, renderer=None, watch=None):
        super().__init__(renderer=renderer)
        self.watch, self.frame = watch, Frame.of()
        self.camera.background_color = "#10151f"

    def caption(self, step):
        return "A step."

    def construct(self):
        self.watch.begin("step")
        self.step()
        self.wait(0.5)
        self.watch.end("step")


class Pane(Alone):
    """A half-transparent white pane to the left, and something that moves to the right of it."""

    def step(self):
        self.add(Rectangle(width=5, height=6, fill_color="#ffffff", fill_opacity=0.5, stroke_width=0).move_to([-3, 0, 0]))
        dot = Circle(0.5, fill_opacity=1).move_to([2, 0, 0])
        self.play(FadeIn(dot), run_time=0.3)
        self.play(dot.animate.shift(3 * RIGHT), run_time=0.6)


class Cells(Alone):
    """The colours of a theme's heat maps, a cell each."""

    def step(self):
        for at, colour in cells():
            self.add(Square(1.2, fill_color=colour, fill_opacity=1, stroke_width=0).move_to(at))


@cache
def cells():
    """Where in the frame each cell is, and its colour."""
    theme = assets.theme("dark")
    rows = [theme.signed(share) for share in SHARES], [theme.weight(abs(share)) for share in SHARES]
    return [((1.4 * (column - 4), 2 * row - 1, 0), colour) for row, colours in enumerate(rows) for column, colour in enumerate(colours)]


def made(name, build, **options):
    """The clip of a scene with one step in a format."""
    (format,) = chosen([name], **options)
    clip = render_step(Job("alone", "step", build, SMALL, format=format))
    format.check(clip, SMALL)
    return clip


def pictures(name, movie):
    """All frames of a file, uint8 (height, width, 4), with the alpha that is in it; and when each is shown, in seconds."""
    if name in ("gif", "webp", "png"):
        with Image.open(BytesIO(movie)) as image:
            shown, times, now = [], [], 0
            for number in range(getattr(image, "n_frames", 1)):
                image.seek(number)
                shown.append(np.array(image.convert("RGBA")))
                times.append(now)
                now += image.info.get("duration", 0) / 1000
        return shown, times
    with av.open(BytesIO(movie)) as file:
        stream = file.streams.video[0]
        # The decoder of FFmpeg itself does not read alpha.
        decoder = av.CodecContext.create("libvpx-vp9", "r") if name == "webm" else stream.codec_context
        frames = [frame for packet in file.demux(stream) for frame in decoder.decode(packet)]
        return [frame.to_ndarray(format="rgba") for frame in frames], [frame.time for frame in frames]


def over(picture, colour):
    """A picture with straight alpha over a colour."""
    alpha = picture[..., 3:] / 255
    return picture[..., :3] * alpha + colour * (1 - alpha)


# Alpha

@pytest.mark.parametrize("name, options", [("mov", {}), ("mov", {"prores": True}), ("png", {}), ("webm", {}), ("webp", {})],
                         ids=["mov", "prores", "png", "webm", "webp"])
def test_half_transparent_white_is_pink_over_red_and_no_grey_lies_around_it(name, options):
    """Compared with what was drawn: over red, and over black, where a fringe would be seen."""
    drawn, = pictures("png", made("png", Pane, transparent=True).movie)[0]
    shown = pictures(name, made(name, Pane, transparent=True, **options).movie)[0][-1]
    y, x = SMALL.height // 2, SMALL.width // 2 - 3 * SMALL.height // 8
    assert np.abs(over(shown, RED)[y, x] - PINK).max() <= 3
    assert shown[2, 2, 3] <= 1
    for colour in (RED, np.zeros(3)):
        difference = np.abs(over(shown, colour) - over(drawn, colour))
        assert difference.mean() < 0.5 and (name in ("webm", "webp") or difference.max() <= 2)
        pane = difference[:, : SMALL.width // 2]
        assert pane.max() <= 12, "a fringe around the pane"


def test_straight_pixels_give_back_what_was_multiplied():
    alphas = np.arange(1, 256)
    for colour in ((255, 255, 255), (250, 192, 90), (0, 0, 0)):
        drawn = np.round(np.outer(alphas, (*colour, 255)) / 255).astype(np.uint8)[None]
        found = straight(drawn)
        assert (found[..., 3] == drawn[..., 3]).all()
        assert (np.abs(np.rint(found[..., :3] * (found[..., 3:] / 255)) - drawn[..., :3]) <= 1).all()
    assert (straight(np.full((2, 2, 4), 0, np.uint8)) == 0).all()


def test_what_is_transparent_takes_the_colour_of_what_is_near_it():
    drawn = np.zeros((20, 30, 4), np.uint8)
    drawn[3, 4], drawn[17, 25] = (100, 0, 0, 200), (0, 50, 0, 255)
    found = bled(drawn)
    assert (found[..., 3] == drawn[..., 3]).all()
    assert found[0, 0].tolist() == [127, 0, 0, 0] and found[3, 4].tolist() == [128, 0, 0, 200]
    assert found[19, 29].tolist() == [0, 50, 0, 0] and found[10, 10].tolist() == [0, 0, 0, 0]


# What is in the files

def test_every_format_shows_the_frames_of_the_clip_for_as_long():
    clips = {name: made(name, Pane) for name in formats()}
    drawn, times = pictures("mov", clips["mov"].movie)
    assert len(drawn) == clips["mp4"].frames and {clip.frames for clip in clips.values()} == {len(drawn)}
    for name, most in (("mp4", 4), ("webm", 4), ("webp", 4), ("gif", 4)):
        shown, begin = pictures(name, clips[name].movie)
        assert begin == sorted(begin) and len(shown) <= len(drawn)
        for picture, time in zip(shown, begin, strict=True):
            then = drawn[round(time * SMALL.fps)]
            assert np.abs(picture[..., :3].astype(int) - then[..., :3]).mean() < most, (name, time)
    assert clips["png"].movie == clips["png"].picture == clips["mp4"].picture
    assert (pictures("png", clips["png"].movie)[0][0][..., :3] == drawn[-1][..., :3]).all()


def test_gif_and_webp_are_as_wide_and_play_as_often_as_is_said():
    for name, told in (("gif", {0: 0, 1: None, 3: 2}), ("webp", {0: 0, 1: 1, 3: 3})):    # a GIF says how often it begins again
        for loops, said in told.items():
            with Image.open(BytesIO(made(name, Pane, width=100, loops=loops).movie)) as image:
                assert image.size == (100, 56) and image.info.get("loop") == said
    with Image.open(BytesIO(made("gif", Pane, width=4000).movie)) as image:
        assert image.size == (SMALL.width, SMALL.height)


@pytest.mark.parametrize("fps, shown", [(10, 10), (15, 15), (30, 15), (50, 12.5), (60, 15)])
def test_a_gif_has_15_frames_a_second_at_most_and_lasts_as_long(fps, shown):
    quality = replace(TINY, fps=fps)
    (gif,) = chosen(["gif"])
    clip = render_step(Job("shapes", "triangle", Shapes, quality, format=gif))
    times = pictures("gif", clip.movie)[1]
    steps = np.diff(times[:-1])
    assert steps.min() >= 1 / shown - 0.011
    gif.check(clip, quality)


def test_files_that_are_not_whole_are_refused():
    for name in ("mov", "webm", "gif", "webp"):
        clip, (format,) = made(name, Pane), chosen([name])
        for movie in (clip.movie[: len(clip.movie) // 2], b"", b"nothing"):
            with pytest.raises(RenderError):
                format.check(replace(clip, movie=movie), SMALL)
        with pytest.raises(RenderError, match="instead of|does not show"):
            format.check(replace(clip, frames=clip.frames + 5), SMALL)
    with pytest.raises(RenderError, match="not the last"):
        chosen(["png"])[0].check(Clip(b"", b"a picture", 3, ""), SMALL)


# How they are made

def test_one_drawing_gives_all_formats_each_as_it_is_alone():
    kinds = chosen(formats())
    jobs = [Job("shapes", step, Shapes, TINY, 1.0, kind) for step in ("square", "triangle") for kind in kinds]
    together = render_run(Run(jobs))
    assert together == [render_step(job) for job in jobs]
    for runs in (runs_of(jobs, 1), runs_of(jobs, 8)):
        assert [job for run in runs for job in run.parts] == jobs
        for run in runs:
            steps = [job.step for job in run.parts]
            assert all(steps.count(step) == len(kinds) for step in steps)


def test_what_cannot_be_is_said_with_what_can():
    for arguments, message in (
        (["--transparent"], "mp4 cannot be written so; these can: --format mov, --format png, --format webm, --format webp"),
        (["--format", "gif", "--format", "webm", "--transparent"], "--transparent: gif cannot"),
        (["--format", "giff"], "there is no format 'giff'; did you mean 'gif'?"),
        (["--width", "300"], "--width: mp4 cannot be written so; these can: --format gif, --format webp"),
        (["--format", "gif", "--prores"], "--prores: gif cannot be written so; these can: --format mov"),
        (["--format", "gif", "--width", "0"], "0 is not in the range"),
    ):
        done = CliRunner().invoke(cli.main, ["render", "qkv/blend", *arguments])
        assert done.exit_code == 2 and message in done.output, done.output
    with pytest.raises(UserError, match="2 problems"):
        chosen(["gif", "x"], transparent=True)


def test_a_step_is_written_in_all_formats_and_kept_in_each(tmp_path):
    command = ["render", "keys/key", "--size", "160x90", "--fps", "5", "-o", str(tmp_path), "-j", "1"]
    done = CliRunner().invoke(cli.main, [*command, "--format", "gif", "--format", "png"])
    assert done.exit_code == 0, done.output
    assert names(tmp_path) == [f"clips/keys/01-key.{kind}" for kind in ("gif", "json", "png")]
    done = CliRunner().invoke(cli.main, [*command, "--format", "gif", "--format", "webm", "--format", "mp4"])
    assert "2 clips and 1 from the cache" in done.output
    done = CliRunner().invoke(cli.main, [*command, "--format", "webm", "--transparent", "--bare"])
    assert "1 clip, " in done.output and names(tmp_path) == [f"clips/keys/01-key.{kind}" for kind in ("gif", "json", "mp4", "png", "webm")]
    with Image.open(tmp_path / "clips/keys/01-key.png") as image:
        assert image.mode == "RGBA" and image.getpixel((0, 0)) == (0, 0, 0, 0)


# In a browser

# Draws a file's last frame over red and tells the colours at some points of it.
LOOK = """async ([url, isVideo, points]) => {
  const shown = document.createElement(isVideo ? "video" : "img");
  shown.muted = true;
  shown.src = url;
  if (isVideo) {
    await new Promise((done, failed) => { shown.onloadeddata = done; shown.onerror = () => failed(shown.error.message); });
    await new Promise((done) => { shown.onseeked = done; shown.currentTime = shown.duration - 0.05; });
  } else await shown.decode();
  const canvas = new OffscreenCanvas(320, 180), context = canvas.getContext("2d");
  for (let turn = 0; turn < 100; turn++) {                                // what is sought is not at once seen
    context.clearRect(0, 0, 320, 180);
    context.drawImage(shown, 0, 0, 320, 180);
    if (context.getImageData(0, 0, 320, 180).data.some(Boolean)) break;
    await new Promise((done) => setTimeout(done, 20));
  }
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#f00";
  context.fillRect(0, 0, 320, 180);
  return points.map(([x, y]) => Array.from(context.getImageData(x, y, 1, 1).data).slice(0, 3));
}"""


@pytest.fixture
def look(tmp_path, browser):
    """What Chromium shows: the colours at some points of the last frame of a clip."""
    (tmp_path / "page.html").write_text("<!doctype html>", encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())

    def colours(name, movie, points):
        import base64

        kind = {"mp4": "video/mp4", "webm": "video/webm"}.get(name, f"image/{name}")
        url = f"data:{kind};base64,{base64.b64encode(movie).decode()}"
        return np.array(page.evaluate(LOOK, [url, kind.startswith("video"), points]))

    return colours


def test_chromium_shows_the_right_pink(look):
    y, x = SMALL.height // 2, SMALL.width // 2 - 3 * SMALL.height // 8
    for name in ("webm", "png", "webp"):
        pane, empty = look(name, made(name, Pane, transparent=True).movie, [(x, y), (2, 2)])
        assert np.abs(pane - PINK).max() <= 3 and np.abs(empty - RED).max() <= 3, name


def test_chromium_shows_the_colours_of_the_theme(look):
    unit = SMALL.height / 8
    points = [(round(SMALL.width / 2 + x * unit), round(SMALL.height / 2 - y * unit)) for (x, y, _), _ in cells()]
    right = np.array([colour.to_int_rgb() for _, colour in cells()])
    found = {name: np.abs(look(name, made(name, Cells).movie, points) - right) for name in ("mp4", "png", "gif", "webm", "webp")}
    assert found["mp4"].max() <= 12 and found["webm"].max() <= 12 and found["webp"].max() <= 12
    assert found["png"].max() <= 3 and found["gif"].mean() <= 8
