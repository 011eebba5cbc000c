"""What reaches a token's z that a key does not tell: each word in the place of another is the model's own pass of that sentence."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import model
from model.experiments import find, told
from model.lexicon import KINDS
from scenes.parts.dot_plot import Told
from scenes.parts.label import Label
from studio.check.sight import see, walk
from studio.plan.staging import build
from studio.read import assets
from studio.read.spec import load

CHECKPOINT = assets.checkpoint("translator")
CAT = ("the", "black", "cat", "sleeps")
HERE = (0, 0, 1)                          # block 1, head 1, "black"


def said_in(scene, *values) -> dict[str, set[str]]:
    """The words at the end of each step."""
    said = {}
    walk(partial(build, load(scene, list(values))), lambda playing, moment: said.update(
        {moment.step: {shape.string for shape in see(playing).shapes if isinstance(shape, Label)}}))
    return said


def ran(tokens, *experiments) -> model.Trace:
    """The translator's pass."""
    return model.run(tokens, CHECKPOINT.config, CHECKPOINT, [find(name) for name in experiments])


@pytest.fixture(scope="module")
def trace() -> model.Trace:
    return ran(CAT, "told")


def of_black(trace, name) -> np.ndarray:
    """What is told of "black", without what is padded."""
    found = trace.arrays[f"told.{name}"][HERE]
    return found[..., : int(trace.arrays["told.count"][HERE])] if name in ("words", "said", "numbers") else found


def test_black_looks_at_every_noun_in_the_place_of_cat_and_says_noir_or_noire(trace):
    words = [trace.vocabulary[int(row)] for row in of_black(trace, "words")]
    forms = [trace.output_vocabulary[int(row)] for row in of_black(trace, "forms")]
    nouns = CHECKPOINT.facts["kinds"]["noun"]
    assert forms == ["noir", "noire"] and of_black(trace, "looked") == 2 and len(words) + of_black(trace, "left_out") == len(nouns) == 57
    assert {*words} < {*nouns} and list(KINDS)[int(of_black(trace, "kind"))] == "noun"
    for word in ("cat", "house", "mouse"):
        there = ran(("the", "black", word, "sleeps"))
        k = words.index(word)
        attention = {name: there.arrays[f"encoder.0.self_attention.{name}"][0] for name in ("weights", "key", "heads")}
        assert attention["weights"][1, 2] > 0.5 and forms[int(of_black(trace, "said")[k])] in there.output_tokens
        for side, (name, row) in enumerate((("key", 2), ("heads", 1))):
            assert np.isclose(of_black(trace, "numbers")[side, k], attention[name][row, int(of_black(trace, "features")[side])])


def test_one_number_of_z_tells_the_form_and_none_of_the_key_does(trace):
    said, numbers, count = of_black(trace, "said"), of_black(trace, "numbers"), int(of_black(trace, "count"))
    for each, cut, above, right in zip(numbers, *(of_black(trace, name) for name in ("cuts", "above", "right"))):
        assert right == ((each > cut) == (said == above)).sum() >= count / 2
    key, z = of_black(trace, "right")
    guess = of_black(trace, "guess")
    assert (key, z, count) == (33, 51, 52) and max(said.sum(), count - said.sum()) == guess == 28 < key


def test_what_z_tells_comes_with_the_same_number_of_the_value(trace):
    """z is a mixture: what else is in it leaves the form as clear as it is in the value of the noun alone, and in no number of the vector of
    the noun is it as clear, though it is in some."""
    said, feature, words = of_black(trace, "said"), int(of_black(trace, "features")[1]), of_black(trace, "words")
    passes = [ran(("the", "black", trace.vocabulary[int(row)], "sleeps")).arrays for row in words]
    value, vector = (np.stack([arrays[f"encoder.0.self_attention.{name}"] for arrays in passes]) for name in ("value", "input"))
    assert told.best_cut(value[:, 0, 2, feature : feature + 1], said).right == of_black(trace, "right")[1]
    assert 45 < told.best_cut(vector[:, 2], said).right < of_black(trace, "right")[1]


