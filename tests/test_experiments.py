"""What is measured beside the forward pass: facts about it, and that all of it is declared."""

from dataclasses import replace

import numpy as np
import pytest

import model
from model import Intervention, ModelConfig
from model.experiments import find, names
from model.experiments.distances import cosines
from model.experiments.scaling import N_BINS
from model.functional import attention, feed_forward, softmax
from model.weights import filled, named
from studio.read import assets

TIRED = model.tokenise("the animal did not cross the street because it was too tired")
CATS = model.tokenise("the black cat sleeps")
WIDE = (*TIRED[:-1], "wide")
CHECKPOINT = assets.checkpoint("translator")


def close(a, b, tolerance=1e-12) -> bool:
    """Whether all numbers agree."""
    return np.allclose(a, b, rtol=0, atol=tolerance)


def run(*experiments: str, tokens=TIRED, twin=WIDE, intervention=Intervention(1, 0)) -> model.Trace:
    """The trace of the translator with these experiments."""
    given = {"twin": twin, "intervention": intervention}
    return model.run(tokens, CHECKPOINT.config, CHECKPOINT, [*map(find, experiments)], given)


NEED_MORE = ("twin", "twin_translation", "twin_ablation", "unseen", "told")       # a twin, or a translator


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


# --- the twin ------------------------------------------------------------------------------------------------------


def test_the_head_is_cut_in_the_twin_as_in_a_sentence():
    trace, other = run("twin_ablation"), run("ablation", tokens=WIDE)
    for name in ("next_token_ids", "probabilities", "translations", "chances"):
        assert np.allclose(trace[f"twin_ablation.{name}"].values, other[f"ablation.{name}"].values, equal_nan=True), name


def test_a_word_that_nothing_is_shown_of_makes_no_difference_to_the_others():
    trace = run("unseen")
    it, last = TIRED.index("it"), len(TIRED) - 1
    ours, theirs = trace["unseen.weights"].values, trace["unseen.twin_weights"].values
    assert (ours[0, :, :last, last] == 0).all() and (ours[0, :, last, last] > 0).all()
    assert close(ours[0, :, :last], theirs[0, :, :last]) and close(ours.sum(-1), np.ones(ours.shape[:-1]))
    # In the second block the word itself may be looked at; where the others look among themselves is in the same proportions.
    among = [weights[1, 0, it, :last] / weights[1, 0, it, :last].sum() for weights in (ours, theirs)]
    assert close(*among)
    said = [[trace.output_vocabulary[int(row)] for row in trace[f"unseen.{name}next_token_ids"].values] for name in ("", "twin_")]
    assert ["il" in words and "elle" not in words for words in said] == [True, True]


def test_what_is_said_to_the_twin_is_what_is_said_to_it_as_a_sentence():
    trace, other = run("twin_translation"), run(tokens=WIDE)
    for name in ("next_token_ids", "probabilities"):
        assert close(trace[f"twin_translation.{name}"].values, other[f"decoder.{name}"].values), name
    place = int(float(trace["twin_translation.place"]))
    ours, theirs = trace.translation, other.translation
    assert ours[:place] == theirs[:place] and (ours[place], theirs[place]) == ("il", "elle")


def test_the_twin_is_the_pass_of_the_other_sentence():
    trace, other = run("twin"), run(tokens=WIDE)
    for name in other.names:
        if name.startswith("encoder.") or name in ("embeddings", "positions"):
            assert (trace[f"twin.{name}"].values == other[name].values).all(), name
    assert trace.words("twin.encoder.0.self_attention.weights", "key") == WIDE
    with pytest.raises(ValueError, match="twin: it has 3 tokens and the sentence 12"):
        run("twin", twin=WIDE[:3])


# --- what makes a hidden feature fire ------------------------------------------------------------------------------


def test_a_feature_fires_as_in_the_sentence_with_that_word():
    trace, i = run("firing", tokens=CATS, twin=()), 1
    rows = trace["weights.embedding"].values
    rows = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    for block in range(2):
        features, order, values = (trace[f"firing.{block}.{name}"].values[i] for name in ("features", "order", "values"))
        assert features.tolist() == sorted(set(features)) and order.shape == values.shape == (2, 6)
        for rank in (0, 5):
            for feature, words, high in zip(features, order, values, strict=True):
                other = run(tokens=(*CATS[:i], trace.vocabulary[int(words[rank])], *CATS[i + 1:]), twin=())
                assert np.isclose(other[f"encoder.{block}.mlp.activation"].values[i, int(feature)], high[rank])
        own, alike = trace[f"encoder.{block}.mlp.activation"].values[i], rows[order.astype(int)] @ rows[int(trace["token_ids"].values[i])]
        assert (own[features.astype(int)] >= own.max() / 2).all() and (alike.mean(1) > 0.35).all()
        assert (np.diff(values) <= 0).all() and (values > 0).all()



