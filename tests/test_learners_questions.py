"""What is measured for the questions that learners ask: each against a fact that can be worked out, or another way to the number."""

from dataclasses import replace

import numpy as np
import pytest

import model
from model import ModelConfig, backward, encoder
from model.experiments import find, probe
from model.functional import attention, feed_forward, layer_norm, sinusoids
from model.recorder import Recorder
from model.weights import filled, named, without_head
from scenes.parts.label import decimals_for_sum, format_number
from studio.read import assets

TIRED = model.tokenise("the animal did not cross the street because it was too tired")
WIDE = (*TIRED[:-1], "wide")
CHECKPOINT = assets.checkpoint("translator")
BLOCKS = range(2)


def close(a, b, tolerance=1e-12) -> bool:
    """Whether all numbers agree."""
    return np.allclose(a, b, rtol=0, atol=tolerance)


def trained(name: str, tokens=TIRED, twin=WIDE, checkpoint=CHECKPOINT) -> dict[str, np.ndarray]:
    """All that the translator's pass and one experiment record, the experiment's by their last names."""
    return _by_last_name(name, model.run(tokens, checkpoint.config, checkpoint, [find(name)], {"twin": twin}))


def drawn(name: str, tokens=TIRED, **config) -> dict[str, np.ndarray]:
    """The same of untrained weights."""
    return _by_last_name(name, model.run(tokens, ModelConfig(**config), None, [find(name)]))


def _by_last_name(name, trace):
    return {full.removeprefix(f"{name}."): array for full, array in trace.arrays.items()}


def rms(x) -> np.ndarray:
    """Root mean square over the last axis."""
    return np.linalg.norm(x, axis=-1) / np.sqrt(np.shape(x)[-1])


# --- why sqrt(d_model) ---------------------------------------------------------------------------------------------


def test_scaled_up_a_word_is_no_longer_drowned_by_its_position():
    t = trained("embedding_scale")
    assert close(t["position"], 0.5**0.5)                                           # sin^2 + cos^2 = 1, in d_model / 2 pairs
    assert close(t["word"], rms(t["embeddings"])) and close(t["scaled_word"], 4 * t["word"]) and t["factors"].tolist() == [1, 4]
    assert close(t["shares"], 0.5 / (0.5 + np.array([t["word"], t["scaled_word"]]) ** 2))
    assert t["shares"][0].min() > 0.7 > 0.5 > t["shares"][1].max()
    assert t["found"][0] < 0.5 < 0.95 < t["found"][1] <= 1
    assert close(t["untrained"], rms(drawn("embedding_scale")["embeddings"]))       # a word's row is drawn for itself


@pytest.mark.parametrize("positional", ["sinusoidal", "learned"])
def test_a_word_is_found_if_no_other_row_is_nearer_to_the_sum(positional):
    t = drawn("embedding_scale", positional=positional)
    places = t["weights.positions"] if positional == "learned" else sinusoids(16, 16)
    for factor, found in zip((1, 4), t["found"]):
        rows = factor * t["weights.embedding"]
        nearest = [[np.linalg.norm(rows - (row + place), axis=1).argmin() == i for place in places] for i, row in enumerate(rows)]
        assert np.isclose(found, np.mean(nearest))
    assert "shares" not in drawn("embedding_scale", positional="none")


def test_unscaled_a_sum_is_nearer_to_another_row_that_is_farther_than_its_own_once_both_are_scaled():
    t = trained("embedding_scale")
    ids, tokens = t["token_ids"].astype(int), range(len(t["token_ids"]))
    rows, pair = t["weights.embedding"], t["pair"].astype(int)
    for k, factor in enumerate((1, 4)):
        far = np.linalg.norm(t["sums"][k][:, None] - factor * rows, axis=-1)
        assert close(t["pair_distances"][k], [far[i, pair[i]] for i in tokens])
        assert k or all(np.delete(far[i], ids[i]).min() == far[i, pair[i, 1]] for i in tokens)
    own, other = np.moveaxis(t["pair_distances"], -1, 0)
    assert (pair[:, 0] == ids).all() and close(*own) and (own[1] < other[1]).all() and (own[0] > other[0]).any()


def test_with_the_factor_the_nearest_row_is_that_of_the_word_and_without_it_others_are_nearer():
    t = trained("embedding_scale")
    ids = t["token_ids"].astype(int)
    for factor, sums, nearest, distances in zip((1, 4), t["sums"], t["nearest"], t["distances"]):
        rows = factor * t["weights.embedding"]
        assert close(sums, rows[ids] + t["positions"])
        for x, found, far in zip(sums, nearest.astype(int), distances):
            every = np.linalg.norm(rows - x, axis=1)
            assert close(far, np.sort(every)[: len(far)]) and close(every[found], far)
    assert (t["nearest"][1, :, 0] == ids).mean() > 0.9 > 0.5 > (t["nearest"][0, :, 0] == ids).mean()


