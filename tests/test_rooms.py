"""The rooms of the house: who may import whom, and what may not stand in a scene."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {                            # of our own rooms and of the outside
    "model": ({"model"}, {"numpy"}),
    "scenes": ({"scenes", "model"}, {"manim", "numpy", "uharfbuzz", "coloraide", "typst", "svgelements", "uniseg"}),
}
FILES = {room: sorted(ROOT.glob(f"{room}/**/*.py")) for room in ("model", "scenes", "studio")}
NO_PART = re.compile(r"\brandom\b|#[0-9a-fA-F]{6}\b|\bopen\(|\bnp\.array\(\[[\d., -]{8,}\]")
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
    import sys

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
    assert not NO_PART.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [path for files in FILES.values() for path in files], ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short_and_need_no_latex(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    assert not LATEX.search(text) and "from manim import *" not in text
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 45, f"{path}:{node.lineno}: {node.name}"


def test_words_are_the_same_in_every_language():
    import yaml

    def keys(words, prefix=""):
        if not isinstance(words, dict):
            return {prefix}
        return set().union(*(keys(value, f"{prefix}.{key}") for key, value in words.items()))

    languages = {path.stem: keys(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in ROOT.glob("assets/text/*.yaml")}
    assert "en" in languages
    assert all(words == languages["en"] for words in languages.values())
