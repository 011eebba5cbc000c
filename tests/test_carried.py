"""What travels with an order to machines that have not got it: large files go once, and beside it."""

import ctypes
import pickle
import shutil
from pathlib import Path

import pytest
from clusters import ROOT

from studio.read.spec import load
from studio.render import carried, cluster, farm, order
from studio.render.carried import Carried
from studio.render.job import Job
from studio.render.order import make
from studio.render.quality import Quality

BERT = Path(__file__).parent / "fixtures/checkpoints/bert"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(carried, "LARGE", 50_000)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def an_order(sentence="it is a cat"):
    settings = ["model.weights=minilm", "pace=10", "steps=[equation]", f"sentence={sentence}"]
    return order.order_of(load("attention_matrix", settings), "equation", Quality("tiny", 160, 90, 5))


def test_a_model_is_carried_beside_the_orders(monkeypatch):
    """Its files are the same objects in every order, and are found whatever folder the other machine keeps its models in."""
    shutil.copytree(BERT, "data/animformer/minilm")
    one, two = order.carrying(an_order()), order.carrying(an_order("the dog is old"))
    assert {Path(path).name for path in one.carried} == {"config.json", "model.safetensors", "vocab.txt", "tokenizer_config.json"}
    assert all(one.carried[path] is two.carried[path] for path in one.carried)
    beside, expected = [], make(an_order())
    pickled = pickle.dumps(one, protocol=5, buffer_callback=beside.append)
    assert [len(buffer.raw()) for buffer in beside] == [(BERT / "model.safetensors").stat().st_size] and len(pickled) < 50_000
    shutil.rmtree("data")
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere")
    assert make(pickle.loads(pickled, buffers=beside)) == expected
    assert make(pickle.loads(pickle.dumps(one))) == expected


def test_a_file_that_has_changed_is_carried_anew():
    Path("x").write_bytes(b"1")
    before = carried.carried(Path("x"))
    assert carried.carried(Path("x")) is before
    Path("x").write_bytes(b"22")
    assert carried.carried(Path("x")).data == b"22"


def threads_of(job):
    """How many threads BLAS takes in a worker, by what the C library finds in the environment."""
    find = ctypes.CDLL(None).getenv
    find.restype = ctypes.c_char_p
    return find(b"OPENBLAS_NUM_THREADS")


def test_a_worker_multiplies_on_one_core(dask, monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    dask.worker(path=f"{ROOT}:{ROOT / 'tests'}")
    found = []
    farm.run(threads_of, [Job("shapes", "square", print, Quality("tiny", 160, 90, 5))], dask.address, lambda _, said: found.append(said))
    assert found == [b"1"]


def weighed(job):
    """What a worker makes of a job."""
    return job["n"], len(job["file"].data)


def test_a_cluster_is_sent_it_once(monkeypatch):
    distributed = pytest.importorskip("distributed")
    settings = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**settings) as here, distributed.Client(here) as client:
        sent, scatter = [], client.scatter
        monkeypatch.setattr(client, "scatter", lambda data, **options: sent.append(len(data)) or scatter(data, **options))
        workers = cluster._Workers(client.get_executor(pure=False), client)
        large, small = Carried("a", bytes(100_000)), Carried("b", bytes(10))
        futures = [workers.submit(weighed, {"n": n, "file": file}) for n in range(4) for file in (large, small)]
        assert [future.result(60) for future in futures] == [(n, size) for n in range(4) for size in (100_000, 10)]
        assert sent == [100_000]
