"""What goes into the model: tokens, config, weights, sizes, and the experiment on the spread of scores."""

import math
import re
import time

import numpy as np
import pytest

import model
from model import ModelConfig
from model.tokenizer import ids

SENTENCE = model.tokenise("the animal did not cross the street because it was too tired")


def arrays(tokens=SENTENCE, **settings):
    """The tensors of one forward pass by name."""
    return model.run(tokens, ModelConfig(**settings)).arrays


def close(a, b, tolerance=1e-12):
    """Whether two arrays of one shape are equal, but for rounding."""
    return a.shape == b.shape and np.abs(a - b).max() <= tolerance


# --- weights, tokens, sizes ----------------------------------------------------------------------------------------


def test_a_word_has_one_embedding_in_every_sentence():
    tired, wide = arrays(), arrays(("wide", "it", "Was"))
    assert close(tired["embeddings"][8], wide["embeddings"][1], 0)
    assert close(tired["embeddings"][0], tired["embeddings"][5], 0)
    assert not close(arrays(seed=1)["embeddings"], tired["embeddings"], 0.01)
    assert tired["token_ids"].tolist() == [0, 1, 2, 3, 4, 0, 5, 6, 7, 8, 9, 10]


def test_blocks_depend_on_neither_the_sentence_nor_their_count():
    short, long = arrays(("a",), n_blocks=1, positional="learned"), arrays(n_blocks=3, positional="learned")
    same = [name for name in short if name.startswith("weights.") and name != "weights.embedding"]
    assert len(same) == 17
    assert all(close(short[name], long[name], 0) for name in same)
    assert not close(long["weights.encoder.0.mlp.W_1"], long["weights.encoder.1.mlp.W_1"], 0.01)


def test_random_weights_are_glorots():
    t = arrays(d_model=512, n_heads=8, d_ff=2048, n_blocks=1)
    for name, bound in (("self_attention.W_Q", math.sqrt(6 / 1024)), ("mlp.W_2", math.sqrt(6 / 2560))):
        W = t["weights.encoder.0." + name]
        assert 0.999 * bound < np.abs(W).max() <= bound
        assert abs(W.var() / (bound**2 / 3) - 1) < 0.01
        assert abs(W.mean()) < 5 * bound / math.sqrt(3 * W.size)
    embedding = t["weights.embedding"]
    assert abs(embedding.var() * 512 - 1) < 5 * math.sqrt(2 / embedding.size)


@pytest.mark.parametrize("n", [1, 2, 16])
@pytest.mark.parametrize("d_model, n_heads", [(4, 1), (4, 4), (64, 8), (15, 5), (512, 8)])
def test_every_size_runs(n, d_model, n_heads):
    trace = model.run([f"w{i}" for i in range(n)], ModelConfig(d_model=d_model, n_heads=n_heads, n_blocks=1))
    assert trace["encoder.output"].shape == (n, d_model)
    assert trace["encoder.0.self_attention.query"].shape == (n_heads, n, d_model // n_heads)
    assert all(np.isfinite(array).all() for array in trace.arrays.values())


def test_six_blocks_of_the_default_run_at_once():
    start = time.perf_counter()
    trace = model.run(SENTENCE, ModelConfig(n_blocks=6))
    assert time.perf_counter() - start < 0.5
    assert "encoder.5.output" in trace.names


def test_tokens_are_words_as_they_stand():
    assert model.tokenise(' The cat,\t#read("x")\n $a$ <b> \\ ') == ("The", "cat,", '#read("x")', "$a$", "<b>", "\\")
    assert model.tokenise("  ") == ()


@pytest.mark.parametrize("tokens", [(), ("a", ""), ("a", 1), "abc"])
def test_bad_tokens_are_refused(tokens):
    with pytest.raises(ValueError, match="^tokens: "):
        model.run(tokens, ModelConfig())


def test_capitals_and_a_sign_at_the_end_make_no_other_word():
    known = ("the", "Paris", "cat", "")
    assert ids(("The", "cat.", "Paris?", "CAT!?"), known).tolist() == [0, 2, 1, 2]
    for unknown in ("paris", "cat's", ".", "(cat)"):
        with pytest.raises(ValueError, match=f"tokens: {re.escape(repr(unknown))} is not in the vocabulary"):
            ids((unknown,), known)
    assert arrays(("the", "The", "the."))["token_ids"].tolist() == [0, 1, 2]        # what is drawn is drawn for each word as it stands


def test_learned_positions_end():
    with pytest.raises(ValueError, match="^tokens: 17 are too many: there are 16 learned positions"):
        arrays(["a"] * 17, positional="learned")


@pytest.mark.parametrize(
    "field, value",
    [("d_model", 18), ("d_model", 0), ("d_model", True), ("n_heads", 3), ("n_heads", 0), ("d_ff", -1), ("n_blocks", 1.5),
     ("seed", -1), ("norm", "both"), ("positional", None), ("weights", ""), ("epsilon", 0), ("epsilon", math.nan)],
)  # fmt: skip
def test_bad_config_is_refused(field, value):
    with pytest.raises(ValueError, match=rf"^{field if value != 3 else 'd_model'}: [^\n]*$"):
        ModelConfig(**{field: value})


def test_all_problems_of_a_config_come_at_once():
    with pytest.raises(ValueError, match=r"^seed: .*\nd_model: .*\nnorm: "):
        ModelConfig(seed="x", d_model=0, norm="?")
