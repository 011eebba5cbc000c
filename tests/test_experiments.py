"""What is measured beside the forward pass: facts about it, and that all of it is declared."""

from dataclasses import replace

import numpy as np
import pytest

import model
from measuring import CHECKPOINT, TIRED, close, run
from model import Intervention, ModelConfig
from model.checkpoint import untrained
from model.experiments import find, names
from model.experiments.alike_keys import ALIKE
from model.experiments.distances import cosines
from model.experiments.nudged import LEAD, RISE
from model.functional import attention, feed_forward, softmax
from model.guides import ANTECEDENT
from model.tokenizer import END
from studio.read import assets
from studio.training import read_lexicon

CATS = model.tokenise("the black cat sleeps")
NEED_MORE = ("twin", "twin_translation", "twin_ablation", "first_cut", "told", "beginning", "unmasked",
             "nouns", "habit")            # a twin, or a translator


@pytest.mark.parametrize("name", names())
def test_an_experiment_records_what_it_declares_and_each_axis_has_one_length(name):
    plain, trace = run(), run(name)
    new = set(trace.names) - set(plain.names)
    assert new == {full for full in trace.declared if full.startswith(f"{name}.")}
    lengths = {}
    for tensor in (trace[full] for full in new):
        for axis, length in zip(tensor.axes, tensor.shape, strict=True):
            assert lengths.setdefault(axis, length) == length, tensor
    again = run(name)
    assert trace.digest == again.digest != plain.digest


@pytest.mark.parametrize("name", names())
def test_an_experiment_runs_on_any_words_without_training(name):
    for tokens, config in ((("a",), ModelConfig(d_model=4, n_heads=1, n_blocks=1)), (("x", "y", "x"), ModelConfig(norm="pre"))):
        trace = model.run(tokens, config, None, [find(name)], {"intervention": Intervention(0, 0)})
        assert any(full.startswith(f"{name}.") for full in trace.names) == (name not in NEED_MORE)


# --- what makes a hidden feature fire ------------------------------------------------------------------------------


def test_a_feature_fires_as_in_the_sentence_with_that_word():
    trace, i = run("firing", tokens=CATS, twin=()), 1
    for block in range(2):
        feature, order, values = (trace[f"firing.{block}.{name}"].values[i] for name in ("feature", "order", "values"))
        assert order.shape == values.shape == (6,)
        for rank in (0, 5):
            other = run(tokens=(*CATS[:i], trace.vocabulary[int(order[rank])], *CATS[i + 1:]), twin=())
            assert np.isclose(other[f"encoder.{block}.mlp.activation"].values[i, int(feature)], values[rank])
        own, hidden = (trace[f"encoder.{block}.mlp.{name}"].values for name in ("activation", "hidden"))
        high, fall = own[i] >= own[i].max() / 2, hidden[i] - hidden.min(0)
        assert high[int(feature)] and fall[int(feature)] == fall[high].max()
        assert (np.diff(values) <= 0).all() and (values > 0).all()


def test_a_token_without_a_feature_lacks_just_what_that_adds():
    trace = run("firing", tokens=CATS, twin=())
    for block in range(2):
        scope = f"encoder.{block}.mlp"
        own, matrix, bias = (trace.arrays[name] for name in (f"{scope}.activation", f"weights.{scope}.W_2", f"weights.{scope}.b_2"))
        for i, feature in enumerate(trace[f"firing.{block}.feature"].values.astype(int)):
            activation = own.copy()
            activation[:, feature] = 0
            without = activation @ matrix + bias                                    # (n, d_model)
            assert close(without + trace[f"firing.{block}.added"].values[i], trace[f"{scope}.output"].values)


def test_what_a_word_keeps_is_that_of_a_pass_in_which_the_feature_is_changed():
    trace = run("firing", tokens=CATS, twin=())
    for block in range(2):
        hidden, feature, least = (trace[f"{name}"].values for name in (f"encoder.{block}.mlp.hidden", f"firing.{block}.feature", f"firing.{block}.least"))
        own = trace["decoder.probabilities"].values.max(1)
        kept, turned = (trace[f"firing.{block}.{name}"].values for name in ("kept", "turned"))
        for i, at in enumerate(feature.astype(int)):
            assert hidden[int(least[i]), at] == hidden[:, at].min() and kept[i].shape == turned[i].shape == own.shape
            assert close(turned[i], own) == (hidden[int(least[i]), at] >= 0) and not close(kept[i], own)


