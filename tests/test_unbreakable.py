"""Renders broken on purpose: whatever ends one, no file is ever half there, and the next run gives the film undisturbed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from disks import small_disk
from processes import alive, children, contents, until
from test_cache import FILM

ROOT = Path(__file__).resolve().parent.parent
HOWS = ("worker", "server", signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What the short film consists of, bytes by name, and how many seconds it takes."""
    folder, began = tmp_path_factory.mktemp("undisturbed"), time.monotonic()
    process = start(folder)
    assert finish(process) == 0, process.said
    return contents(folder / "out"), time.monotonic() - began


@pytest.fixture
def undisturbed(whole):
    return whole[0]


def start(folder, *args, jobs=1, out="out"):
    """`animformer render` of the short film, in a folder, with a cache there, in a process group of its own."""
    (folder / "film.yaml").write_text(FILM)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ANIMFORMER_CACHE": str(folder / "cache"), "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "studio", "render", "film.yaml", "--size", "160x90", "--fps", "5", "-o", out]
    return subprocess.Popen([*command, "-j", str(jobs), *args], cwd=folder, env=environment, start_new_session=True, text=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process):
    """How a process ends; what it has said is in `process.said`."""
    process.said = process.communicate(timeout=300)[1]
    return process.returncode


def as_in_a_shell(code):
    """An exit code as a shell tells it. Python ends by SIGINT, not with 130, where that came while it executed a string."""
    return code if code >= 0 else 128 - code


def visible(found):
    return {name: data for name, data in found.items() if not Path(name).name.startswith(".")}


def told(pid):
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")


def servers(parent):
    """The process from which those are forked that draw for another one, if there is one."""
    return [pid for pid in children(parent) if "forkserver" in told(pid)]


def workers(parent):
    """The processes that draw for another one."""
    started = [pid for pid in children(parent) if "spawn_main" in told(pid)]
    return started + [pid for server in servers(parent) for pid in children(server)]


def disturb(process, how):
    """Does to a render what `how` says: a signal, to itself or, as Ctrl-C does, to its group; or one of its workers, or what they are
    forked from, is killed."""
    if process.poll() is not None:
        return
    if how in ("worker", "server"):
        for pid in (workers if how == "worker" else servers)(process.pid)[:1]:
            os.kill(pid, signal.SIGKILL)
    elif how == signal.SIGINT:
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)


def endure(folder, undisturbed, how, jobs, seconds):
    """A render that is disturbed after so long leaves whole files; the next one gives the whole film."""
    process = start(folder, jobs=jobs)
    time.sleep(seconds)
    drawing = [*workers(process.pid), *servers(process.pid)] if process.poll() is None else []
    disturb(process, how)
    code = finish(process)
    until(lambda: not any(map(alive, drawing)), 10)
    left = contents(folder / "out")
    assert visible(left).items() <= undisturbed.items()
    if how in ("worker", "server"):
        assert (code, left) == (0, undisturbed), process.said
    elif how != signal.SIGKILL:
        assert as_in_a_shell(code) in (0, 130, 128 + how) and visible(left) == left, process.said
        assert code != 130 or "Traceback" not in process.said
    again = start(folder)
    assert finish(again) == 0, again.said
    assert contents(folder / "out") == undisturbed
    assert not any(name.startswith(".") for name in contents(folder / "cache"))


@pytest.mark.parametrize("how", HOWS)
def test_a_render_endures(tmp_path, whole, how):
    undisturbed, seconds = whole
    endure(tmp_path, undisturbed, how, 2 if how in ("worker", "server") else 1, random.Random(str(how)).uniform(0.5, 0.9) * seconds)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_a_render_endures_anything_at_any_moment(tmp_path, whole, seed):
    (undisturbed, seconds), chosen = whole, random.Random(seed)
    endure(tmp_path, undisturbed, chosen.choice(HOWS), chosen.choice((1, 2)), chosen.uniform(0.1, 1.2) * seconds)


def test_two_renders_at_once(tmp_path, undisturbed):
    both = [start(tmp_path), start(tmp_path)]
    assert [finish(process) for process in both] == [0, 0], [process.said for process in both]
    assert contents(tmp_path / "out") == undisturbed


@pytest.mark.slow
def test_a_full_disk(tmp_path, undisturbed):
    with small_disk(tmp_path / "out", 40) as remount:
        process = start(tmp_path)
        assert finish(process) == 1 and "cannot be written: No space left on device" in process.said
        left = contents(tmp_path / "out")
        assert left.items() <= undisturbed.items() and left != undisturbed
        remount("size=10m")
        assert finish(start(tmp_path)) == 0
        assert contents(tmp_path / "out") == undisturbed


@pytest.mark.slow
def test_a_full_cache_and_one_that_is_read_only(tmp_path, undisturbed):
    with small_disk(tmp_path / "cache", 20) as remount:
        process = start(tmp_path)
        assert finish(process) == 0 and process.said.count("warning: ") == 1
        assert "not kept for the next time" in process.said and contents(tmp_path / "out") == undisturbed
        remount("size=10m")
        assert finish(start(tmp_path, "--set", "pace=9", out="other")) == 0
        kept = contents(tmp_path / "cache")
        remount("ro")
        process = start(tmp_path, "--set", "pace=9")
        assert finish(process) == 0 and process.said.count("(cached)") == 5 and "warning" not in process.said
        process = start(tmp_path)
        assert finish(process) == 0 and process.said.count("warning: ") == 1
        assert contents(tmp_path / "out") == undisturbed and contents(tmp_path / "cache") == kept
