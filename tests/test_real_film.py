"""The film of any sentence: nothing looks wrong with a model of many heads and blocks, and no step says what only a translator does."""

import shutil
from functools import partial
from pathlib import Path

import pytest
from minilm import DATA_HOME, needs_minilm

from scenes.parts.label import Label
from studio.check.lint import lint
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read.spec import load

CHECKPOINTS = Path(__file__).parent / "fixtures/checkpoints"
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


def labels(spec):
    """What is written in a scene at the end."""
    seen = []
    walk(partial(staging.build, spec), lambda stage, moment: seen.append(see(stage).shapes))
    return [shape.string for shape in seen[-1] if isinstance(shape, Label)]


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


@pytest.mark.parametrize("step", ["sheets", "average"])
@pytest.mark.parametrize("sentence, written", [("the old cat", True), ("the old cat " * 4, False)])
def test_only_numbers_that_are_written_are_called_rounded(step, sentence, written):
    settings = (f"model.weights={CHECKPOINTS / 'bert'}", f"sentence={sentence}", "twin=", "focus=cat", f"steps=[{step}]")
    assert any(label.endswith("rounded") for label in labels(load("attention_matrix", settings))) == written


@pytest.mark.slow
@needs_minilm
@pytest.mark.parametrize("said", SENTENCES)
@pytest.mark.parametrize("scene", SCENES)
def test_nothing_looks_wrong_with_minilm(monkeypatch, scene, said):
    monkeypatch.setenv("XDG_DATA_HOME", str(DATA_HOME))
    sentence, focus = SENTENCES[said]
    assert findings(entry(scene, f"sentence={sentence}", f"focus={focus}")) == []


def test_an_mlp_says_which_feature_is_asked_of_how_many_tokens(deep):
    """A panel has room for few of many tokens; a feature is numbered also where too few words make it high."""
    few, all_of_them = (" ".join(labels(entry("mlp", f"sentence={words}", "focus=cat"))) for words in ("the old cat " * 4, "cat"))
    assert "some tokens" in few and "every token" not in few
    assert "every token" in all_of_them and "some tokens" not in all_of_them
    for said in few, all_of_them:
        assert "number" in said


# --- a model of text, which carries the sentence on -----------------------------------------------------------------

TEXT = (f"model.weights={CHECKPOINTS / 'gpt2'}", "sentence=the old cat did not sleep", "focus=cat", "block=1", "twin=")


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
@pytest.mark.parametrize("scene", ["overview", "attention_matrix", "decoder", pytest.param("multi_head", marks=pytest.mark.slow)])
def test_nothing_looks_wrong_with_a_model_of_text(scene, language):
    pytest.importorskip("tokenizers")
    assert findings(load(scene, (*TEXT, f"language={language}"))) == []


def test_a_model_of_text_has_no_step_of_a_translator_and_says_words_as_they_are_written():
    pytest.importorskip("tokenizers")
    assert load("decoder", TEXT).steps == ("mask", "next_word", "loop") and load("overview", TEXT).steps == ("sentence",)
    scene = staging.build(load("decoder", TEXT))
    scene._prepare()
    trace, words = scene.staging.trace, scene.staging.words["steps"]
    assert len(scene.said) == 6 and scene.queries == ("sleep", *scene.said[:-1]) and not any(word.startswith("Ġ") for word in scene.said)
    chances = trace["decoder.probabilities"].values
    assert [float(chance) for chance in scene._chances("generation")] == chances.max(-1).tolist()
    assert [scene.caption(step) for step in ("mask", "loop")] == [words[step]["continues"] for step in ("mask", "loop")]


def test_the_list_of_words_says_them_as_the_cards_do():
    pytest.importorskip("tokenizers")
    settings = (f"model.weights={CHECKPOINTS / 'roberta'}", "sentence=Über Äpfel", "focus=4", "block=1", "twin=", "steps=[sentence]")
    said = labels(load("embeddings", settings))
    assert said.count(r"\xc3") == 4 and said.count(r"\x9c") == 2      # on a card and in the list; Ü and Ä are each cut in two


def test_the_mask_is_shown_on_the_way_from_scores_to_weights():
    pytest.importorskip("tokenizers")
    seen = []
    spec = load("attention_matrix", (*TEXT, "steps=[sheets]"))
    scene = walk(partial(staging.build, spec), lambda stage, moment: seen.extend(see(stage).shapes))
    names = {shape.source.name for shape in seen if hasattr(shape, "source")}
    assert "encoder.0.self_attention.masked_scores" in names and "encoder.0.self_attention.scaled_scores" not in names
    assert scene.caption("sheets") == scene.staging.words["steps"]["sheets"]["masked"]