# --- what training could do for a score ----------------------------------------------------------------------------


def test_a_nudged_token_has_other_scores_and_no_other_token_has():
    trace, i = run("nudged", "candidates", tokens=CATS, twin=()), 1
    before, after = (trace[f"{name}.token_scores"].values for name in ("candidates", "nudged"))
    assert close(after[i, :, i, i + 1] - before[:, i, i + 1], RISE)
    others = np.delete(np.arange(len(CATS)), i)
    changed = ~np.isclose(after[i], before)
    assert changed[:, i].all() and changed[:, :, i].all() and not changed[:, others][..., others].any()


def test_a_word_is_nudged_wherever_it_stands():
    trace = run("nudged", "candidates")
    the = [i for i, word in enumerate(TIRED) if word == "the"]
    changed = trace["nudged.inputs"].values[the[0], 0] - trace["encoder.0.self_attention.input"].values
    assert np.flatnonzero(np.abs(changed).max(-1) > 1e-9).tolist() == the and close(changed[the[0]], changed[the[1]])


def test_nudged_keys_let_a_pair_fit_best_and_come_from_another_matrix_of_the_same_tokens():
    trace, i = run("nudged", "candidates", tokens=CATS, twin=()), 1
    before, after = (trace[f"{name}.key_scores"].values for name in ("candidates", "nudged"))
    assert before[0, 0, i].argmax() != i + 1 == after[i, 0, 0, i].argmax()
    x, b = trace["encoder.0.self_attention.input"].values, trace["weights.encoder.0.self_attention.b_K"].values[: CHECKPOINT.config.d_k]
    keys, W = (trace[f"nudged.{name}"].values[i, 0, 0] for name in ("keys", "matrices"))
    assert close(x @ W + b, keys) and close(keys @ keys.T, after[i, 0, 0])
    others = np.ones((4, 4), bool)
    others[i, i + 1] = others[i + 1, i] = False
    assert close(after[i, 0, 0][others], before[0, 0][others], 1e-4) and after[i, 0, 0, i, i + 1] > before[0, 0, i, i + 1] + RISE
    assert close(after[i, 0, 0, i, i + 1] - np.delete(after[i, 0, 0, i], i + 1).max(), LEAD, 1e-4)


def test_the_translation_suffers_when_the_word_is_nudged_and_not_when_only_the_matrix_is():
    trace, i = run("nudged", tokens=CATS, twin=()), 1
    own, by_E, by_W = (" ".join(word for word in said if word != END) for said in (
        trace.output_tokens, *([trace.output_vocabulary[int(row)] for row in rows] for rows in (
            trace["nudged.said"].values[i], trace["nudged.key_said"].values[i, 0, 0]))))
    assert own == by_W == "le chat noir dort" and by_E == "le chat"
    E, attention = CHECKPOINT.weights.embedding.copy(), CHECKPOINT.weights.encoder[0].self_attention
    E[CHECKPOINT.vocabulary.index("black")] = trace["nudged.rows"].values[i]
    other = replace(CHECKPOINT, weights=CHECKPOINT.weights._replace(embedding=E))
    assert model.run(CATS, CHECKPOINT.config, other, [], {}).translation == ("le", "chat")
    assert not close(trace["nudged.matrices"].values[i, 0, 0], attention.W_K[:, : CHECKPOINT.config.d_k], 0.1)


@pytest.mark.parametrize("i, j", [(0, 1), (1, 2), (2, 3), (3, 2)])
def test_a_row_of_the_table_that_is_nudged_moves_its_token_in_the_first_block_and_the_score_with_it(i, j):
    trace = run("nudged", tokens=CATS, twin=())
    x = trace["encoder.0.self_attention.input"].values
    rows, scale = (trace["embeddings"].values[i], trace["nudged.rows"].values[i]), np.sqrt(CHECKPOINT.config.d_model)
    before, after = (scale * row + trace["positions"].values[i] for row in rows)
    assert close(before, x[i]) and close(after, trace["nudged.inputs"].values[i, 0, i]) and close((after - before) @ x[j], RISE)


