"""What processes do for a session: they read a target as its files are now, and draw what is new of it.

A process does so for one state of the files only, and starts from what was loaded before any of them: so nothing that was read
before can linger, a scene's Python is loaded anew, and work that is no longer wanted can be killed.
"""

import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from scenes.base.spec import SceneSpec
from studio.errors import InVain, Problem, RenderError, UserError
from studio.plan.film import loaded, scenes_of, title, together
from studio.read import folders
from studio.render.cache import Cache, Entry
from studio.render.job import Run, StripJob
from studio.render.order import Order, make, order_of
from studio.render.quality import QUALITIES, Quality, shaped
from studio.render.warm import enter
from studio.watch import files
from studio.watch.facts import answer, facts
from studio.watch.news import Answer, Done, Filmed, Looked, Shot, Sound, Still, Wrong

STILL, CLIP = Quality("still", 1280, 720, 15), QUALITIES["preview"]
STILLS, CLIPS = "stills", "clips"


@dataclass(frozen=True)
class Errand:
    """What a process is to do. have: the keys of what is there already; first: the step that somebody looks at, `scene/step`."""

    target: str
    overrides: tuple[str, ...]
    have: frozenset[str]
    first: str = ""


def work(what: str, errand: Errand, line: Connection, scratch: str, environment: dict[str, str]) -> None:
    """The whole life of a process: tells its news on the line, then answers what it is asked there."""
    enter(scratch, environment)
    try:
        specs = (_tell_stills if what == STILLS else _tell_clips)(errand, line)
    except UserError as error:
        line.send(Wrong(error.problems))
        return
    while what == STILLS:
        _answer(line, specs)


def _answer(line: Connection, specs: Sequence[SceneSpec]) -> None:
    number, question = line.recv()
    line.send(Answer(number, answer(specs, question)))


def _tell_stills(errand: Errand, line: Connection) -> Sequence[SceneSpec]:
    """Tells whether the target is sound, and the last frames of its steps; those of the scene that is looked at first."""
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        specs = _read(errand)
    in_vain = tuple({each.message.problem: None for each in noted if isinstance(each.message, InVain)})
    orders = _orders(specs)
    shots = {str(order): _shot(order) for order in orders}
    fresh = sum(shot.key not in errand.have for shot in shots.values())
    line.send(Sound(tuple(shots.values()), in_vain, {spec.name: facts(spec) for spec in specs}, files.of_scenes(specs), fresh))
    for spec in sorted(specs, key=lambda spec: not errand.first.startswith(f"{spec.name}/")):
        steps = tuple(step for step in spec.wanted if shots[f"{spec.name}/{step}"].key not in errand.have)
        if steps:
            _draw(spec, steps, shots, line, specs)
    line.send(Done(STILLS))
    return specs


def _tell_clips(errand: Errand, line: Connection) -> None:
    """Tells the clips of the steps, that of the step that is looked at first; then what would look wrong."""
    cache, specs = Cache(), _read(errand)
    orders = [order for order in _orders(specs) if order.key not in errand.have]
    scene = errand.first.partition("/")[0]
    for order in sorted(orders, key=lambda order: (str(order) != errand.first, order.scene != scene)):
        entry = cache.get(order.key)
        if entry is None:
            clip = _located(order.spec, lambda order=order: make(Run((order,)))[0])
            entry = Entry(**vars(clip), seconds=clip.frames / CLIP.fps, digests=_digests(order))
            cache.put(order.key, entry)
        line.send(Filmed(_shot(order), entry.movie))
    line.send(Done(CLIPS))
    for spec in specs:
        line.send(Looked(_looked_at(spec)))


def _looked_at(spec: SceneSpec) -> tuple[Problem, ...]:
    from studio.check import report

    problems, figures = report.report(spec)
    return (*problems, *report.warnings(spec, figures))


def _read(errand: Errand) -> list[SceneSpec]:
    """The scenes of the target, each once."""
    return [*together([scene for spec in loaded([errand.target], errand.overrides) for scene in scenes_of(spec)])]


def _orders(specs: Sequence[SceneSpec]) -> list[Order]:
    return [order_of(spec, step, shaped(CLIP, spec.keys["frame"])) for spec in specs for step in spec.wanted]


def _shot(order: Order) -> Shot:
    spec, said = order.spec, order.inputs["words"]["steps"]
    return Shot(str(order), spec.steps.index(order.step) + 1, order.key, said["caption"], said.get("title") or title(spec))


def _draw(spec: SceneSpec, steps: tuple[str, ...], shots: dict[str, Shot], line: Connection, specs: Sequence[SceneSpec]) -> None:
    """Tells the last frames of some steps of a scene, and answers meanwhile."""
    from studio.render.worker import show_ends  # takes manim, slow to start
    from studio.watch.regions import regions

    def take(step: str, picture: bytes, scene) -> None:
        shot = shots[f"{spec.name}/{step}"]
        line.send(Still(shot, scene.caption(step), picture, regions(scene)))
        while line.poll():
            _answer(line, specs)

    job = StripJob(spec.name, steps, _orders([spec])[0].build, shaped(STILL, spec.keys["frame"]))
    _located(spec, lambda: show_ends(job, take))


def _digests(order: Order) -> dict[str, str]:
    from studio.output import describe

    return describe.digests(order.spec)


def _located(spec: SceneSpec, draw: Callable):
    """What a function gives. If the scene's own Python fails in it, UserError says where; RenderError if another's does."""
    try:
        return draw()
    except UserError:
        raise
    except Exception as error:
        home = folders.folder(spec.scene)
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == home.path]
        where = f"{folders.shown(Path(own[-1].filename))}:{own[-1].lineno}" if own else spec.source
        message = str(error) if isinstance(error, RenderError) else f"{type(error).__name__}: {error}"
        raise UserError([Problem(message, where, kind="python", hint="the scene cannot be played like that")]) from error
