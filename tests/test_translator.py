"""The translator that is shipped: what it has learned, measured by numpy on sentences that it has never seen."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import model
from model import evaluate
from model.examples import examples, is_held_out
from model.guides import ANTECEDENT, GUIDES, MODIFIER
from model.tokenizer import END
from model.toy_language import sentences
from model.weights import named
from studio import model_card, training
from studio.cli import main
from studio.plan import staging
from studio.read import assets
from studio.read.spec import load

FOLDER = assets.WEIGHTS / "translator"
CHECKPOINT = assets.checkpoint("translator")
LEXICON = training.read_lexicon(assets.LEXICON)
TIRED = "the animal did not cross the street because it was too tired"


def held_out(count, seed):
    """So many sentences that no training has seen."""
    drawn = sentences(LEXICON, count * 14, seed)
    return [sentence for sentence in drawn if is_held_out(sentence)][:count]


def trace(sentence):
    """The trace of a translation."""
    return model.run(model.tokenise(sentence), CHECKPOINT.config, CHECKPOINT)


def check(figures):
    """What the translator was made for."""
    assert figures["exact"] >= 0.995
    for guide in GUIDES:
        most, half, mean = (figures[f"{guide.name}_{what}"] for what in ("most", "half", "mean"))
        assert most >= 0.99 and half >= 0.95 and 0.7 <= mean <= 0.8, guide
    assert figures["changed"] >= 1 / 3 and figures["pronoun"] >= 0.99


def test_it_translates_what_it_has_never_seen():
    figures = training.measure(CHECKPOINT, LEXICON, held_out(500, seed=77))
    assert figures["held_out"] == 500 and figures["antecedent_words"] > 150 and figures["two_genders"] > 80
    check(figures)


@pytest.mark.slow
def test_it_is_as_good_as_its_card_says():
    drawn = training.draw(LEXICON, CHECKPOINT.config.seed, "")
    figures = training.measure(CHECKPOINT, LEXICON, [s for s in drawn if is_held_out(s)][: training.MOST_TESTED])
    assert figures["held_out"] == 5000 and figures == pytest.approx(CHECKPOINT.facts["figures"], abs=1e-3)
    check(figures)


@pytest.mark.parametrize("english, french", {
    TIRED: "l' animal n' a pas traversé la rue parce qu' il était trop fatigué",
    TIRED.replace("tired", "wide"): "l' animal n' a pas traversé la rue parce qu' elle était trop large",
    "the black cat sleeps": "le chat noir dort",
}.items())
def test_the_sentences_of_the_film(english, french):
    t = trace(english)
    assert " ".join(t.translation) == french and t.output_tokens[-1] == END
    said = t["decoder.probabilities"].values.max(1)
    assert 0.85 < said.min() and said.max() < 0.99  # smoothed labels: sure, and a picture of other words beside it


def look(sentence, guide, word):
    """How much a word looks at each token of a sentence, in the head of a guide."""
    tokens = model.tokenise(sentence)
    row = trace(sentence)[guide.tensor(CHECKPOINT.config)].values[guide.head, tokens.index(word)]
    return dict(zip(tokens, row))


@pytest.mark.parametrize("noun, sentence", {"animal": TIRED, "street": TIRED.replace("tired", "wide")}.items())
def test_it_looks_at_what_it_means(noun, sentence):
    found = look(sentence, ANTECEDENT, "it")
    assert 0.7 < found.pop(noun) < 0.8 and max(found.values()) < 0.2


@pytest.mark.parametrize("word, noun", [("the", "cat"), ("black", "cat"), ("a", "girl"), ("young", "girl"), ("red", "car")])
def test_an_adjective_looks_at_its_noun(word, noun):
    found = look({"cat": "the black cat sleeps"}.get(noun, "a young girl sees the red car"), MODIFIER, word)
    assert 0.7 < found.pop(noun) < 0.85 and max(found.values()) < 0.25


def test_cutting_the_head_turns_il_into_elle_and_leaves_what_was_elle():
    cut = model.weights.without_head(CHECKPOINT.weights, CHECKPOINT.config, 1, ANTECEDENT.head)
    other = replace(CHECKPOINT, weights=cut)
    for sentence, changes in ((TIRED, {"il": "elle", "fatigué": "fatiguée"}), (TIRED.replace("tired", "wide"), {})):
        whole, without = (model.run(model.tokenise(sentence), c.config, c).translation for c in (CHECKPOINT, other))
        assert without == tuple(changes.get(word, word) for word in whole)


def test_the_figures_are_of_what_the_films_show():
    some = held_out(30, seed=5)
    arrays = examples(some, CHECKPOINT.vocabulary, CHECKPOINT.output_vocabulary)
    exact = evaluate.exact(evaluate.said(CHECKPOINT, arrays), arrays)
    looked = evaluate.guided(CHECKPOINT, arrays)
    for row, sentence in enumerate(some):
        t = model.run(sentence.english, CHECKPOINT.config, CHECKPOINT)
        assert (t.translation == sentence.french) == exact[row]
        wanted = {"modifier": sentence.modifies, "antecedent": [sentence.antecedent] * (sentence.antecedent is not None)}
        wanted["alignment"] = [pair for pair in enumerate(sentence.alignment) if exact[row] and pair[1] >= 0]
        for guide in GUIDES:
            weights = t[guide.tensor(t.config)].values
            weights = (weights[-1] if guide.side == "decoder" else weights)[guide.head]                 # (query, key)
            for query, key in wanted[guide.name]:
                assert weights[query].argmax() == looked[guide.name][0][row, query]
                assert weights[query, key] == pytest.approx(looked[guide.name][1][row, query], abs=1e-9)


def test_the_words_are_the_lexicon_s():
    assert CHECKPOINT.vocabulary == LEXICON.english and CHECKPOINT.output_vocabulary[2:] == LEXICON.french


def test_the_checkpoint_is_small_and_plain():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_000_000
    with np.load(FOLDER / "weights.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype in (np.float32, stored["checkpoint.json"].dtype) for name in stored.files)
    assert sum(array.size for _, array in named(CHECKPOINT.weights)) < 25_000


def test_the_card_is_the_checkpoint_s():
    text = (FOLDER / "card.md").read_text("utf-8")
    assert text == model_card.text(CHECKPOINT)
    figures = CHECKPOINT.facts["figures"]
    assert f"{figures['exact']:.2%} of 5000" in text and f"in {figures['changed']:.1%} of" in text
    for guided in CHECKPOINT.facts["guided"]:
        name = f"block {guided['block'] + 1}, head {guided['head'] + 1}: from {guided['from']} to {guided['to']}"
        assert name in text and f"{figures[guided['name'] + '_mean']:.3f} on average" in text


def test_the_training_run_is_on_record():
    t, steps = trace("the cat sleeps"), CHECKPOINT.facts["schedule"]["steps"]
    loss = t["training.loss"].values
    assert loss.shape == (steps,) and abs(loss[0] - np.log(186)) < 0.1 and loss[:50].mean() > 3
    least = -np.log(1 - CHECKPOINT.facts["schedule"]["smoothing"])                  # of a model that says what smoothed labels ask for
    assert least < loss[-50:].mean() < 0.08
    assert t["training.steps"].values.tolist() == [0, steps // 2, steps]
    for letter in "QKV":
        last = np.stack([t[f"weights.encoder.{block}.self_attention.W_{letter}"].values for block in range(2)])
        assert np.array_equal(t[f"training.W_{letter}"].values[-1], last)


# --- the command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """A scene YAML that says nothing of a model."""
    monkeypatch.chdir(tmp_path)
    Path("my.yaml").write_text(f"scene: qkv\nsentence: {TIRED}\nfocus: it\nblock: 2\n")
    return "my.yaml"


def animformer(*args):
    return CliRunner().invoke(main, args)


def test_trace_shows_the_translation(scene):
    shown = animformer("trace", scene).stdout
    assert f"{TIRED} → l' animal n' a pas traversé la rue parce qu' il était trop fatigué\n" in shown
    assert re.search(r"^10 +il +il 0\.\d{4} +\S+ 0\.\d{4}", shown, re.M) and "decoder.1.cross_attention.weights" in shown
    found = json.loads(animformer("trace", scene, "decoder.0.self_attention.masked_scores", "--json").stdout)
    assert found["translation"][10] == "il" and END not in found["translation"]
    second = found["tensors"][0]["values"][1][0]                                    # of its first head
    assert second[0][1:] == ["-inf", *[None] * 13] and second[2] == [None] * 15 and isinstance(second[1][1], float)


def test_tables_bear_their_tokens(scene):
    shown = animformer("trace", scene, "decoder.1.cross_attention.weights", "-v").stdout
    block = shown.split("step 10 (il)  head 0\n")[1].split("\n\n")[0].splitlines()
    assert block[0].split() == TIRED.split() and block[1].split()[0] == "<start>" and block[11].split()[0] == "qu'"
    assert len(block[11].split()) == 13 and block[12].split() == ["il"]


def test_weights_in_a_folder(scene):
    Path("sub").mkdir()
    Path("sub/weights.npz").write_bytes((FOLDER / "weights.npz").read_bytes())
    Path(scene).write_text(Path(scene).read_text() + "model: {weights: sub}\n")
    spec = load(scene)
    assert spec.model == replace(CHECKPOINT.config, weights=str(Path("sub").resolve()))
    assert staging.trace(spec).translation == trace(TIRED).translation
    Path("sub/weights.npz").write_bytes(b"no weights")
    assert "my.yaml:5:18: model.weights: sub/weights.npz is no checkpoint: " in animformer("trace", scene).stderr
