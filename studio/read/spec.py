"""Spec: what is to be rendered, complete and checked, before anything is rendered.

What counts, from the weakest to the strongest: defaults, the YAML of one of our scenes, film YAML, the YAML of a user's scene, its
entry in the film, command line. What has no effect is warned of. All problems are found at once.
"""

import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

from scenes.base.spec import SceneSpec, Voice
from studio.errors import Problem, UserError, did_you_mean, quoted
from studio.read import assets, folders, yaml_file
from studio.read.draft import Draft
from studio.read.folders import SCENES, shown
from studio.read.keys import look, without
from studio.read.text import MAX_TITLE, file_name, folded, wrong_with
from studio.read.words import code, is_path, languages
from studio.read.yaml_file import FORBIDDEN, Layer, Place

FILMS = tuple(sorted(path.stem for path in SCENES.glob("*.yaml")))
# A value of these keys is YAML on the command line as well; any other is the text as it stands.
STRUCTURED = re.compile(r"tokens|steps|model|intervene|voice|captions(\.[^.]+)?")
SHORT = {"language": "--lang", "theme": "--theme"}
OF_A_FILM = ("title", "scenes", "scene")
OF_THE_SENTENCE = ("sentence", "tokens", "focus", "twin")


@dataclass(frozen=True, kw_only=True)
class FilmSpec:
    """A film, ready to be staged: scenes of different names, in the order they play."""

    source: str
    name: str
    title: str
    scenes: tuple[SceneSpec, ...]


def load(target: str, overrides: Sequence[str] = ()) -> SceneSpec | FilmSpec:
    """The spec of a target that is one thing: a film, a scene, a step of one, a YAML file, or the folder of a scene.

    overrides are `path=value`. Raises UserError with all that is wrong.
    """
    found = find(target)
    if len(found) > 1:
        hint = f"name one of {', '.join(shown(path.parent) for path, _ in found)}"
        raise UserError([Problem("is a folder of several scenes", target, kind="many", hint=hint)])
    return load_file(*found[0], overrides)


def load_file(path: Path, step: str = "", overrides: Sequence[str] = ()) -> SceneSpec | FilmSpec:
    """The spec of a YAML file, or of one step of the scene in it. Raises UserError with all that is wrong."""
    said, problems = _commanded(overrides)
    layer = _read(path)
    if "scenes" in layer.values:
        return _film(path, layer, said, problems)
    spec = _scene(path, [layer, said], problems)
    if problems:
        raise UserError(problems)
    if step:
        return replace(spec, wanted=(step,), steps=spec.steps if step in spec.steps else (step,))
    return spec


def find(target: str) -> list[tuple[Path, str]]:
    """The YAML files that a target stands for, and the step if it names one. Raises UserError if there is no such target.

    A target is one of FILMS, `SCENE` or `SCENE/STEP`, where a scene is one of ours or the path of its folder, the path of a YAML
    file, or that of a folder whose folders are scenes.
    """
    if target in FILMS:
        return [(SCENES / f"{target}.yaml", "")]
    target = os.path.expanduser(target)
    before, slash, step = target.rstrip("/").rpartition("/")
    for scene, step in ((target.rstrip("/"), ""), (before, step)):
        if scene in folders.ours() or scene and folders.is_scene(Path(scene)):
            return [(folders.folder(scene).yaml, _step(scene, step, target))]
    if target.lower().endswith((".yaml", ".yml")) or is_path(target) and os.path.isfile(target):
        return [(Path(target), "")]
    if os.path.isdir(target):
        return _inside(target)
    near = (*FILMS, *folders.ours())
    hint = did_you_mean((before or target).rpartition("/")[2], near, "name a YAML file, the folder of a scene, or one of")
    raise UserError([Problem("unknown target", target, kind="unknown-target", hint=hint)])


def _inside(folder: str) -> list[tuple[Path, str]]:
    """The scenes whose folders are in a folder. Raises UserError if there are none."""
    if within := folders.inside(Path(folder)):
        return [(path / folders.YAML, "") for path in within]
    if files := sorted(path.name for path in Path(folder).iterdir() if path.suffix.lower() in (".yaml", ".yml")):
        message, hint = "is no folder of a scene", f"name one of the files in it: {', '.join(files)}"
        raise UserError([Problem(message, shown(Path(folder)), kind="no-file", hint=hint)])
    return [(folders.folder(folder).yaml, "")]


def _step(scene: str, step: str, target: str) -> str:
    """A step of a scene, or nothing."""
    steps = ("", *folders.folder(scene).facts.steps)
    if step in steps:
        return step
    message, hint = f"scene {Path(scene).name} has no step {quoted(step)}", did_you_mean(step, steps[1:], "the steps are")
    raise UserError([Problem(message, target, kind="unknown-step", hint=hint)])


