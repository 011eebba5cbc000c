"""What a clip is made from: what makes it another one, and what does not."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import reduce
from operator import getitem
from pathlib import Path

import numpy as np
import pytest
import yaml
from processes import contents
from test_render import TINY

from scenes.base.spec import CardSpec, SceneSpec
from studio.output.tables import as_yaml
from studio.plan import staging
from studio.plan.film import parts_of
from studio.read import assets, folders, words
from studio.read.spec import load
from studio.render import inputs

ROOT = Path(__file__).resolve().parent.parent
SCENES = ("qkv", "attention_matrix")
STEPS = {f"{scene}/{step}" for scene in SCENES for step in folders.folder(scene).facts.steps}
CARDS = {"cards/opening/card", "cards/act/1/card"}
ALL = STEPS | CARDS


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keys(*overrides, target="film.yaml", quality=TINY):
    """The key of every clip, those of cards too, by `scene/step`."""
    Path("film.yaml").exists() or Path("film.yaml").write_text("title: Mine\nscenes: [qkv, {act: More}, attention_matrix]\n")
    return {
        f"{spec.name}/{step}": inputs.key(spec, step, inputs.of(spec, step, quality))
        for spec in parts_of(load(target, overrides)) for step in spec.wanted
    }


def changed(before, after):
    return {name for name in before.keys() | after if before.get(name) != after.get(name)}


def of(scene, *steps):
    return {f"{scene}/{step}" for step in steps or folders.folder(scene).facts.steps}


def said(language, *scenes):
    """The words of a language for some scenes as one file of the user's."""
    return as_yaml(words.everything(language, map(folders.folder, scenes)))


# What makes a clip another one

@pytest.mark.parametrize("override, expected", [
    ("sentence=a dog sleeps", STEPS),
    ("pace=2", ALL),
    ("theme=light", ALL),
    ("language=zh", ALL),
    ("decimals=1", STEPS),
    ("head=2", STEPS),
    ("model.weights=random", STEPS),
    ("captions.blend.en=Mine", of("qkv", "blend")),
    ("captions.blend.zh=我的", set()),
    ("focus=black", set()),
])
def test_what_a_film_says_of_all_its_scenes(override, expected):
    target = "qkv" if override.startswith("captions") else "film.yaml"
    assert changed(keys(target=target), keys(override, target=target)) == expected


def test_what_a_film_says_of_one_scene():
    before, card = keys(), {"cards/act/1/card"}
    for said, cards in (("pace: 2", card), ("sentence: a dog", set()), ("block: 2", set()), ("theme: light", card)):
        Path("film.yaml").write_text(f"title: Mine\nscenes: [qkv, {{act: More}}, {{scene: attention_matrix, {said}}}]")
        assert changed(before, keys()) == of("attention_matrix") | cards, said


def test_a_card_is_made_of_what_it_shows():
    before, text = keys(), Path("film.yaml").read_text()
    for old, new, expected in (("Mine", "Yours", {"cards/opening/card"}), ("More", "Less", {"cards/act/1/card"}),
                               ("title: Mine\n", "", {"cards/opening/card"}),
                               ("matrix]", "matrix, {act: Last}, recap]", {f"cards/act/{k}/card" for k in (1, 2)} | of("recap"))):
        Path("film.yaml").write_text(text.replace(old, new))
        assert changed(before, keys()) == expected, new


def test_what_else_plays_makes_no_step_another():
    before = keys(target="qkv")
    assert keys("steps=[blend, one_token]", target="qkv") == {name: before[name] for name in ("qkv/blend", "qkv/one_token")}
    assert keys(target="qkv/blend") == {"qkv/blend": before["qkv/blend"]}


def test_the_film_and_the_article_share_their_clips_but_for_another_block_and_another_sentence():
    film, article = keys(target="film"), keys(target="article")
    own = {name.partition("/")[0] for name in film if film[name] not in set(article.values()) and not name.startswith("cards")}
    assert own == {"multi_head", "encoder_stack"}           # the block of which a head was shown before; “wide”, on which its end rests


def test_random_weights_count_by_their_seed():
    random = ["model.weights=random"]
    before = keys(*random)
    assert changed(before, keys(*random, "model.seed=0")) == set()
    assert changed(before, keys(*random, "model.seed=1")) == STEPS


