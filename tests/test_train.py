"""Training differentiates the forward pass of the films, goes downhill, and can be interrupted."""

import io
import os
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml

import model
from model import Checkpoint, ModelConfig
from model.checkpoint import untrained
from model.decoder import decode, predict
from model.encoder import encode
from model.examples import Examples, examples, is_held_out, vocabularies
from model.guides import GUIDES, facts
from model.toy_language import Lexicon, sentences
from model.weights import filled, named
from studio import training
from studio.errors import UserError
from studio.read import assets

jax = pytest.importorskip("jax")
jax.config.update("jax_disable_most_optimizations", True)  # what compiles fast is fast enough here
jax.config.update("jax_compilation_cache_dir", f"{os.environ['XDG_CACHE_HOME']}/jax")   # and what is compiled is, until it changes
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
from model import train  # noqa: E402

LEXICON = Lexicon.from_mapping(yaml.safe_load(assets.LEXICON.read_text("utf-8")))
KNOWN = vocabularies(LEXICON)
DRAWN = sentences(LEXICON, 600, 3)
LEARNED = examples(DRAWN, *KNOWN)
SMALL = ModelConfig(weights="small", seed=1, d_model=8, n_heads=2, d_ff=12, n_blocks=1, output="decoder")
SCHEDULE = train.Schedule(steps=12, batch=16, warm_up=2, peak=1e-2)


def small_weights():
    """Weights of a small model, with noise on everything."""
    drawn, rng = untrained(SMALL, *KNOWN), np.random.default_rng(2)
    return filled(drawn, {name: x + rng.normal(0, 0.1, x.shape) for name, x in named(drawn)})


def single(weights):
    """The same weights for JAX, in float32."""
    return jax.tree.map(lambda x: jax.numpy.asarray(x, np.float32), weights)


def pairs(pointing):
    """Each index that points somewhere, and where."""
    return [(int(index), int(pointing[index])) for index in np.flatnonzero(pointing >= 0)]


# --- examples ------------------------------------------------------------------------------------------------------


def test_examples_say_what_the_sentences_say():
    vocabulary, output = KNOWN
    for row, sentence in enumerate(DRAWN[:100]):
        e: Examples = LEARNED[row]
        n = len(sentence.french)
        assert [vocabulary[i] for i in e.source[e.there]] == list(sentence.english)
        assert [output[i] for i in e.said[: n + 2]] == [model.tokenizer.START, *sentence.french, model.tokenizer.END]
        assert e.length == n + 1 and (e.said[n + 1 :] == 1).all()
        assert e.alignment[:n].tolist() == list(sentence.alignment) and (e.alignment[n:] == -1).all()
        assert pairs(e.modifier) == list(sentence.modifies)
        assert pairs(e.antecedent) == ([sentence.antecedent] if sentence.antecedent else [])
        assert e.other == (-1 if sentence.other is None else sentence.other)
        assert sentence.french[e.pronoun] in ("il", "elle") if sentence.antecedent else e.pronoun == -1


def test_about_a_tenth_is_held_out_whatever_else_is_drawn():
    held_out = [is_held_out(sentence) for sentence in DRAWN]
    assert 0.05 < np.mean(held_out) < 0.15
    assert held_out == [is_held_out(sentence) for sentence in DRAWN]


# --- one definition of the model -----------------------------------------------------------------------------------


def test_jax_and_numpy_agree_on_logits():
    checkpoint = assets.checkpoint("translator")
    part = examples(DRAWN[:64], checkpoint.vocabulary, checkpoint.output_vocabulary)
    there, config = part.there[:, None], checkpoint.config

    def logits(weights, xp):
        memory = encode(part.source, weights, config, mask=there, xp=xp)
        x = decode(part.said[:, :-1], memory, weights.decoder, config, memory_mask=there, xp=xp)
        return predict(x, weights.decoder.output)

    single = filled(checkpoint.weights, {name: x.astype(np.float32) for name, x in named(checkpoint.weights)})
    by_numpy, by_jax = logits(checkpoint.weights, np), np.asarray(jax.jit(lambda w: logits(w, jax.numpy))(single))
    assert by_jax.dtype == np.float32 and np.abs(by_jax - by_numpy).max() < 1e-5 * np.abs(by_numpy).max()
    with jax.enable_x64(True):
        assert np.abs(jax.jit(lambda w: logits(w, jax.numpy))(checkpoint.weights) - by_numpy).max() < 1e-10