def test_the_same_word_at_another_place_is_as_far_away_as_the_places_are_apart():
    t = trained("shuffling")
    places = np.argsort(t["order"].astype(int))                                     # where each token goes
    apart = t["positions"] - t["positions"][places]
    assert close(t["encoder.0.input"] - t["input"], apart) and close(t["apart"], np.linalg.norm(apart, axis=1)) and t["apart"].min() > 0.5
    assert "input" not in drawn("shuffling", positional="none")


def test_untrained_rows_have_unit_variance_once_they_are_scaled():
    t = drawn("embedding_scale", [f"word{i}" for i in range(300)], d_model=16)
    assert abs((16 * t["untrained"] ** 2).mean() - 1) < 4 * (2 / (300 * 16)) ** 0.5


# --- why added -----------------------------------------------------------------------------------------------------


def test_random_directions_come_nearer_to_right_angles_as_one_over_the_root_of_their_number():
    t = trained("orthogonality")
    assert t["widths"].tolist() == [16, 64, 512] and close(t["expected_spread"], [1 / 4, 1 / 8, 512**-0.5])
    # The square of one cosine has mean 1 / d and at most twice its square as variance; 200 directions are independent.
    assert (np.abs((t["random_spread"] / t["expected_spread"]) ** 2 - 1) < 4 * (2 / 200) ** 0.5).all()
    assert close(t["random_histogram"].sum(1), 1) and t["random_histogram"][2, 17:19].sum() > 0.9     # 85 to 95 degrees


def test_words_are_no_nearer_to_positions_than_chance_would_have_them():
    t = trained("orthogonality")
    word, place = t["weights.embedding"][7], sinusoids(16, 16)[3]
    assert np.isclose(t["cosines"][7, 3], word @ place / (word @ word * 8) ** 0.5) and t["cosines"].shape == (159, 16)
    assert close(np.cos(t["angles"] * np.pi / 180), t["cosines"]) and np.isclose(t["spread"], rms(t["cosines"].ravel()))
    assert t["spread"] < 1.1 / 4 and close(t["histogram"].sum(), 1)
    assert np.isclose(t["histogram"][12:24].sum(), ((60 <= t["angles"]) & (t["angles"] < 120)).mean())
    sizes = [t[f"weights.encoder.0.self_attention.W_{letter}"].size for letter in "QKVO"]
    assert t["parameters"].tolist() == [sum(sizes), 4 * sum(sizes)]


# --- why sinusoids -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("d_model", [5, 6, 16])
def test_a_shift_is_one_rotation_from_every_place(d_model):
    t = drawn("rotation", d_model=d_model, n_heads=1)
    table, R = sinusoids(80, d_model), t["matrices"]
    for k in range(16):
        assert close((t["circles"].reshape(64, -1) @ R[k])[:, :d_model], table[k : k + 64])
        assert close(R[k] @ R[k].T, np.eye(len(R[k]))) and close(np.linalg.det(R[k]), 1)
        assert close(R[k], np.linalg.matrix_power(R[1], k))
    assert close(R[3] @ R[4], R[7]) and (t["errors"] < 1e-12).all()
    assert close((t["circles"] ** 2).sum(-1), 1) and np.isclose(t["angles"][5, 0] * np.pi / 180, 5)
    assert close(t["turned"][2, :62], t["turned"][0, 2:])


def test_no_linear_map_leads_through_rows_that_have_nothing_to_do_with_each_other():
    t = trained("rotation")
    assert (t["fitted_errors"] < 1e-20).all() and t["random_errors"][0] < 1e-20
    # Least squares fit 16 of so many independent directions by chance, and no more.
    by_chance = 1 - 16 / (80 - np.arange(1, 16))
    assert (np.abs(t["random_errors"][1:] - by_chance) < 0.1).all()


# --- what carries positions ----------------------------------------------------------------------------------------


