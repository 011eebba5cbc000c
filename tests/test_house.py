"""The house: who imports whom, and that to import the command is to do nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("model", "scenes", "studio")
BESIDE_NUMPY = {"model/train.py": {"jax", "optax"}, "model/pretrained/tokens.py": {"tokenizers"}}      # the extras [train], [checkpoints]
AFTER_PREPARING = ("numpy", "manim")      # what must find the cores and the fonts as `studio.render.alone.prepare` sets them


def imported(file: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it, by their whole names."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str:
    """Of what a module is a part: `model`, `scenes`, or a room of the studio such as `studio.read`."""
    first, *rest = module.split(".")
    return ".".join([first, *rest[:1]]) if first == "studio" else first


def test_no_import_runs_back_up():
    rooms: dict[str, set[str]] = {}
    for file in (path for name in OURS for path in (ROOT / name).rglob("*.py")):
        here = room(".".join(file.relative_to(ROOT).with_suffix("").parts))
        rooms.setdefault(here, set()).update({room(name) for name in imported(file) if name.startswith(OURS)} - {here})
    floors = [*TopologicalSorter(rooms).static_order()]          # CycleError, with the rooms, if there is a way back
    assert floors.index("model") < floors.index("scenes") < floors.index("studio.plan") < floors.index("studio.cli")


@pytest.mark.parametrize("file", sorted((ROOT / "model").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_model_takes_numpy_and_nothing_else(file):
    others = {name.partition(".")[0] for name in imported(file)} - sys.stdlib_module_names - {"model", "numpy"}
    assert others == BESIDE_NUMPY.get(str(file.relative_to(ROOT)), set())


def test_the_command_is_imported_before_anything_that_must_be_prepared():
    code = f"import sys, studio.cli; print([name for name in {AFTER_PREPARING} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True) == "[]\n"
