"""The film of any sentence: nothing looks wrong with a model of many heads and blocks, and no step says what only a translator does."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from studio.check.lint import lint
from studio.plan import staging
from studio.read import assets
from studio.read.spec import load

CHECKPOINTS = Path(__file__).parent / "fixtures/checkpoints"
MINILM = assets.weights_folder("minilm")
SCENES = ("embeddings", "positional_encoding", "qkv", "attention_matrix", "multi_head", "encoder_block", "add_norm", "mlp",
          "encoder_stack", "real_model")
SLOW = ("multi_head", "encoder_stack", "qkv")
TINY = ("sentence=The animal did not cross the street, because it was old!", "focus=it")
OTHERS = ("before=the cat is too old", "after=the dog is too old", "far=the old cat is on the street", "asks=is", "asked=cat")
SENTENCES = {
    "pronoun": ("The trophy does not fit in the suitcase because it is too big.", "it"),
    "code": ("for i in range(10): print(i)", "print"),
    "German": ("Der Hund schläft im Garten.", "hund"),
    "sixteen": ("Central banks raised interest rates again on Thursday to fight stubborn inflation.", "rates"),
    "one word": ("Unbelievable!", "unbelievable"),
}


def entry(scene, *settings):
    """The scene of the film, with settings of the command line."""
    (found,) = [spec for spec in load("real", settings).scenes if spec.scene == scene]
    return found


def findings(spec, moments=()):
    return [str(finding) for finding in lint(spec.name, partial(staging.build, spec), moments)]


@pytest.fixture
def deep(tmp_path, monkeypatch):
    """A tiny model with as many heads and blocks as MiniLM has, in its place."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    shutil.copytree(CHECKPOINTS / "bert-deep", tmp_path / "animformer/minilm")


def test_these_are_its_scenes(deep):
    assert tuple(spec.scene for spec in load("real", TINY).scenes) == SCENES


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
@pytest.mark.parametrize("scene", [pytest.param(scene, marks=pytest.mark.slow) if scene in SLOW else scene for scene in SCENES])
def test_nothing_looks_wrong_with_many_heads_and_blocks(deep, scene, language):
    settings = (*TINY, f"language={language}")
    assert findings(load(scene, (*settings, *OTHERS)) if scene == "real_model" else entry(scene, *settings)) == []


@pytest.mark.slow
@pytest.mark.skipif(not MINILM.is_dir(), reason="`animformer get minilm` fetches it")
@pytest.mark.parametrize("said", SENTENCES)
@pytest.mark.parametrize("scene", SCENES)
def test_nothing_looks_wrong_with_minilm(scene, said):
    sentence, focus = SENTENCES[said]
    assert findings(entry(scene, f"sentence={sentence}", f"focus={focus}")) == []
