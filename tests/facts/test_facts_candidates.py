"""What the scenes of the candidates say is so: clipping is said, terms add up, averages stay between what they average."""

from functools import partial

import numpy as np
import pytest

from scenes.parts.heat_map import Cell
from scenes.parts.label import MINUS, Number
from scenes.parts.shapes import is_notched
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read.spec import load


def played(scene, step, look):
    """What `look` finds at the end of a step."""
    found, spec = {}, load(scene, [])

    def at(playing, moment):
        if moment.ends and moment.step == step:
            found[moment.step] = look(playing)

    walk(partial(staging.build, spec), at)
    return found[step]


def value(label):
    return float(label.string.replace(MINUS, "-"))


def test_no_score_of_the_three_candidates_is_beyond_their_common_scale():
    def look(scene):
        cells = [shape for shape in see(scene).shapes if isinstance(shape, Cell)]
        return {cell.scale for cell in cells}, [cell.source for cell in cells if is_notched(cell.points)], len(cells)

    scales, notched, count = played("queries", "three_grids", look)
    assert len(scales) == 1 and not notched and count == 48


def test_powers_add_up_to_their_total_as_they_are_written():
    powers, total = played("weighted_average", "softmax", lambda scene: (
        [value(label) for label in scene.soft.powers], value(scene.soft.total[1])))
    assert len(powers) == 4 and sum(powers) == pytest.approx(total, abs=0.05)


def test_a_negative_score_becomes_a_positive_power():
    scores, powers = played("weighted_average", "exponentials", lambda scene: (
        [float(square.view[0]) for square in scene.soft.scores], [bar.heights()[0] for bar in scene.soft.bars]))
    assert min(scores) < 0 < min(powers)


@pytest.mark.parametrize(("step", "between"), [("mix", True), ("any_numbers", False)])
def test_an_average_stays_between_the_tokens_and_a_mere_sum_does_not(step, between):
    def look(scene):
        z, tokens = scene.mixed.z.view.values, scene.mixed.vectors.view.values
        return bool(((tokens.min(0) <= z + 1e-9) & (z <= tokens.max(0) + 1e-9)).all())

    assert played("weighted_average", step, look) is between


def test_z_is_nearer_to_the_noun_than_the_word_was():
    numbers, noun, tokens, z, wording = played("weighted_average", "mix", lambda scene: (
        [value(label) for label in scene.near[0].numbers], scene.pair[1], scene.mixed.vectors.view.values, scene.mixed.z.view.values,
        scene.wording("mix")))
    own, other = np.linalg.norm(tokens[1] - tokens[noun]), np.linalg.norm(z - tokens[noun])
    assert numbers == [round(own, 2), round(other, 2)] and other < own / 4 and wording == "forms"


def test_what_is_said_of_raw_scores_is_so():
    """The lowest is negative, and they do not add up to 1."""
    said, scores, tokens = played("weighted_average", "any_numbers", lambda scene: (
        scene.of_scores, np.array([float(square.view.values[0]) for square in scene.scores]), scene.tokens))
    assert said.split(" · ")[1:] == [f"−{-scores.min():.2f}: “{tokens[scores.argmin()]}” is subtracted", f"all s together, rounded: {scores.sum():.2f}, not 1"]
    assert scores.min() < 0 and round(scores.sum(), 2) != 1


def test_the_band_is_as_high_as_the_range_of_the_tokens_and_z_leaves_it():
    def look(scene):
        tokens, (band, _) = scene.mixed.vectors.view.values, scene.around
        return band, np.ptp(tokens), scene.bars

    band, reach, bars = played("weighted_average", "any_numbers", look)
    assert np.isclose(band.height, reach * bars[0].unit) and bars.get_top()[1] > band.get_top()[1]


def test_weights_come_from_the_followed_row_of_the_third_candidate_scaled():
    """One letter, one meaning: S before, the division by the root of d_k only after it."""
    row, weights, d_k = played("values", "mix_tokens", lambda scene: (
        scene.work_now.result.view.values[scene.focus], np.array([float(bar.source) for bar in scene.weighed.bars]),
        scene.staging.trace.config.d_k))
    powers = np.exp(row / np.sqrt(d_k))
    assert np.allclose(powers / powers.sum(), weights)


def test_two_matrices_are_one_of_low_rank_with_fewer_numbers():
    trace = staging.trace(load("values", []))
    two, one = trace["query_key.parameters"].values
    assert (trace["query_key.ranks"].values == trace.config.d_k).all() and two < one


def test_the_products_that_are_shown_and_the_rest_add_up_as_they_are_written():
    shown, total = played("dot_product_weights", "dot_product", lambda scene: (
        [value(label) for label in (*scene.pair_now.products.numbers[0], *(part for cell in scene.pair_now.rest for part in cell if isinstance(part, Number)))],
        value(scene.pair_now.total.numbers[0][0])))
    assert len(shown) == 5 and round(sum(shown), 2) == total


def test_the_trial_with_keys_moves_the_score_of_one_pair_and_leaves_what_is_said_and_that_with_the_word_does_not():
    def look(scene):
        before, after = (each("key").scores.values.round(2) for each in (scene.candidate, scene.nudged))
        return scene.is_alone, (before != after).sum(), len(scene.boxes), scene.suffers, len(scene.compared[-1].shown), scene.caption("adapts")

    alone, moved, ringed, suffers, said, caption = played("keys", "adapts", look)
    assert alone and moved == ringed == 2 and suffers and said == 1 and "this pair’s score rises, the word stays" in caption


def test_entries_of_the_matrix_that_stay_lit_in_the_trial_have_changed_most():
    def look(scene):
        _, matrices, _ = scene.compared
        before, after = matrices.shown[0], matrices.shown[-1]
        lit = np.array([[cell not in matrices.still for cell in row] for row in after.cells])
        return lit, np.abs(after.view.values - before.view.values)

    lit, moved = played("keys", "adapts", look)
    assert 0 < lit.sum() < lit.size / 2 and moved[lit].min() > moved[~lit].max()


def test_the_weight_that_training_pushed_is_near_to_where_it_was_pushed():
    weight, wanted = played("queries", "mirror", lambda scene: (
        float(scene.view("encoder.{block}.self_attention.weights")[(scene.head, *scene.pair)]), float(scene.view("candidates.wanted"))))
    assert wanted == 0.75 and abs(weight - wanted) < 0.02


def test_keys_are_shown_of_nouns_that_differed_before_training_and_of_words_that_differ_still():
    words, (before, after) = played("keys", "key", lambda scene: (scene.others, [sheet.view.values for sheet in scene.alike().keys]))
    assert words[0] == "cat" and len(words) == 5
    far = [[np.linalg.norm(row - of[0]) for row in of[1:]] for of in (before, after)]
    assert min(far[0]) > 1 > 0.5 > max(far[1][:2]) and min(far[1][2:]) > 5


def test_a_token_may_look_away_from_itself_by_queries_and_not_as_it_is():
    away, (i, j), tokens, queries = played("queries", "grid", lambda scene: (
        scene.caption("grid"), scene.pair, *(scene.candidate(name).scores.values for name in ("token", "query"))))
    assert "need not look at itself" in away and queries[i, j] > queries[i, i] and tokens[i].argmax() == i