def test_pixels_and_frames_count_and_what_a_quality_is_called_does_not():
    before = keys()
    assert keys(quality=replace(TINY, name="other")) == before
    for other in (replace(TINY, width=320), replace(TINY, height=180), replace(TINY, fps=11)):
        assert changed(before, keys(quality=other)) == ALL


def test_where_a_scene_is_and_what_it_is_called_does_not_count():
    Path("deep").mkdir()
    text = folders.folder("qkv").yaml.read_text("utf-8").replace("\npace:", "\n# the same\npace:")
    Path("deep/mine.yaml").write_text(f"{text}\nscene: qkv\n", "utf-8")
    assert list(keys(target="deep/mine.yaml").values()) == list(keys(target="qkv").values())
    for place in ("one", "two"):
        shutil.copytree(folders.folder("attention_matrix").path, f"{place}/matrix")
    assert keys(target="one/matrix") == keys(target="two/matrix") != keys(target="attention_matrix")


def test_a_theme_counts_by_its_content():
    text, font = (assets.THEMES / "dark.yaml").read_bytes(), inputs.font_files()[0]
    assert changed(keys(), keys("theme=light")) == ALL
    Path("one.yaml").write_bytes(text + b"\nfonts: [a.ttf]\n")
    Path("deep").mkdir()
    Path("deep/two.yaml").write_bytes(text + b"\nfonts: [a.ttf]\n")
    for path in ("a.ttf", "deep/a.ttf"):
        shutil.copy(font, path)
    before = keys("theme=one.yaml")
    assert before == keys("theme=deep/two.yaml") != keys()
    Path("deep/a.ttf").write_bytes(Path("a.ttf").read_bytes() + b"\0")
    assert changed(before, keys("theme=deep/two.yaml")) == ALL
    Path("one.yaml").write_bytes(text.replace(b"#", b"# a comment\n#", 1) + b"\nfonts: [a.ttf]\n")
    assert changed(before, keys("theme=one.yaml")) == ALL


def test_weights_count_by_their_content():
    bundled = assets.weights_files("translator")[0]
    for name in ("one", "two"):
        Path(name).mkdir()
        shutil.copy(bundled, f"{name}/weights.npz")
    before = keys()
    assert before == keys("model.weights=one") == keys("model.weights=two")
    with np.load(bundled, allow_pickle=False) as arrays:
        np.savez("two/weights.npz", allow_pickle=False, **arrays)
    assert changed(before, keys("model.weights=two")) == STEPS


def edit(file, *path, value="Something else"):
    """Says something else at a place of a YAML file."""
    values = yaml.safe_load(file.read_text("utf-8"))
    *ancestors, key = path
    reduce(getitem, ancestors, values)[key] = value
    file.write_text(as_yaml(values), "utf-8")


@pytest.mark.parametrize("path, expected", {
    ("scenes", "qkv", "steps", "blend", "caption"): of("qkv", "blend"),
    ("scenes", "qkv", "steps", "blend", "title"): of("qkv", "blend"),
    ("scenes", "qkv", "title"): of("qkv"),
    ("scenes", "qkv", "labels", "label_is"): of("qkv"),
    ("reading_speed",): STEPS,
    ("untrained",): STEPS,
    ("labels", "symmetric"): STEPS,
    ("heads", "previous"): set(),
    ("scenes", "mlp", "title"): set(),
}.items())
def test_of_a_language_what_a_step_can_show_counts(path, expected):
    file = Path("en.yaml")
    file.write_text(f"# a comment\n{said('en', *SCENES, 'mlp')}", "utf-8")
    before = keys("language=en.yaml")
    assert before == keys()
    edit(file, *path, value="14" if path == ("reading_speed",) else "Something else")
    assert changed(before, keys("language=en.yaml")) == expected


def test_an_own_caption_takes_the_place_of_that_of_the_language():
    Path("en.yaml").write_text(said("en", "qkv"), "utf-8")
    edit(Path("en.yaml"), "scenes", "qkv", "steps", "blend", "caption")
    own = ["captions.blend.en=Mine"]
    assert keys(*own, target="qkv") == keys(*own, "language=en.yaml", target="qkv")


