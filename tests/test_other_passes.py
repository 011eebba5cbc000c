"""Experiments that run the model again: on a twin, with a head cut, without positions, under a mask. Each is that other run, told as such."""

from dataclasses import replace

import numpy as np
import pytest

import model
from measuring import CHECKPOINT, TIRED, WIDE, close, run
from model import Intervention, ModelConfig
from model.experiments import find
from model.weights import filled, named

# --- the twin ------------------------------------------------------------------------------------------------------


def test_the_head_is_cut_in_the_twin_as_in_a_sentence():
    trace, other = run("twin_ablation"), run("ablation", tokens=WIDE)
    for name in ("next_token_ids", "probabilities", "translations", "chances", "looks"):
        assert np.allclose(trace[f"twin_ablation.{name}"].values, other[f"ablation.{name}"].values, equal_nan=True), name


def test_what_block_2_does_without_a_head_of_block_1_is_what_ablation_finds():
    trace = run("first_cut", "ablation", "twin_ablation")
    for cut, looks in (("weights", "ablation.looks"), ("twin_weights", "twin_ablation.looks")):
        assert close(trace[f"first_cut.{cut}"].values[:, 1, 0], trace[looks].values[0])     # (cut, n, n)
        assert close(trace[f"first_cut.{cut}"].values.sum(-1), 1)


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


def test_the_guided_head_turns_from_animal_to_street():
    t = run("twin")
    it, animal, street = (TIRED.index(word) for word in ("it", "animal", "street"))
    tired, wide = (t[f"{twin}encoder.1.self_attention.weights"].values[0, it] for twin in ("", "twin."))
    assert tired.argmax() == animal and wide.argmax() == street
    assert tired[animal] > 0.7 > 0.2 > wide[animal] and wide[street] > 0.7 > 0.2 > tired[street]


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
