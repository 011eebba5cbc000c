"""What a clip is made from: everything that can change a pixel of it, and nothing else.

A clip is known by what goes in, not by the tensors that come of it: that nothing has changed is known without a forward pass.
"""

import ast
import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

from studio import assets
from studio.fonts import font_files, font_packages
from studio.kept import kept
from studio.render.quality import Quality
from studio.spec import SceneSpec

ROOMS = ("model", "scenes", "studio")
DRAWING = ("studio.plan", "studio.render.worker")          # they and what they import draw a scene, besides its own module
# What these find out is said by the spec, or is about mistakes.
NOT_DRAWING = ("studio.spec", "studio.errors", "studio.synopsis", "studio.check", "studio.check.contrast")
PACKAGES = ("animformer", "manim", "typst", "pycairo", "av", "numpy", "uharfbuzz", "uniseg", "coloraide", "svgelements", "pillow")
NAMES = {"source", "name", "wanted"}                       # of a spec: what is made, not what it looks like
BY_CONTENT = {"captions", "translations", "voice", "language", "theme"}     # of it only what a step can show counts
NOT_DRAWN = {"themes", "text", "weights", "readme", "schema", "lexicon"}    # of assets/, or counted one by one


def of(spec: SceneSpec, step: str, quality: Quality) -> dict[str, Any]:
    """All that the clip of a step is made from, for JSON; files as digests. UserError if one of them is gone.

    Of the language only what the step can show counts, so that another caption makes one clip again, not all.
    """
    said = {key: value for key, value in spec.model_dump(mode="json").items() if key not in NAMES | BY_CONTENT}
    return {
        "step": step,
        "spec": said | {"model": {key: value for key, value in said["model"].items() if key != "weights"}},
        "voice": [voice.seconds for voice in (spec.voice.get(step),) if voice],
        "words": {} if spec.card else _words(spec, step),
        "language": assets.code(spec.language),
        "quality": {key: value for key, value in asdict(quality).items() if key != "name"},
        "code": code(spec.scene),
        "files": _files(spec.theme, spec.model.weights),
        "versions": versions(),
    }


def key(scene: str, step: str, inputs: Mapping[str, Any]) -> str:
    """The name of a clip that is made from these inputs: `qkv.blend.` and 32 hexadecimal digits."""
    return f"{scene}.{step}.{_hash(json.dumps(inputs, sort_keys=True).encode())}"


def words(spec: SceneSpec) -> dict[str, Any]:
    """The language file as a scene gets it: of what is for other scenes only what its code names, and never their steps."""
    given, modules = assets.words(spec.language), code(spec.scene)
    named = {text for module in modules if module.startswith("scenes.") for text in _module(module)[2]}
    given = {key: said for key, said in given.items() if not isinstance(said, dict) or key in named | {"scenes"}}
    others = {name: said | {"steps": {}} for name, said in given["scenes"].items() if name in named}
    return given | {"scenes": others | {spec.scene: given["scenes"][spec.scene]}}


def differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """In what two lists of inputs differ: `code.scenes.qkv`, `versions.numpy`."""
    ours, theirs = dict(_leaves(ours)), dict(_leaves(theirs))
    return sorted(path for path in ours.keys() | theirs if ours.get(path) != theirs.get(path))


@cache
def code(scene: str) -> dict[str, str]:
    """The modules of ours that draw a scene, each with the digest of its source as it was when this process first asked."""
    found, waiting = {}, [f"scenes.{scene}.scene", *DRAWING]
    while waiting:
        name = waiting.pop()
        if name not in found and name not in NOT_DRAWING:
            found[name], imported, strings = _module(name)
            waiting += imported
            if name.startswith("scenes."):  # scenes call experiments by name
                waiting += [f"model.experiments.{text}" for text in strings & _experiments()]
    return found


@cache
def _experiments() -> set[str]:
    return {file.stem for file in (assets.ROOT / "model/experiments").glob("[!_]*.py")}


@cache
def versions() -> dict[str, str]:
    """The versions of everything that draws, by package."""
    import cairo  # the library itself, which is the system's

    own = {"python": platform.python_version(), "machine": platform.machine(), "cairo": cairo.cairo_version_string()}
    return own | {name: version(name) for name in (*PACKAGES, *font_packages())}


def _words(spec: SceneSpec, step: str) -> dict[str, Any]:
    """What a scene gets of the language file, without what other steps say, and with the user's own caption if there is one."""
    given, own = words(spec), spec.captions.get(step)
    scene = given["scenes"][spec.scene]
    shown = scene | {"steps": {"caption": own} if own else scene["steps"][step]}
    return given | {"scenes": given["scenes"] | {spec.scene: shown}}


def _files(theme: str, weights: str) -> dict[str, list[str]]:
    """Digests of the files that a scene is drawn from."""
    others = (file for there in sorted(assets.ASSETS.iterdir()) if there.name not in NOT_DRAWN
              for file in (there, *sorted(there.rglob("*"))))
    files = {
        "theme": _theme_files(theme, assets.theme_file(theme).stat().st_mtime_ns),
        "fonts": font_files(),
        "weights": () if weights == assets.RANDOM else (assets.weights_file(weights),),
        "assets": (file for file in others if file.is_file()),
    }
    return {kind: [_digest(file, file.stat().st_mtime_ns) for file in found] for kind, found in files.items()}


@cache
def _module(name: str) -> tuple[str, tuple[str, ...], set[str]]:
    """The digest of a module's source; what it imports of ours, anywhere, with the packages that is in; its strings."""
    path = assets.ROOT.joinpath(*name.split("."))
    source = (path / "__init__.py" if _is_package(name) else path.with_suffix(".py")).read_bytes()
    package = name if _is_package(name) else name.rpartition(".")[0]
    imported, strings = kept(lambda: _read(source, package), _hash(source), package, Path(__file__))
    return _hash(source), tuple(filter(_exists, imported)), set(strings)


def _read(source: bytes, package: str) -> tuple[list[str], list[str]]:
    """What a module may import of ours, and its strings."""
    found, strings = [], set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            found += [[*module.split("."), alias.name] for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.add(node.value)
    names = {".".join(parts[:end]) for parts in found if parts[0] in ROOMS for end in range(1, len(parts) + 1)}
    return sorted(names), sorted(strings)


@cache
def _exists(name: str) -> bool:
    return _is_package(name) or assets.ROOT.joinpath(*name.split(".")).with_suffix(".py").is_file()


@cache
def _is_package(name: str) -> bool:
    return assets.ROOT.joinpath(*name.split("."), "__init__.py").is_file()


@lru_cache(16)
def _theme_files(theme: str, changed: int) -> tuple[Path, ...]:
    return assets.theme_files(theme)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}" if path else name)
    else:
        yield path, value


@lru_cache(256)
def _digest(file: Path, changed: int) -> str:
    return _hash(file.read_bytes())


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
