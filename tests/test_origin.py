"""What the page says an entry was computed from gives that entry."""

import numpy as np
import pytest

from studio.plan import staging
from studio.read.spec import load
from studio.watch.origin import operands, sum_of_products

# How an entry follows from the values of what it is computed from, by what its formula holds; the first that fits counts.
HOW = {
    " W": None, "output.W": None, "query key^T": None, "weights value": None,
    "softmax of": lambda x, at: np.exp(x[at] - np.nanmax(x)) / np.nansum(np.exp(x - np.nanmax(x))),
    "argmax of": lambda x, at: x.argmax(),
    "^2 over": lambda x, at: (x**2).mean(), "mean of": lambda x, at: x.mean(), "sum of": lambda x, at: np.nansum(x),
    "sqrt(d_model)": lambda x, at: 4 * x, "/ sqrt(d_k)": lambda x, at: x / 2, "sqrt(variance": lambda x, at: np.sqrt(x + 1e-5),
    "max(0": lambda x, at: max(0, x), "+": lambda a, b, at: a + b, " - ": lambda a, b, at: a - b, " / ": lambda a, b, at: a / b,
    "gamma ": lambda a, b, at: a * b, "weights[": lambda a, b, at: a * b, "where": lambda x, at: x,
    "embedding[": lambda x, at: x, "joined": lambda x, at: x,
}


@pytest.fixture(scope="module")
def trace():
    return staging.trace(load("decoder", ["sentence=the old dog sleeps"]))


def checked(trace, name, place):
    """Whether there was something to check of an entry."""
    view = trace[name]
    index = tuple(min(place, length - 1) for length in view.shape)
    entry, formula = view[index], trace.declared[name].formula
    found = operands(trace, entry)
    if not found or not np.isfinite(float(entry)) or name.startswith(("passes.", "causal.")):
        return False
    how = next((how for sign, how in HOW.items() if sign in formula), lambda x, at: x)
    if how is None:
        assert sum_of_products(entry, found), name
    else:
        at = index[list(view.axes).index("key" if "over key" in formula else "vocabulary")] if "softmax" in formula else 0
        assert not sum_of_products(entry, found) and abs(how(*(part.values for part in found), at) - float(entry)) < 1e-6, name
    return True


@pytest.mark.parametrize("place", [0, 1, 3])
def test_what_an_entry_is_computed_from_gives_it(trace, place):
    assert sum(checked(trace, name, place) for name in trace.names) > 150


def test_a_row_of_many_is_of_nothing(trace):
    assert operands(trace, trace["encoder.0.self_attention.weights"][0, 1]) == []
