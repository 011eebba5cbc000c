"""A real model costs little: time, memory and processor cores."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from minilm import MINILM, needs_minilm

ROOT = Path(__file__).resolve().parent.parent
PREPARED = "import os; from studio.render.alone import prepare; prepare(); "
THREADS = f"{PREPARED} import numpy as np; a = np.ones((500, 500)); a @ a; print(len(os.listdir('/proc/self/task')))"
RECORD = f"""
{PREPARED}
import json, resource, time
import model
from pathlib import Path
from model.pretrained import load
began = time.process_time()
found = load(Path({str(MINILM)!r}), "minilm")
trace = model.run(found.tokenizer("the unbelievable animal did not cross the street"), found.config, found)
took = time.process_time() - began
trace.digest
print(json.dumps([len(trace.tokens), took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def said_by(code):
    """What a process of its own says: one that has loaded nothing else."""
    environment = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")} | {"PYTHONPATH": str(ROOT)}
    return json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True).stdout)


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted as Linux does")
def test_numbers_are_worked_out_on_one_core():
    assert said_by(THREADS) == 1


@needs_minilm
def test_minilm_is_loaded_and_recorded_in_a_second_and_400_megabytes():
    tokens, seconds, megabytes = said_by(RECORD)
    assert tokens == 10 and seconds < 1 and megabytes < 400
