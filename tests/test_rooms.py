"""The rooms of the house: who may import whom, and what may not stand in a scene."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from studio.render.warm import LOADED

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {                            # of our own rooms and of the outside
    "model": ({"model"}, {"numpy"}),
    "scenes": ({"scenes", "model"}, {"manim", "numpy", "uharfbuzz", "coloraide", "typst", "svgelements", "uniseg", "bidi"}),
}
FILES = {room: sorted(ROOT.glob(f"{room}/**/*.py")) for room in ("model", "scenes", "studio")}
NO_PART = re.compile(r"#[0-9a-fA-F]{6}\b|\bnp\.array\(\[[\d., -]{8,}\]")
NO_NAME = {"random", "default_rng", "open", "read_text", "read_bytes", "load", "loadtxt", "fromfile"}
LATEX = re.compile(r"\b(MathTex|Tex|IntegerMatrix|MobjectMatrix|BulletedList|BarChart|LabeledDot|LabeledArrow)\(")


def imported(path: Path, functions_too: bool = True) -> set[str]:
    """The packages that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree) if functions_too else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_arrow_goes_back(room):
    ours, outside = MAY_IMPORT[room]
    for path in FILES[room]:
        # What a function imports only when it is called the room can do without; only training needs more, and is called so.
        names = imported(path, functions_too=False)
        names -= {"jax", "optax"} if path.name == "train.py" else set()
        assert names & {"model", "scenes", "studio"} <= ours, path
        assert names - {"model", "scenes", "studio"} <= outside | sys.stdlib_module_names, path
    assert FILES[room]


def test_parts_take_views_and_roles_never_a_trace_or_a_file():
    for path in ROOT.glob("scenes/parts/*.py"):
        text = path.read_text(encoding="utf-8")
        assert "Trace" not in text and "staging" not in text, path
        assert not {"pathlib", "yaml", "io.open"} & imported(path), path


@pytest.mark.parametrize("path", FILES["scenes"], ids=lambda path: path.name)
def test_scenes_hold_nothing_random_no_data_and_no_colour(path):
    source = path.read_text(encoding="utf-8")
    nodes = [*ast.walk(ast.parse(source))]
    names = {node.id for node in nodes if isinstance(node, ast.Name)} | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names |= {part for node in nodes if isinstance(node, ast.alias) for part in node.name.split(".")}
    assert not NO_PART.findall(source) and not NO_NAME & names


@pytest.mark.parametrize("path", [path for files in FILES.values() for path in files], ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short_and_need_no_latex(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    assert not LATEX.search(text) and "from manim import *" not in text
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 45, f"{path}:{node.lineno}: {node.name}"


def test_words_are_the_same_in_every_language():
    def keys(words, prefix=""):
        if not isinstance(words, dict):
            return {prefix}
        return set().union(*(keys(value, f"{prefix}.{key}") for key, value in words.items()))

    def said(path):
        return keys(yaml.safe_load(path.read_text(encoding="utf-8")))

    for first in (ROOT / "assets/text/en.yaml", *ROOT.glob("scenes/*/words.en.yaml")):
        assert all(said(first.with_name(first.name.replace("en.yaml", f"{code}.yaml"))) == said(first) for code in ("en", "zh"))


# What stands further up may import what stands below it, never the other way round.
FLOORS = ("errors", "progress", "store", "read", "voice", "plan", "render", "console", "check", "output", "training", "watch", "page", "cli")
ABOVE = {"excerpt": "console", "model_card": "training", "get": "training", "notebook": "cli", "__main__": "cli"}


def floor(module: str) -> int:
    """On which floor of the studio a module stands."""
    part = module.split(".")[1]
    return FLOORS.index(ABOVE.get(part, part))


def imports_of(path: Path) -> set[str]:
    """The modules of the studio that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("studio.")}


@pytest.mark.parametrize("path", FILES["studio"], ids=lambda path: str(path.relative_to(ROOT)))
def test_in_the_studio_no_import_runs_back_up(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    if module != "studio.__init__":
        assert [name for name in imports_of(path) if floor(name) > floor(module)] == []


def test_nothing_happens_on_import(tmp_path):
    """Importing everything of ours sets no environment variable and writes no file.

    What a worker is forked from can only be imported, and is what its name says; nothing but the process it is for imports it.
    """
    code = (
        "import os, sys, importlib\n"
        "before = dict(os.environ)\n"
        "[importlib.import_module(name) for name in sys.argv[1:]]\n"
        "print(sorted(name for name in before.keys() | os.environ.keys() if before.get(name) != os.environ.get(name)))"
    )
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for files in FILES.values() for path in files]
    names = [name for name in names if not name.endswith(("__init__", "__main__", "train")) and name != LOADED]
    assert not any(name.startswith(LOADED) for files in FILES.values() for path in files for name in imports_of(path))
    home = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=tmp_path, env=home, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]" and list(tmp_path.iterdir()) == [] and len(names) > 100


def test_no_scene_and_no_experiment_is_in_a_list():
    """What there is of them is found where it stands: a new one touches nothing but its own folder or file."""
    names = {path.parent.name for path in ROOT.glob("scenes/*/scene.yaml")} | {path.stem for path in ROOT.glob("model/experiments/[!_]*.py")}
    for path in [path for files in FILES.values() for path in files]:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            listed = {item.value for item in ast.walk(node) if isinstance(item, ast.Constant) and isinstance(item.value, str)}
            assert not isinstance(node, ast.Assign) or len(listed & names) < 4, f"{path}:{node.lineno}"
