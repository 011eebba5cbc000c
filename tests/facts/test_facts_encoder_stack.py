"""What the encoder stack says of a swapped word is so: the bars are on one scale, and the followed token is changed most of all others."""

from functools import cache, partial

import numpy as np
import pytest

from scenes.parts.label import Number
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read.spec import load


@cache
def played(*overrides):
    """The scene that has been played, and the shapes at the end of the step that compares."""
    seen = []
    stage = walk(partial(staging.build, load("encoder_stack", overrides)), lambda stage, moment: seen.append(
        see(stage).shapes) if moment.ends and moment.step == "neighbours" else None)
    return stage, seen[0]


def test_of_all_words_that_are_the_same_the_followed_one_has_changed_most():
    stage, _ = played()
    last = stage.staging.trace["distances.moved"].values[-1].copy()
    swapped = [i for i, (word, other) in enumerate(zip(stage.tokens, stage.staging.trace.twin)) if word != other]
    last[swapped] = -np.inf
    assert len(swapped) == 1 and last.argmax() == stage.focus
    assert stage.caption("neighbours") == stage.staging.words["steps"]["neighbours"]["caption"]


@pytest.mark.parametrize(("overrides", "wording"), [
    (("focus=street",), "other"), (("twin=the animal did not cross the street because it was very wide",), "other"),
    (("sentence=cat", "twin=cat", "focus=0"), "other"),
])
def test_otherwise_nothing_is_said_of_the_most(overrides, wording):
    stage, _ = played(*overrides)
    assert stage.wording("neighbours") == wording


def test_every_bar_is_on_one_scale_and_a_swapped_word_has_none():
    stage, shapes = played()
    shown = [shape.source.index for shape in shapes if isinstance(shape, Number) and shape.source.name == "distances.moved"]
    assert sorted(shown) == [(depth, token) for depth in range(3) for token in range(len(stage.tokens))]
    bars = [bar for row in stage.moved for token in row.tokens for bar in token.bar]
    assert len({round(bar.unit, 9) for bar in bars}) == 1
    assert {bar.source.index[-1] for bar in bars} == set(range(len(stage.tokens))) - {len(stage.tokens) - 1}
