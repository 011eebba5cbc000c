"""From a spec to a scene that can be played, and how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import model
import scenes
from model.experiments import find
from scenes.base.words import CARD, CARDS, CardText, reading_time
from studio import assets
from studio.errors import Problem, RenderError, UserError
from studio.kept import kept
from studio.render import inputs
from studio.render.quality import DEFAULT, QUALITIES, Quality
from studio.spec import FilmSpec, SceneSpec, load
from studio.synopsis import synopsis

if TYPE_CHECKING:  # they draw in manim, which is slow to start: what calls for a drawing imports them
    from scenes.base.scene import ExplainerScene, Staging, Listener
    from scenes.base.title_card import TitleCard


@dataclass(frozen=True)
class TimedStep:
    """A step of a scene as it will play: its caption, and when it begins and how long it takes, in seconds."""

    name: str
    caption: str
    start: float
    seconds: float


def trace(spec: SceneSpec) -> model.Trace:
    """The trace of the sentence of a scene, with what else its scene draws; computed once in a process."""
    return _trace(spec.tokens, spec.model, scenes.find(spec.scene).experiments, spec.twin, spec.intervention)


@lru_cache(maxsize=8)
def _trace(tokens: tuple[str, ...], config: model.ModelConfig, experiments: tuple[str, ...], twin: tuple[str, ...],
           intervention: model.Intervention) -> model.Trace:
    checkpoint = assets.checkpoint(config.weights) if config.trained else None
    given = {"twin": twin, "intervention": intervention}
    return model.run(tokens, config, checkpoint, [find(name) for name in experiments], given)


def loaded(targets: Sequence[str], overrides: Sequence[str]) -> list[SceneSpec | FilmSpec]:
    """The specs of all targets, fit to be staged. Raises UserError with all that is wrong in any of them."""
    specs, problems, sources = [], [], {}
    for target in targets:
        try:
            specs.append(load(target, overrides))
            for scene in scenes_of(specs[-1]):
                assets.theme(scene.theme, scene.language), assets.words(scene.language)
                if sources.setdefault(scene.name, scene.source) != scene.source:
                    message = f"its files would be those of {sources[scene.name]}, which has the same name"
                    problems.append(Problem(message, scene.source, kind="duplicate", hint="render it with another --output"))
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(problems)
    return together(specs)


def together(specs: Sequence[SceneSpec | FilmSpec]) -> list[SceneSpec | FilmSpec]:
    """The same, but what is wanted of one scene in several specs is wanted in one."""
    found = {}
    for spec in specs:
        key = (spec.name, spec.steps if isinstance(spec, SceneSpec) else None)
        if isinstance(spec, SceneSpec) and key in found:
            wanted = {*found[key].wanted, *spec.wanted}
            spec = spec.model_copy(update={"wanted": tuple(step for step in spec.steps if step in wanted)})
        found[key] = spec
    return list(found.values())


def side_by_side(specs: Sequence[SceneSpec | FilmSpec]) -> FilmSpec:
    """All the scenes of all the specs, each once."""
    return FilmSpec(source="", name="storyboard", title="", scenes=together([s for spec in specs for s in scenes_of(spec)]))


def stage(spec: SceneSpec) -> "Staging":
    """All that the scene of a spec is given. Raises UserError if its theme is not sound."""
    from scenes.base.scene import Staging

    return Staging(
        scene=spec.scene, number=spec.number, trace=trace(spec),
        theme=assets.theme(spec.theme, spec.language), words=inputs.words(spec),
        focus=spec.focus, block=spec.block, head=spec.head, steps=spec.steps, captions=spec.captions,
        language=assets.code(spec.language), pace=spec.pace, decimals=spec.decimals,
        voices={step: voice.seconds for step, voice in spec.voice.items()}, burned=spec.burned,
    )


def build(spec: SceneSpec, renderer=None, listener: "Listener | None" = None) -> "ExplainerScene | TitleCard":
    """The scene of a spec, not yet played. Within `studio.render.manim_settings.settings` it is the same everywhere."""
    if spec.card:
        from scenes.base.title_card import TitleCard

        return TitleCard(assets.theme(spec.theme, spec.language), spec.card, spec.pace, renderer, listener)
    return scenes.find(spec.scene)(stage(spec), renderer, listener)


def timeline(spec: SceneSpec, quality: Quality = QUALITIES[DEFAULT]) -> list[TimedStep]:
    """The steps of a scene with their times; the scene plays, but nothing is drawn. RenderError if it cannot be played."""
    from studio.render.worker import count_frames

    played = []

    def remembered(renderer, listener) -> "ExplainerScene":
        played.append(build(spec, renderer, listener))
        return played[0]

    try:
        frames, caption = count_frames(remembered, quality), played[0].caption
    except UserError:
        raise
    except Exception as error:
        raise RenderError(f"{spec.name}: {type(error).__name__}: {error}") from error
    ends = [*accumulate(frames[step] / quality.fps for step in spec.steps)]
    return [TimedStep(step, caption(step), start, end - start) for step, start, end in zip(spec.steps, [0.0, *ends], ends)]


def reading_seconds(spec: SceneSpec, step: str) -> float:
    """About how long a step takes at least: what the scene reckons with for its caption to be read."""
    if spec.card:
        return spec.card.seconds
    words = assets.words(spec.language)
    caption = spec.captions.get(step) or words["scenes"][spec.scene]["steps"][step]["caption"]
    return reading_time(caption, words) / spec.pace


def translated(spec: SceneSpec, step: str, shown: str, language: str) -> str:
    """The caption that a step shows, in another language: the user's own, or the one that stands there for what is shown."""
    if assets.code(language) == assets.code(spec.language):
        return shown
    here, there = (assets.words(name)["scenes"][spec.scene]["steps"][step] for name in (spec.language, language))
    wording = next((key for key, words in here.items() if words == shown), "caption")
    return " ".join(spec.translations.get(step, {}).get(assets.code(language), "").split()) or there[wording]


