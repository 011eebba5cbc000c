"""What the encoder block shows is so: averages lie between, nothing but these makes all tokens one, and it is the way round that helps."""

import numpy as np
import pytest

from model.experiments.deep_stack import untrained
from model.functional import attention, feed_forward, layer_norm
from measuring import run
from studio.plan.staging import stage
from studio.read.spec import load
from test_facts_heads import ends, said, sources

SENTENCES = ["the black cat sleeps", "a young girl sees the red car", "the animal did not cross the street because it was too tired"]


class Run:
    """What an untrained stack is made of."""

    def __init__(self, sentence):
        trace = stage(load("encoder_block", [f"sentence={sentence}", "focus=1"])).trace
        self.config, self.vocabulary = trace.config, trace.vocabulary
        self.ids = [self.vocabulary.index(word) for word in sentence.split()]


def spread(sentence, blocks=3, parts=("attention", "mlp"), path=0, norm=True):
    """How far tokens are from their mean after some untrained blocks of these parts, the norm last."""
    config, weights, x = untrained(Run(sentence))
    for w in weights.encoder[:blocks]:
        made = {"attention": (lambda x: attention(x, x, w.self_attention, config.n_heads), w.norm_1), "mlp": (lambda x: feed_forward(x, w.mlp), w.norm_2)}
        for apply, after in map(made.get, parts):
            x = path * x + apply(x)
            x = layer_norm(x, after, config.epsilon) if norm else x
    return np.sqrt(((x - x.mean(0)) ** 2).mean())


@pytest.mark.parametrize("sentence", SENTENCES)
def test_attention_alone_makes_all_tokens_one_and_the_MLP_alone_does_not(sentence):
    trace = stage(load("encoder_block", [f"sentence={sentence}", "focus=1"])).trace
    assert np.isclose(spread(sentence), trace["deep_stack.spread"].values[0, 1, 3])
    assert spread(sentence) < 0.005 and spread(sentence, parts=["attention"]) < 0.02 and spread(sentence, parts=["mlp"]) > 0.4


@pytest.mark.parametrize("sentence", SENTENCES)
def test_it_is_the_way_round_that_keeps_tokens_apart_and_not_the_norm(sentence):
    """With a norm and without one: they stay apart with a way round, and are one without."""
    for norm in (True, False):
        assert spread(sentence, path=1, norm=norm) > 0.25 > 0.005 > spread(sentence, norm=norm)


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_averages_that_are_shown_lie_between_the_numbers_of_the_tokens_and_closer(sentence, norm):
    model = ("model.weights=random", f"model.norm={norm}") if norm == "pre" else ()
    values = [f"sentence={sentence}", "focus=1", *model]
    trace, shown = stage(load("encoder_block", values)).trace, ends("encoder_block", *values)["collapse"]
    before, after = (trace[f"deep_stack.{name}"].values for name in ("value", "averages"))
    low, high = before.min(2, keepdims=True), before.max(2, keepdims=True)
    assert ((low - 1e-9 <= after) & (after <= high + 1e-9)).all()
    ((way, head, feature),) = {(*source.index[:2], source.index[3]) for source in sources(shown) if source.name == "deep_stack.averages"}
    one, other = before[way, head, :, feature], after[way, head, :, feature]
    strays = abs(after[way] - before[way].mean(1, keepdims=True)).max(1) / np.ptp(before[way], axis=1)
    assert way == (norm == "pre") and np.ptp(other) < 0.65 * np.ptp(one)
    assert np.isclose(abs(other - one.mean()).max() / np.ptp(one), strays.min())


def test_what_attention_gathers_is_blended_and_what_the_MLP_makes_is_not():
    """Half of one token and half of another: the MLP makes of it something else than half of what it makes of each."""
    trace = run(tokens=("the", "black", "cat", "sleeps"), twin=())
    values, heads = (trace[f"encoder.0.self_attention.{name}"].values for name in ("value", "heads"))
    assert ((values.min(1, keepdims=True) <= heads) & (heads <= values.max(1, keepdims=True))).all()
    y = trace["encoder.0.norm_1.output"].values
    mlp = {name: trace[f"weights.encoder.0.mlp.{name}"].values for name in ("W_1", "b_1", "W_2", "b_2")}

    def make(x):
        return np.maximum(0, x @ mlp["W_1"] + mlp["b_1"]) @ mlp["W_2"] + mlp["b_2"]

    assert np.abs(make((y[0] + y[1]) / 2) - (make(y[0]) + make(y[1])) / 2).max() > 0.1


def test_the_bars_of_both_ways_start_from_the_same():
    shown = ends("encoder_block", "steps=[build, collapse, bypass]")["bypass"]
    starts = {shape.source.index for shape in shown if getattr(shape, "source", None) is not None
              and shape.source.name == "deep_stack.spread" and shape.source.index[-1] == 0}
    assert {(0, 0, 0), (0, 1, 0)} <= starts and {"tokens’ distance from their mean,", "1", "2", "3", "block 4"} <= said(shown)