# --- why scores are scaled -----------------------------------------------------------------------------------------


def test_the_spread_of_dot_products_grows_as_the_root_of_d_k():
    t = model.run(("a",), ModelConfig(), experiments=[find("scaling")]).arrays
    d_k, scores, n = t["scaling.d_k"], t["scaling.scores"], 2000
    assert d_k.tolist() == [4, 64, 512] and scores.shape == (3, n)
    # A dot product of normal vectors has kurtosis 3 + 6 / d_k, so its sample deviation an error of sqrt((2 + 6 / d_k) / 4n).
    error = 4 * np.sqrt((2 + 6 / d_k) / (4 * n))
    assert (np.abs(t["scaling.spread"] / np.sqrt(d_k) - 1) < error).all()
    assert (np.abs(t["scaling.scaled_spread"] - 1) < error).all()
    assert (np.abs(scores.mean(1)) < 4 * np.sqrt(d_k / n)).all()
    assert close(t["scaling.spread"], np.sqrt(((scores - scores.mean(1, keepdims=True)) ** 2).mean(1)))
    assert close(t["scaling.root"], np.sqrt(d_k)) and close(t["scaling.scaled_scores"], scores / t["scaling.root"][:, None])


def test_histograms_hold_every_sample_each_in_its_bin():
    t = model.run(("a",), ModelConfig(), experiments=[find("scaling")]).arrays
    for prefix, of in (("", "scaling.scores"), ("scaled_", "scaling.scaled_scores")):
        edges, shares = t["scaling.edges"], t[f"scaling.{prefix}histogram"]
        assert edges.shape == (N_BINS + 1,) and close(edges, -edges[::-1]) and edges[-1] == np.ceil(np.abs(t["scaling.scores"]).max())
        assert close(np.diff(edges), np.full(N_BINS, edges[-1] * 2 / N_BINS))
        below = (t[of][..., None] < edges[1:-1]).mean(1)                            # (dimension, inner edge)
        assert close(shares.cumsum(1)[:, :-1], below) and close(shares.sum(1), np.ones(3))


def test_wide_scores_saturate_the_softmax_and_scaled_ones_do_not():
    t = model.run(("a",), ModelConfig(), experiments=[find("scaling")]).arrays
    for shown, of in (("scaling.weights", "scaling.scores"), ("scaling.scaled_weights", "scaling.scaled_scores")):
        powers = np.exp(t[of][:, :8])
        assert close(t[shown], powers / powers.sum(1, keepdims=True))
    assert t["scaling.weights"][2].max() > 0.9 > 0.6 > t["scaling.scaled_weights"][2].max()
    for prefix in ("", "scaled_"):                              # how much of a step that training takes on a score a weight feels
        nudge = t[f"scaling.{prefix}scores"][:, :8, None] + 1e-6 * np.eye(8)       # (dimension, key, nudged key)
        felt = (np.diagonal(softmax(nudge.swapaxes(1, 2)), axis1=1, axis2=2) - t[f"scaling.{prefix}weights"]) / 1e-6
        assert np.allclose(felt, t[f"scaling.{prefix}slopes"], rtol=1e-3, atol=1e-6)
    assert t["scaling.slopes"][2].max() < 0.01 < 0.1 < t["scaling.scaled_slopes"][2].max()


# --- what only adds up -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [CHECKPOINT.config, ModelConfig(), ModelConfig(norm="pre")])
def test_what_only_adds_up_grows_until_one_token_takes_all_and_layer_norm_keeps_both_small(config):
    t = model.run(("the", "black", "cat", "sleeps"), config, CHECKPOINT if config.trained else None, [find("growth")]).arrays
    sizes, kept = t["growth.without.sizes"], t["growth.with.sizes"]
    assert len(sizes) == len(kept) == 13 and sizes[0] == kept[0]
    assert (np.diff(sizes) > 0).all() and sizes[-1] > 100 * sizes[0] and close(kept[1:], 1, 1e-4)
    winner, shared = t["growth.without.largest"], t["growth.with.largest"]
    assert winner[0] == shared[0] and winner[-1] > 0.99 and shared[-1] < 0.3 and close(winner, t["growth.without.weights"].max(-1).mean((-1, -2)))
    assert sizes[0] * t["growth.without.factor"] ** 12 == pytest.approx(sizes[-1]) and t["growth.without.factor"] > 1.4 > 1.1 > t["growth.with.factor"]