def title(spec: SceneSpec) -> str:
    """The title of a scene, in its language."""
    return assets.words(spec.language)["scenes"][spec.scene]["title"]


def scenes_of(spec: SceneSpec | FilmSpec) -> tuple[SceneSpec, ...]:
    """The scenes of a film, or the one scene."""
    return spec.scenes if isinstance(spec, FilmSpec) else (spec,)


def burning(spec: SceneSpec | FilmSpec, burned: bool) -> SceneSpec | FilmSpec:
    """The same, with or without captions in the picture."""
    if isinstance(spec, FilmSpec):
        return spec.model_copy(update={"scenes": tuple(burning(scene, burned) for scene in spec.scenes)})
    return spec.model_copy(update={"burned": burned})


def parts_of(spec: SceneSpec | FilmSpec) -> tuple[SceneSpec, ...]:
    """What is played, in order: of a film its scenes with the cards around them, else the one scene.

    No card parts a scene from the one on whose last frame it opens.
    """
    if not isinstance(spec, FilmSpec):
        return (spec,)
    words = assets.words(spec.scenes[0].language)["film"]
    first = CardText(spec.title, below=(words["opening"],), seconds=3.6, at_once=True)
    parts = [_card(spec.scenes[0], "opening", first)] if spec.title else []
    for place, scene in enumerate(spec.scenes):
        if not (place and _goes_on(spec.scenes[place - 1], scene)):
            parts.append(_card(scene, scene.name, CardText(title(scene), str(place + 1), place=place, of=len(spec.scenes))))
        parts.append(scene)
    below = words["closing_computed"], words["closing_yours"]
    return *parts, _card(spec.scenes[0], "closing", CardText(words["closing"], below=below, seconds=4.5))


def _goes_on(before: SceneSpec, after: SceneSpec) -> bool:
    """Whether a scene opens on the last frame of another: it is made to, and both show the same."""
    told = synopsis(after.scene)
    last, first = synopsis(before.scene).steps[-1], told.steps[0]
    same = ("tokens", "model", "focus", "block", "head", "language", "theme", "decimals")
    return (told.follows == before.scene and (before.steps[-1], after.steps[0]) == (last, first)
            and all(getattr(before, key) == getattr(after, key) for key in same))


def _card(beside: SceneSpec, name: str, said: CardText) -> SceneSpec:
    """A title card that looks as the scene beside it does, and has nothing of it but theme, language and pace."""
    kept = {key: getattr(beside, key) for key in ("theme", "language", "pace")}
    return SceneSpec(
        source="", name=f"{CARDS}-{name}", scene=CARDS, number=0, tokens=(), twin=(), focus=0, model=model.ModelConfig(),
        intervention=model.Intervention(0, 0), block=0, head=0, steps=(CARD,), wanted=(CARD,), captions={}, translations={},
        voice={}, decimals=0, card=said, **kept,
    )


def contents() -> dict[str, list[dict]]:
    """What there is to render: the film, and every scene with its steps, in the order of the storyboard."""
    film = load("film")
    specs = sorted((load(name) for name in scenes.names()), key=lambda spec: spec.number)
    return {
        "films": [{"id": "film", "title": film.title, "scenes": [spec.name for spec in film.scenes]}],
        "scenes": [{"id": spec.name, "number": spec.number, "title": title(spec), "steps": [
            {"id": f"{spec.name}/{step}", "caption": caption, "seconds": seconds} for step, caption, seconds in _played(spec)
        ]} for spec in specs],
    }


def _played(spec: SceneSpec) -> list[tuple[str, str, float]]:
    """The steps of a scene with their captions and seconds; kept, since to play all scenes takes some time."""
    made_from = [inputs.of(spec, step, QUALITIES[DEFAULT]) for step in spec.steps]
    return kept(lambda: [(step.name, step.caption, round(step.seconds, 3)) for step in timeline(spec)], made_from)


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
