"""What `animformer new` makes: it holds every key, means what it was made from, renders as it stands, and never takes another's place."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from scenes.base.spec import SceneSpec
from studio.check.lint import lint
from studio.cli import main
from studio.errors import UserError
from studio.output.starter import STARTER, new_file, new_scene, written
from studio.plan import staging
from studio.read import yaml_file
from studio.read.folders import ours
from studio.read.keys import LookKeys, ModelKeys, SceneKeys
from studio.read.spec import FILMS, load, ready
from studio.read.words import languages

LINE = re.compile(r"(# )?( *)(# )?([a-z_]+): ?.*")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def same(spec: SceneSpec) -> SceneSpec:
    """A spec, wherever it is from."""
    return replace(spec, source="", name="", order=())


@pytest.mark.parametrize("scene", ready(ours()))
def test_a_new_yaml_means_what_its_scene_does_and_has_every_key(scene):
    text = new_file(Path("mine.yaml"), scene).read_text("utf-8")
    assert same(load("mine.yaml")) == same(load(scene))
    keys = [LINE.fullmatch(line)[4] for line in text.splitlines()[3:]]
    assert {*SceneKeys.model_fields, *ModelKeys.model_fields} <= {*keys} and all("  # " in line for line in text.splitlines()[3:])
    assert not {*SceneKeys.model_fields} & {*LookKeys.model_fields} or keys.index("theme") < keys.index("pace")


@pytest.mark.parametrize("scene", ["multi_head", "ablation"])
def test_every_line_can_be_made_to_count(scene):
    lines = new_file(Path("mine.yaml"), scene).read_text("utf-8").splitlines()
    tried = set()
    for place, line in enumerate(lines):
        found = LINE.fullmatch(line)
        if place < 3 or not found or not (found[1] or found[3]) or found[4] in ("voice", "intervene"):
            continue                      # there is no such sound; the other counts with what is in it
        changed, key = [*lines], found[4]
        changed[place] = line.replace("# ", "", 1)
        if found[1] and found[2]:         # of a key whose other lines are left out too
            changed = [each[2:] if re.match(r"# (intervene:|  \w)", each) else each for each in lines]
        elif found[2]:                    # of the model
            changed = [each.replace("weights: translator", "weights: random") for each in changed]
        elif key == "tokens":
            changed = [each for each in changed if not each.startswith(("sentence:", "twin:"))]
        Path("changed.yaml").write_text("\n".join(changed), "utf-8")
        assert isinstance(load("changed.yaml"), SceneSpec), line
        tried.add(key)
    assert {"block", "tokens", "steps", "captions", "theme", "toward", "d_model", "norm", "furniture", "question"} <= tried


def test_what_is_said_of_a_key_is_from_where_it_is_declared():
    text = new_file(Path("mine.yaml"), "qkv").read_text("utf-8")
    for line in ("  # n_heads: 4 +# 1 to 8: heads in each block", "  # norm: post +# post, pre: LayerNorm", "# theme: dark +# dark, high-contrast, ",
                 "pace: 1.0 +# 0.1 to 10: 2 is twice as fast", r"# steps: \[one_token, .*\] +# which steps, in this order"):
        assert re.search(f"^{line}", text, re.M), line


@pytest.mark.parametrize("film", ready(FILMS))
def test_a_new_film_is_the_film_it_was_made_from(film):
    made, first = load(str(new_file(Path("lecture"), film))), load(film)
    assert (made.name, made.title, dict(made.acts)) == ("lecture", first.title, dict(first.acts)) and made.scenes == first.scenes


def test_a_new_yaml_of_one_s_own_scene_or_film_finds_what_that_names():
    new_scene(Path("mine"))
    Path("sub").mkdir()
    assert same(load(str(new_file(Path("sub/again.yaml"), "mine")))) == same(load("mine"))
    assert load("sub/again.yaml").wanted == ("weights", "count")
    assert load(str(new_file(Path("sub/one.yaml"), "mine/count"))).wanted == ("count",)
    Path("short.yaml").write_text("scenes: [mine, {scene: sub/one.yaml, theme: light}]\n")
    assert load(str(new_file(Path("sub/film.yaml"), "short.yaml"))).scenes == load("short.yaml").scenes


@pytest.mark.parametrize("args", [("mine.yaml", "--from", "qkv"), ("mine", "--from", "qkv"), ("mine.yaml", "--scene"), ("link", "--scene")])
def test_nothing_that_is_there_is_written_over(args):
    Path("mine.yaml").write_text("mine")
    Path("link").symlink_to("nowhere")
    result = CliRunner().invoke(main, ["new", *args])
    assert result.exit_code == 2 and "is there already" in result.stderr
    assert Path("mine.yaml").read_text() == "mine" and sorted(path.name for path in Path().iterdir()) == ["link", "mine.yaml"]


@pytest.mark.parametrize("args, message", [
    (["mine.yaml"], "Give either '--from TARGET'"), (["mine", "--scene", "--from", "qkv"], "Give either '--from TARGET'"),
    (["mine.yaml", "--from", "qvk"], "qvk: unknown target; did you mean 'qkv'?"),
    (["file/mine.yaml", "--from", "qkv"], "file: cannot be written to"),
])
def test_what_cannot_be_made_is_told(args, message):
    Path("file").write_text("")
    result = CliRunner().invoke(main, ["new", *args])
    assert result.exit_code == 2 and message in result.stderr and [path.name for path in Path().iterdir()] == ["file"]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("said", [(), ("model.weights=random", "block=1", "sentence=one"),
                                  ("model.weights=random", "block=1", "sentence=a b c d e f g h i j k l m n o p", "theme=light")])
def test_a_new_scene_is_linted_and_audited(language, said):
    new_scene(Path("mine"))
    spec = load("mine", [f"language={language}", *said])
    assert [str(finding) for finding in lint(spec.name, lambda *args: staging.build(spec, *args))] == []


def test_a_new_scene_is_clean_and_renders():
    made = CliRunner().invoke(main, ["new", "mine/", "--scene"]).stdout.split()
    assert [Path(file).name for file in made] == sorted(path.name for path in STARTER.iterdir() if path.is_file())
    checked = CliRunner().invoke(main, ["check", "mine"])
    assert (checked.exit_code, checked.stdout) == (0, "all is well\n")
    assert CliRunner().invoke(main, ["storyboard", "mine", "--size", "64x64", "--fps", "1", "-j", "1"]).exit_code == 0


def test_its_experiment_counts_what_is_looked_at():
    new_scene(Path("mine"))
    trace = staging.trace(load("mine"))
    tokens, weights = trace["spread.tokens"].values, trace["encoder.1.self_attention.weights"].values
    assert 1 <= tokens.min() and tokens.max() <= len(trace.tokens)
    assert tokens[1].argmin(axis=0).shape == (12,) and abs(tokens[1][weights.max(axis=-1) > 0.999] - 1).max(initial=0) < 0.02


NAMES = st.from_regex("[a-z]{1,5}", fullmatch=True)
VALUES = st.recursive(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\u00a0\u3000"), max_size=20)
                      .filter(lambda text: not any(c.isspace() and c != " " for c in text)),
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))


@given(VALUES)
def test_what_is_written_is_read_again(value):
    assert yaml_file.value(f"a: {written(value)}  # a comment", "") == {"a": value}


def test_a_file_is_not_left_empty_if_it_cannot_be_written(monkeypatch):
    monkeypatch.setattr("studio.store.files.write", lambda *_: (_ for _ in ()).throw(UserError([])))
    with pytest.raises(UserError):
        new_file(Path("mine.yaml"), "qkv")
    assert not Path("mine.yaml").exists()
