"""What is said of LayerNorm holds for what is shown."""

from functools import cache, partial

import numpy as np
import pytest

from model.functional import layer_norm
from model.weights import Norm
from scenes.parts.bars import SignedBar
from scenes.parts.label import Label
from scenes.parts.weight import WeightBar
from studio.check.sight import see, walk
from studio.plan.staging import build, stage
from studio.read.spec import load

TIRED = ("sentence=the animal did not cross the street because it was too tired", "focus=it")


@cache
def seen(step, *values):
    """What is seen of a step, at the end of each of its motions."""
    found = []
    walk(partial(build, load("add_norm", [*values, f"steps=[{step}]"])), lambda playing, _: found.append(list(see(playing).shapes)), (1,))
    return found


def said(shapes):
    return {shape.string for shape in shapes if isinstance(shape, Label)}


@pytest.mark.parametrize("values", [(), TIRED, ("model.weights=random", "model.seed=5")])
def test_in_many_untrained_blocks_one_takes_all_unless_numbers_are_normalised(values):
    """Shown: the weights of the followed token in the last of them, both ways. Where one takes all, no weight rises with its score."""
    spec, trace, shown = load("add_norm", list(values)), stage(load("add_norm", list(values))).trace, seen("growth", *values)[-1]
    for way, verdict in (("without", "a nudge moves nothing:"), ("with", "a nudge still moves")):
        weights, gains = (trace[f"growth.{way}.{name}"].values[-1, spec.head, spec.focus] for name in ("weights", "gains"))
        assert [float(bar.source) for bar in shown if isinstance(bar, WeightBar) and f".{way}." in bar.source.name] == weights.tolist()
        assert verdict in said(shown) and ((weights.max() > 0.99) == (gains.max() < 0.005) == (way == "without"))
    assert "12 untrained blocks only" in said(shown) and len(trace["growth.with.weights"].values) == 12


def test_whatever_mean_and_spread_a_token_had_they_are_0_and_1_and_how_loud_it_was_no_longer_counts():
    x, plain = stage(load("add_norm")).trace["encoder.0.residual_1"].values, Norm(gamma=1, beta=0)
    normal = layer_norm(x, plain, 1e-5)
    assert np.allclose(layer_norm(3 * x + 7, plain, 1e-5), normal, atol=1e-4) and np.allclose([normal.mean(-1), normal.std(-1) - 1], 0, atol=1e-4)
    assert {"μ =", "0.00", "σ =", "1.00"} <= said(seen("normalise")[-1])


def test_two_tokens_that_were_not_as_loud_are_made_so_and_one_gamma_turns_the_same_feature_of_both_down():
    trace, moments = stage(load("add_norm")).trace, seen("gain_and_shift")
    shown = {bar.source.index[0] for bar in moments[-1] if isinstance(bar, SignedBar) and bar.source.name == "encoder.0.norm_1.output"}
    spread, gamma = trace["moments.0.norm_1.spread"].values[:, sorted(shown)], trace["weights.encoder.0.norm_1.gamma"].values
    assert len(shown) == 2 and spread[0].max() > 1.3 * spread[0].min() and np.allclose(spread[2], 1, atol=1e-3)
    words = set().union(*map(said, moments))
    assert {f"{number:.2f}" for number in (*spread[0], *spread[2], gamma.min())} <= words
    assert {"after γ and β: still about equally loud", "β: a shift, small here", *(f"{number:.2f}" for number in spread[4])} <= said(moments[-1])
    assert np.ptp(spread[4]) < 0.1 and abs(trace["weights.encoder.0.norm_1.beta"].values).max() < 0.1
    before, after = (abs(trace[f"encoder.0.norm_1.{name}"].values[sorted(shown), gamma.argmin()]) for name in ("normalised", "output"))
    assert (before > 1).all() and (after < 0.5 * before).all()
