"""What is said of the MLP is so: a feature that is high for words like the token says no to another, and ReLU makes that no a 0."""

from functools import cache, partial

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


def test_relu_makes_a_no_a_0_and_leaves_a_yes():
    stage = played()
    before, after = (stage._tensor(f"mlp.{name}").values[:, int(stage._feature.values)] for name in ("hidden", "activation"))
    no = before < 0
    assert [word for word, is_no in zip(stage.tokens, no, strict=True) if is_no] == ["cat"]
    assert (after[no] == 0).all() and (after[~no] == before[~no]).all()
