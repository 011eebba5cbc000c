"""A trace is declared, frozen and faithful to its file; a view knows where its numbers came from."""

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import model
from model import ModelConfig, Trace
from model.experiments import find, names, scaling
from model.recorder import Recorder
from model.table import declared
from model.tensors import TENSORS

SENTENCE = model.tokenise("the black cat sleeps")
BERT = ModelConfig(positional="learned", activation="gelu", embedding="normalised", segments="learned")
GPT_2 = ModelConfig(norm="pre", positional="learned", activation="gelu_new", embedding="plain", mask="causal", output="tied")
MAKES = [*(ModelConfig(norm=n, positional=p) for n in ("post", "pre") for p in ("sinusoidal", "learned", "none")), BERT, GPT_2]
TRACE = model.run(SENTENCE, ModelConfig(), experiments=[scaling])
WEIGHTS = "encoder.1.self_attention.weights"


# --- the table -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", MAKES, ids=str)
def test_what_is_recorded_is_declared_and_what_is_declared_is_recorded(config):
    assert set(model.run(SENTENCE, config).names) == set(declared(config))


@pytest.mark.parametrize("config", MAKES, ids=str)
def test_axes_fit_shapes_and_lengths_fit_everywhere(config):
    lengths = {"d_model": 16, "d_k": 4, "d_ff": 64, "head": 4, "token": 4, "query": 4, "input": 16, "output": 16}
    lengths |= {"vocabulary": 4, "position": 16, "key": 4, "segment": 2, "step": 6}
    for row in model.run(SENTENCE, config).table():
        assert row["shape"] == [lengths[axis] for axis in row["axes"]], row["name"]
        assert len(set(row["axes"])) == len(row["axes"])


def test_every_line_says_what_it_means():
    every = [*TENSORS, *(tensor for name in names() for tensor in find(name).TENSORS)]
    assert len({tensor.name for tensor in every}) == len(every)
    for tensor in every:
        assert tensor.meaning and tensor.formula and "\n" not in tensor.meaning + tensor.formula


@pytest.mark.parametrize("config", MAKES, ids=str)
def test_formulas_name_real_tensors(config):
    table = declared(config, [tensor for name in names() for tensor in find(name).TENSORS])
    for tensor in table.values():
        assert not set("{}") & set(tensor.formula)
        for word in re.split(r"[\s\[\],;()|]+", tensor.formula):
            if word.startswith(("encoder.", "weights.")):
                assert word in table, tensor


def test_what_is_declared_as_shares_sums_to_one_in_every_row():
    shared = [name for name in TRACE.names if TRACE.declared[name].shares]
    assert {WEIGHTS, "scaling.scaled_weights"} < set(shared) and "encoder.1.self_attention.scores" not in shared
    assert all(np.allclose(TRACE[name].values.sum(-1), 1, rtol=0, atol=1e-12) for name in shared)


def test_as_many_words_stand_along_an_axis_as_it_is_long():
    for name in TRACE.names:
        for axis, length in zip(TRACE[name].axes, TRACE[name].shape):
            assert len(TRACE.words(name, axis)) in (0, length), (name, axis)


def test_the_table_follows_the_record():
    assert [row["name"] for row in TRACE.table()] == list(TRACE.names)
    assert TRACE.names.index("embeddings") < TRACE.names.index("encoder.0.input") < TRACE.names.index("encoder.output")


# --- wrong names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, message",
    [
        ("encoder.1.self_attention.weight", f"no tensor 'encoder.1.self_attention.weight'; did you mean '{WEIGHTS}'"),
        ("encoder.2.self_attention.weights", f"self_attention.weights': the blocks are 0 to 1; did you mean '{WEIGHTS}'?"),
        ("weights.encoder.9.mlp.W_1", "the blocks are 0 to 1; did you mean 'weights.encoder.1.mlp.W_1'?"),
        ("scores", "did you mean 'encoder.0.self_attention.scores' or 'encoder.1.self_attention.scores' or 'scaling.scores'?"),
        ("encoder.final_norm.mean", "no tensor 'encoder.final_norm.mean': it needs norm: pre"),
        ("weights.positions", "no tensor 'weights.positions': it needs positional: learned"),
        ("embedding_norm.output", "no tensor 'embedding_norm.output': it needs embedding: normalised"),
        ("decoder.logits", "no tensor 'decoder.logits': it needs a model that says something"),
        ("twin.embeddings", "no tensor 'twin.embeddings': it is of the experiment 'twin', which this scene does not draw"),
        ("%", "no tensor '%'; there are "),
    ],
)
def test_a_wrong_name_suggests_the_near_ones(name, message):
    with pytest.raises(KeyError) as caught:
        TRACE[name]
    assert message in str(caught.value)


def test_nothing_is_recorded_twice_or_undeclared():
    record = Recorder().scope("encoder.0")
    record("input", np.zeros(1))
    with pytest.raises(ValueError, match="'encoder.0.input' is recorded twice"):
        record("input", np.zeros(1))
    with pytest.raises(ValueError, match="nothing declares: surprise"):
        Trace(("a",), ModelConfig(), {"surprise": np.zeros(1)})


# --- frozen --------------------------------------------------------------------------------------------------------


def test_nothing_in_a_trace_can_be_changed():
    view = TRACE[WEIGHTS]
    for part in (view, view[0], view.T, view[0, 0, 0], view[:, 1:]):
        with pytest.raises(ValueError, match="read-only"):
            part.values[...] = 0
    for thing, field in ((view, "name"), (TRACE, "tokens"), (TRACE.config, "seed")):
        with pytest.raises(AttributeError):
            setattr(thing, field, None)
    with pytest.raises(TypeError):
        TRACE.arrays[WEIGHTS] = 0


