"""What is said of the MLP is so: a feature is above 0 for all verbs and for no noun or adjective, to which it adds nothing; one matrix cannot."""

from functools import cache, partial

import numpy as np
import pytest

from model.lexicon import KINDS
from scenes.mlp.scene import Mlp
from scenes.parts.label import Label
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read import assets
from studio.read.spec import load
from studio.training import read_lexicon


@cache
def played() -> Mlp:
    """The scene that has been played."""
    return walk(partial(staging.build, load("mlp")), lambda stage, moment: None)


def said(step: str, *values: str) -> set[str]:
    """The words that are seen of a step, at the end of each of its motions."""
    found = []
    walk(partial(staging.build, load("mlp", (*values, f"steps=[{step}]"))), lambda stage, moment: found.extend(see(stage).shapes), (1,))
    return {shape.string for shape in found if isinstance(shape, Label)}


def test_the_feature_is_high_for_the_token_alone_and_its_words_are_all_verbs():
    stage = played()
    values = stage._tensor("mlp.hidden").values[:, int(stage._chosen("feature").values)]
    words = [stage.known(row) for row in stage.view("firing.{block}.order")[stage.focus].values]
    assert stage.tokens[stage.focus] == "sleeps" and values.argmax() == stage.focus
    assert np.delete(values, stage.focus).max() < 0.05 * values[stage.focus]
    assert {*words} <= {"waits", "saw", "attracted", "waited", "carries", "followed"} and len(words) == 6


def test_the_feature_is_counted_from_1_wherever_it_is_named():
    stage = played()
    assert stage._chosen("number").values == stage._chosen("feature").values + 1 == 8


def test_it_asks_for_a_verb_and_for_nothing_else():
    stage, lexicon = played(), read_lexicon(assets.LEXICON)
    above, kinds = stage.view("firing.{block}.above").values[stage.focus], stage.view("firing.{block}.kinds").values
    assert [*kinds[:3]] == [*map(len, lexicon.kinds.values())] and kinds.sum() == len(lexicon.english)
    assert stage._kind == [*KINDS][0] == "verb" and [*above[:3]] == [kinds[0], 0, 0]
    assert "a verb?" in stage.caption("widen")


def test_a_feature_that_is_not_of_one_kind_is_said_to_be_of_words_like_these():
    stage = walk(partial(staging.build, load("mlp", ("focus=cat", "steps=[widen]"))), lambda stage, moment: None)
    assert stage._kind == "" and "a word like these" in stage.caption("widen")


def test_a_model_knows_the_kinds_of_its_words():
    assert assets.checkpoint("translator").facts["kinds"] == read_lexicon(assets.LEXICON).kinds


def test_without_the_row_of_the_verb_no_other_word_of_the_translation_falls_so_far():
    stage = played()
    trace, kept = stage.staging.trace, stage.view("firing.{block}.kept").values[stage.focus]
    own = trace["decoder.probabilities"].values.max(1)
    lost = int((own - kept).argmax())
    assert trace.output_tokens[lost] == "dort" and kept[lost] < 0.45 < 0.9 < own[lost]
    assert np.abs(np.delete(own - kept, lost)).max() < 0.05


def test_the_word_that_does_not_fit_is_given_the_row_upside_down_but_for_relu():
    stage = played()
    feature = int(stage._chosen("feature").values)
    before, row = stage._tensor("mlp.hidden").values[:, feature], stage._matrices[1].values[feature]
    least = before.argmin()
    without, with_it = (stage.view(f"firing.{{block}}.{name}").values[stage.focus] for name in ("unclipped", "added"))
    assert stage.tokens[least] == "cat" and (np.sign(without[least]) == -np.sign(without[stage.focus])).all()
    assert (with_it[least] == 0).all() and np.allclose(with_it[stage.focus], before[stage.focus] * row)


def test_upside_down_the_row_takes_from_the_noun_and_from_no_other_word_more():
    stage = played()
    trace, scope = stage.staging.trace, f"encoder.{stage.spec.block}.mlp"
    own, turned = (trace["decoder.probabilities"].values.max(1), stage.view("firing.{block}.turned").values[stage.focus])
    lost = int((own - turned).argmax())
    assert trace.output_tokens[lost] == "chat" and turned[lost] < 0.875 < 0.93 < own[lost]
    assert stage.tokens[int(stage._chosen("least").values)] == "cat" and trace[f"{scope}.hidden"].values[2, 7] < 0
    assert "a row of W₂ answers" in stage.caption("relu") and "not the opposite" in stage.caption("relu")


def test_the_verb_is_answered_yes_and_the_noun_no_as_the_feature_is_above_0_or_not():
    stage = played()
    values, words = stage._tensor("mlp.hidden").values[:, int(stage._chosen("feature").values)], said("relu")
    assert {"sleeps: yes,", "cat: no,", "× row 8 of W₂"} <= words and "without row\u00a08," in words
    assert values[stage.focus] > 0 > values[stage.tokens.index("cat")]


def test_a_feature_of_no_kind_is_not_said_to_answer():
    words = said("relu", "focus=cat")
    assert "cat" in words and not {"cat: yes,", "cat: no,"} & words


@pytest.mark.parametrize("given", [("model.weights=random",), ("focus=cat",)])
def test_a_row_that_is_not_seen_to_harm_or_a_feature_of_no_kind_is_said_to_answer_nothing(given):
    stage = walk(partial(staging.build, load("mlp", (*given, "steps=[relu]"))), lambda stage, moment: None)
    assert "answers" not in stage.caption("relu")


def test_one_matrix_does_the_same_without_relu_and_not_with_it():
    stage = played()
    without, with_it = (stage.view(f"folding.{{block}}.{name}").values[stage.focus] for name in ("differences", "relu_differences"))
    assert without < 1e-6 and with_it > 1.5


def test_what_is_below_0_adds_nothing_and_what_is_above_as_many_times_its_row():
    stage = played()
    before, after = (stage._tensor(f"mlp.{name}").values[:, int(stage._chosen("feature").values)] for name in ("hidden", "activation"))
    below, added = before < 0, stage.view("firing.{block}.added")[stage.focus].values
    unclipped = stage.view("firing.{block}.unclipped")[stage.focus].values
    row = stage._matrices[1].values[int(stage._chosen("feature").values)]
    assert [word for word, is_below in zip(stage.tokens, below, strict=True) if is_below] == ["black", "cat"]
    assert (after[below] == 0).all() and (after[~below] == before[~below]).all()
    assert (added[below] == 0).all() and np.allclose(added[~below], before[~below, None] * row) and (added[~below] != 0).all()
    assert np.allclose(unclipped, before[:, None] * row) and (unclipped[below] != 0).all()