def _scene(path: Path, layers: Sequence[Layer], problems: list[Problem]) -> SceneSpec | None:
    """The spec of a scene, later layers over earlier ones; or the problems, added to those there are."""
    draft = Draft(_merged(layers), path)
    tokens, model, folder = draft.tokens(), draft.model(), draft.folder
    values = dict(
        source=shown(path), name=path.parent.name if path.name == folders.YAML else path.stem, tokens=tokens,
        twin=draft.twin(tokens), focus=draft.focus(tokens), model=model, intervention=draft.intervention(model),
        block=draft.block(model), head=draft.head(model), language=draft.language(), theme=draft.theme(), keys=look(draft.keys),
    )
    draft.check_vocabulary(tokens, values["twin"])
    if folder:
        order = folder.facts.steps
        steps, voices = draft.steps(order), draft.voice(order)
        draft.warn_of_steps_left_out(steps, order)
        values |= dict(scene=folder.id, order=order, steps=steps, wanted=steps, captions=draft.captions(order),
                       translations=draft.keys.captions, voice=_voices(voices))
    problems += sorted(draft.problems, key=_reading_order)
    return None if draft.problems else SceneSpec(**values)


def _voices(files: Mapping[str, tuple[str, float]]) -> dict[str, Voice]:
    return {step: Voice(path=path, seconds=seconds) for step, (path, seconds) in files.items()}


def _film(path: Path, layer: Layer, said: Layer, problems: list[Problem]) -> FilmSpec:
    problems += layer.problems
    entries = layer.values["scenes"]
    if "scene" in layer.values:
        message, hint = "unknown key in a film", "name scenes in 'scenes'"
        problems.append(Problem(message, layer.places["scene",].key, "scene", "unknown-key", hint))
    if not isinstance(entries, list) or not entries:
        problems.append(Problem("must be a list of scenes: [a, b]", layer.places["scenes",].value, "scenes", "wrong-type"))
        raise UserError(problems)
    defaults = Layer({key: value for key, value in layer.values.items() if key not in OF_A_FILM}, layer.places)
    specs = [_entry(number, path, layer, defaults, said, problems) for number in range(len(entries))]
    for number, spec in enumerate(specs):
        if spec and file_name(spec.name) in [file_name(other.name) for other in specs[:number] if other]:
            message, hint = f"{quoted(spec.name)} is in the film already", "give it a file of another name"
            problems.append(Problem(message, layer.places["scenes", number].value, f"scenes.{number}", "duplicate", hint))
    title = _title(layer, specs[0], problems) if "title" in layer.values else ""
    if problems:
        raise UserError(problems)
    return FilmSpec(source=shown(path), name=path.stem, title=title, scenes=tuple(specs))


def _title(layer: Layer, first: SceneSpec | None, problems: list[Problem]) -> str:
    """The title of a film in the language of its first scene; what is wrong is added to the problems."""
    said = layer.values["title"]
    texts = said if isinstance(said, dict) else {"": said}
    if not texts or not all(isinstance(text, str) for text in texts.values()):
        message, hint = f"must be a text, not {quoted(said)}", "or one for each language: {en: …, zh: …}"
        problems.append(Problem(message, layer.places["title",].value, "title", "wrong-type", hint))
        return ""
    language = code(first.language) if first else ""
    shown_one = language if language in texts else next(iter(texts))
    for name, text in texts.items():
        place, path = (layer.places["title", name], f"title.{name}") if name else (layer.places["title",], "title")
        if name and first and name not in (*languages(), language):
            hint = did_you_mean(name, languages())
            problems.append(Problem(f"there is no language {quoted(name)}", place.key, path, "unknown-language", hint))
        fonts = assets.theme(first.theme, first.language).fonts if first and name == shown_one else None
        problems += filter(None, [wrong_with(folded(text), place.value, path, MAX_TITLE, fonts)])
    return folded(texts[shown_one])


def _entry(number: int, film: Path, layer: Layer, defaults: Layer, said: Layer, problems: list[Problem]) -> SceneSpec | None:
    """The spec of one scene of a film: a name, a path, or keys with `scene` as one of them."""
    entry, place, path = layer.values["scenes"][number], layer.places["scenes", number].value, f"scenes.{number}"
    own = Layer({})
    if isinstance(entry, dict):
        places = {place[2:]: where for place, where in layer.places.items() if place[:2] == ("scenes", number)}
        own = _anchored(Layer({key: value for key, value in entry.items() if key != "scene"}, places), film.parent)
        entry = entry.get("scene")
    if not isinstance(entry, str):
        problems.append(Problem("must be a scene, or keys with 'scene: NAME' among them", place, path, "wrong-type"))
        return None
    file = _yaml_of(entry, film.parent)
    if file is None:
        hint = did_you_mean(entry, folders.ours(), "name a YAML file, the folder of a scene, or one of")
        problems.append(Problem(f"there is no scene {quoted(entry)}", place, path, "unknown-scene", hint))
        return None
    try:
        scene = _read(file)
    except UserError as error:
        problems += error.problems
        return None
    if "scenes" in scene.values:
        problems.append(Problem("a film cannot hold a film", place, path, "wrong-type"))
        return None
    if folders.is_scene(file.parent) and folders.folder(str(file.parent.absolute())).ours:
        return _scene(file, [scene, defaults, own, said], problems)
    _warn_of_what_has_no_effect(defaults, scene, shown(file))
    return _scene(file, [defaults, scene, own, said], problems)