def test_gradients_agree_with_finite_differences():
    with jax.enable_x64(True):
        weights, batch = small_weights(), LEARNED[:6]
        loss = jax.jit(lambda w: train.loss(w, batch, SMALL, SCHEDULE)[0])
        gradient = dict(named(jax.grad(loss)(weights)))
        arrays, rng = dict(named(weights)), np.random.default_rng(0)
        for name, array in arrays.items():
            direction, step = rng.normal(size=array.shape), 1e-7  # few ReLUs turn within so little
            up, down = (float(loss(filled(weights, arrays | {name: array + sign * step * direction}))) for sign in (1, -1))
            slope = float((np.asarray(gradient[name]) * direction).sum())
            assert abs((up - down) / (2 * step) - slope) < 1e-6 * (1 + abs(slope)), name


def test_padding_has_no_influence_on_the_loss():
    with jax.enable_x64(True):
        weights, short = small_weights(), LEARNED[:8]
        wide = Examples(*(np.pad(x, ((0, 0), (0, 3)), mode="edge") if x.ndim > 1 else x for x in short))
        nowhere = {guide.name: np.pad(getattr(short, guide.name), ((0, 0), (0, 3)), constant_values=-1) for guide in GUIDES}
        wide = wide._replace(there=np.pad(short.there, ((0, 0), (0, 3))), **nowhere)
        loss = jax.jit(lambda w, part: train.loss(w, part, SMALL, SCHEDULE)[0])
        values = [float(loss(weights, part)) for part in (short, wide)]
    assert values[0] == pytest.approx(values[1], abs=1e-12)


def test_a_guide_draws_to_a_share_and_not_to_all():
    shares = np.linspace(0.01, 0.99, 99)
    for guide in GUIDES:
        assert shares[np.asarray(train.astray(shares, guide.share)).argmin()] == pytest.approx(guide.share, abs=0.01)
        assert guide.share < 0.9


def test_each_guide_draws_its_own_head_and_no_other():
    """Only the queries of its head tell how far astray it is."""
    config = ModelConfig(weights="two", seed=1, d_model=8, n_heads=2, d_ff=12, n_blocks=2)
    example = LEARNED[next(row for row, sentence in enumerate(DRAWN) if sentence.antecedent)]
    astray = jax.jit(jax.jacrev(lambda w: {name: sum_ for name, (sum_, _) in train.terms(w, example, config).items()}))
    gradients, own = astray(single(untrained(config, *KNOWN))), np.arange(config.d_model) < config.d_k
    for guide in GUIDES:
        assert guide.head == 0
        W_Q = np.asarray(dict(named(gradients[guide.name]))[f"weights.{guide.tensor(config).removesuffix('.weights')}.W_Q"])
        assert np.abs(W_Q[:, own]).max() > 1e-4 and (W_Q[:, ~own] == 0).all(), guide


def test_smoothing_asks_for_less_than_certainty_and_the_loss_on_record_does_not():
    weights, batch = single(small_weights()), LEARNED[:6]
    even = filled(weights, {name: x * (not name.startswith("weights.output")) for name, x in named(weights)})
    plain, smooth = (jax.jit(partial(train.loss, examples=batch, config=SMALL, schedule=SCHEDULE._replace(smoothing=smoothing)))
                     for smoothing in (0.0, 0.5))
    (sharp, surprise), (soft, same) = plain(weights), smooth(weights)
    assert surprise == same and abs(sharp - soft) > 1e-3
    assert plain(even)[0] == pytest.approx(float(smooth(even)[0]), abs=1e-5)        # where all words are as likely, so are all labels


# --- training ------------------------------------------------------------------------------------------------------


