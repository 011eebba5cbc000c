"""The model computes what the papers say. Facts are worked out again here from recorded tensors, by plain numpy."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import model
from model import ModelConfig
from model.encoder import block, encode
from model.functional import attention, layer_norm, sinusoids, softmax
from model.recorder import Recorder
from model.tokenizer import ids, vocabulary
from model.weights import Attention, Block, FeedForward, Norm, random_weights
from model.wiring import MOVES, has_final_norm, path, reads

SENTENCE = model.tokenise("the animal did not cross the street because it was too tired")
NORMS = tuple(MOVES)


def arrays(tokens=SENTENCE, **settings):
    """The tensors of one forward pass by name."""
    return model.run(tokens, ModelConfig(**settings)).arrays


def close(a, b, tolerance=1e-12):
    """Whether two arrays of one shape are equal, but for rounding."""
    return a.shape == b.shape and np.abs(a - b).max() <= tolerance


def shaken(weights, scale=0.5):
    """The same weights with noise on everything, so that no bias is 0 and no gamma 1."""
    rng = np.random.default_rng(7)
    noisy = [[type(part)(*(x + rng.normal(0, scale, x.shape) for x in part)) for part in b] for b in weights.encoder]
    return weights._replace(encoder=tuple(Block(*parts) for parts in noisy))


# --- recomputed from the record ------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("number", [0, 1])
def test_attention_follows_from_its_input_and_weights(norm, number):
    t = arrays(norm=norm, d_model=12, n_heads=3)
    here, w = f"encoder.{number}.self_attention.", f"weights.encoder.{number}.self_attention."
    x = t[here + "input"]
    for made, letter in (("query", "Q"), ("key", "K"), ("value", "V")):
        full = x @ t[w + f"W_{letter}"] + t[w + f"b_{letter}"]
        for head in range(3):
            assert close(t[here + made][head], full[:, 4 * head : 4 * head + 4])
    for head in range(3):
        query, key, value = (t[here + made][head] for made in ("query", "key", "value"))
        assert close(t[here + "scores"][head], query @ key.T)
        assert close(t[here + "scaled_scores"][head], query @ key.T / math.sqrt(4))
        weights = np.exp(query @ key.T / 2)
        weights /= weights.sum(1, keepdims=True)
        assert close(t[here + "weights"][head], weights)
        assert close(t[here + "heads"][head], weights @ value)
        assert close(t[here + "concatenated"][:, 4 * head : 4 * head + 4], weights @ value)
    assert close(t[here + "output"], t[here + "concatenated"] @ t[w + "W_O"] + t[w + "b_O"])


@pytest.mark.parametrize("norm", NORMS)
def test_norm_follows_from_what_it_reads(norm):
    t = arrays(norm=norm)
    reads = {"post": ("residual_1", "residual_2"), "pre": ("input", "residual_1")}[norm]
    places = [(f"encoder.{b}.norm_{i}", f"encoder.{b}.{reads[i - 1]}") for b in (0, 1) for i in (1, 2)]
    places += [("encoder.final_norm", "encoder.1.output")] * (norm == "pre")
    for here, read in places:
        x = t[read]
        assert close(t[here + ".mean"], np.mean(x, 1))
        assert close(t[here + ".variance"], np.var(x, 1))  # ddof 0: biased
        assert close(t[here + ".scale"], np.sqrt(np.var(x, 1) + 1e-5))
        assert close(t[here + ".centred"], x - np.mean(x, 1)[:, None])
        assert close(t[here + ".normalised"], (x - np.mean(x, 1)[:, None]) / np.sqrt(np.var(x, 1) + 1e-5)[:, None])
        assert close(t[here + ".scaled"], t[here + ".normalised"] * t[f"weights.{here}.gamma"])
        assert close(t[here + ".output"], t[here + ".scaled"] + t[f"weights.{here}.beta"])


@pytest.mark.parametrize("norm", NORMS)
def test_blocks_are_wired_as_in_the_paper(norm):
    t = arrays(norm=norm)
    for b in (0, 1):
        x, out = t[f"encoder.{b}.input"], t[f"encoder.{b}.output"]
        first, second = t[f"encoder.{b}.norm_1.output"], t[f"encoder.{b}.norm_2.output"]
        residual = t[f"encoder.{b}.residual_1"]
        assert close(residual, x + t[f"encoder.{b}.self_attention.output"])
        mlp = f"encoder.{b}.mlp."
        W_1, b_1, W_2, b_2 = (t[f"weights.{mlp}{name}"] for name in ("W_1", "b_1", "W_2", "b_2"))
        assert close(t[mlp + "hidden"], t[mlp + "input"] @ W_1 + b_1)
        assert close(t[mlp + "activation"], t[mlp + "hidden"].clip(min=0), 0)
        assert close(t[mlp + "output"], t[mlp + "activation"] @ W_2 + b_2)
        reads = {"post": (x, first, first, second), "pre": (first, second, residual, t[f"encoder.{b}.residual_2"])}[norm]
        assert close(t[f"encoder.{b}.self_attention.input"], reads[0], 0)
        assert close(t[mlp + "input"], reads[1], 0)
        assert close(t[f"encoder.{b}.residual_2"], reads[2] + t[mlp + "output"])
        assert close(out, reads[3], 0)
    assert close(t["encoder.1.input"], t["encoder.0.output"], 0)
    assert close(t["encoder.output"], t["encoder.final_norm.output" if norm == "pre" else "encoder.1.output"], 0)


@pytest.mark.parametrize("norm", NORMS)
def test_the_wiring_says_what_every_part_of_a_block_reads(norm):
    t = arrays(norm=norm)
    block = {name.removeprefix("encoder.1."): array for name, array in t.items() if name.startswith("encoder.1.")}
    for move in path(norm):
        read = [block[name] for name in move.reads]
        if move.kind == "add":
            assert close(block[move.makes], read[0] + read[1], 0)
        elif move.kind == "norm":
            assert close(block[f"{move.part}.centred"], read[0] - read[0].mean(-1, keepdims=True), 0)
        else:
            assert close(block[f"{move.part}.input"], read[0], 0)
        assert move.makes.startswith(move.part) and reads(norm)[move.part] == move.reads
    assert close(block["output"], block[path(norm)[-1].makes], 0)
    assert has_final_norm(norm) == ("encoder.final_norm.mean" in t)


@pytest.mark.parametrize("positional", ["sinusoidal", "learned", "none"])
def test_the_first_block_reads_scaled_embeddings_and_positions(positional):
    t = arrays(positional=positional, d_model=36)
    rows = t["weights.embedding"][t["token_ids"].astype(int)]
    assert close(t["embeddings"], rows, 0)
    assert close(t["scaled_embeddings"], rows * 6)
    added = 0 if positional == "none" else t["positions"]
    assert close(t["encoder.0.input"], rows * 6 + added)


# --- attention -----------------------------------------------------------------------------------------------------


def test_sums_over_weights_and_values():
    t = arrays()
    for b in (0, 1):
        here = f"encoder.{b}.self_attention."
        assert close(t[here + "weight_sums"], np.ones((4, 12)))
        assert (t[here + "weights"] > 0).all()
        assert close(t[here + "head_sums"], t[here + "heads"].sum(2))
        assert not close(t[here + "head_sums"], np.ones((4, 12)), 0.1)
        terms = t[here + "weights"][..., None] * t[here + "value"][:, None]
        assert close(t[here + "weighted_values"], terms)
        assert close(t[here + "partial_sums"][:, :, 5], terms[:, :, :6].sum(2))
        assert close(t[here + "partial_sums"][:, :, -1], t[here + "heads"])


def attention_by_hand(x, memory, w, n_heads, mask):
    """Multi-head attention as loops over numbers: no matrix product, no broadcasting, no head axis."""
    d_model, d_k = len(x[0]), len(x[0]) // n_heads

    def project(row, W, bias):
        return [sum(row[i] * W[i][j] for i in range(d_model)) + bias[j] for j in range(d_model)]

    joined = [[0.0] * d_model for _ in x]
    for h in range(n_heads):
        columns = range(h * d_k, (h + 1) * d_k)
        for i, asks in enumerate(x):
            query = project(asks, w.W_Q, w.b_Q)
            powers = []
            for j, asked in enumerate(memory):
                key = project(asked, w.W_K, w.b_K)
                score = sum(query[c] * key[c] for c in columns) / math.sqrt(d_k)
                powers.append(math.exp(score) if mask[i][j] else 0.0)
            for power, asked in zip(powers, memory):
                value = project(asked, w.W_V, w.b_V)
                for c in columns:
                    joined[i][c] += power / sum(powers) * value[c]
    return np.array([project(row, w.W_O, w.b_O) for row in joined])


@pytest.mark.parametrize("n_heads", [1, 2, 6])
@pytest.mark.parametrize("masked", [False, True])
def test_attention_agrees_with_loops(n_heads, masked):
    rng = np.random.default_rng(3)
    w = Attention(*(rng.normal(0, 0.5, (6, 6) if name[0] == "W" else 6) for name in Attention._fields))
    x, memory = rng.normal(size=(3, 6)), rng.normal(size=(5, 6))
    mask = np.tri(3, 5, 2, dtype=bool) if masked else np.ones((3, 5), bool)
    ours = attention(x, memory, w, n_heads, mask=mask if masked else None)
    assert close(ours, attention_by_hand(x.tolist(), memory.tolist(), w, n_heads, mask.tolist()))


def test_large_scores_do_not_overflow():
    with np.errstate(all="raise"):
        assert close(softmax(np.array([1000.0, 1000.0, 0.0])[:2]), np.array([0.5, 0.5]))
    assert softmax(np.array([-1e300, 0.0])).tolist() == [0, 1]


@pytest.mark.parametrize("norm", NORMS)
def test_a_token_that_is_masked_out_has_no_influence(norm):
    config = ModelConfig(norm=norm)
    weights = shaken(random_weights(config, vocabulary(SENTENCE)))
    causal = np.tri(len(SENTENCE), dtype=bool)
    rows = ids(SENTENCE, vocabulary(SENTENCE))
    whole = encode(rows, weights, config, mask=causal)
    assert close(encode(rows[:5], weights, config, mask=causal[:5, :5]), whole[:5])
    assert not close(encode(rows, weights, config), whole, 1e-3)


def test_nothing_is_written_in_place():
    config = ModelConfig(norm="pre", positional="learned")
    weights = random_weights(config, vocabulary(SENTENCE))
    for w in [weights.embedding, weights.positions, *weights.final_norm, *(x for b in weights.encoder for p in b for x in p)]:
        w.flags.writeable = False
    rows = ids(SENTENCE, vocabulary(SENTENCE))
    assert close(encode(rows, weights, config), encode(rows, weights, config, Recorder()), 0)


# --- positions and permutations ------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(len(SENTENCE))), st.sampled_from(NORMS))
def test_without_positions_shuffled_tokens_give_shuffled_outputs(order, norm):
    shuffled = [SENTENCE[i] for i in order]
    plain = arrays(norm=norm, positional="none")["encoder.output"]
    assert close(arrays(shuffled, norm=norm, positional="none")["encoder.output"], plain[order])


@pytest.mark.parametrize("positional", ["sinusoidal", "learned"])
def test_with_positions_order_matters(positional):
    plain, turned = (arrays(tokens, positional=positional)["encoder.output"] for tokens in (SENTENCE, SENTENCE[::-1]))
    assert not close(turned, plain[::-1], 0.1)


@pytest.mark.parametrize("d_model", [4, 16, 512])
@pytest.mark.parametrize("k", [1, 5])
def test_sinusoids_move_on_by_a_rotation(d_model, k):
    table = sinusoids(30, d_model)
    assert table[0].tolist() == [0, 1] * (d_model // 2)
    for i in range(d_model // 2):
        angle = k / 10000 ** (2 * i / d_model)
        rotation = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        pair = table[:, 2 * i : 2 * i + 2]  # sine and cosine
        assert close(pair[k:], pair[:-k] @ rotation.T)
    assert close((table**2).sum(1), np.full(30, d_model / 2), 1e-10)


def test_an_odd_width_lacks_the_last_cosine():
    assert close(sinusoids(9, 5)[:, 4], np.sin(np.arange(9) / 10000 ** (4 / 5)))


# --- layer normalisation -------------------------------------------------------------------------------------------


def test_layer_norm_facts():
    rng = np.random.default_rng(1)
    x, plain = rng.normal(3, 2, (7, 10)), Norm(np.ones(10), np.zeros(10))
    y, variance = layer_norm(x, plain, 0.5), x.var(1)
    assert close(y.mean(1), np.zeros(7))
    assert close(y.var(1), variance / (variance + 0.5))
    assert close(layer_norm(x + 11, plain, 0.5), y, 1e-11)
    assert close(layer_norm(3 * x, plain, 9 * 0.5), y)
    assert close(layer_norm(np.full((2, 10), 5.0), plain, 1e-5), np.zeros((2, 10)))
    gamma, beta = rng.normal(size=10), rng.normal(size=10)
    assert close(layer_norm(x, Norm(gamma, beta), 0.5), y * gamma + beta)


# --- an implementation that is not ours ----------------------------------------------------------------------------


def torch_fixture(norm):
    """(arrays under PyTorch's names, the same parameters as our block, a config that fits)."""
    with np.load(Path(__file__).parent / "fixtures" / f"torch_encoder_{norm}.npz") as stored:
        t = dict(stored)
    W_Q, W_K, W_V = np.split(t["self_attn.in_proj_weight"].T, 3, 1)  # PyTorch multiplies by the transposed matrix
    b_Q, b_K, b_V = np.split(t["self_attn.in_proj_bias"], 3)
    W_O, b_O = t["self_attn.out_proj.weight"].T, t["self_attn.out_proj.bias"]
    w = Block(
        Attention(W_Q, b_Q, W_K, b_K, W_V, b_V, W_O, b_O),
        Norm(t["norm1.weight"], t["norm1.bias"]),
        FeedForward(t["linear1.weight"].T, t["linear1.bias"], t["linear2.weight"].T, t["linear2.bias"]),
        Norm(t["norm2.weight"], t["norm2.bias"]),
    )
    return t, w, ModelConfig(d_model=8, n_heads=2, d_ff=16, norm=norm)


@pytest.mark.parametrize("norm", NORMS)
def test_a_block_agrees_with_pytorch(norm):
    t, w, config = torch_fixture(norm)
    record = Recorder()
    assert close(block(t["x"], w, config, record), t["output"], 1e-10)
    assert close(record.arrays["self_attention.weights"], t["weights"], 1e-10)
    causal = np.tri(len(t["x"]), dtype=bool)
    assert close(block(t["x"], w, config, mask=causal), t["causal_output"], 1e-10)
