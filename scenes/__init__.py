"""Scenes: one Python file and one YAML file of the same stem each. A scene draws a trace; it computes nothing."""

import importlib
import inspect
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def names() -> tuple[str, ...]:
    """The scenes that exist: every folder with a scene.py and a scene.yaml."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/scene.py") if path.with_suffix(".yaml").exists()))


def find(name: str) -> type:
    """The class that draws a scene. Raises KeyError if there is none of that name."""
    from scenes.base.scene import ExplainerScene

    if name not in names():
        raise KeyError(name)
    module = importlib.import_module(f"scenes.{name}.scene")
    classes = (value for value in vars(module).values() if inspect.isclass(value) and value.__module__ == module.__name__)
    return next(value for value in classes if issubclass(value, ExplainerScene))
