"""Spec: what is to be rendered, complete and checked, before anything is rendered.

What counts, from the weakest to the strongest: defaults, film YAML, scene YAML, command line. All problems are found at once.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

import scenes
from model import Intervention, ModelConfig
from scenes.base.words import CardText
from studio import assets, yaml_file
from studio.draft import Draft, no_glyph
from studio.errors import Problem, UserError, did_you_mean, quoted
from studio.synopsis import synopsis
from studio.yaml_file import FORBIDDEN, Layer, Place

# A value of these keys is YAML on the command line as well; any other is the text as it stands.
STRUCTURED = re.compile(r"tokens|steps|model|intervene|voice|captions(\.[^.]+)?")
SHORT = {"language": "--lang", "theme": "--theme"}
OF_A_FILM = ("title", "scenes", "scene")
OF_THE_SENTENCE = ("sentence", "tokens", "focus", "twin")


class Voice(BaseModel):
    """A sound file, and how many seconds it lasts."""

    model_config = ConfigDict(frozen=True)

    path: str
    seconds: float


class SceneSpec(BaseModel):
    """One scene, ready to be staged.

    source: its YAML, as it is called in messages; name: the stem of that file. scene, number: the class that draws it and its
    place in the storyboard. twin: the tokens of the other sentence, if there is one. focus, block, head: from 0. steps: all that
    play; wanted: those that are to be rendered.
    captions: own words by step, in the scene's language; translations: in any language, by step, then language. voice: what is
    heard, by step. burned: whether captions are in the picture. card: of a title card, which has no scene.
    theme: a name or the path of a file.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    name: str
    scene: str
    number: int
    tokens: tuple[str, ...]
    twin: tuple[str, ...]
    focus: int
    model: ModelConfig
    intervention: Intervention
    block: int
    head: int
    steps: tuple[str, ...]
    wanted: tuple[str, ...]
    captions: dict[str, str]
    translations: dict[str, dict[str, str]]
    voice: dict[str, Voice]
    language: str
    theme: str
    pace: float
    decimals: int
    burned: bool = True
    card: CardText | None = None


class FilmSpec(BaseModel):
    """A film, ready to be staged: scenes of different names, in the order they play."""

    model_config = ConfigDict(frozen=True)

    source: str
    name: str
    title: str
    scenes: tuple[SceneSpec, ...]


def load(target: str, overrides: Sequence[str] = ()) -> SceneSpec | FilmSpec:
    """The spec of a target: `film`, `SCENE`, `SCENE/STEP` or the path of a YAML file; overrides are `path=value`.

    Raises UserError with all that is wrong.
    """
    said, problems = _commanded(overrides)
    path, step = find(target)
    layer = _read(path)
    if "scenes" in layer.values:
        return _film(path, layer, said, problems)
    spec = _scene(path, [layer, said], problems)
    if problems:
        raise UserError(problems)
    if step:
        return spec.model_copy(update={"wanted": (step,), "steps": spec.steps if step in spec.steps else (step,)})
    return spec


def find(target: str) -> tuple[Path, str]:
    """The YAML file of a target, and the step if it names one. Raises UserError if there is no such target."""
    if target == "film":
        return assets.FILM, ""
    name, slash, step = target.partition("/")
    if name in scenes.names():
        steps = synopsis(name).steps if slash else ("",)
        if step in steps:
            return assets.SCENES / name / "scene.yaml", step
        hint = did_you_mean(step, steps, "the steps are")
        raise UserError([Problem(f"scene {name} has no step {quoted(step)}", target, kind="unknown-step", hint=hint)])
    if target.endswith((".yaml", ".yml")) or assets.is_path(target) and os.path.exists(target):
        return Path(target), ""
    hint = did_you_mean(name, ("film", *scenes.names()), "name the path of a YAML file or one of")
    raise UserError([Problem("unknown target", target, kind="unknown-target", hint=hint)])


def _scene(path: Path, layers: Sequence[Layer], problems: list[Problem]) -> SceneSpec | None:
    """The spec of a scene, later layers over earlier ones; or the problems, added to those there are."""
    draft = Draft(_merged(layers), path)
    scene, tokens, model = draft.scene(), draft.tokens(), draft.model()
    values = dict(
        source=assets.shown(path), name=_name(path), tokens=tokens, twin=draft.twin(tokens), focus=draft.focus(tokens), model=model,
        intervention=draft.intervention(model),
        block=draft.block(model), head=draft.head(model), language=draft.language(), theme=draft.theme(),
        pace=draft.keys.pace, decimals=draft.keys.decimals,
    )
    draft.check_vocabulary(tokens, values["twin"])
    if scene:
        told = synopsis(scene)
        steps = draft.steps(told.steps)
        values |= dict(scene=scene, number=told.number, captions=draft.captions(told.steps), translations=draft.keys.captions,
                       voice=_voices(draft.voice(told.steps)), steps=steps, wanted=steps)
    problems += sorted(draft.problems, key=_reading_order)
    return None if draft.problems else SceneSpec(**values)


