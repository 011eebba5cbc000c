"""An experiment is any module: what one of somebody else's is given, records and may not call its own, and how ours are found."""

import importlib
import json
import subprocess
import sys
from functools import partial
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

import model
from model import ModelConfig, Trace
from model.experiments import find, names
from studio.check import provenance
from studio.check.sight import walk
from studio.plan import staging
from studio.read.spec import load

SENTENCE = model.tokenise("the black cat sleeps")
LOUDER = '''
"""The same scores at another temperature."""

from model.functional import softmax
from model.tensors import Tensor, scoped

TENSORS = scoped(
    "{name}",
    Tensor("temperature", "", "what scores are divided by", "chosen"),
    Tensor("{{block}}.weights", "head query key", "weights at that temperature",
           "softmax of {{self_attention}} over key, in {{block}}", shares=True),
    Tensor("drift", "query option", "how far each token goes", "sum", words={{"query": "twin"}}),
)


def measure(run, record):
    heat = record("temperature", run.given["temperature"])
    for block in range(run.config.n_blocks):
        record(f"{{block}}.weights", softmax(run.arrays[f"encoder.{{block}}.self_attention.scaled_scores"] / heat))
    record("drift", run.of_all_blocks("output").sum(-1).T)
'''
FRESH = count()


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A function that makes a module somewhere else of its source, and imports it."""
    def write(name, source):
        package = f"elsewhere{next(FRESH)}"
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / f"{name}.py").write_text(source.format(name=name), "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(f"{package}.{name}")
    return write


def louder(written, **given):
    """A trace with an experiment that no room of the project knows."""
    given = {"temperature": np.float64(0.5), "twin": ("the", "white", "cat", "sleeps")} | given
    return model.run(SENTENCE, ModelConfig(), experiments=[written("louder", LOUDER)], given=given)


def test_an_experiment_from_elsewhere_is_given_a_scenes_own_key(written):
    plain, warm, cold = model.run(SENTENCE, ModelConfig()), louder(written), louder(written, temperature=np.float64(1))
    assert float(warm["louder.temperature"]) == 0.5
    name = "encoder.1.self_attention.weights"
    assert np.array_equal(cold["louder.1.weights"].values, cold[name].values)
    assert np.abs(warm["louder.1.weights"].values - warm[name].values).max() > 0.01
    assert np.array_equal(warm["encoder.output"].values, plain["encoder.output"].values)
    row = next(row for row in warm.table() if row["name"] == "louder.1.weights")
    assert row["axes"] == ["head", "query", "key"] and row["formula"] == "softmax of encoder.1.input over key, in 1"
    with pytest.raises(KeyError, match="did you mean 'louder.temperature'"):
        warm["louder.temprature"]


def test_what_it_declares_comes_back_from_a_file(written, tmp_path):
    trace = louder(written)
    trace.save(tmp_path / "trace.npz")
    script = ("import sys; from model import Trace; t = Trace.load(sys.argv[1]); "
              "print(t.table()[-1], t.words('louder.drift', 'query'))")
    back = Trace.load(tmp_path / "trace.npz")
    assert (back.digest, back.table(), back.declared) == (trace.digest, trace.table(), trace.declared)
    said = subprocess.run([sys.executable, "-c", script, tmp_path / "trace.npz"], capture_output=True, text=True, check=True)
    assert "louder.drift" in said.stdout and "white" in said.stdout  # where its module is not known


def test_it_says_which_words_stand_along_its_axes_and_every_number_is_rounded_by_itself(written):
    trace = louder(written)
    assert trace.words("louder.0.weights", "key") == SENTENCE and trace.words("louder.0.weights", "head") == ()
    assert trace.words("louder.drift", "query") == trace.twin and trace.words("louder.drift", "option") == ()
    scene = SimpleNamespace(staging=SimpleNamespace(trace=trace))
    for name in ("louder.0.weights", "encoder.0.self_attention.scores"):
        view = trace[name][0, 0, 0]
        up = f"{np.ceil(abs(float(view)) * 100) / 100:.2f}".replace("-", provenance.MINUS)
        down = f"{np.floor(abs(float(view)) * 100) / 100:.2f}"
        sign = provenance.MINUS if float(view) < 0 else ""
        found = [line for shown in (up, down)
                 for line in provenance._number(scene, SimpleNamespace(string=sign + shown, source=view), float(view))]
        assert [line[:11] for line in found] == ["is shown as"], name


@pytest.mark.parametrize("name", ["encoder", "decoder", "weights", "training", "embeddings", "positions", "tokens"])
def test_what_the_model_calls_its_own_is_no_name_for_an_experiment(written, name):
    with pytest.raises(ValueError, match=f"^experiment '{name}': the model records under this name itself"):
        model.run(SENTENCE, ModelConfig(), experiments=[written(name, LOUDER)], given={"temperature": 1})


def test_an_experiment_records_nothing_but_what_is_its_own(written):
    sources = {
        "must begin with 'quiet.'": LOUDER.replace('"{name}",', '"loud",'),
        "has no measure": LOUDER.replace("def measure", "def other"),
        "has no TENSORS": LOUDER.replace("TENSORS =", "OTHERS ="),
        "'nobody' along query, which is none of tokens, twin": LOUDER.replace('"twin"', '"nobody"'),
        "a place that nothing fills: 'head_9'": LOUDER.replace("{{self_attention}}", "{{head_9}}"),
        "tensors that nothing declares: quiet.more": LOUDER.replace('record("drift"', 'record("more"'),
    }
    for message, source in sources.items():
        with pytest.raises(ValueError, match=message):
            model.run(SENTENCE, ModelConfig(), experiments=[written("quiet", source)], given={"temperature": 1}).complete()


def test_an_experiment_is_done_once_and_only_if_something_of_it_is_asked_for(written):
    done, source = [], LOUDER.replace("    heat =", "    run.given['done'].append('{name}')\n    heat =")
    experiments, given = [written(name, source) for name in ("first", "second", "third")], {"temperature": 1, "done": done}
    lazy, eager = (model.run(SENTENCE, ModelConfig(), experiments=experiments, given=given) for _ in range(2))
    assert lazy["encoder.output"] and "output" not in lazy.arrays and done == []
    assert float(lazy["second.temperature"]) == 1 and lazy["second.drift"] and "second.more" not in lazy.arrays and done == ["second"]
    eager.complete()
    assert (lazy.names, lazy.digest) == (eager.names, eager.digest) and done == ["second", "first", "second", "third", "first", "third"]


def test_who_draws_nothing_of_an_experiment_does_not_wait_for_it(monkeypatch):
    done = []
    for name in ("shuffling", "probe"):
        module = find(name)
        monkeypatch.setattr(module, "measure", lambda *given, name=name, measure=module.measure: (done.append(name), measure(*given)))
    for seed, step in ((71, "shuffle"), (72, "carried")):
        spec = load("positional_encoding", (f"steps=[{step}]", "model.weights=random", f"model.seed={seed}"))
        walk(partial(staging.build, spec), lambda stage, moment: None)
    assert done == ["shuffling", "shuffling", "probe"]                 # what is left out is rehearsed where what comes after it is shown


def test_two_experiments_of_one_name_are_refused(written):
    with pytest.raises(ValueError, match="^experiment 'twin': there are 2 of this name"):
        model.run(SENTENCE, ModelConfig(), experiments=[find("twin"), written("twin", LOUDER)], given={"temperature": 1})


def test_ours_are_found_by_name_and_a_wrong_one_suggests_the_near_ones():
    assert {"twin", "ablation", "probe"} <= set(names())
    assert all(find(name).__name__ == f"model.experiments.{name}" and find(name).TENSORS for name in names())
    with pytest.raises(KeyError, match="no experiment 'ablatoin'; did you mean 'ablation'?"):
        find("ablatoin")
    with pytest.raises(KeyError, match=rf"no experiment 'zzz'; there are {', '.join(names())}\W*$"):
        find("zzz")


def test_the_model_alone_imports_no_experiment():
    script = "import json, sys, model; print(json.dumps([name for name in sys.modules if name.startswith('model.experiments.')]))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == []
