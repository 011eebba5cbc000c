"""What is said of the MLP is so: a feature is high for such words and below 0 for others, to which it adds nothing; one matrix cannot."""

from functools import cache, partial

import numpy as np

from scenes.mlp.scene import Mlp
from studio.check.sight import walk
from studio.plan import staging
from studio.read.spec import load


@cache
def played() -> Mlp:
    """The scene that has been played."""
    return walk(partial(staging.build, load("mlp")), lambda stage, moment: None)


def test_the_feature_is_high_for_the_token_alone_and_its_words_are_all_verbs():
    stage = played()
    values = stage._tensor("mlp.hidden").values[:, int(stage._feature.values)]
    words = [stage.known(row) for row in stage.view("firing.{block}.order")[stage.focus].values]
    assert stage.tokens[stage.focus] == "sleeps" and values.argmax() == stage.focus
    assert np.delete(values, stage.focus).max() < 0.05 * values[stage.focus]
    assert {*words} <= {"waits", "saw", "attracted", "waited", "carries", "followed"} and len(words) == 6


def test_the_feature_is_counted_from_1_wherever_it_is_named():
    stage = played()
    assert stage._counted.values == stage._feature.values + 1 == 8


def test_one_matrix_does_the_same_without_relu_and_not_with_it():
    stage = played()
    without, with_it = (stage.view(f"folding.{{block}}.{name}").values[stage.focus] for name in ("differences", "relu_differences"))
    assert without < 1e-6 and with_it > 1.5


def test_what_is_below_0_adds_nothing_and_what_is_above_as_many_times_its_row():
    stage = played()
    before, after = (stage._tensor(f"mlp.{name}").values[:, int(stage._feature.values)] for name in ("hidden", "activation"))
    below, added = before < 0, stage.view("firing.{block}.added")[stage.focus].values
    unclipped = stage.view("firing.{block}.unclipped")[stage.focus].values
    row = stage._matrices[1].values[int(stage._feature.values)]
    assert [word for word, is_below in zip(stage.tokens, below, strict=True) if is_below] == ["black", "cat"]
    assert (after[below] == 0).all() and (after[~below] == before[~below]).all()
    assert (added[below] == 0).all() and np.allclose(added[~below], before[~below, None] * row) and (added[~below] != 0).all()
    assert np.allclose(unclipped, before[:, None] * row) and (unclipped[below] != 0).all()
