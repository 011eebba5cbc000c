"""Spec: what is to be rendered, complete and checked, before anything is rendered.

What counts, from the weakest to the strongest: defaults, the YAML of one of our scenes, film YAML, the YAML of a user's scene, its
entry in the film, command line. What has no effect is warned of. All problems are found at once.
"""

import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import Any

from model.table import holds
from scenes.base.spec import SceneSpec
from studio.errors import InVain, Problem, UserError, did_you_mean, quoted
from studio.read import assets, folders, shapes, yaml_file
from studio.read.folders import SCENES, shown
from studio.read.heard import Heard
from studio.read.keys import without
from studio.read.text import MAX_TITLE, file_name, folded, wrong_with
from studio.read.words import code, in_language, is_path, languages
from studio.read.yaml_file import FORBIDDEN, Layer, Place

FILMS = tuple(sorted((path.stem for path in SCENES.glob("*.yaml")), key=lambda name: (name != "film", name)))
# A value of these keys is YAML on the command line as well; any other is the text as it stands.
STRUCTURED = re.compile(r"tokens|steps|model|intervene|voice|narrator(\.command)?|(captions|say|pronounce)(\.[^.]+)?")
SHORT = {"language": "--lang", "theme": "--theme", "frame": "--size", "narrator": "--narrator"}
OF_A_FILM = ("title", "scenes", "scene")
ACT = "act"                               # the one key of what stands between two scenes
MAX_NAME = 200                            # bytes; a file's name may have 255, and what is made is called more than that
OF_THE_SENTENCE = ("sentence", "tokens", "focus", "toward", "twin")


@dataclass(frozen=True, kw_only=True)
class FilmSpec:
    """A film, ready to be staged: scenes of different names, in the order they play.

    acts: the title of each act, by the name of the scene that it begins with.
    """

    source: str
    name: str
    title: str
    scenes: tuple[SceneSpec, ...]
    acts: Mapping[str, str] = field(default_factory=dict)


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
    layer = layer_of(path)
    if "scenes" in layer.values:
        return _film(path, layer, said, problems)
    spec = _scene(path, [layer, said], problems)
    if problems:
        raise UserError(problems)
    if step:
        return replace(spec, wanted=(step,), steps=spec.steps if step in spec.steps else (step,))
    return spec


def ready(names: Sequence[str]) -> list[str]:
    """Those of our scenes and films whose weights are here: some are only fetched when they are wanted."""
    return [name for name in names if not any(assets.is_wanting(_weights(layer_of(path))) for path, _ in find(name))]


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
    draft = Heard(_merged(layers), path)
    model, tokens, folder = draft.model(), draft.tokens(), draft.folder
    values = dict(
        source=shown(path), name=_name(path, problems), tokens=tokens,
        twin=draft.twin(tokens), focus=draft.focus(tokens), toward=draft.toward(tokens), model=model,
        intervention=draft.intervention(model), block=draft.block(model), head=draft.head(model), language=draft.language(),
        theme=draft.theme(), keys=draft.look(),
    )
    draft.check_vocabulary(tokens, values["twin"])
    values |= draft.strongest(model, tokens, values["focus"], values["toward"])
    if folder:
        known = folder.facts.steps
        order = tuple(step for step in known if holds(folder.facts.needs.get(step, ""), model))
        steps = draft.steps(known, folder.facts.needs, model)
        _warn_of_steps_left_out(draft, set(known) - set(steps))
        values |= dict(scene=folder.id, order=order, steps=steps, wanted=steps, captions=draft.captions(known),
                       translations=draft.keys.captions, voice=draft.voice(known), places=_places(draft.layer, folder.facts.own_keys, path),
                       **draft.narration(known))
    contradicting = [*shapes.contradicting(layers)]
    problems += contradicting + sorted(draft.problems, key=_reading_order)
    return None if draft.problems or contradicting else SceneSpec(**values)


def _name(path: Path, problems: list[Problem]) -> str:
    """What the files of a scene or film are called; what cannot be a part of their names is added to the problems."""
    name = path.absolute().parent.name if path.name == folders.YAML else path.stem
    if name in (".", "..") or len(os.fsencode(name)) > MAX_NAME:
        hint = f"call it something of 1 to {MAX_NAME} bytes, and not after a folder"
        problems.append(Problem(f"files cannot be called after {quoted(name)}", shown(path), kind="name", hint=hint))
    return name


def _places(layer: Layer, keys: Iterable[str], path: Path) -> dict[str, str]:
    """Where the value of each key stands, or the file."""
    return {key: layer.places[key,].value if (key,) in layer.places else shown(path) for key in keys}