def test_a_scene_gets_its_own_words_and_the_shared_ones_and_nothing_else():
    shared, own = (yaml.safe_load(file.read_text("utf-8"))
                   for file in (words.TEXT / "en.yaml", folders.folder("qkv").path / "words.en.yaml"))
    spec = load("qkv")
    given, counts = staging.stage(spec).words, inputs.of(spec, "blend", TINY)["words"]
    assert given == {key: shared[key] for key in ("reading_speed", "untrained")} | {
        "labels": shared["labels"] | own["labels"], "title": own["title"], "steps": own["steps"]}
    assert counts == given | {"steps": own["steps"]["blend"]}


def test_what_a_scene_says_itself_goes_over_what_all_say():
    shutil.copytree(folders.folder("qkv").path, "mine")
    file = Path("mine/words.en.yaml")
    file.write_text(file.read_text("utf-8").replace("labels:\n", "labels:\n  symmetric: mine\n"), "utf-8")
    assert words.words("en", folders.folder("qkv"))["labels"]["symmetric"] == "symmetric"
    assert staging.stage(load("mine")).words["labels"]["symmetric"] == "mine"


@dataclass(frozen=True, kw_only=True)
class LaterScene(SceneSpec):
    twist: int = 0


@dataclass(frozen=True, kw_only=True)
class LaterCard(CardSpec):
    twist: int = 0


def test_a_key_of_the_spec_that_comes_later_counts():
    scene = load("qkv")
    card = CardSpec(name="cards/mine", title="Mine", language="en", theme="dark", keys={"pace": 1.0, "frame": "wide", "type": "normal"})
    for spec, step in ((LaterScene(**vars(scene)), "blend"), (LaterCard(**vars(card)), "card")):
        changes = {"spec.twist": replace(spec, twist=1), "spec.keys.twist": replace(spec, keys={**spec.keys, "twist": 1})}
        for place, other in changes.items():
            assert inputs.differing(*(inputs.of(each, step, TINY) for each in (spec, other))) == [place]


def test_keys_are_the_same_in_any_process_and_take_no_forward_pass(monkeypatch):
    monkeypatch.setattr(staging, "_trace", lambda *_: pytest.fail("a forward pass"))
    code = "import test_inputs, json; print(json.dumps(test_inputs.keys()))"
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONHASHSEED": "7"}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == keys()


# The code

@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project's code, and the bytes of its files."""
    folder = tmp_path_factory.mktemp("checkout")
    for room in inputs.ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    return folder, contents(folder)


@pytest.fixture
def checkout(copy, monkeypatch):
    """A copy of the project's code, which counts as the project's; what a test has changed in it is taken back."""
    folder, before = copy
    monkeypatch.setattr(inputs, "ROOT", folder)
    monkeypatch.setattr(folders, "SCENES", folder / "scenes")
    forget()
    yield folder
    monkeypatch.undo()
    forget()
    for name, data in contents(folder).items():
        if name not in before:
            (folder / name).unlink()
        elif data != before[name]:
            (folder / name).write_bytes(before[name])


def forget():
    """As in a process that begins now."""
    for function in (inputs.code_of, inputs._module, inputs._source, folders._folder, folders.ours):
        function.cache_clear()


@pytest.fixture(scope="module")
def as_it_is():
    """What draws each scene, and a card, as long as nothing is changed."""
    return codes()


def codes():
    """What draws each scene, and a card."""
    return {name: inputs.code_of(folders.folder(name)) for name in folders.ours()} | {"a card": inputs.code(inputs.CARD)}


def append(file, line="# another line"):
    with file.open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")


def drawing(experiment):
    """The scenes that declare an experiment, or one that imports it."""
    sources = {file.stem: file.read_text("utf-8") for file in (ROOT / "model/experiments").glob("*.py")}
    names, found = {experiment}, set()
    while names != found:                     # and what imports one that imports it
        found, names = names, names | {name for name, source in sources.items() for known in names
                                       if f"from model.experiments.{known} import" in source}
    found = {name for name in folders.ours() if names & {*folders.folder(name).facts.experiments}}
    assert 0 < len(found) < len(folders.ours())
    return found


EVERY_SCENE = set(folders.ours())
EVERYTHING = EVERY_SCENE | {"a card"}


