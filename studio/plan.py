"""From a spec to a scene that can be played, and how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import model
import scenes
from scenes.base import ExplainerScene, Staging, Watch
from studio import assets
from studio.errors import Problem, RenderError, UserError
from studio.render.quality import DEFAULT, QUALITIES, Quality
from studio.render.worker import count_frames
from studio.spec import FilmSpec, SceneSpec, load


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
    return model.run(tokens, config, checkpoint, experiments, twin, intervention)


def loaded(targets: Sequence[str], overrides: Sequence[str]) -> list[SceneSpec | FilmSpec]:
    """The specs of all targets, fit to be staged. Raises UserError with all that is wrong in any of them."""
    specs, problems, sources = [], [], {}
    for target in targets:
        try:
            specs.append(load(target, overrides))
            for scene in scenes_of(specs[-1]):
                stage(scene)
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


def stage(spec: SceneSpec) -> Staging:
    """All that the scene of a spec is given. Raises UserError if its theme is not sound."""
    return Staging(
        scene=spec.scene, number=spec.number, trace=trace(spec),
        theme=assets.theme(spec.theme, spec.language), words=assets.words(spec.language),
        focus=spec.focus, block=spec.block, head=spec.head, steps=spec.steps, captions=spec.captions,
        language=assets.code(spec.language), pace=spec.pace, decimals=spec.decimals,
    )


def build(spec: SceneSpec, renderer=None, watch: Watch | None = None) -> ExplainerScene:
    """The scene of a spec, not yet played. Within `studio.render.manim_settings.settings` it is the same everywhere."""
    return scenes.find(spec.scene)(stage(spec), renderer, watch)


def timeline(spec: SceneSpec, quality: Quality = QUALITIES[DEFAULT]) -> list[TimedStep]:
    """The steps of a scene with their times; the scene plays, but nothing is drawn. RenderError if it cannot be played."""
    played = []

    def remembered(renderer, watch) -> ExplainerScene:
        played.append(build(spec, renderer, watch))
        return played[0]

    try:
        frames, caption = count_frames(remembered, quality), played[0].caption
    except UserError:
        raise
    except Exception as error:
        raise RenderError(f"{spec.name}: {type(error).__name__}: {error}") from error
    ends = [*accumulate(frames[step] / quality.fps for step in spec.steps)]
    return [TimedStep(step, caption(step), start, end - start) for step, start, end in zip(spec.steps, [0.0, *ends], ends)]


def title(spec: SceneSpec) -> str:
    """The title of a scene, in its language."""
    return assets.words(spec.language)["scenes"][spec.scene]["title"]


def scenes_of(spec: SceneSpec | FilmSpec) -> tuple[SceneSpec, ...]:
    """The scenes of a film, or the one scene."""
    return spec.scenes if isinstance(spec, FilmSpec) else (spec,)


def contents() -> dict[str, list[dict]]:
    """What there is to render: the film, and every scene with its steps, in the order of the storyboard."""
    film = load("film")
    specs = sorted((load(name) for name in scenes.names()), key=lambda spec: spec.number)
    return {
        "films": [{"id": "film", "title": film.title, "scenes": [spec.name for spec in film.scenes]}],
        "scenes": [{"id": spec.name, "number": spec.number, "title": title(spec), "steps": [
            {"id": f"{spec.name}/{step.name}", "caption": step.caption, "seconds": round(step.seconds, 3)}
            for step in timeline(spec)
        ]} for spec in specs],
    }


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
