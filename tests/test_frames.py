"""Frames: what stands around the stage, and the room it leaves."""

from functools import partial

import pytest

from scenes.base.frame import FURNITURE, WIDE
from studio.check.lint import lint, walk
from studio.plan.staging import build
from studio.read import folders
from studio.read.spec import load, ready


def furnished(scene: str, furniture: str, *overrides: str):
    spec = load(scene, [f"furniture={furniture}", *overrides])
    return partial(build, spec)


def test_what_is_not_around_the_stage_leaves_it_its_room():
    areas = [WIDE[furniture].stage.width * WIDE[furniture].stage.height for furniture in FURNITURE]
    whole = WIDE["none"].whole
    assert areas == sorted(areas)
    assert areas[-1] >= 0.88 * whole.width * whole.height and WIDE["full"].stage.height >= 0.75 * whole.height
    assert WIDE["full"].caption.height <= 0.11 * whole.height


@pytest.mark.parametrize("furniture", FURNITURE)
@pytest.mark.parametrize("scene", ["ablation", "recap", "qkv"])
def test_only_what_is_wanted_stands_around_the_stage(scene, furniture):
    seen = []

    def look(stage, moment):
        shown = {shape for thing in stage.mobjects for shape in thing.get_family()}
        seen.append((stage.heading.title in shown, any(thing in shown for thing in stage.announced), stage.heading.machine in shown))

    walk(furnished(scene, furniture), look)
    full = furniture == "full"
    assert set(seen) == {(full, furniture != "none", full)}


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scene", ready(folders.ours()))
def test_bare_scenes_are_sound(scene, language):
    assert lint(scene, furnished(scene, "none", f"language={language}"), moments=()) == []
