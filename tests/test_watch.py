"""What comes of every save: problems, stills, clips, and no more work than there is."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from processes import alive, children, until
from test_own_scene import ORIGINAL

from studio.watch.files import Sources, Watch
from studio.watch.news import Begun, Done, Filmed, Sound, Still, Wrong
from studio.watch.session import Session

ROOT = Path(__file__).resolve().parent.parent
MINE = "scene: qkv\nsentence: the old dog sleeps\nfocus: dog\nsteps: [one_token, all_tokens]\n"
SECONDS = 90


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A YAML of the user's, who is beside it."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    return path


def told_until(session, wanted):
    """All that is told until something is that is wanted."""
    told, end = [], time.monotonic() + SECONDS
    while time.monotonic() < end:
        for news in session.tick():
            told.append(news)
            if wanted(news):
                return told
        time.sleep(0.01)
    raise AssertionError(f"waited in vain; told: {told}")


def all_stills(news):
    return isinstance(news, Done) and news.what == "stills"


def all_clips(news):
    return isinstance(news, Done) and news.what == "clips"


def wrong(news):
    return isinstance(news, Wrong)


def of(told, kind):
    return [news for news in told if isinstance(news, kind)]


def change(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def pictures(session):
    return [session.stills[shot.key].picture for shot in session.sound.shots]


def test_a_bad_save_keeps_what_was_shown_and_says_what_is_wrong(mine):
    with Session("mine.yaml") as session:
        told = told_until(session, all_stills)
        assert [still.shot.name for still in of(told, Still)] == ["mine/one_token", "mine/all_tokens"]
        before = pictures(session)
        change(mine, "focus: dog", "focus: dgo")
        problem, = told_until(session, wrong)[-1].problems
        assert (problem.where, problem.hint) == ("mine.yaml:3:8", "did you mean 'dog'?")
        assert pictures(session) == before and session.problems == (problem,)
        change(mine, "focus: dgo", "focus: dog")
        told = told_until(session, all_stills)
        assert of(told, Sound)[0].fresh == 0 and not of(told, Still) and session.problems == ()


def test_only_what_changed_is_drawn(mine):
    with Session("mine.yaml") as session:
        told_until(session, all_stills)
        change(mine, "steps:", "captions: {all_tokens: {en: Something else.}}\nsteps:")
        told = told_until(session, all_stills)
        still, = of(told, Still)
        assert (still.shot.name, still.caption) == ("mine/all_tokens", "Something else.")


def test_a_save_by_rename_is_seen(mine):
    with Session("mine.yaml") as session:
        told_until(session, all_stills)
        before = pictures(session)
        new = mine.with_name("#mine.yaml#")
        new.write_text(MINE.replace("focus: dog", "focus: old"), encoding="utf-8")
        mine.unlink()
        assert of(told_until(session, wrong), Begun)[0].changed == ("mine.yaml",)
        os.replace(new, mine)
        told_until(session, all_stills)
        assert all(one != other for one, other in zip(before, pictures(session), strict=True))


def test_clips_are_there_once_and_kept(mine):
    change(mine, "steps: [one_token, all_tokens]", "steps: [one_token]")
    with Session("mine.yaml", first="mine/one_token") as session:
        filmed, = of(told_until(session, all_clips), Filmed)
        assert filmed.movie[4:8] == b"ftyp" and filmed.shot.key in session.clips
    with Session("mine.yaml") as session:
        again, = of(told_until(session, all_clips), Filmed)
        assert again.movie == filmed.movie


def test_a_newer_edit_ends_the_work_on_an_older_one(mine):
    with Session("mine.yaml") as session:
        told_until(session, lambda news: isinstance(news, Sound))
        older = [worker.process.pid for worker in session.workers]
        scratch = [worker.scratch for worker in session.workers]
        change(mine, "old dog", "black dog")
        told = told_until(session, lambda news: isinstance(news, Begun))
        assert older and not any(map(alive, older)) and not any(map(Path.exists, scratch))
        told = told_until(session, all_stills)
        assert len(of(told, Still)) == 2 and len({still.shot.key for still in of(told, Still)} & set(session.stills)) == 2


def test_an_edit_of_python_is_seen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ORIGINAL, tmp_path / "temperature", ignore=shutil.ignore_patterns("__pycache__"))
    code = tmp_path / "temperature/scene.py"
    with Session("temperature") as session:
        told_until(session, all_stills)
        before = pictures(session)
        change(code, 'role="muted"', 'role="text"')
        told_until(session, all_stills)
        assert all(one != other for one, other in zip(before, pictures(session), strict=True))
        change(code, "self.play(vanish(self.numbers, self.readout))", "self.play(vanish(self.nothing))")
        problem, = told_until(session, wrong)[-1].problems
        line = 1 + code.read_text(encoding="utf-8").splitlines().index("        self.play(vanish(self.nothing))")
        assert problem.where == f"temperature/scene.py:{line}" and "no attribute 'nothing'" in problem.message
        code.write_text("class", encoding="utf-8")
        problem, = told_until(session, wrong)[-1].problems
        assert problem.where.startswith("temperature/scene.py:1")


def test_a_file_that_is_mended_elsewhere_is_seen(mine):
    theme = mine.with_name("my.yaml")
    theme.write_text("colours: {query: blue}\n", encoding="utf-8")
    change(mine, "focus:", "theme: my.yaml\nfocus:")
    with Session("mine.yaml") as session:
        assert all(problem.where.startswith("my.yaml") for problem in told_until(session, wrong)[-1].problems)
        shutil.copy(ROOT / "assets/themes/light.yaml", theme)
        told_until(session, all_stills)


def test_a_worker_that_dies_is_told_of_and_the_next_save_draws(mine):
    with Session("mine.yaml") as session:
        told_until(session, lambda news: isinstance(news, Sound))
        for worker in session.workers:
            os.kill(worker.process.pid, signal.SIGKILL)
        assert "died" in told_until(session, wrong)[-1].problems[0].message
        change(mine, "old dog", "black dog")
        told_until(session, all_stills)


def test_the_trace_answers(mine):
    with Session("mine.yaml") as session:
        told_until(session, all_stills)
        still = session.stills[session.sound.shots[1].key]
        region = next(region for region in still.regions if region.tensor.endswith("self_attention.query"))
        session.ask({"scene": "mine", "tensor": region.tensor, "index": list(region.index)})
        found = told_until(session, lambda news: hasattr(news, "found"))[-1].found
        assert found["sum"] and [each["name"].rpartition(".")[2] for each in found["from"]] == ["input", "W_Q", "b_Q"]
        rows = [each["values"] for each in found["from"]]
        assert abs(sum(a * b for a, b in zip(*rows[:2], strict=True)) + rows[2] - found["value"]) < 1e-9
        weights = "encoder.0.self_attention.weights"
        for nonsense in ({"tensor": "encoder.0.nothing"}, {"tensor": weights, "index": [0, 0, 99]}, {"tensor": weights, "index": "abc"},
                         {"tensor": weights, "at": {"a": 1}}, {"tensor": weights, "index": [[1], 2.5, 10**40]}, {"tensor": []},
                         {"scene": 1}):
            session.ask({"scene": "mine"} | nonsense)
            assert "problem" in told_until(session, lambda news: hasattr(news, "found"))[-1].found


def test_a_change_counts_when_it_has_stood_still(tmp_path):
    file = tmp_path / "a"
    file.write_text("1")
    watch = Watch(Sources(frozenset({file})))
    assert not watch.changed()
    file.write_text("12")
    assert not watch.changed()
    file.write_text("123")
    assert not watch.changed()
    assert watch.changed() == {file} and not watch.changed()
    file.unlink()
    assert not watch.changed() and watch.changed() == {file}


@pytest.fixture
def temporary():
    """A folder for temporary files, whose name is short enough for sockets in it."""
    with TemporaryDirectory(prefix="t-", dir="/tmp") as folder:
        yield Path(folder)


def start(folder, temporary, *options):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    return subprocess.Popen([sys.executable, "-m", "studio", "watch", "mine.yaml", *options], cwd=folder, env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux tells of them")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_nothing(mine, temporary, how):
    process = start(mine.parent, temporary)
    said = iter(process.stderr.readline, "")
    assert next(said).startswith("watching mine.yaml")
    assert any("01-one_token.png" in line for line in said)
    running = [*children(process.pid), *(grandchild for child in children(process.pid) for grandchild in children(child))]
    os.killpg(process.pid, how) if how == signal.SIGINT else process.terminate()
    rest = process.communicate(timeout=20)[1]
    assert process.returncode == 130 and "Traceback" not in rest, rest
    until(lambda: not any(map(alive, running)), 10)
    assert len(running) >= 2 and list(temporary.iterdir()) == []
    assert (mine.parent / "out/watch/mine/01-one_token.png").is_file()


def test_json_is_an_event_a_line(mine, temporary):
    change(mine, "steps: [one_token, all_tokens]", "steps: [one_token]")
    process = start(mine.parent, temporary, "--json")
    events = []
    for line in process.stdout:
        events.append(json.loads(line))
        if events[-1]["event"] == "looked":
            change(mine, "focus: dog", "focus: dgo")
        if events[-1]["event"] == "wrong":
            break
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    names = [event["event"] for event in events]
    assert names[:2] == ["begun", "sound"] and names[-2:] == ["begun", "wrong"] and events[-1]["problems"][0]["where"] == "mine.yaml:3:8"
    assert sorted(names[2:-2]) == ["done", "done", "file", "file", "looked"] and events[-2]["changed"] == ["mine.yaml"]
    assert {Path(event["file"]).suffix for event in events if event["event"] == "file"} == {".png", ".mp4"}
