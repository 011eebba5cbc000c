"""A scene's folder: its Python, its YAML, its words, and what else it brings. It may stand anywhere.

`scene.py` holds the class that draws it and is read, not run, until something is to be drawn: to load it loads manim, which takes a
second. A folder that is not ours is a package of its own, so that its modules can import each other (`from .part import x`).
"""

import ast
import importlib
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from model import experiments
from scenes.base.spec import PLACES
from studio.errors import Problem, UserError
from studio.store.digest import digest
from studio.store.kept import kept

if TYPE_CHECKING:
    from scenes.base.scene import ExplainerScene

ROOT = Path(__file__).resolve().parent.parent.parent
SCENES = ROOT / "scenes"
CODE, YAML = "scene.py", "scene.yaml"
TOLD = ("experiments", "follows", "needs", "own_keys", "place")
THIS = Path(__file__)


@dataclass(frozen=True)
class Facts:
    """What the class of a scene says of itself: its name, its steps as they play, and the rest as in `ExplainerScene`."""

    name: str
    steps: tuple[str, ...]
    experiments: tuple[str, ...] = ()
    follows: str = ""
    place: str = ""
    own_keys: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SceneFolder:
    """The folder of a scene. It is what it is called."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def ours(self) -> bool:
        """Whether it is one that the project brings along."""
        return self.path.parent == SCENES

    @property
    def id(self) -> str:
        """What a spec calls it: its name if it is ours, else its path."""
        return self.name if self.ours else str(self.path)

    @property
    def yaml(self) -> Path:
        """The file with what it shows unless told otherwise."""
        return self.path / YAML

    @property
    def package(self) -> str:
        """The package that its modules are imported from."""
        return f"scenes.{self.name}" if self.ours else f"animformer_scene_{digest(os.fsencode(self.path))}"

    @cached_property
    def facts(self) -> Facts:
        """What its class says. Raises UserError if `scene.py` cannot be read as a scene."""
        file = self.path / CODE
        try:
            found = kept(lambda: asdict(_read(file)), file, str(file), THIS)
        except OSError as error:
            raise UserError([Problem(f"cannot be read: {error.strerror}", shown(file), kind="unreadable")]) from error
        return Facts(**found | {key: tuple(found[key]) for key in ("steps", "experiments")})

    def load(self) -> type["ExplainerScene"]:
        """The class that draws it. Raises UserError if its Python fails as it is loaded."""
        return getattr(self.module(Path(CODE).stem), self.facts.name)

    def experiment(self, name: str) -> ModuleType:
        """An experiment of that name: a module of this folder, or one of ours. Raises UserError if there is none."""
        if (self.path / f"{name}.py").is_file():
            return self.module(name)
        try:
            return experiments.find(name)
        except KeyError as error:
            message = f"experiments: {error.args[0]}"
            raise UserError([Problem(message, shown(self.path / CODE), kind="unknown-experiment")]) from error

    def module(self, name: str) -> ModuleType:
        """A module of this folder."""
        if not self.ours and self.package not in sys.modules:
            package = sys.modules[self.package] = ModuleType(self.package)
            package.__path__ = [str(self.path)]
        try:
            return importlib.import_module(f"{self.package}.{name}")
        except Exception as error:
            if self.ours:
                raise
            message = f"{type(error).__name__}: {error}"
            raise UserError([Problem(message, self._place(error), kind="python", hint="it is loaded as Python")]) from error

    def _place(self, error: Exception) -> str:
        """Where in this folder something went wrong."""
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(self.path)]
        return f"{shown(Path(own[-1].filename))}:{own[-1].lineno}" if own else shown(self.path / CODE)


@cache
def ours() -> tuple[str, ...]:
    """The names of the scenes that the project brings along."""
    return tuple(sorted(path.parent.name for path in SCENES.glob(f"*/{YAML}")))


def folder(scene: str) -> SceneFolder:
    """The folder of a scene: of one of ours by its name, of any by its path. Raises UserError if there is none."""
    return _folder(SCENES / scene if scene in ours() else Path(scene).absolute())


@cache
def _folder(path: Path) -> SceneFolder:
    if not is_scene(path):
        raise UserError([Problem("is no folder of a scene", shown(path), kind="no-file", hint=f"it needs a {CODE} and a {YAML}")])
    return SceneFolder(path)


def is_scene(path: Path) -> bool:
    """Whether a scene stands in a folder."""
    return os.path.isfile(path / CODE) and os.path.isfile(path / YAML)  # unlike Path.is_file, takes any name


def inside(path: Path) -> tuple[Path, ...]:
    """The folder itself if it is of a scene, else those in it that are."""
    return (path,) if is_scene(path) else tuple(sorted(file.parent for file in path.glob(f"*/{YAML}") if is_scene(file.parent)))


def shown(path: Path) -> str:
    """A path as it is called in messages: from the current directory if it is in there."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _read(file: Path) -> Facts:
    """The facts that stand in the source of a scene."""
    try:
        tree = ast.parse(file.read_bytes())
    except SyntaxError as error:
        raise _wrong(file, error.lineno or 1, error.msg, error.offset or 1) from error
    found = [(node, steps) for node in tree.body if isinstance(node, ast.ClassDef) and (steps := tuple(_steps(node)))]
    if len(found) != 1:
        what = "there is no class with steps" if not found else "there are several classes with steps"
        raise _wrong(file, found[1][0].lineno if found else 1, what, hint="write one class whose methods are marked @step")
    node, steps = found[0]
    return Facts(node.name, steps, **_told(node, file))


def _steps(node: ast.ClassDef) -> Iterator[str]:
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and any(ast.unparse(each) == "step" for each in method.decorator_list):
            yield method.name


def _told(node: ast.ClassDef, file: Path) -> dict[str, Any]:
    """What stands in the class as plain values."""
    values = {}
    for each in node.body:
        name = ast.unparse(each.targets[0]) if isinstance(each, ast.Assign) else ""
        if name in TOLD:
            try:
                values[name] = ast.literal_eval(each.value)
            except ValueError as error:
                hint = "it is read without running the file"
                raise _wrong(file, each.lineno, f"{name} must be written as plain values", hint=hint) from error
            if name == "experiments" and isinstance(values[name], str):
                raise _wrong(file, each.lineno, "experiments must be a tuple of names", hint=f"write ('{values[name]}',)")
            if name == "place" and values[name] not in PLACES:
                raise _wrong(file, each.lineno, f"place cannot be {values[name]!r}", hint=f"one of {', '.join(map(repr, PLACES))}")
    return values


def _wrong(file: Path, line: int, message: str, column: int = 1, hint: str = "") -> UserError:
    return UserError([Problem(message, f"{shown(file)}:{line}:{column}", kind="python", hint=hint)])