@pytest.mark.parametrize("file, expected", [
    ("scenes/qkv/scene.py", {"qkv"}),
    ("scenes/attention_matrix/scene.py", {"attention_matrix"}),
    ("scenes/candidates/bench.py", {"weighted_average", "dot_product_weights", "keys", "queries", "values"}),
    ("scenes/parts/cabinet.py", {"qkv"}),
    ("scenes/parts/label.py", EVERYTHING),
    *((f"scenes/base/{name}.py", EVERYTHING) for name in ("scene", "spec", "frame", "room", "words", "theme", "type")),
    ("scenes/base/title_card.py", {"a card"}),
    ("model/functional.py", EVERYTHING),
    ("model/decoder.py", EVERYTHING),
    ("model/wiring.py", EVERYTHING),
    ("model/train.py", set()),
    *((f"model/experiments/{name}.py", drawing(name)) for name in ("scaling", "probe", "candidates", "distances", "twin")),
    ("studio/plan/staging.py", EVERY_SCENE),
    ("studio/plan/card.py", {"a card"}),
    ("studio/plan/film.py", set()),
    ("studio/read/assets.py", EVERYTHING),
    ("studio/read/fonts.py", EVERYTHING),
    *((f"studio/read/{name}.py", set()) for name in ("folders", "words", "yaml_file", "spec", "draft", "keys", "sound")),
    *((f"studio/render/{name}.py", EVERYTHING) for name in ("worker", "camera", "encoder", "manim_settings")),
    *((f"studio/render/{name}.py", set()) for name in ("farm", "cache", "cluster", "inputs", "order", "alone")),
    *((f"studio/store/{name}.py", set()) for name in ("store", "kept", "files", "digest")),
    *((f"studio/{name}.py", set()) for name in ("cli", "errors", "console", "training", "check/lint", "output/film")),
])
def test_of_the_code_what_draws_a_scene_counts(as_it_is, checkout, file, expected):
    append(checkout / file)
    assert changed(as_it_is, codes()) == expected


def test_nothing_in_the_folder_of_a_scene_draws_another(as_it_is):
    for scene, modules in as_it_is.items():
        places = {tuple(name.split(".")[:2]) for name in modules if name.startswith("scenes.")}
        assert {place for _, place in places if place in folders.ours()} == {scene} & EVERY_SCENE


def test_an_experiment_that_is_added_changes_nothing(as_it_is, checkout):
    shutil.copy(checkout / "model/experiments/probe.py", checkout / "model/experiments/late.py")
    assert codes() == as_it_is


@pytest.mark.parametrize("file, path, expected", [
    ("words.en.yaml", ["title"], of("mlp")),
    ("words.zh.yaml", ["title"], set()),
    ("words.en.yaml", ["steps", "fold", "caption"], of("mlp", "fold")),
    ("scene.yaml", ["decimals"], of("mlp")),
    ("scene.yaml", ["pace"], set()),          # as it was; the comments are gone
])
def test_what_is_said_in_the_folder_of_a_scene_is_its_own(checkout, file, path, expected):
    before = keys(target="article")
    assert len(before) > 80
    edit(checkout / "scenes/mlp" / file, *path, value={"decimals": 1, "pace": 1.0}.get(path[0], "Something else"))
    assert changed(before, keys(target="article")) == expected


@pytest.mark.parametrize("line", [
    "import scenes.parts.late", "from scenes.parts import late", "from scenes.parts.late import x", "from ..parts import late",
    "from ..parts.late import x", "def f():\n    from scenes.parts import late",
])
def test_imports_are_followed_wherever_they_stand(as_it_is, checkout, line):
    (checkout / "scenes/parts/late.py").write_text("import model.train\n")
    assert not as_it_is["qkv"].keys() & {"scenes.parts.late", "model.train"}
    append(checkout / "scenes/qkv/scene.py", line)
    now = codes()
    assert now["qkv"].keys() >= {"scenes.parts.late", "model.train"}
    assert "scenes.parts.late" not in now["attention_matrix"]


def test_versions_count(monkeypatch):
    before = keys()
    found = inputs.versions()
    assert found.keys() >= {"python", "manim", "numpy", "pycairo", "cairo", "av", "typst", "uharfbuzz"}
    monkeypatch.setattr(inputs, "versions", lambda: found | {"manim": "0.23.0"})
    assert changed(before, keys()) == ALL