def test_positions_are_lost_without_the_residual_paths_and_not_by_them():
    t = trained("probe")
    ways = [t["readable"], t["by_residual"], t["by_sublayers"]]
    assert close([way[0] for way in ways], ways[0][0])
    assert (t["by_residual"] > 0.15).all() and (t["by_sublayers"][1:] < 0.15).all()


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_a_pass_with_both_ways_open_is_the_model(norm):
    config, recorder = ModelConfig(norm=norm), Recorder()
    weights, ids = model.random_weights(config, TIRED[:5]), np.array([[0, 3, 1, 4, 4, 2]])
    encoder.encode(ids, weights, config, recorder)
    names = ["encoder.0.input", *(f"encoder.{block}.output" for block in range(config.n_blocks))]
    ways = np.stack([*probe.passes(ids, weights, config, ("", "sublayer"))])                      # (stage, kind, 1, n, d_model)
    assert all(close(way, recorder.arrays[name]) for (way, _), name in zip(ways, names, strict=True))
    bare = np.stack([*probe.passes(ids, weights, replace(config, positional="none"), ("",))])
    if norm == "pre":                     # nothing but sums: what was added at first is still there, unchanged
        assert close(ways[:, 1] - bare[:, 0], sinusoids(6, 16))


def test_along_the_residual_path_alone_goes_what_is_added_to_sublayers_that_know_no_positions():
    config = ModelConfig(n_blocks=1)
    weights, ids = model.random_weights(config, TIRED[:5]), np.array([[0, 3, 1, 4, 4, 2]])
    w = weights.encoder[0]
    x, bare = (encoder.embed(ids, weights, replace(config, positional=kind)) for kind in ("sinusoidal", "none"))
    attended = attention(bare, bare, w.self_attention, config.n_heads)
    x, bare = (layer_norm(some + attended, w.norm_1, config.epsilon) for some in (x, bare))
    expected = layer_norm(x + feed_forward(bare, w.mlp, config.activation), w.norm_2, config.epsilon)
    *_, (found,) = probe.passes(ids, weights, config, ("sublayer",))
    assert close(found, expected) and not close(expected, layer_norm(bare, w.norm_2, config.epsilon))


# --- why two matrices ----------------------------------------------------------------------------------------------


def test_the_one_matrix_has_the_rank_of_a_head_and_gives_the_same_scores():
    t = trained("query_key")
    assert (t["ranks"] == 4).all() and t["difference"] < 1e-12 and t["matrices"].shape == (2, 4, 16, 16)
    assert close(t["singular_values"][..., 4:], 0) and (np.diff(t["singular_values"]) <= 0).all()
    assert close((t["singular_values"] ** 2).sum(-1), (t["matrices"] ** 2).sum((-1, -2)))         # Frobenius
    for block in BLOCKS:
        w = {name: t[f"weights.encoder.{block}.self_attention.{name}"] for name in ("W_Q", "W_K", "b_Q", "b_K")}
        x, head = t[f"encoder.{block}.self_attention.input"], slice(8, 12)
        assert close(t["matrices"][block, 2], w["W_Q"][:, head] @ w["W_K"][:, head].T)
        without = (x[8] @ w["W_Q"][:, head]) @ (x[1] @ w["W_K"][:, head])
        assert np.isclose(t["scores"][block, 2, 8, 1], without)
        assert np.isclose(t["bias_scores"][block, 2, 8, 1], t[f"encoder.{block}.self_attention.scores"][2, 8, 1] - without)


