"""Scenes that are one continuous take: each opens on the very picture that the one before it ends on in the film."""

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from scenes.base.frame import Frame
from scenes.base.room import SHORTER_SIDE
from studio.plan import staging
from studio.read.spec import SceneSpec, load
from studio.render.manim_settings import settings
from studio.render.quality import QUALITIES
from studio.render.worker import StepRenderer, StripJob, render_strip

QUALITY = QUALITIES["preview"]
TAKES = [("weighted_average", "dot_product_weights"), ("dot_product_weights", "keys"), ("keys", "queries"),
         ("queries", "values")]
LAST = {scene.scene: scene.steps[-1:] for scene in load("film").scenes if isinstance(scene, SceneSpec)}
LONG = {"sentence": "the animal did not cross the street because it was too tired", "focus": "it", "theme": "light"}
INPUTS = [pytest.param({}, id="as it comes"), pytest.param(LONG, id="no digits", marks=pytest.mark.slow)]


class _Drawn(Exception):
    """A frame: the first of a scene, which need not play any further."""


def stage_zone(pixels: np.ndarray) -> np.ndarray:
    """The part of a frame between title and caption, as signed numbers."""
    top, bottom = (round((0.5 - y / SHORTER_SIDE) * QUALITY.height) for y in (Frame.of().stage.top, Frame.of().stage.bottom))
    return pixels[top:bottom, :, :3].astype(int)


def last_frame(scene: str, overrides: list[str]) -> np.ndarray:
    spec, [last] = load(scene, overrides), LAST[scene]
    job = StripJob(scene, (last,), partial(staging.build, spec), QUALITY)
    return np.asarray(Image.open(io.BytesIO(render_strip(job)[last][-1])))


def first_frame(scene: str, overrides: list[str]) -> np.ndarray:
    def take(step: str, pixels: np.ndarray, repeat: int) -> None:
        raise _Drawn(pixels.copy())

    spec = load(scene, overrides)
    with settings(QUALITY), pytest.raises(_Drawn) as drawn:
        renderer = StepRenderer(QUALITY, {spec.steps[0]: {0}}, take)
        renderer.stage(partial(staging.build, spec)).construct()
    return drawn.value.args[0]


@pytest.mark.parametrize("values", INPUTS)
@pytest.mark.parametrize(("before", "after"), TAKES)
def test_a_scene_opens_where_the_one_before_it_has_ended(before, after, values):
    overrides = [f"{key}={value}" for key, value in values.items()]
    end, start = stage_zone(last_frame(before, overrides)), stage_zone(first_frame(after, overrides))
    assert np.ptp(end) > 50, "nothing is on stage"
    different = np.abs(end - start).max(-1) > 2
    assert not different.any(), f"{different.sum()} pixels differ, the first at (row, column) {np.argwhere(different)[0]}"
