"""What a value tells that a key does not: each word in the place of another is the model's own pass of that sentence."""

import numpy as np
import pytest

import model
from model.experiments import find, told
from scenes.parts.sorted_words import Order
from studio.read import assets

CHECKPOINT = assets.checkpoint("translator")
CAT = ("the", "black", "cat", "sleeps")
HERE = (0, 0, 1)                          # block 1, head 1, "black"


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
    assert forms == ["noir", "noire"] and of_black(trace, "looked") == 2 and len(words) + of_black(trace, "left_out") == 65
    for word in ("cat", "house", "mouse", "hard"):
        there = ran(("the", "black", word, "sleeps"))
        k = words.index(word)
        attention = {name: there.arrays[f"encoder.0.self_attention.{name}"][0] for name in ("weights", "key", "value")}
        assert attention["weights"][1, 2] > 0.5 and forms[int(of_black(trace, "said")[k])] in there.output_tokens
        for side, name in enumerate(told.SIDES):
            assert np.isclose(of_black(trace, "numbers")[side, k], attention[name][2, int(of_black(trace, "features")[side])])


def test_one_number_of_the_value_tells_the_form_and_none_of_the_key_does(trace):
    said, (key, value) = of_black(trace, "said"), of_black(trace, "numbers")
    for numbers, cut, share in zip((key, value), of_black(trace, "cuts"), of_black(trace, "shares")):
        right = ((numbers > cut) == said).mean()
        assert np.isclose(share, max(right, 1 - right))
    assert np.isclose(of_black(trace, "guess"), max(said.mean(), 1 - said.mean()))
    key_share, value_share = of_black(trace, "shares")
    assert value_share > 0.95 > 0.7 > key_share > of_black(trace, "guess")


def test_the_best_cut_is_found_by_trying_all():
    rng = np.random.default_rng(1)
    numbers, second = rng.normal(size=(9, 3)), np.arange(9) % 2
    feature, cut, share = told.best_cut(numbers, second)
    tried = [((numbers[:, j] > at) == second).mean() for j in range(3) for at in np.linspace(*np.quantile(numbers[:, j], (0, 1)), 999)[:-1]]
    right = ((numbers[:, feature] > cut) == second).mean()
    assert share == max(right, 1 - right) == max(max(tried), 1 - min(tried))


def test_a_translation_that_never_changes_has_no_forms():
    arrays = ran(("because",), "told").arrays
    assert arrays["told.count"].min() >= 1 and set(told.SIDES) == {"key", "value"}
    nothing = np.isnan(arrays["told.guess"])
    assert np.isnan(arrays["told.shares"][nothing]).all() and np.isnan(arrays["told.forms"][nothing]).all()


def test_nothing_is_told_without_a_translator():
    untrained = model.run(CAT, model.ModelConfig(), None, [told])
    assert not [name for name in untrained.arrays if name.startswith("told.")]


def test_most_of_what_is_guessed_at_the_sides_of_a_cut_is_right(trace):
    words = [trace.vocabulary[int(row)] for row in of_black(trace, "words")]
    orders = [Order(trace["told.numbers"][*HERE, side, : len(words)], of_black(trace, "said"), trace["told.cuts"][*HERE, side], {})
              for side in range(len(told.SIDES))]
    for order, share in zip(orders, of_black(trace, "shares")):
        guesses = np.array(order.sides)[(order.numbers.values > float(order.cut)).astype(int)]
        assert np.isclose((guesses == order.kinds).mean(), share)
    assert words[orders[0].opposite(words.index("cat"))] == "woman"