@pytest.mark.parametrize("d_model, n_heads", [(16, 4), (16, 1), (8, 2)])
def test_two_narrow_matrices_have_fewer_numbers_than_one_of_full_width(d_model, n_heads):
    t = drawn("query_key", d_model=d_model, n_heads=n_heads)
    w = t["weights.encoder.0.self_attention.W_Q"]
    assert t["parameters"].tolist() == [2 * w.size / n_heads, d_model * d_model]
    assert (t["ranks"] == d_model // n_heads).all() and close(t["bias_scores"], 0)


# --- why not batch norm --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("twin, company", [(WIDE, WIDE), ((), TIRED[:6])])
def test_batch_norm_makes_a_token_depend_on_its_company_and_layernorm_does_not(twin, company):
    t, other = trained("batch_norm", twin=twin), trained("path_length", company, ())
    assert (t["layer_norm_changes"] == 0).all() and (t["changes"] > 0.05).all()
    for block in BLOCKS:
        name = f"encoder.{block}.residual_1"
        for batch, x in enumerate((t[name], np.concatenate([t[name], other[name]]))):
            assert close(t["mean"][batch, block], x.mean(0)) and close(t["scale"][batch, block] ** 2, x.var(0) + 1e-5)
            assert close(t["normalised"][batch, block] * np.sqrt(x.var(0) + 1e-5) + x.mean(0), t[name])
        assert close(t["normalised"][0, block].mean(0), 0) and close(t["normalised"][0, block].std(0), 1, 1e-3)
        assert close(t["changes"][block], np.linalg.norm(t["normalised"][1, block] - t["normalised"][0, block], axis=1))


def test_of_a_single_token_batch_norm_leaves_nothing():
    t = drawn("batch_norm", ("a",))
    assert close(t["normalised"], 0) and (t["changes"] == 0).all()


# --- why residual paths, and where the norm stands -----------------------------------------------------------------


@pytest.mark.parametrize("paths", [1, 0])
@pytest.mark.parametrize("norm", ["post", "pre"])
def test_gradients_by_hand_are_those_of_finite_differences(norm, paths):
    rng, config = np.random.default_rng(0), replace(CHECKPOINT.config, norm=norm)
    x, direction = rng.normal(size=(2, 5, 16))
    for w in CHECKPOINT.weights.encoder:
        y, back = backward.block(x, w, config, paths)
        if paths:
            assert close(y, encoder.block(x, w, config))
        found, step = back(direction), 1e-6
        for place in np.ndindex(x.shape):
            nudge = np.zeros_like(x)
            nudge[place] = step
            up, down = (backward.block(x + sign * nudge, w, config, paths)[0] for sign in (1, -1))
            assert np.isclose(found[place], (direction * (up - down)).sum() / (2 * step), rtol=1e-5, atol=1e-6)
        assert close(back(np.array([direction, 2 * direction])), [found, 2 * found])


def test_the_deep_stack_is_the_model_with_twelve_blocks():
    t = drawn("deep_stack")
    for row, norm in enumerate(("post", "pre")):
        deep = model.run(TIRED, ModelConfig(norm=norm, n_blocks=12)).arrays
        sizes = [np.sqrt((deep[f"encoder.{block}.output"] ** 2).mean()) for block in range(12)]
        assert close(t["rms"][row, 0], [np.sqrt((deep["encoder.0.input"] ** 2).mean()), *sizes])


def test_with_a_norm_at_the_end_of_a_block_the_stream_keeps_its_size_and_without_it_grows():
    t = trained("deep_stack")
    post, pre = t["rms"][:, 0]
    assert close(post[1:], 1, 1e-4) and pre[12] > 2 * pre[0] and t["rms"].shape == (2, 2, 13)


def test_without_residual_paths_tokens_become_one_and_gradients_do_not_come_through():
    t = trained("deep_stack")
    apart = t["stream"] - t["stream"].mean(-2, keepdims=True)                       # (norm, paths, depth, n, d_model)
    assert close(np.sqrt((apart**2).mean((-1, -2))), t["spread"]) and np.abs(apart[:, 1, 4:]).max() < 1e-3
    assert (t["stream"][:, :, 0] == t["stream"][0, 0, 0]).all() and t["spread"][1, 0].min() > 0.9
    (_, *kept), (_, *lost) = t["spread"][0]                                         # as the film's machine is wired, both fall
    assert lost[2] < 2e-3 and kept[2] > 0.5 and all(a > b for a, b in zip(kept, lost)) and kept[11] < 0.1
    assert close(t["gradients"][..., -1], 1) and close(t["unchanged"][..., -1], 1)
    assert t["gradients"][1, 0].min() > 0.99 > 0.5 > t["gradients"][1, 1, :-1].max()
    assert (np.abs(t["unchanged"][1, 0] - 1) < 0.3).all() and (np.abs(t["unchanged"][:, 1, :-1]) < 0.05).all()


# --- the rest ------------------------------------------------------------------------------------------------------


def test_between_two_words_lies_one_step_of_attention_and_as_many_of_a_recurrence_as_they_are_apart():
    t = trained("path_length")
    it, animal = TIRED.index("it"), TIRED.index("animal")
    assert (t["attention"] == 1 - np.eye(12)).all() and t["recurrence"][it, animal] == t["recurrence"][animal, it] == 7
    assert t["longest"].tolist() == [1, 11] and t["sequential"].tolist() == [1, 12]
    assert drawn("path_length", ("a",))["longest"].tolist() == [0, 0]


def test_a_head_contributes_what_is_missing_without_it():
    t = trained("contributions")
    assert t["difference"] < 1e-12 and close(t["sizes"], np.linalg.norm(t["parts"], axis=-1))
    for head in range(4):
        weights = without_head(CHECKPOINT.weights, CHECKPOINT.config, 1, head)
        cut = replace(CHECKPOINT, weights=filled(weights, dict(named(weights))))
        name = "encoder.1.self_attention.output"
        assert close(trained("path_length", checkpoint=cut)[name] + t["parts"][1, head], t[name])
    assert np.linalg.matrix_rank(t["parts"][1, 0]) == 4                             # into all 16 features, from 4 numbers


def test_a_feature_puts_all_words_in_an_order():
    t = trained("features")
    table = t["weights.embedding"]
    for feature in range(16):
        order = t["order"][feature].astype(int)
        assert sorted(order) == list(range(159)) and (t["values"][feature] == table[order, feature]).all()
    assert (np.diff(t["values"]) <= 0).all() and t["spread"].argmax() == t["widest"] and close(t["spread"], table.std(0))
    covariance = np.cov(table.T, bias=True)
    assert np.isclose(t["direction"] @ t["direction"], 1) and np.abs(t["direction"]).max() == t["direction"].max()
    most = np.linalg.eigvalsh(covariance)[-1]
    assert np.isclose(t["direction_values"].var(), most) and most > t["spread"].max() ** 2
    assert close(t["direction_values"], ((table - table.mean(0)) @ t["direction"])[t["direction_order"].astype(int)])


def test_a_model_that_has_no_idea_is_as_surprised_as_the_logarithm_of_its_words():
    t = trained("surprise")
    assert t["words"] == len(CHECKPOINT.output_vocabulary) == 186 and np.isclose(t["no_idea"], -np.log(1 / 186))
    assert abs(t["first"] - t["no_idea"]) < 0.01 and t["last"] < 0.2 and close(t["perplexities"], np.exp(t["training.loss"]), 1e-9)
    assert abs(t["perplexities"][0] - 186) < 2 and 1 <= t["last_perplexity"] < 1.2
    assert np.isclose(t["losses"][99], np.log(2)) and t["probabilities"][99] == 0.5 and t["losses"][-1] == 0
    assert "no_idea" not in drawn("surprise")


def test_softmax_is_powers_and_their_shares():
    t = trained("exponentials")
    for block in BLOCKS:
        scores, weights = (t[f"encoder.{block}.self_attention.{name}"] for name in ("scaled_scores", "weights"))
        assert close(t["shares"][block], weights) and (t["powers"] > 0).all()
        assert np.allclose(t["powers"][block][0, 8, 1] / t["powers"][block][0, 8, 6], t["e"] ** (scores[0, 8, 1] - scores[0, 8, 6]))
        assert np.allclose(t["shares"][block] * t["totals"][block][..., None], np.exp(scores))


def test_both_sentences_have_their_distances_at_every_depth():
    t, other = trained("distances"), trained("distances", WIDE, TIRED)
    assert close(t["twin_apart"], other["apart"]) and close(t["twin_cosines"], other["cosines"])
    it, street = TIRED.index("it"), TIRED.index("street")
    assert close(t["twin_apart"][0, it, :-1], t["apart"][0, it, :-1])               # before the encoder only the last word differs
    assert close(t["moved"][2], t["after"]) and (t["moved"][0, :-1] == 0).all() and (t["moved"][1:] > 0).all()
    assert t["moved"][2, :-1].argmax() == it                                        # of the words that are the same
    assert np.isclose(t["apart"][2, it, street], np.linalg.norm(t["encoder.1.output"][it] - t["encoder.1.output"][street]))


# --- sums on screen ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terms, decimals, finer", [
    ((0.24, 0.05, 0.69, 0.02), 2, 2),
    ((0.004, 0.004), 2, 3),               # 0.00 + 0.00 would be 0.01
    ((1.005, 1.0049, -0.7849), 2, 3),
    ((0.5,) * 3, 0, 1),                   # 0 + 0 + 0 would be 2
    ((), 2, 2),
    ((0.1, 0.025), 2, 3),                 # half a unit is rounded either way
])
def test_terms_get_a_digit_more_where_as_written_they_would_not_add_up(terms, decimals, finer):
    assert decimals_for_sum(terms, sum(terms), decimals) == finer


def test_what_is_written_adds_up_whatever_the_terms_are():
    rng, needed = np.random.default_rng(0), []
    for terms in (terms for n in (2, 4, 16, 64) for terms in rng.normal(size=(200, n))):
        needed.append(decimals_for_sum(terms, terms.sum(), 2))
        written = [float(format_number(term, needed[-1]).replace("−", "-")) for term in terms]
        assert format_number(round(sum(written), 10), 2) == format_number(terms.sum(), 2)
    assert np.mean(np.array(needed) <= 3) > 0.8 and np.mean(np.array(needed) <= 4) > 0.95


def test_terms_of_another_sum_are_refused():
    with pytest.raises(ValueError, match="terms that add up to 3 are no sum of 4"):
        decimals_for_sum((1, 2), 4, 2)
