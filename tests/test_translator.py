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
    assert figures["antecedent_half"] >= 0.95 and 0.6 <= figures["antecedent_mean"] <= 0.85
    assert figures["aligned"] >= 0.95
    assert figures["changed"] >= 1 / 3 and figures["pronoun"] >= 0.99


def test_it_translates_what_it_has_never_seen():
    figures = training.measure(CHECKPOINT, LEXICON, held_out(500, seed=77))
    assert figures["held_out"] == 500 and figures["because"] > 150 and figures["two_genders"] > 80
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
    assert t["decoder.probabilities"].values.max(1).min() > 0.5


def test_it_looks_at_what_it_means():
    tired, wide = (trace(s)["encoder.1.self_attention.weights"].values[0, 8] for s in (TIRED, TIRED.replace("tired", "wide")))
    assert tired[1] > 0.6 > 0.4 > tired[6] and wide[6] > 0.6 > 0.4 > wide[1]


def test_cutting_the_head_costs_a_pronoun_somewhere():
    cut = model.weights.without_head(CHECKPOINT.weights, CHECKPOINT.config, 1, 0)
    other = replace(CHECKPOINT, weights=cut)
    heads = model.run(model.tokenise(TIRED), other.config, other)
    assert {"il", "elle"} & set(heads.translation)
    said = [model.run(model.tokenise(s), c.config, c).translation for s in (TIRED, TIRED.replace("tired", "wide"))
            for c in (CHECKPOINT, other)]
    assert said[0] != said[1] or said[2] != said[3]


def test_the_figures_are_of_what_the_films_show():
    some = held_out(30, seed=5)
    arrays = examples(some, CHECKPOINT.vocabulary, CHECKPOINT.output_vocabulary)
    exact = evaluate.exact(evaluate.said(CHECKPOINT, arrays), arrays)
    shares = evaluate.antecedent_share(CHECKPOINT, arrays)
    most, mass = evaluate.aligned_share(CHECKPOINT, arrays)
    for row, sentence in enumerate(some):
        t = model.run(sentence.english, CHECKPOINT.config, CHECKPOINT)
        assert (t.translation == sentence.french) == exact[row]
        if sentence.antecedent:
            assert t["encoder.1.self_attention.weights"].values[(0, *sentence.antecedent)] == pytest.approx(shares[row], abs=1e-9)
        if exact[row]:
            look = t["decoder.1.cross_attention.weights"].values[-1, 0]             # (query, key)
            assert look.argmax(-1)[:-1].tolist() == most[row, : len(sentence.french)].tolist()
            assert look[0, sentence.alignment[0]] == pytest.approx(mass[row, 0], abs=1e-9)


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


def test_the_training_run_is_on_record():
    t, steps = trace("the cat sleeps"), CHECKPOINT.facts["schedule"]["steps"]
    loss = t["training.loss"].values
    assert loss.shape == (steps,) and loss[:50].mean() > 3 > 0.05 > loss[-50:].mean()
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
