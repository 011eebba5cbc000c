"""Workers: what they are handed is all that they need, and they do not get in each other's way."""

import os
import pickle
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from faked import TINY

from studio.read import assets, fonts
from studio.read.spec import load
from studio.render import farm
from studio.render.alone import ONE_CORE
from studio.render.job import Alone
from studio.render.order import carrying, make, make_strip, order_of, strips_of

OWN = Path(__file__).parent / "own_scene/temperature"


@pytest.fixture
def spec(tmp_path, monkeypatch):
    """A scene of the user's, with a theme, a font, weights and a language that nobody else has."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(OWN, "temperature", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(assets.WEIGHTS / "translator", "weights")
    shutil.copy(fonts.font_files()[0], "mine.ttf")
    Path("mine.yaml").write_text((assets.THEMES / "light.yaml").read_text() + "\nfonts: [mine.ttf]\n")
    Path("de.yaml").write_bytes((assets.ROOT / "assets/text/en.yaml").read_bytes())
    shutil.copy("temperature/words.en.yaml", "temperature/words.de.yaml")
    return load("temperature/cold", ["theme=mine.yaml", "model.weights=weights", "language=de.yaml", "sentence=the old dog runs"])


def elsewhere(order):
    """The order as it comes to a machine that has none of the user's files."""
    packed = pickle.dumps(carrying(order))
    for path in Path.cwd().iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return pickle.loads(packed)


def test_a_strip_takes_along_all_that_it_is_drawn_from(spec):
    here = make_strip(strips_of(spec, TINY, 2))
    assert make_strip(elsewhere(strips_of(spec, TINY, 2))) == here


def test_a_clip_takes_along_all_that_it_is_drawn_from(spec):
    here = make(order_of(spec, "cold", TINY))
    assert make(elsewhere(order_of(spec, "cold", TINY))) == here


@dataclass(frozen=True)
class Question(Alone):
    """What a worker is asked."""

    name: str
    seconds: float = 0.0


def answered(question: Question) -> str | None:
    return os.environ.get(question.name)


def test_linear_algebra_takes_one_thread_in_each_worker(monkeypatch):
    for name in ONE_CORE:
        monkeypatch.delenv(name, raising=False)
    said = {}
    farm.run(answered, [Question(name) for name in ONE_CORE], 2, lambda question, answer: said.update({question.name: answer}))
    assert said == dict.fromkeys(ONE_CORE, "1") and "OPENBLAS_NUM_THREADS" in said


def killing_once(killed: Question) -> bool:
    """Kills what this worker was forked from, if no other one has: `name` is the file that tells."""
    if not Path(killed.name).exists():
        Path(killed.name).touch()
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(10)
    return True


def test_what_workers_are_forked_from_may_be_long_in_dying(tmp_path, monkeypatch):
    """Its pipes close before it can be waited for, so for a moment it is taken to be alive: as long as nobody waits, here."""
    wait = os.waitpid
    monkeypatch.setattr(os, "waitpid", lambda pid, options: (0, 0) if options == os.WNOHANG else wait(pid, options))
    said = []
    farm.run(killing_once, [Question(str(tmp_path / "killed"))] * 2, 2, lambda question, answer: said.append(answer))
    assert said == [True, True]
