"""What is said of the MLP is so: a feature is high for words like the token and below 0 for another, to which it then adds nothing."""

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


def test_the_feature_is_highest_for_the_token_of_all_and_for_no_noun_or_verb_of_its_words():
    stage = played()
    values = stage._tensor("mlp.hidden").values[:, int(stage._feature.values)]
    words = [stage.known(row) for row in stage.view("firing.{block}.order")[stage.focus].values]
    assert values.argmax() == stage.focus and stage.tokens[stage.focus] in words
    assert {*words} <= {"foreign", "green", "white", "grey", "black", "wild"} and len(words) == 6


def test_what_is_below_0_adds_nothing_and_what_is_above_as_many_times_its_row():
    stage = played()
    before, after = (stage._tensor(f"mlp.{name}").values[:, int(stage._feature.values)] for name in ("hidden", "activation"))
    below, added = before < 0, stage.view("firing.{block}.added")[stage.focus].values
    row = stage._matrices[1].values[int(stage._feature.values)]
    assert [word for word, is_below in zip(stage.tokens, below, strict=True) if is_below] == ["cat"]
    assert (after[below] == 0).all() and (after[~below] == before[~below]).all()
    assert (added[below] == 0).all() and np.allclose(added[~below], before[~below, None] * row) and (added[~below] != 0).all()