def _name(path: Path) -> str:
    """What a scene is called: its folder, or the stem of its file."""
    return path.parent.name if path.name == "scene.yaml" else path.stem


def _voices(files: Mapping[str, tuple[str, float]]) -> dict[str, Voice]:
    return {step: Voice(path=path, seconds=seconds) for step, (path, seconds) in files.items()}


def _film(path: Path, layer: Layer, said: Layer, problems: list[Problem]) -> FilmSpec:
    problems += layer.problems
    title, entries = layer.values.get("title", ""), layer.values["scenes"]
    titles = title if isinstance(title, dict) else {"": title}
    if not titles or not all(isinstance(text, str) for text in titles.values()):
        message, hint = f"must be a text, not {quoted(title)}", "or one for each language: {en: …, zh: …}"
        problems.append(Problem(message, layer.places["title",].value, "title", "wrong-type", hint))
        titles = {}
    if "scene" in layer.values:
        message, hint = "unknown key in a film", "name scenes in 'scenes'"
        problems.append(Problem(message, layer.places["scene",].key, "scene", "unknown-key", hint))
    if not isinstance(entries, list) or not entries:
        problems.append(Problem("must be a list of scenes: [a, b]", layer.places["scenes",].value, "scenes", "wrong-type"))
        raise UserError(problems)
    defaults = Layer({key: value for key, value in layer.values.items() if key not in OF_A_FILM}, layer.places)
    specs = [_entry(number, path, layer, defaults, said, problems) for number in range(len(entries))]
    for number, spec in enumerate(specs):
        if spec and spec.name in [other.name for other in specs[:number] if other]:
            message, hint = f"{quoted(spec.name)} is in the film already", "give it a file of another name"
            problems.append(Problem(message, layer.places["scenes", number].value, f"scenes.{number}", "duplicate", hint))
    title = ""
    if titles and specs[0]:
        title = titles.get(assets.code(specs[0].language), next(iter(titles.values())))
        fonts = assets.theme(specs[0].theme, specs[0].language).fonts
        problems += filter(None, [no_glyph(title, fonts, layer.places["title",].value, "title")] if title else [])
    if problems:
        raise UserError(problems)
    return FilmSpec(source=assets.shown(path), name=path.stem, title=title, scenes=tuple(specs))


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
    elif entry not in scenes.names() and not assets.is_path(entry):
        hint = did_you_mean(entry, scenes.names())
        problems.append(Problem(f"there is no scene {quoted(entry)}", place, path, "unknown-scene", hint))
    else:
        file = film.parent / entry if assets.is_path(entry) else assets.SCENES / entry / "scene.yaml"
        try:
            scene = _read(file)
        except UserError as error:
            problems += error.problems
        else:
            if "scenes" not in scene.values:
                return _scene(file, [defaults, scene, own, said], problems)
            problems.append(Problem("a film cannot hold a film", place, path, "wrong-type"))
    return None


def _read(path: Path) -> Layer:
    return _anchored(yaml_file.read(path, assets.shown(path)), path.parent)


def _anchored(layer: Layer, folder: Path) -> Layer:
    """The layer, its theme, language and weights looked for beside the file that names them."""
    values, model = dict(layer.values), layer.values.get("model")
    if isinstance(values.get("voice"), dict):
        values["voice"] = {step: str(folder.resolve() / file) if isinstance(file, str) else file
                           for step, file in values["voice"].items()}
    for key in ("theme", "language"):
        if isinstance(values.get(key), str) and assets.is_path(values[key]):
            values[key] = str(folder.resolve() / values[key])
    weights = model.get("weights") if isinstance(model, dict) else None
    if isinstance(weights, str) and weights not in (assets.RANDOM, *assets.trained()):
        values["model"] = {**model, "weights": os.path.join(folder.resolve(), weights)}
    return replace(layer, values=values)


def _commanded(overrides: Sequence[str]) -> tuple[Layer, list[Problem]]:
    """What the command line sets, and what is wrong with how it is written."""
    layers, problems = [Layer({})], []
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
                layers.append(Layer(value, {place: Place(where, where) for place in _paths(value)}))
    return _anchored(_merged(layers), Path.cwd()), problems


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
