"""MiniLM as the user has fetched it. Tests that need it are skipped without it; all others find no fetched model, whatever the user has."""

import os
from pathlib import Path

import pytest

MINILM = Path(os.environ["USERS_MINILM"])
DATA_HOME = MINILM.parents[1]
needs_minilm = pytest.mark.skipif(not MINILM.is_dir(), reason=f"{MINILM} is not there; `animformer get minilm` fetches it")
