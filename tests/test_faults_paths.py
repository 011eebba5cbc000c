"""Paths: a name is a name, whatever stands in it, and what is no regular file stays what it is."""

import json
import os
import resource
import shutil
import stat
import threading
import wave
from pathlib import Path

import av
import faked
import numpy as np
import pytest
from click.testing import CliRunner
from faked import TINY

from studio.cli import main
from studio.errors import RenderError, UserError
from studio.output.assemble import concatenate
from studio.output.film import render_film
from studio.read import assets, sound
from studio.read.spec import load
from studio.store import files

STRANGE = ["a:b", "http:a", "concat:a", "%d", "%03d", "a?b#c", "-x", "a*b[c]", "a\nb", "a b'\"", "ä", os.fsdecode(b"a\xffb"), "..a"]
OWN = Path(__file__).parent / "own_scene/temperature"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def voice(path: Path, seconds: float = 2.0) -> Path:
    """A sound file."""
    with wave.open(os.fsencode(path).decode("utf-8", "surrogateescape"), "wb") as file:
        file.setparams((1, 2, 22050, 0, "NONE", ""))
        file.writeframes((9000 * np.sin(np.arange(round(seconds * 22050)) / 10)).astype("<i2").tobytes())
    return path


# What somebody else would read as something else

@pytest.mark.parametrize("name", STRANGE, ids=ascii)
def test_a_sound_may_be_called_anything(name):
    assert sound.seconds(voice(Path(f"{name}.wav"))) == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("name", STRANGE, ids=ascii)
def test_a_scene_and_where_it_goes_may_be_called_anything(name):
    Path(name).mkdir()
    Path(f"{name}/{name}.yaml").write_text("scene: recap\nsteps: [machine]\nvoice: {machine: v.wav}\n")
    voice(Path(name, "v.wav"))
    with faked.drawing():
        made = render_film(load(f"{name}/{name}.yaml"), TINY, Path(f"{name}/{name} out"), 1)
    assert all(file.is_file() for file in made.files) and len(made.files) == 5
    assert json.loads(made.files[1].read_bytes())["id"] == name


@pytest.mark.parametrize("name", STRANGE, ids=ascii)
def test_a_theme_and_weights_may_be_called_anything(name):
    shutil.copy(assets.THEMES / "dark.yaml", f"{name}.yaml")
    Path(name).mkdir()
    shutil.copy(assets.WEIGHTS / "translator/weights.npz", f"{name}/weights.npz")
    spec = load("recap", [f"theme=./{name}.yaml", f"model.weights={name}"] if "\udcff" not in name and "\n" not in name else [])
    assert spec.scene == "recap"


def test_what_is_read_is_a_file_and_nothing_that_it_names():
    voice(Path("secret.wav"))
    Path("list.wav").write_text("#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/x.wav\n")
    Path("concat.wav").write_text("ffconcat version 1.0\nfile http://127.0.0.1:9/x.wav\n")
    Path("folder.wav").mkdir()
    os.mkfifo("pipe.wav")
    for name in ("list", "concat", "folder", "pipe", "none"):
        with pytest.raises(ValueError, match="cannot be read|is no file"):
            sound.seconds(Path(f"{name}.wav"))


def test_a_name_that_is_too_long_is_told_before_anything_is_drawn():
    for name, said in (("n" * 249, "File name too long"), ("n" * 200, "")):
        Path(f"{name}.yaml").write_text("scenes: [{scene: recap, steps: [machine]}]\n")
        with faked.drawing() as drawn:
            if said:
                with pytest.raises(UserError, match=said):
                    render_film(load(f"{name}.yaml"), TINY, Path("out"), 1)
                assert drawn == []
            else:
                render_film(load(f"{name}.yaml"), TINY, Path("out"), 1)


# What is no regular file

def test_a_link_is_written_through(tmp_path):
    Path("elsewhere").mkdir()
    Path("elsewhere/old").write_text("old")
    Path("link").symlink_to("elsewhere/old")
    Path("dangling").symlink_to("elsewhere/new")
    for name in ("link", "dangling"):
        files.check_writable(tmp_path, [Path(name)])
        files.write(Path(name), b"new")
        assert Path(name).is_symlink() and Path(name).resolve().read_bytes() == b"new"
    assert sorted(path.name for path in Path("elsewhere").iterdir()) == ["new", "old"]


def test_a_pipe_is_written_through():
    os.mkfifo("pipe")
    got = []
    reader = threading.Thread(target=lambda: got.append(Path("pipe").read_bytes()))
    reader.start()
    with files.atomic(Path("pipe")) as partial:
        partial.write_bytes(b"all of it")
    reader.join(5)
    assert got == [b"all of it"] and stat.S_ISFIFO(os.stat("pipe").st_mode)
    assert os.listdir() == ["pipe"]


def test_a_device_stays_one():
    before = os.stat("/dev/null")
    result = CliRunner().invoke(main, ["trace", "qkv", "-o", "/dev/null"])
    assert result.exit_code == 0, result.stderr
    after = os.stat("/dev/null")
    assert stat.S_ISCHR(after.st_mode) and after.st_rdev == before.st_rdev and after.st_ino == before.st_ino
    with pytest.raises(RenderError, match="/dev/full: cannot be written: No space left on device"), files.atomic(Path("/dev/full")) as part:
        part.write_bytes(b"x")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("recap.mp4", path)], ids=["pipe", "folder", "loop"])
def test_what_cannot_be_a_video_is_told_before_anything_is_drawn(make):
    Path("out/scenes").mkdir(parents=True)
    make("out/scenes/recap.mp4")
    with faked.drawing() as drawn, pytest.raises(UserError, match=r"out/scenes/recap\.mp4: cannot be written: "):
        render_film(load("recap"), TINY, Path("out"), 1)
    assert drawn == []


# In the container

def film(seconds: float) -> Path:
    """A film whose second step is spoken for so long."""
    voice(Path("v.wav"), seconds)
    Path("film.yaml").write_text("title: T\nscenes: [{scene: recap, steps: [machine, block], voice: {block: v.wav}}]\n")
    with faked.drawing():
        render_film(load("film.yaml"), TINY, Path("out"), 1)
    return Path("out/film.mp4")


@pytest.mark.parametrize("spoken", [0.1, 30.0])
def test_what_is_seen_heard_and_read_at_one_time_lies_together(spoken):
    with av.open(str(film(spoken))) as file:
        times = sorted((packet.pos, float(packet.dts * packet.time_base), packet.stream.type) for packet in file.demux() if packet.size)
    assert {kind for *_, kind in times} == {"video", "audio", "subtitle"} and max(times)[1] > spoken
    latest = 0.0
    for _, time, kind in times:
        assert time > latest - 1, f"{kind} of {time:.1f} s comes after what belongs to {latest:.1f} s"
        latest = max(latest, time)


def test_any_number_of_clips(tmp_path):
    clips = []
    for number in range(300):
        clips.append(tmp_path / f"{number}.mp4")
        clips[-1].write_bytes(faked.movie(1 + number % 3, TINY))
    names = [f"s{number:03}" for number in range(20)]
    for name in names:
        Path(f"{name}.yaml").write_text("scene: recap\nsteps: [machine, block]\n")
    Path("film.yaml").write_text(f"scenes: [{', '.join(f'{name}.yaml' for name in names)}]\n")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 20, limits[1]))
    try:
        assert concatenate(clips, tmp_path / "all.mp4") == 600
        with faked.drawing():
            render_film(load("film.yaml"), TINY, Path("out"), 1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert Path("out/film.mp4").is_file()
