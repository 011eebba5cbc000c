"""Scenes: what is seen is in the trace, lies where it belongs and overlaps nothing, for any sentence and model."""

from functools import partial

import numpy as np
import pytest

from scenes.base.scene import reading_time
from scenes.parts.label import Number
from studio.check.lint import lint
from studio.check.sight import MOMENTS, see, walk
from studio.plan import staging
from studio.read import folders
from studio.read.spec import load, ready

LONG = "the animal did not cross the street because it was too tired"
RANDOM = {"model.weights": "random", "block": 1, "head": 1}
INPUTS = {
    "as it comes": {},
    "twelve words": {"sentence": LONG, "focus": "it", "block": 2, "head": 4},
    "one word": RANDOM | {"sentence": "supercalifragilistic", "model.d_model": 4, "model.n_heads": 4},
    "one letter, one head": RANDOM | {"sentence": "a", "model.n_heads": 1},
    "two words": RANDOM | {"sentence": "cats sleep", "model.n_heads": 2, "focus": 1},
    "eight heads": RANDOM | {"sentence": LONG, "focus": "it", "model.d_model": 64, "model.n_heads": 8, "head": 8},
    "one wide head": RANDOM | {"sentence": "wide words are internationalisation and incomprehensibility", "model.n_heads": 1,
                               "model.d_model": 64},
    "all long": RANDOM | {"sentence": " ".join(["uncharacteristically"] * 16), "focus": 15, "model.n_blocks": 6, "block": 6},
    "sixteen letters": RANDOM | {"sentence": "a b c d e f g h i j k l m n o p", "focus": 7, "model.d_model": 512, "model.n_heads": 8},
    "what looks like code": RANDOM | {"sentence": '#read("x") $ <b>bold</b> \\ " -> &amp;', "focus": 0},
    "no decimals": {"decimals": 0},
    "four decimals": {"decimals": 4},
    "pre-norm": RANDOM | {"model.norm": "pre", "model.positional": "none", "block": 2},
}
QUICK = ("as it comes", "one word", "what looks like code", "pre-norm")   # of each scene; the others are marked slow
EVERYTHING = [
    pytest.param(scene, values, id=f"{scene}: {name}", marks=() if name in QUICK else pytest.mark.slow)
    for scene in ready(folders.ours()) for name, values in INPUTS.items()
]


def building(scene, **values):
    """Builds a scene of ours with other values than its YAML has."""
    return partial(staging.build, load(scene, [f"{key}={value}" for key, value in values.items()]))


@pytest.mark.parametrize(("scene", "values"), EVERYTHING)
def test_nothing_looks_wrong_and_what_is_shown_is_in_the_trace(scene, values):
    moments = MOMENTS if values.get("model.d_model", 16) <= 16 else ()     # what moves, moves alike in large models, but slowly
    assert [str(finding) for finding in lint(scene, building(scene, **values), moments)] == []


@pytest.fixture(scope="module", params=ready(folders.ours()))
def scene(request):
    return request.param


@pytest.fixture(scope="module")
def ends(scene):
    """What is seen at the end of each step of a scene that plays in order: kinds of shapes, texts, places; and what is recorded of it."""
    found = {}
    walk(building(scene), lambda stage, moment: found.setdefault(moment.step, (looks(stage), recorded(stage))))
    return found


def looks(stage):
    return sorted((type(shape).__name__, getattr(shape, "string", ""), *np.round(shape.get_center(), 6)) for shape in see(stage).shapes)


def recorded(stage):
    return [type(shape) for shape in see(stage).shapes if hasattr(shape, "source")]


def test_what_is_recorded_is_shown_at_all(ends):
    """As numbers, cells, bars or lines in most steps, and as numbers in every scene."""
    shown = [kinds for _, kinds in ends.values()]
    counts = [*map(len, shown)]
    assert 2 * counts.count(0) <= len(counts) and sum(counts) > 30
    assert sum(issubclass(kind, Number) for kinds in shown for kind in kinds) > 10


def test_any_step_can_be_played_alone_and_in_any_order(scene, ends):
    """A step out of order ends on the picture that it ends on in the whole scene."""
    names, backwards = folders.folder(scene).facts.steps, {}
    walk(building(scene, steps=f"[{', '.join(reversed(names))}]"), lambda stage, moment: backwards.update({moment.step: looks(stage)}))
    assert set(ends) == set(names) and backwards == {step: seen for step, (seen, _) in ends.items()}


def test_captions_stand_long_enough_and_scenes_neither_too_short_nor_too_long(scene):
    """At half and twice the pace; at pace 1 the lint looks."""
    lengths = []
    for pace in (0.5, 2):
        times = {}
        stage = walk(building(scene, pace=pace), lambda _, moment: times.update({moment.step: moment.seconds}))
        assert all(seconds * pace >= reading_time(stage.caption(step), stage.staging.words) - 1e-6 for step, seconds in times.items())
        lengths.append(sum(times.values()) * pace)
    assert 30 <= lengths[0] <= 90 and np.allclose(lengths, lengths[0])


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_weights_are_rounded_each_by_itself_and_all_of_a_row_alike(decimals):
    rows = {}

    def look(stage, moment):
        for shape in see(stage).shapes:
            if isinstance(shape, Number) and shape.source.name.endswith("self_attention.weights"):
                rows.setdefault((moment.step, id(stage), shape.source.index[1]), {})[shape.source.index[2]] = shape

    wide = RANDOM | {"model.d_model": 8, "model.n_heads": 1}
    walk(building("attention_matrix", sentence="all of these are words", decimals=decimals, **wide), look)
    walk(building("qkv", sentence=LONG, focus="it", decimals=decimals), look)
    assert {len(row) for row in rows.values()} == {5, 12}
    for row in rows.values():
        (places,) = {len(label.string.partition(".")[2]) for label in row.values()}
        assert all(label.string == f"{float(label.source):.{places}f}" for label in row.values())
        assert sum(float(label.source) for label in row.values()) == pytest.approx(1, abs=1e-12)


def test_a_head_that_was_guided_is_known_by_its_weights_and_said():
    scene = building("recap")()
    room, trace = scene.stage, scene.staging.trace
    for name, head, guided in (("encoder.0.self_attention", 0, True), ("encoder.0.self_attention", 1, False),
                               ("encoder.1.self_attention", 0, True), ("decoder.0.self_attention", 0, False)):
        weights = trace[f"{name}.weights"][(head if name[0] == "e" else (0, head))]
        assert scene.guided(weights) == scene.guided(weights[0]) == guided
        assert [label.string for label in scene.guide(weights, room)] == [scene.say("guided")] * guided
    assert scene.guided(trace["decoder.1.cross_attention.weights"][0, 0]) and not building("recap", **RANDOM)().staging.guided
    with pytest.raises(ValueError, match="not of one head"):
        scene.guided(trace["encoder.0.self_attention.weights"])
