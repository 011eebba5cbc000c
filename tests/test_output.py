"""Output: files that are whole or not there, clips put together, and what a render leaves in its folder."""

import json
import resource
from contextlib import closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import av
import numpy as np
import pytest
from PIL import Image
from test_render import COLOURS, LENGTHS, TINY, Broken, Shapes, decoded, job

from model import ModelConfig
from studio.console import Progress
from studio.errors import RenderError, UserError
from studio.output.assemble import concatenate
from studio.output.film import render_film
from studio.output.storyboard import make_storyboard
from studio.plan import staging
from studio.read.spec import FilmSpec, load
from studio.render import inputs
from studio.render.encoder import ClipEncoder
from studio.render.worker import render_step
from studio.store import files
from studio.store.reel import Reel

STEPS = tuple(LENGTHS)
CLIPS = [f"clips/qkv/{number:02}-{step}" for number, step in enumerate(STEPS, 1)]


@contextmanager
def full_disk(size):
    """No file can grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def spec(monkeypatch):
    """A scene spec whose scene is Shapes."""
    build_instead(monkeypatch, lambda spec, renderer, watch: Shapes(renderer, watch))
    monkeypatch.setattr(inputs, "of", lambda spec, step, quality: {"step": step})
    captions = {step: f"A {step}." for step in STEPS}
    return replace(load("qkv"), order=STEPS, steps=STEPS, wanted=STEPS, captions=captions)


def build_instead(monkeypatch, build):
    """From now on every scene, but no card, is what `build` makes."""
    monkeypatch.setattr(staging, "build", build)


class Told(Progress):
    """Remembers what it is told is done."""

    def __init__(self):
        self.names = []

    def __call__(self, name, frames=0, cached=False):
        self.names.append(name)


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def written(folder):
    """Which file is where, and when it was written."""
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*.*")}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """The clips of Shapes as files."""
    folder = tmp_path_factory.mktemp("clips")
    paths = [folder / f"{step}.mp4" for step in STEPS]
    for step, path in zip(STEPS, paths, strict=True):
        path.write_bytes(render_step(job(step)).movie)
    return paths


# Files

def test_a_file_appears_when_it_is_whole(tmp_path):
    target = tmp_path / "new" / "film.mp4"
    with files.atomic(target) as partial:
        assert partial.parent == target.parent and partial.suffix == ".mp4"
        partial.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert names(tmp_path) == ["new/film.mp4"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_the_old_file_survives_what_goes_wrong(tmp_path, error):
    target = tmp_path / "film.mp4"
    target.write_text("old")
    with pytest.raises(error), files.atomic(target) as partial:
        partial.write_text("half")
        raise error
    assert target.read_text() == "old"
    assert names(tmp_path) == ["film.mp4"]


def test_the_old_file_survives_a_full_disk(tmp_path, clips):
    target = tmp_path / "film.mp4"
    target.write_text("old")
    whole = sum(path.stat().st_size for path in clips)
    for size in (0, 100, 4000, whole // 2):
        with full_disk(size), pytest.raises(RenderError, match="film.mp4: cannot be written: "):
            concatenate(clips, target)
        with full_disk(size), pytest.raises(RenderError, match="film.mp4: cannot be written: "):
            files.write(target, bytes(whole))
    assert target.read_text() == "old"
    assert names(tmp_path) == ["film.mp4"]


def test_a_clip_on_a_full_disk_fails(tmp_path):
    with full_disk(100), pytest.raises(OSError):
        encoder = ClipEncoder(tmp_path / "clip.mp4", TINY)
        encoder.write(np.zeros((90, 160, 4), np.uint8))
        encoder.close()
    encoder.abort()


def test_what_a_killed_process_left_is_swept_and_what_another_one_writes_is_not(tmp_path):
    left, mine, film = (tmp_path / name for name in (f".animformer-{'0' * 32}.mp4", ".notes.mp4", "film.mp4"))
    left.write_text("half"), mine.write_text("mine")
    with files.atomic(film) as partial:
        partial.write_text("whole")
        files.sweep([tmp_path, tmp_path / "nowhere"])
        assert partial.exists() and not left.exists()
    assert names(tmp_path) == [".notes.mp4", "film.mp4"] and film.read_text() == "whole"


def test_what_is_there_already_is_not_written_again(tmp_path):
    path = tmp_path / "clip.mp4"
    files.write(path, b"first")
    before = written(tmp_path)
    files.write(path, b"first")
    assert written(tmp_path) == before
    files.write(path, b"second")
    assert path.read_bytes() == b"second"


def test_a_reel_holds_clips_whatever_becomes_of_their_files(tmp_path):
    with closing(Reel(tmp_path)) as reel:
        marks = [reel.add(movie) for movie in (b"first", b"second", b"first")]
        assert marks[0] == marks[2] and [reel.open(name).read() for name in marks] == [b"first", b"second", b"first"]
        assert names(tmp_path) == []


# Clips put together

def test_the_whole_is_its_clips(tmp_path, clips):
    target = tmp_path / "scene.mp4"
    assert concatenate(clips, target) == sum(LENGTHS.values())
    movie = target.read_bytes()
    expected = np.concatenate([decoded(path.read_bytes()) for path in clips])
    np.testing.assert_array_equal(decoded(movie), expected)
    assert movie.index(b"moov") < movie.index(b"mdat")
    with av.open(BytesIO(movie)) as file:
        stream = file.streams.video[0]
        codec = stream.codec_context
        assert (codec.colorspace, codec.color_primaries, codec.color_trc, codec.color_range) == (1, 1, 1, 1)
        assert stream.frames == len(expected) and stream.average_rate == TINY.fps
        assert stream.duration * stream.time_base == Fraction(len(expected), TINY.fps)
        packets = [packet for packet in file.demux(stream) if packet.size]
        tick = 1 / (stream.time_base * TINY.fps)
        assert [packet.pts for packet in packets] == [packet.dts for packet in packets] == [n * tick for n in range(len(packets))]


@pytest.mark.parametrize("lengths", [(1, 1, 1), (2, 1, 3), (1, 30, 2)])
def test_clips_of_any_length_fit_together(tmp_path, lengths):
    paths = []
    for number, length in enumerate(lengths):
        paths.append(tmp_path / f"{number}.mp4")
        encoder = ClipEncoder(paths[-1], TINY)
        pixels = np.full((90, 160, 4), 255, np.uint8)
        pixels[..., :3] = COLOURS[number + 2]
        encoder.write(pixels, length)
        encoder.close()
    assert concatenate(paths, tmp_path / "whole.mp4") == sum(lengths)
    whole = decoded((tmp_path / "whole.mp4").read_bytes())
    np.testing.assert_array_equal(whole, np.concatenate([decoded(path.read_bytes()) for path in paths]))


def test_parts_of_a_whole_can_be_put_together_again(tmp_path, clips):
    concatenate(clips[:2], tmp_path / "scene.mp4")
    concatenate([tmp_path / "scene.mp4", clips[2]], tmp_path / "film.mp4")
    concatenate(clips, tmp_path / "at_once.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == (tmp_path / "at_once.mp4").read_bytes()


def test_clips_of_two_qualities_do_not_mix(tmp_path, clips):
    other = tmp_path / "other.mp4"
    encoder = ClipEncoder(other, replace(TINY, width=128))
    encoder.write(np.zeros((90, 128, 4), np.uint8))
    encoder.close()
    with pytest.raises(RenderError, match="other.mp4 is of another quality"):
        concatenate([clips[0], other], tmp_path / "film.mp4")
    assert names(tmp_path) == ["other.mp4"]


# A render

def test_a_scene(tmp_path, spec, clips):
    told = Told()
    result = render_film(spec, TINY, tmp_path, 1, told)
    assert sorted(told.names) == sorted(f"qkv/{step}" for step in STEPS)
    expected = ["scenes/qkv.mp4", "scenes/qkv.json", *(clip + suffix for clip in CLIPS for suffix in (".mp4", ".png", ".json"))]
    assert [str(path.relative_to(tmp_path)) for path in result.files] == expected
    assert names(tmp_path) == sorted(expected)
    assert (result.frames, result.rendered, result.cached) == (28, 3, 0) and result.seconds > 0
    for name, clip in zip(CLIPS, clips, strict=True):
        assert (tmp_path / f"{name}.mp4").read_bytes() == clip.read_bytes()
    assert len(decoded((tmp_path / "scenes/qkv.mp4").read_bytes())) == 28
    assert Image.open(tmp_path / f"{CLIPS[0]}.png").size == (160, 90)


def test_what_is_said_beside_a_scene(tmp_path, spec):
    render_film(spec, TINY, tmp_path, 1)
    said = json.loads((tmp_path / "scenes/qkv.json").read_text())
    assert [(step["id"], step["caption"], step["start"], step["end"]) for step in said["steps"]] == [
        ("qkv/square", "A square.", 0, 0.8), ("qkv/triangle", "A triangle.", 0.8, 1.9), ("qkv/turn", "A turn.", 1.9, 2.8)]
    assert (said["frames"], said["seconds"], said["fps"], said["width"], said["height"]) == (28, 2.8, 10, 160, 90)
    assert said["sentence"] == " ".join(spec.tokens) and said["tokens"] == list(spec.tokens)
    assert (said["focus"], said["block"], said["head"]) == (spec.focus, spec.block + 1, spec.head + 1)
    assert said["model"]["d_model"] == spec.model.d_model and said["model"]["weights"] == "translator"
    assert said["trace_digest"] == staging.trace(spec).digest
    assert len(said["weights_digest"]) == 64 and said["versions"]["manim"] == "0.22.0"
    clip = json.loads((tmp_path / f"{CLIPS[1]}.json").read_text())
    assert clip["steps"] == [{"id": "qkv/triangle", "caption": "A triangle.", "start": 0, "end": 1.1}]


def test_the_weights_digest_is_of_the_weights_alone(tmp_path, spec):
    digests = []
    for change in ({}, {"n_heads": 2}, {"seed": 1}):
        render_film(replace(spec, wanted=STEPS[:1], model=ModelConfig(**change)), TINY, tmp_path, 1)
        said = json.loads((tmp_path / f"{CLIPS[0]}.json").read_text())
        digests.append((said["weights_digest"], said["trace_digest"]))
    weights, traces = zip(*digests, strict=True)
    assert weights[0] == weights[1] != weights[2]
    assert len(set(traces)) == 3


def test_one_step_is_one_clip_with_its_number(tmp_path, spec):
    result = render_film(replace(spec, wanted=("triangle",)), TINY, tmp_path, 1)
    assert names(tmp_path) == [f"{CLIPS[1]}{suffix}" for suffix in (".json", ".mp4", ".png")]
    assert (result.frames, result.rendered) == (11, 1)


def test_a_film(tmp_path, spec):
    film = FilmSpec(source="film.yaml", name="film", title="Two", scenes=(spec, replace(spec, name="again")),
                    acts={"again": "Once more"})
    result = render_film(film, TINY, tmp_path, 1, captions="none")
    assert result.files[0] == tmp_path / "film.mp4" and (result.rendered, result.cached) == (5, 3)    # both scenes are alike
    assert {"film.mp4", "film.json", "scenes/qkv.mp4", "scenes/again.mp4", "clips/again/01-square.mp4"} <= set(names(tmp_path))
    scene = decoded((tmp_path / "scenes/qkv.mp4").read_bytes())
    said, pictures = json.loads((tmp_path / "film.json").read_text()), decoded((tmp_path / "film.mp4").read_bytes())
    assert said["title"] == "Two" and said["frames"] == result.frames == len(pictures) == round(said["seconds"] * TINY.fps)
    assert [described["id"] for described in said["scenes"]] == ["qkv", "again"]
    for described in said["scenes"]:
        start, end = (round(described[key] * TINY.fps) for key in ("start", "end"))
        np.testing.assert_array_equal(pictures[start:end], scene)
    first, again = said["scenes"]
    assert again["opens"] == first["end"] < again["start"]
    begin, end = again["start"], round(again["start"] + 0.8, 6)
    assert again["steps"][0] == {"id": "again/square", "caption": "A square.", "start": begin, "end": end}


def test_a_second_render_writes_nothing_again(tmp_path, spec):
    film = FilmSpec(source="film.yaml", name="film", title="One", scenes=(spec,))
    render_film(film, TINY, tmp_path, 1, captions="none")
    before = written(tmp_path)
    render_film(film, TINY, tmp_path, 1, captions="none")
    assert written(tmp_path) == before
    (tmp_path / "film.mp4").write_bytes((tmp_path / f"{CLIPS[0]}.mp4").read_bytes())  # a video, but not of these clips
    render_film(film, TINY, tmp_path, 1, captions="none")
    frames = len(decoded((tmp_path / "film.mp4").read_bytes()))
    assert frames == json.loads((tmp_path / "film.json").read_text())["frames"] > 28


def test_clips_of_steps_that_are_gone_go_and_nothing_else(tmp_path, spec):
    render_film(spec, TINY, tmp_path, 1)
    (tmp_path / "clips/qkv/07-notes.mp4").write_text("the user's")
    (tmp_path / "clips/qkv/08-more.json").write_text("{}")
    shorter = replace(spec, steps=("square", "turn"), wanted=("turn",))
    render_film(shorter, TINY, tmp_path, 1)
    assert f"{CLIPS[1]}.mp4" in names(tmp_path)
    render_film(replace(shorter, wanted=("square", "turn")), TINY, tmp_path, 1)
    kept = [f"clips/qkv/{name}{kind}" for name in ("01-square", "02-turn") for kind in (".json", ".mp4", ".png")]
    theirs = ["clips/qkv/07-notes.mp4", "clips/qkv/08-more.json"]
    assert names(tmp_path) == sorted([*kept, *theirs, "scenes/qkv.json", "scenes/qkv.mp4"])


def test_a_film_is_made_of_its_own_clips_whoever_else_writes_to_the_folder(tmp_path, spec, clips):
    class Meddler(Told):
        def __call__(self, name, frames=0, cached=False):
            super().__call__(name)
            path = tmp_path / f"{CLIPS[STEPS.index(name.removeprefix('qkv/'))]}.mp4"
            files.write(path, clips[0].read_bytes())

    render_film(spec, TINY, tmp_path, 1, Meddler())
    scene = decoded((tmp_path / "scenes/qkv.mp4").read_bytes())
    np.testing.assert_array_equal(scene, np.concatenate([decoded(path.read_bytes()) for path in clips]))


def test_a_step_that_fails_leaves_the_old_scene(tmp_path, spec, monkeypatch):
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes/qkv.mp4").write_text("old")
    build_instead(monkeypatch, lambda spec, renderer, watch: Broken(renderer, watch))
    with pytest.raises(RenderError, match="qkv/triangle: KeyError"):
        render_film(spec, TINY, tmp_path, 1)
    assert (tmp_path / "scenes/qkv.mp4").read_text() == "old"
    # `turn` comes after `triangle`, whose failure it cannot get past.
    assert names(tmp_path) == [*(f"{CLIPS[0]}{suffix}" for suffix in (".json", ".mp4", ".png")), "scenes/qkv.mp4"]


@pytest.mark.parametrize("make", [render_film, make_storyboard])
def test_unwritable_output_is_known_beforehand(tmp_path, spec, make, monkeypatch):
    build_instead(monkeypatch, lambda *_: pytest.fail("began to render"))
    (tmp_path / "file").write_text("old")
    with pytest.raises(UserError, match="file: cannot be written to"):
        make(spec, TINY, tmp_path / "file", 1)
    with pytest.raises(UserError, match="cannot be written to"):
        make(spec, TINY, tmp_path / "file" / "deeper", 1)
    (tmp_path / "scenes/qkv.mp4").mkdir(parents=True)
    (tmp_path / "storyboard.png").mkdir()
    with pytest.raises(UserError, match="it is a folder"):
        make(spec, TINY, tmp_path, 1)
    assert (tmp_path / "file").read_text() == "old"


def test_a_scene_of_ours_is_the_same_from_many_processes(tmp_path):
    steps = load("qkv").steps[:2]
    spec = load("qkv", ["pace=10", f"steps=[{', '.join(steps)}]"])
    for n_workers in (1, 2):
        render_film(spec, replace(TINY, fps=4), tmp_path / str(n_workers), n_workers)
    for name in names(tmp_path / "1"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


# Storyboards

def test_a_storyboard(tmp_path, spec):
    render_film(spec, TINY, tmp_path, 1)
    result = make_storyboard(spec, TINY, tmp_path / "board", 1)
    stills = [f"storyboard/qkv/{number:02}-{step}.png" for number, step in enumerate(STEPS, 1)]
    assert names(tmp_path / "board") == sorted(["storyboard.png", *stills])
    assert result.rendered == 3 and result.files[0] == tmp_path / "board/storyboard.png"
    for clip, still in zip(CLIPS, stills, strict=True):
        assert (tmp_path / "board" / still).read_bytes() == (tmp_path / f"{clip}.png").read_bytes()
    sheet = np.array(Image.open(tmp_path / "board/storyboard.png"))
    assert sheet.shape[1] > 3 * 640 and sheet.std() > 0


def test_strips(tmp_path, spec):
    told = Told()
    result = make_storyboard(replace(spec, wanted=("triangle",)), TINY, tmp_path, 1, 5, told)
    assert names(tmp_path) == ["storyboard.png", "storyboard/qkv/02-triangle.png", "storyboard/qkv/02-triangle.strip.png"]
    assert sorted(str(path.relative_to(tmp_path)) for path in result.files) == names(tmp_path)
    assert told.names == ["qkv/triangle"]
    strip = Image.open(tmp_path / "storyboard/qkv/02-triangle.strip.png")
    assert strip.width > 4 * 640 and strip.height > 2 * 360  # four in a row, two rows
