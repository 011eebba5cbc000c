"""The command: what it prints where, what it leaves behind, and how it ends."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock, call

import numpy as np
import pytest
from click.testing import CliRunner

from model import Trace
from studio import console
from studio.cli import main
from studio.errors import RenderError, UserError
from studio.output import contents
from studio.output.contents import played, timeline
from studio.plan import film, staging
from studio.plan.film import loaded, side_by_side
from studio.progress import Progress
from studio.read import folders
from studio.read.spec import FILMS, load, ready
from studio.render.quality import parse
from studio.store import kept

SMALL = ["--size", "192x108", "--fps", "5"]
ROOT = Path(__file__).resolve().parent.parent
IN_ORDER = [scene.name for scene in load("film").scenes]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def animformer(*args: str):
    return CliRunner().invoke(main, args)


def animformer_process(*args: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "studio", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=os.environ | {"PYTHONPATH": str(ROOT)})


def test_help_shows_examples():
    result = animformer("--help")
    assert result.exit_code == 0 and "animformer render qkv -q preview" in result.stdout
    for command in main.commands:
        assert animformer(command, "--help").exit_code == 0


@pytest.mark.parametrize("name", main.commands)
def test_every_command_has_examples_that_can_be_typed(name):
    examples = re.findall(rf"^  animformer ({name}\b.*)$", animformer(name, "--help").stdout, re.M)
    assert examples
    for example in examples:
        words = shlex.split(re.split(" >+ ", example)[0])
        Path("corporate.pptx").touch()
        assert main.commands[name].make_context(name, words[1:]).params, example


def test_list_as_json():
    result = animformer("list", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0 and [film["id"] for film in found["films"]] == ["film", "article"]
    acts = found["films"][0]["acts"]
    assert [act["title"] for act in acts] == ["The question", "Looking", "Thinking", "The answer"]
    assert [name for act in acts for name in act["scenes"]] == IN_ORDER and 480 < found["films"][0]["seconds"] < 720
    assert [scene["id"] for scene in found["scenes"]] == IN_ORDER and {*IN_ORDER} == {*ready(folders.ours())}
    for scene in found["scenes"]:
        assert [step["id"] for step in scene["steps"]] == [f"{scene['id']}/{s}" for s in folders.folder(scene["id"]).facts.steps]
        assert scene["title"] and all(step["caption"] and step["seconds"] > 1 for step in scene["steps"])


def test_list_for_people_shows_the_keys_if_asked():
    result = animformer("list", "-v")
    assert "qkv/one_token" in result.stdout and re.search(r"model\.d_model +16 +features of a token", result.stdout)


def test_films_and_scenes_of_the_user_s_are_listed_once_beside_ours():
    Path("mine").mkdir()
    Path("mine/short.yaml").write_text("title: Mine\nscenes: [qkv, again.yaml]\n")
    Path("mine/again.yaml").write_text("scene: qkv\nsteps: [blend]\n")
    found = json.loads(animformer("list", "film", "qkv", "mine/short.yaml", "mine/again.yaml", "--json").stdout)
    assert [(film["id"], film["title"], film["scenes"]) for film in found["films"][-1:]] == [("short", "Mine", ["qkv", "again"])]
    assert [film["id"] for film in found["films"]] == [*ready(FILMS), "short"]
    assert [scene["id"] for scene in found["scenes"]] == [*IN_ORDER, "again"]
    assert [step["id"] for step in found["scenes"][-1]["steps"]] == ["again/blend"]
    plain = animformer("schema").stdout
    assert animformer("schema", "mine/again.yaml").stdout == animformer("schema", "mine/short.yaml").stdout == plain != ""


def test_all_words_of_a_language_are_one_file():
    Path("de.yaml").write_text(animformer("words").stdout, encoding="utf-8")
    assert load("film", ["language=de.yaml"]).scenes and animformer("words", "de.yaml").stdout == animformer("words", "en").stdout
    assert json.loads(animformer("words", "zh", "--json").stdout)["scenes"].keys() == {*folders.ours()}
    wrong = animformer("words", "eng")
    assert wrong.exit_code == 2 and wrong.stderr == """there is no language 'eng'; did you mean 'en'?
  | animformer words eng
  |                  ^^^
  |                  en
