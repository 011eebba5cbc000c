"""What BERT and GPT-2 do otherwise than the paper: activation functions, what is added before the first block, looking back only."""

import math

import numpy as np
import pytest

import model
from model import ModelConfig
from model.activations import BORDER, FAR, erf, gelu, gelu_new
from model.encoder import encode
from model.trace import Trace, float64s
from model.weights import random_weights

SENTENCE = model.tokenise("the animal did not cross the street")
BERT = ModelConfig(positional="learned", activation="gelu", embedding="normalised", segments="learned")
GPT_2 = ModelConfig(norm="pre", positional="learned", activation="gelu_new", embedding="plain", mask="causal", output="tied")
PLACES = np.concatenate([np.linspace(-9, 9, 4001), [0.0, 1e-300, *np.nextafter([BORDER, -BORDER, FAR, -FAR], 0), BORDER, FAR, 40.0]])


def close(a, b, tolerance=1e-12):
    """Whether two arrays of one shape are equal, but for rounding."""
    return a.shape == b.shape and np.abs(a - b).max() <= tolerance


def test_the_error_function_is_python_s():
    assert close(erf(PLACES), np.array([math.erf(x) for x in PLACES]), 4e-16)
    assert erf(np.array([-math.inf, math.inf])).tolist() == [-1, 1] and math.isnan(erf(np.array(math.nan)))


def test_gelu_is_x_by_the_share_of_what_is_less():
    exact = np.array([x * math.erfc(-x / math.sqrt(2)) / 2 for x in PLACES])
    assert close(gelu(PLACES), exact, 1e-14)
    assert 4e-4 < np.abs(gelu_new(PLACES) - exact).max() < 5e-4


@pytest.mark.parametrize("kind, function", [("relu", lambda x: np.maximum(x, 0)), ("gelu", gelu), ("gelu_new", gelu_new)])
def test_the_hidden_layer_is_bent_as_the_config_says(kind, function):
    trace = model.run(SENTENCE, ModelConfig(activation=kind))
    for block in ("encoder.0.mlp.", "encoder.1.mlp."):
        assert close(trace[block + "activation"].values, function(trace[block + "hidden"].values))
        W, b = (trace[f"weights.{block}{name}_2"].values for name in "Wb")
        assert close(trace[block + "output"].values, trace[block + "activation"].values @ W + b)


def test_bert_normalises_the_sum_of_word_place_and_segment():
    t = model.run(SENTENCE, BERT).arrays
    assert close(t["embedding_sum"], t["embeddings"] + t["weights.positions"][:7] + t["weights.segments"][0])
    centred = t["embedding_sum"] - t["embedding_sum"].mean(1, keepdims=True)
    assert close(t["encoder.0.input"], centred / np.sqrt(centred.var(1, keepdims=True) + 1e-5))


def test_gpt_2_adds_rows_as_they_are_and_sees_nothing_that_comes_later():
    t, shorter = model.run(SENTENCE, GPT_2).arrays, model.run(SENTENCE[:4], GPT_2).arrays
    assert close(t["encoder.0.input"], t["embeddings"] + t["weights.positions"][:7])
    later = np.triu(np.ones((7, 7), bool), 1)
    assert all(np.array_equal(np.isneginf(head), later) for head in t["encoder.1.self_attention.masked_scores"])
    assert not t["encoder.1.self_attention.weights"][:, later].any()
    assert close(shorter["encoder.output"], t["encoder.output"][:4])


def test_a_text_goes_on_with_the_word_that_fits_best():
    """Every word is found again in one pass over all of them: at each place the row of the table that fits its output best."""
    trace = model.run(SENTENCE, GPT_2)
    said = [trace.vocabulary.index(token) for token in trace.output_tokens]
    whole = [*trace["token_ids"].values.astype(int), *said]
    x = encode(np.array(whole[:-1]), random_weights(GPT_2, trace.vocabulary), GPT_2)[6:]
    assert close(trace["decoder.logits"].values, x @ trace["weights.embedding"].values.T)
    assert said == trace["decoder.logits"].values.argmax(1).tolist() == trace["decoder.next_token_ids"].values.tolist()
    assert close(trace["decoder.probabilities"].values.sum(1), np.ones(6))
    assert trace.read_tokens == (SENTENCE[-1], *trace.output_tokens[:-1]) and trace.translation == trace.output_tokens


def test_a_text_ends_where_the_places_do():
    full = [f"w{i}" for i in range(16)]
    assert len(model.run(full[:13], GPT_2).output_tokens) == 3
    trace = model.run(full, GPT_2)
    assert trace.output_tokens == () and "decoder.logits" not in trace.names


@pytest.mark.parametrize("wrong, message", [
    ({"output": "decoder"}, "^output: random weights have no decoder$"),
    ({"output": "tied"}, "^output: only what does not look ahead"),
    ({"activation": "swish"}, "^activation: 'swish' is none of relu, gelu, gelu_new$"),
])
def test_what_does_not_go_together_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        ModelConfig(**wrong)


def test_what_nobody_can_write_to_is_not_copied():
    """A word table in a file stays there, and its numbers are known by their values, whatever their type."""
    table = np.random.default_rng(0).normal(size=(5, 16)).astype(np.float32)
    wide = Trace(("a",), BERT, {"weights.embedding": table})
    table.flags.writeable = False
    short = Trace(("a",), BERT, {"weights.embedding": table})
    assert short.arrays["weights.embedding"] is table and wide.arrays["weights.embedding"].dtype == np.float64
    assert short.digest == wide.digest
    turned = Trace(("a",), BERT, {"weights.embedding": table.T})
    assert turned.arrays["weights.embedding"].base is table and turned.digest != short.digest


@pytest.mark.parametrize("array", [np.array(2.5), np.zeros((0, 3)), np.arange(6.0).reshape(2, 3), np.ones((700, 1000), np.float32)])
def test_all_numbers_are_in_the_digest(array):
    assert b"".join(float64s(array)) == array.astype("<f8").tobytes()
