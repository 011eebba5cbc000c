"""What is known of a scene before it is loaded, which would load manim and take a second."""

import ast
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import scenes
from studio.kept import kept

CODE = Path(__file__)


class Synopsis(NamedTuple):
    """A scene's place in the storyboard, the scene on whose last frame it opens or nothing, and its steps as they play."""

    number: int
    follows: str
    steps: tuple[str, ...]


@cache
def synopsis(scene: str) -> Synopsis:
    """What the class of a scene says of itself in its source. KeyError if there is no scene of that name."""
    if scene not in scenes.names():
        raise KeyError(scene)
    file = scenes.FOLDER / scene / "scene.py"
    said = kept(lambda: next(each for each in map(_said, ast.parse(file.read_bytes()).body) if "number" in each), file, CODE)
    return Synopsis(said["number"], said.get("follows", ""), tuple(said["steps"]))


def _said(node: ast.stmt) -> dict[str, Any]:
    """Of a class its steps and the values that stand in it."""
    if not isinstance(node, ast.ClassDef):
        return {}
    methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
    steps = [each.name for each in methods if "step" in map(ast.unparse, each.decorator_list)]
    values = {ast.unparse(each.targets[0]): each.value.value for each in node.body
              if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)}
    return values | {"steps": steps}