def test_without_layer_norm_a_block_hands_on_its_sums():
    tokens = ("the", "black", "cat", "sleeps")
    t = model.run(tokens, ModelConfig(n_blocks=12), experiments=[find("growth")]).arrays
    assert close(t["growth.with.sizes"][1:], [np.sqrt((t[f"encoder.{block}.output"] ** 2).mean()) for block in range(12)])
    assert close(t["growth.with.weights"], [t[f"encoder.{block}.self_attention.weights"] for block in range(12)])
    w, x = model.weights.random_weights(ModelConfig(n_blocks=12), model.vocabulary(tokens)).encoder[0], t["encoder.0.input"]
    for found in (lambda x: attention(x, x, w.self_attention, 4), lambda x: feed_forward(x, w.mlp)):
        x = x + found(x)
    assert close(t["growth.without.sizes"][1], np.sqrt((x**2).mean()))


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
        way, lines, kinked, straight, curved = parts(trace, f"folding.{block}", "way lines kinked straight curved")
        outputs = np.array([np.maximum(0, t * x @ W_1 + b_1) @ W_2 + b_2 for t in way])         # (sample, n, d_model)
        assert way[0] == -1 and way[-1] == 1 and close(lines[..., -1], np.take_along_axis(hidden, parts(trace, f"folding.{block}", "units")[0].astype(int), 1))
        assert close(np.diff(lines, 2), 0) and close(np.diff(straight, 2), 0) and (kinked == np.maximum(0, lines)).all()
        bends = [[np.allclose(outputs[:, i, k], row) for k in range(16)].count(True) for i, row in enumerate(curved)]
        assert bends == [1] * len(x) and np.abs(np.diff(curved, 2)).max(1).min() > 0.01


def test_the_dead_are_those_that_relu_sets_to_zero():
    trace = run("folding")
    for block in range(trace.config.n_blocks):
        dead = trace.arrays[f"folding.{block}.dead"]
        activation = trace.arrays[f"encoder.{block}.mlp.activation"]
        assert close(dead, [sum(x < 0 for x in row) for row in trace.arrays[f"encoder.{block}.mlp.hidden"]])
        assert close(dead, (activation == 0).sum(1)) and trace.arrays[f"folding.{block}.all_dead"] == dead.sum()
        assert 0 < dead.min() and dead.max() < 64


# --- shuffled words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_without_positions_shuffled_words_give_the_same_outputs_shuffled(norm):
    traces = [run("shuffling"), model.run(TIRED, ModelConfig(norm=norm), experiments=[find("shuffling")]),
              model.run(TIRED, ModelConfig(norm=norm, positional="none"), experiments=[find("shuffling")])]
    for trace in traces:
        order = trace.arrays["shuffling.order"].astype(int)
        assert sorted(order) == list(range(12)) and (order != np.arange(12)).all()
        assert close(trace.arrays["shuffling.bare"], trace.arrays["shuffling.bare_shuffled"])
        assert trace.arrays["shuffling.bare_difference"] < 1e-12
    assert close(traces[2].arrays["shuffling.bare"], traces[2].arrays["encoder.output"])


def test_with_positions_the_order_counts():
    trace = run("shuffling")
    order = trace.arrays["shuffling.order"].astype(int)
    moved = run(tokens=[TIRED[k] for k in order]).arrays["encoder.output"]          # the shuffled sentence, read by itself
    assert close(trace.arrays["shuffling.shuffled"][order], moved)
    difference = np.abs(trace.arrays["encoder.output"][order] - moved).max()
    assert close(trace.arrays["shuffling.difference"], difference) and difference > 0.5


def test_one_word_cannot_be_shuffled_and_two_change_places():
    for tokens, order in ((("a",), [0]), (("a", "b"), [1, 0])):
        trace = model.run(tokens, ModelConfig(), experiments=[find("shuffling")])
        assert trace.arrays["shuffling.order"].tolist() == order
        assert (trace.arrays["shuffling.difference"] > 0.1) == (len(tokens) > 1)


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
    for positional, low, high in (("sinusoidal", 0.25, 1), ("learned", 0.05, 1), ("none", -0.1, 0.05)):
        found = model.run(("a",), ModelConfig(positional=positional), experiments=[find("probe")]).arrays["probe.readable"]
        assert (low < found).all() and (found < high).all(), positional


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


