"""Streams, signals and caches: what is made does not depend on who listens, and nothing that is only kept has to be kept."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from disks import small_disk

from studio.errors import UserError
from studio.render.cache import Cache, Entry
from studio.store import store

ROOT = Path(__file__).resolve().parent.parent
SMALL = ["--size", "64x64", "--fps", "2"]
STEP = ["render", "recap/machine", *SMALL]
MADE = "out/clips/recap/01-machine.mp4"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def start(*args: str, shell: str = "", **environment: str) -> subprocess.Popen:
    """The command; `shell`: what a shell does around it, with `$@` for it."""
    own = {"PYTHONPATH": str(ROOT)} | environment
    command = [sys.executable, *(["-OO"] if environment.get("PYTHONOPTIMIZE") else []), "-m", "studio", *args]
    command = ["bash", "-c", shell, "bash", *command] if shell else command
    return subprocess.Popen(command, env=os.environ | own, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def animformer(*args: str, shell: str = "", **environment: str) -> tuple[int, bytes, str]:
    """How the command ends, and what it says."""
    process = start(*args, shell=shell, **environment)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err.decode()


# Streams

@pytest.mark.parametrize("closing", ["2>&-", ">&-", "<&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_what_is_made_does_not_depend_on_who_listens(closing):
    code, _, err = animformer(*STEP, shell=f'"$@" {closing}')
    assert (code, Path(MADE).is_file()) == (0, True), err
    assert not any(b"rendering" in path.read_bytes() for path in Path("out").rglob("*.*"))


def gone(number: int) -> str:
    """What a shell does so that nobody reads this stream any more."""
    return f'exec {number}> >(exec 0<&-); sleep 0.3; "$@"; code=$?; exit $code'


def test_a_reader_of_messages_that_goes_away_ends_nothing():
    code, _, err = animformer(*STEP, shell=gone(2))
    assert (code, Path(MADE).is_file()) == (0, True), err


@pytest.mark.parametrize("args", [["schema"], ["trace", "qkv"], STEP], ids=lambda args: args[0])
def test_a_reader_that_has_enough_ends_all_well(args):
    code, _, err = animformer(*args, shell=gone(1))
    assert code == 0 and "failed" not in err and "Broken pipe" not in err and "Exception" not in err, err


def test_a_full_output_is_told():
    code, _, err = animformer("schema", shell='"$@" >/dev/full')
    assert (code, err) == (1, "failed: standard output: No space left on device\n")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252", "utf-8"])
def test_an_encoding_that_lacks_a_character_ends_nothing(encoding):
    code, out, err = animformer("trace", "qkv", PYTHONIOENCODING=encoding)
    assert code == 0 and len(out.splitlines()) > 100, err
    code, out, err = animformer("check", "nothing-☃.yaml", "--json", PYTHONIOENCODING=encoding)
    assert code == 2 and json.loads(out)["problems"][0]["where"] == "nothing-☃.yaml" and "Traceback" not in err
    code, out, err = animformer("words", "zh", PYTHONIOENCODING=encoding)
    assert code == 0 and "动画" in out.decode("utf-8") + "动画"


def test_names_of_files_are_written_as_they_are():
    folder = os.fsdecode(b"o\xffut")
    code, out, err = animformer(*STEP, "-o", folder)
    assert code == 0 and out == b"o\xffut/clips/recap/01-machine.mp4\n", err
    code, out, err = animformer(*STEP, "-o", folder, "--json")
    assert code == 0 and json.loads(out)["files"][0] == f"{folder}/clips/recap/01-machine.mp4", err


def test_help_says_what_there_is_even_without_docstrings():
    for args in ([], ["render"]):
        assert animformer(*args, "--help", PYTHONOPTIMIZE="2") == animformer(*args, "--help")
    assert animformer(*STEP, PYTHONOPTIMIZE="2")[0] == 0


# Signals

def begun(*args: str) -> subprocess.Popen:
    """A render of some seconds, under way."""
    process = start("render", "recap", "--size", "160x90", "--fps", "15", *args, TMPDIR=str(Path("tmp").absolute()))
    process.stderr.readline()
    return process


@pytest.fixture
def scratch():
    Path("tmp").mkdir()
    return Path("tmp")


@pytest.mark.parametrize("number, jobs", [
    (signal.SIGHUP, "1"), (signal.SIGHUP, "2"), pytest.param(signal.SIGTERM, "2", marks=pytest.mark.slow),
    pytest.param(signal.SIGINT, "2", marks=pytest.mark.slow),
])
def test_whatever_ends_it_leaves_no_scratch(scratch, number, jobs):
    process = begun("-j", jobs)
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and err.endswith(b"interrupted; what is finished stays finished\n")
    assert list(scratch.iterdir()) == []
    assert not [path for path in Path("out").rglob(".*")]


def test_what_somebody_has_ignored_stays_ignored(scratch):
    code, _, err = animformer(*STEP, shell='trap "" HUP; "$@" & sleep 0.7; kill -HUP $!; wait $!')
    assert (code, Path(MADE).is_file()) == (0, True), err


@pytest.mark.slow
def test_stopped_and_back(scratch):
    process = begun("-j", "2")
    os.killpg(process.pid, signal.SIGSTOP)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGCONT)
    process.communicate(timeout=120)
    assert process.returncode == 0 and Path("out/scenes/recap.mp4").is_file()


# Caches

BROKEN = {
    "a file": lambda: Path("cache").write_text(""),
    "no right": lambda: Path("cache").mkdir(mode=0),
    "a file inside": lambda: (Path("cache").mkdir(), Path("cache/animformer").write_text("")),
    "kept is a file": lambda: (Path("cache/animformer").mkdir(parents=True), Path("cache/animformer/kept").write_text("")),
    "clips is a file": lambda: (Path("cache/animformer").mkdir(parents=True), Path("cache/animformer/clips").write_text("")),
    "a loop": lambda: Path("cache").symlink_to("cache"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_nothing_has_to_be_kept(how):
    BROKEN[how]()
    before = {path: path.read_bytes() for path in Path("cache").rglob("*") if path.is_file()}
    home = str(Path("cache").absolute())
    code, out, err = animformer("--help", XDG_CACHE_HOME=home)
    assert code == 0 and b"render" in out and "Traceback" not in err and "failed" not in err
    code, out, err = animformer(*STEP, XDG_CACHE_HOME=home, ANIMFORMER_CACHE="cache/animformer/clips")
    assert (code, Path(MADE).is_file()) == (0, True), err
    assert len({line for line in err.splitlines() if line.startswith("warning: ")}) == err.count("warning: ") <= 2, err
    assert how not in ("clips is a file", "kept is a file") or err.count("warning: ") == 1, err
    assert before.items() <= {path: path.read_bytes() for path in Path("cache").rglob("*") if path.is_file()}.items()


def test_no_folder_for_anything():
    code, out, err = animformer("--help", TMPDIR="/proc/nowhere", XDG_CACHE_HOME="/proc/nowhere", HOME="/proc/nowhere")
    assert code == 0 and b"render" in out and "Traceback" not in err


def test_no_room_leaves_nothing_behind(tmp_path):
    with small_disk(tmp_path / "disk", 8):
        code, out, err = animformer("check", "qkv", XDG_CACHE_HOME=str(tmp_path / "disk"), TMPDIR=str(tmp_path / "disk"))
        assert code == 0 and out.startswith(b"all is well") and err.count("not kept for the next time") == 1, err
        assert not [path for path in (tmp_path / "disk").rglob(".*")]


def test_a_cache_that_cannot_be_written_is_told_once(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ANIMFORMER_CACHE", str(tmp_path / "file/clips"))
    entry = Entry(movie=b"m", picture=b"p", frames=1, caption="", seconds=1.0, digests={})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for key in ("a.b." + "0" * 32, "a.b." + "1" * 32):
            Cache().put(key, entry)
    assert [str(each.message) for each in told] == [
        f"{tmp_path}/file/clips: what is made or found out is not kept for the next time: Not a directory"
    ]


@pytest.mark.parametrize("limit", ["-1", "nan", "inf", "much"])
def test_a_limit_that_is_none_is_told(monkeypatch, limit):
    monkeypatch.setenv("ANIMFORMER_CACHE_LIMIT", limit)
    with pytest.raises(UserError, match="is no number of gigabytes"):
        Cache()


def test_a_cache_at_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANIMFORMER_CACHE", "~/mine")
    assert Cache().info()["folder"] == str(tmp_path / "mine")
    assert store.cache_folder().is_absolute()
