"""Workers that are forked from a process that has loaded all they need: with our modules, and what the render began with."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from studio.read.folders import ROOT
from studio.render import farm, warm
from studio.render.alone import ONE_CORE
from studio.render.job import Job
from studio.render.quality import QUALITIES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every worker loads everything itself")
JOBS = [Job("s", str(number), print, QUALITIES["preview"]) for number in range(2)]


def told(work):
    found = []
    farm.run(work, JOBS, 2, lambda _, result: found.append(result))
    return found


def loaded(job):
    return ("manim" in sys.modules and "studio.render.worker" in sys.modules, len(os.listdir(f"/proc/{os.getppid()}/task")),
            Path(f"/proc/{os.getppid()}/cmdline").read_text(encoding="utf-8"))


def test_a_worker_begins_with_all_it_needs():
    for has_all, threads, forked_from in told(loaded):
        assert has_all and threads == 1 and "forkserver" in forked_from and warm.LOADED in forked_from


def test_a_worker_is_prepared_whatever_the_environment_is_changed_to(monkeypatch):
    told(environment)                     # now there is a process to fork from, which has been prepared before
    for name in (*ONE_CORE, "FONTCONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    for found, _ in told(environment):
        assert ONE_CORE.items() <= found.items() and Path(found["FONTCONFIG_FILE"]).exists()


def environment(job):
    return dict(os.environ), os.getcwd()


def test_a_worker_sees_the_environment_as_it_is_now(tmp_path, monkeypatch):
    told(environment)
    monkeypatch.setenv("SET_SINCE", "yes")
    monkeypatch.delenv("HOME")
    monkeypatch.chdir(tmp_path)
    for found, folder in told(environment):
        assert found == dict(os.environ) and folder == str(tmp_path)


def test_this_process_keeps_its_environment():
    before = dict(os.environ)
    warm.context()
    assert dict(os.environ) == before


def run(script, folder, *path, **environment):
    (folder / "script.py").write_text(script, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path))} | environment
    return subprocess.run([sys.executable, "script.py"], cwd=folder, env=environment, capture_output=True, text=True, check=False)


TRAPS = """
from studio.render import farm
from studio.render.job import Job
from studio.render.quality import QUALITIES

def where(job):
    import model, scenes.base.scene, studio.render.worker, sys
    return [sys.modules[name].__file__ for name in ("model", "scenes.base.scene", "studio.render.worker")]

if __name__ == "__main__":
    jobs = [Job("s", str(number), print, QUALITIES["preview"]) for number in range(2)]
    farm.run(where, jobs, 2, lambda _, found: print(*found))
"""


def test_modules_in_the_user_s_folder_are_not_ours(tmp_path):
    for name in ("model", "scenes", "animformer", "cairo"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not ours')", encoding="utf-8")
    done = run(TRAPS.replace("from studio", "import sys; sys.path.pop(0)\nfrom studio", 1), tmp_path, ROOT)
    assert done.stdout.split() == [str(ROOT / name) for name in ("model/__init__.py", "scenes/base/scene.py",
                                                                 "studio/render/worker.py")] * 2, done.stderr


ENDS = """
from multiprocessing import forkserver
from studio.render import warm
if __name__ == "__main__":
    warm.context()
    print(forkserver._forkserver._forkserver_pid)
"""


def test_what_was_begun_and_is_not_wanted_ends_as_it_loads_and_leaves_nothing(tmp_path):
    done = run(ENDS, tmp_path, ROOT, TMPDIR=str(tmp_path))
    assert not Path("/proc", done.stdout.strip()).exists() and not done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]


def test_where_a_path_is_too_long_for_a_socket_a_worker_loads_everything_itself(tmp_path):
    (far := tmp_path / ("far" * 36)).mkdir()
    done = run(TRAPS, tmp_path, ROOT, TMPDIR=str(far))
    assert len(done.stdout.split()) == 6 and list(far.iterdir()) == [], done.stderr


CHANGED = """
from pathlib import Path
from studio.read.spec import load
from studio.render import farm, inputs
from studio.render.job import Job, Run
from studio.render.order import make, order_of
from studio.render.quality import Quality

def orders():
    return [order_of(load("qkv"), step, Quality("tiny", 160, 90, 5)) for step in ("one_token", "all_tokens")]

if __name__ == "__main__":
    farm.run(make, [Run((order,)) for order in orders()], 2, lambda order, clip: print(order, clip.frames > 5))
    with Path("scenes/base/scene.py").open("a", encoding="utf-8") as file:
        file.write("# changed\\n")
    inputs._module.cache_clear()
    inputs.code_of.cache_clear()
    farm.run(make, [Run((order,)) for order in orders()], 2, lambda order, clip: print(order, "made from other code"))
"""


def test_an_order_for_code_that_was_changed_since_it_was_loaded_is_refused(tmp_path):
    for room in ("model", "scenes", "studio", "assets", "animformer.py"):
        copy = shutil.copytree if (ROOT / room).is_dir() else shutil.copy
        copy(ROOT / room, tmp_path / room)
    done = run(CHANGED, tmp_path, tmp_path)
    assert sorted(done.stdout.splitlines()) == ["qkv/all_tokens True", "qkv/one_token True"], done.stderr
    assert "code.scenes.base.scene: not the same on" in done.stderr