def test_the_loss_falls():
    schedule = SCHEDULE._replace(steps=60, batch=32)
    *_, last = train.train(train.begin(SMALL, *KNOWN, schedule), LEARNED, SMALL, schedule)
    assert last.losses.shape == (60,) and last.losses[-10:].mean() < last.losses[:10].mean() - 1
    checkpoint = train.finished(last, SMALL, *KNOWN, schedule)
    trace = model.run(DRAWN[0].english, SMALL, checkpoint)
    assert trace["training.steps"].values.tolist() == [0, 30, 60]
    for letter in "QKV":
        kept = trace[f"training.W_{letter}"].values                                 # (checkpoint, block, input, output)
        for block in range(SMALL.n_blocks):
            name = f"encoder.{block}.self_attention.W_{letter}"
            assert np.array_equal(kept[-1, block], trace[f"weights.{name}"].values)
            first = dict(named(untrained(SMALL, *KNOWN)))[f"weights.{name}"]
            assert np.array_equal(kept[0, block], first.astype(np.float32))
            assert np.abs(kept[1, block] - kept[[0, 2], block]).max() > 1e-3


def test_an_interrupted_run_comes_to_the_same_weights(monkeypatch):
    monkeypatch.setattr(train, "REPORT", 4)
    start = train.begin(SMALL, *KNOWN, SCHEDULE)
    whole = list(train.train(start, LEARNED, SMALL, SCHEDULE))
    assert [state.step for state in whole] == [4, 8, 12]
    file = io.BytesIO()
    whole[0].save(file)
    file.seek(0)
    *_, resumed = train.train(train.begin(SMALL, *KNOWN, SCHEDULE).load(file), LEARNED, SMALL, SCHEDULE)
    for a, b in zip(jax.tree.leaves(resumed), jax.tree.leaves(whole[-1])):
        assert np.array_equal(a, b)


# --- the command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """Training is a matter of seconds; whatever it leaves is in the current folder."""
    for name, value in {"N_SENTENCES": 400, "LEAST_SENTENCES": 50, "MOST_TESTED": 20}.items():
        monkeypatch.setattr(training, name, value)
    monkeypatch.setattr(train, "REPORT", 2)
    monkeypatch.chdir(tmp_path)


def test_what_is_trained_can_be_used(quick):
    figures = training.train(None, Path("mine"), 6, 0)
    assert figures["held_out"] == 20 and sorted(path.name for path in Path("mine").iterdir()) == ["card.md", "weights.npz"]
    checkpoint = Checkpoint.load("mine/weights.npz", "mine")
    assert checkpoint.facts["figures"] == figures and checkpoint.facts["schedule"]["steps"] == 6
    assert checkpoint.facts["guided"] == facts(checkpoint.config)
    card = Path("mine/card.md").read_text()
    assert "# Model card: mine" in card and "6 updates" in card and card.count(": from ") == len(GUIDES)
    trace = model.run(("the", "cat", "sleeps"), checkpoint.config, checkpoint)
    assert trace.config.trained and len(trace["training.loss"]) == 6


def test_an_interrupted_command_goes_on_where_it_was(quick, monkeypatch):
    training.train(None, Path("whole/mine"), 6, 0)

    def stop(path, data, write=training.files.write):
        write(path, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training.files, "write", stop)
        training.train(None, Path("mine"), 6, 0)
    steps = []
    monkeypatch.setattr(train, "train", lambda state, *rest, run=train.train: steps.append(state.step) or run(state, *rest))
    training.train(None, Path("mine"), 6, 0)
    assert steps == [2]
    with np.load("mine/weights.npz") as mine, np.load("whole/mine/weights.npz") as whole:
        assert all(np.array_equal(mine[name], whole[name]) for name in whole.files if name != "checkpoint.json")
    Path("mine/training.npz").write_bytes(b"of another run")
    training.train(None, Path("mine"), 6, 0)
    assert steps == [2, 0]


def test_a_bad_lexicon_is_located(quick):
    Path("my.yaml").write_text("nouns:\n  cat: {french: chat, gender: x, is: [animal]}\n")
    with pytest.raises(UserError) as caught:
        training.train(Path("my.yaml"), Path("mine"), 2, 0)
    assert any(problem.where.startswith("my.yaml:2:") for problem in caught.value.problems) and not Path("mine").exists()


def test_without_jax_the_error_says_what_to_install(quick, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "model.train", None)
    monkeypatch.delattr(model, "train")
    with pytest.raises(UserError, match=r"the extra \[train\]: .*pip install"):
        training.train(None, Path("mine"), 2, 0)
