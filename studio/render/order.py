"""An order: a job that says what its clip is to be made from, so that a worker that has something else refuses it."""

import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

from scenes.base.spec import CardSpec, SceneSpec
from studio.errors import Problem, UserError
from studio.plan import card, staging
from studio.read import assets
from studio.read.folders import folder
from studio.read.words import is_path
from studio.render import inputs
from studio.render.alone import prepare
from studio.render.carried import Carried, carried, unpacked
from studio.render.format import Format
from studio.render.job import MP4, Build, Clip, Job, Run, StripJob
from studio.render.quality import Quality
from studio.store.digest import digest_of


@dataclass(frozen=True, kw_only=True)
class Order(Job):
    """A job, the scene it is of, and what its clip is made from. carried: the user's own files that it takes, by path."""

    spec: SceneSpec | CardSpec
    inputs: Mapping[str, Any]
    carried: Mapping[str, Carried] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """What the clip is known by."""
        return inputs.key(self.spec, self.step, self.inputs)


@dataclass(frozen=True, kw_only=True)
class StripOrder(StripJob):
    """Pictures to be made, and the scene they are of. carried: the user's own files that it takes, by path."""

    spec: SceneSpec
    carried: Mapping[str, Carried] = field(default_factory=dict)


def order_of(spec: SceneSpec | CardSpec, step: str, quality: Quality, format: Format = MP4) -> Order:
    """The order of the clip of a step. UserError if a file that it is made from is gone."""
    made_from = inputs.of(spec, step, quality) | inputs.of_format(format)
    return Order(spec.name, step, _build(spec), quality, format=format, spec=spec, inputs=made_from)


def strips_of(spec: SceneSpec, quality: Quality, n_pictures: int) -> StripOrder:
    """The order of pictures of what is wanted of a scene."""
    return StripOrder(spec.name, spec.wanted, _build(spec), quality, n_pictures, spec=spec)


def _build(spec: SceneSpec | CardSpec) -> Build:
    return partial(card.build if isinstance(spec, CardSpec) else staging.build, spec)


def carrying(order: Order | StripOrder) -> Order | StripOrder:
    """The order with the user's own files, for a machine that has not got them: theme, fonts, language, weights and scene."""
    spec, paths = order.spec, []
    if is_path(spec.theme):
        paths += assets.theme_files(spec.theme)
    if is_path(spec.language):
        paths.append(Path(spec.language))
    if isinstance(spec, SceneSpec):
        if spec.model.trained and spec.model.weights not in assets.trained():
            paths += assets.weights_files(spec.model.weights)
        if not folder(spec.scene).ours:
            paths += sorted(path for kind in ("*.py", "*.yaml") for path in Path(spec.scene).rglob(kind))
    return replace(order, carried={str(path): carried(path) for path in paths})


def make(run: Run) -> list[Clip]:
    """The clips of the orders in a run, each looked at: it is whole (`Format.check`).

    UserError if they would be made here from anything else than where they were ordered: a file that has been changed since, or
    another animformer on a machine of the cluster. RenderError if a clip is not whole.
    """
    prepare()
    from studio.render.worker import render_run  # takes manim, slow to start

    orders = [_unpacked(order) if order.carried else order for order in run.parts]
    for order in orders:
        _compare(order)
    clips = render_run(Run(orders))
    for order, clip in zip(orders, clips, strict=True):
        order.format.check(clip, order.quality)
    return clips


def _compare(order: Order) -> None:
    here = inputs.of(order.spec, order.step, order.quality) | inputs.of_format(order.format)
    if different := inputs.differing(order.inputs, here):
        message = f"{', '.join(different)}: not the same on {socket.gethostname()} as where the render began"
        hint = "leave the files alone while they are rendered, and have the same animformer on all machines"
        raise UserError([Problem(message, str(order), kind="changed", hint=hint)])


def make_strip(order: StripOrder) -> dict[str, list[bytes]]:
    """The pictures of an order as PNG, by step, in the order they are seen."""
    prepare()
    from studio.render.worker import render_strip  # takes manim, slow to start

    return render_strip(_unpacked(order) if order.carried else order)


def _unpacked(order: Order | StripOrder) -> Order | StripOrder:
    """The order with the files that it carries in a folder of this process, other files in another: Python is read but once."""
    spec, root = order.spec, Path(_folder().name) / digest_of({path: file.digest for path, file in order.carried.items()})

    def moved(path: str, file: str) -> str:
        return str(root / path.lstrip("/")) if file in order.carried else path

    for path, file in order.carried.items():
        unpacked(root / path.lstrip("/"), file)
    changes = {"theme": moved(spec.theme, spec.theme), "language": moved(spec.language, spec.language)}
    if isinstance(spec, SceneSpec):
        of_weights = [path for path in order.carried if Path(path).name in assets.OF_WEIGHTS]
        weights = moved(str(Path(of_weights[0]).parent), of_weights[0]) if of_weights else spec.model.weights
        changes |= {"scene": moved(spec.scene, str(Path(spec.scene) / "scene.py")), "model": replace(spec.model, weights=weights)}
    spec = replace(spec, **changes)
    return replace(order, spec=spec, build=_build(spec))


@cache
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="animformer-")
