"""What there is to render, and how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import accumulate

from scenes.base.spec import CardSpec, SceneSpec
from studio.errors import RenderError, UserError
from studio.plan.film import acts_of, parts_of, scenes_of, title
from studio.plan.staging import build
from studio.progress import SILENT, Progress
from studio.read import folders
from studio.read.keys import SceneKeys, model_of
from studio.read.spec import FILMS, FilmSpec, find, load, load_file, ready
from studio.render import inputs
from studio.render.quality import DEFAULT, QUALITIES, Quality
from studio.store.kept import kept


@dataclass(frozen=True)
class TimedStep:
    """A step of a scene as it will play: its caption, and when it begins and how long it takes, in seconds."""

    name: str
    caption: str
    start: float
    seconds: float


def timeline(spec: SceneSpec, quality: Quality = QUALITIES[DEFAULT]) -> list[TimedStep]:
    """The steps of a scene with their times; the scene plays, but nothing is drawn. RenderError if it cannot be played."""
    from studio.render.worker import played  # takes manim, slow to start

    try:
        frames, scene = played(partial(build, spec), quality)
    except UserError:
        raise
    except Exception as error:
        raise RenderError(f"{spec.name}: {type(error).__name__}: {error}") from error
    ends = [*accumulate(frames[step] / quality.fps for step in spec.steps)]
    return [TimedStep(step, scene.caption(step), start, end - start) for step, start, end in zip(spec.steps, [0.0, *ends], ends)]


def contents(targets: Sequence[str] = (), progress: Progress = SILENT) -> dict[str, list[dict]]:
    """What there is to render: the films, and every scene with its steps, in the order they first play in a film; all whose weights
    are here.

    targets: other films, scenes, and folders of scenes that are told of as well. progress: is told of each scene that has to be played.
    """
    given = _loaded(targets)
    films = _each_once([*map(load, ready(FILMS)), *(spec for spec in given if isinstance(spec, FilmSpec))])
    here = ready(folders.ours())
    order = [*(scene.name for film in films for scene in scenes_of(film)), *here]
    ours = [load(name) for name in dict.fromkeys(order) if name in here]
    sources = {spec.source for spec in ours}
    specs = _each_once([*ours, *(scene for spec in given for scene in scenes_of(spec) if scene.source not in sources)])
    return {
        "films": [{
            "id": film.name, "title": film.title, "seconds": round(sum(seconds_of(part, progress) for part in parts_of(film)), 3),
            "scenes": [spec.name for spec in scenes_of(film)],
            "acts": [{"title": act, "scenes": [spec.name for spec in scenes]} for act, scenes in acts_of(film)],
        } for film in films],
        "scenes": [{"id": spec.name, "title": title(spec), "steps": [
            {"id": f"{spec.name}/{step}", "caption": caption, "seconds": seconds} for step, caption, seconds in played(spec, progress=progress)
        ]} for spec in specs],
    }


def own_keys(targets: Sequence[str] = ()) -> type[SceneKeys]:
    """The keys of a scene YAML, with those that our scenes declare, and the scenes of these targets."""
    scenes = [*folders.ours(), *(scene.scene for spec in _loaded(targets) for scene in scenes_of(spec))]
    return model_of({key: said for scene in scenes for key, said in folders.folder(scene).facts.own_keys.items()})


def _loaded(targets: Sequence[str]) -> list[SceneSpec | FilmSpec]:
    return [load_file(path) for target in targets for path, _ in find(target)]


def _each_once(specs: Sequence) -> list:
    return [spec for place, spec in enumerate(specs) if spec not in specs[:place]]


def seconds_of(part: SceneSpec | CardSpec, progress: Progress = SILENT) -> float:
    """How long a part of a film takes; of a card about."""
    return part.seconds if isinstance(part, CardSpec) else sum(seconds for _, _, seconds in played(part, progress=progress))


def played(spec: SceneSpec, fps: int = QUALITIES[DEFAULT].fps, progress: Progress = SILENT) -> list[tuple[str, str, float]]:
    """The steps of a scene with their captions and seconds; kept, since to play all scenes takes some time, of which progress is told.

    A scene of ours is played whole, and without the running question, which takes no time: so it is the same in every film.
    """
    quality, steps = replace(QUALITIES[DEFAULT], fps=fps), spec.order if folders.folder(spec.scene).ours else spec.steps
    whole = replace(spec, steps=steps, keys={**spec.keys, "question": ""})

    @cache
    def timed() -> dict[str, tuple[str, float]]:
        progress.begin(spec.name)
        found = {step.name: (step.caption, round(step.seconds, 3)) for step in timeline(whole, quality)}
        progress(spec.name)
        return found

    times = {step: kept(lambda step=step: timed()[step], inputs.of(whole, step, quality)) for step in steps}
    return [(step, *times[step]) for step in spec.steps]