def test_a_word_that_is_moved_for_its_score_has_changed_by_so_many_percent_of_its_length():
    trace, i = run("nudged", tokens=CATS, twin=()), 1
    for name, before, after in (("rows_changed", trace["embeddings"].values[i], trace["nudged.rows"].values[i]),
                                ("changed", trace["encoder.0.self_attention.input"].values[i], trace["nudged.inputs"].values[i, 0, i])):
        found = np.ravel(trace[f"nudged.{name}"].values[i])[0]
        assert 0 < found < 100 and close(found, 100 * np.linalg.norm(after - before) / np.linalg.norm(before))


# --- what a key says of a token --------------------------------------------------------------------------------------


def test_all_nouns_have_the_same_key_in_the_place_of_cat_and_no_other_word_has():
    trace, i = run("alike_keys", tokens=CATS, twin=()), 2
    words, keys, before = (trace[f"alike_keys.{name}"].values[0, 0, i] for name in ("words", "keys", "before"))
    count = int(trace["alike_keys.count"].values[0, 0, i])
    nouns = {noun.english for noun in read_lexicon(assets.LEXICON).nouns}
    there = {word: run(tokens=(*CATS[:i], word, *CATS[i + 1:]), twin=())["encoder.0.self_attention.key"].values[0, i] for word in trace.vocabulary}
    apart = {word: np.linalg.norm(key - there["cat"]) for word, key in there.items()}
    order = sorted(apart, key=apart.get)
    assert count == len(nouns) and {*order[:count]} == nouns and 5 * apart[order[count - 1]] < apart[order[count]]
    kept = [trace.vocabulary[int(row)] for row in words]
    assert kept == [order[k] for k in (0, count // 2, count - 1, (count + len(order) - 1) // 2, -1)] and {*kept[:ALIKE]} <= nouns
    assert close(keys, [there[word] for word in kept])
    start = replace(CHECKPOINT, weights=untrained(CHECKPOINT.config, CHECKPOINT.vocabulary, CHECKPOINT.output_vocabulary))
    for word, key in zip(kept, before, strict=True):
        assert close(model.run((*CATS[:i], word, *CATS[i + 1:]), CHECKPOINT.config, start, [], {})["encoder.0.self_attention.key"].values[0, i], key)
    nearest = [min(np.linalg.norm(a - b) for b in of[:k]) for of in (before, keys) for k, a in enumerate(of[:ALIKE]) if k]
    assert min(nearest[:2]) > 5 * max(nearest[2:])


# --- why scores are scaled -----------------------------------------------------------------------------------------


def test_the_spread_of_dot_products_grows_as_the_root_of_d_k():
    t = model.run(("a",), ModelConfig(), experiments=[find("scaling")]).arrays
    d_k, scores, n = t["scaling.d_k"], t["scaling.scores"], 2000
    assert d_k.tolist() == [4, 64, 512] and scores.shape == (3, n)
    # A dot product of normal vectors has kurtosis 3 + 6 / d_k, so its sample deviation an error of sqrt((2 + 6 / d_k) / 4n).
    error = 4 * np.sqrt((2 + 6 / d_k) / (4 * n))
    assert (np.abs(t["scaling.spread"] / np.sqrt(d_k) - 1) < error).all()
    assert (np.abs(t["scaling.scaled_scores"].std(1) - 1) < error).all()
    assert (np.abs(scores.mean(1)) < 4 * np.sqrt(d_k / n)).all()
    assert close(t["scaling.spread"], np.sqrt(((scores - scores.mean(1, keepdims=True)) ** 2).mean(1)))
    assert close(t["scaling.root"], np.sqrt(d_k)) and close(t["scaling.scaled_scores"], scores / t["scaling.root"][:, None])


def test_wide_scores_saturate_the_softmax_and_scaled_ones_do_not():
    t = model.run(("a",), ModelConfig(), experiments=[find("scaling")]).arrays
    for shown, of in (("scaling.weights", "scaling.scores"), ("scaling.scaled_weights", "scaling.scaled_scores")):
        powers = np.exp(t[of][:, :3])
        assert close(t[shown], powers / powers.sum(1, keepdims=True))
    assert t["scaling.weights"][2].max() > 0.99 > 0.65 > t["scaling.scaled_weights"][2].max()
    second = np.argsort(np.argsort(t["scaling.scores"][:, :3])) == 1
    nudged = t["scaling.scores"][:, :3] + second                # what they are if nothing but the second highest score rises, by 1, before both are divided
    for prefix, raised in (("", nudged), ("scaled_", nudged / np.sqrt([[4], [64], [512]]))):
        assert close(t[f"scaling.{prefix}nudged"], raised) and close(t[f"scaling.{prefix}gains"], softmax(raised) - t[f"scaling.{prefix}weights"])
    moved, scaled = (t[f"scaling.{prefix}gains"][2][second[2]] for prefix in ("", "scaled_"))
    assert 0 < moved < 1e-6 and 0.005 < scaled < 0.01


# --- what only adds up -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [CHECKPOINT.config, ModelConfig(), ModelConfig(norm="pre")])
def test_what_only_adds_up_grows_until_one_token_takes_all_and_layer_norm_keeps_both_small(config):
    t = model.run(("the", "black", "cat", "sleeps"), config, CHECKPOINT if config.trained else None, [find("growth")]).arrays
    sizes, kept = t["growth.without.sizes"], t["growth.with.sizes"]
    assert len(sizes) == len(kept) == 13 and sizes[0] == kept[0]
    assert (np.diff(sizes) > 0).all() and sizes[-1] > 100 * sizes[0] and close(kept[1:], 1, 1e-4)
    winner, shared = t["growth.without.largest"], t["growth.with.largest"]
    assert winner[0] == shared[0] and winner[-1] > 0.99 and shared[-1] < 0.3 and close(winner, t["growth.without.weights"].max(-1).mean((-1, -2)))
    stuck, moving = t["growth.without.gains"][-1], t["growth.with.gains"][-1]
    assert stuck.max() < 0.005 and moving.min() > 0.15
    weights = t["growth.with.weights"][-1]                      # (h, n, n)
    raised = softmax(np.log(weights)[..., None, :] + np.eye(4))                     # (h, n, raised key, key)
    assert close(moving, np.diagonal(raised, axis1=-2, axis2=-1) - weights)
    scores, low = t["growth.without.scores"], t["growth.with.scores"]
    assert len(scores) == len(low) == 12 and scores[0] == low[0] and scores[-1] > 1000 * scores[0] and low.max() < 5


def test_without_layer_norm_a_block_hands_on_its_sums():
    tokens = ("the", "black", "cat", "sleeps")
    t = model.run(tokens, ModelConfig(n_blocks=12), experiments=[find("growth")]).arrays
    assert close(t["growth.with.sizes"][1:], [np.sqrt((t[f"encoder.{block}.output"] ** 2).mean()) for block in range(12)])
    assert close(t["growth.with.weights"], [t[f"encoder.{block}.self_attention.weights"] for block in range(12)])
    assert close(t["growth.with.scores"], [np.sqrt((t[f"encoder.{block}.self_attention.scaled_scores"] ** 2).mean()) for block in range(12)])
    w, x = model.weights.random_weights(ModelConfig(n_blocks=12), model.vocabulary(tokens)).encoder[0], t["encoder.0.input"]
    for found in (lambda x: attention(x, x, w.self_attention, 4), lambda x: feed_forward(x, w.mlp)):
        x = x + found(x)
    assert close(t["growth.without.sizes"][1], np.sqrt((x**2).mean()))


# --- layer normalisation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tokens", [TIRED, ("x", "y", "x")])
def test_the_four_moves_of_layernorm_take_the_mean_away_then_the_spread_and_may_give_both_back(tokens):
    t = run("moments") if tokens == TIRED else model.run(tokens, ModelConfig(norm="pre"), experiments=[find("moments")])
    for block in range(t.config.n_blocks):
        norm = f"encoder.{block}.norm_1"
        mean, spread = (t[f"moments.{block}.norm_1.{what}"].values for what in ("mean", "spread"))  # (stage, token)
        variance = t[f"{norm}.variance"].values
        assert close(mean[0], t[f"{norm}.mean"].values) and close(spread[0] ** 2, variance)
        assert close(mean[1:3], 0) and close(spread[1], spread[0])
        assert close(spread[2] ** 2, variance / (variance + t.config.epsilon))
        assert close(mean[4] - mean[3], t[f"weights.{norm}.beta"].values.mean())
        assert close(mean[3:], 0, 1e-3) == (not t.config.trained) == close(spread[3:], 1, 1e-3)


# --- why there are many waves --------------------------------------------------------------------------------------


def test_one_wave_confuses_two_places_and_all_of_them_none():
    t = model.run(("a",), ModelConfig(), experiments=[find("waves")]).arrays
    table, (one, other) = t["waves.table"], t["waves.alike"].astype(int)
    apart = [np.abs(a - b) for i, a in enumerate(table) for b in table[:i]]
    assert one < other and abs(table[one, 0] - table[other, 0]) == min(a[0] for a in apart) < 0.01
    assert t["waves.apart"] == min(a.max() for a in apart) > 0.5


# --- the network without ReLU --------------------------------------------------------------------------------------


def parts(trace: model.Trace, scope: str, names: str) -> list[np.ndarray]:
    """Tensors of one scope."""
    return [trace.arrays[f"{scope}.{name}"] for name in names.split()]


def test_without_relu_two_layers_are_one_and_with_it_they_are_not():
    trace = run("folding")
    for block in range(trace.config.n_blocks):
        x, hidden, activation, output = parts(trace, f"encoder.{block}.mlp", "input hidden activation output")
        W_1, b_1, W_2, b_2 = parts(trace, f"weights.encoder.{block}.mlp", "W_1 b_1 W_2 b_2")
        matrix, bias, one_step, two_steps = parts(trace, f"folding.{block}", "matrix bias one_step two_steps")
        assert close(one_step, (x @ W_1 + b_1) @ W_2 + b_2) and close(one_step, two_steps)
        assert close(one_step - output, (hidden - activation) @ W_2)                # what ReLU takes away
        assert np.linalg.matrix_rank(matrix) == len(matrix) == 16
        without, with_relu = parts(trace, f"folding.{block}", "differences relu_differences")
        assert close(without, 0) and close(with_relu, np.abs(one_step - output).max(1)) and with_relu.min() > 0.1
        assert close(bias, (np.zeros(16) @ W_1 + b_1) @ W_2 + b_2)                  # what the two layers make of nothing


def test_the_dead_are_those_that_relu_sets_to_zero():
    trace = run("folding")
    for block in range(trace.config.n_blocks):
        dead = trace.arrays[f"folding.{block}.dead"]
        activation = trace.arrays[f"encoder.{block}.mlp.activation"]
        assert close(dead, [sum(x < 0 for x in row) for row in trace.arrays[f"encoder.{block}.mlp.hidden"]])
        assert close(dead, (activation == 0).sum(1)) and trace.arrays[f"folding.{block}.all_dead"] == dead.sum()
        assert 0 < dead.min() and dead.max() < 64


# --- positions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("d_model", [5, 16])
def test_positions_are_vertical_cuts_through_the_waves(d_model):
    trace = model.run(TIRED, ModelConfig(d_model=d_model, n_heads=1), experiments=[find("waves")])
    t = {name.removeprefix("waves."): array for name, array in trace.arrays.items()}
    whole = [int(np.argmin(np.abs(t["places"] - p))) for p in range(16)]
    assert close(t["places"][whole], np.arange(16)) and close(t["values"][whole], t["table"])
    assert close(t["table"][:12], t["positions"])
    assert close(t["values"][:, 0], np.sin(t["places"])) and close(t["wavelengths"][:2], [2 * np.pi] * 2)
    angle = 2 * np.pi * t["places"][:, None] / t["wavelengths"]
    assert close(t["values"][:, ::2], np.sin(angle)[:, ::2]) and close(t["values"][:, 1::2], np.cos(angle)[:, 1::2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_vector_of_zeros_is_like_no_other(dtype):
    assert (cosines(np.zeros((1, 3), dtype), np.ones((2, 3), dtype)) == 0).all()


def test_learned_positions_begin_as_those_of_a_model_that_learns_them():
    for positional in ("sinusoidal", "learned"):
        trace = model.run(TIRED, ModelConfig(positional=positional), experiments=[find("waves")])
        learned = model.run(TIRED, ModelConfig(positional="learned")).arrays["weights.positions"]
        assert (trace.arrays["waves.learned"] == learned).all()


def test_the_position_can_be_read_after_every_block_if_it_was_added_at_all():
    found = run("probe").arrays["probe.readable"]
    assert found.shape == (3,) and (found > 0.6).all() and (found < 1).all()
    for positional, low, high in (("sinusoidal", 0.25, 1), ("learned", 0.05, 1), ("none", 0, 0.05)):
        found = model.run(("a",), ModelConfig(positional=positional), experiments=[find("probe")]).arrays["probe.readable"]
        assert (low <= found).all() and (found < high).all(), positional


# --- candidates for the weights ------------------------------------------------------------------------------------


def test_dot_products_of_tokens_and_of_keys_mirror_themselves_and_queries_with_keys_do_not():
    trace = run("candidates", tokens=model.tokenise("the black cat sleeps"), twin=())
    t = trace.arrays
    for block in range(2):
        a = {name: t[f"encoder.{block}.self_attention.{name}"] for name in ("input", "query", "key", "scores", "scaled_scores")}
        for i, j in np.ndindex(4, 4):
            assert np.isclose(t["candidates.token_scores"][block, i, j], sum(a["input"][i] * a["input"][j]))
            for head in range(4):
                assert np.isclose(t["candidates.key_scores"][block, head, i, j], sum(a["key"][head, i] * a["key"][head, j]))
        gaps = [max(abs(s[i, j] - s[j, i]) for i, j in np.ndindex(4, 4)) for s in a["scores"]]
        assert close(t["candidates.query_asymmetry"][block], gaps) and min(gaps) > 1
    assert close(t["candidates.token_asymmetry"], 0) and close(t["candidates.key_asymmetry"], 0)
    assert np.ptp(t["candidates.key_scores"]) > 10


def test_softmax_breaks_the_mirror_of_scores_that_have_one():
    scores = run("candidates").arrays["candidates.token_scores"]
    assert np.abs(softmax(scores / 4) - softmax(scores / 4).swapaxes(-1, -2)).max() > 0.1


def test_only_weights_give_an_average_of_the_tokens():
    """An average lies between the least and the greatest of what it averages, feature by feature; a sum by raw scores does not."""
    t = run("candidates").arrays
    tokens = np.stack([t[f"encoder.{block}.self_attention.input"] for block in range(2)])[:, None, None]  # (block, 1, 1, n, d_model)
    low, high = tokens.min(-2) - 1e-12, tokens.max(-2) + 1e-12
    inside = [((low <= t[name]) & (t[name] <= high)).mean() for name in ("candidates.averages", "candidates.weighted_sums")]
    assert inside[0] == 1 > 0.5 > inside[1]
    sums = t["candidates.score_sums"]
    assert close(sums[1, 2, 3], sum(t["encoder.1.self_attention.scaled_scores"][2, 3])) and np.abs(sums - 1).max() > 1


@pytest.mark.parametrize("config", [ModelConfig(), ModelConfig(d_model=8, n_heads=1)])
def test_a_candidate_has_as_many_parameters_as_its_matrices_have_entries(config):
    counts = model.run(("a", "b"), config, experiments=[find("candidates")]).arrays["candidates.parameters"]
    one = (config.d_model + 1) * config.d_k
    assert counts.tolist() == [0, one, 2 * one]


# --- before training -----------------------------------------------------------------------------------------------


def test_what_a_head_did_before_training_is_done_by_the_matrices_that_training_kept_first():
    trace = run("beginning")
    begun = untrained(CHECKPOINT.config, CHECKPOINT.vocabulary, CHECKPOINT.output_vocabulary)
    for block, made in enumerate(begun.encoder):
        assert np.allclose(trace["training.W_Q"].values[0, block], made.self_attention.W_Q, atol=1e-6)
        assert np.allclose(trace["training.W_K"].values[0, block], made.self_attention.W_K, atol=1e-6)
    now, weights = trace["encoder.1.self_attention.weights"].values[0, 8], trace["beginning.weights"].values
    assert close(weights.sum(-1), 1) and TIRED[8] == "it"
    assert weights[1, 0, 8, 1] < 0.1 < now[1] < trace["beginning.wanted"].values == ANTECEDENT.share