def test_the_best_cut_is_found_by_trying_all():
    rng = np.random.default_rng(1)
    numbers, second = rng.normal(size=(9, 3)), np.arange(9) % 2
    feature, cut, above, count = told.best_cut(numbers, second)
    tried = [((numbers[:, j] > at) == second).mean() for j in range(3) for at in np.linspace(*np.quantile(numbers[:, j], (0, 1)), 999)[:-1]]
    right = ((numbers[:, feature] > cut) == (second == above)).sum()
    assert count == right == round(9 * max(max(tried), 1 - min(tried)))


def test_a_translation_that_never_changes_has_no_forms():
    arrays = ran(("because",), "told").arrays
    assert arrays["told.count"].min() >= 1
    nothing = np.isnan(arrays["told.right"]).all(-1)
    assert np.isnan(arrays["told.cuts"][nothing]).all() and np.isnan(arrays["told.forms"][nothing]).all()


def test_where_a_kind_is_not_known_every_word_is_tried(trace):
    kinds, counts = (trace.arrays[f"told.{name}"] for name in ("kind", "count"))
    unknown = replace(CHECKPOINT, facts={name: fact for name, fact in CHECKPOINT.facts.items() if name != "kinds"})
    every = model.run(CAT, CHECKPOINT.config, unknown, [told]).arrays
    assert (every["told.kind"] == -1).all() and every["told.count"][HERE] == 53 > counts[HERE]
    assert (kinds == -1).any() and (counts == every["told.count"])[kinds == -1].all()


def test_nothing_is_told_without_a_translator():
    untrained = model.run(CAT, model.ModelConfig(), None, [told])
    assert not [name for name in untrained.arrays if name.startswith("told.")]


def test_of_the_other_form_the_word_with_the_most_similar_key_is_named(trace):
    words = [trace.vocabulary[int(row)] for row in of_black(trace, "words")]
    key = Told(trace["told.numbers"][*HERE, 0, : len(words)], of_black(trace, "said"), *(trace[f"told.{name}"][*HERE, 0] for name in ("cuts", "above")), {})
    assert words[key.opposite(words.index("cat"))] == "woman"


@pytest.mark.parametrize(("noun", "form"), [("cat", "noir"), ("mouse", "noire")])
def test_the_number_of_z_is_ringed_and_what_it_tells_is_what_is_said(noun, form):
    """The same in both scenes: in the values, in z, on its axis, and in the sum."""
    sentence = f"sentence=the black {noun} sleeps", "focus=black"
    assert f"number 4 says: {form}" in said_in("qkv", *sentence)["weighted_sum"] and form in ran(("the", "black", noun, "sleeps")).output_tokens
    assert {"ringed: noir or noire?"} <= said_in("values", *sentence)["mix_values"]
    assert {"best cut: 51 of 52 right", "best cut: 33 of 52 right", f"52 nouns in the place of “{noun}”: noir or noire?", noun} <= said_in("values", *sentence)["told"]


@pytest.mark.parametrize(("sentence", "focus"), [("because", 0), ("a young girl sees the red car", 1), ("the black house is big", 1)])
def test_where_no_number_tells_the_form_nothing_is_said_of_it(sentence, focus):
    of = f"sentence={sentence}", f"focus={focus}"
    said = said_in("qkv", *of)["weighted_sum"] | said_in("values", *of)["mix_values"]
    assert not [each for each in said if "says:" in each or "ringed" in each]


@pytest.mark.parametrize("focus", ["the", "cat"])
def test_of_other_words_than_black_its_forms_are_not_said(focus):
    steps = said_in("values", "sentence=the black cat sleeps", f"focus={focus}")
    assert not [each for each in steps["mix_tokens"] | steps["told"] if "must stay black" in each or "of z says" in each]
