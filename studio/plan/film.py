"""What is to be rendered: the specs of all targets, and a film with the cards around its scenes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import model
from scenes.base.spec import CardSpec, SceneSpec
from scenes.base.words import reading_time
from studio.errors import Problem, UserError
from studio.plan import staging
from studio.read import assets
from studio.read.folders import folder
from studio.read.spec import FilmSpec, find, load_file
from studio.read.text import file_name
from studio.read.words import SYNTHETIC, code, shared, words

OF_A_CARD = ("pace", "frame", "type")     # the keys that a card takes from the scene beside it
CARDS = "cards"                           # what the names of cards begin with, before a slash, which no scene's has


def loaded(targets: Sequence[str], overrides: Sequence[str] = ()) -> list[SceneSpec | FilmSpec]:
    """The specs of all targets, fit to be staged. Raises UserError with all that `gathered` finds wrong."""
    specs, problems = gathered(targets, overrides)
    if problems:
        raise UserError(problems)
    return together(specs)


def gathered(targets: Sequence[str], overrides: Sequence[str] = ()) -> tuple[list[SceneSpec | FilmSpec], list[Problem]]:
    """The specs of the targets that are sound, and what is wrong with any, or with two that would be written to the same files."""
    specs, problems = [], []
    for target in targets:
        try:
            for path, step in find(target):
                spec = load_file(path, step, overrides)
                unfit = [*_unfit(spec)]
                problems += unfit
                specs += [] if unfit else [spec]
        except UserError as error:
            problems += error.problems
    return specs, [*problems, *_clashes(specs)]


def _unfit(spec: SceneSpec | FilmSpec) -> Iterator[Problem]:
    """Why scenes cannot be staged: what is wrong with a theme, and with keys of a scene's own, of which its experiments judge."""
    for scene in scenes_of(spec):
        try:
            assets.theme(scene.theme, scene.language)
            if scene.places:
                staging.trace(scene)
        except UserError as error:
            yield from error.problems


def together(specs: Sequence[SceneSpec | FilmSpec]) -> list[SceneSpec | FilmSpec]:
    """The same, but what is wanted of one scene in several specs is wanted in one."""
    found = {}
    for spec in specs:
        key = type(spec), spec.name
        if isinstance(spec, SceneSpec) and key in found:
            wanted = {*found[key].wanted, *spec.wanted}
            spec = replace(spec, wanted=tuple(step for step in spec.steps if step in wanted))
        found[key] = spec
    return list(found.values())


def _clashes(specs: Sequence[SceneSpec | FilmSpec]) -> Iterator[Problem]:
    """What would be written to the same files as something else, which has the same name."""
    taken = {}
    for spec in specs:
        for part in (spec, *spec.scenes) if isinstance(spec, FilmSpec) else (spec,):
            told = _told(part)
            other, where = taken.setdefault((type(part), file_name(part.name)), (told, spec.source))
            if told != other:
                message = f"its files would be those of {where}, which has the same name"
                hint = "render it with another --output, or give one of them another name"
                yield Problem(message, spec.source, "" if part is spec else part.name, "duplicate", hint)


def _told(spec: SceneSpec | FilmSpec) -> SceneSpec | FilmSpec:
    """All that is said of a scene or film, whatever is wanted of it."""
    source = str(Path(spec.source).resolve())
    if isinstance(spec, FilmSpec):
        return replace(spec, source=source, scenes=tuple(map(_told, spec.scenes)))
    return replace(spec, source=source, wanted=())


def side_by_side(specs: Sequence[SceneSpec | FilmSpec], name: str) -> FilmSpec:
    """All the scenes of all the specs, each once. Raises UserError if they have not one shape."""
    scenes = together([scene for spec in specs for scene in scenes_of(spec)])
    first = scenes[0]
    if problems := [Problem(f"is {scene.keys['frame']}, and {first.name} is {first.keys['frame']}", scene.source, "frame", "contradiction",
                            "what is put together has one shape") for scene in scenes if scene.keys["frame"] != first.keys["frame"]]:
        raise UserError(problems)
    return FilmSpec(source="", name=name, title="", scenes=tuple(scenes))


def frame_of(spec: SceneSpec | FilmSpec) -> str:
    """The shape of the pictures of a scene, or of all the scenes of a film, as it is written."""
    return scenes_of(spec)[0].keys["frame"]


def scenes_of(spec: SceneSpec | FilmSpec) -> tuple[SceneSpec, ...]:
    """The scenes of a film, or the one scene."""
    return spec.scenes if isinstance(spec, FilmSpec) else (spec,)