def test_a_trace_does_not_change_with_the_arrays_it_was_made_of():
    array = np.zeros(3)
    trace = Trace(("a",), ModelConfig(), {"scaling.d_k": array}, also=scaling.TENSORS)
    array[0] = 1
    assert not trace["scaling.d_k"].values.any()


# --- files and digests ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", MAKES, ids=str)
def test_a_trace_comes_back_from_its_file(config, tmp_path):
    trace = model.run(("the", "öl", "\U0001f408", "<b>", '"\\'), config)
    trace.save(tmp_path / "trace.tmp")  # the path as it is: no suffix is added
    back = Trace.load(tmp_path / "trace.tmp")
    assert (back.tokens, back.config, back.names, back.digest) == (trace.tokens, trace.config, trace.names, trace.digest)
    assert back.table() == trace.table()
    assert all(np.array_equal(back[name].values, trace[name].values) for name in trace.names)


def test_files_are_open_to_plain_numpy_without_pickle():
    file, again = io.BytesIO(), io.BytesIO()
    TRACE.save(file)
    TRACE.save(again)
    assert file.getvalue() == again.getvalue()
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        assert np.array_equal(stored[WEIGHTS], TRACE[WEIGHTS].values)
        assert not any(stored[name].dtype.hasobject for name in stored.files)


def test_what_is_no_trace_is_refused():
    other, changed = io.BytesIO(), io.BytesIO()
    np.savez(other, x=np.zeros(3))
    other.seek(0)
    with pytest.raises(ValueError, match="is not a trace"):
        Trace.load(other)
    TRACE.save(changed)
    changed.seek(0)
    with np.load(changed) as stored:
        arrays = dict(stored) | {"token_ids": np.array([3.0, 2.0, 1.0, 0.0])}
    changed = io.BytesIO()
    np.savez(changed, **arrays)
    changed.seek(0)
    with pytest.raises(ValueError, match="its digest differs"):
        Trace.load(changed)


def test_the_digest_tells_runs_apart():
    assert model.run(list(SENTENCE), ModelConfig(), experiments=[scaling]).digest == TRACE.digest
    changes = [("seed", 1), ("n_heads", 2), ("norm", "pre"), ("positional", "none"), ("epsilon", 1e-6), ("n_blocks", 1),
               ("activation", "gelu"), ("mask", "causal"), ("spelling", "wordpiece")]
    others = [model.run(SENTENCE, ModelConfig(**{field: value})) for field, value in changes]
    others.append(model.run(("the", "black", "dog", "sleeps"), ModelConfig()))
    assert len({TRACE.digest, *(other.digest for other in others)}) == 11


# --- provenance ----------------------------------------------------------------------------------------------------


def keys(length):
    """Any int or slice that fits an axis of this length."""
    bounds = st.one_of(st.none(), st.integers(-length - 2, length + 2))
    slices = st.builds(slice, bounds, bounds, st.sampled_from([None, 1, 2, 3, -1, -2]))
    return st.one_of(st.integers(-length, length - 1), slices) if length else slices


@st.composite
def cut(draw):
    """A view of some tensor after any few turns and cuts, and plain numpy treated in the same way."""
    name = draw(st.sampled_from([WEIGHTS, "embeddings", "encoder.0.self_attention.weighted_values", "scaling.d_k"]))
    view, plain = TRACE[name], TRACE.arrays[name]
    for _ in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            view, plain = view.T, plain.T
        key = tuple(draw(keys(length)) for length in plain.shape[: draw(st.integers(0, plain.ndim))])
        view, plain = view[key], plain[key]
    return view, plain


@given(cut())
def test_a_view_holds_what_numpy_would(pair):
    view, plain = pair
    assert view.shape == plain.shape and np.array_equal(view.values, plain)
    assert len(view.axes) == plain.ndim
    if plain.ndim:
        assert len(view) == len(plain)
        assert all(np.array_equal(row.values, plain[i]) for i, row in enumerate(view))


@given(cut())
def test_every_number_of_a_view_is_the_number_it_points_to(pair):
    view, _ = pair
    assert [axis for axis, i in zip(TRACE[view.name].axes, view.index) if isinstance(i, range)] == sorted(
        view.axes, key=TRACE[view.name].axes.index
    )
    for place in np.ndindex(view.shape):
        number = view[place]
        assert all(isinstance(i, int) for i in number.index) and number.axes == ()
        assert TRACE[number.name].values[number.index] == float(number) == view.values[place]


def test_axes_go_with_their_numbers():
    view = TRACE["encoder.0.self_attention.query"]
    assert view.axes == ("head", "token", "d_k") and view.T.axes == ("d_k", "token", "head")
    assert view[2].axes == ("token", "d_k") and view[:, 1].axes == ("head", "d_k")
    assert view.T[0].axes == ("token", "head") and view.T[0][1].index == (range(0, 4), 1, 0)
    assert repr(view[2, 1:3, -1]) == "encoder.0.self_attention.query[2, range(1, 3), 3]"


def test_keys_that_do_not_fit_are_refused():
    view = TRACE[WEIGHTS]
    with pytest.raises(IndexError, match="weights: head 4 is out of range, there are 4"):
        view[4]
    with pytest.raises(IndexError, match="4 indices"):
        view[0, 0, 0, 0]
    for key in (None, [0, 1], True, 1.0, np.array([0])):
        with pytest.raises(TypeError, match="takes an int or a slice"):
            view[key]
    with pytest.raises(TypeError, match="not a single number"):
        float(view[0, 0])
    with pytest.raises(TypeError):
        len(view[0, 0, 0])
