"""What is measured beside the forward pass: facts about it, and that all of it is declared."""

from pathlib import Path

import numpy as np
import pytest

import model
from model import Intervention, ModelConfig
from model.experiments import EXPERIMENTS
from model.experiments.scaling import N_BINS
from model.table import declared
from studio import assets

TIRED = model.tokenise("the animal did not cross the street because it was too tired")
WIDE = (*TIRED[:-1], "wide")
CHECKPOINT = assets.checkpoint("translator")


def close(a, b, tolerance=1e-12) -> bool:
    """Whether all numbers agree."""
    return np.allclose(a, b, rtol=0, atol=tolerance)


def run(*experiments: str, tokens=TIRED, twin=WIDE, intervention=Intervention(1, 0)) -> model.Trace:
    """The trace of the translator with these experiments."""
    return model.run(tokens, CHECKPOINT.config, CHECKPOINT, experiments, twin, intervention)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_records_what_it_declares_and_each_axis_has_one_length(name):
    plain, trace = run(), run(name)
    new = set(trace.names) - set(plain.names)
    assert new == {full for full in declared(trace.config) if full.startswith(f"{name}.")}
    lengths = {}
    for tensor in (trace[full] for full in new):
        assert all(lengths.setdefault(axis, length) == length for axis, length in zip(tensor.axes, tensor.shape, strict=True)), tensor
    again = run(name)
    assert trace.digest == again.digest != plain.digest


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_runs_on_any_words_without_training(name):
    for tokens, config in ((("a",), ModelConfig(d_model=4, n_heads=1, n_blocks=1)), (("x", "y", "x"), ModelConfig(norm="pre"))):
        trace = model.run(tokens, config, None, [name], (), Intervention(0, 0))
        assert set(trace.names) <= set(declared(config))


# --- the twin ------------------------------------------------------------------------------------------------------


def test_the_twin_is_the_pass_of_the_other_sentence():
    trace, other = run("twin"), run(tokens=WIDE)
    for name in other.names:
        if name.startswith("encoder.") or name in ("embeddings", "positions"):
            assert (trace[f"twin.{name}"].values == other[name].values).all(), name
    assert trace.words("twin.encoder.0.self_attention.weights", "key") == WIDE
    with pytest.raises(ValueError, match="twin: it has 3 tokens and the sentence 12"):
        run("twin", twin=WIDE[:3])


# --- why scores are scaled -----------------------------------------------------------------------------------------


def test_the_spread_of_dot_products_grows_as_the_root_of_d_k():
    t = model.run(("a",), ModelConfig(), experiments=["scaling"]).arrays
    d_k, scores, n = t["scaling.d_k"], t["scaling.scores"], 2000
    assert d_k.tolist() == [4, 64, 512] and scores.shape == (3, n)
    # A dot product of normal vectors has kurtosis 3 + 6 / d_k, so its sample deviation an error of sqrt((2 + 6 / d_k) / 4n).
    error = 4 * np.sqrt((2 + 6 / d_k) / (4 * n))
    assert (np.abs(t["scaling.spread"] / np.sqrt(d_k) - 1) < error).all()
    assert (np.abs(t["scaling.scaled_spread"] - 1) < error).all()
    assert (np.abs(scores.mean(1)) < 4 * np.sqrt(d_k / n)).all()
    assert close(t["scaling.spread"], np.sqrt(((scores - scores.mean(1, keepdims=True)) ** 2).mean(1)))
    assert close(t["scaling.scaled_scores"], scores / np.sqrt(d_k)[:, None])


def test_histograms_hold_every_sample_on_common_bins():
    t = model.run(("a",), ModelConfig(), experiments=["scaling"]).arrays
    edges = t["scaling.edges"]
    assert edges.shape == (N_BINS + 1,) and close(np.diff(edges), np.full(N_BINS, edges[-1] * 2 / N_BINS)) and close(edges, -edges[::-1])
    for shown, of in (("scaling.histogram", "scaling.scores"), ("scaling.scaled_histogram", "scaling.scaled_scores")):
        assert close(t[shown].sum(1), np.ones(3))
        assert close(t[shown][:, 20], (np.abs(t[of]) < edges[21]).mean(1))


def test_wide_scores_saturate_the_softmax_and_scaled_ones_do_not():
    t = model.run(("a",), ModelConfig(), experiments=["scaling"]).arrays
    for shown, of in (("scaling.weights", "scaling.scores"), ("scaling.scaled_weights", "scaling.scaled_scores")):
        powers = np.exp(t[of][:, :8])
        assert close(t[shown], powers / powers.sum(1, keepdims=True))
    assert t["scaling.weights"][2].max() > 0.9 > 0.6 > t["scaling.scaled_weights"][2].max()