1 problem; nothing was rendered
"""


def test_times_add_up_and_follow_the_pace():
    steps = timeline(load("qkv"))
    assert [step.start for step in steps[1:]] == pytest.approx([step.start + step.seconds for step in steps[:-1]])
    faster = timeline(load("qkv", ["pace=2"]))
    assert sum(step.seconds for step in faster) == pytest.approx(sum(step.seconds for step in steps) / 2, rel=0.05)


def test_a_scene_is_played_once_to_know_its_times_whatever_film_it_is_of(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "cache_folder", lambda: tmp_path)
    alone, told = load("qkv"), Mock(spec=Progress)
    films = [scene for film in ready(FILMS) for scene in load(film).scenes if scene.name == "qkv"]
    whole = played(alone, progress=told)
    monkeypatch.setattr(contents, "timeline", lambda *_: pytest.fail("played again"))
    assert told.call_args_list == [call("qkv")] and [step for step, _, _ in whole] == [*alone.steps]
    assert all({*played(scene)} < {*whole} or played(scene) == whole for scene in (alone, *films))


def test_own_captions_are_said():
    spec = load("qkv", ["captions.blend.en=Mine", "steps=[blend]"])
    assert [step.caption for step in timeline(spec)] == ["Mine"]


@pytest.mark.parametrize("targets", [["qkv", "recap", "recap"], pytest.param([], marks=pytest.mark.slow)], ids=str)
def test_check_finds_nothing_wrong_with_what_is_right(targets):
    result = animformer("check", *targets, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"], found["problems"]) == (0, True, [])


def test_what_could_be_better_is_a_warning_and_the_figures_are_a_table():
    long = "captions.blend.en=" + 20 * "five "
    result = animformer("check", "qkv", "--table", "--set", long)
    assert result.exit_code == 0 and re.fullmatch(r"all is well, \d+ warnings?", result.stdout.splitlines()[-1])
    assert re.search(r"warning: .*qkv/scene\.yaml: blend: the caption has 99 letters, more than 90", result.stderr)
    assert re.search(r"^ *qkv/blend +\d+ +\d+ +\d+ +38 +!99 +12\.0 ", result.stdout, re.M)
    found = json.loads(animformer("check", "qkv", "--table", "--json", "--set", long).stdout)
    assert {"letters"} <= {warning["kind"] for warning in found["warnings"]}
    assert [each["step"] for each in found["figures"]] == list(folders.folder("qkv").facts.steps)


def test_check_finds_what_is_wrong_in_all_targets():
    Path("my.yaml").write_text("scene: qkv\nhead: 5\nsentense: a\n")
    result = animformer("check", "my.yaml", "qvk", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 2 and not found["ok"]
    assert found["problems"][0] == {
        "where": "my.yaml:2:7", "path": "head", "kind": "out-of-range", "hint": "",
        "message": "5 is out of range: block 1 has 4 heads (1 to 4)",
    }
    assert [problem["where"] for problem in found["problems"]] == ["my.yaml:2:7", "my.yaml:3:1", "qvk"]
    assert result.stderr.splitlines()[0] == "my.yaml:2:7: head: 5 is out of range: block 1 has 4 heads (1 to 4)"
    assert animformer("check", "my.yaml").stderr.endswith("\n2 problems\n")


def test_a_bad_theme_is_located():
    Path("my.yaml").write_text('name: mine\ncolours:\n  query: blue\n  kee: "#123456"\n')
    result = animformer("check", "qkv", "--theme", "my.yaml")
    assert result.exit_code == 2
    assert "my.yaml:3:10: colours.query: 'blue' is not a colour" in result.stderr
    assert "my.yaml:4:8: colours.kee: unknown role" in result.stderr


def test_trace_lists_every_tensor():
    result = animformer("trace", "qkv", "--json", "--set", "model.weights=random", "--set", "sentence=a b c")
    found = json.loads(result.stdout)
    names = [tensor["name"] for tensor in found["tensors"]]
    assert result.exit_code == 0 and found["tokens"] == ["a", "b", "c"] and len(found["digest"]) == 64
    weights = found["tensors"][names.index("encoder.0.self_attention.weights")]
    assert weights["axes"] == ["head", "query", "key"] and weights["shape"] == [4, 3, 3]
    assert weights["meaning"] and weights["formula"]
    assert all(name in animformer("trace", "qkv").stdout for name in names)


def test_trace_writes_the_arrays():
    result = animformer("trace", "qkv", "--json", "-o", "sub/t.npz")
    trace = Trace.load("sub/t.npz")
    assert trace.digest == json.loads(result.stdout)["digest"] == staging.trace(load("qkv")).digest
    assert [path.name for path in Path("sub").iterdir()] == ["t.npz"]


def test_trace_shows_values():
    name = "encoder.0.self_attention.weights"
    result = animformer("trace", "qkv", name, "encoder.0.norm_1.mean", "--json")
    found = {tensor["name"]: tensor for tensor in json.loads(result.stdout)["tensors"]}
    spec = load("qkv")
    np.testing.assert_array_equal(found[name]["values"], staging.trace(spec)[name].values)
    shown = animformer("trace", "attention_matrix", name, "scaling.weights").stdout
    assert re.search(r"head 3\n +the +black +cat +sleeps\n +the( +[01]\.\d{4}){4}\n", shown)


def test_wide_tensors_are_elided_unless_all_is_asked_for():
    short, whole = (animformer("trace", "qkv", "encoder.0.input", *more).stdout for more in ([], ["-v"]))
    assert "…" in short and "…" not in whole and len(whole.splitlines()[-1].split()) == 17


@pytest.mark.parametrize("args, message", [
    (["trace", "qkv", "encoder.0.querry"], "no tensor 'encoder.0.querry'; did you mean "),
    (["trace", "film"], "film.yaml: each scene of a film has a trace of its own; name one of overview, embeddings, "),
    (["trace", "qkv", "-o", "a file/t.npz"], "a file: cannot be written to: "),
    (["render", "qkv/blned"], "qkv/blned: scene qkv has no step 'blned'; did you mean 'blend'?"),
    (["render", "qkv", "-o", "a file"], "a file: cannot be written to: "),
    (["render", "qkv", "-q", "perview"], "--quality: there is no quality 'perview'; did you mean 'preview'?"),
    (["render", "qkv", "--size", "big"], "--size big: frame: 'big' is no shape; write wide, "),
    (["check", "qkv", "--size", "1921x1080"], "--size 1921x1080: frame: '1921x1080' has an odd number"),
    (["render", "qkv", "--lang", "eng"], "--lang eng: language: there is no language 'eng'; did you mean 'en'?"),
    (["render", "qkv", "sub/qkv.yaml"], "sub/qkv.yaml: its files would be those of "),
    (["storyboard", "qkv", "--set", "head"], "--set head: is not written as path=value"),
    (["rendr"], "No such command 'rendr'. Did you mean 'render'?"),
    (["render", "--thme", "dark"], "No such option '--thme'. (Did you mean "),
    (["render", "-j", "0"], "Invalid value for '-j' / '--jobs'"),
    (["trace"], "Missing argument 'TARGET'"),
])
def test_the_user_s_mistakes_end_with_2_and_leave_all_as_it_was(folder, args, message):
    Path("a file").write_text("old")
    Path("sub").mkdir()
    Path("sub/qkv.yaml").write_text("scene: qkv\n")
    before = sorted(path for path in folder.rglob("*"))
    result = animformer(*args, "--json")
    assert result.exit_code == 2 and message in result.stderr and "Traceback" not in result.stderr
    found = json.loads(result.stdout)
    assert not found["ok"] and found["problems"][0].keys() == {"where", "path", "kind", "message", "hint"}
    assert sorted(path for path in folder.rglob("*")) == before and Path("a file").read_text() == "old"


@pytest.mark.parametrize("error, code, said", [
    (RenderError("qkv/blend: no memory"), 1, "failed: qkv/blend: no memory\n"),
    (ZeroDivisionError("oh"), 1, "failed: ZeroDivisionError: oh; --debug shows where\n"),
    (KeyboardInterrupt(), 130, "interrupted; what is finished stays finished\n"),
])
def test_other_ends(monkeypatch, error, code, said):
    def fail(*_):
        raise error

    monkeypatch.setattr(film, "loaded", fail)
    result = animformer("render", "qkv", "--json")
    assert result.exit_code == code and result.stderr.lstrip() == said
    assert not json.loads(result.stdout)["ok"]
    assert ("Traceback" in animformer("render", "qkv", "--debug").stderr) and animformer("render", "qkv").stdout == ""


def test_schema_knows_every_key():
    schema = json.loads(animformer("schema").stdout)
    assert {"sentence", "tokens", "focus", "model", "captions"} <= schema["properties"].keys()
    assert schema["additionalProperties"] is False and schema["$defs"]["ModelKeys"]["properties"]["n_heads"]["maximum"] == 8


def test_steps_of_a_scene_are_rendered_together():
    specs = loaded(["qkv/blend", "attention_matrix", "qkv/one_token"], [])
    assert [(spec.name, len(spec.wanted)) for spec in specs] == [("qkv", 2), ("attention_matrix", len(specs[1].steps))]
    assert specs[0].wanted == ("one_token", "blend")
    everything = side_by_side(loaded(["film", str(ROOT / "tests/own_scene/temperature")], []), "storyboard")
    assert [scene.name for scene in everything.scenes] == [*IN_ORDER, "temperature"]
    with pytest.raises(UserError, match="its files would be those of"):
        side_by_side(loaded(["film", "qkv/blend"], []), "storyboard")


def test_progress_is_plain_lines_in_a_pipe(capsys):
    with console.progress(2, "rendering qkv") as done:
        done("qkv/one_token")
        done("qkv/blend")
    assert capsys.readouterr() == ("", "rendering qkv 1/2 qkv/one_token\nrendering qkv 2/2 qkv/blend\n")


def test_render_says_what_it_made():
    process = animformer_process("render", "qkv/blend", *SMALL, "--json")
    out, err = process.communicate()
    found = json.loads(out)
    assert process.returncode == 0 and err == "rendering qkv 1/1 qkv/blend\n"
    assert found["files"] == [f"out/clips/qkv/04-blend.{kind}" for kind in ("mp4", "png", "json")]
    assert all(Path(file).stat().st_size for file in found["files"])
    assert (found["rendered"], found["cached"]) == (1, 0)
    expected = timeline(load("qkv"), parse(None, 5, "192x108"))[3]
    assert found["frames"] == round(5 * expected.seconds)


def test_ctrl_c_leaves_no_half_written_file():
    process = animformer_process("render", "qkv", *SMALL, "-j", "2")
    line = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in rest
    assert rest.endswith("interrupted; what is finished stays finished\n")
    files = [path for path in Path("out").rglob("*") if path.is_file()]
    assert line.startswith("rendering qkv 1/5 ") and files and not any(path.name.startswith(".") for path in files)
    assert not Path("out/scenes/qkv.mp4").exists()


def test_the_schema_that_editors_read_is_the_one_that_holds():
    shipped = json.loads((ROOT / "assets/schema/scene.schema.json").read_text(encoding="utf-8"))
    assert json.loads(animformer("schema").stdout) == shipped
