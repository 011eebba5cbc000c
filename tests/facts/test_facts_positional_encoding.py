"""What is said of positions is so: both tables end, the circles turn alike from everywhere, and the probe says what it can."""

from functools import cache, partial

import numpy as np
import pytest

from studio.check.sight import walk
from studio.plan import staging
from studio.read.spec import load


@cache
def played(*overrides):
    """The scene that has been played."""
    return walk(partial(staging.build, load("positional_encoding", overrides)), lambda stage, moment: None)


def test_points_on_a_circle_are_positions_and_turn_by_the_same_angle_from_everywhere():
    stage = played()
    first, second = stage.turned.rows
    for one, other in zip(first, second, strict=True):
        for each in (one, other):
            start, end = (dot.get_center() - each.circle.get_center() for dot in (each.start, each.end))
            turned = np.arctan2(*start[:2]) + each.angle
            assert np.allclose(end[:2], np.linalg.norm(start) * np.array([np.sin(turned), np.cos(turned)]))
        assert one.angle == other.angle
    assert len({each.angle for each in first}) == len(first)


def test_the_sum_is_what_block_1_reads_and_its_parts_are_the_scaled_row_and_the_position():
    trace, i = played().staging.trace, played().focus
    row = trace["weights.embedding"].values[int(trace["token_ids"].values[i])] * np.sqrt(trace.config.d_model)
    assert np.allclose(row + trace["positions"].values[i], trace["encoder.0.input"].values[i])


def test_hardly_any_of_the_position_is_left_off_the_residual_paths_and_most_sums_are_nearest_to_their_word():
    trace = played().staging.trace
    assert trace["probe.by_sublayers"].values[1:].max() < 0.05 < 0.3 < trace["probe.by_residual"].values[1:].min()
    assert float(trace["embedding_scale.found"][1]) > 0.9
    once, twice = trace["orthogonality.parameters"].values
    assert twice == 4 * once


def test_both_tables_of_positions_have_the_same_last_row():
    trace = played().staging.trace
    assert trace["waves.table"].shape == trace["waves.learned"].shape


def test_the_shuffle_changes_vectors_only_with_positions():
    trace = played().staging.trace
    assert trace["shuffling.bare_differences"].values.max() < 1e-9 < 0.1 < trace["shuffling.differences"].values.min()


@pytest.mark.parametrize(("overrides", "step", "wording"), [
    (("model.weights=random",), "carried", "untrained"), (("model.weights=random", "model.positional=none"), "carried", "none"),
    (("sentence=cat", "focus=0"), "order_counts", "single"),
])
def test_what_is_said_depends_on_what_is_shown(overrides, step, wording):
    assert played(*overrides).wording(step) == wording


def test_further_on_another_word_is_nearer_to_a_word_with_its_count_and_no_wave_is_above_1():
    stage = played()
    trace, cuts = stage.staging.trace, stage._cuts
    words = 4 * trace["weights.embedding"].values
    nearest = [np.linalg.norm(words - (4 * trace["embeddings"].values[stage.focus] + p), axis=1).argmin() for p in cuts]
    assert trace["waves.counted"].values[stage.focus, cuts].tolist() == nearest and stage.wording("count") == "caption"
    assert [stage.known(row) for row in nearest] == ["black", "hard", "hard"] and np.abs(trace["waves.table"].values).max() <= 1
    assert set(cuts) == {stage.focus, *trace["waves.alike"].values} and trace["waves.count"].values[cuts].tolist() == cuts == sorted(cuts)


def test_rings_are_around_what_one_wave_confuses_and_what_another_tells_apart_best():
    stage = played()
    waves, (alike, told) = stage._waves()
    rows = [[[np.allclose(ring.get_center(), cell.get_center()) for ring, cell in zip(rings[0], row, strict=True)] for row in waves.table.cells]
            for rings in (alike, told)]
    ringed = [[i for i, row in enumerate(found) if all(row)] for found in rows]
    table = stage.view("waves.table").values[stage.view("waves.alike").values.astype(int)][:, :len(waves.curves)]
    apart = np.abs(table[0] - table[1])
    assert ringed == [[0], [apart.argmax()]] and apart[0] < 0.01 < 0.5 < float(stage.view("waves.apart")) < apart.max()


def test_what_is_drawn_of_the_followed_word_at_two_places_is_one_row_and_two_sums():
    (here, there), trace = played()._halves(), played().staging.trace
    rows = [[sheet.view.values for sheet in (*half.parts, half.total)] for half in (here, there)]
    assert np.array_equal(rows[0][0], rows[1][0]) and all(np.allclose(word + place, total) for word, place, total in rows)
    assert np.isclose(np.linalg.norm(rows[0][2] - rows[1][2]), float(trace["shuffling.apart"][played().focus]))