# --- how far vectors are apart -------------------------------------------------------------------------------------


def test_the_twins_differ_before_the_encoder_in_one_word_only_and_after_it_in_all():
    t = run("distances").arrays
    assert (t["distances.before"][:-1] == 0).all() and t["distances.before"][-1] > 1
    assert (t["distances.after"] > 0.01).all() and t["distances.after"][TIRED.index("it")] > 1
    other = run(tokens=WIDE).arrays
    assert close(t["distances.after"] ** 2, ((t["encoder.output"] - other["encoder.output"]) ** 2).sum(1))
    assert "distances.before" not in run("distances", twin=()).names


def test_the_nearest_tokens_are_those_at_the_smallest_angle():
    t = run("distances").arrays
    cosines, nearest = t["distances.cosines"], t["distances.nearest"].astype(int)
    assert cosines.shape == (3, 12, 12) and nearest.shape == (3, 12, 11)
    assert close(np.diagonal(cosines, axis1=1, axis2=2), 1) and close(cosines, cosines.swapaxes(1, 2))
    assert cosines.min() >= -1 - 1e-12
    for depth, token in np.ndindex(3, 12):
        assert sorted((*nearest[depth, token], token)) == list(range(12))
        assert (np.diff(cosines[depth, token, nearest[depth, token]]) <= 0).all()
    x = t["encoder.0.output"]
    side, other, third = x[2], x[5], x[2] - x[5]                                    # of a triangle: the law of cosines
    assert np.isclose(third @ third, side @ side + other @ other - 2 * cosines[1, 2, 5] * (side @ side * (other @ other)) ** 0.5)


# --- heads that are cut --------------------------------------------------------------------------------------------

def said(trace: model.Trace, rows) -> list[str]:
    """The words of rows of the output vocabulary, without the end token."""
    return [trace.output_vocabulary[int(row)] for row in rows if row == row][:-1]


def test_cutting_the_pronoun_head_turns_il_into_elle():
    trace = run("ablation", twin=())
    t = trace.arrays
    assert " ".join(trace.translation) == "l' animal n' a pas traversé la rue parce qu' il était trop fatigué"
    without = "l' animal n' a pas traversé la rue parce qu' elle était trop fatiguée"
    assert " ".join(said(trace, t["ablation.next_token_ids"])) == without
    place = int(t["ablation.place"])
    il, elle = t["ablation.candidates"].astype(int)
    assert place == trace.translation.index("il")
    assert [trace.words("ablation.probabilities", "vocabulary")[row] for row in (il, elle)] == ["il", "elle"]
    before, after = (t[f"{name}.probabilities"][place] for name in ("decoder", "ablation"))
    assert before[il] > 0.9 and before[elle] < 0.01 and after[elle] > 0.7 and after[il] < 0.1
    assert t["ablation.changed_words"][1, 0] == 2 and said(trace, t["ablation.translations"][1, 0])[place] == "elle"


def test_the_same_cut_leaves_the_other_sentence_as_it_is():
    trace = run("ablation", tokens=WIDE, twin=())
    assert said(trace, trace.arrays["ablation.next_token_ids"]) == list(trace.translation) and "elle" in trace.translation


@pytest.mark.parametrize("to", ["zero", "uniform"])
def test_a_cut_run_is_the_run_of_a_model_without_that_head(to):
    trace, cut = run("ablation", intervention=Intervention(0, 2, to)), dict(named(CHECKPOINT.weights))
    scope, columns = "weights.encoder.0.self_attention", slice(8, 12)
    for name, part in {"zero": [("W_O", (columns,))], "uniform": [("W_Q", (slice(None), columns)), ("b_Q", (columns,))]}[to]:
        array = cut[f"{scope}.{name}"] = cut[f"{scope}.{name}"].copy()
        array[part] = 0
    other = model.run(TIRED, CHECKPOINT.config, replace(CHECKPOINT, weights=filled(CHECKPOINT.weights, cut)))
    for name in ("encoder.output", "decoder.next_token_ids", "decoder.probabilities"):
        assert close(trace[f"ablation.{name.partition('.')[2]}"].values, other[name].values), name
    weights = trace["ablation.weights"].values
    assert close(weights, other["encoder.0.self_attention.weights"].values[2]) and close(weights, 1 / 12) == (to == "uniform")
    ours = trace["encoder.output"].values
    assert close(trace["ablation.shifts"].values[0, 2], np.linalg.norm(ours - other["encoder.output"].values, axis=1))


