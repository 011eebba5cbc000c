"""What is said of the MLP is so: a straight line answers at both ends, one that bends may be silent at one, and the highest feature is asked."""

from functools import cache, partial

import numpy as np
import pytest

from scenes.mlp.scene import SILENT
from studio.check.sight import walk
from studio.plan import staging
from studio.read.spec import load


@cache
def played(*overrides):
    """The scene that has been played."""
    return walk(partial(staging.build, load("mlp", overrides)), lambda stage, moment: None)


def test_without_relu_both_ends_answer_alike_and_with_it_one_is_silent():
    stage = played()
    straight, curved = (stage.view(f"folding.{{block}}.{name}").values[stage.focus] for name in ("straight", "curved"))
    assert straight[0] * straight[-1] < 0 and 0.5 < -straight[0] / straight[-1] < 2
    assert abs(curved[0]) < SILENT * abs(curved[-1])


@pytest.mark.parametrize(("focus", "silent"), [("black", 1), ("cat", 0)])
def test_an_end_is_called_silent_only_where_it_is(focus, silent):
    stage = played(f"focus={focus}")
    words = [label.string for bend in stage._bends() for value in bend.values for label in value if not hasattr(label, "source")]
    assert words.count(stage.say("silent_here")) == silent and words.count(stage.say("answers")) == 4 - silent


def test_the_highest_hidden_feature_is_one_of_those_asked():
    stage = played()
    activation = stage.view("encoder.{block}.mlp.activation").values[stage.focus]
    features = stage.view("firing.{block}.features").values[stage.focus].astype(int)
    assert np.argmax(activation) in features and len({*features}) == 2
