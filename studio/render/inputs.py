"""What a clip is made from: everything that can change a pixel of it, and nothing else.

A clip is known by what goes in, not by the tensors that come of it: that nothing has changed is known without a forward pass.
"""

import ast
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

from scenes.base.shape import shape
from scenes.base.spec import CardSpec, SceneSpec
from studio.read import assets
from studio.read.folders import ROOT, SceneFolder, folder
from studio.read.fonts import font_files, font_packages
from studio.read.words import code as language_code
from studio.read.words import SAY, words
from studio.render.format import Format
from studio.render.quality import Quality
from studio.store.digest import digest, digest_of, digest_of_file
from studio.store.kept import kept

ROOMS, OWN = ("model", "scenes", "studio"), "own"          # OWN: what the package of a folder is called that is not ours
DRAWING = ("studio.render.worker",)                        # it and what it imports draws, besides a scene's own modules
# What these find out is said by the spec and the words, or is about mistakes.
NOT_DRAWING = ("studio.errors", "studio.read.folders", "studio.read.text", "studio.read.words", "studio.read.yaml_file", "studio.store")
STAGING, CARD = "studio.plan.staging", "studio.plan.card"   # they and what they import build what is drawn
PACKAGES = ("animformer", "manim", "typst", "pycairo", "av", "numpy", "uharfbuzz", "uniseg", "python-bidi", "coloraide", "svgelements", "pillow")
UNLIKE_A_WORD, LONGEST = re.compile("[^A-Za-z0-9_]"), 60    # what the name of a clip has not; a file's name may have 255 bytes
NAMES = {"source", "name", "scene", "steps", "wanted", "narrator", "command", "say", "pronounce", "places"}     # of a spec: what no picture shows
BY_CONTENT = {"captions", "translations", "voice", "language", "theme"}     # of it only what a step can show counts


def of(spec: SceneSpec | CardSpec, step: str, quality: Quality) -> dict[str, Any]:
    """All that the clip of a step is made from, for JSON; files as digests. UserError if one of them is gone.

    Of the words only what the step can show counts, so that another caption makes one clip again, not all.
    """
    said = {key: value for key, value in asdict(spec).items() if key not in NAMES | BY_CONTENT}
    said["keys"] = said["keys"] | {"frame": shape(spec.keys["frame"])}             # however it is written
    made = {"step": step, "spec": said, "language": language_code(spec.language), "quality": _quality(quality), "versions": versions()}
    if isinstance(spec, CardSpec):
        return made | {"code": code(CARD), "files": _files(spec.theme)}
    said["model"] = {key: value for key, value in said["model"].items() if key != "weights"}
    home = folder(spec.scene)
    return made | {
        "scene": home.name,
        "voice": [voice.held for voice in (spec.voice.get(step),) if voice and voice.held],
        "words": _words(spec, home, step),
        "code": code_of(home),
        "files": _files(spec.theme, spec.model.weights),
    }


def of_format(format: Format) -> dict[str, Any]:
    """What the file of a clip is made from beside its pictures: how it is written."""
    module = type(format).__module__
    return {"format": {"name": format.name, **asdict(format)}, "encoding": code(module)}


def key(spec: SceneSpec | CardSpec, step: str, inputs: Mapping[str, Any]) -> str:
    """The name of a clip that is made from these inputs: `qkv.blend.` and 32 hexadecimal digits."""
    name = spec.name if isinstance(spec, CardSpec) else folder(spec.scene).name
    return f"{UNLIKE_A_WORD.sub('_', name)[:LONGEST]}.{UNLIKE_A_WORD.sub('_', step)[:LONGEST]}.{digest_of(inputs)}"


def differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """In what two lists of inputs differ: `code.scenes.qkv`, `versions.numpy`."""
    ours, theirs = dict(_leaves(ours)), dict(_leaves(theirs))
    return sorted(path for path in ours.keys() | theirs if ours.get(path) != theirs.get(path))


@cache
def code_of(home: SceneFolder) -> dict[str, str]:
    """The modules that draw a scene, each with the digest of its source as it was when this process first asked.

    They are `scene.py` in its folder, the experiments it draws, and all that they import of ours and of the folder.
    """
    package = home.package if home.ours else OWN
    own = [name for name in home.facts.experiments if (home.path / f"{name}.py").is_file()]
    others = [f"model.experiments.{name}" for name in home.facts.experiments if name not in own]
    return code(STAGING, f"{package}.scene", *(f"{package}.{name}" for name in own), *others, own=home.path)


def files_of(home: SceneFolder) -> list[Path]:
    """The files of the modules that draw a scene."""
    return [file for name in code_of(home) if (file := _file(name, home.path))]


def code(*names: str, own: Path | None = None) -> dict[str, str]:
    """These modules and all that they import of ours, each with the digest of its source. own: the folder called OWN."""
    found, waiting = {}, [*names, *DRAWING]
    while waiting:
        name = waiting.pop()
        if name not in found and not name.startswith(NOT_DRAWING) and (file := _file(name, own)):
            found[name], imported = _module(name, file)
            waiting += imported
    return found


@cache
def versions() -> dict[str, str]:
    """The versions of everything that draws, by package."""
    import cairo  # the library itself, which is the system's

    own = {"python": platform.python_version(), "machine": platform.machine(), "cairo": cairo.cairo_version_string()}
    return own | {name: version(name) for name in (*PACKAGES, *font_packages())}


def _quality(quality: Quality) -> dict[str, Any]:
    return {key: value for key, value in asdict(quality).items() if key != "name"}


def _words(spec: SceneSpec, home: SceneFolder, step: str) -> dict[str, Any]:
    """What the scene may say, without what it says at other steps, and with the user's own caption if there is one."""
    said, own = words(spec.language, home), spec.captions.get(step)
    here = {key: text for key, text in said["steps"][step].items() if key != SAY}
    titles = {key: title for key, title in here.items() if key.startswith("title")}
    return {**said, "steps": titles | {"caption": own} if own else here}


def _files(theme: str, weights: str = assets.RANDOM) -> dict[str, list[str]]:
    """Digests of the files that a scene is drawn from."""
    files = {
        "theme": _theme_files(theme, assets.theme_file(theme).stat().st_mtime_ns),
        "fonts": font_files(),
        "weights": assets.weights_files(weights),
    }
    return {kind: [digest_of_file(file) for file in found] for kind, found in files.items()}


@cache
def _module(name: str, file: Path) -> tuple[str, tuple[str, ...]]:
    """The digest of a module's source, and what it may import of ours, anywhere."""
    source, package = file.read_bytes(), name if file.name == "__init__.py" else name.rpartition(".")[0]
    return digest(source), tuple(kept(lambda: _imported(source, package), digest(source), package, Path(__file__)))


def _imported(source: bytes, package: str) -> list[str]:
    """What a module may import of ours, with the packages that is in."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            found += [[*module.split("."), alias.name] for alias in node.names]
    return sorted({".".join(parts[:end]) for parts in found if parts[0] in (*ROOMS, OWN) for end in range(1, len(parts) + 1)})


def _file(name: str, own: Path | None) -> Path | None:
    """The file of a module or package of ours, or of a folder that is not; None if there is none."""
    first, *rest = name.split(".")
    return _source(own if first == OWN and own else ROOT / first, *rest)


@cache
def _source(folder: Path, *parts: str) -> Path | None:
    path = folder.joinpath(*parts)
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


@lru_cache(16)
def _theme_files(theme: str, changed: int) -> tuple[Path, ...]:
    return assets.theme_files(theme)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}" if path else name)
    else:
        yield path, value