def _film(path: Path, layer: Layer, said: Layer, problems: list[Problem]) -> FilmSpec:
    problems += layer.problems
    name, entries = _name(path, problems), layer.values["scenes"]
    titles = _titles(layer, layer.values["title"], ("title",), problems) if "title" in layer.values else {}
    if "scene" in layer.values:
        message, hint = "unknown key in a film", "name scenes in 'scenes'"
        problems.append(Problem(message, layer.places["scene",].key, "scene", "unknown-key", hint))
    if not isinstance(entries, list) or not entries:
        problems.append(Problem("must be a list of scenes: [a, b]", layer.places["scenes",].value, "scenes", "wrong-type"))
        raise UserError(problems)
    defaults = Layer({key: value for key, value in layer.values.items() if key not in OF_A_FILM}, layer.places)
    numbers = [number for number, entry in enumerate(entries) if not _is_act(entry)]
    specs = [_entry(number, path, layer, defaults, said, problems) for number in numbers]
    for place, (number, spec) in enumerate(zip(numbers, specs, strict=True)):
        if spec and file_name(spec.name) in [file_name(other.name) for other in specs[:place] if other]:
            message, hint = f"{quoted(spec.name)} is in the film already", "give it a file of another name"
            problems.append(Problem(message, layer.places["scenes", number].value, f"scenes.{number}", "duplicate", hint))
    problems += shapes.of_others(layer, dict(zip(numbers, specs, strict=True)))
    title = _said(layer, titles, ("title",), specs[0], problems) if specs and titles else ""
    acts = dict(_acts(layer, dict(zip(numbers, specs, strict=True)), problems))
    if problems:
        raise UserError(problems)
    return FilmSpec(source=shown(path), name=name, title=title, scenes=tuple(specs), acts=acts)


def _is_act(entry: Any) -> bool:
    return isinstance(entry, dict) and ACT in entry


def _acts(layer: Layer, specs: Mapping[int, SceneSpec | None], problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """The titles of the acts, each with the name of the scene after it. specs: of the scenes, by their places in the list."""
    for number, entry in enumerate(layer.values["scenes"]):
        if not _is_act(entry):
            continue
        path = ("scenes", number, ACT)
        for key in (key for key in entry if key != ACT):
            hint = "write what holds for a scene beside the scene"
            problems.append(Problem("unknown key of an act", layer.places[*path[:2], key].key, f"scenes.{number}.{key}", "unknown-key", hint))
        if number + 1 not in specs:
            problems.append(Problem("no scene comes after it", layer.places[path].key, ".".join(map(str, path)), "empty"))
        titles = _titles(layer, entry[ACT], path, problems)
        if titles and (spec := specs.get(number + 1)):
            yield spec.name, _said(layer, titles, path, spec, problems)


def _titles(layer: Layer, said: Any, path: tuple, problems: list[Problem]) -> Mapping[str, str]:
    """A title by language; nothing, and a problem, if it is none."""
    titles = said if isinstance(said, dict) else {"": said}
    if titles and all(isinstance(text, str) for text in titles.values()):
        return titles
    message, hint = f"must be a text, not {quoted(said)}", "or one for each language: {en: …, zh: …}"
    problems.append(Problem(message, layer.places[path].value, ".".join(map(str, path)), "wrong-type", hint))
    return {}


def _said(layer: Layer, titles: Mapping[str, str], path: tuple, spec: SceneSpec | None, problems: list[Problem]) -> str:
    """A title in the language of a scene; what is wrong with it, or with it in another language, is added to the problems."""
    if spec is None:
        return ""
    seen = in_language(titles, spec.language)
    for name, text in titles.items():
        place = layer.places[*path, name] if name else layer.places[path]
        called = ".".join(map(str, (*path, name) if name else path))
        if name not in ("", *languages(), code(spec.language)):
            hint = did_you_mean(name, languages())
            problems.append(Problem(f"there is no language {quoted(name)}", place.key, called, "unknown-language", hint))
        fonts = assets.theme(spec.theme, spec.language).fonts if text is seen else None
        problems += filter(None, [wrong_with(folded(text), place.value, called, MAX_TITLE, fonts)])
    return folded(seen)


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
        scene = layer_of(file)
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
            what = f"has no effect on {file}, which says its own"
            warnings.warn(InVain(Problem(what, lower.places[path].key, ".".join(path), "no-effect")), stacklevel=1)


def _yaml_of(entry: str, folder: Path) -> Path | None:
    """The YAML of a scene that a film names: one of ours, the folder of one, or a file; None if it is none of these."""
    if entry in folders.ours():
        return folders.folder(entry).yaml
    path = folder / os.path.expanduser(entry)
    return path / folders.YAML if folders.is_scene(path) else path if is_path(entry) else None


def layer_of(path: Path) -> Layer:
    """What a YAML file says, with what it names beside it by whole paths. Raises UserError as `yaml_file.read` does."""
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
    if isinstance(weights, str) and weights not in assets.named():
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
                if path == "frame" and shapes.contradict(values.get(path), text):
                    message = f"{quoted(values[path])} and {text} contradict each other"
                    problems.append(Problem(message, where, path, "contradiction", "leave one of them out"))
                for key in reversed(path.split(".")):
                    value = {key: value}
                values = _deep(values, value)  # all of it holds at once, in whatever order it is said
                places = {place: said for place, said in places.items() if place not in set(_paths(value))}
                places |= {place: Place(where, where) for place in _paths(value)}
    return _anchored(Layer(values, places), Path.cwd()), problems


def _warn_of_steps_left_out(draft: Heard, steps: Set[str]) -> None:
    """Warns of what is said of steps that do not play."""
    for path, place in draft.layer.places.items():
        if len(path) == 2 and path[0] in ("captions", "say", "voice") and path[1] in steps:
            what = "has no effect: the step is not among 'steps'"
            warnings.warn(InVain(Problem(what, place.key, ".".join(path), "no-effect")), stacklevel=1)


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