def _warn_of_what_has_no_effect(lower: Layer, upper: Layer, file: str) -> None:
    """Warns of what a film says in vain of a scene whose own file says something else."""
    there, whole = _leaves(upper.values), _merged([lower, upper]).values
    for path, value in _leaves(lower.values).items():
        rest = replace(lower, values=without(lower.values, path))
        if there.get(path) != value and _merged([rest, upper]).values == whole:
            said_in_vain = Problem(f"has no effect on {file}, which says its own", lower.places[path].key, ".".join(path))
            warnings.warn(str(said_in_vain), stacklevel=1)


def _yaml_of(entry: str, folder: Path) -> Path | None:
    """The YAML of a scene that a film names: one of ours, the folder of one, or a file; None if it is none of these."""
    if entry in folders.ours():
        return folders.folder(entry).yaml
    path = folder / os.path.expanduser(entry)
    return path / folders.YAML if folders.is_scene(path) else path if is_path(entry) else None


def _read(path: Path) -> Layer:
    return _anchored(yaml_file.read(path, shown(path)), path.parent)


def _anchored(layer: Layer, folder: Path) -> Layer:
    """The layer, its scene, theme, language, voice and weights looked for beside the file that names them."""
    values, model = dict(layer.values), layer.values.get("model")

    def beside(name: Any) -> Any:
        return str(folder.resolve() / os.path.expanduser(name)) if isinstance(name, str) else name

    if isinstance(values.get("voice"), dict):
        values["voice"] = {step: beside(file) for step, file in values["voice"].items()}
    for key in ("theme", "language"):
        if isinstance(values.get(key), str) and is_path(values[key]):
            values[key] = beside(values[key])
    scene = values.get("scene")
    if isinstance(scene, str) and scene not in folders.ours() and folders.is_scene(Path(beside(scene))):
        values["scene"] = beside(scene)
    weights = model.get("weights") if isinstance(model, dict) else None
    if isinstance(weights, str) and weights not in (assets.RANDOM, *assets.trained()):
        values["model"] = {**model, "weights": beside(weights)}
    return replace(layer, values=values)


def _commanded(overrides: Sequence[str]) -> tuple[Layer, list[Problem]]:
    """What the command line sets, and what is wrong with how it is written."""
    values, places, problems = {}, {}, []
    for override in overrides:
        path, equals, text = override.partition("=")
        where = f"{SHORT[path]} {text}" if path in SHORT else f"--set {override}"
        if not equals or not all(path.split(".")):
            problems.append(Problem("is not written as path=value", where, kind="syntax", hint="for example model.d_model=8"))
        elif FORBIDDEN.search(text):
            problems.append(Problem("has a character that is not allowed", where, path, "character"))
        else:
            try:
                value = yaml_file.value(text, where) if STRUCTURED.fullmatch(path) else text
            except UserError as error:
                problems += error.problems
            else:
                for key in reversed(path.split(".")):
                    value = {key: value}
                values = _deep(values, value)  # all of it holds at once, in whatever order it is said
                places = {place: said for place, said in places.items() if place not in set(_paths(value))}
                places |= {place: Place(where, where) for place in _paths(value)}
    return _anchored(Layer(values, places), Path.cwd()), problems


def _leaves(values: dict, path: tuple = ()) -> dict[tuple, Any]:
    """What is said, by the path of each."""
    found = {}
    for key, value in values.items():
        found |= _leaves(value, (*path, key)) if isinstance(value, dict) else {(*path, key): value}
    return found


def _paths(value: Any) -> Iterator[tuple]:
    """The path of everything in a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (key,)
        yield from ((key, *path) for path in _paths(item))


def _merged(layers: Sequence[Layer]) -> Layer:
    """All layers in one; what a later one says goes over what an earlier one has said."""
    return reduce(_over, layers)


def _over(lower: Layer, upper: Layer) -> Layer:
    values = lower.values
    if "sentence" in upper.values or "tokens" in upper.values:
        values = {key: value for key, value in values.items() if key not in OF_THE_SENTENCE}
    if _weights(lower) and _weights(upper) and _weights(lower) != _weights(upper):
        values = {**values, "model": {}}  # what was said of other weights does not hold
    # Not lower.places | upper.places: what was said last is to be last.
    places = {path: place for path, place in lower.places.items() if path not in upper.places}
    return Layer(_deep(values, upper.values), places | upper.places, lower.problems + upper.problems)


def _weights(layer: Layer) -> Any:
    model = layer.values.get("model")
    return model.get("weights") if isinstance(model, dict) else None


def _deep(lower: dict, upper: dict) -> dict:
    both = {key for key in upper if isinstance(lower.get(key), dict) and isinstance(upper[key], dict)}
    return lower | upper | {key: _deep(lower[key], upper[key]) for key in both}


def _reading_order(problem: Problem) -> tuple:
    """By file, line and column; what has none comes last."""
    match = re.fullmatch(r"(.*):(\d+):(\d+)", problem.where)
    return (0, match[1], int(match[2]), int(match[3])) if match else (1,)