def test_every_cut_moves_the_encoder_and_what_keeps_the_words_likely_keeps_the_loss_low():
    t = run("ablation", twin=()).arrays
    assert (t["ablation.shifts"].max(-1) > 0.01).all() and t["ablation.loss"] >= 0
    assert close(t["ablation.shifts"][1, 0, :], np.linalg.norm(t["ablation.output"] - t["encoder.output"], axis=1))
    place, il = int(t["ablation.place"]), int(t["ablation.candidates"][0])
    assert t["ablation.kept"][1, 0] < 0.1 and np.isclose(t["ablation.kept"][1, 0], t["ablation.probabilities"][place, il])
    assert t["ablation.loss_changes"].argmax() == t["ablation.kept"].argmin() == 4
    own = t["decoder.next_token_ids"]
    rows = t["ablation.translations"].reshape(8, -1)                                # (cut, word)
    same = [np.array_equal(row[: len(own)], own) and np.isnan(row[len(own):]).all() for row in rows]
    assert (t["ablation.changed_words"].ravel() == 0).tolist() == same and 0 < sum(same) < 8


def test_a_head_that_looks_everywhere_alike_already_loses_nothing_by_it():
    """The one token of a sentence has nowhere else to look."""
    t = model.run(("a",), ModelConfig(), experiments=[find("ablation")], given={"intervention": Intervention(1, 3, "uniform")}).arrays
    assert close(t["ablation.shifts"], 0) and t["ablation.uniform"] == 1
    t = model.run(("a",), ModelConfig(), experiments=[find("ablation")], given={"intervention": Intervention(1, 3)}).arrays
    assert (t["ablation.shifts"] > 0.1).all() and (t["ablation.block"], t["ablation.head"]) == (1, 3)


def test_nothing_is_cut_unless_it_is_asked_for():
    assert model.run(("a",), ModelConfig(), experiments=[find("ablation")]).digest == model.run(("a",), ModelConfig()).digest


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


def test_the_guided_head_turns_from_animal_to_street():
    t = run("twin")
    it, animal, street = (TIRED.index(word) for word in ("it", "animal", "street"))
    tired, wide = (t[f"{twin}encoder.1.self_attention.weights"].values[0, it] for twin in ("", "twin."))
    assert tired.argmax() == animal and wide.argmax() == street
    assert tired[animal] > 0.7 > 0.2 > wide[animal] and wide[street] > 0.7 > 0.2 > tired[street]


# --- passes and masks ----------------------------------------------------------------------------------------------


def test_one_masked_pass_over_the_words_finds_what_generation_finds_in_many():
    trace = run("passes")
    said, chances = trace.output_tokens, trace["decoder.probabilities"].values
    assert trace["passes.generation"].values.tolist() == list(range(1, len(said) + 1)) == [*range(1, 16)]
    assert set(trace["passes.training"].values) == set(trace["passes.encoder"].values) == {1}
    assert close(trace["passes.generation_probabilities"].values, chances.max(1))
    assert close(trace["passes.training_probabilities"].values, chances.max(1))
    assert 0 <= float(trace["passes.difference"]) < 1e-12
    assert trace.words("passes.training_probabilities", "step") == said


def test_without_training_only_the_encoder_has_passes():
    trace = model.run(("a", "b"), ModelConfig(), experiments=[find("passes")])
    assert [name for name in trace.names if name.startswith("passes.")] == ["passes.encoder"]


def test_under_the_mask_a_token_looks_at_itself_and_back_in_the_old_proportions():
    trace = run("causal")
    masked, weights = trace["causal.masked_scores"].values, trace["causal.weights"].values
    ahead = ~np.tri(len(TIRED), dtype=bool)
    assert (masked[..., ahead] == -np.inf).all() and (weights[..., ahead] == 0).all() and close(weights.sum(-1), 1)
    for block in range(2):
        scope = f"encoder.{block}.self_attention"
        assert (masked[block][:, ~ahead] == trace[f"{scope}.scaled_scores"].values[:, ~ahead]).all()
        free = trace[f"{scope}.weights"].values * ~ahead
        assert close(weights[block], free / free.sum(-1, keepdims=True))
