"""The decoder says what the papers say it should: it looks back only, at the whole sentence, and gives a word at a time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import model
from model import Checkpoint, ModelConfig
from model.checkpoint import untrained
from model.decoder import block, decode, predict
from model.encoder import encode
from model.functional import softmax
from model.generation import MOST_STEPS, translate
from model.recorder import Recorder
from model.table import declared
from model.tokenizer import END, START, ids
from model.trace import Trace
from model.weights import Attention, DecoderBlock, FeedForward, Norm, filled, named

ENGLISH, FRENCH = tuple("the cat sees a dog".split()), (START, END, *"le chat voit un chien".split())
NORMS = ("post", "pre")


def close(a, b, tolerance=1e-12):
    """Whether two arrays of one shape are equal, but for rounding."""
    return a.shape == b.shape and np.abs(a - b).max() <= tolerance


def shaken(norm="post", positional="sinusoidal", scale=0.3):
    """A checkpoint of noise: no bias is 0 and no gamma 1."""
    config = ModelConfig(weights="noise", d_model=12, n_heads=3, d_ff=20, norm=norm, positional=positional, output="decoder")
    drawn, rng = untrained(config, ENGLISH, FRENCH), np.random.default_rng(5)
    weights = filled(drawn, {name: x + rng.normal(0, scale, x.shape) for name, x in named(drawn)})
    matrices = {f"training.W_{letter}": np.zeros((3, 2, 12, 12)) for letter in "QKV"}
    training = {"training.loss": np.zeros(9), "training.steps": np.array([0, 4, 9])} | matrices
    return Checkpoint(config, ENGLISH, FRENCH, weights, training, {})


def trace(**settings):
    """The trace of a translation by noise."""
    checkpoint = shaken(**settings)
    return model.run(ENGLISH[:3], checkpoint.config, checkpoint)


# --- looking back, looking across ----------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", NORMS)
def test_no_word_knows_what_comes_after_it(norm):
    c, memory = shaken(norm), np.random.default_rng(0).normal(size=(4, 12))
    said = np.array([0, 2, 3, 4, 5])
    whole = decode(said, memory, c.weights.decoder, c.config)
    for n in range(1, 5):
        assert close(decode(said[:n], memory, c.weights.decoder, c.config), whole[:n])
        other = decode(np.append(said[:n], said[:n][::-1]), memory, c.weights.decoder, c.config)
        assert close(other[:n], whole[:n])
    assert not close(decode(said[[0, 2, 1, 3, 4]], memory, c.weights.decoder, c.config)[-1], whole[-1], 1e-3)


@pytest.mark.parametrize("norm", NORMS)
def test_a_padded_sentence_is_the_sentence(norm):
    c, said = shaken(norm), np.array([[0, 2, 3]])
    source, there = np.array([[0, 1, 2, 4, 4]]), np.array([[True, True, True, False, False]])
    memory = encode(source, c.weights, c.config, mask=there[:, None])
    padded = decode(said, memory, c.weights.decoder, c.config, memory_mask=there[:, None])
    alone = decode(said[0], encode(source[0, :3], c.weights, c.config), c.weights.decoder, c.config)
    assert close(padded[0], alone)


def test_many_sentences_at_once_are_translated_as_each_alone():
    c = shaken()
    sentences = [ENGLISH, ENGLISH[:1], ENGLISH[2:]]
    source, there = np.zeros((3, 5), int), np.zeros((3, 5), bool)
    for row, sentence in enumerate(sentences):
        source[row, : len(sentence)], there[row, : len(sentence)] = ids(sentence, ENGLISH), True
    for row, sentence in zip(translate(source, there, c.weights, c.config, 0, 1), sentences):
        alone = [FRENCH.index(token) for token in model.run(sentence, c.config, c).output_tokens]
        assert row[: len(alone)].tolist() == alone


# --- the record of a translation -----------------------------------------------------------------------------------


@pytest.mark.parametrize("positional", ["sinusoidal", "learned", "none"])
@pytest.mark.parametrize("norm", NORMS)
def test_what_is_recorded_is_declared_and_what_is_declared_is_recorded(norm, positional):
    t = trace(norm=norm, positional=positional)
    table = declared(t.config)
    assert set(t.names) == set(table)
    for tensor in table.values():
        assert not set("{}") & set(tensor.formula)
        for word in tensor.formula.replace("[", " ").split():
            if word.startswith(("encoder.", "decoder.", "weights.")):
                assert word in table, tensor


def test_every_step_is_the_whole_pass_over_all_that_was_said():
    t, c = trace(), shaken()
    steps = len(t.output_tokens)
    assert steps == MOST_STEPS or t.output_tokens[-1] == END
    memory, said = t["encoder.output"].values, [0]
    for step in range(steps):
        record = Recorder()
        x = decode(np.array(said), memory, c.weights.decoder, c.config, record)
        for name, array in record.arrays.items():
            kept = t[name].values[step]
            assert np.array_equal(kept[tuple(map(slice, array.shape))], array), name
            assert np.isnan(kept).sum() == kept.size - array.size, name
        logits = predict(x[-1], c.weights.decoder.output)
        assert close(t["decoder.logits"].values[step], logits)
        assert close(t["decoder.probabilities"].values[step], softmax(logits))
        said.append(int(logits.argmax()))
        assert t["decoder.next_token_ids"].values[step] == said[-1] == FRENCH.index(t.output_tokens[step])


@pytest.mark.parametrize("norm", NORMS)
def test_steps_add_tokens_and_change_none(norm):
    t = trace(norm=norm)
    for name in ("decoder.0.self_attention.key", "decoder.1.cross_attention.query", "decoder.output"):
        values = t[name].values                                                     # (step, ..., token, feature)
        for step in range(1, len(values)):
            assert close(values[step][..., :step, :], values[step - 1][..., :step, :])


def test_attention_follows_from_its_input_and_weights():
    t = trace()
    for number in range(2):
        own, cross = f"decoder.{number}.self_attention.", f"decoder.{number}.cross_attention."
        for step in range(len(t.output_tokens)):
            n = step + 1
            masked = t[own + "masked_scores"].values[step, :, :n, :n]
            assert (np.isneginf(masked) == ~np.tri(n, dtype=bool)).all()
            assert np.array_equal(np.tril(masked, 0)[:, np.tri(n, dtype=bool)],
                                  t[own + "scaled_scores"].values[step, :, :n, :n][:, np.tri(n, dtype=bool)])
            for here, rows in ((own, n), (cross, 3)):
                weights = t[here + "weights"].values[step, :, :n, :rows]
                assert close(weights.sum(-1), np.ones((3, n)))
                assert close(weights @ t[here + "value"].values[step, :, :rows], t[here + "heads"].values[step, :, :n])
            assert (t[own + "weights"].values[step, :, :n, :n][:, ~np.tri(n, dtype=bool)] == 0).all()


def test_each_block_makes_keys_and_values_of_its_own_from_the_encoder_s_output():
    t = trace()
    memory = t["encoder.output"].values
    for number in range(2):
        here = f"decoder.{number}.cross_attention."
        for made, letter in (("key", "K"), ("value", "V")):
            full = memory @ t[f"weights.{here}W_{letter}"].values + t[f"weights.{here}b_{letter}"].values
            for step in range(len(t.output_tokens)):
                assert close(t[here + made].values[step], full.reshape(3, 3, 4).swapaxes(0, 1))
    assert not close(t["decoder.0.cross_attention.key"].values, t["decoder.1.cross_attention.key"].values, 0.01)


@pytest.mark.parametrize("norm", NORMS)
def test_blocks_are_wired_as_in_the_paper(norm):
    t = {name: array[-1] if name.startswith("decoder.") else array for name, array in trace(norm=norm).arrays.items()}
    for b in (0, 1):
        x, here = t[f"decoder.{b}.input"], f"decoder.{b}."
        norms = [t[f"{here}norm_{i}.output"] for i in (1, 2, 3)]
        residuals = [t[f"{here}residual_{i}"] for i in (1, 2, 3)]
        skips = {"post": (x, norms[0], norms[1]), "pre": (x, residuals[0], residuals[1])}[norm]
        reads = {"post": (x, norms[0], norms[1]), "pre": norms}[norm]
        for part, read, skip, residual in zip(("self_attention", "cross_attention", "mlp"), reads, skips, residuals):
            assert close(t[f"{here}{part}.input"], read, 0)
            assert close(residual, skip + t[f"{here}{part}.output"])
        assert close(t[here + "output"], norms[2] if norm == "post" else residuals[2], 0)
    assert close(t["decoder.output"], t["decoder.final_norm.output" if norm == "pre" else "decoder.1.output"], 0)


@pytest.mark.parametrize("name, message", {
    "decoder.0.input": "no tensor 'decoder.0.input': it needs a translator",
    "decoder.probabilities": "it needs a model that says something",
    "training.loss": "it needs a translator",
}.items())
def test_what_random_weights_do_not_record(name, message):
    with pytest.raises(KeyError, match=message):
        model.run(ENGLISH, ModelConfig())[name]


def test_a_wrong_block_of_the_decoder():
    with pytest.raises(KeyError, match="the blocks are 0 to 1; did you mean 'decoder.1.cross_attention.weights'?"):
        trace()["decoder.2.cross_attention.weights"]


def test_tokens_along_the_axes():
    t = trace()
    read = (START, *t.output_tokens[:-1])
    assert t.words("decoder.probabilities", "vocabulary") == t.output_vocabulary == FRENCH
    assert t.words("weights.embedding", "vocabulary") == ENGLISH
    assert t.words("decoder.0.input", "step") == t.output_tokens
    assert t.words("decoder.0.self_attention.weights", "key") == t.words("decoder.0.mlp.hidden", "token") == read
    assert t.words("decoder.0.cross_attention.weights", "query") == t.words("decoder.0.cross_attention.query", "token") == read
    assert t.words("decoder.0.cross_attention.weights", "key") == t.words("decoder.0.cross_attention.value", "token") == t.tokens
    assert t.words("encoder.0.self_attention.weights", "key") == t.tokens and t.words("encoder.0.input", "d_model") == ()
    assert t.words("weights.output.W", "vocabulary") == FRENCH and t.words("weights.output.W", "d_model") == ()
    assert t.words("decoder.1.cross_attention.query", "token") == read
    with pytest.raises(KeyError, match="no tensor 'decoder.output.x'"):
        t.words("decoder.output.x", "token")
    assert t.translation == tuple(token for token in t.output_tokens if token != END)


def test_a_translation_comes_back_from_its_file(tmp_path):
    t = trace()
    t.save(tmp_path / "t")
    back = Trace.load(tmp_path / "t")
    assert (back.digest, back.output_tokens, back.words("weights.embedding", "vocabulary")) == (t.digest, t.output_tokens, ENGLISH)
    assert back.output_vocabulary == FRENCH
    assert all(np.array_equal(back[name].values, t[name].values, equal_nan=True) for name in t.names)


# --- checkpoints ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm, positional", [("post", "sinusoidal"), ("pre", "learned")])
def test_a_checkpoint_comes_back_from_its_file(tmp_path, norm, positional):
    c = shaken(norm, positional)
    c.save(tmp_path / "c")
    back = Checkpoint.load(tmp_path / "c", "noise")
    assert (back.config, back.vocabulary, back.output_vocabulary) == (c.config, c.vocabulary, c.output_vocabulary)
    assert [name for name, _ in named(back.weights)] == [name for name, _ in named(c.weights)]
    assert all(np.array_equal(a, b.astype(np.float32)) for (_, a), (_, b) in zip(named(back.weights), named(c.weights)))
    assert all(array.dtype == np.float64 for _, array in named(back.weights)) and back.training.keys() == c.training.keys()
    other = replace(c, weights=c.weights._replace(embedding=c.weights.embedding + 1))
    assert len({model.run(ENGLISH, c.config, checkpoint).digest for checkpoint in (c, back, other)}) == 3


def test_what_is_no_checkpoint_is_refused(tmp_path):
    file, c = tmp_path / "c", shaken()
    bad = [b"", b"not a zip", b"PK\3\4 cut short"]
    c.save(file)
    bad.append(file.read_bytes()[:-300])
    for data in bad:
        file.write_bytes(data)
        with pytest.raises(ValueError, match="is no checkpoint"):
            Checkpoint.load(file, "noise")
    replace(c, vocabulary=(*c.vocabulary, "more")).save(file)
    with pytest.raises(ValueError, match=r"weights.embedding is not an array of \(6, 12\) finite numbers"):
        Checkpoint.load(file, "noise")
    with pytest.raises(OSError):
        Checkpoint.load(tmp_path / "none", "noise")


def test_trained_weights_and_their_config_belong_together():
    c = shaken()
    for config, checkpoint in ((c.config, None), (ModelConfig(), c), (ModelConfig(weights="noise", output="decoder"), c)):
        with pytest.raises(ValueError, match="^weights: "):
            model.run(ENGLISH, config, checkpoint)
    with pytest.raises(ValueError, match="^tokens: 'elephant' is not in the vocabulary"):
        model.run(("the", "elephant"), c.config, c)


# --- an implementation that is not ours ----------------------------------------------------------------------------


@pytest.mark.parametrize("norm", NORMS)
def test_a_block_agrees_with_pytorch(norm):
    with np.load(Path(__file__).parent / "fixtures" / f"torch_decoder_{norm}.npz") as stored:
        t = dict(stored)

    def attention(name):
        W = np.split(t[f"{name}.in_proj_weight"].T, 3, 1)  # PyTorch multiplies by the transposed matrix
        b = np.split(t[f"{name}.in_proj_bias"], 3)
        return Attention(W[0], b[0], W[1], b[1], W[2], b[2], t[f"{name}.out_proj.weight"].T, t[f"{name}.out_proj.bias"])

    norms = [Norm(t[f"norm{i}.weight"], t[f"norm{i}.bias"]) for i in (1, 2, 3)]
    mlp = FeedForward(t["linear1.weight"].T, t["linear1.bias"], t["linear2.weight"].T, t["linear2.bias"])
    w = DecoderBlock(attention("self_attn"), norms[0], attention("multihead_attn"), norms[1], mlp, norms[2])
    config, record = ModelConfig(d_model=8, n_heads=2, d_ff=16, norm=norm), Recorder()
    mask, there = np.tri(len(t["x"]), dtype=bool), t["there"][None]
    assert close(block(t["x"], t["memory"], w, config, record, mask), t["output"], 1e-10)
    assert close(record.arrays["cross_attention.weights"], t["weights"], 1e-10)
    assert close(block(t["x"], t["memory"], w, config, mask=mask, memory_mask=there), t["padded_output"], 1e-10)