def acts_of(spec: FilmSpec) -> list[tuple[str, tuple[SceneSpec, ...]]]:
    """The acts of a film, each with its title and its scenes; what stands before the first has none."""
    found = [("", [])]
    for scene in spec.scenes:
        if scene.name in spec.acts:
            found.append((spec.acts[scene.name], []))
        found[-1][1].append(scene)
    return [(title, tuple(scenes)) for title, scenes in found if scenes]


def only_scene(spec: SceneSpec | FilmSpec) -> SceneSpec:
    """The one scene of a target. UserError if there are more."""
    if len(scenes_of(spec)) == 1:
        return scenes_of(spec)[0]
    names = ", ".join(scene.name for scene in spec.scenes)
    message, hint = "each scene of a film has a trace of its own", f"name one of {names}"
    raise UserError([Problem(message, spec.source, kind="many", hint=hint)])


def views(trace: model.Trace, names: Sequence[str]) -> list[model.View]:
    """The tensors of these names. UserError with all the names that there are not."""
    found, problems = [], []
    for name in names:
        try:
            found.append(trace[name])
        except KeyError as error:
            problems.append(Problem(str(error), kind="unknown-tensor"))
    if problems:
        raise UserError(problems)
    return found


def burning(spec: SceneSpec | FilmSpec, burned: bool) -> SceneSpec | FilmSpec:
    """The same, with or without captions in the picture."""
    return each_scene(spec, lambda scene: replace(scene, burned=burned))


def each_scene(spec: SceneSpec | FilmSpec, change: Callable[[SceneSpec], SceneSpec]) -> SceneSpec | FilmSpec:
    """The same, each of its scenes changed."""
    return replace(spec, scenes=tuple(map(change, spec.scenes))) if isinstance(spec, FilmSpec) else change(spec)


def parts_of(spec: SceneSpec | FilmSpec) -> tuple[SceneSpec | CardSpec, ...]:
    """What is played, in order: of a film its scenes, with a card before each act, else the one scene. A narrated film ends with a card.

    The film's title stands over that of the first act; without acts it has a card of its own. Nothing else parts two scenes.
    """
    if not isinstance(spec, FilmSpec):
        return (spec,)
    parts, acts = [], list(spec.acts)
    if spec.title and spec.scenes[0].name not in acts:
        parts.append(_card(spec.scenes[0], "opening", title=spec.title))
    for scene in spec.scenes:
        if scene.name in acts:
            said = {"place": acts.index(scene.name), "of": len(acts), "title": spec.acts[scene.name]}
            parts.append(_card(scene, f"act/{said['place'] + 1}", above="" if parts else spec.title, **said))
        parts.append(scene)
    return (*parts, *_closing(spec))


def _closing(film: FilmSpec) -> Iterator[CardSpec]:
    """The card that says that a voice is synthetic, if there is one."""
    if spoken := [scene for scene in film.scenes if scene.narrator]:
        said = shared(spoken[-1].language)
        note = said[SYNTHETIC]
        seconds = reading_time(note + film.title, said)
        yield _card(spoken[-1], "closing", title=film.title or note, above=note if film.title else "", seconds=seconds)


def _card(beside: SceneSpec, name: str, **said) -> CardSpec:
    """A title card that looks as the scene beside it does."""
    return CardSpec(name=f"{CARDS}/{name}", language=beside.language, theme=beside.theme, keys={key: beside.keys[key] for key in OF_A_CARD}, **said)


def title(spec: SceneSpec) -> str:
    """The title of a scene, in its language."""
    return words(spec.language, folder(spec.scene))["title"]


def reading_seconds(spec: SceneSpec | CardSpec, step: str) -> float:
    """About how long a step takes at least: what the scene reckons with for its caption to be read."""
    if isinstance(spec, CardSpec):
        return spec.seconds
    said = words(spec.language, folder(spec.scene))
    return reading_time(spec.captions.get(step) or said["steps"][step]["caption"], said) / spec.pace


def translated(spec: SceneSpec, step: str, shown: str, language: str) -> str:
    """The caption that a step shows, in another language: the user's own, or the one that stands there for what is shown.

    What a scene does not say in that language is left in its own.
    """
    own = " ".join(spec.translations.get(step, {}).get(code(language), "").split())
    if own or code(language) == code(spec.language):
        return own or shown
    home = folder(spec.scene)
    try:
        here, there = (words(name, home)["steps"][step] for name in (spec.language, language))
    except UserError:
        return shown
    wording = next((key for key, caption in here.items() if caption == shown), "caption")
    return there.get(wording, there["caption"])
