"""From a spec to a scene that can be played. What is imported here draws, and so is part of what every clip is made from."""

from functools import lru_cache
from typing import TYPE_CHECKING

import model
from scenes.base.spec import SceneSpec
from studio.errors import Problem, UserError
from studio.read import assets
from studio.read.folders import folder, shown
from studio.read.words import words

if TYPE_CHECKING:  # they draw in manim, which is slow to start: what calls for a drawing imports them
    from scenes.base.scene import ExplainerScene, Listener, Staging


def trace(spec: SceneSpec) -> model.Trace:
    """The trace of the sentence of a scene, with what else its scene draws; computed once in a process, and of the experiments only what
    is asked for, unless they may have something to say of the scene's keys, or are not all ours.

    Raises UserError if an experiment says `KEY: what is wrong` of a key of the scene's own, or is wrong itself in a folder that is not ours.
    """
    home = folder(spec.scene)
    given = {key: spec.keys[key] for key in home.facts.own_keys}
    try:
        found = _trace(spec.scene, spec.tokens, spec.model, home.facts.experiments, spec.twin, spec.intervention, tuple(given.items()))
        return found if home.ours and not given else found.complete()
    except ValueError as error:
        problems = [_problem(line, spec) for line in str(error).splitlines()]
        if home.ours and not all(problem.path for problem in problems):
            raise
        raise UserError(problems) from error


def _problem(line: str, spec: SceneSpec) -> Problem:
    """What an experiment says: of one of the scene's own keys, or of itself."""
    key, _, message = line.partition(": ")
    if key in spec.places:
        return Problem(message, spec.places[key], key, "own-key")
    return Problem(line, shown(folder(spec.scene).path), kind="experiment")


@lru_cache(maxsize=8)
def _trace(scene: str, tokens: tuple[str, ...], config: model.ModelConfig, experiments: tuple[str, ...], twin: tuple[str, ...],
           intervention: model.Intervention, given: tuple) -> model.Trace:
    checkpoint = assets.checkpoint(config.weights) if config.trained else None
    modules = [folder(scene).experiment(name) for name in experiments]
    return model.run(tokens, config, checkpoint, modules, {"twin": twin, "intervention": intervention, **dict(given)})


def stage(spec: SceneSpec) -> "Staging":
    """All that the scene of a spec is given. Raises UserError if its theme is not sound."""
    from scenes.base.frame import Frame
    from scenes.base.scene import Staging

    theme, said = assets.theme(spec.theme, spec.language), words(spec.language, folder(spec.scene))
    frame = Frame.of(*(spec.keys[key] for key in ("frame", "furniture", "type")))
    return Staging(spec, trace(spec), theme, said, frame, _guided(spec.model))


def _guided(config: model.ModelConfig) -> frozenset[tuple[str, int]]:
    facts = assets.checkpoint(config.weights).facts if config.trained else {}
    return frozenset((f"{guide['side']}.{guide['block']}.{guide['attention']}.weights", guide["head"]) for guide in facts.get("guided", ()))


def build(spec: SceneSpec, renderer=None, listener: "Listener | None" = None) -> "ExplainerScene":
    """The scene of a spec, not yet played. Within `studio.render.manim_settings.settings` it is the same everywhere."""
    return folder(spec.scene).load()(stage(spec), renderer, listener)
